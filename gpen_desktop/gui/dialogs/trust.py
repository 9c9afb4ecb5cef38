"""Weights nobody vouches for: which they are, and which of them the user has agreed to use."""

from __future__ import annotations

import json
from typing import Final

from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.models.store import InstalledModel

_KEY: Final = "models/agreed"


def is_unverified(model: InstalledModel) -> bool:
    """Whether no hash is known that the file could be compared with."""
    return model.info is None or (model.info.sha256 is None and not model.info.shipped)


def may_be_used(model: InstalledModel, settings: SettingsStore) -> bool:
    """Whether the model can be offered without asking: its hash is known, or the user has agreed to this very file."""
    return not is_unverified(model) or _mark(model) in _agreed(settings)


def agree(model: InstalledModel, settings: SettingsStore) -> None:
    """Remember that the user wants to use this file; a file put in its place is asked about again."""
    settings.set(_KEY, json.dumps([*(mark for mark in _agreed(settings) if mark != _mark(model)), _mark(model)]))


def _mark(model: InstalledModel) -> str:
    status = model.path.stat()
    return f"{model.path.name}:{status.st_size}:{status.st_mtime_ns}"


def _agreed(settings: SettingsStore) -> list[str]:
    try:
        marks = json.loads(str(settings.get(_KEY)))
    except ValueError:
        return []
    return [str(mark) for mark in marks] if isinstance(marks, list) else []
