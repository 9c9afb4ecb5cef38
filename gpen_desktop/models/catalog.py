"""What weights exist, read from catalog.toml: those shipped with the program and those that can be fetched."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gpen_desktop.messages import Filling, Message, say
from gpen_desktop.models.spec import FACE_TASKS, MODEL_OPTIONS, ModelOption, Task

SHIPPED = "shipped"
TITLE_CODE = "model-title"
"""Of the message that ModelInfo.titled is: its words are the catalogue's."""


@dataclass(frozen=True)
class ModelInfo:
    """One weights file; catalog.toml says what each field means.

    bytes, sha256, memory: None where not known. hash_from: '' for the same reason. size: 0 for what takes no aligned
    faces. usable: whether this version has a use for it; what has none is known by name and hash, but not offered.
    """

    name: str
    title: str
    task: Task
    purpose: str
    licence: str
    file: str
    source: str
    bytes: int | None = None
    sha256: str | None = None
    hash_from: str = ""
    size: int = 0
    memory: int | None = None
    usable: bool = True
    options: tuple[ModelOption, ...] = ()
    partner: str = ""
    invents_for: str = ""
    needs: str = ""

    @property
    def titled(self) -> Message:
        """The title, to name the model in a message."""
        return Message(TITLE_CODE, self.title)

    @property
    def restores_faces(self) -> bool:
        """Whether it can be chosen to restore the faces of a photo."""
        return self.usable and self.task in FACE_TASKS and not self.invents_for

    def can_be_chosen_for(self, tasks: frozenset[Task]) -> bool:
        """Whether it is one of those that the user chooses for one of these tasks: what comes with the program for the
        whole photo has its own place there."""
        return self.usable and self.task in tasks and (not self.shipped or self.restores_faces)

    @property
    def shipped(self) -> bool:
        """Whether it comes with the program."""
        return self.source == SHIPPED

    @property
    def published_file(self) -> str:
        """The file's name where it is published; on disk it may have one that says more."""
        return urlsplit(self.source).path.rsplit("/", 1)[-1]

    @property
    def lacks(self) -> str:
        """The package that it needs and that is not installed; '' if nothing is missing."""
        return self.needs if self.needs and not _is_installed(self.needs) else ""

    @property
    def can_be_fetched(self) -> bool:
        """Whether the program offers to download it: what arrives has to be checked against a size and a hash, and
        must not have come in vain."""
        is_known = self.bytes is not None and self.sha256 is not None
        return self.usable and not self.shipped and is_known and not self.lacks


BUILTIN = "builtin-256"
DETECTOR = "retinaface025"
PUBLISHED_DETECTORS = ("retinaface-resnet50", "retinaface-mobilenet")
"""Used when they are installed, the best first, in place of the built-in one."""
PARSER = "parsenet"
"""Used when it is installed."""
LANDMARKS = "landmarks5"
CLEANER = "photo-clean"
UNBLOCKER = "photo-clean-jpeg"
"""Used for photos in which nothing is to be cleaned but JPEG's blocks."""
REPAIRER = "photo-repair"
COLOURISER = "ddcolor"
INPAINTER = "lama"
UPSCALER = "realesr-general-x4"
ENLARGER = "photo-enlarge"
POOR_ENLARGER = "photo-enlarge-poor"
"""A photo with noise or JPEG's blocks gets a mixture of both answers."""
STRONGEST = "gpen-512"
"""Restores faces best; what a new user is offered."""


def _is_installed(package: str) -> bool:
    return find_spec(package) is not None


def titled(name: str) -> Filling:
    """A model's title, to name it in a message; the name of one that is not in the catalogue."""
    info = by_name(name)
    return name if info is None else info.titled


def needs_package(name: Filling, package: str) -> tuple[Message, Message]:
    """What to say of a model whose package is not installed, and what to do."""
    what = say(
        "package-missing", "'{name}' needs the package {package}, which is not installed.", name=name, package=package
    )
    if getattr(sys, "frozen", False):  # a bundle, into which nothing can be installed
        todo = say(
            "package-not-in-bundle",
            "This download of the program comes without it, for its licences restrict the use; "
            "the program as installed by pip can have it.",
        )
        return what, todo
    return what, say("install-package", "Install it with: pip install {package}", package=package)


def _read() -> tuple[ModelInfo, ...]:
    text = Path(__file__).with_name("catalog.toml").read_text(encoding="utf-8")
    return tuple(_entry(**record) for record in tomllib.loads(text)["model"])


def _entry(*, task: str, unused: bool = False, options: Sequence[str] = (), **fields: Any) -> ModelInfo:
    own = tuple(MODEL_OPTIONS[name] for name in options)
    return ModelInfo(task=Task(task), usable=not unused, options=own, **fields)


MODELS: tuple[ModelInfo, ...] = _read()


def by_name(name: str) -> ModelInfo | None:
    """The model that goes by this name, or None."""
    return next((info for info in MODELS if info.name == name), None)


def by_file(file: str) -> ModelInfo | None:
    """The model whose file has this name, or None."""
    return next((info for info in MODELS if info.file == file), None)


def by_published_file(file: str) -> ModelInfo | None:
    """The model whose file has this name where it is published, or None."""
    return next((info for info in MODELS if not info.shipped and info.published_file == file), None)


def by_sha256(sha256: str) -> ModelInfo | None:
    """The model whose file has this hash, or None."""
    return next((info for info in MODELS if info.sha256 == sha256), None)
