"""What is told of models in the window: once the offer of a stronger one, and how downloads go."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Slot

from gpen_desktop.gui.common.failure import Failure
from gpen_desktop.gui.common.i18n import catalog_text
from gpen_desktop.gui.common.notifications import Notification, NotificationButton, NotificationQueue, Severity
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.dialogs.downloads import Downloads
from gpen_desktop.gui.dialogs.model_card import file_size
from gpen_desktop.models import catalog
from gpen_desktop.models import store as weights
from gpen_desktop.models.catalog import ModelInfo

_OFFER = "offer"
_KEY = "models/offer"


class ModelNotifications(QObject):
    """Posts them. use: makes a model, by its name, the one that restores faces."""

    def __init__(
        self,
        downloads: Downloads,
        notifications: NotificationQueue,
        settings: SettingsStore,
        use: Callable[[str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._downloads = downloads
        self._notifications = notifications
        self._settings = settings
        self._use = use
        downloads.progressed.connect(self._on_progress)
        downloads.ended.connect(self._on_ended)
        downloads.cancelled.connect(self._on_cancelled)

    def offer(self) -> None:
        """At the first start, and once more if it was put off: the strongest model, where it is not here."""
        info = catalog.by_name(catalog.STRONGEST)
        wanted = str(self._settings.get(_KEY))
        if wanted == "never" or info is None or any(model.name == info.name for model in weights.installed()):
            return
        later = partial(self._settings.set, _KEY, "later" if wanted == "offer" else "never")

        def text() -> str:
            return self.tr("For the strongest result, get {title} ({size}). {licence}").format(
                title=catalog_text(info.title), size=file_size(info.bytes or 0), licence=catalog_text(info.licence)
            )

        buttons = (
            NotificationButton("get", lambda: self.tr("Get"), partial(self._get, info)),
            NotificationButton("never", lambda: self.tr("Never"), partial(self._settings.set, _KEY, "never")),
        )
        self._notifications.post(Notification(_OFFER, text, buttons, closed=later))

    def _get(self, info: ModelInfo) -> None:
        self._settings.set(_KEY, "never")
        self._downloads.start(info, str(self._settings.get("models/mirror")))

    @Slot(str, float)
    def _on_progress(self, name: str, share: float) -> None:
        """How far it is, for as long as nothing else is told and nobody has put it away."""
        current = self._notifications.current
        if share > 0 and (current is None or current.subject != _subject(name)):
            return

        def text() -> str:
            return self.tr("Getting {title}: {percent} %").format(title=_title(name), percent=int(100 * share))

        cancel = NotificationButton("cancel", lambda: self.tr("Cancel"), partial(self._downloads.cancel, name))
        self._notifications.post(Notification(_subject(name), text, (cancel,)))

    @Slot(str, object)
    def _on_ended(self, name: str, failure: Failure | None) -> None:
        info = catalog.by_name(name)
        if failure is not None:
            self._tell_failed(name, info, failure)
            return

        def text() -> str:
            return self.tr("{title} is here and verified.").format(title=_title(name))

        use = NotificationButton("use", lambda: self.tr("Use it"), partial(self._use, name), is_main=True)
        buttons = (use,) if info is not None and info.restores_faces else ()
        self._notifications.post(Notification(_subject(name), text, buttons))

    def _tell_failed(self, name: str, info: ModelInfo | None, failure: Failure) -> None:
        again = NotificationButton("again", lambda: self.tr("Try again"), partial(self._get, info)) if info else None
        buttons = (again,) if again is not None else ()
        self._notifications.post(Notification(_subject(name), lambda: failure.text, buttons, Severity.ERROR))

    @Slot(str)
    def _on_cancelled(self, name: str) -> None:
        def text() -> str:
            text = self.tr("{title} is not fetched any further; what is here of it is kept for the next time.")
            return text.format(title=_title(name))

        self._notifications.post(Notification(_subject(name), text))


def _subject(name: str) -> str:
    return f"download {name}"


def _title(name: str) -> str:
    info = catalog.by_name(name)
    return catalog_text(info.title) if info is not None else name
