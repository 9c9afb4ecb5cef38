"""The window: its parts, put together and tied to the workspace."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QMimeData, QPoint, QSize, Qt, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from gpen_desktop.core.engine import presets
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.gui.adjust.adjust_panel import AdjustPanel
from gpen_desktop.gui.album.album_model import AlbumItem, PhotoState
from gpen_desktop.gui.album.album_side import AlbumSide
from gpen_desktop.gui.common import focus, i18n, theme
from gpen_desktop.gui.common.notification_strip import NotificationStrip
from gpen_desktop.gui.common.notifications import NotificationQueue
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.controllers.album_controller import AlbumController
from gpen_desktop.gui.controllers.comparison_controller import ComparisonController
from gpen_desktop.gui.controllers.crop_controller import CropController
from gpen_desktop.gui.controllers.damage_controller import DamageController
from gpen_desktop.gui.controllers.draft_controller import DraftController
from gpen_desktop.gui.controllers.export_controller import ExportController
from gpen_desktop.gui.controllers.face_controller import FaceController
from gpen_desktop.gui.controllers.import_controller import ImportController
from gpen_desktop.gui.controllers.look_controller import LookController
from gpen_desktop.gui.controllers.model_notifications import ModelNotifications
from gpen_desktop.gui.controllers.photo_notifications import PhotoNotifications
from gpen_desktop.gui.controllers.seen_controller import SeenController
from gpen_desktop.gui.shell import window_state
from gpen_desktop.gui.shell.actions import Actions
from gpen_desktop.gui.shell.application_controller import ApplicationController
from gpen_desktop.gui.shell.closing import ClosingQuestion
from gpen_desktop.gui.shell.drop_window import DropHint, DropWindow
from gpen_desktop.gui.shell.empty_state import EmptyState
from gpen_desktop.gui.shell.history_actions import HistoryActions
from gpen_desktop.gui.shell.status_bar import StatusBar
from gpen_desktop.gui.shell.tool_bar import MainToolBar
from gpen_desktop.gui.shell.view_modes import ViewModes
from gpen_desktop.gui.shell.window_state import WindowState
from gpen_desktop.gui.viewer.compare_view import CompareView
from gpen_desktop.gui.viewer.face_strip import FaceStrip
from gpen_desktop.gui.viewer.preview import Opened
from gpen_desktop.gui.viewer.unreadable_page import UnreadablePage
from gpen_desktop.gui.work.workspace import Workspace

_WITH_ALBUM = (
    *("remove", "reveal", "select_all", "export_all"),
    *("next_photo", "previous_photo", "panel"),
)
_WITH_PHOTO = (
    *("copy", "copy_look", "export", "turn_left", "turn_right", "crop", "compare_models"),
    *("split", "side", "after", "before", "zoom_in", "zoom_out", "fit", "actual"),
    *("next_face", "previous_face", "toggle_face", "add_face", "correct_face", "remove_face"),
)
_ALBUM_MENU = (
    *("export", "copy", "reveal", ""),
    *("turn_left", "turn_right", "crop", ""),
    *("copy_look", "paste_look", "apply_to_all", ""),
    "remove",
)
_SMALLEST: Final = QSize(640, 420)
"""Below that, nothing of the photo is left between album and panel."""


class MainWindow(DropWindow):
    """Attributes
    ----------
    workspace, view, album_side, album, panel, strip, tools, status, empty, actions_ : its parts.
    imports, exports, drafts, photos, faces, looks, application : what acts on them.
    notifications : what is to be told; notification_strip : where it is told.
    """

    def __init__(self, engine: Engine, store: SettingsStore) -> None:
        super().__init__()
        self._store = store
        self._may_close = False
        self.setWindowTitle("GPEN Desktop")
        self.actions_ = Actions(self)
        self.workspace = Workspace(engine, ApplicationController.defaults_of(store), self)
        self.view = CompareView()
        self.strip = FaceStrip()
        self.notifications = NotificationQueue(self)
        self.notification_strip = NotificationStrip(self.notifications)
        self.panel = AdjustPanel(presets.from_text(str(store.get("window/presets"))))
        self.album_side = AlbumSide(self.workspace.album, [self.actions_["open"], self.actions_["remove"]])
        self.album = self.album_side.view
        self.status = StatusBar(self.workspace.jobs, self.workspace.album)
        self.tools = MainToolBar(self.actions_)
        files = (self.workspace, self.notifications, store, self)
        self.imports = ImportController(*files)
        self.exports = ExportController(*files[:3], self.album.selected, self)
        self.photos = AlbumController(self.workspace, self.album.selected, self)
        self.looks = LookController(self.workspace, self.notifications, self.album.selected, self)
        self.drafts = DraftController(*files)
        self.faces = FaceController(self.workspace, self.view, self.strip, self.panel, self.notifications, self)
        self._seen = SeenController(self.workspace, self.view, self.panel, self.notifications, self)
        self._damage = DamageController(self.workspace, self.view, self.panel, self)
        self._crop = CropController(self.workspace, self.view, self.panel, self)
        compare = (self.panel, self.notifications, self.actions_["compare_models"])
        self.comparison = ComparisonController(self.workspace, self.view, *compare, self)
        self.application = ApplicationController(self.workspace, self.panel, store, self.actions_, self)
        acts = (self.faces.draw, self.exports.export_all, self.photos.turn, self._seen.repair_asked)
        shown = self.album_side.filter
        self._photo_notifications = PhotoNotifications(self.workspace, self.notifications, shown, *acts, self)
        self._modes = ViewModes(self.actions_, self.view, store, self)
        self._history = HistoryActions(self.workspace.undo, self.actions_, self)
        self.model_notifications = ModelNotifications(
            self.application.downloads, self.notifications, store, self.application.use_restorer, self
        )
        self._closing = ClosingQuestion(self.workspace, self.exports, self.notifications, store, self)
        self.empty = EmptyState(self.imports.samples)
        self.unreadable = UnreadablePage()
        self._working = QProgressBar()
        self._lay_out()
        self._connect()
        self._connect_actions()
        focus.leave_to_tab(self.tools)
        focus.leave_to_tab(self.panel)
        self._restore_state()
        self._show_photo_or_none(None)

    def _lay_out(self) -> None:
        theme.set_role(self._working, "thin")
        self._working.setTextVisible(False)
        self._working.setRange(0, 1000)
        self._pages = QStackedWidget()
        for page in (self.empty, self.view, self.unreadable):
            self._pages.addWidget(page)
        centre = QWidget()
        middle = QVBoxLayout(centre)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self._working)
        middle.addWidget(self._pages, 1)
        middle.addWidget(self.strip)
        self._album_line, self._panel_line = _upright_line(), _upright_line()
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for widget in (self.album_side, self._album_line, centre, self._panel_line, self.panel):
            row.addWidget(widget, 1 if widget is centre else 0)
        self.notification_strip.float_over(self._pages)
        self._drop_hint = DropHint(self._pages)
        self.addToolBar(self.tools)
        self.setCentralWidget(whole)
        self.setStatusBar(self.status)
        self.setMinimumSize(_SMALLEST)

    def _connect(self) -> None:
        work = self.workspace
        work.current_changed.connect(self._show_photo_or_none)
        work.current_changed.connect(self.album.show_current)
        work.opened.connect(self._on_opened)
        work.shown.connect(self.view.take)
        work.edits_changed.connect(self._show_edits)
        work.restored.connect(self._on_restored)
        work.opened.connect(self._show_page)
        work.failed.connect(self._show_page)
        work.album.dataChanged.connect(self._show_working)
        work.album.rowsInserted.connect(self._on_rows)
        work.album.rowsRemoved.connect(self._on_rows)
        self.view.detail_wanted.connect(work.look_closer)
        self.view.zoom_changed.connect(self.tools.show_zoom)
        self.notification_strip.covers.connect(self.view.chips.leave_free)
        self.album.chosen.connect(work.show_item)
        self.album.drag_wanted.connect(self.drafts.drag_out)
        self.album.menu_wanted.connect(self._on_album_menu)
        self.album.thumbnail_ready.connect(self._show_thumbnail)
        self.panel.changed.connect(work.change)
        self.panel.held.connect(self.view.hide_overlays)
        self.panel.crop.turn_wanted.connect(self.photos.turn)
        self.panel.apply_to_all.connect(self.looks.apply_to_all)
        self.panel.presets.own_changed.connect(self._keep_presets)
        self.status.cancel_wanted.connect(work.jobs.cancel_all)
        self.status.pause_wanted.connect(work.jobs.pause)
        self.status.continue_wanted.connect(work.go_on)
        self.status.can_continue.connect(partial(self.actions_.enable, ("restore_waiting",)))
        self.unreadable.retry_wanted.connect(self.photos.retry)
        self.unreadable.retry_wanted.connect(self._show_page)
        self.unreadable.remove_wanted.connect(self.photos.remove_shown)
        self.empty.open_wanted.connect(self.imports.open)
        self.empty.folder_wanted.connect(self.imports.open_folder)
        self.empty.last_wanted.connect(self.imports.open_last)
        self.looks.copied.connect(partial(self.actions_.enable, ("paste_look",), True))
        self.empty.sample_wanted.connect(self.imports.open_sample)
        self.imports.recent_changed.connect(self._show_recent)
        self.tools.recent_chosen.connect(self.imports.open_recent)
        self.tools.recent_forgotten.connect(self.imports.forget_recent)
        self._closing.close_wanted.connect(self.close_now)
        for say in (self.actions_.say, self._history.say, self._show_recent):
            i18n.follow(say)

    def _connect_actions(self) -> None:
        imports, exports, faces, view = self.imports, self.exports, self.faces, self.view
        work, application = self.workspace, self.application
        self.actions_.let_do(
            {
                "open": imports.open,
                "open_folder": imports.open_folder,
                "paste": imports.paste,
                "export": exports.export,
                "export_all": exports.export_all,
                "copy": self.drafts.copy,
                "reveal": exports.reveal,
                "remove": self.photos.remove,
                "restore_waiting": work.go_on,
                "quit": self.close,
                "undo": work.undo.undo,
                "redo": work.undo.redo,
                "turn_left": self.photos.turn_left,
                "turn_right": self.photos.turn_right,
                "crop": self._crop.begin,
                "copy_look": self.looks.copy,
                "paste_look": self.looks.paste,
                "apply_to_all": self.looks.apply_to_all,
                "select_all": self.album.selectAll,
                "zoom_in": view.zoom_in,
                "zoom_out": view.zoom_out,
                "fit": view.fit,
                "actual": view.actual_size,
                "next_photo": partial(self.album.step, 1),
                "previous_photo": partial(self.album.step, -1),
                "next_face": partial(faces.step, 1),
                "previous_face": partial(faces.step, -1),
                "toggle_face": faces.toggle_selected,
                "add_face": faces.draw,
                "correct_face": faces.correct,
                "remove_face": faces.remove,
                "settings": application.settings,
                "models": application.models,
                "panel": self._show_panel,
                "shortcuts": application.shortcuts,
                "about": application.about,
            }
        )

    # What is shown

    @Slot(object)
    def _show_photo_or_none(self, item: AlbumItem | None) -> None:
        has_photo = item is not None
        self._show_page()
        self.album_side.setVisible(has_photo)
        self._album_line.setVisible(has_photo)
        self._show_panel()
        self.actions_.enable(_WITH_ALBUM, has_photo)
        self.view.clear()
        self._show_thumbnail(item)
        self.tools.show_zoom(0)
        self.panel.show_photo(None)
        self.setWindowTitle(f"{item.path.name} – GPEN Desktop" if item is not None else "GPEN Desktop")
        self._show_edits()
        self._show_working()

    @Slot()
    def _show_page(self) -> None:
        """The photo; where there is none, or none that can be read, what can be done instead."""
        item = self.workspace.current
        page: QWidget = self.view if item is not None else self.empty
        if item is not None and item.is_unreadable and item.failure is not None:
            self.unreadable.show_failure(item.failure)
            page = self.unreadable
        if self._pages.currentWidget() is not page:
            self._pages.setCurrentWidget(page)  # which puts it over all else there
            self.notification_strip.raise_()
            page.setFocus()
        self.actions_.enable(_WITH_PHOTO, page is self.view)
        self.panel.setEnabled(page is self.view)

    @Slot(object)
    def _show_thumbnail(self, item: AlbumItem | None) -> None:
        """Of the photo on screen, until it is read."""
        if item is not None and item is self.workspace.current:
            self.view.show_loading(self.album.thumbnail(item))

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        self.view.show_photo(opened)
        self.panel.show_photo((opened.photo.width, opened.photo.height), opened.is_in_colour)
        self.faces.refresh()

    @Slot()
    def _show_edits(self) -> None:
        item = self.workspace.current
        self.panel.show_edits(item.edits if item else self.workspace.defaults, self.workspace.defaults)

    @Slot()
    def _show_working(self) -> None:
        item = self.workspace.current
        is_working = item is not None and item.state in (PhotoState.WAITING, PhotoState.WORKING)
        self._working.setValue(round(1000 * item.progress) if item is not None and is_working else 0)

    @Slot()
    def _on_rows(self) -> None:
        self.panel.set_many(len(self.workspace.album) > 1)
        self.actions_.enable(("apply_to_all",), len(self.workspace.album) > 1)

    @Slot()
    def _show_recent(self) -> None:
        self.tools.show_recent(self.imports.recent)
        self.empty.offer_last(len(self.imports.last_album.photos), self.imports.last_album.day)

    @Slot(object, float)
    def _on_restored(self, _item: AlbumItem, seconds: float) -> None:
        self.status.show_seconds(seconds)

    # What the user does

    @Slot()
    def _show_panel(self) -> None:
        is_shown = self.actions_["panel"].isChecked() and self.workspace.current is not None
        self.panel.setVisible(is_shown)
        self._panel_line.setVisible(is_shown)

    @Slot(object, QPoint)
    def _on_album_menu(self, _item: AlbumItem, where: QPoint) -> None:
        """What can be done with the photo that was clicked on, which the click has put on screen."""
        menu = self.actions_.menu(_ALBUM_MENU, self.album)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    @Slot(object)
    def _keep_presets(self, own: tuple[presets.Preset, ...]) -> None:
        self._store.set("window/presets", presets.to_text(own))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that nothing else wanted are the photo's; Escape then puts away what is told."""
        if self.view.take_key(event):
            return
        if event.key() != Qt.Key.Key_Escape or not self.notifications.escape():
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self.view.let_go_of_key(event)
        super().keyReleaseEvent(event)

    def show_droppable(self, is_over: bool) -> None:
        self.empty.set_drop_active(is_over)
        self._drop_hint.setVisible(is_over and self.workspace.current is not None)

    def take_dropped(self, data: QMimeData) -> bool:
        return self.imports.open_mime(data)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.view.hold_before(False)  # its key is let go elsewhere

    # From start to end

    def _restore_state(self) -> None:
        window_state.restore_place(self, self._store)
        state = window_state.load(self._store)
        self.actions_["panel"].setChecked(state.has_panel)
        self.panel.set_open_sections(state.sections)
        self._show_recent()
        self._history.say()
        self.actions_.enable(("paste_look", "restore_waiting"), False)
        self._on_rows()

    @Slot()
    def load_ahead(self) -> None:
        """Load the model that the first photo will want, and draw the panel once unseen: what it is drawn with is there
        then, and the window does not stop for it when the photo comes."""
        self.panel.grab()
        self.workspace.jobs.warm_up(self.workspace.defaults.model)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask first, in the window, where something would be lost; then end every thread."""
        if not self._may_close and self._closing.asks():
            event.ignore()
            return
        window_state.save_place(self, self._store)
        window_state.save(self._store, WindowState(self.actions_["panel"].isChecked(), tuple(self.panel.open_sections)))
        self._store.flush()
        self.hide()  # a model's step may take seconds to end
        for part in (self.workspace, self.imports, self.exports, self.drafts, self.album, self.empty, self.application):
            part.shut_down()
        super().closeEvent(event)

    @Slot()
    def close_now(self) -> None:
        """Close without asking."""
        self._may_close = True
        self.close()


def _upright_line() -> QFrame:
    line = QFrame()
    theme.set_role(line, "line-vertical")
    return line
