"""Looks by name: those that come with the program, and the user's own."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from gpen_desktop.core.engine.edits import Edits, option_value, with_option
from gpen_desktop.core.options import FACE_OPTIONS, Option, Value, Values
from gpen_desktop.core.stages.registry import stage_options
from gpen_desktop.errors import GpenError

_log = logging.getLogger(__name__)


IN_PRESETS: Final = tuple(option for option in (*FACE_OPTIONS, *stage_options()) if option.in_presets)
"""The options that make a look."""


@dataclass(frozen=True)
class Preset:
    """A look. key: stable name of a built-in one, '' for the user's. name: the user's own, '' for a built-in one.

    values: of options of IN_PRESETS; those it does not name have their defaults.
    """

    key: str
    name: str = ""
    values: Values = field(default_factory=dict)

    def value(self, option: Option) -> Value:
        return self.values.get(option.name, option.default)


BUILT_IN: Final = (
    Preset("automatic"),
    Preset("faces", values={"repair": "off", "clean": 0, "tone": 0}),
    Preset("print", values={"clean": 60, "tone": 80}),
    Preset("faded", values={"tone": 100}),
    # a screen's dots and lettering beside the picture can look like damage
    Preset("newspaper", values={"repair": "off", "clean": 100, "tone": 60, "mode": "strong", "invent": 40}),
    Preset("night", values={"repair": "off", "clean": 80, "tone": 0, "denoise": 40}),
)


def applied(preset: Preset, edits: Edits) -> Edits:
    """`edits` with the preset's look; faces, model, size and the brush's strokes stay. Raises OptionError."""
    for option in IN_PRESETS:
        edits = with_option(edits, option.name, preset.value(option))
    return edits


def of_edits(name: str, edits: Edits) -> Preset:
    """The look of some edits, under a name of the user's."""
    return Preset("", name, {option.name: option_value(edits, option.name) for option in IN_PRESETS})


def matches(preset: Preset, edits: Edits) -> bool:
    """Whether a photo has just this look."""
    return all(option_value(edits, option.name) == preset.value(option) for option in IN_PRESETS)


def to_text(own: Sequence[Preset]) -> str:
    """The user's presets, to be stored."""
    return json.dumps([{"name": preset.name, **preset.values} for preset in own], ensure_ascii=False)


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
            values = {option.name: fields[option.name] for option in IN_PRESETS if option.name in fields}
            preset = Preset(
                "", str(fields["name"]), values | {"mode": fields["mode"]}
            )  # always stored, unlike the rest
            applied(preset, Edits())  # checks the ranges
        except (TypeError, KeyError, ValueError, GpenError) as error:
            _log.warning("a stored preset cannot be used: %s", error)
            continue
        found.append(preset)
    return tuple(found)
