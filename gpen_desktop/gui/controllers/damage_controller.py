"""Damage in the window: what is to be filled, shown over the photo, and a brush that marks more of it or less."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Slot

from gpen_desktop.core.engine.edits import with_option, with_stroke
from gpen_desktop.core.options import AUTO
from gpen_desktop.core.stages.registry import REPAIR
from gpen_desktop.core.types import Stroke
from gpen_desktop.gui.adjust.adjust_panel import AdjustPanel
from gpen_desktop.gui.viewer.compare_view import CompareView
from gpen_desktop.gui.work.workspace import Workspace

_USUAL_RADIUS: Final = 0.006
"""Of the brush, in parts of the photo's longer side."""


class DamageController(QObject):
    """Ties the brush in the panel to the view and the workspace. Every stroke is a step of the history."""

    def __init__(
        self, workspace: Workspace, view: CompareView, panel: AdjustPanel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._view = view
        self._panel = panel
        self._bar = panel.brush
        self._bar.toggled.connect(self._on_toggled)
        self._bar.adjusted.connect(self._on_adjusted)
        view.stroked.connect(self._on_stroked)
        view.brush_adjusted.connect(self._show_brush)
        view.brushing_ended.connect(self._show)
        workspace.seen_changed.connect(self._show)

    @Slot(bool)
    def _on_toggled(self, is_on: bool) -> None:
        opened, item = self._workspace.photo_opened, self._workspace.current
        if not is_on or opened is None or item is None:
            self._view.end_tool()
        else:
            self._view.begin_brushing(max(2.0, _USUAL_RADIUS * max(opened.photo.width, opened.photo.height)))
            if item.edits.stages[REPAIR.switch] == REPAIR.off:
                edits = with_option(item.edits, REPAIR.switch, AUTO)
                self._workspace.change(edits, lambda: self.tr("Repair damage"))
            self._panel.show_brush()
        self._show()

    @Slot(int, bool)
    def _on_adjusted(self, radius: int, erases: bool) -> None:
        brush = self._view.brush
        if brush is not None:
            brush.radius, brush.erases = radius, erases
            self._view.update()

    @Slot(object)
    def _on_stroked(self, stroke: Stroke) -> None:
        item = self._workspace.current
        if item is not None:
            self._workspace.change(with_stroke(item.edits, stroke), lambda: self.tr("Brush"))

    @Slot()
    def _show_brush(self) -> None:
        brush = self._view.brush
        self._bar.show_brush(None if brush is None else (brush.radius, brush.erases))

    @Slot()
    def _show(self) -> None:
        self._show_brush()
        if (brush := self._view.brush) is not None:
            staged = self._workspace.staged
            brush.show_mask(None if staged is None else staged.damage)
