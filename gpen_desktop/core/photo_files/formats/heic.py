"""HEIC, telephones' usual format: read by libheif, never written (its encoders are GPL)."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pi_heif
from pi_heif import options
from PIL import UnidentifiedImageError

from gpen_desktop.core.photo_files.formats import isobmff
from gpen_desktop.core.photo_files.formats.codec import Codec, Decoded
from gpen_desktop.core.photo_files.formats.header import FileHeader
from gpen_desktop.core.pixels import divided_by_alpha, to_16_bits

# Nothing of these is used, and what is not read cannot be damaged.
options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False


def read_header(data: bytes) -> FileHeader:
    """Read a HEIC up to its pixels, which libheif will turn as the file asks."""
    return replace(isobmff.read_header(data, "HEIC"), orientation=1)


def decode(header: FileHeader) -> Decoded:
    """Decode the primary picture. May raise whatever libheif raises."""
    picture = pi_heif.open_heif(header.pixel_data, convert_hdr_to_8bit=False, hdr_to_16bit=False)
    try:
        samples = np.array(picture)  # a copy: the memory is libheif's and goes with `picture`
    except SyntaxError as error:  # by which it says that it cannot decode this kind of pictures
        raise UnidentifiedImageError from error
    samples = samples[..., None] if samples.ndim == 2 else samples
    colours, _, depth = str(picture.mode).partition(";")
    if samples.dtype == np.uint16:
        bits = int(re.sub(r"\D", "", depth))
        samples = to_16_bits(samples, (1 << bits) - 1)
    if colours.endswith("a"):
        samples = divided_by_alpha(samples)
    return Decoded(np.ascontiguousarray(samples))


CODEC = Codec(read_header, decode, None, is_animation=isobmff.is_animation)
