"""Licences of what the program is made of: its own, its models' and its libraries'."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from gpen_desktop import paths
from gpen_desktop.models import store
from gpen_desktop.models.store import InstalledModel

_DISTRIBUTION: Final = "gpen-desktop"
_NOT_SHIPPED: Final = re.compile(r"^(nvidia|cuda)-")
"""Of the graphics card's maker; PyTorch's own licence text names them."""

_TEXTS_ELSEWHERE: Final = {
    "pi_heif": ("LGPL-3.0.txt", "GPL-3.0.txt"),
    "pyside6_essentials": ("LGPL-3.0.txt", "GPL-3.0.txt"),
    "shiboken6": ("LGPL-3.0.txt",),
    "spandrel": ("spandrel.txt",),
}
"""Packages that come without the text of their licence."""


@dataclass(frozen=True)
class Part:
    """name, version: of the part. licence: its short name. text: in full, '' where the part brings none."""

    name: str
    version: str
    licence: str
    text: str


def program() -> Part:
    """This program."""
    own = metadata.distribution(_DISTRIBUTION)
    return Part("GPEN Desktop", own.version, "MIT", _texts(own))


def libraries() -> tuple[Part, ...]:
    """Every library that is here because the program needs it, by name; and Python, Qt's licence and the icons."""
    parts = [_part(each) for each in distributions() if each.metadata["Name"] != _DISTRIBUTION]
    parts.append(Part("Python", platform.python_version(), "PSF-2.0", _shipped_text("licences", "Python.txt")))
    parts.append(Part("Lucide", "", "ISC, MIT", _shipped_text("icons", "LICENSE-lucide.txt")))
    return tuple(sorted(parts, key=lambda part: part.name.lower()))


def distributions() -> tuple[metadata.Distribution, ...]:
    """The installed packages that the program consists of, itself among them; a bundle carries their metadata along."""
    found: dict[str, metadata.Distribution] = {}
    _collect(_DISTRIBUTION, found)
    return tuple(found[name] for name in found if not _NOT_SHIPPED.match(name))


def models() -> tuple[InstalledModel, ...]:
    """Weights on this computer; their licences are in the catalogue."""
    return store.installed()


def _collect(name: str, found: dict[str, metadata.Distribution]) -> None:
    """Add a distribution and all it requires; one that is not installed is not part of the program."""
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return
    key = distribution.metadata["Name"].lower()
    if key in found:
        return
    found[key] = distribution
    for requirement in distribution.requires or ():
        required = re.match(r"[A-Za-z0-9._-]+", requirement)
        if required and "extra ==" not in requirement:
            _collect(required.group(), found)


def _part(distribution: metadata.Distribution) -> Part:
    return Part(distribution.metadata["Name"], distribution.version, _licence(distribution), _texts(distribution))


def _licence(distribution: metadata.Distribution) -> str:
    """Short name, from the newest kind of statement that the package makes."""
    fields = distribution.metadata.json
    stated = str(fields.get("license_expression") or fields.get("license") or "")
    classifiers = [c.split("::")[-1].strip() for c in distribution.metadata.get_all("Classifier", []) if "License" in c]
    short = stated if stated and len(stated) < 140 and "\n" not in stated and "Copyright" not in stated else ""
    return short or ", ".join(c for c in classifiers if c != "OSI Approved")


def _texts(distribution: metadata.Distribution) -> str:
    own = [
        str(file.read_text())
        for file in distribution.files or ()
        if ".dist-info" in file.parts[0]
        and re.match(r"(LICEN[CS]E|COPYING|NOTICE)", file.name, re.IGNORECASE)
        and len(file.parts) <= 3
        and Path(file.locate()).is_file()
    ]
    names = _TEXTS_ELSEWHERE.get(distribution.metadata["Name"].lower(), ())
    return "\n\n".join([*own, *(_shipped_text("licences", name) for name in names)])


def _shipped_text(folder: str, name: str) -> str:
    return (paths.resources() / folder / name).read_text(encoding="utf-8")
