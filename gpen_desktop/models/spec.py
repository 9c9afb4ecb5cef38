"""What a model is for and what it takes, in plain data; needs no PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from gpen_desktop.messages import Message, say

Template = Literal["ffhq", "gpen"]
"""Where the five landmarks have to lie in an aligned crop; core/faces/alignment.py has the points."""


class Task(StrEnum):
    """What a model does."""

    FACE_RESTORER = "face restorer"
    FACE_COLOURISER = "face colouriser"
    FACE_INPAINTER = "face inpainter"
    FACE_DETECTOR = "face detector"
    LANDMARKS = "landmarks"
    FACE_PARSER = "face parser"
    UPSCALER = "upscaler"
    PHOTO_RESTORER = "photo restorer"
    COLOURISER = "colouriser"
    INPAINTER = "inpainter"


TASK_WORDS: Final[Mapping[Task, Message]] = {
    Task.FACE_RESTORER: say("face-restorer", "a face restorer"),
    Task.FACE_COLOURISER: say("face-colouriser", "a face colouriser"),
    Task.FACE_INPAINTER: say("face-inpainter", "a face inpainter"),
    Task.FACE_DETECTOR: say("face-detector", "a face detector"),
    Task.LANDMARKS: say("landmark-network", "a landmark network"),
    Task.FACE_PARSER: say("face-parser", "a face parser"),
    Task.UPSCALER: say("upscaler", "an upscaler"),
    Task.PHOTO_RESTORER: say("photo-restorer", "a photo restorer"),
    Task.COLOURISER: say("colouriser", "a photo colouriser"),
    Task.INPAINTER: say("inpainter", "a photo inpainter"),
}

FACE_TASKS: Final = frozenset([Task.FACE_RESTORER])
"""What can be chosen to restore the faces of a photo."""

ALIGNED_TASKS: Final = FACE_TASKS | {Task.FACE_COLOURISER, Task.FACE_INPAINTER}
"""Aligned crops in, crops of the same faces out."""

PHOTO_TASKS: Final = frozenset([Task.UPSCALER, Task.PHOTO_RESTORER])
"""RGB of any size in, RGB out: what can be chosen for the background of a photo."""

COLOUR_TASKS: Final = frozenset([Task.COLOURISER, Task.FACE_COLOURISER])
"""What can be chosen to give a photo, or the faces in it, colour."""

FILL_TASKS: Final = frozenset([Task.INPAINTER, Task.FACE_INPAINTER])
"""What can be chosen to fill what is marked as damage."""

USED_TASKS: Final = FACE_TASKS | PHOTO_TASKS | COLOUR_TASKS | FILL_TASKS
"""What this version has a use for, of weights that a user brings."""


@dataclass(frozen=True)
class ModelOption:
    """A knob of one model alone: a number from lowest to highest. models/choice.py has how it is asked for."""

    name: str
    lowest: float
    highest: float
    default: float


FIDELITY: Final = ModelOption("fidelity", 0.0, 1.0, 0.5)
"""CodeFormer's w: 0 gives the face that its codebook thinks best, 1 keeps closest to the photo. Its authors' program
starts at 0.5."""

DENOISE: Final = ModelOption("denoise", 0.0, 1.0, 1.0)
"""How much noise an enlarger takes away that has a partner which leaves it: the share of its own weights in the mixture
of both. As Real-ESRGAN's program has it, but for its start at 0.5."""

MODEL_OPTIONS: Final = {option.name: option for option in (FIDELITY, DENOISE)}


@dataclass(frozen=True)
class ModelSpec:
    """What whoever runs a model has to know of it.

    architecture: the registry's name of it. size: side of the square crops it takes and gives, pixels; 0 where pictures
    of any size are taken. template: of the crops; '' where faces are not aligned. value_range: black and white of
    what it takes and gives. precisions: what it can compute in, of 'fp32', 'fp16' and 'bf16'. bytes_per_item: working
    memory in fp32 for one crop, or for one pixel where any size is taken; half of it in 16 bits; 0 where
    nobody has measured it. options: its own.

    Of what takes pictures of any size: scale: how many times larger they come out. multiple, smallest: what their
    sides have to be a multiple of, and at least, pixels. margin: how far around itself a pixel sees, as far as it shows
    in the result, pixels; tiles overlap by it.
    """

    architecture: str
    task: Task
    size: int = 0
    template: Template | Literal[""] = ""
    value_range: tuple[float, float] = (0.0, 1.0)
    precisions: tuple[str, ...] = ("fp32",)
    bytes_per_item: int = 0
    options: tuple[ModelOption, ...] = ()
    scale: int = 1
    multiple: int = 1
    smallest: int = 1
    margin: int = 0
