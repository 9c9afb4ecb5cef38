"""How a camera's raw file is told from a TIFF, which most of them are underneath. Pure; cheap to import."""

from __future__ import annotations

from typing import Final

from gpen_desktop.core.photo_files import tiff_structure as tiff
from gpen_desktop.core.photo_files.tiff_structure import StructureError

# Olympus, Panasonic, Fujifilm, Sigma, Minolta; Canon's CR2 and Phase One, which are TIFFs up to there.
_STARTS: Final = (b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FUJIFILMCCD-RAW", b"FOVb", b"\0MRM")
_MARKS: Final = ((8, b"CR\2"), (8, b"IIII"))
_SUBFILE, _SUB_DIRECTORIES, _DNG_VERSION = 254, 330, 50706
_COMPRESSION, _PHOTOMETRIC = 259, 262
_RAW_COMPRESSIONS: Final = frozenset([32767, 34713, 65535])  # Sony, Nikon, Pentax
_RAW_PHOTOMETRICS: Final = frozenset([32803, 34892])  # a colour filter's mosaic; linear raw (DNG 1.7)


def is_camera_raw(start: bytes) -> bool:
    """Whether a file that starts with these bytes is a camera's raw file; the more there are, the surer this is of
    those whose first directory stands far in."""
    if start.startswith(_STARTS) or (start[4:8] == b"ftyp" and start[8:12] == b"crx "):
        return True
    try:
        layout = tiff.layout_of(start)
        main = tiff.directory_at(start, layout, layout.first)
    except StructureError:
        return False
    if any(start[at : at + len(mark)] == mark for at, mark in _MARKS):
        return True
    tags = {tag for tag, _ in tiff.places(start, layout, main)}

    def number(tag: int) -> int:
        return tiff.integer(start, layout, main.entries.get(tag), 0)

    # the first picture of most is a small preview
    is_preview_first = bool(number(_SUBFILE) & 1) and _SUB_DIRECTORIES in tags
    coded = number(_COMPRESSION) in _RAW_COMPRESSIONS or number(_PHOTOMETRIC) in _RAW_PHOTOMETRICS
    return _DNG_VERSION in tags or is_preview_first or coded
