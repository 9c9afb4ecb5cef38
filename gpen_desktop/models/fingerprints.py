"""Hashes of weights files, and what they are for, remembered for as long as a file keeps its size and time: hundreds of
megabytes are read once, not at every start."""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
from pathlib import Path
from typing import Any

from gpen_desktop import paths
from gpen_desktop.models.spec import Task


def sha256_of(path: Path) -> str:
    """Hash of a file, hexadecimal; reads it whole, and remembers the answer. Raises OSError."""
    before = _mark(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if _mark(path) == before:  # else it is still being written
        _remember(path, before, sha256=digest)
    return digest


def known_sha256(path: Path) -> str | None:
    """The hash where it is remembered of the file as it is now. Raises OSError."""
    return _facts(path).get("sha256")


def quick_sha256(path: Path) -> str:
    """The remembered hash, or that of the file read now. Raises OSError."""
    return known_sha256(path) or sha256_of(path)


def known_task(path: Path) -> Task | None:
    """What the weights are for, where it is remembered of the file as it is now. Raises OSError."""
    task = _facts(path).get("task")
    return Task(task) if task in list(Task) else None


def remember_task(path: Path, task: Task) -> None:
    """Remember what the weights of a file are for. Raises OSError."""
    _remember(path, _mark(path), task=task.value)


def _facts(path: Path) -> dict[str, Any]:
    """What is remembered of the file as it is now."""
    record = _remembered().get(str(path))
    return record if isinstance(record, dict) and record.get("mark") == _mark(path) else {}


def _mark(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size}:{status.st_mtime_ns}"


def _file() -> Path:
    return paths.user_data() / "fingerprints.json"


def _remembered() -> dict[str, Any]:
    try:
        known = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):  # not there yet, or damaged: as good as not there
        return {}
    return known if isinstance(known, dict) else {}


def _remember(path: Path, mark: str, **facts: str) -> None:
    known = {file: record for file, record in _remembered().items() if Path(file).is_file()}
    former = known.get(str(path))
    kept = former if isinstance(former, dict) and former.get("mark") == mark else {}
    known[str(path)] = {**kept, "mark": mark, **facts}
    temporary = _file().with_name(f".fingerprints-{secrets.token_hex(4)}.part")
    with contextlib.suppress(OSError):  # where it cannot be written, the file is read again
        _file().parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(known), encoding="utf-8")
        temporary.replace(_file())
    with contextlib.suppress(OSError):
        temporary.unlink(missing_ok=True)
