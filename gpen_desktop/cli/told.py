"""What `gpen-desktop restore` says of photos, in lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from rich.console import Console

from gpen_desktop.cli.batch_bar import complain
from gpen_desktop.cli.terminal import counted, printable
from gpen_desktop.core.batch.batch import PhotoReport, PhotoStatus
from gpen_desktop.core.engine.compute import ModelStatus
from gpen_desktop.core.stages.automatic import DAMAGE, DUSTY, SMALL
from gpen_desktop.core.types import FaceState, Seen

_ON_DEMAND: Final = {
    DAMAGE: "Scratches seen in {photos}: --repair on fills them.",
    DUSTY: "Dust seen in {photos}: --repair dust removes it, and leaves lines alone.",
    SMALL: "Few pixels in {photos}: --scale 2 doubles width and height.",
}


def tell(report: PhotoReport, console: Console) -> None:
    """How it went with one photo."""
    match report.outcome:
        case PhotoStatus.DONE:
            seconds = sum(report.seconds.values())
            told = "; ".join([_faces_told(report), *_stages_told(report)])
            console.print(printable(f"{report.source}: {told}; {seconds:.1f} s"))
        case PhotoStatus.SKIPPED:
            console.print(printable(f"{report.source}: finished earlier"))
        case PhotoStatus.EXISTS | PhotoStatus.FAILED:
            todo = "Use --overwrite to replace it." if report.outcome is PhotoStatus.EXISTS else report.todo
            text = " ".join(str(part) for part in (report.error, todo) if part)
            complain(f"{report.source}: {text}")
    for warning in report.warnings:
        console.print(printable(f"  {warning}"), style="dim")


def _stages_told(report: PhotoReport) -> list[str]:
    """What was done to the whole photo, and what could not be."""
    told = []
    for result in report.stages:
        words = str(result.words)
        strength = f" ({result.strength} %)" if 0 < result.strength < 100 else ""
        told.append(f"{words[0].lower()}{words[1:]}{strength}")
    return told


def _faces_told(report: PhotoReport) -> str:
    """'2 of 5 faces restored (1 already sharp, 2 too small)'."""
    if not report.faces:
        return "no faces found"
    counts = Counter(face["state"] for face in report.faces)
    left = [f"{count} {state}" for state, count in counts.items() if state != FaceState.RESTORED]
    told = f"{report.restored} of {counted(len(report.faces), 'face')} restored"
    return f"{told} ({', '.join(left)})" if left else told


def summarise(reports: Sequence[PhotoReport], status: ModelStatus, where: str, console: Console) -> None:
    """How it went with all of them. where: the results are, such as 'in restored'."""
    counts = Counter(report.outcome for report in reports)
    faces = sum(report.restored for report in reports)
    done = f"{counts[PhotoStatus.DONE]} of {counted(len(reports), 'photo')} done"
    parts = [f"{done}, {counted(faces, 'face')} restored, {where}"]
    parts += [f"{counts[PhotoStatus.SKIPPED]} finished earlier"] if counts[PhotoStatus.SKIPPED] else []
    parts += [f"{counts[PhotoStatus.EXISTS]} there already"] if counts[PhotoStatus.EXISTS] else []
    parts += [f"{counts[PhotoStatus.FAILED]} failed"] if counts[PhotoStatus.FAILED] else []
    console.print(printable("; ".join(parts) + f". {status.model} on {status.device}."))
    for line in (*_offered(reports), *status.notes):
        console.print(printable(line))


def _offered(reports: Sequence[PhotoReport]) -> list[str]:
    """What was seen and is done on demand only, and how to demand it."""
    seen = Counter(each for report in reports for each in _unanswered(report))
    return [words.format(photos=counted(seen[each], "photo")) for each, words in _ON_DEMAND.items() if seen[each]]


def _unanswered(report: PhotoReport) -> list[Seen]:
    done = [result.stage for result in report.stages if result.strength]
    return [each for each in report.seen if each.offered is not None and each.stage not in done]
