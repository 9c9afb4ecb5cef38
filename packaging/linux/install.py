"""Put a built bundle into this user's applications, or take it out again. Nothing outside the home folder is touched.

python packaging/linux/install.py "dist/GPEN Desktop"     copy the bundle, add the menu entry, icon and command
python packaging/linux/install.py --remove
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
PROGRAM = DATA / "gpen-desktop-app"
ENTRY = DATA / "applications" / "gpen-desktop.desktop"
ICON = DATA / "icons" / "hicolor" / "scalable" / "apps" / "gpen-desktop.svg"
COMMAND = Path.home() / ".local" / "bin" / "gpen-desktop"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path, nargs="?", help="the folder that holds the program")
    parser.add_argument("--remove", action="store_true", help="take the program out; photos and settings stay")
    options = parser.parse_args()
    if (options.bundle is None) is not options.remove:
        parser.error("give the bundle's folder, or --remove")
    _remove()
    if options.bundle is not None:
        _install(options.bundle.resolve())
    return 0


def _install(bundle: Path) -> None:
    program = bundle / "gpen-desktop"
    if not program.is_file():
        raise SystemExit(f"There is no program in {bundle}.")
    shutil.copytree(bundle, PROGRAM, symlinks=True)
    for file in (ENTRY, ICON, COMMAND):
        file.parent.mkdir(parents=True, exist_ok=True)
    entry = (HERE / "gpen-desktop.desktop").read_text(encoding="utf-8")
    # The path may hold spaces and is quoted as the Desktop Entry Specification wants it.
    ENTRY.write_text(entry.replace("Exec=gpen-desktop", f'Exec="{PROGRAM / "gpen-desktop"}"'), encoding="utf-8")
    shutil.copy(HERE.parents[1] / "resources" / "icons" / "gpen-desktop.svg", ICON)
    COMMAND.symlink_to(PROGRAM / "gpen-desktop")
    print(f"Installed in {PROGRAM}; the command is {COMMAND}.")


def _remove() -> None:
    for file in (ENTRY, ICON, COMMAND):
        file.unlink(missing_ok=True)
    if PROGRAM.is_dir():
        shutil.rmtree(PROGRAM)


if __name__ == "__main__":
    raise SystemExit(main())
