"""Small pictures of files, made off the main thread."""

from __future__ import annotations

import io
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from PySide6.QtCore import QObject, QPointF, QRunnable, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QTransform

from gpen_desktop.core.compose import framing
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.photo_files.patience import waiting_while
from gpen_desktop.core.photo_files.reading import read_whole
from gpen_desktop.core.pixels import size_at, to_8_bits
from gpen_desktop.errors import Cancelled, UnreadablePhotoError
from gpen_desktop.gui.common.process import give_way
from gpen_desktop.gui.viewer import qimage

_log = logging.getLogger(__name__)

_KEPT: Final = 400
"""Thumbnails in memory; the rest are made again when they come into sight."""


class ThumbnailLoader(QObject):
    """Makes thumbnails of files that are asked for, the latest asked first, and keeps the last few hundred.

    ready: the path, once its thumbnail is there.
    """

    ready = Signal(object)

    _made = Signal(object, QImage)

    def __init__(self, side: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._images: OrderedDict[Path, QImage] = OrderedDict()
        self._asked: set[Path] = set()
        self._priority = 0
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)  # the processor belongs to restoring
        self._is_closed = threading.Event()
        self._made.connect(self._on_made)

    def get(self, path: Path) -> QImage | None:
        """The thumbnail, or None until `ready`; null where the file cannot be read."""
        if path in self._images:
            self._images.move_to_end(path)
            return self._images[path]
        if path not in self._asked:
            self._asked.add(path)
            self._priority += 1
            self._pool.start(_Task(path, self._side, self._made.emit, self._is_closed), self._priority)
        return None

    def shut_down(self) -> None:
        """Drop what is not begun and wait for the rest, but not for a disk that does not answer."""
        self._is_closed.set()
        self._pool.clear()
        self._pool.waitForDone()

    @Slot(object, QImage)
    def _on_made(self, path: Path, image: QImage) -> None:
        self._asked.discard(path)
        self._images[path] = image
        while len(self._images) > _KEPT:
            self._images.popitem(last=False)
        self.ready.emit(path)


def as_edited(image: QImage, edits: Edits) -> QImage:
    """A small picture of a file, turned, straightened and cropped as the photo is."""
    if edits.quarters:
        image = image.transformed(QTransform().rotate(90 * edits.quarters))
    frame = edits.options.frame
    if frame.is_whole or image.isNull():
        return image
    x0, y0, x1, y1 = framing.kept(frame, (image.width(), image.height()))
    shown = QImage(x1 - x0, y1 - y0, QImage.Format.Format_RGB32)
    painter = QPainter(shown)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.translate(image.width() / 2 - x0, image.height() / 2 - y0)
    painter.rotate(frame.degrees)
    painter.drawImage(QPointF(-image.width() / 2, -image.height() / 2), image)
    painter.end()
    return shown


class _Task(QRunnable):
    def __init__(
        self, path: Path, side: int, done: Callable[[Path, QImage], object], is_closed: threading.Event
    ) -> None:
        super().__init__()
        self._is_closed = is_closed
        self._path = path
        self._side = side
        self._done = done

    def run(self) -> None:
        give_way()
        try:
            with waiting_while(lambda: not self._is_closed.is_set()):
                image = make_thumbnail(self._path, self._side)
        except Exception as error:  # the photo itself will say what is wrong with it when it is opened
            _log.info("no thumbnail of %s: %s", self._path, error)
            image = QImage()
        self._done(self._path, image)


def make_thumbnail(path: Path, side: int) -> QImage:
    """A picture of a file, longer side `side` px at most, upright, in screen colours. Raises PhotoError, OSError."""
    try:
        pixels, icc = _quick(path, side)
    except (UnreadablePhotoError, Cancelled):
        raise
    except Exception:
        photo = load_photo(path)  # slower, and reads everything that the program reads
        pixels, icc = to_8_bits(photo.pixels), photo.metadata.icc
    scale = min(1.0, side / max(pixels.shape[:2]))
    size = size_at(scale, pixels)
    return qimage.to_screen(icc)(np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8))


def _quick(path: Path, side: int) -> tuple[NDArray[np.uint8], bytes]:
    """Decoded no larger than needed where the format allows it. Raises for what Pillow cannot bring to 8-bit RGB."""
    with Image.open(io.BytesIO(read_whole(path))) as image:
        image.draft("RGB", (2 * side, 2 * side))
        if image.mode not in ("RGB", "L", "P", "RGBA"):
            raise ValueError(image.mode)
        icc = image.info.get("icc_profile") or b""
        upright = ImageOps.exif_transpose(image)
        return np.asarray(upright.convert("RGB")), icc if image.mode == "RGB" else b""
