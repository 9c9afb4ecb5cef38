"""An album's report as one HTML file that needs nothing else: what became of each photo, before and after."""

from __future__ import annotations

import base64
import html
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageOps

from gpen_desktop.core.batch.batch import COPIED, PhotoReport, PhotoStatus
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.pixels import size_at, to_8_bits
from gpen_desktop.errors import PhotoError
from gpen_desktop.messages import Filling, Message, say

_SIDE: Final = 240
"""Longer side of the small pictures, px."""

_MOST_PICTURED: Final = 500
"""Photos that get pictures: with 20 KB each, more would make a page that no browser likes."""

_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#222;background:#fafafa}h1{font-size:1.4rem}table{border-collapse:collapse;width:100%}"
    "tr{border-top:1px solid #ddd}td{padding:.6rem;vertical-align:top;overflow-wrap:anywhere}"
    "img{display:block;max-width:100%;border-radius:3px}td.picture{width:240px}"
    ".failed{color:#a12}.quiet{color:#666}ul{margin:.2rem 0;padding-left:1.2rem}"
    # a telephone has no room for three columns
    "@media(max-width:45rem){tr{display:grid;grid-template-columns:1fr 1fr}td.told{grid-column:1/3}"
    "td.picture{width:auto}}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#1c1c1e}tr{border-color:#444}"
    ".failed{color:#f88}.quiet{color:#999}}"
)

_TITLE: Final = say("report-title", "Restored photos")

_WORDS: Final = {
    PhotoStatus.DONE: say("report-restored", "restored"),
    PhotoStatus.SKIPPED: say("report-skipped", "finished earlier"),
    PhotoStatus.EXISTS: say("report-exists", "there already"),
    PhotoStatus.FAILED: say("report-failed", "failed"),
}
_UNCHANGED: Final = say("report-unchanged", "unchanged")

_BEFORE: Final = say("report-before", "before")
_AFTER: Final = say("report-after", "after")


@dataclass(frozen=True)
class Language:
    """What a page is written in. code: as HTML has it. text_of: a message, or any other value, in it."""

    code: str = "en"
    text_of: Callable[[Filling], str] = str

    def shown(self, value: Filling) -> str:
        """Safe between tags, and in UTF-8 whatever a name holds."""
        return html.escape(self.text_of(value).encode("utf-8", "backslashreplace").decode("utf-8"))


ENGLISH: Final = Language()


def page(
    reports: Sequence[PhotoReport],
    made_with: Filling,
    language: Language = ENGLISH,
    tick: Callable[[], None] = lambda: None,
) -> str:
    """The whole page. made_with: the program, the model and what it ran on, one line. tick: called for each photo, as
    files are read for it; may raise to end it.

    Opens in a browser without any network. Of photos that can no longer be read there are no pictures.
    """
    pictured = {id(report) for report in [r for r in reports if r.outcome is PhotoStatus.DONE][:_MOST_PICTURED]}
    rows = []
    for report in _failed_first(reports):
        tick()
        rows.append(_row(report, language, with_pictures=id(report) in pictured))
    title = language.shown(_TITLE)
    return (
        f'<!doctype html><html lang="{language.code}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f"<p>{language.shown(_summary(reports))}</p>"
        f'<p class="quiet">{language.shown(made_with)}</p><table>{"".join(rows)}</table></body></html>\n'
    )


def _summary(reports: Sequence[PhotoReport]) -> Message:
    if not reports:
        return say("report-nothing", "There was nothing to do.")
    counts = Counter(_outcome(report) for report in reports)
    counted = [
        say("report-count", "{count} {outcome}", count=counts[words], outcome=words)
        for words in (*_WORDS.values(), _UNCHANGED)
        if counts[words]
    ]
    return say(
        "report-summary",
        "Photos: {count} ({outcomes}). Faces restored: {faces}.",
        count=len(reports),
        outcomes=reduce(lambda one, other: say("report-list", "{one}, {other}", one=one, other=other), counted),
        faces=sum(report.restored for report in reports),
    )


def _outcome(report: PhotoReport) -> Message:
    """A photo that needed nothing was not restored."""
    return _UNCHANGED if COPIED in report.warnings else _WORDS[report.outcome]


def _failed_first(reports: Sequence[PhotoReport]) -> Sequence[PhotoReport]:
    return sorted(reports, key=lambda report: report.outcome is not PhotoStatus.FAILED)


def _row(report: PhotoReport, language: Language, *, with_pictures: bool) -> str:
    outcome = _outcome(report)
    if report.faces and outcome is not _UNCHANGED:
        faces, restored = len(report.faces), report.restored
        outcome = say(
            "report-of-faces",
            "{outcome}, faces: {restored} of {faces}",
            outcome=outcome,
            restored=restored,
            faces=faces,
        )
    told = f"<b>{language.shown(Path(report.source).name)}</b><br>{language.shown(outcome)}"
    done = (result.words for result in report.stages if result.strength or result.asks is not None)
    warnings = (words for words in report.warnings if words != COPIED)
    lines = [part for part in (report.error, report.todo, *done, *warnings) if part is not None]
    listed = "".join(f"<li>{language.shown(line)}</li>" for line in lines)
    kind = "told failed" if report.outcome is PhotoStatus.FAILED else "told"
    pictures = "".join(_pictures(report, language)) if with_pictures else ""
    span = "" if pictures else ' colspan="3"'
    return f'<tr><td class="{kind}"{span}>{told}<ul>{listed}</ul></td>{pictures}</tr>\n'


def _pictures(report: PhotoReport, language: Language) -> Iterator[str]:
    """Two cells."""
    for path, word in ((report.source, _BEFORE), (report.target, _AFTER)):
        small = _thumbnail(Path(path)) if path else b""
        data = base64.b64encode(small).decode("ascii")
        picture = f'<img alt="" src="data:image/jpeg;base64,{data}">{language.shown(word)}' if small else ""
        yield f'<td class="picture quiet">{picture}</td>'


def _thumbnail(path: Path) -> bytes:
    """A small JPEG; empty where the photo cannot be read."""
    try:
        with Image.open(path, formats=["JPEG"]) as photo:  # a large one is decoded small, which takes no time
            photo.draft("RGB", (_SIDE, _SIDE))
            small = ImageOps.exif_transpose(photo).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        try:
            pixels = to_8_bits(load_photo(path).pixels)
        except PhotoError:
            return b""
        factor = min(1.0, _SIDE / max(pixels.shape[:2]))
        size = size_at(factor, pixels)
        small = Image.fromarray(np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8))
    small.thumbnail((_SIDE, _SIDE))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=75)
    return buffer.getvalue()
