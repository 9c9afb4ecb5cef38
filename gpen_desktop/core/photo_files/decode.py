"""File -> pixels, as stored: RGB, alpha apart, 8 or 16 bit."""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, JpegImagePlugin, UnidentifiedImageError

from gpen_desktop.core.photo_files import decode16, icc
from gpen_desktop.core.photo_files.formats import tiff
from gpen_desktop.core.photo_files.formats.header import DAMAGED, ENDS_EARLY, DamagedFileError, Scan
from gpen_desktop.core.types import Pixels
from gpen_desktop.messages import Message, say

_PILLOW = threading.Lock()  # its size limit and Python's warning filters belong to the whole process


@dataclass(frozen=True)
class Decoded:
    """A file's pixels.

    samples: (H, W, C), uint8 or uint16: grey, grey and alpha, RGB, or RGBA. is_srgb: the colours were turned into sRGB,
    so the file's profile no longer holds. jpeg_tables, jpeg_subsampling: as in SourceFormat.
    """

    samples: Pixels
    is_srgb: bool = False
    jpeg_tables: Mapping[int, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    jpeg_subsampling: int = -1
    warnings: tuple[Message, ...] = ()


def decode(scan: Scan) -> Decoded:
    """Decode a scanned file. Raises DamagedFileError, whatever lies in the file, and MemoryError."""
    try:
        if scan.format == "PNG" and decode16.is_16_bit_png(scan.stream):
            return Decoded(decode16.png(scan.stream, scan.transparent))
        if scan.format == "TIFF":
            return _decode_tiff(scan)
        return _decode_with_pillow(scan)
    except (DamagedFileError, MemoryError):
        raise
    except UnidentifiedImageError as error:
        raise DamagedFileError(
            say("unsupported-variant", "it is damaged, or a kind of {format} that is not supported", format=scan.format)
        ) from error
    except Exception as error:  # a decoder given a damaged file raises anything: SyntaxError, struct.error, KeyError …
        words = str(error).lower()
        early = any(sign in words for sign in ("truncated", "not enough", "incomplete", "unexpected end"))
        raise DamagedFileError(ENDS_EARLY if early else DAMAGED) from error


def _decode_tiff(scan: Scan) -> Decoded:
    structure = tiff.structure(scan.stream)
    if structure.sample_format == 3:
        raise DamagedFileError(
            say("float-pixels", "its pixels are floating-point numbers; save it with 8 or 16 bits per channel first")
        )
    if structure.sample_format == 2 or max(structure.bits) > 16:
        raise DamagedFileError(
            say("odd-bit-depth", "it does not have 8 or 16 bits per channel; save it with 8 or 16 bits first")
        )
    if set(structure.bits) == {16} and structure.photometric in (0, 1, 2):
        return Decoded(decode16.tiff(scan.stream, structure))
    decoded = _decode_with_pillow(scan)
    if structure.bits[0] == 12:
        samples = decode16.widened(decoded.samples, 4095)
        return Decoded(samples, decoded.is_srgb, warnings=decoded.warnings)
    if 16 in structure.bits:
        words = say("read-as-8-bits", "Its 16 bits per channel were read as 8.")
        return Decoded(decoded.samples, decoded.is_srgb, warnings=(*decoded.warnings, words))
    return decoded


def _decode_with_pillow(scan: Scan) -> Decoded:
    with _open(scan) as image:
        image.load()
        samples, is_srgb, words = _samples(image, scan.metadata.icc)
        if not isinstance(image, JpegImagePlugin.JpegImageFile):
            return Decoded(samples, is_srgb, warnings=words)
        tables = {number: tuple(values) for number, values in image.quantization.items()}
        sampling = JpegImagePlugin.get_sampling(image)
        return Decoded(samples, is_srgb, MappingProxyType(tables), sampling, words)


@contextmanager
def _open(scan: Scan) -> Iterator[Image.Image]:
    """The picture, opened without Pillow's warnings and without its size limit (ours was held before)."""
    with _PILLOW, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            with Image.open(io.BytesIO(scan.stream), formats=[scan.format]) as image:
                yield image
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _samples(image: Image.Image, profile: bytes) -> tuple[Pixels, bool, tuple[Message, ...]]:
    """The samples; whether they were turned into sRGB; and a sentence if so."""
    if image.mode in ("CMYK", "LAB", "YCbCr"):
        converted, words = _to_rgb(image, profile)
        return _array(converted), True, words
    if image.mode in ("P", "PA"):
        return _palette_samples(image), False, ()
    if image.mode.startswith("I;16"):
        return np.ascontiguousarray(np.asarray(image).astype(np.uint16)[..., None]), False, ()
    grey = image.mode in ("1", "L", "LA", "La")
    alpha = image.mode in ("LA", "La", "RGBA", "RGBa") or "transparency" in image.info
    if not grey and image.mode not in ("RGB", "RGBA", "RGBa", "RGBX"):
        raise DamagedFileError(say("unsupported-pixels", "its pixel format ({mode}) is not supported", mode=image.mode))
    target = {(True, False): "L", (True, True): "LA", (False, False): "RGB", (False, True): "RGBA"}[grey, alpha]
    return _array(image.convert(target)), False, ()


def _array(image: Image.Image) -> NDArray[np.uint8]:
    array: NDArray[Any] = np.array(image, dtype=np.uint8)
    return array if array.ndim == 3 else array[..., None]


def _palette_samples(image: Image.Image) -> NDArray[np.uint8]:
    """A palette's colours; grey if all that occur are."""
    has_alpha = image.mode == "PA" or "transparency" in image.info
    samples = _array(image.convert("RGBA" if has_alpha else "RGB"))
    is_grey = np.array_equal(samples[..., 0], samples[..., 1]) and np.array_equal(samples[..., 0], samples[..., 2])
    return np.ascontiguousarray(np.delete(samples, (1, 2), axis=2)) if is_grey else samples


def _to_rgb(image: Image.Image, profile: bytes) -> tuple[Image.Image, tuple[Message, ...]]:
    """A picture in colours other than RGB as sRGB."""
    if image.mode == "YCbCr":
        return image.convert("RGB"), ()
    if image.mode == "LAB":
        return icc.to_srgb(image, b""), (say("lab-converted", "The Lab colours were converted to sRGB."),)
    if icc.colour_space(profile) == "CMYK":
        try:
            return icc.to_srgb(image, profile), (say("cmyk-converted", "The CMYK colours were converted to sRGB."),)
        except ImageCms.PyCMSError:
            pass
    words = say(
        "cmyk-without-profile", "The CMYK colours were converted without a colour profile, and may look different."
    )
    return image.convert("RGB"), (words,)
