"""What the window remembers from one run to the next: its place, its parts that are open, how photos are compared."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow

from gpen_desktop.gui.common import room
from gpen_desktop.gui.common.settings_store import SettingsStore

_FIRST_SIZE: Final = (1440, 900)


@dataclass(frozen=True)
class WindowState:
    """has_panel: whether the adjustments are shown. sections: which of their sections are unfolded, () if unknown."""

    has_panel: bool = True
    sections: tuple[bool, ...] = ()


def load(store: SettingsStore) -> WindowState:
    """As it was left; as at the first start if that cannot be read."""
    try:
        state = json.loads(str(store.get("window/state")) or "{}")
        return WindowState(bool(state.get("panel", True)), tuple(bool(value) for value in state.get("sections", ())))
    except (ValueError, AttributeError, TypeError):
        return WindowState()


def save(store: SettingsStore, state: WindowState) -> None:
    store.set("window/state", json.dumps({"panel": state.has_panel, "sections": list(state.sections)}))


def restore_place(window: QMainWindow, store: SettingsStore) -> None:
    """Put the window where it was, or, the first time, make it as large as is wished and the screen allows."""
    stored = str(store.get("window/geometry"))
    if not (stored and window.restoreGeometry(QByteArray(base64.b64decode(stored)))):
        room.resize(window, *_FIRST_SIZE)


def save_place(window: QMainWindow, store: SettingsStore) -> None:
    store.set("window/geometry", base64.b64encode(bytes(window.saveGeometry().data())).decode())
