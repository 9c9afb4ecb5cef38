"""The window's language: follows the system's, or is chosen in the settings.

Sentences of the core are written in English where they arise, values filled in; `core_text` finds the sentence they
were made from (core_messages.py, collected from the sources by packaging/translate.py) and says it in the window's
language.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from gpen_desktop import paths
from gpen_desktop.gui.common.core_messages import MESSAGES

_log = logging.getLogger(__name__)

SOURCE_LANGUAGE: Final = "en"
LANGUAGES: Final = (SOURCE_LANGUAGE, "zh_CN")

_PLACEHOLDER: Final = re.compile(r"\{\d+\}")


def apply(app: QCoreApplication, wanted: str = "auto") -> None:
    """Speak `wanted`: 'auto' for the system's language, or one of LANGUAGES. Open windows get LanguageChange."""
    language = system_language() if wanted == "auto" else wanted
    if language not in LANGUAGES:
        raise ValueError(f"There is no translation '{language}'; there are {', '.join(LANGUAGES)}.")
    _remove_translators(app)
    QLocale.setDefault(QLocale.system() if wanted == "auto" else QLocale(language))
    if language == SOURCE_LANGUAGE:
        return
    _install(app, f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    _install(app, f"gpen_{language}", str(paths.resources() / "translations"))


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


def setting_text(text: str) -> str:
    """A label, help or choice of settings.py."""
    return QCoreApplication.translate("settings", text) if text else ""


def catalog_text(text: str) -> str:
    """A title, licence or note of models/catalog.py."""
    return QCoreApplication.translate("catalog", text) if text else ""


def core_text(sentence: str) -> str:
    """A sentence of the core, such as GpenError.what or .todo; in English if it is not a known one."""
    for pattern, message in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            # A value may be a sentence too, such as the reason why a photo could not be read.
            return _filled(QCoreApplication.translate("core", message), [core_text(value) for value in found.groups()])
    return sentence


def _filled(message: str, values: Sequence[str]) -> str:
    """The values in their places; other braces, as in 'Use {name}.', are part of the sentence."""
    return _PLACEHOLDER.sub(lambda place: values[int(place.group()[1:-1])], message)


def _supported(locale: QLocale) -> str | None:
    if locale.language() == QLocale.Language.English:
        return SOURCE_LANGUAGE
    # Readers of traditional characters are not served with simplified ones.
    if locale.language() == QLocale.Language.Chinese and locale.script() == QLocale.Script.SimplifiedHanScript:
        return "zh_CN"
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Every message as a pattern, those with most words of their own first."""
    by_weight = sorted(MESSAGES, key=lambda message: -len(_PLACEHOLDER.sub("", message)))
    return tuple((_pattern(message), message) for message in by_weight)


def _pattern(message: str) -> re.Pattern[str]:
    literal = [re.escape(part) for part in _PLACEHOLDER.split(message)]
    return re.compile("(.*?)".join(literal), re.DOTALL)


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
