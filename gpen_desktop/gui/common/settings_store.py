"""The settings as this user has them: read and kept, typed, and never in the way of starting."""

from __future__ import annotations

import logging
import shutil
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

from gpen_desktop import paths, settings
from gpen_desktop.core.options import Value

_log = logging.getLogger(__name__)


class SettingsStore(QObject):
    """One file of settings.

    Values of settings that are declared nowhere (a newer version's) are left alone.

    Attributes
    ----------
    changed : Signal(str)
        The key, after its value has changed.
    repaired : tuple[str, ...]
        Keys whose stored value was no value of theirs and was reset; ('',) if the file as a whole was unreadable.
    backup : Path | None
        Where the file was copied before anything was reset.
    """

    changed = Signal(str)

    def __init__(self, file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file or paths.user_data() / "settings.ini"
        self.repaired: tuple[str, ...] = ()
        self.backup: Path | None = None
        self._stored = self._opened()
        self._values: dict[str, Value] = {setting.key: self._read(setting) for setting in settings.declared()}

    def get(self, key: str) -> Value:
        """The value of a setting, of its declared type. Raises KeyError for one that is not declared."""
        return self._values[key]

    def set(self, key: str, value: Value) -> None:
        """Change a setting and keep it. Raises ValueError for what is no value of it."""
        value = settings.by_key(key).parse(value)
        if value == self._values[key]:
            return
        self._values[key] = value
        self._stored.setValue(key, value)
        self.changed.emit(key)

    def reset(self, key: str) -> None:
        """Back to the default."""
        self.set(key, settings.by_key(key).default)

    def flush(self) -> None:
        """Write to disk now; otherwise Qt does so a moment later and at the end."""
        self._stored.sync()

    def _opened(self) -> QSettings:
        stored = QSettings(str(self._file), QSettings.Format.IniFormat)
        stored.allKeys()
        if stored.status() == QSettings.Status.FormatError:
            _log.warning("%s cannot be read as settings; starting with the defaults", self._file)
            self._back_up()
            self._file.unlink(missing_ok=True)
            self.repaired = ("",)
            stored = QSettings(str(self._file), QSettings.Format.IniFormat)
        return stored

    def _read(self, setting: settings.Setting) -> Value:
        raw = self._stored.value(setting.key)
        if raw is None:
            return setting.default
        try:
            return setting.parse(raw)
        except ValueError as error:
            _log.warning("%s: %s Reset to %s.", self._file, error, setting.default)
            self._back_up()
            self._stored.remove(setting.key)
            self.repaired = (*self.repaired, setting.key)
            return setting.default

    def _back_up(self) -> None:
        """Copy the file as it was found, once."""
        if self.backup is not None:
            return
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        backup = self._file.with_name(f"settings-{stamp}.broken.ini")
        try:
            shutil.copy2(self._file, backup)
        except OSError as error:
            _log.warning("%s could not be backed up: %s", self._file, error)
            return
        self.backup = backup
