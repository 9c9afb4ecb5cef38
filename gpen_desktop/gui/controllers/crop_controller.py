"""What of the photo is kept: ties the panel's part on it and the box over the photo to the workspace."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot

from gpen_desktop.core.engine.edits import with_frame
from gpen_desktop.core.types import Frame
from gpen_desktop.gui.adjust.adjust_panel import AdjustPanel
from gpen_desktop.gui.viewer.compare_view import CompareView
from gpen_desktop.gui.work.workspace import Workspace


class CropController(QObject):
    """Every move of the box is a step of the history; giving up goes back to where it was begun."""

    def __init__(
        self, workspace: Workspace, view: CompareView, panel: AdjustPanel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._view = view
        self._panel = panel
        self._section = panel.crop
        self._begun_with = Frame()
        self._is_awaited = False
        self._section.toggled.connect(self._on_toggled)
        view.crop_moved.connect(self._on_moved)
        view.crop_ended.connect(self._on_ended)
        view.cropping_ended.connect(self._on_over)
        workspace.edits_changed.connect(self._show)
        workspace.current_changed.connect(self._on_current)
        workspace.opened.connect(self._show)
        workspace.opened.connect(self._begin_awaited, Qt.ConnectionType.QueuedConnection)  # once the view has it

    @Slot()
    def begin(self) -> None:
        """Let the part that is kept be chosen on the photo; of one that is being read, once it is there."""
        self._is_awaited = self._workspace.photo_opened is None
        if not self._is_awaited:
            self._panel.unfold_crop()
            self._on_toggled(True)

    @Slot()
    def _on_current(self) -> None:
        self._is_awaited = False
        self._show()

    @Slot()
    def _begin_awaited(self) -> None:
        if self._is_awaited:
            self.begin()

    @Slot(bool)
    def _on_toggled(self, is_on: bool) -> None:
        item = self._workspace.current
        if not is_on or item is None or self._workspace.photo_opened is None:
            self._view.end_tool()
        elif self._view.cropping is None:
            self._begun_with = item.edits.options.frame
            self._view.begin_cropping(self._begun_with)
        self._show()

    @Slot(object)
    def _on_moved(self, frame: Frame) -> None:
        self._change(frame)

    @Slot(bool)
    def _on_ended(self, holds: bool) -> None:
        self._view.end_tool()
        if not holds:
            self._change(self._begun_with)

    @Slot()
    def _on_over(self) -> None:
        self._panel.leave_crop()
        self._show()

    def _change(self, frame: Frame) -> None:
        item = self._workspace.current
        if item is not None:
            self._workspace.change(with_frame(item.edits, frame), lambda: self.tr("Crop"))

    @Slot()
    def _show(self) -> None:
        item = self._workspace.current
        self._view.set_frame(item.edits.options.frame if item is not None else Frame())
        self._section.show_cropping(self._view.cropping is not None)
