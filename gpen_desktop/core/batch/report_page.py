"""An album's report as one HTML file that needs nothing else: what became of each photo, before and after."""

from __future__ import annotations

import base64
import html
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageOps

from gpen_desktop.core.batch.batch import PhotoReport, PhotoStatus
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.pixels import to_8_bits
from gpen_desktop.errors import PhotoError

_SIDE: Final = 240
"""Longer side of the small pictures, px."""

_MOST_PICTURED: Final = 500
"""Photos that get pictures: with 20 KB each, more would make a page that no browser likes."""

_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#222;background:#fafafa}h1{font-size:1.4rem}table{border-collapse:collapse;width:100%}"
    "td{padding:.6rem;border-top:1px solid #ddd;vertical-align:top}img{max-width:240px;border-radius:3px}"
    ".failed{color:#a12}.quiet{color:#666}ul{margin:.2rem 0;padding-left:1.2rem}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#1c1c1e}td{border-color:#444}"
    ".failed{color:#f88}.quiet{color:#999}}"
)

_WORDS: Final = {
    PhotoStatus.DONE: "restored",
    PhotoStatus.SKIPPED: "finished earlier",
    PhotoStatus.EXISTS: "there already",
    PhotoStatus.FAILED: "failed",
}


def page(reports: Sequence[PhotoReport], made_with: str) -> str:
    """The whole page. made_with: the program, the model and what it ran on, one line.

    Opens in a browser without any network. Of photos that can no longer be read there are no pictures.
    """
    counts = Counter(report.outcome for report in reports)
    faces = sum(report.restored for report in reports)
    summary = ", ".join(f"{counts[outcome]} {words}" for outcome, words in _WORDS.items() if counts[outcome])
    pictured = {id(report) for report in [r for r in reports if r.outcome is PhotoStatus.DONE][:_MOST_PICTURED]}
    rows = "\n".join(_row(report, with_pictures=id(report) in pictured) for report in _failed_first(reports))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Restored photos</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head><body><h1>Restored photos</h1>"
        f"<p>{len(reports)} photos: {summary}; {faces} faces restored.</p>"
        f'<p class="quiet">{_shown(made_with)}</p><table>{rows}</table></body></html>\n'
    )


def _failed_first(reports: Sequence[PhotoReport]) -> Sequence[PhotoReport]:
    return sorted(reports, key=lambda report: report.outcome is not PhotoStatus.FAILED)


def _row(report: PhotoReport, *, with_pictures: bool) -> str:
    told = [f"<b>{_shown(Path(report.source).name)}</b>", _shown(_WORDS[report.outcome])]
    if report.outcome is PhotoStatus.DONE:
        told[-1] += f", {report.restored} of {len(report.faces)} faces"
    lines = [part for part in (report.error, report.todo, *report.warnings) if part is not None]
    listed = "".join(f"<li>{_shown(line)}</li>" for line in lines)
    kind = "failed" if report.outcome is PhotoStatus.FAILED else ""
    pictures = (
        "".join(f"<td>{picture}</td>" for picture in _pictures(report)) if with_pictures else "<td></td><td></td>"
    )
    return f'<tr><td class="{kind}">{"<br>".join(told)}<ul>{listed}</ul></td>{pictures}</tr>'


def _pictures(report: PhotoReport) -> Iterator[str]:
    for path, word in ((report.source, "before"), (report.target, "after")):
        small = _thumbnail(Path(path)) if path else b""
        data = base64.b64encode(small).decode("ascii")
        yield f'<img alt="{word}" src="data:image/jpeg;base64,{data}">' if small else ""


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
        size = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
        small = Image.fromarray(np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8))
    small.thumbnail((_SIDE, _SIDE))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=75)
    return buffer.getvalue()


def _shown(text: object) -> str:
    """Safe between tags, and in UTF-8 whatever a name holds."""
    return html.escape(str(text).encode("utf-8", "backslashreplace").decode("utf-8"))
