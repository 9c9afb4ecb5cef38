"""What was seen of the whole photo: the panel's chips, tied to the workspace."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Slot

from gpen_desktop.core.engine.edits import with_option
from gpen_desktop.core.stages.registry import REPAIR, is_seen_enlarged, stage_options, total_scale
from gpen_desktop.gui.adjust.adjust_panel import AdjustPanel
from gpen_desktop.gui.adjust.seen_chips import chips_of, switched
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.common import i18n
from gpen_desktop.gui.common.notifications import Notification, NotificationQueue
from gpen_desktop.gui.viewer.photo_view import PhotoView
from gpen_desktop.gui.work.workspace import Workspace

_ENLARGED: Final = "enlarged"


class SeenController(QObject):
    """A click on a chip switches its stage, undoably; while one is held, the photo is shown without its stage, or what
    it asks about is marked. Of a photo that is too large to be seen enlarged, that is told."""

    def __init__(
        self,
        workspace: Workspace,
        view: PhotoView,
        panel: AdjustPanel,
        notifications: NotificationQueue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._view = view
        self._notifications = notifications
        self._chips = panel.seen
        self._held = ""  # stage of the chip that is held
        self._unseen: tuple[int, float] | None = None  # photo and scale of which it was told that they are not seen
        for changed in (workspace.current_changed, workspace.edits_changed, workspace.seen_changed, workspace.failed):
            changed.connect(self.refresh)
        i18n.follow(self.refresh)
        for changed in (workspace.current_changed, workspace.edits_changed):
            changed.connect(self._tell_where_enlarged)
        self._chips.switched.connect(self._on_switched)
        self._chips.held.connect(self._on_held)

    @Slot()
    def refresh(self) -> None:
        """Show what is known of the photo on screen."""
        item = self._workspace.current
        seen = None if item is None else item.seen
        chips = () if item is None else chips_of(seen or (), self._workspace.staged, item.edits.stages)
        self._chips.show_chips(chips, is_known=seen is not None)
        self._chips.setVisible(item is None or item.state is not PhotoState.FAILED)  # nobody is looking any more
        if self._held:
            self._mark_asked()  # it may be known only now

    @Slot(str, bool)
    def _on_switched(self, stage: str, is_on: bool) -> None:
        item = self._workspace.current
        if item is None:
            return
        chip = next(chip for chip in self._chips.chips if chip.stage == stage)
        name, value = switched(chip, is_on, item.edits.stages)
        option = next(option for option in stage_options() if option.name == name)
        self._workspace.change(with_option(item.edits, name, value), partial(i18n.setting_text, option.label))

    @Slot()
    def repair_asked(self) -> None:
        """Fill what is asked about in every photo of the album, undoably."""
        asked = {item: item.asked for item in self._workspace.album}
        changed = {
            item.id: with_option(item.edits, REPAIR.switch, seen.offered)
            for item, seen in asked.items()
            if seen is not None and seen.offered is not None
        }
        self._workspace.change_all(changed, partial(i18n.setting_text, REPAIR.options[0].label))

    @Slot(str)
    def _on_held(self, stage: str) -> None:
        self._held = stage
        asks = self._mark_asked()
        self._workspace.look_without("" if asks else stage)

    def _mark_asked(self) -> bool:
        """Mark what the chip that is held asks about. Returns whether it asks where something is."""
        staged = self._workspace.staged
        asks = any(chip.stage == self._held and chip.has_places for chip in self._chips.chips)
        self._view.mark_damage(staged.asked if asks and staged is not None else None)
        return asks

    @Slot()
    def _tell_where_enlarged(self) -> None:
        item, opened = self._workspace.current, self._workspace.photo_opened
        unseen = None
        if item is not None and opened is not None:
            scale, size = total_scale(item.edits.stages), (opened.photo.width, opened.photo.height)
            unseen = (item.id, scale) if scale > 1 and not is_seen_enlarged(item.edits.stages, size) else None
        if unseen == self._unseen:
            return
        self._unseen = unseen
        if unseen is None:
            self._notifications.withdraw(_ENLARGED)
        else:
            self._notifications.post(
                Notification(
                    _ENLARGED,
                    lambda: self.tr("It is enlarged when it is exported; here it is shown at its own size."),
                )
            )
