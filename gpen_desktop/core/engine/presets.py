"""Looks by name: those that come with the program, and the user's own."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.options import Mode
from gpen_desktop.core.types import ComposeOptions
from gpen_desktop.errors import GpenError

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Preset:
    """A look. key: stable name of a built-in one, '' for the user's. name: the user's own, '' for a built-in one."""

    key: str
    name: str = ""
    mode: Mode = Mode.NATURAL
    strength: int = 80
    skin_protection: bool = True
    denoise: int = 0
    sharpen: int = 0


BUILT_IN: Final = (
    Preset("gentle", mode=Mode.NATURAL, strength=50),
    Preset("family", mode=Mode.NATURAL, strength=80),
    Preset("portrait", mode=Mode.STRONG, strength=70),
)


def applied(preset: Preset, edits: Edits) -> Edits:
    """`edits` with the preset's look; faces, model and size stay."""
    options = replace(
        edits.options,
        mode=preset.mode,
        strength=preset.strength,
        skin_protection=preset.skin_protection,
        denoise=preset.denoise,
        sharpen=preset.sharpen,
    )
    return replace(edits, options=options)


def of_options(name: str, options: ComposeOptions) -> Preset:
    """The look of some options, under a name of the user's."""
    return Preset("", name, options.mode, options.strength, options.skin_protection, options.denoise, options.sharpen)


def matches(preset: Preset, edits: Edits) -> bool:
    """Whether a photo has just this look."""
    return applied(preset, edits) == edits


def to_text(own: Sequence[Preset]) -> str:
    """The user's presets, to be stored."""
    return json.dumps([asdict(preset) for preset in own], ensure_ascii=False)


def from_text(text: str) -> tuple[Preset, ...]:
    """Stored presets; what cannot be understood is left out."""
    try:
        stored = json.loads(text)
    except ValueError as error:
        _log.warning("stored presets cannot be read: %s", error)
        return ()
    found = []
    for fields in stored if isinstance(stored, list) else ():
        try:
            preset = Preset(**{**fields, "key": "", "mode": Mode(fields["mode"])})
            applied(preset, Edits())  # checks the ranges
        except (TypeError, KeyError, ValueError, GpenError) as error:
            _log.warning("a stored preset cannot be used: %s", error)
            continue
        found.append(preset)
    return tuple(found)
