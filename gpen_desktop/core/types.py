"""What passes between the stages. Everything here is frozen, and arrays are read-only.

What holds arrays is compared by identity (eq=False): two photos are the same only if they are one object.

Coordinates are OpenCV's: x right, y down, integer values at pixel centres. Colours are RGB.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, NewType, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.options import (
    FACE_OPTIONS,
    STRAIGHTEN_LIMIT,
    Mode,
    Value,
    Values,
    face_default,
    face_option,
)
from gpen_desktop.core.source_file import Metadata, SourceFormat
from gpen_desktop.messages import Message

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
FloatImage = NDArray[np.float32]
Affine = NDArray[np.float64]

Rect = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels; the last two are outside."""


ArrayT = TypeVar("ArrayT", bound=NDArray[Any])


def frozen(array: ArrayT) -> ArrayT:
    """Mark an array read-only and give it back."""
    array.flags.writeable = False
    return array


@dataclass(frozen=True, eq=False)
class Photo:
    """One picture in memory, upright.

    pixels: (H, W, 3) RGB, uint8 or uint16, C-contiguous, read-only, in the colours of metadata.icc (sRGB if empty).
    alpha: (H, W) of the same dtype, or None.
    warnings: what could not be kept when it was read.
    quarters: how often it was turned clockwise since, by quarter turns, 0 to 3.
    """

    pixels: Pixels
    source: SourceFormat
    alpha: Pixels | None = None
    metadata: Metadata = field(default_factory=Metadata)
    path: Path | None = None
    warnings: tuple[Message, ...] = ()
    quarters: int = 0

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def white(self) -> int:
        """The largest value a channel can have: 255 or 65535."""
        return int(np.iinfo(self.pixels.dtype).max)


FaceId = NewType("FaceId", str)
"""Which face of a photo: given when it is found or drawn, kept when it is corrected. Never shown, never stored."""

NO_FACE: Final = FaceId("")


def _new_face_id() -> FaceId:
    return FaceId(uuid.uuid4().hex)


@dataclass(frozen=True, eq=False)
class Face:
    """One face in a photo.

    landmarks: (5, 2) float64, photo pixels: image-left eye, image-right eye, nose tip, image-left and image-right
    mouth corner. score: the detector's, higher is surer; faces drawn by hand have infinity. id: of this face alone; its
    number, which is what people see, is its place in the photo's faces from 1.
    """

    landmarks: NDArray[np.float64]
    score: float
    id: FaceId = field(default_factory=_new_face_id)

    @property
    def is_by_hand(self) -> bool:
        """Whether a person drew it, or corrected its points."""
        return math.isinf(self.score)

    @property
    def eye_distance(self) -> float:
        """Distance of the eyes in photo pixels."""
        return float(np.hypot(*(self.landmarks[1] - self.landmarks[0])))

    @property
    def roll(self) -> float:
        """In-plane tilt in degrees, positive clockwise on screen."""
        dx, dy = self.landmarks[1] - self.landmarks[0]
        return float(np.degrees(np.arctan2(dy, dx)))

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Upright box (x, y, w, h) around forehead to chin, in photo pixels: 2.1 x 2.5 eye distances, centred a little
        below the points' mean, as detectors of the field draw it."""
        centre = self.landmarks.mean(axis=0)
        eye = max(self.eye_distance, float(np.hypot(*(self.landmarks[3:].mean(0) - self.landmarks[:2].mean(0)))))
        w, h = 2.1 * eye, 2.5 * eye
        return (float(centre[0] - w / 2), float(centre[1] - h * 0.52), w, h)


@dataclass(frozen=True, eq=False)
class Crop:
    """One face cut out of the photo, upright at the model's size, or a larger crop of a head that goes on above that
    (faces/high_heads.py).

    pixels: (S, S, 3) float32 RGB in [0, 1]. to_crop: (2, 3), photo coordinates to crop coordinates. aligned: where the
    aligned crop lies in it, as shares of its side: left, top, side.
    """

    face: Face
    pixels: FloatImage
    to_crop: Affine
    aligned: tuple[float, float, float] = (0.0, 0.0, 1.0)

    @property
    def is_larger(self) -> bool:
        """Whether it shows more than the aligned crop."""
        return self.aligned[2] < 1

    def aligned_part(self, picture: FloatImage) -> FloatImage:
        """Of a picture of the crop (s, s, ...), in any size, what the aligned crop shows."""
        left, top, side = (round(share * picture.shape[0]) for share in self.aligned)
        return picture[top : top + side, left : left + side]


@dataclass(frozen=True)
class Drift:
    """How far a restored face is from the one in the photo at coarse scale (core/faces/identity.py).

    structure: share of its shapes that are not the source's, 0 to 1. colour: distance of the mean colours, CIELAB 1976.
    shift: mean distance of the landmarks, in percent of the face's size (regions.face_sizes).
    """

    structure: float = 0.0
    colour: float = 0.0
    shift: float = 0.0

    @property
    def total(self) -> float:
        """All three as one distance, each in terms of what is allowed of it; over 1: too far."""
        return math.hypot(self.structure / 0.4, self.colour / 6.0, self.shift / 9.0)

    @property
    def share(self) -> float:
        """How much of the restored face may be blended in, 0 to 1, for what comes out to be no further away than is
        allowed; 0 where that is less than half: two faces would be seen in one."""
        share = min(1.0, 1 / max(self.total, 1e-6))
        return share if share >= 0.5 else 0.0


@dataclass(frozen=True, eq=False)
class RestoredFace:
    """A crop, what the model made of it, and where it may be pasted.

    restored: (S, S, 3) float32 RGB in [0, 1]. face_mask, head_mask, skin_mask: (S, S) float32 in [0, 1]; the head's is
    where the restored crop is pasted, the others where the face and its skin are (faces/masks.py).
    sharp_scale: up to which scale of the result the source is about as sharp as the model can make it
    (compose/texture.py: sharp_scale); 0 for none.
    drift: how far it is from its source. vivid: the face with invented detail (compose/invention.py), (S, S, 3) as
    restored, None where it was not asked; vivid_drift: how far that is from the source.
    """

    crop: Crop
    restored: FloatImage
    face_mask: FloatImage
    head_mask: FloatImage
    skin_mask: FloatImage
    sharp_scale: float
    drift: Drift = Drift()
    vivid: FloatImage | None = None
    vivid_drift: Drift = Drift()


Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Frame:
    """Which part of a photo is kept, and how it is turned about its middle before, so that it stands straight.

    degrees: clockwise, within STRAIGHTEN_LIMIT either way. box: (x0, y0, x1, y1) of the part, in shares of the
    straightened photo's width and height, 0 to 1; where corners of it lie outside the photo, the part is smaller. None:
    the largest part of that shape, from the middle. shape: one of core/options.py's SHAPES; changes nothing where
    there is a box.
    """

    degrees: float = 0.0
    box: Box | None = None
    shape: str = "original"

    def __post_init__(self) -> None:
        x0, y0, x1, y1 = self.box or (0, 0, 1, 1)
        if not (abs(self.degrees) <= STRAIGHTEN_LIMIT and 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
            raise ValueError(f"no such frame: {self.degrees} degrees, {self.box}")

    @property
    def is_whole(self) -> bool:
        """Whether it is the photo as it is, whatever its size."""
        is_all = self.shape in ("original", "free") if self.box is None else self.box == (0, 0, 1, 1)
        return not self.degrees and is_all


FaceSelection = Literal["all", "largest"] | frozenset[FaceId]


@dataclass(frozen=True)
class ComposeOptions:
    """Everything the fast stage takes; none of it needs a model run.

    What each means, its range and its default are declared in core/options.py. faces: 'all', 'largest', or which; ids
    of faces that are not in the photo mean nothing. face_strengths: own strength of a face, by its id. frame: what of
    the photo is kept.
    """

    mode: Mode = field(default=face_default("mode", Mode))
    strength: int = field(default=face_default("strength", int))
    skin_protection: bool = field(default=face_default("skin_protection", bool))
    denoise: int = field(default=face_default("denoise", int))
    sharpen: int = field(default=face_default("sharpen", int))
    invent: int = field(default=face_default("invent", int))
    faces: FaceSelection = "all"
    min_face: int = field(default=face_default("min_face", int))
    face_strengths: Mapping[FaceId, int] = field(default_factory=lambda: MappingProxyType({}))
    restore_sharp: bool = field(default=face_default("restore_sharp", bool))
    if_changed: str = field(default=face_default("if_changed", str))
    frame: Frame = Frame()

    def __post_init__(self) -> None:
        for option in FACE_OPTIONS:
            value = getattr(self, option.name)
            if not isinstance(value, frozenset):
                option.check(value)
        for strength in self.face_strengths.values():
            face_option("strength").check(strength)

    @property
    def invents(self) -> bool:
        """Whether the network that invents detail is needed."""
        return self.invent > 0

    @classmethod
    def of(cls, values: Values) -> Self:
        """The options with these values of FACE_OPTIONS; of others there nothing is taken. Raises OptionError."""
        named: dict[str, Any] = {o.name: values[o.name] for o in FACE_OPTIONS if o.name in values}
        return cls(**named | {"mode": Mode(named.get("mode", cls.mode))})


class FaceState(StrEnum):
    """What became of a face."""

    RESTORED = "restored"
    ALREADY_SHARP = "already sharp"
    TOO_SMALL = "too small"
    NOT_SELECTED = "not selected"
    STRENGTH_ZERO = "strength 0"
    BLENDED_BACK = "blended back"
    CHANGED = "changed too much"


RESTORED_STATES: Final = frozenset([FaceState.RESTORED, FaceState.BLENDED_BACK])
"""Of faces that are composed into the photo."""


@dataclass(frozen=True, eq=False)
class ComposedFace:
    """What became of one face: number (from 1), state, and where pixels may have changed (x0, y0, x1, y1) or None.
    strength: 0 to 100, with which it was composed. Places are those in the photo, whatever is kept of it.
    """

    number: int
    face: Face
    state: FaceState
    changed: Rect | None = None
    strength: int = 0


BRUSH_RADII: Final = (1, 200)
"""Photo pixels."""


@dataclass(frozen=True)
class Stroke:
    """A stroke of the brush over the damage of a photo: marked as damage, or, with `erases`, as none.

    points: (x, y) in photo pixels, joined by straight lines; one alone is a dot. radius: of the brush, photo pixels,
    within BRUSH_RADII.
    """

    points: tuple[tuple[float, float], ...]
    radius: float
    erases: bool = False


@dataclass(frozen=True)
class Seen:
    """Something that was seen of a photo, in a word or two. stage: name of the stage that can do something about it.
    offered: value of its first option that does, where the program only offers that; None where it acts by itself."""

    stage: str
    words: Message
    offered: Value | None = None


@dataclass(frozen=True)
class StageResult:
    """What a stage of the whole photo did. strength: 1 to 100, 100 where it has none; 0: nothing, and words say why.
    asks: what it saw on the way and asks about."""

    stage: str
    strength: int
    words: Message
    asks: Seen | None = None


@dataclass(frozen=True, eq=False)
class Composed:
    """The composed picture, ready to save as `photo`, and what was done to get there.

    faces: what became of each. seen: of the whole photo. stages: what was done to it. is_framed: whether it is a part
    of the photo, or was straightened.
    """

    photo: Photo
    faces: tuple[ComposedFace, ...]
    seen: tuple[Seen, ...] = ()
    stages: tuple[StageResult, ...] = ()
    is_framed: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether it is anything but the photo as it was."""
        is_restored = any(face.changed is not None for face in self.faces)
        return self.is_framed or is_restored or any(stage.strength for stage in self.stages)
