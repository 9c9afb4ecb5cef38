"""What is on screen, made in its own thread: the photo, its halvings, and compositions of the part that is looked at.

The window says what it wants (`Wanted`); only the latest wish counts. The work is pure and quick, and waits for no
model.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, QPointF, QSizeF, QThread, Signal, Slot
from PySide6.QtGui import QImage

from gpen_desktop.core.compose.layers import FaceLayers, cut_out_anew, scales_between
from gpen_desktop.core.compose.preview import Base, compose_part, halved, level_layers, pyramid
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.photo_files.patience import waiting_while
from gpen_desktop.core.photo_files.turning import turned
from gpen_desktop.core.pixels import to_8_bits
from gpen_desktop.core.stages.run import Staged, without
from gpen_desktop.core.stages.tone_reading import read_tone
from gpen_desktop.core.types import ComposeOptions, Photo, Pixels, Rect, RestoredFace
from gpen_desktop.errors import Cancelled
from gpen_desktop.gui.common.failure import from_exception
from gpen_desktop.gui.common.process import give_way
from gpen_desktop.gui.viewer import qimage
from gpen_desktop.gui.viewer.qimage import Picture

_THREADS: Final = min(4, os.cpu_count() or 1)
_OVERVIEW_SIDE: Final = 2048
"""Longest side of the picture that stands for the whole photo; what is looked at closer is added as a detail."""


@dataclass(frozen=True)
class Wanted:
    """What shall be on screen.

    visit: grows each time a photo is put on screen. item, path: the photo. faces: to show, each with the strength that
    select gave it; may be the first few only. staged: what stages made of it, to compose into. left_out: name of the
    stage to take back from that, for a look; '' for none.
    level, part: what is looked at closer than the overview (pyramid level; x0, y0, x1, y1 in its pixels); or None.
    quarters: how often the photo is turned clockwise. left: faces as another model made them, to show in place of the
    photo as it was; None for that.
    """

    visit: int = 0
    item: int = 0
    path: Path | None = None
    faces: tuple[tuple[RestoredFace, int], ...] = ()
    options: ComposeOptions = field(default_factory=ComposeOptions)
    staged: Staged | None = None
    left_out: str = ""
    level: int = 0
    part: Rect | None = None
    quarters: int = 0
    left: tuple[tuple[RestoredFace, int], ...] | None = None


@dataclass(frozen=True, eq=False)
class Opened:
    """A photo that is on screen from now on. overview: its level `level`, in screen colours. is_in_colour: neither grey
    nor in any other single hue."""

    visit: int
    item: int
    photo: Photo
    overview: QImage
    level: int
    is_in_colour: bool = True


@dataclass(frozen=True, eq=False)
class Shown:
    """An answer to a wish: what has been made anew; None for what still holds."""

    wanted: Wanted
    before_overview: Picture | None = None
    before_detail: Picture | None = None
    after_overview: Picture | None = None
    after_detail: Picture | None = None


class _Scene:
    """One photo at the sizes of the screen, as it was and as the stages left it."""

    def __init__(self, photo: Photo, pool: ThreadPoolExecutor) -> None:
        self.photo = photo
        self._pool = pool
        self.levels = pyramid(photo.pixels)
        self.to_screen = qimage.to_screen(photo.metadata.icc)
        self.overview_level = next(k for k, level in enumerate(self.levels) if max(level.shape[:2]) <= _OVERVIEW_SIDE)
        self._into: tuple[Photo | None, str] = (None, "")
        self._base = Base(self.levels, (1, 1))
        self._has_new_detail = False
        self._layers: dict[tuple[int, RestoredFace], FaceLayers] = {}

    def compose_into(self, staged: Staged | None, left_out: str) -> None:
        """Compose into what stages made, one of them left out or none (''); None: into the photo itself."""
        into = (None if staged is None else staged.photo, left_out)
        if into == self._into:
            return
        self._into = into
        self._has_new_detail = staged is not None and staged.has_new_detail
        base = self.photo if staged is None else without(staged, left_out)
        levels = self.levels if base is self.photo else pyramid(base.pixels)
        self._base = Base(levels, scales_between(self.photo, base))
        self._layers = {}

    def image(self, pixels: Pixels) -> QImage:
        return self.to_screen(to_8_bits(pixels))

    def before(self, level: int, part: Rect, wanted: Wanted) -> Picture:
        """The part as the photo was, or as another model made it."""
        if wanted.left is not None:
            return self._composed(level, part, wanted.left, wanted.options)
        image = self.image(self.levels[level][part[1] : part[3], part[0] : part[2]])
        return qimage.of_level(image, level, part[:2])

    def after(self, level: int, part: Rect, wanted: Wanted) -> Picture:
        """The part composed; with more pixels where the photo was enlarged."""
        return self._composed(level, part, wanted.faces, wanted.options)

    def _composed(
        self, level: int, part: Rect, chosen: tuple[tuple[RestoredFace, int], ...], options: ComposeOptions
    ) -> Picture:
        base = self._base
        at = base.level_for(level)
        part_at = base.part_at(at, level, part)
        faces = [
            (self._level_layers(at, face), strength)
            for face, strength in chosen
            if strength and _is_seen(face, level, part)
        ]

        def band(rect: Rect) -> Pixels:
            return compose_part(base.levels[at], faces, rect, options)

        made = [to_8_bits(np.concatenate(list(self._pool.map(band, _bands(part_at))), axis=1))]
        for _ in range(base.halvings(level)):
            made.append(to_8_bits(halved(made[-1])))
        across, down = base.steps(at)
        corner = QPointF(part_at[0] * across, part_at[1] * down)
        return Picture(tuple(map(self.to_screen, made)), corner, QSizeF(across, down))

    def keep_only(self, faces: set[RestoredFace], level: int) -> None:
        """Forget the layers of faces that are gone, and those of details at other levels."""
        kept = {self._base.level_for(each) for each in (level, self.overview_level)}
        self._layers = {key: layers for key, layers in self._layers.items() if key[1] in faces and key[0] in kept}

    def _level_layers(self, at: int, face: RestoredFace) -> FaceLayers:
        """at: level of what is composed into."""
        key, base = (at, face), self._base
        if key not in self._layers:
            cut = cut_out_anew(base.levels[0], face, base.scales) if self._has_new_detail else face
            self._layers[key] = level_layers(base.levels[at], cut, at, base.scales)
        return self._layers[key]


def _bands(part: Rect) -> list[Rect]:
    """A part cut into upright bands, one for each thread (faces mostly stand side by side); composed alone, they give
    what the whole part would."""
    x0, y0, x1, y1 = part
    edges = np.linspace(x0, x1, min(_THREADS, x1 - x0) + 1).astype(int).tolist()
    return [(left, y0, right, y1) for left, right in pairwise(edges)]


class _Mailbox:
    """Holds the latest wish; taking it empties the box."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted: Wanted | None = None
        self._is_closed = False

    def put(self, wanted: Wanted) -> None:
        with self._lock:
            self._wanted = wanted

    def take(self) -> Wanted | None:
        with self._lock:
            wanted, self._wanted = self._wanted, None
            return wanted

    def is_full(self) -> bool:
        with self._lock:
            return self._wanted is not None

    def is_other_photo_wanted(self, visit: int) -> bool:
        """Whether the wish that waits is for another visit, or none will ever be fulfilled."""
        with self._lock:
            return self._is_closed or (self._wanted is not None and self._wanted.visit != visit)

    def close(self) -> None:
        """Nothing is wanted any more."""
        with self._lock:
            self._wanted, self._is_closed = None, True


class PreviewWorker(QObject):
    """Makes what the latest wish wants and is not there yet: first what is looked at, then the rest."""

    opened = Signal(object)
    open_failed = Signal(int, object)
    shown = Signal(object)
    failed = Signal(int, object)

    def __init__(self, mailbox: _Mailbox) -> None:
        super().__init__()
        self._mailbox = mailbox
        self._pool = ThreadPoolExecutor(_THREADS, "compose", give_way)
        self._scene: _Scene | None = None
        self._item = 0
        self._have = Wanted()
        self._overview_is_of: Wanted | None = None

    @Slot()
    def begin(self) -> None:
        """The thread has begun."""
        give_way()

    @Slot()
    def work(self) -> None:
        """Fulfil the latest wish. Nothing that goes wrong leaves this slot."""
        wanted = self._mailbox.take()
        if wanted is None or wanted.path is None:
            return
        try:
            scene = self._scene
            if wanted.visit != self._have.visit or scene is None:
                with waiting_while(lambda: not self._mailbox.is_other_photo_wanted(wanted.visit)):
                    scene = self._open(wanted, wanted.path)
        except Cancelled:
            return  # for the wish that came meanwhile
        except BaseException as error:
            self._scene = None
            self.open_failed.emit(wanted.item, from_exception(error, wanted.path))
            return
        try:
            self._show(scene, wanted)
        except BaseException as error:
            self.failed.emit(wanted.item, from_exception(error, wanted.path))

    @Slot()
    def clear(self) -> None:
        """Give the photo's memory back."""
        self._scene = None

    def close(self) -> None:
        """End the threads that compose. Called once this object's own thread has ended."""
        self._pool.shutdown()

    def _open(self, wanted: Wanted, path: Path) -> _Scene:
        scene = self._scene if wanted.item == self._item else None
        if scene is None or scene.photo.quarters != wanted.quarters:
            self._scene = None  # the old photo's memory is given back before the new one takes its own
            photo = load_photo(path) if scene is None else scene.photo
            scene = self._scene = _Scene(turned(photo, wanted.quarters - photo.quarters), self._pool)
            self._item = wanted.item
        self._have, self._overview_is_of = Wanted(visit=wanted.visit), None
        overview = scene.image(scene.levels[scene.overview_level])
        is_in_colour = not read_tone(scene.levels[scene.overview_level]).one_hue
        opened = Opened(wanted.visit, wanted.item, scene.photo, overview, scene.overview_level, is_in_colour)
        self.opened.emit(opened)
        return scene

    def _show(self, scene: _Scene, wanted: Wanted) -> None:
        have = self._have
        scene.compose_into(wanted.staged, wanted.left_out)
        faces = {face for face, _ in (*wanted.faces, *(wanted.left or ()))}
        scene.keep_only(faces, wanted.level if wanted.part else scene.overview_level)
        if wanted.part is not None:
            is_moved = (wanted.level, wanted.part) != (have.level, have.part)
            before = after = None
            if is_moved or not _is_same_left(wanted, have):
                before = scene.before(wanted.level, wanted.part, wanted)
            if is_moved or not _is_same_look(wanted, have):
                after = scene.after(wanted.level, wanted.part, wanted)
            if before is not None or after is not None:
                self.shown.emit(Shown(wanted, before_detail=before, after_detail=after))
        self._have = wanted
        if self._mailbox.is_full() and wanted.part is not None:
            return  # the overview can wait until the slider rests
        known = self._overview_is_of
        is_new_left = not _is_same_left(wanted, known or Wanted())
        if known is None or is_new_left or not _is_same_look(wanted, known):
            level = scene.overview_level
            height, width = scene.levels[level].shape[:2]
            rect = (0, 0, width, height)
            left = scene.before(level, rect, wanted) if is_new_left else None
            is_same = known is not None and _is_same_look(wanted, known)
            right = None if is_same else scene.after(level, rect, wanted)
            self._overview_is_of = wanted
            self.shown.emit(Shown(wanted, before_overview=left, after_overview=right))


def _is_same_look(a: Wanted, b: Wanted) -> bool:
    return (a.options, a.faces, a.left_out) == (b.options, b.faces, b.left_out) and _photo(a) is _photo(b)


def _is_same_left(a: Wanted, b: Wanted) -> bool:
    if a.left is None or b.left is None:
        return a.left is b.left
    return (a.options, a.left, a.left_out) == (b.options, b.left, b.left_out) and _photo(a) is _photo(b)


def _photo(wanted: Wanted) -> Photo | None:
    return None if wanted.staged is None else wanted.staged.photo


def _is_seen(face: RestoredFace, level: int, part: Rect) -> bool:
    """Whether any of the face's crop may lie in the part; the crop is a square of under six eye distances."""
    x, y = face.crop.face.landmarks.mean(axis=0) / 2**level
    reach = 6 * max(face.crop.face.eye_distance, face.crop.face.box[2] / 2.1) / 2**level
    return bool(part[0] - reach < x < part[2] + reach and part[1] - reach < y < part[3] + reach)


class Preview(QObject):
    """The main thread's side: say what is wanted, hear what is shown."""

    opened = Signal(object)
    open_failed = Signal(int, object)
    shown = Signal(object)
    failed = Signal(int, object)

    _wake = Signal()
    _clear = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = _Mailbox()
        self._thread = QThread(self)
        self._thread.setObjectName("preview")
        self._worker = PreviewWorker(self._mailbox)
        self._worker.moveToThread(self._thread)
        self._wake.connect(self._worker.work)
        self._clear.connect(self._worker.clear)
        self._worker.opened.connect(self.opened)
        self._worker.open_failed.connect(self.open_failed)
        self._worker.shown.connect(self.shown)
        self._worker.failed.connect(self.failed)
        self._thread.started.connect(self._worker.begin)
        self._thread.start()

    def want(self, wanted: Wanted) -> None:
        """Replace the wish. Answers come as signals."""
        self._mailbox.put(wanted)
        self._wake.emit()

    def clear(self) -> None:
        """Nothing is on screen any more."""
        self._mailbox.take()
        self._clear.emit()

    def shut_down(self) -> None:
        """End the thread and wait for it."""
        self._mailbox.close()
        self._thread.quit()
        self._thread.wait()
        self._worker.close()
