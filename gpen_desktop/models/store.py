"""Weights on this computer: found, checked, imported.

Two folders: the program's own (read-only) and the user's. A file in the user's folder that the catalogue does not know
is listed under its name without the ending, as unverified.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gpen_desktop import paths
from gpen_desktop.errors import UnknownModelError, WeightsError
from gpen_desktop.messages import say
from gpen_desktop.models import catalog
from gpen_desktop.models.catalog import MODELS, ModelInfo
from gpen_desktop.models.spec import FACE_TASKS, TASK_WORDS

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


def find(name_or_path: str | Path) -> Path:
    """The file of a model given by name, or by the path of a weights file.

    Raises UnknownModelError for a name nobody knows and no file has, WeightsError for a known one that is not here.
    """
    wanted = str(name_or_path)
    for model in installed():
        if model.name == wanted:
            return model.path
    info = catalog.by_name(wanted)
    if info is not None:
        raise WeightsError(
            say(
                "weights-not-here",
                "The weights of '{name}' ({file}) are not on this computer.",
                name=info.name,
                file=info.file,
            ),
            todo=say("reinstall", "Reinstall GPEN Desktop, or get its weights folder again.")
            if info.shipped
            else say(
                "get-and-import",
                "Get them from {source} and run: gpen-desktop models import {file}",
                source=info.source,
                file=info.file,
            ),
        )
    path = Path(name_or_path).expanduser()
    if _is_file(path):
        return path
    names = sorted({model.name for model in installed()} | {info.name for info in MODELS})
    raise UnknownModelError(
        say("no-such-model", "There is no model or file '{name}'.", name=wanted),
        todo=say("known-models", "Known models: {names}.", names=", ".join(names)),
    )


def has(name: str) -> bool:
    """Whether the weights of a model of the catalogue are on this computer."""
    info = catalog.by_name(name)
    return info is not None and _locate(info) is not None


def installed() -> tuple[InstalledModel, ...]:
    """Every weights file that is here: the catalogue's in its order, then the user's others by name."""
    known = [InstalledModel(info.name, path, info) for info in MODELS if (path := _locate(info)) is not None]
    user = paths.user_weights()
    others = [
        InstalledModel(path.stem, path, None)
        for path in _files_in(user)
        if path.suffix.lower() in ENDINGS and catalog.by_file(path.name) is None and _is_file(path)
    ]
    return (*known, *others)


def verify(model: InstalledModel) -> Verification:
    """Compare a file with the hash the catalogue has for it; reads the whole file."""
    if model.info is None or model.info.sha256 is None:
        return Verification.UNVERIFIED
    good = sha256_of(model.path) == model.info.sha256
    return Verification.VERIFIED if good else Verification.DAMAGED


def import_file(source: str | Path) -> tuple[InstalledModel, Verification]:
    """Copy a weights file into the user's folder; it appears there whole or not at all.

    A file whose hash the catalogue knows takes the catalogue's name, and the place of a damaged one. Any other keeps
    its own name, is unverified and has to hold a network that can be used, and that gives a face back when it is given
    one. No program in it is run. Raises WeightsError: not such a file, or another model has its name, here or in the
    catalogue.
    """
    source = Path(source).expanduser()
    if not source.is_file():
        raise WeightsError(
            say("import-file-missing", "The file '{path}' does not exist.", path=str(source)), path=source
        )
    if source.suffix.lower() not in ENDINGS:
        raise WeightsError(
            say("not-a-weights-file", "'{name}' is not a weights file.", name=source.name),
            todo=say("expected-endings", "Expected one of {endings}.", endings=", ".join(ENDINGS)),
            path=source,
        )
    digest = sha256_of(source)
    info = catalog.by_sha256(digest) or catalog.by_file(source.name)
    if info is not None and info.sha256 not in (None, digest):
        raise WeightsError(
            say(
                "other-hash",
                "'{name}' is not the file known by that name (its sha256 is {found}, expected {expected}).",
                name=source.name,
                found=digest,
                expected=info.sha256,
            ),
            todo=say("get-again-or-rename", "Get it again, or rename it if it is meant to be different."),
            path=source,
        )
    model = InstalledModel(
        info.name if info else source.stem, paths.user_weights() / (info.file if info else source.name), info
    )
    is_known = info is not None and info.sha256 == digest
    if not is_known:
        _check_usable(source, info)
        _check_name(source, digest, model)
    _copy_whole(source, model.path)
    return model, Verification.VERIFIED if is_known else Verification.UNVERIFIED


def _check_usable(source: Path, info: ModelInfo | None) -> None:
    """Raises WeightsError where a file of unknown hash holds no network that can be used, or not the one it is named
    after."""
    from gpen_desktop.models import registry, tryout  # noqa: PLC0415  -- bring torch, which takes seconds

    found = registry.read_spec(source)
    if found.task not in FACE_TASKS:
        raise WeightsError(
            say(
                "no-use-for-task",
                "'{name}' holds {found}, which this version has no use for.",
                name=source.name,
                found=TASK_WORDS[found.task],
            ),
            path=source,
        )
    if info is not None and info.size != found.size:
        raise WeightsError(
            say(
                "other-network-size",
                "'{name}' holds a network for {found} pixels; the model of that name is for {expected}.",
                name=source.name,
                found=found.size,
                expected=info.size,
            ),
            todo=say("give-other-name", "Give it another name."),
            path=source,
        )
    tryout.check(source)


def _check_name(source: Path, digest: str, model: InstalledModel) -> None:
    """Raises WeightsError where another model, here or in the catalogue, answers to the name of the one to come."""
    name = model.name.casefold()
    if model.info is None and any(info.name.casefold() == name for info in MODELS):
        raise WeightsError(
            say("name-in-catalogue", "'{name}' is the name of another model in the list.", name=model.name),
            todo=say("give-other-name", "Give it another name."),
            path=source,
        )
    for other in installed():
        if other.name.casefold() == name and (other.path != model.path or sha256_of(other.path) != digest):
            raise WeightsError(
                say("name-taken", "There is already another model called '{name}'.", name=other.name),
                todo=say("remove-or-rename", "Remove it first, or give the new file another name."),
                path=source,
            )


def remove(model: InstalledModel) -> None:
    """Delete a weights file of the user's. Raises WeightsError for a shipped one, or if it cannot be deleted."""
    if paths.user_weights() not in model.path.parents:
        raise WeightsError(
            say("comes-with-program", "'{name}' comes with the program.", name=model.name),
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


def sha256_of(path: Path) -> str:
    """Hash of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files_in(folder: Path) -> list[Path]:
    """Files in the user's folder, by name; one that cannot be read costs only itself, and is told of."""
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        _log.warning("The weights folder %s could not be read: %s", folder, error.strerror or error)
        return []


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113  -- Path.is_file raises for what may not be looked at


def _locate(info: ModelInfo) -> Path | None:
    folders = (paths.weights(),) if info.shipped else (paths.user_weights(), paths.weights())
    return next((path for folder in folders if _is_file(path := folder / info.file)), None)


def _copy_whole(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".import-", suffix=".part")
    except OSError as error:
        raise WeightsError(
            say("weights-folder-unwritable", "The weights folder cannot be written to ({error}).", error=str(error)),
            path=target,
        ) from error
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as out, source.open("rb") as file:
            shutil.copyfileobj(file, out, 1 << 20)
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
    except OSError as error:
        raise WeightsError(
            say("copy-failed", "'{name}' could not be copied ({error}).", name=source.name, error=str(error)),
            path=source,
        ) from error
    finally:
        part.unlink(missing_ok=True)
