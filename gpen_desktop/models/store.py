"""Weights on this computer: found and checked.

Two folders: the program's own (read-only) and the user's, into which files may be copied at any time. A file whose name
the catalogue does not know is a catalogued model if it has its size and hash; else it is listed under its name without
the ending, as unverified. A file that has a catalogued name and another content is never used.
"""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gpen_desktop import paths
from gpen_desktop.errors import UnknownModelError, WeightsError
from gpen_desktop.messages import Message, listed, say
from gpen_desktop.models import catalog
from gpen_desktop.models.catalog import MODELS, ModelInfo
from gpen_desktop.models.fingerprints import known_sha256, known_task, quick_sha256, sha256_of
from gpen_desktop.models.spec import Task

_log = logging.getLogger(__name__)

ENDINGS = (".pth", ".pt", ".safetensors")
"""Of files that are taken for weights."""


class Verification(StrEnum):
    """What comparing a file with the catalogue's hash says."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class InstalledModel:
    """A weights file that is here. info: its catalogue entry, None for a file the catalogue does not know."""

    name: str
    path: Path
    info: ModelInfo | None

    @property
    def task(self) -> Task | None:
        """What it is for; None for a file of the user's own that was not tried out as it was imported."""
        if self.info is not None:
            return self.info.task
        try:
            return known_task(self.path)
        except OSError:
            return None


def find(name_or_path: str | Path) -> Path:
    """The file of a model given by name, or by the path of a weights file.

    Raises UnknownModelError for a name nobody knows and no file has, WeightsError for a known one that is not here, or
    whose file is another than the catalogue's.
    """
    wanted = str(name_or_path)
    for model in installed():
        if model.name == wanted:
            _check_sound(model)
            return model.path
    info = catalog.by_name(wanted)
    if info is not None:
        raise WeightsError(
            say(
                "weights-not-here",
                "The weights of '{name}' ({file}) are not on this computer.",
                name=info.titled,
                file=info.file,
            ),
            todo=say("reinstall", "Reinstall GPEN Desktop, or get its weights folder again.")
            if info.shipped
            else _how_to_get(info),
        )
    path = Path(name_or_path).expanduser()
    if _is_file(path):
        return path
    names = sorted({model.name for model in installed()} | {info.name for info in MODELS})
    raise UnknownModelError(
        say("no-such-model", "There is no model or file '{name}'.", name=wanted),
        todo=say("known-models", "Known models: {names}.", names=listed(names)),
    )


def has(name: str) -> bool:
    """Whether the weights of a model of the catalogue are on this computer."""
    info = catalog.by_name(name)
    return info is not None and _locate(info) is not None


def first_sound(names: Sequence[str]) -> str:
    """The first of these models of the catalogue that is on this computer, and is what it is called; '' for none."""
    here = {model.name: model for model in installed()}
    return next((name for name in names if name in here and is_sound(here[name])), "")


def chosen_detector(wanted: str) -> str:
    """Name of the face detector that is used where `wanted` is asked for; 'auto': the best that is here."""
    return (first_sound(catalog.PUBLISHED_DETECTORS) or catalog.DETECTOR) if wanted == "auto" else wanted


def chosen_parser() -> str:
    """Name of what tells the parts of a face apart; '' where none is here."""
    return first_sound([catalog.PARSER])


def first_colouriser() -> str:
    """Name of the first colouriser that is here, of those for whole photos or else of those for faces; where there is
    none, of the one to be got."""
    here = {model.task: model.name for model in reversed(installed()) if is_sound(model)}
    return here.get(Task.COLOURISER) or here.get(Task.FACE_COLOURISER) or catalog.COLOURISER


def inventor_of(name: str) -> str | None:
    """The name of the model that invents detail beside a face restorer; None where there is none, or it is not here."""
    return next((info.name for info in MODELS if info.invents_for == name and _locate(info) is not None), None)


def _how_to_get(info: ModelInfo) -> Message:
    if info.can_be_fetched:
        return say("get-by-install", "Get them with: gpen-desktop models install {name}", name=info.name)
    return say(
        "get-and-import",
        "Get them from {source} and run: gpen-desktop models import {file}",
        source=info.source,
        file=info.published_file,
    )


def installed() -> tuple[InstalledModel, ...]:
    """Every weights file that is here: the catalogue's in its order, then the user's others by name.

    Reads a file whole only where it has another name than the catalogue's, but the size of a catalogued file, and was
    never read before.
    """
    own = [path for path in _files_in(paths.user_weights()) if path.suffix.lower() in ENDINGS and _is_file(path)]
    renamed = {info.name: path for path in own if (info := _by_content(path)) is not None}
    known = [
        InstalledModel(info.name, path, info)
        for info in MODELS
        if (path := _locate(info) or renamed.get(info.name)) is not None
    ]
    taken = {model.path for model in known}
    others = [
        InstalledModel(path.stem, path, None)
        for path in own
        if path not in taken and catalog.by_file(path.name) is None
    ]
    return (*known, *others)


def unread() -> tuple[Path, ...]:
    """Files of the user's that `installed` would have to read whole to know them; whoever must not wait reads them
    elsewhere first, by `fingerprints.sha256_of`."""
    return tuple(
        path
        for path in _files_in(paths.user_weights())
        if path.suffix.lower() in ENDINGS and _is_file(path) and _may_be_catalogued(path) and _known(path) is None
    )


def _by_content(path: Path) -> ModelInfo | None:
    """The catalogue's entry of a file with a name of its own."""
    try:
        return catalog.by_sha256(quick_sha256(path)) if _may_be_catalogued(path) else None
    except OSError:
        return None


def _may_be_catalogued(path: Path) -> bool:
    if catalog.by_file(path.name) is not None:
        return False
    try:
        size = path.stat().st_size
    except OSError:
        return False
    return any(info.bytes == size and not info.shipped for info in MODELS)


def _known(path: Path) -> str | None:
    try:
        return known_sha256(path)
    except OSError:
        return None


def is_sound(model: InstalledModel) -> bool:
    """Whether nothing speaks against using the file; reads it whole if it was never read before."""
    try:
        _check_sound(model)
    except WeightsError:
        return False
    return True


def _check_sound(model: InstalledModel) -> None:
    """Raises WeightsError where the file is half of what the catalogue knows by its name, or something else."""
    info = model.info
    if info is None or info.shipped or info.sha256 is None:
        return
    try:
        size = model.path.stat().st_size
        is_sound = size == info.bytes and quick_sha256(model.path) == info.sha256
    except OSError as error:
        raise WeightsError(
            say(
                "weights-unreadable",
                "'{name}' cannot be read as weights ({reason}).",
                name=model.path.name,
                reason=error.strerror or str(error),
            ),
            path=model.path,
        ) from error
    if is_sound:
        return
    is_short = info.bytes is not None and size < info.bytes
    raise WeightsError(
        say(
            "weights-cut-short",
            "'{name}' is not whole: {size} of {bytes} bytes are here.",
            name=model.path.name,
            size=size,
            bytes=info.bytes or 0,
        )
        if is_short
        else say("weights-other", "'{name}' is not the file known by that name.", name=model.path.name),
        todo=say("remove-and-get", "Remove it ('gpen-desktop models remove {name}') and get it again.", name=info.name),
        path=model.path,
    )


def verify(model: InstalledModel) -> Verification:
    """Compare a file with the hash the catalogue has for it; reads the whole file."""
    if model.info is None or model.info.sha256 is None:
        return Verification.UNVERIFIED
    good = sha256_of(model.path) == model.info.sha256
    return Verification.VERIFIED if good else Verification.DAMAGED


def remove(model: InstalledModel) -> None:
    """Delete a weights file of the user's. Raises WeightsError for a shipped one, or if it cannot be deleted."""
    if paths.user_weights() not in model.path.parents:
        raise WeightsError(
            say("comes-with-program", "'{name}' comes with the program.", name=catalog.titled(model.name)),
            todo=say("cannot-be-removed", "It cannot be removed."),
            path=model.path,
        )
    try:
        model.path.unlink()
    except OSError as error:
        raise WeightsError(
            say(
                "removal-failed",
                "'{name}' could not be removed ({error}).",
                name=model.path.name,
                error=error.strerror or str(error),
            ),
            path=model.path,
        ) from error


def _files_in(folder: Path) -> list[Path]:
    """Files in the user's folder, by name; one that cannot be read costs only itself, and is told of."""
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        _warn_of_folder(folder, error.strerror or str(error))
        return []


@functools.cache  # the folder is looked into several times for each photo of an album
def _warn_of_folder(folder: Path, reason: str) -> None:
    _log.warning("The weights folder %s could not be read: %s", folder, reason)


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113  -- Path.is_file raises for what may not be looked at


def _locate(info: ModelInfo) -> Path | None:
    folders = (paths.weights(),) if info.shipped else (paths.user_weights(), paths.weights())
    return next((path for folder in folders if _is_file(path := folder / info.file)), None)
