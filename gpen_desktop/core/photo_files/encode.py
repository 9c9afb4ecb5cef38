"""Photo -> bytes of a file. The same photo and options give the same bytes: nothing of the time or machine goes in."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from gpen_desktop.core.photo_files import icc
from gpen_desktop.core.photo_files import metadata as photo_metadata
from gpen_desktop.core.photo_files.formats.codec import CannotEncodeError, Encoded, Picture
from gpen_desktop.core.photo_files.registry import Format
from gpen_desktop.core.pixels import luminance, to_8_bits
from gpen_desktop.core.types import Photo, Pixels
from gpen_desktop.messages import Message, say


def encode(photo: Photo, format: Format, quality: int | None, software: str | None) -> Encoded:
    """Encode a photo in a format that can be written, with its metadata.

    quality: 1 to 100 where the format has one; None keeps the source's own way of storing where the format is the
    same, and else means 95. Raises CannotEncodeError.
    """
    write = format.codec().encode
    if write is None:
        raise CannotEncodeError(say("never-written", "{format} files can be read but not written", format=format.title))
    if format.max_side is not None and max(photo.width, photo.height) > format.max_side:
        raise CannotEncodeError(
            say(
                "side-limit",
                "a {format} can be at most {limit} pixels wide and high",
                format=format.title,
                limit=format.max_side,
            )
        )
    warnings = photo_metadata.left_out(photo.metadata, format)
    if not (photo.source.grey and format.has_grey) and icc.colour_space(photo.metadata.icc) == "GRAY":
        photo = _in_srgb(photo)
        warnings.append(say("grey-profile-converted", "The tones of the grey colour profile were converted to sRGB."))
    samples = _samples(photo, format, warnings)
    metadata = photo_metadata.for_output(photo.metadata, photo.width, photo.height, software)
    encoded = write(Picture(samples, metadata, photo.source, quality))
    return Encoded(encoded.data, (*warnings, *encoded.warnings))


def _in_srgb(photo: Photo) -> Photo:
    """A photo that has a grey profile, in sRGB."""
    pixels = icc.grey_to_srgb(photo.pixels, photo.metadata.icc)
    return replace(photo, pixels=pixels, metadata=replace(photo.metadata, icc=b""))


def _samples(photo: Photo, format: Format, warnings: list[Message]) -> Pixels:
    """The photo as this format can store it, (H, W, C); adds sentences on what was given up for that."""
    colours = photo.pixels
    if photo.source.grey:
        grey = luminance(colours)[..., None]
        colours = cast(Pixels, grey if format.has_grey else np.repeat(grey, 3, axis=2))
    samples = colours if photo.alpha is None else cast(Pixels, np.dstack([colours, photo.alpha]))
    if samples.dtype == np.uint16 and format.bits == 8:
        samples = to_8_bits(samples)
        warnings.append(say("stored-as-8-bits", "A {format} holds 8 bits per channel, not 16.", format=format.title))
    if photo.alpha is not None and not format.has_alpha:
        if samples[..., -1].min() < np.iinfo(samples.dtype).max:
            warnings.append(
                say(
                    "transparency-onto-white",
                    "A {format} cannot be transparent: transparent parts were filled with white.",
                    format=format.title,
                )
            )
        samples = _onto_white(samples)
    return cast(Pixels, np.ascontiguousarray(samples))


def _onto_white(samples: Pixels) -> Pixels:
    """Samples, the last of which is alpha, over white: one channel less."""
    white = int(np.iinfo(samples.dtype).max)
    alpha = samples[..., -1:].astype(np.uint32)  # white * white is below 2**32 for 16 bits too
    colours = samples[..., :-1].astype(np.uint32)
    return cast(Pixels, ((colours * alpha + white * (white - alpha) + white // 2) // white).astype(samples.dtype))
