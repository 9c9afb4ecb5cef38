"""What an evaluation found, as JSON, Markdown and a contact sheet."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.errors import SaveError
from gpen_desktop.lab.evaluation.measures import TOLD
from gpen_desktop.messages import say


@dataclass(frozen=True)
class Estimate:
    """A mean over faces and its 95 % confidence interval; the limits are not numbers where there is none."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """One method on one kind and level of damage, over n faces. values: by the names of measures.TOLD."""

    kind: str
    level: str
    method: str
    n: int
    values: Mapping[str, Estimate]


@dataclass(frozen=True, eq=False)
class Report:
    """rows, and a contact sheet (H, W, 3) uint8 RGB of a few faces."""

    rows: tuple[Row, ...]
    sheet: NDArray[np.uint8]

    def row(self, kind: str, method: str, level: str = "") -> Row:
        """The row of that name. KeyError where there is none."""
        for row in self.rows:
            if (row.kind, row.level, row.method) == (kind, level, method):
                return row
        raise KeyError((kind, level, method))


def as_json(report: Report) -> str:
    """Every row; what is not a finite number is null."""
    rows = [
        {
            "kind": row.kind,
            "level": row.level,
            "method": row.method,
            "faces": row.n,
            **{
                key: {"mean": _finite(e.mean), "low": _finite(e.low), "high": _finite(e.high)}
                for key, e in row.values.items()
            },
        }
        for row in report.rows
    ]
    told = {key: vars(t) for key, t in TOLD.items()}
    return json.dumps({"measures": told, "confidence": 0.95, "rows": rows}, indent=1, ensure_ascii=False)


def as_markdown(report: Report) -> str:
    """A table a measure: a line a kind and level, a column a method, mean ± half of the 95 % interval."""
    names = list(dict.fromkeys(row.method for row in report.rows))
    parts = []
    for key, told in TOLD.items():
        unit = f", {told.unit}" if told.unit else ""
        lines = [f"### {told.title}{unit} ({told.better} is better)", ""]
        lines += ["| kind | faces | " + " | ".join(names) + " |", "| --- | --- |" + " --- |" * len(names)]
        by_kind: dict[tuple[str, str], dict[str, Row]] = {}
        for row in report.rows:
            by_kind.setdefault((row.kind, row.level), {})[row.method] = row
        for (kind, level), row_of in by_kind.items():
            cells = [_cell(row_of[name].values[key], told.digits) if name in row_of else "" for name in names]
            n = next(iter(row_of.values())).n
            lines.append(f"| {' '.join((kind, level)).strip()} | {n} | " + " | ".join(cells) + " |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def write(report: Report, folder: Path) -> None:
    """Write report.json, report.md and sheet.png. Raises SaveError."""
    _, packed = cv2.imencode(".png", report.sheet[..., ::-1])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(as_json(report), encoding="utf-8")
        (folder / "report.md").write_text(as_markdown(report), encoding="utf-8")
        (folder / "sheet.png").write_bytes(packed.tobytes())
    except OSError as error:
        raise SaveError(
            say("report-unwritable", "The report cannot be written: {error}.", error=str(error)), path=folder
        ) from error


def _finite(value: float) -> Any:
    return value if math.isfinite(value) else None


def _cell(e: Estimate, digits: int) -> str:
    if math.isnan(e.mean):
        return "–"
    if math.isinf(e.mean):
        return "∞"
    half = f" ± {(e.high - e.low) / 2:.{digits}f}" if math.isfinite(e.high) else ""
    return f"{e.mean:.{digits}f}{half}"
