"""The command line as users and scripts meet it; with the real detector and the built-in model."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpen_desktop import paths
from gpen_desktop.__main__ import main
from gpen_desktop.cli import main as cli
from gpen_desktop.cli.exits import Exit
from gpen_desktop.models import catalog, store
from tests.unit.command_line import run
from tests.unit.core.stages import toy_stage
from tests.unit.models.toy_architecture import registered, toy_weights
from tests.unit.models.weights_server import Behaviour, serving

SAMPLE = "hopper_small_blurry.jpg"
GRAINY = "collins_faded_colour.jpg"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    target = tmp_path / "in" / SAMPLE
    target.parent.mkdir()
    return Path(shutil.copy(paths.samples() / SAMPLE, target))


def test_a_sample_is_restored_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample = Path(shutil.copy(paths.samples() / GRAINY, tmp_path))  # on the small blurry one there is little to change
    out, report_file = tmp_path / "out", tmp_path / "report.json"
    before = sample.read_bytes()
    assert run("restore", sample, "-o", out, "--report", report_file, "--precision", "fp32") == Exit.ALL_DONE
    assert sample.read_bytes() == before
    with Image.open(out / GRAINY) as after, Image.open(sample) as source:
        assert after.size == source.size
        changed = np.abs(np.asarray(after, int) - np.asarray(source, int)).max(axis=2) > 1
    report = json.loads(report_file.read_text(encoding="utf-8"))
    (photo,) = report["photos"]
    assert [face["state"] for face in photo["faces"]] == ["restored"]
    x, y, width, height = photo["faces"][0]["box"]
    assert changed[round(y) : round(y + height), round(x) : round(x + width)].mean() > 0.5
    assert report["model"] == "builtin-256"
    assert report["compute"].startswith("CPU")
    assert {"load", "detect", "align", "restore", "compose", "save"} <= set(photo["seconds"])
    assert f"1 of 1 photo done, 1 face restored, in {out}" in " ".join(capsys.readouterr().err.split())


def test_the_same_command_gives_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    hashes = set()
    for name in ("one", "two"):
        assert run("restore", sample, "-o", tmp_path / name, "--quiet", "--mode", "detail", "--scale", "2") == 0
        hashes.add(hashlib.sha256((tmp_path / name / SAMPLE).read_bytes()).hexdigest())
    assert len(hashes) == 1


def test_detail_is_invented_by_a_model_for_it_or_not_at_all(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Path(__file__).parents[1] / "golden" / "gpen_tiny_64.pth"
    assert run("restore", sample, "-o", tmp_path / "out", "--model", other, "--invent", "40") == Exit.USAGE
    assert "Nothing here invents detail beside the model" in capsys.readouterr().err
    assert not (tmp_path / "out" / SAMPLE).exists()


def test_a_face_that_became_another_is_told(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random = Path(__file__).parents[1] / "golden" / "gpen_tiny_128.pth"  # random weights
    report = tmp_path / "report.json"
    asked = ("restore", sample, "-o", tmp_path / "out", "--model", random, "--no-auto", "--report", report)
    assert run(*asked) == Exit.ALL_DONE
    assert "0 of 1 face restored (1 changed too much)" in " ".join(capsys.readouterr().err.split())
    (face,) = json.loads(report.read_text(encoding="utf-8"))["photos"][0]["faces"]
    assert (face["state"], face["strength"]) == ("changed too much", 0)
    assert run(*asked, "--if-changed", "keep", "--overwrite") == Exit.ALL_DONE
    (face,) = json.loads(report.read_text(encoding="utf-8"))["photos"][0]["faces"]
    assert (face["state"], face["strength"]) == ("restored", 80)


def test_a_photo_is_cropped_and_straightened_with_its_metadata(tmp_path: Path) -> None:
    sample = Path(shutil.copy(paths.samples() / GRAINY, tmp_path))
    asked = ("--crop", "10x15", "--straighten", "-1.5", "--faces", "largest", "--no-auto", "--quiet")
    assert run("restore", sample, "-o", tmp_path / "out", *asked) == Exit.ALL_DONE
    with Image.open(tmp_path / "out" / GRAINY) as after, Image.open(sample) as source:
        assert max(after.size) / min(after.size) == pytest.approx(1.5, rel=0.01)
        assert max(after.size) < max(source.size)
        assert after.getexif().get(0x010E) == source.getexif().get(0x010E)
        assert after.info.get("icc_profile") == source.info.get("icc_profile")
        assert b"straighten=-1.5" in after.info["xmp"]
    with pytest.raises(SystemExit):
        run("restore", sample, "-o", tmp_path / "out", "--straighten", "40")


def test_a_stage_that_is_registered_has_its_flags(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    toy_stage.register(monkeypatch)
    with pytest.raises(SystemExit):
        run("restore", "--help")
    assert "Turns the photo negative." in capsys.readouterr().out
    source, report = tmp_path / "black.png", tmp_path / "report.json"
    Image.new("RGB", (64, 48), (10, 20, 30)).save(source)
    asked = ("--negate", "100", "--report", report, "--quiet")
    assert run("restore", source, "-o", tmp_path / "out", *asked) == Exit.ALL_DONE
    with Image.open(tmp_path / "out" / "black.png") as result:
        assert result.getpixel((5, 5)) == (245, 235, 225)
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["photos"][0]["stages"] == ["negate"]
    done = {result["stage"]: result for result in told["photos"][0]["done"]}
    assert done["negate"] == {"stage": "negate", "strength": 100, "code": "toy", "text": "It was turned negative."}
    assert (told["options"]["negate"], told["options"]["negate_to_white"], told["options"]["scale"]) == (100, True, 1)


def test_a_bad_photo_costs_only_itself(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (sample.parent / "broken.jpg").write_bytes(sample.read_bytes()[:300])
    assert run("restore", sample.parent, "-o", tmp_path / "out", "--quiet") == Exit.SOME_FAILED
    assert (tmp_path / "out" / SAMPLE).is_file()
    assert "broken.jpg" in capsys.readouterr().err


def test_nothing_done_when_every_photo_is_bad(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    assert run("restore", tmp_path / "broken.jpg", "-o", tmp_path / "out", "--quiet") == Exit.NOTHING_DONE


def test_resume_leaves_out_what_is_done(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert run("restore", sample, "-o", out, "--quiet") == Exit.ALL_DONE
    stamp = (out / SAMPLE).stat().st_mtime_ns
    assert run("restore", sample, "-o", out, "--resume") == Exit.ALL_DONE
    assert "finished earlier" in capsys.readouterr().err
    assert (out / SAMPLE).stat().st_mtime_ns == stamp
    assert run("restore", sample, "-o", out, "--quiet", "--strength", "30") == Exit.NOTHING_DONE
    assert (out / SAMPLE).stat().st_mtime_ns == stamp


def test_overwriting_replaces_results_but_never_another_original(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    original = tmp_path / SAMPLE  # of the same name, in the folder that the results go to
    original.write_bytes((paths.samples() / GRAINY).read_bytes())
    before = original.read_bytes()
    assert run("restore", sample.parent, "-o", tmp_path, "--overwrite", "--quiet") == Exit.NOTHING_DONE
    assert original.read_bytes() == before
    assert "nothing shows that this program made it" in capsys.readouterr().err
    assert run("restore", sample, "-o", tmp_path / "out", "--quiet") == Exit.ALL_DONE
    assert run("restore", sample, "-o", tmp_path / "out", "--quiet", "--strength", "30", "--overwrite") == Exit.ALL_DONE


@pytest.mark.parametrize("name", [SAMPLE, "other.jpg", "notes.txt", "notes.json", "index.html"])
def test_a_report_never_takes_the_place_of_another_file(sample: Path, tmp_path: Path, name: str) -> None:
    victim = sample.parent / name
    if not victim.exists():
        victim.write_bytes(b"mine")
    before = victim.read_bytes()
    assert run("restore", sample, "-o", tmp_path / "out", "--report", victim) == Exit.USAGE
    assert victim.read_bytes() == before


def test_a_report_is_written_also_when_all_failed_and_for_names_of_old_disks(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xd6\xd0.jpg")).write_bytes(b"not a photo")
    report = tmp_path / "new" / "folder" / "report.json"
    assert run("restore", tmp_path, "-o", tmp_path / "out", "--report", report, "--quiet") == Exit.NOTHING_DONE
    (photo,) = json.loads(report.read_text(encoding="utf-8"))["photos"]
    assert photo["outcome"] == "failed"


def test_what_is_left_alone_is_said_with_the_reason(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("restore", sample, "-o", tmp_path / "out", "--min-face", "500", "--no-auto") == Exit.ALL_DONE
    told = " ".join(capsys.readouterr().err.split())
    assert "0 of 1 face restored (1 too small)" in told
    assert "copied as it is" in told


@pytest.mark.parametrize("arguments", [["restor", "album"], ["nosuch.jpg"]])
def test_a_mistyped_command_opens_no_window(arguments: list[str]) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "gpen_desktop", *arguments], capture_output=True, text=True, check=False
    )
    assert result.returncode == Exit.USAGE
    assert f"'{arguments[0]}' is neither a command nor a photo" in result.stderr


def test_without_a_screen_the_window_is_refused_in_words(sample: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    result = subprocess.run(
        [sys.executable, "-m", "gpen_desktop", sample], capture_output=True, text=True, check=False, env=environment
    )
    assert result.returncode == Exit.NOTHING_DONE
    assert "no screen" in result.stderr


def test_a_dry_run_writes_nothing(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = set(tmp_path.rglob("*"))
    report = ("--report", tmp_path / "reports" / "a.json")
    assert run("restore", sample, "-o", tmp_path / "out", "--dry-run", "--format", "png", *report) == Exit.ALL_DONE
    assert "hopper_small_blurry.png" in capsys.readouterr().out.replace("\n", "")
    assert set(tmp_path.rglob("*")) == before


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    assert run("restore", tmp_path, "-o", tmp_path / "out") == Exit.NOTHING_DONE


@pytest.mark.parametrize(
    "arguments",
    [
        ["restore", "PHOTO"],
        ["restore", "PHOTO", "-o", "out", "--strength", "101"],
        ["restore", "PHOTO", "-o", "out", "--faces", "0"],
        ["restore", "PHOTO", "-o", "out", "--faces", "some"],
        ["restore", "PHOTO", "-o", "out", "--scale", "5"],
        ["restore", "PHOTO", "-o", "out", "--scale", "0.9"],
        ["restore", "PHOTO", "-o", "out", "--scale", "nan"],
        ["restore", "", "-o", "out"],
        ["nonsense"],
    ],
)
def test_wrong_usage_is_refused_in_one_line(
    arguments: list[str], sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(*[str(sample) if argument == "PHOTO" else argument for argument in arguments])
    assert stopped.value.code == Exit.USAGE
    (told,) = capsys.readouterr().err.splitlines()
    assert told.endswith(" --help")


def test_a_missing_path_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("restore", tmp_path / "gone.jpg", "-o", tmp_path) == Exit.USAGE
    assert "gone.jpg" in capsys.readouterr().err


def test_an_unknown_model_names_the_known_ones(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("restore", sample, "-o", tmp_path / "out", "--model", "nonesuch") == Exit.NOTHING_DONE
    assert "builtin-256" in capsys.readouterr().err


def test_faces_are_listed_as_json(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("faces", sample, "--json") == Exit.ALL_DONE
    ((path, faces),) = json.loads(capsys.readouterr().out).items()
    assert path == str(sample)
    assert len(faces) == 1
    assert len(faces[0]["landmarks"]) == 5


def test_one_unreadable_photo_does_not_hide_the_faces_of_the_others(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"no")
    assert run("faces", tmp_path / "bad.jpg", sample, "--json") == Exit.SOME_FAILED
    told = capsys.readouterr()
    assert list(json.loads(told.out)) == [str(sample)]
    assert "bad.jpg" in told.err


def test_models_are_listed_and_verified(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("models", "list", "--json") == Exit.ALL_DONE
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["builtin-256"]["installed"]
    assert run("models", "verify", "builtin-256") == Exit.ALL_DONE
    assert "verified" in capsys.readouterr().out


@pytest.fixture
def small_codeformer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The catalogue, with these bytes for CodeFormer's; and a user folder of one's own."""
    content = b"weights" * 1000
    sha256 = hashlib.sha256(content).hexdigest()
    models = tuple(
        replace(info, bytes=len(content), sha256=sha256) if info.name == "codeformer" else info
        for info in catalog.MODELS
    )
    monkeypatch.setattr(catalog, "MODELS", models)
    monkeypatch.setattr(store, "MODELS", models)
    monkeypatch.setattr(paths, "user_data", lambda: tmp_path / "user")
    return content


def test_a_model_is_installed_after_its_licence_was_shown(
    small_codeformer: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(behaviour := Behaviour(small_codeformer)) as mirror:
        assert run("models", "install", "codeformer", "--mirror", mirror) == Exit.USAGE  # nobody there to agree
        assert behaviour.asked == []
        said = capsys.readouterr()
        assert "non-commercial use only (S-Lab License 1.0)" in said.out
        assert "Add --yes" in said.err
        assert run("models", "install", "codeformer", "--mirror", mirror, "--yes") == Exit.ALL_DONE
    assert (paths.user_weights() / "codeformer.pth").read_bytes() == small_codeformer
    assert run("models", "install", "codeformer", "--yes") == Exit.ALL_DONE
    assert "here already" in capsys.readouterr().out


def test_a_model_that_cannot_be_had_says_why(small_codeformer: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Behaviour(small_codeformer, errors=[404])) as mirror:
        assert run("models", "install", "codeformer", "--mirror", mirror, "--yes") == Exit.NOTHING_DONE
    assert "the server answers 404" in capsys.readouterr().err
    assert run("models", "install", "gpen-2048", "--yes") == Exit.NOTHING_DONE
    assert "no trusted hash" in capsys.readouterr().err
    assert run("models", "install", "gpen-9") == Exit.NOTHING_DONE
    assert run("models", "install", "codeformer", "--yes", "--mirror", "nowhere") == Exit.USAGE


def test_the_model_that_is_asked_for_restores(sample: Path, tmp_path: Path) -> None:
    weights, report = toy_weights(tmp_path / "other.safetensors"), tmp_path / "report.json"
    with registered():
        assert run("restore", sample, "-o", tmp_path / "out", "--model", weights, "--report", report) == Exit.ALL_DONE
    assert json.loads(report.read_text(encoding="utf-8"))["model"] == "other"


def test_importing_what_is_no_weights_file_is_refused(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("models", "import", sample) == Exit.NOTHING_DONE
    assert "not a weights file" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_ended_by_the_system_it_says_so_as_after_ctrl_c(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> None:
        signal.raise_signal(signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)  # without a handler of ours nothing happens
    monkeypatch.setattr(sys, "argv", ["gpen-desktop", "--version"])
    monkeypatch.setattr(cli, "_parser", work)
    try:
        assert main() == Exit.CANCELLED
    finally:
        signal.signal(signal.SIGTERM, before)
    assert "What was finished is kept" in capsys.readouterr().err


def test_models_are_compared_on_a_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = Path(shutil.copy(paths.samples() / GRAINY, tmp_path))
    before = photo.read_bytes()
    dark, bright = (
        toy_weights(tmp_path / f"{name}.safetensors", gain) for name, gain in (("dark", 0.3), ("bright", 1))
    )
    arguments = ("compare", photo, "--model", dark, "--model", bright, "--mode", "strong", "-o", tmp_path / "sheet.png")
    with registered():
        assert run(*arguments) == Exit.ALL_DONE
        assert run(*arguments) == Exit.NOTHING_DONE  # it is there already
        assert run(*arguments, "--overwrite") == Exit.ALL_DONE
    with Image.open(tmp_path / "sheet.png") as sheet:
        pixels = np.asarray(sheet.convert("L"), np.float32)
    assert pixels.shape == (26 + 2 * 400, 3 * 400)  # the photo and two models; whole, and around the face
    face = pixels[426 + 150 : 426 + 250]
    darkened, alike = (face[:, 400 * n + 100 : 400 * n + 300] for n in (1, 2))
    assert np.abs(darkened - alike).mean() > 4
    assert photo.read_bytes() == before
    capsys.readouterr()
    assert run("compare", photo, "--model", dark) == Exit.USAGE
    other = tmp_path / "other.jpg"
    other.write_bytes((paths.samples() / GRAINY).read_bytes())  # somebody's original
    two = ("--model", dark, "--model", "builtin-256")
    assert run("compare", photo, *two, "-o", other, "--overwrite") == Exit.NOTHING_DONE
    assert other.read_bytes() == (paths.samples() / GRAINY).read_bytes()
    assert "only one model" in capsys.readouterr().err
    assert run("compare", photo, "--model", dark, "--model", bright, "--invent", "50") == Exit.USAGE
    assert "invents detail" in capsys.readouterr().err
