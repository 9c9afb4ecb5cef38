"""What the desktop has for pictures: a folder for them, and a file manager that shows one."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QStandardPaths, QUrl


def pictures_folder() -> Path:
    """Where this person's pictures are; the home folder where the system has none for them."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation) or Path.home())


def in_file_manager(path: Path) -> bool:
    """Open the file's folder with the file selected. False where the system has no way to select it."""
    if sys.platform == "win32":
        return QProcess.startDetached("explorer", ["/select,", str(path)])[0]
    if sys.platform == "darwin":
        return QProcess.startDetached("open", ["-R", str(path)])[0]
    if shutil.which("gdbus") is None:
        return False
    call = [
        "call",
        "--session",
        "--dest",
        "org.freedesktop.FileManager1",
        "--object-path",
        "/org/freedesktop/FileManager1",
    ]
    url = QUrl.fromLocalFile(str(path)).toString(QUrl.ComponentFormattingOption.FullyEncoded)
    process = QProcess()
    process.start("gdbus", [*call, "--method", "org.freedesktop.FileManager1.ShowItems", f"['{url}']", ""])
    return process.waitForFinished(1500) and process.exitCode() == 0
