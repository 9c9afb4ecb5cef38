"""What lies beside a photo travels along, and the file says what was done to it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gpen_desktop.core.batch import batch
from gpen_desktop.core.batch.album import plan
from gpen_desktop.core.batch.batch import BatchOptions, PhotoReport, PhotoStatus
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.engine.export import ExportOptions
from gpen_desktop.core.output.journal import Journal
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.photo_files.metadata import with_history
from gpen_desktop.core.photo_files.patience import waiting_while
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.types import ComposeOptions
from gpen_desktop.errors import Cancelled
from tests.unit.core.drawn_faces import DrawnModels, KnownFaces, Sharpener, photo_with_faces
from tests.unit.core.made_files import exiftool, needs_exiftool, tag


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "album" / "IMG_1.jpg"
    path.parent.mkdir()
    Image.fromarray(photo_with_faces((40, 60))[0].pixels).save(path)
    return path


def restore(
    photo: Path, out: Path, finder: KnownFaces | None = None, resume: bool = False, **export: Any
) -> PhotoReport:
    faces = photo_with_faces((40, 60))[1]
    engine = Engine(models=DrawnModels(finder or KnownFaces(*faces), Sharpener()))
    options = BatchOptions(Edits(ComposeOptions(strength=70), model="sharpener"), ExportOptions(**export))
    jobs = plan([photo], out, recursive=False, format=export.get("format", "keep"))
    (report,) = batch.restore_all(jobs, engine, options, Journal(out, {}), lambda *_: SilentProgress(), resume=resume)
    assert report.outcome is PhotoStatus.DONE
    return report


def test_sidecars_and_a_live_photo_s_film_travel_along(photo: Path, tmp_path: Path) -> None:
    for name in ("IMG_1.xmp", "IMG_1.jpg.XMP", "IMG_1.MOV", "IMG_10.xmp", "IMG_1.txt"):
        (photo.parent / name).write_bytes(name.encode())
    out = tmp_path / "out"
    restore(photo, out, format="png")
    assert sorted(path.name for path in out.iterdir() if path.name[0] != ".") == [
        "IMG_1.MOV",
        "IMG_1.png",
        "IMG_1.png.XMP",
        "IMG_1.xmp",
    ]
    assert (out / "IMG_1.MOV").read_bytes() == b"IMG_1.MOV"
    assert (out / "IMG_1.png.XMP").read_bytes() == b"IMG_1.jpg.XMP"


def test_in_the_album_itself_they_follow_the_result_s_name(photo: Path) -> None:
    photo.with_suffix(".xmp").write_bytes(b"notes")
    restore(photo, photo.parent)
    assert photo.with_name("IMG_1-2.xmp").read_bytes() == b"notes"
    assert photo.with_suffix(".xmp").read_bytes() == b"notes"


def test_what_is_there_already_stays_and_that_is_said(photo: Path, tmp_path: Path) -> None:
    photo.with_suffix(".xmp").write_bytes(b"new")
    out = tmp_path / "out"
    out.mkdir()
    (out / "IMG_1.xmp").write_bytes(b"somebody's")
    assert [warning.code for warning in restore(photo, out).warnings] == ["companion-there"]
    assert (out / "IMG_1.xmp").read_bytes() == b"somebody's"
    (out / "IMG_1.xmp").write_bytes(b"new")
    assert restore(photo, out, overwrite=True).warnings == ()


def test_they_travel_with_a_photo_in_which_nothing_changes(photo: Path, tmp_path: Path) -> None:
    photo.with_suffix(".xmp").write_bytes(b"notes")
    restore(photo, tmp_path / "out", KnownFaces())
    assert (tmp_path / "out" / "IMG_1.xmp").read_bytes() == b"notes"


def test_a_cancel_leaves_none_of_them_without_its_photo(photo: Path, tmp_path: Path) -> None:
    photo.with_suffix(".xmp").write_bytes(b"new")
    photo.with_suffix(".MOV").write_bytes(b"film")
    out = tmp_path / "out"
    out.mkdir()
    (out / "IMG_1.xmp").write_bytes(b"somebody's")
    faces = photo_with_faces((40, 60))[1]
    engine = Engine(models=DrawnModels(KnownFaces(*faces), Sharpener()))
    session = engine.open(load_photo(photo), "sharpener")
    cancelled = threading.Event()

    def cancel(_result: Path, _made: Path) -> None:
        assert (out / "IMG_1.MOV").exists()
        cancelled.set()
        threading.Event().wait(0.3)  # longer than it takes to be heard of

    with pytest.raises(Cancelled), waiting_while(lambda: not cancelled.is_set()):
        engine.export(session, ComposeOptions(), out / "IMG_1.jpg", ExportOptions(), before_naming=cancel)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {"IMG_1.xmp": b"somebody's"}


@needs_exiftool
@pytest.mark.parametrize("format", ["jpeg", "png", "tiff", "webp"])
def test_the_file_says_what_was_done(photo: Path, tmp_path: Path, format: str) -> None:
    tag(photo, "-XMP-dc:Title=Ida & Ada", "-XMP-xmpMM:History={Action=created,SoftwareAgent=A scanner}")
    report = restore(photo, tmp_path, format=format)
    said = exiftool("-s3", "-XMP:Title", "-XMP:HistoryAction", "-XMP:HistorySoftwareAgent", Path(str(report.target)))
    title, actions, agents = said.strip().split("\n")
    assert (title, actions) == ("Ida & Ada", "created, edited")
    assert agents.startswith("A scanner, GPEN Desktop ")
    done = exiftool("-s3", "-XMP:HistoryParameters", Path(str(report.target)))
    assert "model=sharpener" in done
    assert "strength=70" in done
    again = restore(photo, tmp_path / "again", format=format)
    assert Path(str(again.target)).read_bytes() == Path(str(report.target)).read_bytes()  # no time is in it


@needs_exiftool
def test_a_photo_without_xmp_gets_some_and_a_bmp_no_complaint(photo: Path, tmp_path: Path) -> None:
    report = restore(photo, tmp_path)
    assert exiftool("-s3", "-XMP:HistoryAction", Path(str(report.target))).strip() == "edited"
    bmp = photo.with_suffix(".bmp")
    Image.open(photo).save(bmp)
    assert restore(bmp, tmp_path / "out").warnings == ()


NAMES = b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:m="http://ns.adobe.com/xap/1.0/mm/"'


@pytest.mark.parametrize(
    "history",
    [
        b"<m:History\n><rdf:Seq\t><rdf:li>a</rdf:li></rdf:Seq></m:History>",
        b'<m:History xml:lang="x"> <rdf:Seq><rdf:li>a</rdf:li></rdf:Seq></m:History>',
    ],
)
def test_a_history_that_is_there_goes_on_however_it_is_written(history: bytes) -> None:
    packet = b"<rdf:RDF " + NAMES + b"><rdf:Description>" + history + b"</rdf:Description></rdf:RDF>"
    made = with_history(packet, "done", "us")
    assert made.count(b":History") == 2
    assert made.index(b"<rdf:li>a") < made.index(b"edited") < made.index(b"</rdf:Seq>")


@pytest.mark.parametrize(
    "history", [b"<m:History/>", b"<m:History><rdf:Seq/></m:History>", b"<m:History>x</m:History>"]
)
def test_no_second_history_is_put_beside_one_that_is_not_understood(history: bytes) -> None:
    packet = b"<rdf:RDF " + NAMES + b"><rdf:Description>" + history + b"</rdf:Description></rdf:RDF>"
    assert with_history(packet, "done", "us") == packet


def test_a_packet_without_room_or_in_another_encoding_stays_as_it_is() -> None:
    full = b'<x xmlns:r="r"><rdf:RDF>' + b" " * 65_000 + b"</rdf:RDF></x>"
    odd = "<rdf:RDF></rdf:RDF>".encode("utf-16")
    for packet in (full, odd):
        assert with_history(packet, "done", "us") == packet
    once = with_history(b"", "a < b", "us")
    assert once.count(b"<rdf:li") == 1
    assert b"a &lt; b" in once
    assert with_history(once, "more", "us").count(b"<rdf:li") == 2
