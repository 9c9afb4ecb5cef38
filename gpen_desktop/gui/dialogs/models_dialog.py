"""Which models there are, which are here, whether they can be trusted, and under which licence they stand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QSignalBlocker, QUrl, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDesktopServices, QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from gpen_desktop import paths
from gpen_desktop.errors import WeightsError
from gpen_desktop.gui.adjust.whole_photo import option_for
from gpen_desktop.gui.common import i18n, room, theme
from gpen_desktop.gui.common.dropping import accept_copy
from gpen_desktop.gui.common.failure import Failure
from gpen_desktop.gui.common.i18n import catalog_text, error_text
from gpen_desktop.gui.common.notification_strip import NotificationStrip
from gpen_desktop.gui.common.notifications import Notification, NotificationButton, NotificationQueue, Severity
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.dialogs import trust
from gpen_desktop.gui.dialogs.downloads import Downloads
from gpen_desktop.gui.dialogs.model_card import ModelCard, ModelEntry, State
from gpen_desktop.gui.dialogs.models_tree import ModelsTree
from gpen_desktop.gui.dialogs.models_worker import ModelsWorker
from gpen_desktop.gui.dialogs.weights_watch import WeightsWatch
from gpen_desktop.models import catalog, store
from gpen_desktop.models.mirror import address_of
from gpen_desktop.models.spec import Task
from gpen_desktop.models.store import InstalledModel, Verification

_MODEL: Final = "model"
"""Subject of what is told here: one thing at a time, of the model at hand."""


_STATE_OF: Final = {
    Verification.VERIFIED: State.VERIFIED,
    Verification.UNVERIFIED: State.UNVERIFIED,
    Verification.DAMAGED: State.DAMAGED,
}


class ModelsDialog(QDialog):
    """List on the left, one model's card on the right. Made anew each time it is opened: closing it ends its thread.

    Attributes
    ----------
    chosen : Signal(str, str)
        An option that names a model (adjust/whole_photo.py), and the model that the user wants to use for it.
    models : the list.
    """

    chosen = Signal(str, str)

    def __init__(
        self, settings: SettingsStore, downloads: Downloads, watch: WeightsWatch, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._downloads = downloads
        self._watch = watch
        self._states: dict[str, State] = {}
        self._worker = ModelsWorker(self)
        self.models = ModelsTree()
        self._card = ModelCard()
        self._notifications = NotificationQueue(self)
        self.notification_strip = NotificationStrip(self._notifications)
        self._buttons = QDialogButtonBox()
        self._import = self._buttons.addButton("", QDialogButtonBox.ButtonRole.ActionRole)
        self._folder = self._buttons.addButton("", QDialogButtonBox.ButtonRole.ActionRole)
        self._close = self._buttons.addButton("", QDialogButtonBox.ButtonRole.RejectRole)
        self._lay_out()
        self._connect()
        self._say()
        self.refresh()
        i18n.follow(self._say)
        i18n.follow(self.refresh)
        room.resize(self, 860, 580)
        self.setAcceptDrops(True)

    def refresh(self) -> None:
        """Look again at what is installed; files with a known hash are compared with it in the background."""
        selected = self._selected()
        with QSignalBlocker(self.models):  # what is told of the model at hand stays
            self._list_models(str(self._settings.get("restore/model")) if selected is None else selected.name)
        self._show_card()

    def _list_models(self, selected: str) -> None:
        here = {model.name: model for model in store.installed()}
        self.models.clear()
        for task, title in self._tasks().items():
            entries = [
                self._entry(info.name, info, here.get(info.name))
                for info in catalog.MODELS
                if info.task is task and (info.name in here or (info.usable and not info.shipped))
            ]
            if task is Task.FACE_RESTORER:
                entries += [self._entry(name, None, model) for name, model in here.items() if model.info is None]
            self.models.add_group(title, entries)
        self.select(selected)
        for model in here.values():
            if self._states.get(model.name) is State.CHECKING:
                self._worker.verify(model)

    def select(self, name: str) -> None:
        """Show one model's card; the first model's if there is none of that name."""
        self.models.select(name)

    def done(self, result: int) -> None:
        """Also called by the close button and Escape."""
        self._worker.stop()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._worker.stop()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            accept_copy(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        accept_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        accept_copy(event)
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self._start_import(url.toLocalFile())

    def _lay_out(self) -> None:
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.models, 5)
        body.addWidget(self._card, 6)
        foot = QVBoxLayout()
        foot.setContentsMargins(2 * theme.GRID, theme.GRID, 2 * theme.GRID, 2 * theme.GRID)
        foot.addWidget(self._buttons)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._notice = QVBoxLayout()
        self._notice.addWidget(self.notification_strip)
        self._make_room()
        outer.addLayout(self._notice)
        outer.addLayout(body, 1)
        outer.addWidget(theme.line())
        outer.addLayout(foot)

    @Slot()
    def _make_room(self) -> None:
        """Around what is told, and only while something is: Qt keeps the margins of what is hidden."""
        self._notice.setContentsMargins(*[theme.GRID if self._notifications.current is not None else 0] * 4)

    def _connect(self) -> None:
        self._notifications.changed.connect(self._make_room)
        self.models.currentItemChanged.connect(self._on_selected)
        self._import.clicked.connect(self._on_import)
        self._folder.clicked.connect(self._on_folder)
        self._close.clicked.connect(self.reject)
        self._card.use_wanted.connect(self._on_use)
        self._card.remove_wanted.connect(self._on_remove)
        self._card.address_wanted.connect(self._on_address)
        self._card.get_wanted.connect(self._on_get)
        self._card.cancel_wanted.connect(self._on_cancel)
        self._downloads.progressed.connect(self._on_progress)
        self._downloads.ended.connect(self._on_fetched)
        self._downloads.cancelled.connect(self._on_cancelled)
        self._watch.changed.connect(self.refresh)
        self._worker.verified.connect(self._on_verified)
        self._worker.imported.connect(self._on_imported)
        self._worker.failed.connect(self._on_failed)
        theme.application().aboutToQuit.connect(self._worker.stop)

    def _say(self) -> None:
        self.setWindowTitle(self.tr("Models"))
        self.models.setAccessibleName(self.tr("Models"))
        self._import.setText(self.tr("Import file…"))
        self._folder.setText(self.tr("Open folder"))
        self._close.setText(self.tr("Close"))

    def _tasks(self) -> dict[Task, str]:
        return {
            Task.FACE_RESTORER: self.tr("Face restoration"),
            Task.FACE_COLOURISER: self.tr("Face colouring"),
            Task.FACE_INPAINTER: self.tr("Filling holes in faces"),
            Task.UPSCALER: self.tr("Whole photo"),
            Task.PHOTO_RESTORER: self.tr("Whole photo, same size"),
            Task.COLOURISER: self.tr("Photo colouring"),
            Task.INPAINTER: self.tr("Filling holes in photos"),
            Task.FACE_DETECTOR: self.tr("Finding faces"),
            Task.FACE_PARSER: self.tr("Face areas"),
            Task.LANDMARKS: self.tr("Landmarks"),
        }

    def _entry(self, name: str, info: catalog.ModelInfo | None, model: InstalledModel | None) -> ModelEntry:
        if model is None:
            self._states[name] = State.ABSENT
        elif model.info is not None and model.info.shipped:
            self._states[name] = State.BUILT_IN
        elif trust.is_unverified(model):
            self._states[name] = State.UNVERIFIED
        elif self._states.get(name) not in (State.VERIFIED, State.DAMAGED):
            self._states[name] = State.CHECKING
        return ModelEntry(name, info, model, self._states[name])

    def _selected(self) -> ModelEntry | None:
        return self.models.selected

    def _show_card(self) -> None:
        entry = self._selected()
        if entry is not None:
            in_use = bool(entry.option) and entry.name == self._settings.get(f"restore/{entry.option}")
            self._card.show_entry(entry, in_use=in_use, share=self._downloads.share(entry.name))

    @Slot()
    def _on_selected(self) -> None:
        self._notifications.withdraw(_MODEL)
        self._show_card()

    @Slot(object, object)
    def _on_verified(self, model: InstalledModel, verification: Verification) -> None:
        self._states[model.name] = _STATE_OF[verification]
        self.models.show_entry(ModelEntry(model.name, model.info, model, self._states[model.name]))
        self._show_card()

    @Slot()
    def _on_use(self) -> None:
        entry = self._selected()
        model = entry.installed if entry is not None else None
        if model is None:
            return
        if trust.may_be_used(model, self._settings):
            self._use(model)
            return

        def text() -> str:
            return self.tr(
                "It cannot be verified that {file} is what its name says. Opening it runs no code, but the faces it "
                "gives may be poor."
            ).format(file=model.path.name)

        use = NotificationButton("use", lambda: self.tr("Use it"), partial(self._agree, model))
        self._notifications.post(Notification(_MODEL, text, (use,), Severity.WARNING))

    def _agree(self, model: InstalledModel) -> None:
        trust.agree(model, self._settings)
        self._use(model)

    def _use(self, model: InstalledModel) -> None:
        option = option_for(model.task)
        self._settings.set(f"restore/{option}", model.name)
        self._show_card()
        self.chosen.emit(option, model.name)

    @Slot()
    def _on_remove(self) -> None:
        entry = self._selected()
        if entry is None or entry.installed is None:
            return

        def question() -> str:
            return self.tr("Remove {title} ({size}) from this computer?").format(
                title=entry.title, size=entry.size_text
            )

        remove = NotificationButton("remove", lambda: self.tr("Remove"), partial(self._remove, entry.installed))
        self._notifications.post(Notification(_MODEL, question, (remove,), Severity.WARNING))

    def _remove(self, model: InstalledModel) -> None:
        try:
            store.remove(model)
        except WeightsError as error:
            what, todo = error.what, error.todo  # 'error' itself ends here
            self._complain(lambda: error_text(what, todo))
            return
        option = option_for(model.task)
        if option and self._settings.get(f"restore/{option}") == model.name:
            self._settings.reset(f"restore/{option}")
            self.chosen.emit(option, str(self._settings.get(f"restore/{option}")))
        self.refresh()

    @Slot()
    def _on_address(self) -> None:
        entry = self._selected()
        if entry is None or entry.info is None:
            return
        QGuiApplication.clipboard().setText(entry.info.source)
        self._tell(lambda: self.tr("Address copied. Download the file with a browser, then import it here."))

    @Slot()
    def _on_get(self) -> None:
        """Its licence first."""
        entry = self._selected()
        if entry is None or (info := entry.info) is None:
            return

        def text() -> str:
            return self.tr("{licence} {size} are fetched from {source}.").format(
                licence=catalog_text(info.licence), size=entry.size_text, source=self._host(info)
            )

        agree = NotificationButton("agree", lambda: self.tr("Agree and get"), partial(self._get, info), is_main=True)
        self._notifications.post(Notification(_MODEL, text, (agree,), Severity.WARNING))

    def _host(self, info: catalog.ModelInfo) -> str:
        return QUrl(address_of(info, str(self._settings.get("models/mirror")))).host()

    def _get(self, info: catalog.ModelInfo) -> None:
        self._downloads.start(info, str(self._settings.get("models/mirror")))

    @Slot()
    def _on_cancel(self) -> None:
        entry = self._selected()
        if entry is not None:
            self._downloads.cancel(entry.name)

    @Slot(str, float)
    def _on_progress(self, name: str, _share: float) -> None:
        entry = self._selected()
        if entry is not None and entry.name == name:
            self._show_card()

    @Slot(str, object)
    def _on_fetched(self, name: str, failed: Failure | None) -> None:
        self._states.pop(name, None)
        self.refresh()
        entry = self._selected()
        if failed is not None and entry is not None and entry.name == name:
            self._complain(lambda: failed.text)

    @Slot(str)
    def _on_cancelled(self, name: str) -> None:
        entry = self._selected()
        if entry is not None and entry.name == name:
            self._show_card()
            self._tell(lambda: self.tr("What is here of it is kept for the next time."))

    @Slot()
    def _on_import(self) -> None:
        endings = " ".join(f"*{ending}" for ending in store.ENDINGS)
        file, _ = QFileDialog.getOpenFileName(
            self, self.tr("Import weights"), "", self.tr("Weights ({endings})").format(endings=endings)
        )
        if file:
            self._start_import(file)

    def _start_import(self, file: str) -> None:
        self._import.setEnabled(False)
        self._tell(lambda: self.tr("Importing…"))
        self._worker.import_file(file)

    @Slot(object, object)
    def _on_imported(self, model: InstalledModel, verification: Verification) -> None:
        self._import.setEnabled(True)
        self._states[model.name] = _STATE_OF[verification]
        self.refresh()
        self.select(model.name)

        def text() -> str:
            text = self.tr("{title} was imported, but cannot be verified: no trusted fingerprint of it is known.")
            if verification is Verification.VERIFIED:
                text = self.tr("{title} was imported and verified.")
            return text.format(title=catalog_text(model.info.title) if model.info else model.name)

        self._tell(text)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self._import.setEnabled(True)
        self._complain(lambda: failure.text)

    def _tell(self, say: Callable[[], str]) -> None:
        self._notifications.post(Notification(_MODEL, say))

    def _complain(self, say: Callable[[], str]) -> None:
        self._notifications.post(Notification(_MODEL, say, severity=Severity.ERROR))

    @Slot()
    def _on_folder(self) -> None:
        paths.user_weights().mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.user_weights())))
