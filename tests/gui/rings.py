"""What the keyboard reaches: what it is called, and how plainly it shows that it has the keyboard."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from tests.gui.pixels import to_pixels

_SEEN_FROM = 1.6
"""Contrast of a pixel with what it was; a ring differs from its surroundings by more, but replaces a hairline."""
_LEAST = 48
"""Pixels that change so: a ring around a checkbox has more."""


def reached(parent: QWidget) -> list[QWidget]:
    """What Tab gets to. A scroll area is a container, and the line inside a spin box the box's own."""
    QApplication.processEvents()  # so that all of it has its size
    shown = [w for w in parent.findChildren(QWidget) if w.isVisibleTo(parent) and w.window() is parent.window()]
    enabled = [w for w in shown if w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    return [w for w in enabled if type(w) is not QScrollArea and w.objectName() != "qt_spinbox_lineedit"]


def name_of(widget: QWidget) -> str:
    """As a screen reader says it; '' for none."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface else ""


def unmarked(widgets: Iterable[QWidget], parent: QWidget) -> list[str]:
    """Those that look no different, or hardly, with the keyboard."""
    found = []
    for widget in widgets:
        if (focused := parent.window().focusWidget()) is not None:
            focused.clearFocus()
        before = _luminance(widget.grab().toImage())
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        after = _luminance(widget.grab().toImage())
        contrast = (np.maximum(before, after) + 0.05) / (np.minimum(before, after) + 0.05)
        if np.count_nonzero(contrast >= _SEEN_FROM) < _LEAST:
            name = widget.accessibleName() or getattr(widget, "text", str)() or widget.objectName()
            found.append(f"{type(widget).__name__} '{name}'")
    return found


def _luminance(image: QImage) -> np.ndarray:
    """Relative luminance of WCAG 2.1, (h, w) in [0, 1]."""
    pixels = to_pixels(image) / 255
    linear = np.where(pixels <= 0.04045, pixels / 12.92, ((pixels + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ [0.2126, 0.7152, 0.0722])
