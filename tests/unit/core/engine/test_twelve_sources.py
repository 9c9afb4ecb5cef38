"""Twelve kinds of files as people have them, restored: exiftool finds every tag of theirs in the results, but for those
that are rightly others."""

from __future__ import annotations

import json
import re
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from gpen_desktop.core.batch import album, batch
from gpen_desktop.core.batch.batch import BatchOptions, PhotoStatus
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.types import ComposeOptions
from tests.unit.core.drawn_faces import DrawnModels, KnownFaces, Sharpener, photo_with_faces
from tests.unit.core.made_files import (
    cmyk_profile,
    exif_with_canon_note,
    exiftool,
    grey_profile,
    jpeg_with_exif,
    needs_exiftool,
    png_chunks,
    png_of,
    srgb,
    tag,
    write_dng,
)

PHOTO, FACES = photo_with_faces((40, 60))
DATA = Path(__file__).parents[1] / "photo_files" / "data"
PEOPLE: Final = (
    *("-EXIF:Artist=Benjamin Couprié", "-EXIF:ImageDescription=Solvay 1927, 布鲁塞尔", "-EXIF:Copyright=free"),
    *("-EXIF:DateTimeOriginal=1927:10:24 11:00:00", "-EXIF:OffsetTimeOriginal=+01:00", "-EXIF:UserComment=album 3"),
    *("-XMP-dc:Title=Fifth conference", "-XMP-dc:Subject=physics", "-XMP-dc:Subject=Brussels", "-XMP-xmp:Rating=5"),
    "-XMP-mwg-rs:RegionInfo={AppliedToDimensions={W=700,H=400,Unit=pixel},RegionList=[{Name=Marie,Type=Face}]}",
)
PLACES: Final = ("-GPSLatitude=50.8371", "-GPSLatitudeRef=N", "-GPSLongitude=4.3819", "-GPSLongitudeRef=E")
SIZES: Final = ("-ExifImageWidth=700", "-ExifImageHeight=400")
PRESS: Final = ("-IPTC:Keywords=portrait", "-IPTC:Keywords=vergilbt", "-IPTC:City=Brussels", "-IPTC:By-line=Benjamin")


def camera_jpeg(folder: Path) -> Path:
    """With a maker's notes."""
    exif, _ = exif_with_canon_note("<")
    return tag(jpeg_with_exif(folder / "camera.jpg", exif, PHOTO.pixels), "-Orientation#=1", *SIZES, *PLACES)


def press_jpeg(folder: Path) -> Path:
    """Progressive, as an agency sends it: IPTC, Photoshop's paths and resolution, a comment, an ICC profile."""
    path = folder / "press.jpg"
    Image.fromarray(PHOTO.pixels).save(path, quality=92, progressive=True, icc_profile=srgb(), dpi=(300, 300))
    return tag(path, *PEOPLE, *PRESS, "-Comment=a comment", "-Photoshop:CopyrightFlag=True")


def grey_jpeg(folder: Path) -> Path:
    path = folder / "grey.jpg"
    Image.fromarray(PHOTO.pixels).convert("L").save(path, quality=92, icc_profile=grey_profile(2.2))
    return tag(path, *PEOPLE)


def cmyk_jpeg(folder: Path) -> Path:
    path = folder / "print.jpg"
    Image.fromarray(PHOTO.pixels).convert("CMYK").save(path, quality=92, icc_profile=cmyk_profile(), dpi=(600, 600))
    return tag(path, *PEOPLE, *PRESS)


def deep_png(folder: Path) -> Path:
    """16 bits, with texts in four kinds of chunk."""
    path = folder / "deep.png"
    cv2.imwrite(str(path), PHOTO.pixels[..., ::-1].astype(np.uint16) * 257)
    chunks = png_chunks(path.read_bytes())
    own = [
        (b"gAMA", struct.pack(">I", 45455)),
        (b"pHYs", struct.pack(">IIB", 11811, 11811, 1)),
        (b"oFFs", struct.pack(">iiB", 3, 4, 0)),
        (b"tIME", bytes([7, 206, 2, 3, 4, 5, 6])),
        (b"tEXt", b"Source\0shoe box"),
        (b"iTXt", b"Comment\0\0\0de\0Kommentar\0" + "Großtante".encode()),
    ]
    path.write_bytes(png_of([chunks[0], *own, *chunks[1:]]))
    return tag(path, *PEOPLE, *PLACES)


def palette_png(folder: Path) -> Path:
    path = folder / "palette.png"
    Image.fromarray(PHOTO.pixels).quantize(64).save(path, dpi=(96, 96))
    return tag(path, "-PNG:Author=Ida", "-XMP-dc:Creator=Ida")


def scan_tiff(folder: Path) -> Path:
    """Of 16 bits and big-endian, from a scanner."""
    path = folder / "scan.tif"
    tags = [(318, 5, 2, (3127, 10000, 3290, 10000), True), (50735, 2, 6, "A1234", True), (271, 2, 6, "Epson", True)]
    deep = PHOTO.pixels.astype(np.uint16) * 257
    how: dict[str, Any] = {"photometric": "rgb", "resolution": (1200, 1200), "resolutionunit": 2}
    tifffile.imwrite(path, deep, byteorder=">", extratags=tags, iccprofile=srgb(), metadata=None, **how)
    return tag(path, *PEOPLE, *PRESS, "-EXIF:HostComputer=attic")


def fax_tiff(folder: Path) -> Path:
    """Two pages, each with words of its own."""
    path = folder / "pages.tif"
    with tifffile.TiffWriter(path) as file:
        for number in (1, 2):
            file.write(PHOTO.pixels, photometric="rgb", description=f"page {number}", metadata=None)
    return tag(path, "-IFD1:Artist=Ida", "-IFD0:Artist=Ada", *PLACES)


def web_picture(folder: Path) -> Path:
    path = folder / "web.webp"
    Image.fromarray(PHOTO.pixels).save(path, lossless=True, icc_profile=srgb())
    return tag(path, *PEOPLE, *PLACES)


def telephone(folder: Path) -> Path:
    return Path(shutil.copy(DATA / "telephone.heic", folder))


def avif(folder: Path) -> Path:
    path = folder / "modern.avif"
    exif = Image.Exif()
    exif[0x10F], exif[0x13B] = "A maker", "Ida"
    Image.fromarray(PHOTO.pixels).save(path, quality=90, exif=exif, icc_profile=srgb())
    return path


def camera_raw(folder: Path) -> Path:
    return tag(write_dng(folder / "raw.dng", PHOTO.pixels / 255), *PEOPLE, *PLACES, *PRESS)


SOURCES: Final = (
    *(camera_jpeg, press_jpeg, grey_jpeg, cmyk_jpeg, deep_png, palette_png),
    *(scan_tiff, fax_tiff, web_picture, telephone, avif, camera_raw),
)

# What is rightly another in a result, or not there.
FILE_ITSELF = r"(SourceFile|(System|ExifTool|Composite):.*|File:(FileType.*|MIMEType|ExifByteOrder|CurrentIPTCDigest))$"
HOW_PIXELS_LIE = (
    r"(IFD\d|File|PNG|RIFF|JFIF):"
    r"(Image(Width|Height)|BitsPerSample|Compression|PhotometricInterpretation|StripOffsets|SamplesPerPixel"
    r"|RowsPerStrip|StripByteCounts|PlanarConfiguration|Predictor|EncodingProcess|ColorComponents|YCbCrSubSampling"
    r"|BitDepth|ColorType|Filter|Interlace|SubfileType|ImageSize|JFIFVersion|AlphaIsUsed)$"
)
OURS = r"(IFD\d:Software|IFD\d:Orientation|XMP-x:XMPToolkit|XMP-xmpMM:History.*)$"
RIGHTLY_OTHERS: Final[dict[Callable[[Path], Path], str]] = {
    # a palette is of the pixels as they were stored
    palette_png: r"PNG:(Palette|NumColors|Transparency|SignificantBits)",
    # colours of the press, which are sRGB's now; Adobe's segment says how the four inks are coded
    cmyk_jpeg: r"(ICC_Profile|ICC-.*|Adobe|APP14):.*",
    # a JPEG now: how its boxes lie; EXIF's word on how it is to be turned
    telephone: r"(QuickTime|Meta|ItemList|Track\d+):.*|IFD0:ResolutionUnit",
    avif: r"(QuickTime|Meta):.*",
    # developed: what described the sensor; the colours are sRGB's
    camera_raw: r"IFD0:(DNG(Backward)?Version|CFA.*|(Black|White)Level|ColorMatrix1|AsShotNeutral"
    r"|CalibrationIlluminant1)|ExifIFD:ColorSpace",
}


def all_tags(path: Path) -> dict[str, list[Any]]:
    output = exiftool("-json", "-G1:4", "-a", "-u", "-struct", "-n", "-b", path)
    found: dict[str, list[Any]] = {}
    for name, value in json.loads(output)[0].items():
        found.setdefault(re.sub(r":Copy\d+:", ":", name), []).append(value)
    return found


@needs_exiftool
@pytest.mark.parametrize("source", SOURCES, ids=lambda made: made.__name__)
def test_every_tag_is_in_the_result(tmp_path: Path, source: Callable[[Path], Path]) -> None:
    folder = tmp_path / "album"
    folder.mkdir()
    path = source(folder)
    (job,) = album.plan([folder], tmp_path / "out", recursive=False)
    faces = FACES if load_photo(path).pixels.shape == PHOTO.pixels.shape else ()
    engine = Engine(models=DrawnModels(KnownFaces(*faces), Sharpener()))
    options = BatchOptions(Edits(ComposeOptions(strength=100), model="sharpener"))
    report = batch.restore_photo(job, engine, options, SilentProgress())
    assert report.outcome is PhotoStatus.DONE
    assert bool(report.restored) == bool(faces)
    before, after = all_tags(path), all_tags(Path(str(report.target)))
    leave = [FILE_ITSELF, HOW_PIXELS_LIE, OURS, RIGHTLY_OTHERS.get(source, "$^")]
    expected = {name: value for name, value in before.items() if not any(re.match(p, name) for p in leave)}
    assert len(expected) >= 4, "the test compares what it means to"
    assert {name: after.get(name) for name in expected} == expected
