"""Numbers of the fields of a TIFF's directory (TIFF 6.0, and its supplements by Adobe)."""

from __future__ import annotations

SUBFILE, WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC = 254, 256, 257, 258, 259, 262
STRIP_OFFSETS, SAMPLES, STRIP_ROWS, STRIP_SIZES, PLANAR = 273, 277, 278, 279, 284
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT, PREDICTOR = 282, 283, 296, 317
TILE_OFFSETS, TILE_SIZES, SUB_DIRECTORIES, EXTRA_SAMPLES, SAMPLE_FORMAT = 324, 325, 330, 338, 339
XMP, IPTC, PHOTOSHOP, ICC, LAYERS = 700, 33723, 34377, 34675, 37724
YCBCR = 6  # a value of PHOTOMETRIC: the only one whose channels may be stored at a lower resolution

# Within the range of tags that DNG took, but true of the photo: camera, its number, its lens, the raw file's name.
_OF_CAMERA = frozenset([50708, 50709, 50735, 50736, 50827])
# How the pixels lie and are coded: true of the source file only, so never carried over. White point (318) and primaries
# (319) are no such field: they describe the colours.
OF_PIXELS = frozenset(
    number
    for numbers in (
        (*range(254, 267), 273, *range(277, 282), 284, *range(288, 294), 297, 301, 317, *range(320, 327)),
        (*range(330, 348), *range(512, 522), *range(529, 533), 33421, 33422, *range(50706, 52600), LAYERS),
    )
    for number in numbers
    if number not in _OF_CAMERA
)
APART = frozenset([XMP, IPTC, PHOTOSHOP, ICC])  # kept in fields of their own
