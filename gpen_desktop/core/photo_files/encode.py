"""Photo -> bytes of a file. The same photo and options give the same bytes: nothing of the time or machine goes in."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, replace
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpen_desktop.core.photo_files import icc
from gpen_desktop.core.photo_files import metadata as photo_metadata
from gpen_desktop.core.photo_files.formats import bmp, jpeg, png, tiff, webp
from gpen_desktop.core.photo_files.formats.tiff_structure import StructureError
from gpen_desktop.core.types import Metadata, Photo, Pixels, SourceFormat
from gpen_desktop.errors import ReasonError
from gpen_desktop.messages import Message, say

DEFAULT_QUALITY = 95
_FULL_CHROMA = 0  # Pillow's number for 4:4:4
_MAX_SIDE = {"JPEG": 65500, "WEBP": webp.MAX_SIDE}  # libjpeg's JPEG_MAX_DIMENSION; WebP's 14 bits
_SIXTEEN_BITS = frozenset(["PNG", "TIFF"])
_WEBP_EFFORT = 4  # of 0 to 6: the library's own default


class CannotEncodeError(ReasonError):
    """The picture does not fit into the format."""


@dataclass(frozen=True)
class Encoded:
    """A whole file, and what it could not keep."""

    data: bytes
    warnings: tuple[Message, ...]


def encode(photo: Photo, kind: str, quality: int | None, software: str | None) -> Encoded:
    """Encode a photo as 'JPEG', 'PNG', 'TIFF', 'WEBP' or 'BMP' with its metadata.

    quality: 1 to 100 for JPEG and WebP; None keeps the source's own way of storing where the kind is the same, and
    else means 95. Raises CannotEncodeError.
    """
    _check_size(photo, kind)
    warnings = photo_metadata.left_out(photo.metadata, kind)
    if not _is_grey(photo, kind) and icc.colour_space(photo.metadata.icc) == "GRAY":
        photo = _in_srgb(photo)
        warnings.append(say("grey-profile-converted", "The tones of the grey colour profile were converted to sRGB."))
    samples = _samples(photo, kind, warnings)
    metadata = photo_metadata.for_output(photo.metadata, photo.width, photo.height, software)
    if kind == "JPEG":
        data, problems = jpeg.assemble(_jpeg(samples, photo.source, quality), metadata)
        return Encoded(data, (*warnings, *problems))
    return Encoded(_other_than_jpeg(samples, metadata, kind, photo.source, quality), tuple(warnings))


def _other_than_jpeg(
    samples: Pixels, metadata: Metadata, kind: str, source: SourceFormat, quality: int | None
) -> bytes:
    if kind == "PNG":
        return png.assemble(_png(samples), metadata)
    if kind == "WEBP":
        return _webp(samples, metadata, source, quality)
    if kind == "BMP":
        return bmp.assemble(_bmp(samples), metadata)
    try:
        return tiff.write(samples, metadata)
    except StructureError as error:
        raise CannotEncodeError(error.reason) from error


def _check_size(photo: Photo, kind: str) -> None:
    limit = _MAX_SIDE.get(kind)
    if limit is not None and max(photo.width, photo.height) > limit:
        raise CannotEncodeError(
            say("side-limit", "a {format} can be at most {limit} pixels wide and high", format=_name(kind), limit=limit)
        )


def _name(kind: str) -> str:
    return "WebP" if kind == "WEBP" else kind


def _is_grey(photo: Photo, kind: str) -> bool:
    """Whether the file will have one colour channel; a WebP always has three."""
    return photo.source.grey and kind != "WEBP"


def _in_srgb(photo: Photo) -> Photo:
    """A photo that has a grey profile, in sRGB."""
    pixels = icc.grey_to_srgb(photo.pixels, photo.metadata.icc)
    return replace(photo, pixels=pixels, metadata=replace(photo.metadata, icc=b""))


def _samples(photo: Photo, kind: str, warnings: list[Message]) -> Pixels:
    """The photo as this kind can store it, (H, W, C); adds sentences on what was given up for that."""
    colours = photo.pixels
    if photo.source.grey:
        grey = luminance(colours)[..., None]
        colours = cast(Pixels, grey if _is_grey(photo, kind) else np.repeat(grey, 3, axis=2))
    samples = colours if photo.alpha is None else cast(Pixels, np.dstack([colours, photo.alpha]))
    if samples.dtype == np.uint16 and kind not in _SIXTEEN_BITS:
        samples = to_8_bits(samples)
        warnings.append(say("stored-as-8-bits", "A {format} holds 8 bits per channel, not 16.", format=_name(kind)))
    if photo.alpha is not None and kind == "JPEG":
        if samples[..., -1].min() < 255:
            warnings.append(
                say(
                    "transparency-onto-white", "A JPEG cannot be transparent: transparent parts were filled with white."
                )
            )
        samples = _onto_white(samples)
    return cast(Pixels, np.ascontiguousarray(samples))


def luminance(pixels: Pixels) -> Pixels:
    """Rec. 601 luma of (H, W, 3) pixels, rounded: (H, W), the dtype stays. What is grey already stays as it is."""
    if np.array_equal(pixels[..., 0], pixels[..., 1]) and np.array_equal(pixels[..., 0], pixels[..., 2]):
        return pixels[..., 0]
    red, green, blue = (pixels[..., i].astype(np.uint32) for i in range(3))
    weighted = 299 * red + 587 * green + 114 * blue  # below 2**32 for 16 bits too
    return cast(Pixels, ((weighted + 500) // 1000).astype(pixels.dtype))


def to_8_bits(samples: Pixels) -> NDArray[np.uint8]:
    """16-bit samples as 8-bit ones, rounded to the nearest."""
    return ((samples.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)


def _onto_white(samples: Pixels) -> Pixels:
    """8-bit samples, the last of which is alpha, over white: one channel less."""
    alpha = samples[..., -1:].astype(np.uint32)
    colours = samples[..., :-1].astype(np.uint32)
    return ((colours * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def _jpeg(samples: Pixels, source: SourceFormat, quality: int | None) -> bytes:
    own = max(source.jpeg_subsampling, _FULL_CHROMA)  # an unknown sampling (-1) is not copied: 4:4:4 loses nothing
    if quality is not None or not source.jpeg_tables:
        return _by_pillow(samples, "JPEG", quality=quality or DEFAULT_QUALITY, subsampling=own)
    tables = [list(values) for _, values in sorted(source.jpeg_tables.items())]
    return _by_pillow(samples, "JPEG", qtables=tables, subsampling=own)


def _png(samples: Pixels) -> bytes:
    return _png_16(samples) if samples.dtype == np.uint16 else _by_pillow(samples, "PNG")


def _png_16(samples: Pixels) -> bytes:
    """Pillow writes no 16-bit colours, OpenCV no grey with alpha. Every row is stored as differences to the row above
    (filter type 2), which suits photographs."""
    height, width, channels = samples.shape
    rows = np.ascontiguousarray(samples.astype(">u2")).view(np.uint8).reshape(height, -1)
    filtered = np.full((height, rows.shape[1] + 1), 2, dtype=np.uint8)
    filtered[0, 1:] = rows[0]
    filtered[1:, 1:] = rows[1:] - rows[:-1]
    colour_type = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    return png.encode_chunks(struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0), filtered.tobytes())


def _webp(samples: Pixels, metadata: Metadata, source: SourceFormat, quality: int | None) -> bytes:
    blocks = {"exif": metadata.exif, "icc_profile": metadata.icc, "xmp": metadata.xmp}
    lossless = source.lossless and quality is None
    return _by_pillow(
        samples,
        "WEBP",
        lossless=lossless,
        exact=lossless,  # the colours under what is transparent too
        quality=quality or (80 if lossless else DEFAULT_QUALITY),  # lossless: the effort, the library's own default
        method=_WEBP_EFFORT,
        **blocks,
    )


def _bmp(samples: Pixels) -> bytes:
    """Pillow writes no alpha that is read back, so OpenCV does; a BMP has no grey with alpha."""
    channels = samples.shape[2]
    if channels in (1, 3):
        return _by_pillow(samples, "BMP")
    order = [0, 0, 0, 1] if channels == 2 else [2, 1, 0, 3]
    done, data = cv2.imencode(".bmp", np.ascontiguousarray(samples[..., order]))
    if not done:
        raise CannotEncodeError(say("bmp-encoder-failed", "the BMP encoder failed"))
    return data.tobytes()


def _by_pillow(samples: Pixels, kind: str, **options: object) -> bytes:
    picture = Image.fromarray(samples[..., 0] if samples.shape[2] == 1 else samples)
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()
