"""Weights files that a user has already, taken into the folder of weights."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from gpen_desktop import part_files, paths
from gpen_desktop.errors import WeightsError
from gpen_desktop.messages import listed, say
from gpen_desktop.models import catalog, store
from gpen_desktop.models.catalog import MODELS, ModelInfo
from gpen_desktop.models.fingerprints import remember_task, sha256_of
from gpen_desktop.models.spec import ALIGNED_TASKS, TASK_WORDS, USED_TASKS, ModelSpec

_PART_PREFIX = ".import-"


def import_file(source: str | Path) -> tuple[store.InstalledModel, store.Verification]:
    """Copy a weights file into the user's folder; it appears there whole or not at all.

    A file whose hash the catalogue knows takes the catalogue's name, and the place of a damaged one. Any other is
    unverified and has to hold a network that can be used, and that gives a face back when it is given one; it keeps its
    own name, unless it has that under which a catalogued one is published, and holds such a network. No program in it
    is run. Raises WeightsError: not such a file, or another model has its name, here or in the catalogue.
    """
    source = Path(source).expanduser()
    if not source.is_file():
        raise WeightsError(
            say("import-file-missing", "The file '{path}' does not exist.", path=str(source)),
            todo=say("check-name", "Check the name."),
            path=source,
        )
    if source.suffix.lower() not in store.ENDINGS:
        raise WeightsError(
            say("not-a-weights-file", "'{name}' is not a weights file.", name=source.name),
            todo=say("expected-endings", "Expected one of {endings}.", endings=listed(store.ENDINGS)),
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
    if info is not None and info.sha256 == digest:
        model = _as_installed(source, info)
        _copy_whole(source, model.path)
        return model, store.Verification.VERIFIED
    found = _checked(source, info)
    model = _as_installed(source, info or _published_as(source.name, found))
    _check_name(source, digest, model)
    _copy_whole(source, model.path)
    remember_task(model.path, found.task)
    return model, store.Verification.UNVERIFIED


def _as_installed(source: Path, info: ModelInfo | None) -> store.InstalledModel:
    """What the file `source` becomes; info: of what it is known as."""
    if info is None:
        return store.InstalledModel(source.stem, paths.user_weights() / source.name, None)
    return store.InstalledModel(info.name, paths.user_weights() / info.file, info)


def _published_as(name: str, found: ModelSpec) -> ModelInfo | None:
    """The catalogue's entry of a file that is published under a name that many others have, too."""
    info = catalog.by_published_file(name)
    return info if info is not None and (info.task, info.size) == (found.task, found.size) else None


def _checked(source: Path, info: ModelInfo | None) -> ModelSpec:
    """What a file of unknown hash holds. Raises WeightsError where it holds no network that can be used, or not the
    one it is named after."""
    from gpen_desktop.models import registry, tryout  # noqa: PLC0415  -- bring torch, which takes seconds

    found = registry.read_spec(source)
    if found.task not in USED_TASKS:
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
    if found.task in ALIGNED_TASKS:
        tryout.check(source)
    return found


def _check_name(source: Path, digest: str, model: store.InstalledModel) -> None:
    """Raises WeightsError where another model, here or in the catalogue, answers to the name of the one to come."""
    name = model.name.casefold()
    if model.info is None and any(info.name.casefold() == name for info in MODELS):
        raise WeightsError(
            say("name-in-catalogue", "'{name}' is the name of another model in the list.", name=model.name),
            todo=say("give-other-name", "Give it another name."),
            path=source,
        )
    for other in store.installed():
        if other.name.casefold() == name and (other.path != model.path or sha256_of(other.path) != digest):
            raise WeightsError(
                say("name-taken", "There is already another model called '{name}'.", name=other.name),
                todo=say("remove-or-rename", "Remove it first, or give the new file another name."),
                path=source,
            )


def _copy_whole(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WeightsError(
            say(
                "weights-folder-unwritable",
                "The weights folder cannot be written to ({error}).",
                error=error.strerror or str(error),
            ),
            path=target,
        ) from error
    part_files.remove_stale(target.parent, _PART_PREFIX)
    try:
        with part_files.created(target.parent, _PART_PREFIX) as (part, out):
            with source.open("rb") as file:
                shutil.copyfileobj(file, out, 1 << 20)
            out.flush()
            os.fsync(out.fileno())
            out.close()  # Windows gives no name to what is open
            part.replace(target)
    except OSError as error:
        raise WeightsError(
            say(
                "copy-failed",
                "'{name}' could not be copied ({error}).",
                name=source.name,
                error=error.strerror or str(error),
            ),
            path=source,
        ) from error
