"""Damage in the window: what is filled and what is asked about, shown over the photo, and a brush that marks more of it
or less."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Slot

from gpen_desktop.core.engine.edits import Edits, with_option, with_stroke
from gpen_desktop.core.options import AUTO
from gpen_desktop.core.stages.registry import REPAIR
from gpen_desktop.core.types import Stroke
from gpen_desktop.gui.adjust.adjust_panel import AdjustPanel
from gpen_desktop.gui.viewer.brush_tool import BrushTool
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
        self._filled: NDArray[np.bool_] | None = None  # that was known last, while the brush is in use
        self._asked: NDArray[np.bool_] | None = None
        self._brushed: tuple[Stroke, ...] = ()  # that they hold
        self._bar.toggled.connect(self._on_toggled)
        self._bar.adjusted.connect(self._on_adjusted)
        view.stroked.connect(self._on_stroked)
        view.brush_adjusted.connect(self._show_brush)
        view.brushing_ended.connect(self._show)
        for changed in (workspace.seen_changed, workspace.edits_changed):
            changed.connect(self._show)

    @Slot(bool)
    def _on_toggled(self, is_on: bool) -> None:
        opened, item = self._workspace.photo_opened, self._workspace.current
        if not is_on or opened is None or item is None:
            self._view.end_tool()
        else:
            self._view.begin_brushing(max(2.0, _USUAL_RADIUS * max(opened.photo.width, opened.photo.height)))
            self._filled, self._asked, self._brushed = None, None, ()
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
            edits = with_stroke(item.edits, stroke)
            if edits.stages[REPAIR.switch] == REPAIR.off:  # it was turned off with the brush in hand
                edits = with_option(edits, REPAIR.switch, AUTO)
            self._workspace.change(edits, lambda: self.tr("Brush"))

    @Slot()
    def _show_brush(self) -> None:
        brush = self._view.brush
        asks = self._asked is not None
        self._bar.show_brush(None if brush is None else (brush.radius, brush.erases), asks=asks)

    @Slot()
    def _show(self) -> None:
        brush, item = self._view.brush, self._workspace.current
        if brush is not None and item is not None:
            self._show_damage(brush, item.edits)
        self._show_brush()

    def _show_damage(self, brush: BrushTool, edits: Edits) -> None:
        staged = self._workspace.staged
        if edits.stages[REPAIR.switch] == REPAIR.off:
            self._asked = None
            brush.show_damage(None, None, ())
            return
        if staged is not None and staged.damage is not None:  # while it is looked for anew, the last one stays
            self._filled, self._asked, self._brushed = staged.damage, staged.asked, staged.brushed
        fresh = [stroke for stroke in edits.strokes if stroke not in self._brushed]
        brush.show_damage(self._filled, self._asked, fresh)
