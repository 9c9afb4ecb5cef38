"""What can be asked of a photo's faces, each declared once: checks, settings, command line, reports and panel follow.

Stages of the whole photo declare theirs in the same words (core/stages/registry.py). Labels and helps are English; the
window translates them in the context 'settings'. Nothing here is slow to import: --help and the settings need no more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar

from gpen_desktop.errors import OptionError
from gpen_desktop.messages import Message, listed, say

Value = bool | int | float | str
Values = Mapping[str, Value]
"""Option name -> value."""

NO_MODEL: Final = "none"
"""Of an option that names a model."""

PERCENT: Final = (0, 100)

AUTOMATIC: Final = -1
"""The lowest value of a strength that can be left to the program: what it stands for is decided for each photo."""

AUTO: Final = "auto"
"""The same, of an option with few values."""

DUST: Final = "dust"
"""Of the option that repairs: specks of dust alone."""

AUTOMATIC_PERCENT: Final = (AUTOMATIC, 100)

SMALLEST_FACE: Final = 25
"""Width in pixels of the smallest face that is found: eyes 12 px apart."""

PRINTS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {"10x15": (10, 15), "13x18": (13, 18), "20x30": (20, 30)}
)
"""Sizes that photo shops print, in cm, the shorter side first."""

SHAPES: Final = ("original", "free", "square", *PRINTS)
"""That a photo can be cropped to."""

STRAIGHTEN_LIMIT: Final = 15.0
"""Degrees either way. A photo that leans further is turned by quarter turns first."""


class Mode(StrEnum):
    """How a restored face is blended; core/compose/render.py documents what each sets."""

    NATURAL = "natural"
    STRONG = "strong"
    DETAIL = "detail"


@dataclass(frozen=True)
class Choice:
    """One value of an option that has few, how it reads, and what it does."""

    value: Value
    label: str
    help: str = ""


@dataclass(frozen=True)
class Option:
    """One thing that can be chosen.

    name: in code, reports and journals; with dashes its command-line flag. type: bool, int, float or str; whole values
    of a float are ints. default: what holds until it is changed. label, help: for the window and --help. limits: lowest
    and highest, of a number. choices: the only values allowed, if any; of an option with limits those that are offered
    at one click. unit: shown behind a number. lowest_label: how the lowest number reads, where it is not
    meant as a number. slider_end: where the window's slider ends, if before the highest; larger numbers are typed.
    in_presets: a look by name holds it; the panel shows it on top. names_model: its text is the name of weights or of
    their file, or NO_MODEL; the window offers what is installed.
    """

    name: str
    type: type[bool] | type[int] | type[float] | type[str]
    default: Value
    label: str = ""
    help: str = ""
    limits: tuple[int, int] | None = None
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    lowest_label: str = ""
    slider_end: int | None = None
    in_presets: bool = False
    names_model: bool = False

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return f"--{self.name.replace('_', '-')}"

    def parse(self, raw: object) -> Value:
        """A stored value (typed, or text as an INI file gives it) as this option's type.

        Raises ValueError for anything that is not one of its values.
        """
        value = _typed(self.type, raw)
        if self.limits is not None:
            if not self.limits[0] <= float(value) <= self.limits[1]:
                raise ValueError(f"{self.name} is {value}; it goes from {self.limits[0]} to {self.limits[1]}.")
        elif self.choices and value not in [choice.value for choice in self.choices]:
            allowed = ", ".join(str(choice.value) for choice in self.choices)
            raise ValueError(f"{self.name} is '{value}'; it is one of {allowed}.")
        return value

    def check(self, value: object) -> None:
        """Raise OptionError for anything that is not one of its values."""
        if not self._is_value(value):
            raise OptionError(
                say("option-range", "{option} is {value}.", option=self.name, value=str(value)), todo=self._allowed()
            )

    def _is_value(self, value: object) -> bool:
        try:
            return self.parse(value) == value
        except ValueError:
            return False

    def _allowed(self) -> Message | None:
        if self.limits is not None:
            lowest, highest = self.limits
            return say("between", "It must be between {lowest} and {highest}.", lowest=lowest, highest=highest)
        if self.choices:
            choices = listed(str(choice.value) for choice in self.choices)
            return say("one-of", "It must be one of {choices}.", choices=choices)
        return None


def _typed(kind: type[bool] | type[int] | type[float] | type[str], raw: object) -> Value:
    if kind is bool:
        known = {True: True, False: False, "true": True, "false": False}
        if not isinstance(raw, bool | str) or raw not in known:
            raise ValueError(f"'{raw}' is neither true nor false.")
        return known[raw]
    if kind in (int, float):
        if isinstance(raw, bool) or not isinstance(raw, int | float | str):
            raise ValueError(f"'{raw}' is no number.")
        number = float(raw)
        if math.isfinite(number) and number == int(number):
            return int(number)
        if not math.isfinite(number) or kind is int:
            raise ValueError(f"'{raw}' is no {'whole ' if kind is int else ''}number.")
        return number
    if not isinstance(raw, str):
        raise ValueError(f"'{raw}' is no text.")  # noqa: TRY004 -- a broken value, whatever it was stored as
    return raw


FACE_OPTIONS: Final = (
    Option(
        "mode",
        str,
        "natural",
        "Mode",
        "Natural keeps the skin's own texture, Strong cleans most, Detail keeps and crispens fine lines.",
        choices=(
            Choice("natural", "Natural", "Keeps the skin's own texture"),
            Choice("strong", "Strong", "Cleans up the most"),
            Choice("detail", "Detail", "Keeps and crispens fine lines"),
        ),
        in_presets=True,
    ),
    Option(
        "strength",
        int,
        80,
        "Strength",
        "How much of the restored face is blended in; 0 leaves the photo as it is.",
        limits=PERCENT,
        unit="%",
        in_presets=True,
    ),
    Option(
        "skin_protection",
        bool,
        True,
        "Skin protection",
        "Keeps skin tone and grain as they were photographed.",
        in_presets=True,
    ),
    Option(
        "denoise",
        int,
        0,
        "Denoise",
        "Reduces grain and noise in restored faces.",
        limits=PERCENT,
        unit="%",
        in_presets=True,
    ),
    Option("sharpen", int, 0, "Sharpen", "Crispens restored faces.", limits=PERCENT, unit="%", in_presets=True),
    Option(
        "invent",
        int,
        0,
        "Invent detail",
        "Adds hair, lashes and skin as they may have been, where the photo shows too little of them.",
        limits=PERCENT,
        unit="%",
        in_presets=True,
    ),
    # Single faces are chosen in the window by clicking, on the command line by number.
    Option(
        "faces",
        str,
        "all",
        "Faces",
        "Which faces of a photo are restored at first.",
        choices=(Choice("all", "All"), Choice("largest", "Largest only")),
    ),
    Option(
        "min_face",
        int,
        SMALLEST_FACE,
        "Smallest face",
        "Faces narrower than this are left as they are.",
        limits=(SMALLEST_FACE, 2000),
        unit="px",
        slider_end=400,
    ),
    Option(
        "restore_sharp",
        bool,
        False,
        "Restore sharp faces too",
        "When off, a face with more detail than the model can add stays as it is.",
    ),
    Option(
        "if_changed",
        str,
        "blend",
        "If a face changed too much",
        "A restored face is held against the photo: its shapes, its colour, where eyes, nose and mouth are. "
        "Blend back takes as much of it as stays the same face, Original nothing of it, Restored all of it.",
        choices=(
            Choice("blend", "Blend back", "Blends it in only as far as it stays the same face"),
            Choice("leave", "Original", "Leaves the face as it was"),
            Choice("keep", "Restored", "Takes the restored face, whatever became of it"),
        ),
    ),
)
"""In the order of the settings, of --help and of the panel. Each is a field of core.types.ComposeOptions."""


def face_option(name: str) -> Option:
    """One of FACE_OPTIONS. Raises KeyError for a name that is none."""
    return {option.name: option for option in FACE_OPTIONS}[name]


_T = TypeVar("_T", bound=Value)


def face_default(name: str, kind: type[_T]) -> _T:
    """The default of one of FACE_OPTIONS, as the type that its field has."""
    return kind(face_option(name).default)
