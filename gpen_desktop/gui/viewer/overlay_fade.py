"""When the marks over the photo are seen: while the mouse is about, and not while a slider is held."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEasingCurve, QObject, QTimer, QVariantAnimation, Signal, Slot

from gpen_desktop.gui.common import theme

_REST_MS: Final = 2000
"""Without the mouse for this long, the marks go."""


class OverlayFade(QObject):
    """Opacity of the marks, 0 to 1; changed is emitted as it moves. is_suppressed: they are to be hidden for now."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.opacity = 1.0
        self.is_suppressed = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self.hide)
        self._motion = QVariantAnimation(self)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.valueChanged.connect(self._on_moved)

    def wake(self) -> None:
        """The mouse or a key is about."""
        self._rest.start()
        if not self.is_suppressed:
            self._go_to(1.0)

    @Slot()
    def hide(self) -> None:
        """The mouse has rested, or is gone."""
        self._rest.stop()
        self._go_to(0.0)

    def suppress(self, suppressed: bool) -> None:
        """Hide the marks for as long as this holds."""
        self.is_suppressed = suppressed
        if suppressed:
            self._go_to(0.0)
        else:
            self.wake()

    def _go_to(self, opacity: float) -> None:
        is_moving = self._motion.state() == QVariantAnimation.State.Running
        if (self._motion.endValue() if is_moving else self.opacity) == opacity:
            return
        self._motion.stop()
        self._motion.setStartValue(self.opacity)
        self._motion.setEndValue(opacity)
        self._motion.setDuration(theme.motion_ms())
        self._motion.start()

    @Slot(object)
    def _on_moved(self, opacity: float) -> None:
        self.opacity = opacity
        self.changed.emit()
