"""`gpen-desktop models`: what weights are here, and getting, checking and removing them."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from gpen_desktop.cli.exits import Exit
from gpen_desktop.cli.terminal import printable, printable_lines
from gpen_desktop.errors import OptionError, UnknownModelError
from gpen_desktop.messages import say
from gpen_desktop.models import catalog, importing, store
from gpen_desktop.models.catalog import ModelInfo
from gpen_desktop.models.store import InstalledModel


def run(options: argparse.Namespace) -> int:
    """One of list, install, import, remove, verify. Returns the exit code."""
    actions = {"list": _list, "install": _install, "import": _import, "remove": _remove, "verify": _verify}
    return actions[options.action](options)


def _list(options: argparse.Namespace) -> Exit:
    here = {model.name: model for model in store.installed()}
    rows = [_record(info, is_here=info.name in here) for info in catalog.MODELS]
    rows += [
        {"name": name, "task": model.task or "not known", "installed": True, "usable": True, "file": str(model.path)}
        for name, model in here.items()
        if model.info is None
    ]
    if options.json:
        print(printable_lines(json.dumps(rows, indent=2, ensure_ascii=False)))
        return Exit.ALL_DONE
    for row in rows:
        size = _megabytes(row["bytes"]) if row.get("bytes") else ""
        print(f"{printable(row['name']):<26} {row['task']:<16} {_mark(row):<14} {size:>7}  {row.get('title', '')}")
    print("\n'get' by: gpen-desktop models install NAME. What is 'by hand' comes from the 'source' that --json shows,")
    print("and is brought in by: gpen-desktop models import FILE")
    return Exit.ALL_DONE


def _record(info: ModelInfo, *, is_here: bool) -> dict[str, Any]:
    return {
        "name": info.name,
        "title": info.title,
        "task": info.task,
        "purpose": info.purpose,
        "installed": is_here,
        "usable": info.usable,
        "can_be_fetched": info.can_be_fetched,
        "lacks": info.lacks,
        "file": info.file,
        "bytes": info.bytes,
        "sha256": info.sha256,
        "hash_from": info.hash_from,
        "memory_mb": info.memory,
        "licence": info.licence,
        "source": info.source,
    }


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB" if size > 1e6 else f"{size / 1e6:.1f} MB"


def _mark(row: dict[str, Any]) -> str:
    if row["installed"]:
        return "installed"
    if not row["usable"]:
        return "not used yet"
    if row["lacks"]:
        return "lacks package"
    return "get" if row["can_be_fetched"] else "by hand"


def _install(options: argparse.Namespace) -> Exit:
    info = catalog.by_name(options.name)
    if info is None:
        raise UnknownModelError(
            say("no-such-model-to-get", "There is no model '{name}' to get.", name=options.name),
            todo=say("see-models-list", "'gpen-desktop models list' shows the models."),
        )
    if any(model.name == info.name and store.is_sound(model) for model in store.installed()):
        print(f"'{info.name}' is here already.")
        return Exit.ALL_DONE
    from gpen_desktop.models import download  # only whoever asks for it opens a connection

    download.check_offered(info)
    _check_agreed(info, options)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(info.file, total=info.bytes)
        path = download.fetch(
            info, lambda done, total: bar.update(task, completed=done, total=total), mirror=options.mirror
        )
    print(printable(f"Installed '{info.name}' as {path}"))
    return Exit.ALL_DONE


def _check_agreed(info: ModelInfo, options: argparse.Namespace) -> None:
    """Show what the model is and its licence, and ask. Raises OptionError where nobody agrees."""
    print(f"{info.title}: {info.purpose}")
    print(f"Licence: {info.licence}")
    print(f"{_megabytes(info.bytes or 0)} from {printable(options.mirror or info.source)}")
    if options.yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise OptionError(
            say("licence-not-agreed", "The licence of '{name}' was not agreed to.", name=info.name),
            todo=say("add-yes", "Add --yes if you agree to it."),
        )
    if input("Agree and download? [y/N] ").strip().lower() not in ("y", "yes"):
        raise OptionError(say("licence-not-agreed", "The licence of '{name}' was not agreed to.", name=info.name))


def _import(options: argparse.Namespace) -> Exit:
    model, verification = importing.import_file(options.file)
    print(printable(f"Imported '{model.name}' ({verification}) as {model.path}"))
    return Exit.ALL_DONE


def _remove(options: argparse.Namespace) -> Exit:
    for model in _installed(options.name):
        store.remove(model)
        print(printable(f"Removed {model.path}"))
    return Exit.ALL_DONE


def _verify(options: argparse.Namespace) -> Exit:
    answers = {model.name: store.verify(model) for model in _installed(options.name)}
    for name, answer in answers.items():
        print(f"{printable(name):<26} {answer}")
    return Exit.SOME_FAILED if store.Verification.DAMAGED in answers.values() else Exit.ALL_DONE


def _installed(name: str | None) -> list[InstalledModel]:
    """The installed model of that name; all of them without one. Raises UnknownModelError."""
    models = [model for model in store.installed() if name in (None, model.name)]
    if not models:
        raise UnknownModelError(
            say("model-not-installed", "'{name}' is not installed.", name=name or ""),
            todo=say("see-models-list", "'gpen-desktop models list' shows the models."),
        )
    return models
