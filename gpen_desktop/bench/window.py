"""Measures the window: how soon it is there, how it answers while the models work, what it holds in memory.

Every figure comes from a real window (of Qt's platform as it is set; 'offscreen' draws with the same raster engine).
Photos are made here from noise; a network of GPEN-512's layout with random weights stands for a slow model.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from gpen_desktop.core.engine import presets
from gpen_desktop.core.engine.compute import ComputeOptions, ModelStatus
from gpen_desktop.core.engine.crop_cache import CropCache
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine, ModelSource
from gpen_desktop.core.engine.face_networks import LoadedRestorer
from gpen_desktop.core.photo_files import load_save
from gpen_desktop.core.progress import Progress
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.stages.work import Networks, NoNetworks
from gpen_desktop.core.types import Face, FloatImage, Photo, frozen
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.common import theme
from gpen_desktop.gui.common.process import resident_bytes
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.shell import application
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer.preview import Shown
from gpen_desktop.messages import say
from gpen_desktop.models.catalog import BUILTIN
from gpen_desktop.models.spec import ModelSpec, Task

_PATIENCE_S: Final = 240.0


def run(*, model: str = BUILTIN, album: int = 500) -> dict[str, Any]:
    """Measure everything. Returns figures by name, all in milliseconds, frames a second, seconds or megabytes.

    model: for the time to the first face. album: number of photos for the memory figure.
    """
    start = _time_to_window()
    app = theme.application() if QApplication.instance() else QApplication(sys.argv[:1])
    application.set_up(app)
    theme.apply(app, "dark")
    with tempfile.TemporaryDirectory(prefix="gpen-desktop-bench-") as name:
        folder = Path(name)
        return {
            "platform": app.platformName(),
            "window_visible_s": start,
            "first_face_s": _time_to_first_face(app, folder, model),
            "divider_24mp": _divider(app, folder),
            "strength_to_picture_ms_12mp_5_faces": _strength_latency(app, folder, zoom=None),
            "strength_to_picture_ms_12mp_5_faces_at_100_percent": _strength_latency(app, folder, zoom=1.0),
            "event_loop_gap_ms_while_gpen_512_runs": _longest_gap(folder, _faces_only(str(_random_gpen_512(folder)))),
            "event_loop_gap_ms_while_the_whole_photo_is_looked_at": _longest_gap(folder, Edits(model=BUILTIN)),
            "album": _album(app, folder, album),
        }


def _time_to_window() -> float:
    """Seconds from the start of the program to its first painted window; the second of two starts, so that files are
    cached."""
    code = (
        "import time,sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from gpen_desktop.gui.shell import application, main_window\n"
        "shown = main_window.MainWindow.paintEvent\n"
        "def painted(self, event):\n"
        "    shown(self, event)\n"
        "    print(time.time(), flush=True)\n"
        "    QTimer.singleShot(0, self.close)\n"
        "main_window.MainWindow.paintEvent = painted\n"
        "sys.exit(application.run([]))\n"
    )
    for _ in range(2):
        started = time.time()
        with tempfile.TemporaryDirectory() as home:
            environment = {**os.environ, "XDG_DATA_HOME": home}
            answer = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
            )
        seconds = float(answer.stdout.split()[0]) - started
    return round(seconds, 2)


class _DrawnModels:
    """Finds faces where they were drawn, restores them by a blur: for what has nothing to do with models."""

    def __init__(self, faces: tuple[Face, ...]) -> None:
        self._faces = faces

    name = "drawn"

    def load_finder(self, _wanted: ComputeOptions) -> _DrawnModels:
        return self

    def load_inventor(self, _model: str, _wanted: ComputeOptions) -> None:
        """Nothing invents detail beside them."""

    def load_guard(self) -> None:
        """Drawn faces are nobody."""

    def load_parser(self, _wanted: ComputeOptions) -> None:
        """Faces are drawn without one."""

    def photo_networks(self, _wanted: ComputeOptions) -> Networks:
        return NoNetworks()

    def cpu_threads(self) -> int:
        return 1

    def limit_threads_here(self, _count: int) -> None:
        """They compute nothing."""

    def load_restorer(self, _model: str, _wanted: ComputeOptions) -> LoadedRestorer:
        return _Blur()

    def detect(self, _photo: Photo, *, progress: object = None) -> tuple[Face, ...]:
        return self._faces

    def refine(self, _photo: Photo, _box: object) -> Face:
        return self._faces[0]


class _DrawnFaces(_DrawnModels):
    """Finds faces where they were drawn, restores them with the models of this computer."""

    def load_restorer(self, model: str, wanted: ComputeOptions) -> LoadedRestorer:
        from gpen_desktop.core.engine import local_models  # noqa: PLC0415  -- torch would count as time to the window

        return local_models.load_restorer(model, wanted)


class _Blur:
    spec = ModelSpec("blur", Task.FACE_RESTORER, size=512, template="ffhq")
    model_name, batch = "blur", 8
    status = ModelStatus("blur", "CPU", say("measured", "it is measured"))

    def restore(self, crops: Sequence[FloatImage], progress: Progress) -> list[FloatImage]:
        return [frozen(np.asarray(cv2.GaussianBlur(crop, (0, 0), 2), np.float32)) for crop in crops]

    runs_beside_itself = False

    def choose(self, model: str) -> bool:
        return False

    def release(self) -> None:
        """Nothing is kept."""


def _engine(folder: Path, models: ModelSource | None = None) -> Engine:
    return Engine(cache=CropCache(folder), models=models)


def _faces_only(model: str) -> Edits:
    """Without the stages of the whole photo, which take seconds and are measured by 'bench photo'."""
    preset = next(preset for preset in presets.BUILT_IN if preset.key == "faces")
    return presets.applied(preset, Edits(model=model))


@contextmanager
def _window(engine: Engine, folder: Path) -> Iterator[MainWindow]:
    window = MainWindow(engine, SettingsStore(folder / "settings.ini"))
    window.resize(1440, 900)
    window.show()
    window.workspace.defaults = _faces_only(BUILTIN)
    _wait(window.isVisible)
    try:
        yield window
    finally:
        window.close_now()
        window.deleteLater()
        QApplication.processEvents()


def _wait(until: Callable[[], bool]) -> None:
    """Run the event loop, asleep between events as in real life, until something holds. Raises TimeoutError."""
    end = time.monotonic() + _PATIENCE_S
    heartbeat = QTimer()
    heartbeat.start(20)
    while not until():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")


def _noise_photo(path: Path, width: int, height: int) -> Path:
    """A photo-like picture: soft blobs under grain."""
    if not path.exists():
        rng = np.random.default_rng(7)
        small = rng.integers(0, 255, (height // 40, width // 40, 3), np.uint8)
        soft = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.int16)
        pixels = np.clip(soft + rng.integers(-9, 9, (height, width, 1), np.int16), 0, 255).astype(np.uint8)
        load_save.save_photo(Photo(frozen(pixels), SourceFormat("JPEG")), path, format="jpeg", quality=92)
    return path


def _faces(count: int, width: int, height: int) -> tuple[Face, ...]:
    """Faces in a row, each a tenth of the width."""
    shape = np.array([[-0.5, -0.4], [0.5, -0.4], [0.0, 0.1], [-0.4, 0.6], [0.4, 0.6]]) * width / 20
    centres = [(width * (n + 1) / (count + 1), height * 0.45) for n in range(count)]
    return tuple(Face(frozen(shape + centre), 0.99) for centre in centres)


def _done(window: MainWindow) -> bool:
    item = window.workspace.current
    return item is not None and item.state is PhotoState.DONE and not window.workspace.jobs.is_busy


class _PaintWatch(QObject):
    """Counts the view's paints."""

    def __init__(self, view: QObject) -> None:
        super().__init__(view)
        self.count = 0
        view.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return False


def _time_to_first_face(app: QApplication, folder: Path, model: str) -> float:
    """Seconds from dropping a sample photo to its first restored face on screen, models loaded on the way."""
    with _window(_engine(folder), folder) as window:
        window.workspace.defaults = _faces_only(model)
        restored: list[float] = []

        def note(shown: Shown) -> None:
            if shown.wanted.faces:
                restored.append(time.perf_counter())

        window.workspace.shown.connect(note)
        started = time.perf_counter()
        window.imports.open_paths([window.imports.samples[0]])
        _wait(lambda: bool(restored))
        app.processEvents()
        return round(restored[0] - started, 2)


def _divider(app: QApplication, folder: Path) -> dict[str, float]:
    """Frames a second, each painted, while the divider is dragged over a 24-megapixel photo; and the processor's time
    for each, ms."""
    photo = _noise_photo(folder / "24.jpg", 6000, 4000)
    with _window(_engine(folder, _DrawnModels(_faces(3, 6000, 4000))), folder) as window:
        window.imports.open_paths([photo])
        _wait(lambda: _done(window))
        _settle(app, 1.0)
        view, watch = window.view, _PaintWatch(window.view)
        y = view.height() / 2
        _mouse(view, QEvent.Type.MouseButtonPress, QPointF(view.width() / 2, y))
        xs = view.width() * (0.5 + 0.4 * np.sin(np.linspace(0, 4 * np.pi, 200)))
        _mouse(view, QEvent.Type.MouseMove, QPointF(xs[0], y))
        app.processEvents()
        first, started, used = watch.count, time.perf_counter(), time.process_time()
        for x in xs:
            _mouse(view, QEvent.Type.MouseMove, QPointF(float(x), y))
            app.processEvents()
        seconds, used, frames = time.perf_counter() - started, time.process_time() - used, watch.count - first
        _mouse(view, QEvent.Type.MouseButtonRelease, QPointF(float(xs[-1]), y))
        return {"frames_a_second": round(frames / seconds, 1), "processor_ms_a_frame": round(1000 * used / frames, 2)}


def _mouse(view: QWidget, kind: QEvent.Type, at: QPointF) -> None:
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
    event = QMouseEvent(kind, at, view.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view, event)


def _strength_latency(app: QApplication, folder: Path, zoom: float | None) -> dict[str, float]:
    """Milliseconds from a change of strength to the painted picture; median and worst of 40."""
    photo = _noise_photo(folder / "12.jpg", 4000, 3000)
    with _window(_engine(folder, _DrawnModels(_faces(5, 4000, 3000))), folder) as window:
        window.imports.open_paths([photo])
        _wait(lambda: _done(window))
        if zoom is not None:
            window.view.actual_size()
        _settle(app, 1.0)
        watch = _PaintWatch(window.view)
        paints_when_shown: list[int] = []

        def note(_shown: object) -> None:
            paints_when_shown.append(watch.count)

        window.workspace.shown.connect(note)
        times = []
        slider = window.panel.strength.slider
        for step in range(41):
            paints_when_shown.clear()
            started = time.perf_counter()
            slider.setValue(30 + step)
            _wait(lambda: bool(paints_when_shown) and watch.count > paints_when_shown[0])
            times.append(1000 * (time.perf_counter() - started))
            _settle(app, 0.1)
        return {"median": round(statistics.median(times[1:]), 1), "worst": round(max(times[1:]), 1)}


def _settle(app: QApplication, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.processEvents()
        time.sleep(0.001)


def _random_gpen_512(folder: Path) -> Path:
    """Weights in GPEN-512's layout: as slow as the real ones, and good for nothing else."""
    import torch  # noqa: PLC0415  -- not before the time to the window is measured

    from gpen_desktop.models.gpen.layout import GpenDescriptor, expected_shapes, fir_kernel  # noqa: PLC0415  -- too

    layout = GpenDescriptor(512, 512, 8, 2, 1.0, 0, "gpen", half=False)
    state = {name: torch.randn(shape) for name, shape in expected_shapes(layout).items()}
    for name, value in state.items():
        if name.endswith(".kernel"):
            state[name] = fir_kernel(1.0 if name.startswith("ecd") else 4.0)
        elif name.endswith("bias"):
            state[name] = torch.full_like(value, 1.0 if name.endswith("modulation.bias") else 0.0)
    path = folder / "random_512.pth"
    torch.save(state, path)
    return path


def _longest_gap(folder: Path, edits: Edits) -> dict[str, float]:
    """Longest time, ms, that the event loop was not heard of while a photo with 8 faces was restored as `edits` say."""
    photo = _noise_photo(folder / "12.jpg", 4000, 3000)
    faces = _faces(8, 4000, 3000)
    (folder / "gap").mkdir(exist_ok=True)
    engine = _engine(folder / "gap", _DrawnFaces(faces))  # noise has no faces to find
    engine.load(edits.model)  # loading is not what is measured
    with _window(engine, folder) as window:
        window.workspace.defaults = edits
        gaps: list[float] = []
        last = [time.perf_counter()]

        def tick() -> None:
            now = time.perf_counter()
            gaps.append(now - last[0])
            last[0] = now

        window.imports.open_paths([photo])
        _wait(lambda: window.workspace.jobs.running is not None)
        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(tick)
        last[0] = time.perf_counter()
        timer.start(1)
        started = time.perf_counter()
        _wait(lambda: _done(window))
        timer.stop()
        milliseconds = sorted(1000 * gap for gap in gaps)
        return {
            "longest": round(milliseconds[-1], 1),
            "99th_percentile": round(milliseconds[int(0.99 * len(milliseconds))], 1),
            "job_s": round(time.perf_counter() - started, 2),
        }


def _album(app: QApplication, folder: Path, count: int) -> dict[str, float]:
    """Growth of memory, MB, from an album of many 2-megapixel photos, scrolled through; and its slowest frame, ms."""
    photos = folder / "album"
    photos.mkdir()
    first = _noise_photo(folder / "2.jpg", 1600, 1200)
    for number in range(count):
        os.link(first, photos / f"{number:04d}.jpg")
    with _window(_engine(folder, _DrawnModels(_faces(2, 1600, 1200))), folder) as window:
        _settle(app, 0.5)
        before = resident_bytes()
        window.imports.open_paths([photos])
        _wait(lambda: len(window.workspace.album) == count)
        bar, frames = window.album.verticalScrollBar(), []
        for at in np.linspace(0, bar.maximum(), 400):
            started = time.perf_counter()
            bar.setValue(int(at))
            window.album.viewport().repaint()
            app.processEvents()
            frames.append(1000 * (time.perf_counter() - started))
        _wait(lambda: not window.workspace.jobs.is_busy)
        _settle(app, 1.0)
        return {
            "photos": count,
            "grown_mb": round((resident_bytes() - before) / 1e6, 1),
            "scroll_frame_median_ms": round(statistics.median(frames), 1),
            "scroll_frame_worst_ms": round(max(frames), 1),
        }
