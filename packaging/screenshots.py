"""Takes pictures of the real window in its states, for the README, and for looking at them before a release.

    xvfb-run -a -s '-screen 0 1440x900x24' .venv/bin/python packaging/screenshots.py FOLDER [STATE[:SCHEME:LANGUAGE]...]

Writes FOLDER/STATE.png; the README's is `resources/docs/screens done`. Everything on them is real: the built-in model
restores the shipped samples. A state is shown in its own colours and language unless others follow it, as in
`crop:dark:zh_CN`. A smaller screen makes a smaller window; QT_SCALE_FACTOR=2 works as for any program.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from screen_stage import Stage
from screen_states import STATES

from gpen_desktop import paths
from gpen_desktop.gui.shell import application


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
    for asked in wanted or STATES:
        name, *others = asked.split(":")
        bring, *usual = STATES[name]
        with tempfile.TemporaryDirectory() as folder, patch.object(paths, "user_data", lambda: Path(folder, "user")):
            stage = Stage(app, Path(folder), *(others or usual))
            bring(stage)
            picture_of(stage.subject, out / f"{'_'.join([name, *others])}.png")
            stage.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
