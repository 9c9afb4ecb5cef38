"""Numbers in the names of results: photos that come and go leave those of the others as they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpen_desktop.core.batch import album as album_module
from gpen_desktop.core.batch import batch
from gpen_desktop.core.batch.album import plan
from gpen_desktop.core.batch.batch import BatchOptions, PhotoStatus
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.output.journal import Journal, sha256_of
from gpen_desktop.core.progress import SilentProgress
from tests.unit.core.drawn_faces import DrawnModels, KnownFaces, Sharpener, photo_with_faces

DONE, SKIPPED = PhotoStatus.DONE, PhotoStatus.SKIPPED


def restored(sources: Sequence[Path], out: Path, pattern: str = "{name}") -> list[tuple[Path, Path, PhotoStatus]]:
    """Restore photos, going on after earlier runs; of each its file, its result's, and what became of it."""
    engine = Engine(models=DrawnModels(KnownFaces(*photo_with_faces((40, 60))[1]), Sharpener()))
    jobs = plan(sources, out, recursive=True, pattern=pattern, model="m")
    wanted = BatchOptions(Edits(model="sharpener"))
    made = batch.restore_all(jobs, engine, wanted, Journal(out, {}), lambda *_: SilentProgress(), resume=True)
    return [(job.source, job.target, report.outcome) for job, report in zip(jobs, made, strict=True)]


def add_photo(folder: Path, name: str, shift: int) -> None:
    """One of another content for each shift."""
    picture = np.roll(photo_with_faces((40, 60))[0].pixels, shift, axis=0)
    Image.fromarray(picture).save(folder / f"{name}.png")


def test_photos_keep_their_numbers_when_others_come(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("m", "n", "z")]
    for number, folder in enumerate(folders):
        folder.mkdir()
        add_photo(folder, "a", number)

    def results(*sources: Path) -> dict[str, PhotoStatus]:
        made = restored(sources, tmp_path / "out")
        return {f"{source.parent.name} {target.name}": outcome for source, target, outcome in made}

    assert results(folders[1], folders[2]) == {"n a.png": DONE, "z a-2.png": DONE}
    assert results(*folders) == {"m a-3.png": DONE, "n a.png": SKIPPED, "z a-2.png": SKIPPED}
    assert results(*folders[::-1]) == {"z a-2.png": SKIPPED, "n a.png": SKIPPED, "m a-3.png": SKIPPED}
    assert results(folders[2]) == {"z a-2.png": SKIPPED}


@pytest.mark.parametrize("pattern", ["{number}", "{name} no. {number}", "{number}-{model}"])
def test_numbers_in_names_stay_when_photos_come_and_go(tmp_path: Path, pattern: str) -> None:
    album, out = tmp_path / "album", tmp_path / "out"
    album.mkdir()

    def results() -> dict[str, tuple[str, PhotoStatus]]:
        return {source.stem: (target.stem, outcome) for source, target, outcome in restored([album], out, pattern)}

    def named(name: str, number: int) -> str:
        return pattern.format(name=name, number=f"{number:03d}", model="m")

    for shift, name in enumerate(("b 1000", "d", "f")):
        add_photo(album, name, shift)
    assert results() == {
        "b 1000": (named("b 1000", 1), DONE),
        "d": (named("d", 2), DONE),
        "f": (named("f", 3), DONE),
    }
    add_photo(album, "a", 5)
    (album / "d.png").unlink()
    assert results() == {
        "a": (named("a", 4), DONE),
        "b 1000": (named("b 1000", 1), SKIPPED),
        "f": (named("f", 3), SKIPPED),
    }
    assert (out / f"{named('d', 2)}.png").is_file()
    add_photo(album, "g", 5)  # the same as a
    assert results()["g"] == (named("g", 5), DONE)
    again = results()  # which of the two has which of their numbers is all one
    assert {outcome for _, outcome in again.values()} == {SKIPPED}
    if "{name}" not in pattern:
        assert {stem for stem, _ in again.values()} == {named("", number) for number in (1, 3, 4, 5)}


def test_planning_reads_each_photo_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two things are asked of each: which number its result has, and which name where others want the same."""
    out = tmp_path / "out"
    folders = [tmp_path / name for name in ("m", "n")]
    for number, folder in enumerate(folders):
        folder.mkdir()
        (folder / "a.png").write_bytes(bytes([number]))
    plan_all = partial(plan, folders, out, recursive=False, pattern="{name}-{number}")
    for number, job in enumerate(plan_all()):
        made = out / f"a-00{number + 1}-2.png"
        made.parent.mkdir(exist_ok=True)
        made.write_bytes(b"result")
        Journal(out, {}).add(job.source, made)
    read: list[Path] = []

    def noted(file: Path) -> str:
        read.append(file)
        return sha256_of(file)

    monkeypatch.setattr(album_module, "sha256_of", noted)
    plan_all()
    assert sorted(read) == [folder / "a.png" for folder in folders]
