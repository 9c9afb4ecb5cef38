"""Get the pictures that the whole-photo networks learn on, and are measured on, as sources.toml names them.

`python -m gpen_desktop.lab.training.photos.fetch --out DIR [--shared DIR]` gets Debian's packages from the mirror that
apt is set up with, by apt's own client, which compares their hashes. DIR gets training.txt, as photo_bank takes it, and
the folders choosing and heldout: photos of about a megapixel, reduced by area. What DIR has already is not got again.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import tarfile
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from gpen_desktop.core.photo_files import atomic
from gpen_desktop.errors import OptionError
from gpen_desktop.lab.typed import octets
from gpen_desktop.messages import say

SOURCES: Final = Path(__file__).with_name("sources.toml")
_APT_HELPER: Final = "/usr/lib/apt/apt-helper"
_MEASURED: Final = ("choosing", "heldout")
_PIXELS: Final = 1.2e6
"""Of a photo that is measured on: what larger ones are reduced to, which takes a camera's noise and sharpening off."""


@dataclass(frozen=True)
class Source:
    """Where some pictures lie. folder: with all of them under it. row: what sources.toml says of them."""

    name: str
    folder: Path
    row: Mapping[str, Any]

    def pictures(self, use: str) -> list[Path]:
        """Those for training, choosing or heldout."""
        if use == "training" and "spread" in self.row:
            every, number = sorted(self.folder.glob("*.jpg")), int(self.row["spread"])
            return [every[i * len(every) // number] for i in range(number)]
        return [self.folder / name for name in self.row.get(use, [])]


def fetch(sources: Path, out: Path, mirror: str, shared: Path | None = None) -> dict[str, int]:
    """Lay out what a list of sources names; give the number of pictures of each use. mirror: address of a Debian
    archive. shared: the folder that the list's own folders lie in; they are left out without. A picture is there
    whole or not at all. Raises OptionError, SaveError."""
    rows = tomllib.loads(sources.read_text(encoding="utf-8"))
    found = _packages(rows["packages"], out / "pictures", mirror)
    if shared is not None:
        found += [Source(row["folder"], shared / row["folder"], row) for row in rows.get("shared", [])]
    training = [f"{each.row['tiles']}\t{path.resolve()}\n" for each in found for path in each.pictures("training")]
    out.mkdir(parents=True, exist_ok=True)
    (out / "training.txt").write_text("".join(training), encoding="utf-8")
    numbers = {"training": len(training)}
    for use in _MEASURED:
        (out / use).mkdir(exist_ok=True)
        photos = [(each, path) for each in found for path in each.pictures(use)]
        for each, path in photos:
            inside = path.relative_to(each.folder).with_suffix("").as_posix().replace("/", "-")
            _reduce(path, out / use / f"{each.name}_{inside}.png")
        numbers[use] = len(photos)
    return numbers


def apt_mirror() -> str:
    """Address of the archive that apt gets Debian's packages from. Raises OptionError."""
    line = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Label: Debian", "Created-By: Packages"]
    try:
        found = subprocess.run(line, check=True, capture_output=True, text=True).stdout.split()
    except (OSError, subprocess.CalledProcessError):
        found = []
    if not found:
        raise OptionError(
            say("no-mirror", "There is no apt here that knows a mirror of Debian."),
            todo=say("give-mirror", "Give the address of one with --mirror."),
        )
    return found[0]


def _packages(rows: list[dict[str, Any]], kept: Path, mirror: str) -> list[Source]:
    """Each row's pictures, got and unpacked where they are not here yet. Several rows may be of one package."""
    found: list[Source] = []
    wanted: dict[tuple[str, str, Path], set[Path]] = defaultdict(set)
    for row in rows:
        folder = kept / f"{row['name']}_{row['version'].replace(':', '-')}"
        source = Source(row["name"], folder / row["folder"], row)
        found.append(source)
        wanted[row["path"], row["sha256"], folder] |= {
            path for use in ("training", *_MEASURED) for path in source.pictures(use)
        }
    for (path_there, sha256, folder), pictures in wanted.items():
        if not all(path.is_file() for path in pictures):
            with tempfile.TemporaryDirectory() as scratch:
                package = Path(scratch) / "package.deb"
                _download(f"{mirror.rstrip('/')}/{path_there}", package, sha256)
                _unpack(package, folder, {path.relative_to(folder).as_posix() for path in pictures})
    return found


def _download(address: str, to: Path, sha256: str) -> None:
    line = [_APT_HELPER, "download-file", address, str(to), f"SHA256:{sha256}"]
    try:
        made = subprocess.run(line, check=False, capture_output=True, text=True)
    except OSError as error:
        raise OptionError(
            say("no-apt", "Packages are got by Debian's apt, and '{program}' is not here.", program=_APT_HELPER),
            todo=say("fetch-on-debian", "Get the pictures on a Debian or Ubuntu computer."),
        ) from error
    if made.returncode:
        raise OptionError(
            say("not-fetched", "'{address}' could not be got: {reason}", address=address, reason=made.stderr.strip()),
            todo=say("other-archive", "Try another mirror; those of old releases keep old versions."),
        )


def _unpack(package: Path, folder: Path, wanted: set[str]) -> None:
    """Files of a .deb, by their paths in it, to the same paths in a folder."""
    with (
        subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as process,
        tarfile.open(fileobj=process.stdout, mode="r|") as members,
    ):
        for member in members:
            name = member.name.removeprefix("./")
            if name in wanted and member.isfile() and (content := members.extractfile(member)) is not None:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                atomic.write(folder / name, content.read(), overwrite=True)
                wanted = wanted - {name}
    if wanted:
        raise OptionError(say("not-in-package", "The package has no '{name}'.", name=min(wanted)), path=package)


def _reduce(path: Path, to: Path) -> None:
    """A picture as PNG, upright, by area to no more pixels than are measured on."""
    if to.is_file():
        return
    picture = octets(cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR))
    scale = math.sqrt(_PIXELS / (picture.shape[0] * picture.shape[1]))
    if scale < 1:
        picture = octets(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    atomic.write(to, cv2.imencode(".png", picture)[1].tobytes(), overwrite=False)


def main() -> None:
    """Parse the line, get the pictures, say how many."""
    parser = argparse.ArgumentParser(prog="python -m gpen_desktop.lab.training.photos.fetch", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shared", type=Path, help="folder with the faces and photos that no package has")
    parser.add_argument("--mirror", help="address of a Debian archive, in place of apt's")
    parser.add_argument("--sources", type=Path, default=SOURCES, help="list of them")
    parsed = parser.parse_args()
    for use, number in fetch(parsed.sources, parsed.out, parsed.mirror or apt_mirror(), parsed.shared).items():
        print(f"{use}: {number} pictures")


if __name__ == "__main__":
    main()
