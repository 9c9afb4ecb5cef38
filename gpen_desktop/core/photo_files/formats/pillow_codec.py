"""Pillow as the decoder and encoder of most formats."""

from __future__ import annotations

import io
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from types import MappingProxyType
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, JpegImagePlugin

from gpen_desktop.core.photo_files import icc
from gpen_desktop.core.photo_files.formats.codec import Decoded
from gpen_desktop.core.photo_files.formats.header import DamagedFileError, FileHeader
from gpen_desktop.core.types import Pixels
from gpen_desktop.messages import Message, say

_STRIP = 64  # rows that are taken over at a time: they stay in the processor's cache
_MAXBLOCK = threading.Lock()  # which belongs to the whole process


class _WithoutAlarms:
    """Pillow's limit on sizes and Python's warning filters belong to the whole process: both are off (ours was held
    before) from the first of the decodings that overlap, in any number of threads, to the last, and then as before."""

    def __init__(self) -> None:
        self._counting = threading.Lock()
        self._decoding = 0
        self._before = ExitStack()

    def __enter__(self) -> None:
        with self._counting:
            self._decoding += 1
            if self._decoding == 1:
                self._before.enter_context(warnings.catch_warnings())
                warnings.simplefilter("ignore")
                self._before.callback(setattr, Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
                Image.MAX_IMAGE_PIXELS = None

    def __exit__(self, *_error: object) -> None:
        with self._counting:
            self._decoding -= 1
            if self._decoding == 0:
                self._before.close()


_WITHOUT_ALARMS = _WithoutAlarms()


def decode(header: FileHeader) -> Decoded:
    """Decode a file of a format that Pillow knows by the same name. May raise anything."""
    with _open(header) as image:
        image.load()
        samples, is_srgb, words = _samples(image, header.metadata.icc)
        if not isinstance(image, JpegImagePlugin.JpegImageFile):
            return Decoded(samples, is_srgb, warnings=words)
        tables = {number: tuple(values) for number, values in image.quantization.items()}
        sampling = JpegImagePlugin.get_sampling(image)
        return Decoded(
            samples, is_srgb, jpeg_tables=MappingProxyType(tables), jpeg_subsampling=sampling, warnings=words
        )


def decode_with_profile(header: FileHeader) -> Decoded:
    """The same, of a format whose colour profile the decoder alone finds; sRGB's own is not worth a word."""
    with _open(header) as image:
        profile = image.info.get("icc_profile", b"")
        image.load()
        samples, is_srgb, words = _samples(image, profile)
        return Decoded(samples, is_srgb, icc=b"" if icc.is_srgb(profile) else profile, warnings=words)


def gives(header: FileHeader, samples: Pixels) -> bool:
    """Whether decoding the file gives these samples; they are not in memory a second time. May raise anything."""
    with _open(header) as image:
        mode = {1: "L", 3: "RGB"}.get(samples.shape[2])
        if image.mode != mode:
            return np.array_equal(_samples(image, header.metadata.icc)[0], samples)
        image.load()
        return all(np.array_equal(strip, samples[y : y + _STRIP]) for y, strip in _strips(image, mode))


def encode(samples: Pixels, format: str, **options: object) -> bytes:
    """A file of these 8-bit samples, (H, W, C), without metadata unless the options bring it. format: Pillow's name."""
    picture = Image.fromarray(samples[..., 0] if samples.shape[2] == 1 else samples)
    with _file_in_memory() as file:
        with _room_for(2 * samples.nbytes) if options.get("progressive") else nullcontext():
            picture.save(file, format, **options)
        file.seek(0)
        return file.read()


def _file_in_memory() -> BinaryIO:
    """Where the system has such, one of its own: as long as Pillow writes to that other threads may run, but not as
    long as it fills a buffer of ours."""
    if sys.platform == "linux" and hasattr(os, "memfd_create"):  # many Pythons are made for a C library without it
        with suppress(OSError):  # sandboxes refuse it
            return os.fdopen(os.memfd_create("picture"), "w+b")
    return io.BytesIO()


@contextmanager
def _room_for(size: int) -> Iterator[None]:
    """A block of so many bytes for Pillow's encoders: a progressive JPEG has to fit into one."""
    with _MAXBLOCK:
        usual, ImageFile.MAXBLOCK = ImageFile.MAXBLOCK, max(ImageFile.MAXBLOCK, size)
        try:
            yield
        finally:
            ImageFile.MAXBLOCK = usual


@contextmanager
def _open(header: FileHeader) -> Iterator[Image.Image]:
    """The picture, opened without Pillow's warnings and without its size limit."""
    with _WITHOUT_ALARMS, Image.open(io.BytesIO(header.pixel_data), formats=[header.format]) as image:
        yield image


def _samples(image: Image.Image, profile: bytes) -> tuple[Pixels, bool, tuple[Message, ...]]:
    """The samples; whether they were turned into sRGB; and a sentence if so."""
    if image.mode in ("CMYK", "LAB", "YCbCr"):
        converted, words = _to_rgb(image, profile)
        return _array(converted, "RGB"), True, words
    if image.mode in ("P", "PA"):
        return _palette_samples(image), False, ()
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)[..., None], False, ()
    grey = image.mode in ("1", "L", "LA", "La")
    alpha = image.mode in ("LA", "La", "RGBA", "RGBa") or "transparency" in image.info
    if not grey and image.mode not in ("RGB", "RGBA", "RGBa", "RGBX"):
        raise DamagedFileError(say("unsupported-pixels", "its pixel format ({mode}) is not supported", mode=image.mode))
    target = {(True, False): "L", (True, True): "LA", (False, False): "RGB", (False, True): "RGBA"}[grey, alpha]
    return _array(image, target), False, ()


def _array(image: Image.Image, mode: str) -> NDArray[np.uint8]:
    """(H, W, C) of a picture in the colours of `mode`; taken over in strips, or it would be in memory four times."""
    width, height = image.size
    array = np.empty((height, width, Image.getmodebands(mode)), np.uint8)
    for y, strip in _strips(image, mode):
        array[y : y + _STRIP] = strip
    return array


def _strips(image: Image.Image, mode: str) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """First row and samples (h, W, C) of each strip of a picture, in the colours of `mode`."""
    width, height = image.size
    for y in range(0, height, _STRIP):
        strip = image.crop((0, y, width, min(y + _STRIP, height)))
        samples = (strip if strip.mode == mode else strip.convert(mode)).tobytes()
        yield y, np.frombuffer(samples, np.uint8).reshape(-1, width, Image.getmodebands(mode))


def _palette_samples(image: Image.Image) -> NDArray[np.uint8]:
    """A palette's colours; grey if all that occur are."""
    has_alpha = image.mode == "PA" or "transparency" in image.info
    samples = _array(image, "RGBA" if has_alpha else "RGB")
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
