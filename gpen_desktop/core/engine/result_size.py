"""How large an enlarged result may be."""

from __future__ import annotations

from gpen_desktop.core import memory
from gpen_desktop.core.output.cost import cost_of
from gpen_desktop.core.photo_files.load_save import MAX_PIXELS
from gpen_desktop.core.types import Photo
from gpen_desktop.errors import PhotoTooLargeError
from gpen_desktop.messages import say


def check_enlarged(photo: Photo, scale: float) -> None:
    """Raise PhotoTooLargeError for a photo enlarged beyond what is worked on, or beyond the memory that is free."""
    name = photo.path.name if photo.path else say("the-photo", "The photo")
    cost = cost_of((photo.width, photo.height), scale)
    if cost.width * cost.height > MAX_PIXELS:
        raise PhotoTooLargeError(
            say(
                "result-too-large",
                "{name} would have {megapixels} million pixels at {scale} times its size.",
                name=name,
                megapixels=int(cost.megapixels),
                scale=round(scale, 2),
            ),
            todo=say("result-limit", "Results can have up to {limit} million pixels.", limit=MAX_PIXELS // 1_000_000),
            path=photo.path,
        )
    if scale > 1 and cost.memory > memory.available_bytes():
        raise PhotoTooLargeError(
            say(
                "photo-needs-memory",
                "{name} ({width} x {height} pixels) needs {size} GB of memory, which is not free.",
                name=name,
                width=cost.width,
                height=cost.height,
                size=round(cost.memory / 1e9, 1),
            ),
            todo=say("enlarge-less", "Close other programs, or enlarge it less."),
            path=photo.path,
        )
