"""Weights on disk."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gpen_desktop import paths
from gpen_desktop.errors import UnknownModelError, WeightsError
from gpen_desktop.models import catalog, importing, store, tryout
from gpen_desktop.models.gpen import reference
from gpen_desktop.models.spec import ALIGNED_TASKS
from gpen_desktop.models.store import Verification

GOLDEN = Path(__file__).parents[2] / "golden"
GPEN, OTHER_GPEN = ((GOLDEN / f"gpen_tiny_{size}.pth").read_bytes() for size in (64, 128))


SHIPPED = [
    *(catalog.BUILTIN, "builtin-256-vivid", catalog.DETECTOR, catalog.LANDMARKS),
    *(catalog.CLEANER, catalog.UNBLOCKER, catalog.REPAIRER, catalog.ENLARGER, catalog.POOR_ENLARGER),
]


@pytest.fixture
def user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "user_data", lambda: tmp_path / "data")
    return tmp_path / "data" / "weights"


@pytest.fixture(autouse=True)
def any_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small networks here have random weights, which a try-out refuses (test_tryout.py)."""
    monkeypatch.setattr(tryout, "check", lambda file: None)


def file(folder: Path, name: str, content: bytes = b"weights") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def gpen(path: Path, size: int = 256) -> Path:
    described = reference.described(size, style_dim=16, n_mlp=2, channel_multiplier=1, narrow=0.0625)
    torch.save(reference.random_state(described), path)
    return path


@pytest.mark.usefixtures("user_folder")
def test_what_is_shipped_is_there_and_whole() -> None:
    models = store.installed()
    assert [m.name for m in models] == SHIPPED
    for model in models:
        assert model.info is not None
        assert model.path.stat().st_size == model.info.bytes
        assert store.verify(model) is Verification.VERIFIED
        assert store.find(model.name) == model.path


def test_a_folder_that_may_not_be_read_costs_only_itself(
    user_folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file(user_folder, "mine.pth")

    def refuse(path: object) -> None:
        if isinstance(path, Path) and (path == user_folder or user_folder in path.parents):
            raise PermissionError(13, "Permission denied")

    def guarded(call: Callable[..., object]) -> Callable[..., object]:
        def looked(path: object, *args: object, **named: object) -> object:
            refuse(path)
            return call(path, *args, **named)

        return looked

    for name in ("iterdir", "stat"):
        monkeypatch.setattr(Path, name, guarded(getattr(Path, name)))
    monkeypatch.setattr(os, "stat", guarded(os.stat))
    assert [m.name for m in store.installed()] == SHIPPED
    store.installed()  # as it is asked for each photo of an album
    assert caplog.text.count("could not be read: Permission denied") == 1
    with pytest.raises(UnknownModelError):
        store.find(user_folder / "mine.pth")


def test_catalogue_is_sound() -> None:
    for key in ("name", "file"):
        values = [getattr(info, key) for info in catalog.MODELS]
        assert len(set(values)) == len(values)
    for info in catalog.MODELS:
        assert info.shipped or info.source.startswith("https://")
        assert (info.sha256 is None) == (info.bytes is None) == (info.hash_from == "")
        assert info.sha256 is None or len(info.sha256) == 64
        assert info.purpose.endswith(".")
        assert info.licence.endswith(".")
        assert (info.size > 0) == (info.task in ALIGNED_TASKS)
        assert Path(info.file).suffix in store.ENDINGS


def test_a_file_is_found_by_its_path(tmp_path: Path, user_folder: Path) -> None:
    path = file(tmp_path, "老照片.pth")
    assert store.find(path) == path
    assert store.find(str(path)) == path


def test_unknown_names_list_the_known_ones(user_folder: Path) -> None:
    file(user_folder, "mine.pth")
    with pytest.raises(UnknownModelError) as caught:
        store.find("gpen-777")
    for name in ("'gpen-777'", "builtin-256", "gpen-512", "mine"):
        assert name in str(caught.value)


@pytest.mark.usefixtures("user_folder")
def test_known_but_not_here() -> None:
    with pytest.raises(WeightsError, match=r"'GPEN 512' .*not on this computer.*models install gpen-512"):
        store.find("gpen-512")
    with pytest.raises(WeightsError, match=r"not on this computer.*models import pytorch_model-2048\.pt"):
        store.find("gpen-2048")  # nobody vouches for a hash of it


def test_importing_an_unknown_file(tmp_path: Path, user_folder: Path) -> None:
    source = file(tmp_path / "downloads", "mine.pth", GPEN)
    model, verdict = importing.import_file(source)
    assert verdict is Verification.UNVERIFIED
    assert model.path == user_folder / "mine.pth"
    assert model.path.read_bytes() == GPEN
    assert source.read_bytes() == GPEN
    assert store.find("mine") == model.path
    assert model in store.installed()
    assert store.verify(model) is Verification.UNVERIFIED
    assert [p.name for p in user_folder.iterdir()] == ["mine.pth"]


def test_a_known_hash_takes_the_known_name(tmp_path: Path, user_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = catalog.by_name("gpen-512")
    assert info is not None
    pinned = replace(info, bytes=7, sha256=hashlib.sha256(b"weights").hexdigest())
    monkeypatch.setattr(catalog, "MODELS", (pinned,))
    monkeypatch.setattr(store, "MODELS", (pinned,))
    model, verdict = importing.import_file(file(tmp_path, "download(1).pth"))
    assert verdict is Verification.VERIFIED
    assert model.path == user_folder / "GPEN-BFR-512.pth"
    assert store.find("gpen-512") == model.path
    for content, fault in ((b"rotten", "not whole: 6 of 7 bytes"), (b"changed", "not the file known by that name")):
        model.path.write_bytes(content)
        assert store.verify(model) is Verification.DAMAGED
        assert not store.is_sound(model)
        with pytest.raises(WeightsError, match=fault):
            store.find("gpen-512")


@pytest.mark.parametrize("name", ["downloaded (1).pth", "老照片.SAFETENSORS"])
def test_a_catalogued_file_is_known_by_any_name(user_folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    info = catalog.by_name("gpen-512")
    assert info is not None
    pinned = replace(info, bytes=7, sha256=hashlib.sha256(b"weights").hexdigest())
    monkeypatch.setattr(catalog, "MODELS", (pinned,))
    monkeypatch.setattr(store, "MODELS", (pinned,))
    copied = file(user_folder, name)
    assert store.unread() == (copied,)
    (model,) = store.installed()
    assert (model.name, model.path, model.info) == ("gpen-512", copied, pinned)
    assert store.find("gpen-512") == copied
    assert store.unread() == ()
    file(user_folder, "other.pth", b"another")  # as long, but something else
    assert [m.name for m in store.installed()] == ["gpen-512", "other"]


def test_a_catalogued_name_with_another_content_is_refused(tmp_path: Path, user_folder: Path) -> None:
    with pytest.raises(WeightsError, match=r"not the file known by that name.*f1002c41"):
        importing.import_file(file(tmp_path, "GPEN-BFR-512.pth"))
    assert not user_folder.exists()


def test_a_catalogued_name_without_known_hash_is_unverified(tmp_path: Path, user_folder: Path) -> None:
    model, verdict = importing.import_file(gpen(tmp_path / "GPEN-BFR-256.pth"))
    assert verdict is Verification.UNVERIFIED
    assert store.find("gpen-256") == model.path == user_folder / "GPEN-BFR-256.pth"


def test_a_file_that_is_published_under_a_common_name_gets_its_own(tmp_path: Path, user_folder: Path) -> None:
    model, verdict = importing.import_file(gpen(tmp_path / "pytorch_model.pt", 1024))
    assert verdict is Verification.UNVERIFIED
    assert store.find("gpen-1024") == model.path == user_folder / "GPEN-BFR-1024.pt"
    other, _ = importing.import_file(gpen(tmp_path / "pytorch_model.pt", 256))
    assert other.name == "pytorch_model"


@pytest.mark.usefixtures("user_folder")
def test_what_cannot_be_imported(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="does not exist"):
        importing.import_file(tmp_path / "none.pth")
    with pytest.raises(WeightsError, match="not a weights file"):
        importing.import_file(file(tmp_path, "photo.jpg"))
    with pytest.raises(WeightsError):
        importing.import_file(file(tmp_path, "nonsense.pth"))
    assert not paths.user_weights().exists()


def test_an_earlier_import_is_never_replaced_by_another_file_of_its_name(tmp_path: Path, user_folder: Path) -> None:
    importing.import_file(file(tmp_path, "mine.pth", GPEN))
    again, _ = importing.import_file(file(tmp_path / "copy", "mine.pth", GPEN))
    assert again.name == "mine"
    with pytest.raises(WeightsError, match=r"another model called 'mine'.*Remove it first"):
        importing.import_file(file(tmp_path / "other", "mine.pth", OTHER_GPEN))
    assert (user_folder / "mine.pth").read_bytes() == GPEN
    with pytest.raises(WeightsError, match="another model called 'mine'"):  # it would answer to the same name
        importing.import_file(file(tmp_path / "other", "Mine.pt", OTHER_GPEN))


@pytest.mark.parametrize("name", ["gpen-512.pth", "builtin-256.pt", "CodeFormer.pth"])
def test_names_of_the_catalogues_models_are_theirs(tmp_path: Path, user_folder: Path, name: str) -> None:
    with pytest.raises(WeightsError, match="name of another model in the list"):
        importing.import_file(file(tmp_path, name, GPEN))
    assert not user_folder.exists()


def test_a_file_that_holds_another_size_than_its_name_says_is_refused(tmp_path: Path, user_folder: Path) -> None:
    with pytest.raises(WeightsError, match="64 pixels; the model of that name is for 256"):
        importing.import_file(file(tmp_path, "GPEN-BFR-256.pth", GPEN))
    assert not user_folder.exists()


def test_removing_is_for_the_users_own_files(user_folder: Path) -> None:
    file(user_folder, "mine.pth")
    own = {model.name: model for model in store.installed()}
    store.remove(own["mine"])
    assert not (user_folder / "mine.pth").exists()
    with pytest.raises(WeightsError, match="could not be removed"):
        store.remove(own["mine"])
    with pytest.raises(WeightsError, match="comes with the program"):
        store.remove(own["builtin-256"])
    assert own["builtin-256"].path.is_file()


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path, user_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = file(user_folder, "mine.pth", GPEN)
    source = file(tmp_path, "mine.pth", GPEN)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WeightsError, match="No space left"):
        importing.import_file(source)
    assert [p.name for p in user_folder.iterdir()] == ["mine.pth"]
    assert old.read_bytes() == GPEN
