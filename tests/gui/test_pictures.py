"""Pixels as Qt's pictures, in the colours that their profile means, and thumbnails."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColorSpace

from gpen_desktop.errors import UnreadablePhotoError
from gpen_desktop.gui.album.thumbnails import make_thumbnail
from gpen_desktop.gui.viewer import qimage
from tests.gui.pixels import to_pixels


def test_pixels_and_images_are_the_same(tmp_path: Path) -> None:
    pixels = np.random.default_rng(3).integers(0, 255, (31, 17, 3), np.uint8)
    assert np.array_equal(to_pixels(qimage.from_pixels(pixels)), pixels)


def test_the_photos_profile_is_honoured() -> None:
    wide = bytes(QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb).iccProfile().data())
    pixels = np.full((4, 4, 3), (60, 200, 60), np.uint8)
    on_screen = to_pixels(qimage.to_screen(wide)(pixels))[0, 0]
    plain = to_pixels(qimage.to_screen(b"")(pixels))[0, 0]
    assert plain.tolist() == [60, 200, 60]
    # the same numbers mean a stronger green in Adobe RGB: red falls to nothing in sRGB
    assert on_screen[0] < 5
    assert on_screen[1] > 195


def test_a_grey_profile_counts_as_srgb() -> None:
    grey = QColorSpace(QPointF(0.3127, 0.3290), QColorSpace.TransferFunction.Gamma, 1.8)
    pixels = np.full((4, 4, 3), 120, np.uint8)
    assert grey.colorModel() == QColorSpace.ColorModel.Gray
    assert np.array_equal(to_pixels(qimage.to_screen(bytes(grey.iccProfile().data()))(pixels)), pixels)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes in folders")
@pytest.mark.timeout(30)
def test_no_thumbnail_waits_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(UnreadablePhotoError):
        make_thumbnail(tmp_path / "pipe.jpg", 100)


def test_thumbnails_are_upright_and_small(tmp_path: Path) -> None:

    picture = np.zeros((300, 600, 3), np.uint8)
    picture[:, :300] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    Image.fromarray(picture).save(tmp_path / "turned.jpg", exif=exif)
    image = make_thumbnail(tmp_path / "turned.jpg", 100)
    assert (image.width(), image.height()) == (50, 100)
    assert image.pixelColor(25, 10).lightness() > 200
    assert image.pixelColor(25, 90).lightness() < 50
    cv2.imwrite(str(tmp_path / "deep.png"), np.full((40, 80, 3), 40_000, np.uint16))
    deep = make_thumbnail(tmp_path / "deep.png", 40)
    assert abs(deep.pixelColor(5, 5).red() - 156) <= 1
