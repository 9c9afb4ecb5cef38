"""The window's language: follows the system's, or is chosen in the settings.

Errors and warnings come as messages (gpen_desktop/messages.py): `message_text` says them in the window's language.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, Qt, QTranslator, Signal

from gpen_desktop import paths
from gpen_desktop.messages import Filling, Listed, Message
from gpen_desktop.models.catalog import TITLE_CODE

_log = logging.getLogger(__name__)

SOURCE_LANGUAGE: Final = "en"
_WIDE_ENDS: Final = "。！？：；，、”）》"
LANGUAGES: Final = (SOURCE_LANGUAGE, "zh_CN")


class _Language(QObject):
    changed = Signal()


_language: Final = _Language()


def follow(say: Callable[[], object]) -> None:
    """Have `say`, a method of a widget, called whenever another language is spoken, for as long as there is the widget.

    It is called once, after what changed the language has ended: a list that it was chosen from may be filled anew.
    """
    _language.changed.connect(say, Qt.ConnectionType.QueuedConnection)


def apply(app: QCoreApplication, wanted: str = "auto") -> None:
    """Speak `wanted`: 'auto' for the system's language, or one of LANGUAGES. What was given to `follow` is called."""
    language = system_language() if wanted == "auto" else wanted
    if language not in LANGUAGES:
        raise ValueError(f"There is no translation '{language}'; there are {', '.join(LANGUAGES)}.")
    _remove_translators(app)
    QLocale.setDefault(QLocale.system() if wanted == "auto" else QLocale(language))
    if language != SOURCE_LANGUAGE:
        _install(app, f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        _install(app, f"gpen_{language}", str(paths.resources() / "translations"))
    _language.changed.emit()


def current(app: QCoreApplication) -> str:
    """The language that is spoken now."""
    ours = [t.language() for t in app.findChildren(QTranslator) if t.objectName().startswith("gpen_")]
    return ours[0] if ours else SOURCE_LANGUAGE


def system_language() -> str:
    """The first of the user's languages that there is a translation for; English if there is none."""
    for name in QLocale.system().uiLanguages():
        language = _supported(QLocale(name))
        if language is not None:
            return language
    return SOURCE_LANGUAGE


def marked(context: str, text: str) -> str:
    """A text to be translated where it is shown; lupdate knows this name. (Qt's own is declared to give any object.)"""
    return text


_IN_WINDOW: Final[Mapping[str, str]] = {
    "see-models-list": marked("window", "'Models…' in the menu shows the models."),
    "get-by-install": marked("window", "Get them in 'Models…' in the menu."),
    "get-and-import": marked("window", "Get them from {source} and import {file} in 'Models…' in the menu."),
    "remove-and-get": marked("window", "Remove it in 'Models…' in the menu and get it again."),
}
"""Code of a message that names a command -> what is done in the window instead."""


def setting_text(text: str) -> str:
    """A label, help or choice of settings.py."""
    return QCoreApplication.translate("settings", text) if text else ""


def catalog_text(text: str) -> str:
    """A title, licence or note of models/catalog.py."""
    return QCoreApplication.translate("catalog", text) if text else ""


def message_text(value: Filling) -> str:
    """A message in the window's language, its values too where they are messages or lists; any other value as it is."""
    if isinstance(value, Listed):
        return QCoreApplication.translate("lists", marked("lists", ", ")).join(
            message_text(part) for part in value.parts
        )
    if not isinstance(value, Message):
        return str(value)
    if value.code in _IN_WINDOW:
        template = QCoreApplication.translate("window", _IN_WINDOW[value.code])
    else:
        context = "catalog" if value.code == TITLE_CODE else "messages"
        template = QCoreApplication.translate(context, value.template)
    return template.format(**{name: message_text(part) for name, part in value.values})


def error_text(what: Message, todo: Message | None) -> str:
    """What happened and what to do about it (GpenError.what, .todo), in the window's language."""
    return joined(message_text(part) for part in (what, todo) if part is not None)


def joined(sentences: Iterable[str]) -> str:
    """Sentences one after another. A full stop of Chinese, or a closing mark, brings its own space."""
    text = ""
    for sentence in sentences:
        is_apart = not text or text[-1] in _WIDE_ENDS
        text += sentence if is_apart else f" {sentence}"
    return text


def _supported(locale: QLocale) -> str | None:
    if locale.language() == QLocale.Language.English:
        return SOURCE_LANGUAGE
    # Readers of traditional characters are not served with simplified ones.
    if locale.language() == QLocale.Language.Chinese and locale.script() == QLocale.Script.SimplifiedHanScript:
        return "zh_CN"
    return None


def _remove_translators(app: QCoreApplication) -> None:
    for translator in app.findChildren(QTranslator):
        app.removeTranslator(translator)
        translator.setParent(None)


def _install(app: QCoreApplication, name: str, folder: str) -> None:
    translator = QTranslator(app)
    translator.setObjectName(name)
    if not translator.load(name, folder):
        _log.error("the translation %s is missing from %s", name, folder)
        translator.setParent(None)
        return
    app.installTranslator(translator)
