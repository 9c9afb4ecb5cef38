"""Colourisers and inpainters from state dicts of their real layouts: by name and file, on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from gpen_desktop import paths
from gpen_desktop.cli import main as cli
from gpen_desktop.cli.exits import Exit
from gpen_desktop.core.engine.edits import Edits, with_option, with_stroke
from gpen_desktop.core.engine.engine import Engine
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.stages.networks import PhotoNetworks
from gpen_desktop.core.types import Photo, Stroke
from gpen_desktop.errors import WeightsError
from gpen_desktop.models import catalog, store
from tests.unit.core.made_files import grey_profile
from tests.unit.models import published_weights
from tests.unit.models.published_weights import network, write

GOLDEN = Path(__file__).parents[3] / "golden"
GREY = np.linspace(20, 230, 96 * 120).reshape(96, 120)


@pytest.fixture(autouse=True)
def own_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "user_weights", lambda: tmp_path / "weights")


def install(name: str) -> Path:
    """A model of the catalogue in GPEN's layout, made small."""
    info = catalog.by_name(name)
    assert info is not None
    paths.user_weights().mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(GOLDEN / "gpen_tiny_64.pth", paths.user_weights() / info.file))


def test_gpens_colouriser_and_inpainter_are_known_by_their_names() -> None:
    install("gpen-colorization-1024")
    install("gpen-inpainting-1024")
    networks = PhotoNetworks("cpu", "fp32")
    face = np.random.default_rng(0).random((64, 64, 3), dtype=np.float32)
    colouriser, inpainter = networks.colouriser("gpen-colorization-1024"), networks.inpainter("gpen-inpainting-1024")
    assert (colouriser.size, colouriser.template) == (inpainter.size, inpainter.template) == (64, "gpen")
    assert colouriser.run(face).shape == (64, 64, 2)
    holes = np.zeros((64, 64, 1), np.float32)
    assert inpainter.run(np.dstack([face, holes])).shape == (64, 64, 3)
    holes[20:40, 20:40] = 1
    white = np.where(holes > 0, np.float32(1), face)
    same = inpainter.run(np.dstack([white, np.zeros_like(holes)]))
    assert np.array_equal(inpainter.run(np.dstack([face, holes])), same)  # it is told of holes by white


def test_the_first_colouriser_that_is_here_and_else_the_one_to_get() -> None:
    with pytest.raises(WeightsError, match="'DDColor'"):
        PhotoNetworks("cpu").colouriser("auto")
    install("gpen-colorization-1024")
    assert PhotoNetworks("cpu").colouriser("auto").name == "gpen-colorization-1024"


def test_what_is_for_something_else_is_refused() -> None:
    networks = PhotoNetworks("cpu")
    with pytest.raises(WeightsError, match="a landmark network, which cannot give a photo colour"):
        networks.colouriser(str(store.find(catalog.LANDMARKS)))
    with pytest.raises(WeightsError, match="a face restorer, which cannot fill damage"):
        networks.inpainter(str(store.find(catalog.BUILTIN)))


def test_our_own_filler_can_be_chosen_from_a_file() -> None:
    chosen = PhotoNetworks("cpu", "fp32").inpainter(str(store.find(catalog.REPAIRER)))
    assert chosen.run(np.zeros((64, 64, 4), np.float32)).shape == (64, 64, 3)


def restore(photo: Path, out: Path, *options: str) -> dict[str, object]:
    report = out.parent / "report.json"
    arguments = ["restore", str(photo), "-o", str(out), "--no-auto", "--device", "cpu", "--report", str(report)]
    assert cli.run([*arguments, "--overwrite", *options]) == Exit.ALL_DONE
    found: dict[str, object] = json.loads(report.read_text(encoding="utf-8"))["photos"][0]
    return found


def hopper(folder: Path, name: str, **how: Any) -> Path:
    with Image.open(paths.samples() / "hopper_small_blurry.jpg") as sample:
        sample.convert("L").save(folder / name, **how)
    return folder / name


@pytest.mark.parametrize(("name", "how"), [("photo.jpg", {"quality": 92}), ("photo.png", {}), ("photo.tif", {})])
def test_a_grey_portrait_becomes_a_colour_file(tmp_path: Path, name: str, how: dict[str, Any]) -> None:
    install("gpen-colorization-1024")
    photo = hopper(tmp_path, name, icc_profile=grey_profile(), **how)
    said = restore(photo, tmp_path / "out", "--colour", "80", "--strength", "0")
    made, source = load_photo(tmp_path / "out" / name), load_photo(photo)
    assert source.source.grey
    assert source.metadata.icc
    assert not made.source.grey
    assert not made.metadata.icc  # a grey profile says nothing of colours
    assert np.ptp(made.pixels.astype(int), axis=2).max() > 3
    assert "grey-profile-converted" in json.dumps(said)
    assert said["stages"] == ["colour"]


def test_sixteen_bits_stay_sixteen(tmp_path: Path) -> None:
    install("gpen-colorization-1024")
    with Image.open(paths.samples() / "hopper_small_blurry.jpg") as sample:
        grey = np.asarray(sample.convert("L"), np.uint16) * 257 + 40
    cv2.imwrite(str(tmp_path / "photo.png"), grey)
    restore(tmp_path / "photo.png", tmp_path / "out", "--colour", "100", "--strength", "0")
    made = load_photo(tmp_path / "out" / "photo.png").pixels
    assert made.dtype == np.uint16
    luma = made.astype(np.float64) @ (0.299, 0.587, 0.114)
    assert np.abs(luma - grey).max() <= 0.51
    assert np.unique(made % 257).size > 100


def test_without_a_colouriser_the_command_line_says_which_to_get(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = hopper(tmp_path, "photo.png")
    assert cli.run(["restore", str(photo), "-o", str(tmp_path / "out"), "--colour", "50"]) == Exit.NOTHING_DONE
    assert "DDColor" in capsys.readouterr().err


def test_gpens_inpainter_fills_a_face_in_a_photo(tmp_path: Path) -> None:
    install("gpen-inpainting-1024")
    photo = load_photo(paths.samples() / "hopper_small_blurry.jpg")
    dot = Stroke(((160.0, 120.0),), radius=6)
    edits = with_stroke(with_option(Edits(), "filler", "gpen-inpainting-1024"), dot)
    stages = {**edits.stages, "clean": 0, "tone": 0}
    staged = Engine().open(photo, catalog.BUILTIN, (), stages, edits.strokes).shown()
    assert staged.changed == ("repair",)
    assert staged.damage is not None
    changed = (staged.photo.pixels != photo.pixels).any(axis=2)
    assert changed.any()
    assert not changed[~staged.damage].any()


@pytest.mark.slow
def test_ddcolor_on_the_command_line(tmp_path: Path) -> None:
    file = write(published_weights.ddcolor("convnext-t"), tmp_path / "any name.pth")
    Image.fromarray(GREY.astype(np.uint8)).save(tmp_path / "photo.png")
    restore(tmp_path / "photo.png", tmp_path / "out", "--colour", "100", "--colour-model", str(file))
    made = load_photo(tmp_path / "out" / "photo.png")
    assert not made.source.grey
    assert np.abs(made.pixels @ (0.299, 0.587, 0.114) - GREY.astype(np.uint8)).max() <= 0.51


@pytest.mark.slow
def test_lama_fills_what_is_marked(tmp_path: Path) -> None:
    file = write(network("lama"), tmp_path / "any name.pth")
    pixels = np.repeat(GREY.astype(np.uint8)[..., None], 3, axis=2) // np.array([1, 2, 3], np.uint8)
    photo = Photo(np.ascontiguousarray(pixels), SourceFormat("PNG"))
    stages = {**with_option(Edits(), "filler", str(file)).stages, "clean": 0, "tone": 0}
    staged = Engine().open(photo, catalog.BUILTIN, (), stages, (Stroke(((50.0, 40.0),), radius=9),)).shown()
    assert staged.damage is not None
    changed = (staged.photo.pixels != pixels).any(axis=2)
    assert changed.any()
    assert not changed[~staged.damage].any()
