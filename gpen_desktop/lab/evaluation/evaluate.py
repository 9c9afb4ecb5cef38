"""Measure models and plain tools side by side on faces whose clean picture is known.

Two sources of pairs: folders of damaged faces beside a folder of the clean ones, or clean faces alone, which are then
damaged in fixed steps (lab/evaluation/fixed_degradations.py). Faces are aligned to the FFHQ template.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from gpen_desktop.core.progress import Progress, SilentProgress
from gpen_desktop.errors import OptionError
from gpen_desktop.lab.evaluation import baselines, measures, report
from gpen_desktop.lab.evaluation.baselines import Method
from gpen_desktop.lab.evaluation.cases import CLEAN, Case, damaged_folders, fixed_cases
from gpen_desktop.lab.evaluation.fixed_degradations import SETS
from gpen_desktop.lab.evaluation.measures import TONES, Picture
from gpen_desktop.lab.evaluation.report import Estimate, Report, Row
from gpen_desktop.messages import say
from gpen_desktop.models.catalog import BUILTIN

MEAN: Final = "mean"

_NORMAL_95: Final = 1.96
_SHEET_FACES: Final = 3


def read_groups(table: Path) -> dict[str, list[str]]:
    """Group -> names of its faces, from a CSV with columns face and group. Raises OptionError."""
    try:
        with table.open(encoding="utf-8", newline="") as file:
            pairs = [(row["group"], row["face"]) for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, KeyError, csv.Error) as error:
        raise OptionError(
            say("not-a-group-table", "'{path}' is not a table of groups ({error}).", path=str(table), error=str(error)),
            todo=say("group-table-columns", "It must be a CSV with the columns face and group."),
        ) from error
    groups: dict[str, list[str]] = {}
    for line, (group, face) in enumerate(pairs, start=2):
        if not group or not face:
            raise OptionError(
                say("cell-missing", "Line {line} of '{path}' lacks one of its two cells.", line=line, path=str(table)),
                todo=say("write-face-group", "Write face,group."),
            )
        groups.setdefault(group, []).append(face)
    return groups


def evaluate(
    cases: Sequence[Case],
    ways: Mapping[str, Method],
    groups: Mapping[str, Sequence[str]] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Run every method on every case and measure.

    groups: names of groups and of the faces in them. Rows are in the order of cases, then of baselines and models;
    last come the means over all cases but the clean one, over all faces, those of each skin tone (measures.skin_tone)
    and each group, whose intervals are those of a mean over people. Raises OptionError where basicsr or scikit-image
    is missing, or a group names a face that is not there.
    """
    progress = progress or SilentProgress()
    tools = measures.all_measures()
    members = _groups(cases, groups or {})
    rows: list[Row] = []
    sheet: list[Picture] = []
    faces: dict[str, list[dict[str, list[float]]]] = {name: [] for name in ways}
    for number, case in enumerate(cases):
        columns = [_labelled(f"{case.kind} {case.level}", case.damaged)]
        for column, (name, way) in enumerate(ways.items()):
            progress.report((number + column / len(ways)) / len(cases), f"{case.kind} {case.level}, {name}".strip())
            answers = way(case)
            values = {
                key: [measure(*pictures) for pictures in zip(answers, case.clean, case.damaged, strict=True)]
                for key, measure in tools.items()
            }
            rows.append(Row(case.kind, case.level, name, len(answers), _estimates(values)))
            if case.kind != CLEAN:
                faces[name].append(values)
            if name != "damaged":
                columns.append(_labelled(name, answers))
        sheet.append(np.hstack([*columns, _labelled("clean", case.clean)]))
    progress.report(1.0, "evaluate")
    return Report((*rows, *_means(faces, members)), np.vstack(sheet))


def estimate(values: Sequence[float]) -> Estimate:
    """Mean with its 95 % confidence interval (normal, over faces). Values that are not numbers are left out."""
    known = np.array([value for value in values if not math.isnan(value)])
    if known.size == 0:
        return Estimate(math.nan, math.nan, math.nan)
    mean = float(known.mean())
    if known.size < 2 or not math.isfinite(mean):
        return Estimate(mean, math.nan, math.nan)
    half = _NORMAL_95 * float(known.std(ddof=1)) / math.sqrt(known.size)
    return Estimate(mean, mean - half, mean + half)


def _estimates(values: Mapping[str, Sequence[float]]) -> dict[str, Estimate]:
    """By the names of measures.TOLD; of logarithms the geometric mean and its interval."""
    estimates = {key: estimate(each) for key, each in values.items()}
    return {
        key: Estimate(math.exp(e.mean), math.exp(e.low), math.exp(e.high)) if measures.TOLD[key].logarithm else e
        for key, e in estimates.items()
    }


def _groups(cases: Sequence[Case], named: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """Name of a group -> its faces, '' for all, where every damaged case has the same faces; else none."""
    names = {tuple(case.names) for case in cases if case.kind != CLEAN}
    if len(names) != 1 or sum(case.kind != CLEAN for case in cases) < 2:
        if named:
            raise OptionError(
                say("groups-need-two-kinds", "Groups need the same faces in two or more kinds of damage."),
                todo=say("leave-groups-out", "Leave --groups out."),
            )
        return {}
    # in colour, where one of the cases has the face so: the clean pictures of grey kinds are grey
    tones: dict[str, str] = {}
    for case in cases:
        for name, face in zip(case.names, case.clean, strict=True):
            tones[name] = tones.get(name) or measures.skin_tone(face)
    order = names.pop()
    by_tone = {f"{tone} skin": [i for i, name in enumerate(order) if tones[name] == tone] for tone in TONES}
    lost = [name for members in named.values() for name in members if name not in tones]
    if lost:
        raise OptionError(say("group-face-missing", "There is no face '{name}', which a group names.", name=lost[0]))
    by_name = {group: [order.index(name) for name in members] for group, members in named.items()}
    shown = {group: members for group, members in (by_tone | by_name).items() if members}
    return {"": list(range(len(order))), **shown}


def _means(
    faces: Mapping[str, Sequence[Mapping[str, Sequence[float]]]], groups: Mapping[str, Sequence[int]]
) -> Iterator[Row]:
    """A row for each group and method: each face's mean over the cases."""
    for group, members in groups.items():
        for name, cases in faces.items():
            values = {key: np.mean([case[key] for case in cases], axis=0)[list(members)].tolist() for key in cases[0]}
            yield Row(MEAN, group, name, len(members), _estimates(values))


def _labelled(name: str, pictures: Sequence[Picture]) -> Picture:
    """The first faces one beside the other, under their name; white where there are fewer."""
    blank = np.full_like(pictures[0], 255)
    shown = np.hstack([*pictures[:_SHEET_FACES], *[blank] * (_SHEET_FACES - len(pictures))])
    strip = np.full((22, shown.shape[1], 3), 255, np.uint8)
    cv2.putText(strip, name.strip(), (4, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    return np.vstack([strip, shown])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `gpen-desktop evaluate` takes."""
    parser.add_argument("faces", type=Path, help="folder of clean aligned faces (FFHQ template)")
    parser.add_argument(
        "--damaged", type=Path, metavar="DIR", help="folders KIND/ of the same faces, damaged (default: damage them)"
    )
    parser.add_argument(
        "--kinds", choices=list(SETS), default="graded", help="what to damage them by, without --damaged (graded)"
    )
    parser.add_argument("--model", action="append", metavar="NAME|FILE", help=f"may be given again ({BUILTIN})")
    parser.add_argument("--composed", action="store_true", help="also as the product composes it, skin protected")
    parser.add_argument("--invented", action="store_true", help="also with all of the detail that is invented for it")
    parser.add_argument("--no-plain", action="store_true", help="without fastNlMeans and unsharp mask")
    parser.add_argument("--groups", type=Path, metavar="CSV", help="faces by group (columns face, group), for means")
    parser.add_argument("--size", type=int, default=256, help="side at which all are compared, pixels")
    parser.add_argument("--device", default="auto")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="write report.json, report.md and sheet.png")


def run(options: argparse.Namespace) -> Report:
    """Do what `add_arguments` took; writes the files of --output. Raises OptionError and what `evaluate` raises."""
    if options.size < 64:
        raise OptionError(
            say("size-range", "The size is {size}.", size=options.size),
            todo=say("at-least-64", "It must be 64 or more."),
        )
    models = options.model or [BUILTIN]
    ways: dict[str, Method] = {"damaged": baselines.untouched}
    if not options.no_plain:
        ways.update(baselines.PLAIN)
    for model in models:
        ways[Path(model).stem] = baselines.by_model(model, options.device)
    if options.composed:
        ways.update({f"{Path(model).stem} composed": baselines.by_product(model, options.device) for model in models})
    if options.invented:
        ways.update({f"{Path(model).stem} invented": baselines.by_inventing(model, options.device) for model in models})
    if options.damaged:
        cases = list(damaged_folders(options.faces, options.damaged, options.size))
    else:
        cases = list(fixed_cases(options.kinds, options.faces, options.size))
    result = evaluate(cases, ways, read_groups(options.groups) if options.groups else None)
    if options.output:
        report.write(result, options.output)
    return result


def main() -> None:
    """`python -m gpen_desktop.lab.evaluation.evaluate`."""
    parser = argparse.ArgumentParser(prog="python -m gpen_desktop.lab.evaluation.evaluate", description=__doc__)
    add_arguments(parser)
    print(report.as_markdown(run(parser.parse_args())))


if __name__ == "__main__":
    main()
