"""Takes pictures of the real window in its states, for the README, and for looking at them before a release.

    xvfb-run -a -s '-screen 0 1440x900x24' .venv/bin/python packaging/screenshots.py FOLDER [STATE...]

Writes FOLDER/STATE.png; the README's is `resources/docs/screens done`. Everything on them is real: the built-in model
restores the shipped samples.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from gpen_desktop import paths
from gpen_desktop.core.engine.crop_cache import CropCache
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.common import i18n, theme
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.shell import application
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.gui.viewer.face_item import MarkState

SIZE = (1280, 800)


class Stage:
    """A window, and what is needed to bring it into a state and take its picture."""

    def __init__(self, app: QApplication, folder: Path, scheme: str, language: str) -> None:
        self.app = app
        self.folder = folder
        i18n.apply(app, language)
        theme.apply(app, scheme)
        store = SettingsStore(folder / "settings.ini")
        store.set("general/appearance", scheme)
        store.set("general/language", language)
        self.window = MainWindow(Engine(cache=CropCache(folder)), store)
        self.window.resize(*SIZE)
        self.window.move(0, 0)
        self.window.show()
        self.subject: QWidget = self.window
        self.settle(0.6)

    def settle(self, seconds: float) -> None:
        """Let the window live for a while."""
        self.until(lambda: False, seconds, is_needed=False)

    def until(self, holds: Callable[[], bool], seconds: float = 120, *, is_needed: bool = True) -> None:
        """Let the window live until something holds."""
        end = time.monotonic() + seconds
        while not holds():
            self.app.processEvents()
            time.sleep(0.002)
            if time.monotonic() > end:
                if is_needed:
                    raise TimeoutError("the window did not get there")
                return

    def open_sample(self, name: str) -> None:
        """Open a sample and wait until it is restored."""
        self.window.imports.open_paths([paths.samples() / name])
        self.until(self.is_done)
        self.settle(0.6)

    def is_done(self) -> bool:
        """Whether nothing is left to do and all faces stand."""
        work = self.window.workspace
        marks = work.marks()
        return (
            not work.jobs.is_busy
            and work.current is not None
            and work.current.state is PhotoState.DONE
            and bool(marks)
            and all(mark.state is not MarkState.WORKING for mark in marks)
        )

    def point_at(self, where: QPoint) -> None:
        """Bring the mouse over the photo, which shows the marks."""
        QTest.mouseMove(self.window.view, where)
        self.settle(0.4)

    def dialog(self, kind: str) -> QDialog:
        """The dialog of that class; it is what the picture is of (without a window manager it has no frame)."""
        dialog = next(d for d in self.window.findChildren(QDialog) if type(d).__name__ == kind)
        dialog.move(self.window.geometry().center() - dialog.rect().center())
        self.settle(0.5)
        self.subject = dialog
        return dialog

    def close(self) -> None:
        self.window.close_now()
        self.window.deleteLater()
        self.app.processEvents()


def empty(stage: Stage) -> None:
    """The first start."""
    stage.until(stage.window.empty.isVisible)
    stage.settle(0.6)


def working(stage: Stage) -> None:
    """An album that is being restored."""
    window = stage.window
    window.imports.open_paths([paths.samples()])
    stage.until(lambda: window.workspace.jobs.restoring.done >= 2 and window.workspace.jobs.is_busy)


def done(stage: Stage) -> None:
    """A restored photo, split."""
    stage.open_sample("collins_faded_colour.jpg")
    stage.point_at(QPoint(100, 300))


def faces(stage: Stage) -> None:
    """Several faces, one selected with its own strength, one off."""
    stage.open_sample("album_page_tilted.jpg")
    stage.window.faces.toggle(stage.window.workspace.faces[1].id)
    stage.window.faces.select(stage.window.workspace.faces[0].id)
    stage.window.panel.faces.strength.slider.setValue(55)
    stage.settle(0.6)
    stage.point_at(QPoint(60, 420))


def dark(stage: Stage) -> None:
    """Dark, side by side, looking closely."""
    stage.open_sample("collins_sepia_folded.jpg")
    stage.window.actions_["side"].trigger()
    stage.window.faces.jump_to(stage.window.workspace.faces[0].id)
    stage.settle(0.8)
    stage.point_at(QPoint(80, 500))


def chinese(stage: Stage) -> None:
    """In Chinese."""
    stage.window.panel.set_open_sections([True, True, True])
    stage.open_sample("hopper_grey_scratched.jpg")
    stage.point_at(QPoint(60, 300))


def points(stage: Stage) -> None:
    """A face's points being corrected."""
    stage.open_sample("hopper_grey_scratched.jpg")
    stage.window.faces.select(stage.window.workspace.faces[0].id)
    stage.window.faces.correct()
    stage.settle(0.8)


def error(stage: Stage) -> None:
    """A file that cannot be read."""
    stage.open_sample("hopper_grey_scratched.jpg")
    cut_off = stage.folder / "Scan_031.jpg"
    cut_off.write_bytes((paths.samples() / "hopper_small_blurry.jpg").read_bytes()[:300])
    stage.window.imports.open_paths([cut_off])
    stage.until(lambda: bool(stage.window.notification_strip.subject))
    stage.settle(0.4)


def export(stage: Stage) -> None:
    """The export dialog."""
    stage.open_sample("collins_faded_colour.jpg")
    stage.window.exports.export()
    stage.dialog("ExportDialog").folder_field.setText("~/Pictures/Restored")
    stage.settle(0.3)


def settings(stage: Stage) -> None:
    """The settings."""
    stage.open_sample("collins_faded_colour.jpg")
    stage.window.application.settings()
    stage.dialog("SettingsDialog")


STATES: dict[str, tuple[Callable[[Stage], None], str, str]] = {
    "empty": (empty, "light", "en"),
    "working": (working, "light", "en"),
    "done": (done, "light", "en"),
    "faces": (faces, "light", "en"),
    "dark": (dark, "dark", "en"),
    "chinese": (chinese, "dark", "zh_CN"),
    "points": (points, "light", "en"),
    "error": (error, "light", "en"),
    "export": (export, "dark", "en"),
    "settings": (settings, "light", "en"),
}


def picture_of(window: QWidget, file: Path) -> None:
    """What the screen shows where the window is, dialogs over it included."""
    screen = window.screen()
    place = window.geometry()
    shot = screen.grabWindow(0, place.x(), place.y(), place.width(), place.height())
    shot.save(str(file), "PNG")
    print(f"{file.name}: {shot.width()} x {shot.height()}, {file.stat().st_size // 1024} KiB")


def main(out: Path, wanted: list[str]) -> int:
    """Take the pictures of the named states, or of all."""
    app = QApplication(sys.argv[:1])
    application.set_up(app)
    app.setCursorFlashTime(0)
    app.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    out.mkdir(parents=True, exist_ok=True)
    for name in wanted or STATES:
        bring, scheme, language = STATES[name]
        with tempfile.TemporaryDirectory() as folder:
            stage = Stage(app, Path(folder), scheme, language)
            bring(stage)
            picture_of(stage.subject, out / f"{name}.png")
            stage.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
