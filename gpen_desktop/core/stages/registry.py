"""The stages of the whole photo, each declared once: settings, command line, panel, report and cache follow.

Declarations are read wherever options are, by --help too, so nothing here is slow to import: a stage's work lies in a
module of its own, which its `run` imports.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gpen_desktop.core.options import (
    AUTO,
    AUTOMATIC,
    AUTOMATIC_PERCENT,
    DUST,
    NO_MODEL,
    PERCENT,
    Choice,
    Option,
    Value,
    Values,
)
from gpen_desktop.core.output.cost import enlarged
from gpen_desktop.models.catalog import CLEANER, REPAIRER

if TYPE_CHECKING:
    from gpen_desktop.core.progress import Progress
    from gpen_desktop.core.stages.analysis import PhotoReading
    from gpen_desktop.core.stages.work import Work, Worked
    from gpen_desktop.core.types import Photo, Pixels


@dataclass(frozen=True)
class Stage:
    """Work on the whole photo, done before its faces are composed into it.

    name: in reports, times and progress. options: its own; the first says whether, or how much, and is the stage's
    switch. off: the first option's value with which the photo stays as it is.
    run: takes its work (stages/work.py) and progress to report to; it gives a new Photo of the same size and depth,
    with every pixel that it does not mean to change left byte for byte, or the very photo that it was given where there
    is nothing to do, and says what it did. Raises Cancelled.
    blends: the first option is a strength of 0 to 100, `run` gives the full effect, and what lies between is mixed.
    automatic: for a first option that can be AUTOMATIC or AUTO, what it stands for, of what was seen of the photo and
    the values of the stages before. Where that is AUTO still, `run` decides.
    brushed: what stands in its place where the program saw no need, but a person brushed over the photo; None for a
    stage without a brush.
    weights: name in the catalogue of what it cannot do without, if anything.
    also_on: of the stage's values, whether it has something to do though its first option is off.
    only_looks: of the stage's values, and whether a brush was used: whether it leaves the photo as it is and only says
    something about it. Then what is to be seen comes first.
    of_parts: for a stage that does the same to a pixel wherever it lies: of the photo that it is to work on, what it
    does to any part (h, w, 3) of it. So a screen can show parts of the result while a stage before it still works.
    scale: for a stage that enlarges, how many times with these values. Faces are found in, and cut out of, what all
    other stages give, and composed into what all give.
    """

    name: str
    options: tuple[Option, ...]
    off: Value
    run: Callable[[Work, Progress], Worked]
    blends: bool = False
    automatic: Callable[[PhotoReading, Values], Value] | None = None
    brushed: Value | None = None
    weights: str = ""
    scale: Callable[[Values], float] | None = None
    also_on: Callable[[Values], bool] = field(default=lambda values: False)
    only_looks: Callable[[Values, bool], bool] = field(default=lambda values, is_brushed: False)
    of_parts: Callable[[Photo], Callable[[Pixels], Pixels]] | None = None

    @property
    def switch(self) -> str:
        """Name of the option that says whether, or how much."""
        return self.options[0].name

    def is_on(self, values: Values) -> bool:
        """Whether it has anything to do with these values."""
        return values[self.switch] != self.off or self.also_on(values)


def _needed_repair(reading: PhotoReading, values: Values) -> str:
    from gpen_desktop.core.stages.automatic import needed_repair  # noqa: PLC0415  -- brings OpenCV

    return needed_repair(reading, values)


def _repair(work: Work, progress: Progress) -> Worked:
    from gpen_desktop.core.stages.repair import repair  # noqa: PLC0415  -- brings OpenCV

    return repair(work, progress)


REPAIR: Final = Stage(
    name="repair",
    options=(
        Option(
            "repair",
            str,
            AUTO,
            "Repair damage",
            "Fills scratches, creases, dust and tears. Dust: specks of it alone. Auto looks for them and asks.",
            choices=(
                Choice("off", "Off", "Leaves damage as it is"),
                Choice(AUTO, "Auto", "Looks for damage, and fills what is brushed"),
                Choice(DUST, "Dust", "Removes specks of dust, leaves lines, and fills what is brushed"),
                Choice("on", "On", "Fills the damage that it finds, and what is brushed"),
            ),
            in_presets=True,
        ),
        Option(
            "filler",
            str,
            NO_MODEL,
            "Filled by",
            "Model that fills damage; none: the built-in one.",
            names_model=True,
        ),
    ),
    off="off",
    run=_repair,
    automatic=_needed_repair,
    brushed=AUTO,
    weights=REPAIRER,
    only_looks=lambda values, is_brushed: values["repair"] == AUTO and not is_brushed,
)


def _clean(work: Work, progress: Progress) -> Worked:
    from gpen_desktop.core.stages.cleaning import clean  # noqa: PLC0415  -- brings OpenCV

    return clean(work, progress)


def _needed_cleaning(reading: PhotoReading, values: Values) -> int:
    from gpen_desktop.core.stages.automatic import needed_cleaning  # noqa: PLC0415  -- brings OpenCV

    return needed_cleaning(reading, values)


CLEAN: Final = Stage(
    name="clean",
    options=(
        Option(
            "clean",
            int,
            AUTOMATIC,
            "Clean",
            "Takes out grain, the blocks of strong compression and the dots of print. "
            "Auto does so where a photo shows them.",
            limits=AUTOMATIC_PERCENT,
            unit="%",
            lowest_label="Auto",
            in_presets=True,
        ),
    ),
    off=0,
    run=_clean,
    blends=True,
    automatic=_needed_cleaning,
    weights=CLEANER,
)


def _restore_tone(work: Work, progress: Progress) -> Worked:
    from gpen_desktop.core.stages.tone import restore_tone  # noqa: PLC0415  -- brings OpenCV

    return restore_tone(work, progress)


def _tone_of_parts(photo: Photo) -> Callable[[Pixels], Pixels]:
    from gpen_desktop.core.stages.tone import tone_of_parts  # noqa: PLC0415  -- brings OpenCV

    return tone_of_parts(photo)


def _needed_tone(reading: PhotoReading, values: Values) -> int:
    from gpen_desktop.core.stages.automatic import needed_tone  # noqa: PLC0415  -- brings OpenCV

    return needed_tone(reading, values)


TONE: Final = Stage(
    name="tone",
    options=(
        Option(
            "tone",
            int,
            AUTOMATIC,
            "Restore tones",
            "Brings faded blacks, whites and colours back. Auto does so where a photo looks faded, less where it looks "
            "flat.",
            limits=AUTOMATIC_PERCENT,
            unit="%",
            lowest_label="Auto",
            in_presets=True,
        ),
    ),
    off=0,
    run=_restore_tone,
    blends=True,
    automatic=_needed_tone,
    of_parts=_tone_of_parts,
)


def _make_neutral(work: Work, progress: Progress) -> Worked:
    from gpen_desktop.core.stages.tone import make_neutral  # noqa: PLC0415  -- brings OpenCV

    return make_neutral(work, progress)


def _neutral_of_parts(photo: Photo) -> Callable[[Pixels], Pixels]:
    from gpen_desktop.core.stages.tone import neutral_of_parts  # noqa: PLC0415  -- brings OpenCV

    return neutral_of_parts(photo)


NEUTRAL: Final = Stage(
    name="neutral",
    options=(
        Option(
            "neutral",
            bool,
            False,
            "Neutral grey",
            "Takes the tint out of photos in one hue, such as sepia.",
            in_presets=True,
        ),
    ),
    off=False,
    run=_make_neutral,
    of_parts=_neutral_of_parts,
)


def _colour(work: Work, progress: Progress) -> Worked:
    from gpen_desktop.core.stages.colour import colour  # noqa: PLC0415  -- brings OpenCV

    return colour(work, progress)


COLOUR: Final = Stage(
    name="colour",
    options=(
        Option(
            "colour",
            int,
            0,
            "Colour",
            "Gives photos in one hue, grey or sepia, colours that a model thinks likely.",
            limits=PERCENT,
            unit="%",
        ),
        Option(
            "colour_model",
            str,
            AUTO,
            "Coloured by",
            "Model that says which colours; auto: the first that is installed.",
            names_model=True,
        ),
        Option("recolour", bool, False, "Colour it anew", "Also photos that are in colour lose theirs for new ones."),
    ),
    off=0,
    run=_colour,
    blends=True,
)


def _enlarge(work: Work, progress: Progress) -> Worked:
    from gpen_desktop.core.stages.enlarging import enlarge  # noqa: PLC0415  -- brings OpenCV

    return enlarge(work, progress)


def _number(value: Value) -> float:
    assert isinstance(value, int | float)  # as it is declared
    return value


ENLARGE: Final = Stage(
    name="enlarge",
    options=(
        Option(
            "scale",
            float,
            1,
            "Enlarge",
            "Size of the result compared with the photo.",
            limits=(1, 4),
            choices=(Choice(1, "1×"), Choice(2, "2×"), Choice(3, "3×"), Choice(4, "4×")),
        ),
        Option(
            "background",
            str,
            NO_MODEL,
            "Background",
            "Model for the whole photo, also at its own size; faces are restored over it.",
            names_model=True,
        ),
    ),
    off=1,
    run=_enlarge,
    scale=lambda values: _number(values["scale"]),
    also_on=lambda values: values["background"] != NO_MODEL,
)

_SEEN_ENLARGED: Final = 8_000_000
"""Pixels of an enlarged photo, at most, for a screen to show it: its heads are still composed while a slider moves."""

STAGES: tuple[Stage, ...] = (REPAIR, CLEAN, TONE, NEUTRAL, COLOUR, ENLARGE)
"""In the order in which they run; those that enlarge come last."""


def stage_options() -> tuple[Option, ...]:
    """The options of all stages."""
    return tuple(option for stage in STAGES for option in stage.options)


def stage_values(values: Values = MappingProxyType({})) -> Values:
    """A value for every option of every stage: that of `values`, which may hold others too, or the default.

    Raises OptionError for what is no value of its option.
    """
    full: dict[str, Value] = {}
    for option in stage_options():
        value = values.get(option.name, option.default)
        option.check(value)
        full[option.name] = option.parse(value)
    return MappingProxyType(full)


def without_automatic(values: Values) -> Values:
    """The values with everything off that is left to the program."""
    off = {stage.switch: stage.off for stage in STAGES if values[stage.switch] in (AUTOMATIC, AUTO)}
    return MappingProxyType({**values, **off})


def total_scale(values: Values) -> float:
    """How many times larger than the photo the result is."""
    return prod(stage.scale(values) for stage in STAGES if stage.scale is not None)


def is_same(stages: tuple[Stage, ...], one: Values, other: Values) -> bool:
    """Whether these stages make the same of a photo with either values."""
    return all(one[option.name] == other[option.name] for stage in stages for option in stage.options)


def keeping_size() -> tuple[Stage, ...]:
    """The stages that make what faces are found in: all but those that enlarge."""
    return tuple(stage for stage in STAGES if stage.scale is None)


def enlarging() -> tuple[Stage, ...]:
    """The other stages: those that enlarge."""
    return tuple(stage for stage in STAGES if stage.scale is not None)


def in_album(values: Values) -> tuple[Stage, ...]:
    """The stages that are run for a photo before anybody looks at it. One that enlarges is, where a model was chosen
    for it."""
    return tuple(stage for stage in STAGES if stage.scale is None or stage.also_on(values))


def on_screen(values: Values, size: tuple[int, int]) -> tuple[Stage, ...]:
    """The stages that make what a screen shows of a photo of (width, height) pixels: those of in_album, and all where
    it is seen enlarged."""
    return STAGES if is_seen_enlarged(values, size) else in_album(values)


def is_seen_enlarged(values: Values, size: tuple[int, int]) -> bool:
    """Whether a screen shows a photo of (width, height) pixels as large as it will be in the file."""
    return total_scale(values) > 1 and prod(enlarged(size, total_scale(values))) <= _SEEN_ENLARGED
