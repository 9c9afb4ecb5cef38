"""What was seen of the whole photo: the panel's chips, tied to the workspace."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Slot

from gpen_desktop.core.engine.edits import with_option
from gpen_desktop.core.stages import registry
from gpen_desktop.gui.adjust.adjust_panel import AdjustPanel
from gpen_desktop.gui.adjust.seen_chips import chips_of, switched
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.common import i18n
from gpen_desktop.gui.common.notifications import Notification, NotificationQueue
from gpen_desktop.gui.work.workspace import Workspace

_ENLARGED: Final = "enlarged"


class SeenController(QObject):
    """A click on a chip switches its stage, undoably; while one is held, the photo is shown without its stage. A stage
    that enlarges is seen in the file only, which is told."""

    def __init__(
        self,
        workspace: Workspace,
        panel: AdjustPanel,
        notifications: NotificationQueue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._notifications = notifications
        self._chips = panel.seen
        for changed in (workspace.current_changed, workspace.edits_changed, workspace.seen_changed, workspace.failed):
            changed.connect(self.refresh)
        i18n.follow(self.refresh)
        self._chips.switched.connect(self._on_switched)
        self._chips.held.connect(workspace.look_without)

    @Slot()
    def refresh(self) -> None:
        """Show what is known of the photo on screen."""
        item = self._workspace.current
        seen = None if item is None else item.seen
        chips = () if item is None else chips_of(seen or (), self._workspace.staged, item.edits.stages)
        self._chips.show_chips(chips, is_known=seen is not None)
        self._chips.setVisible(item is None or item.state is not PhotoState.FAILED)  # nobody is looking any more

    @Slot(str, bool)
    def _on_switched(self, stage: str, is_on: bool) -> None:
        item = self._workspace.current
        if item is None:
            return
        name, value = switched(stage, is_on, item.edits.stages)
        text = next(chip.text for chip in self._chips.chips if chip.stage == stage)
        self._workspace.change(with_option(item.edits, name, value), text)
        if is_on and any(each.name == stage and each.scale is not None for each in registry.STAGES):
            self._notifications.post(
                Notification(
                    _ENLARGED,
                    lambda: self.tr("It is enlarged when it is exported; here it is shown at its own size."),
                )
            )
        else:
            self._notifications.withdraw(_ENLARGED)
