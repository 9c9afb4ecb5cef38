"""How before and after share the view: one action each, of which one holds; kept from one run to the next."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QObject

from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.shell.actions import Actions
from gpen_desktop.gui.viewer.panes import ViewMode
from gpen_desktop.gui.viewer.photo_view import PhotoView

_MODES: Final = {
    "before": ViewMode.BEFORE,
    "split": ViewMode.SPLIT,
    "side": ViewMode.SIDE_BY_SIDE,
    "after": ViewMode.AFTER,
}


class ViewModes(QObject):
    """Ties the actions to the view."""

    def __init__(self, actions: Actions, view: PhotoView, store: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._store = store
        for name in _MODES:
            actions[name].triggered.connect(partial(self._choose, name))
        name = "side" if store.get("window/view") == "side_by_side" else "split"
        actions[name].setChecked(True)
        view.set_mode(_MODES[name])

    def _choose(self, name: str) -> None:
        """A start with one of the two pictures only would hide that anything was done: then they are compared."""
        self._view.set_mode(_MODES[name])
        self._store.set("window/view", "side_by_side" if name == "side" else "split")
