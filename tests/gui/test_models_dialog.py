"""The models window over the real catalogue and store."""

from __future__ import annotations

import hashlib
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt, QThread
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from gpen_desktop import paths
from gpen_desktop.gui.common import theme
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.dialogs import trust
from gpen_desktop.gui.dialogs.downloads import Downloads
from gpen_desktop.gui.dialogs.model_card import State
from gpen_desktop.gui.dialogs.models_dialog import ModelsDialog
from gpen_desktop.gui.dialogs.weights_watch import WeightsWatch
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.models import catalog, store
from tests.gui.steps import install_weights
from tests.narrowing import the
from tests.unit.models.toy_architecture import registered, toy_weights
from tests.unit.models.weights_server import Behaviour, serving

_SMALL = "retinaface-mobilenet"

OpenDialog = Callable[[], ModelsDialog]


@pytest.fixture
def settings(qapp: QApplication) -> SettingsStore:
    return SettingsStore()


@pytest.fixture
def downloads(qapp: QApplication) -> Iterator[Downloads]:
    downloads = Downloads()
    yield downloads
    downloads.shut_down()
    shiboken6.delete(downloads)  # else whatever thread collects garbage ends its timers and watchers, and crashes


@pytest.fixture
def open_dialog(settings: SettingsStore, downloads: Downloads, qtbot: QtBot) -> Iterator[OpenDialog]:
    dialogs = []

    def make() -> ModelsDialog:
        dialog = ModelsDialog(settings, downloads, WeightsWatch(downloads))
        qtbot.addWidget(dialog)
        dialog.show()
        dialogs.append(dialog)
        return dialog

    yield make
    for dialog in dialogs:
        dialog.close()
        assert all(thread.isFinished() for thread in dialog.findChildren(QThread))


@pytest.fixture
def known_content(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Bytes that are made to be those of one model of the catalogue."""
    content = b"weights" * 100
    sha256 = hashlib.sha256(content).hexdigest()
    models = tuple(
        replace(m, bytes=len(content), sha256=sha256, usable=True) if m.name == _SMALL else m for m in catalog.MODELS
    )
    monkeypatch.setattr(catalog, "MODELS", models)
    monkeypatch.setattr(store, "MODELS", models)
    return content


def _words(dialog: ModelsDialog) -> str:
    return "\n".join(label.text().replace("\u200b", "") for label in dialog._card.findChildren(QLabel))


def _state(dialog: ModelsDialog, name: str) -> State:
    dialog.select(name)
    return the(dialog._selected()).state


def test_lists_the_whole_catalogue_and_the_users_files(open_dialog: OpenDialog) -> None:
    install_weights("my_faces.pth")
    dialog = open_dialog()
    names = set(dialog.models.names)
    here = {model.name for model in store.installed()}
    assert names == here | {info.name for info in catalog.MODELS if info.usable and not info.shipped}
    assert the(dialog._selected()).name == catalog.BUILTIN


def test_groups_are_stepped_over(open_dialog: OpenDialog, qtbot: QtBot) -> None:
    models = open_dialog().models
    first, *_, last = models.names
    keys = (Qt.Key.Key_Home, Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_PageUp)
    for key in keys:
        qtbot.keyClick(models, key)
        assert the(models.selected).name == first
    for name in models.names[1:]:
        qtbot.keyClick(models, Qt.Key.Key_Down)
        assert the(models.selected).name == name
    for name in models.names[-2::-1]:
        qtbot.keyClick(models, Qt.Key.Key_Up)
        assert the(models.selected).name == name
    qtbot.keyClick(models, Qt.Key.Key_End)
    assert the(models.selected).name == last
    models.scrollToTop()
    group = models.visualItemRect(the(models.topLevelItem(0))).center()
    qtbot.mouseClick(models.viewport(), Qt.MouseButton.LeftButton, pos=group)
    assert the(models.selected).name == last
    models.keyboardSearch("Face restoration")
    assert the(models.selected).name == first


def test_card_says_size_licence_source_and_fingerprint(open_dialog: OpenDialog) -> None:
    dialog = open_dialog()
    dialog.select("gpen-512")
    info = the(catalog.by_name("gpen-512"))
    words = _words(dialog)
    for fact in (
        "GPEN 512",
        "Not installed",
        "284 MB",
        "512 pixels",
        "non-commercial",
        "a public mirror's copy",
        info.purpose,
        info.source,
        info.sha256,
        info.file,
    ):
        assert the(fact) in words
    assert not dialog._card.use.isVisible()
    dialog._card.address.click()
    assert QGuiApplication.clipboard().text() == info.source


def test_files_are_compared_with_their_hash_in_the_background(
    open_dialog: OpenDialog, known_content: bytes, qtbot: QtBot
) -> None:
    install_weights("detection_mobilenet0.25_Final.pth", known_content)
    install_weights("detection_Resnet50_Final.pth", b"something else")
    dialog = open_dialog()
    assert _state(dialog, _SMALL) in (State.CHECKING, State.VERIFIED)
    qtbot.waitUntil(lambda: _state(dialog, _SMALL) is State.VERIFIED)
    qtbot.waitUntil(lambda: _state(dialog, "retinaface-resnet50") is State.DAMAGED)
    assert "not the one known by this name" in _words(dialog)


def test_unverified_model_is_used_only_after_agreeing(
    open_dialog: OpenDialog, settings: SettingsStore, qtbot: QtBot
) -> None:
    file = install_weights("my_faces.pth")
    dialog = open_dialog()
    assert _state(dialog, "my_faces") is State.UNVERIFIED
    dialog._card.use.click()
    assert "my_faces.pth" in dialog.notification_strip.text
    assert settings.get("restore/model") == catalog.BUILTIN
    with qtbot.waitSignal(dialog.chosen) as chosen:
        dialog.notification_strip.button("use").click()
    assert chosen.args == ["model", "my_faces"]
    assert settings.get("restore/model") == "my_faces"

    (model,) = [m for m in store.installed() if m.name == "my_faces"]
    assert trust.may_be_used(model, settings)
    file.write_bytes(b"another file in its place")
    assert not trust.may_be_used(model, settings)


def test_known_model_is_used_without_asking(open_dialog: OpenDialog, settings: SettingsStore) -> None:
    settings.set("restore/model", "something")
    dialog = open_dialog()
    dialog.select(catalog.BUILTIN)
    dialog._card.use.click()
    assert settings.get("restore/model") == catalog.BUILTIN
    assert not dialog._card.use.isEnabled()


def test_import_of_a_known_file(open_dialog: OpenDialog, known_content: bytes, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "downloaded (1).pth"
    file.write_bytes(known_content)
    dialog = open_dialog()
    dialog._start_import(str(file))
    qtbot.waitUntil(lambda: "verified" in dialog.notification_strip.text)
    assert the(dialog._selected()).name == _SMALL
    assert the(dialog._selected()).state is State.VERIFIED
    assert (paths.user_weights() / "detection_mobilenet0.25_Final.pth").read_bytes() == known_content


def test_import_of_what_is_no_weights_file_says_so(open_dialog: OpenDialog, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("hello", encoding="utf-8")
    dialog = open_dialog()
    dialog._start_import(str(file))
    qtbot.waitUntil(lambda: "'notes.txt' is not a weights file." in dialog.notification_strip.text)
    assert dialog._import.isEnabled()


def test_remove_asks_and_falls_back_to_the_built_in_model(open_dialog: OpenDialog, settings: SettingsStore) -> None:
    file = install_weights("my_faces.pth")
    settings.set("restore/model", "my_faces")
    dialog = open_dialog()
    dialog.select("my_faces")
    dialog._card.remove.click()
    assert file.exists()
    dialog.notification_strip.button("remove").click()
    assert not file.exists()
    assert settings.get("restore/model") == catalog.BUILTIN
    assert "my_faces" not in set(dialog.models.names)


def test_built_in_models_cannot_be_removed(open_dialog: OpenDialog) -> None:
    dialog = open_dialog()
    for name in (catalog.BUILTIN, catalog.DETECTOR, catalog.LANDMARKS):
        dialog.select(name)
        assert not dialog._card.remove.isVisible()


def test_get_shows_the_licence_then_fetches_and_verifies(
    open_dialog: OpenDialog, settings: SettingsStore, known_content: bytes, qtbot: QtBot
) -> None:
    dialog = open_dialog()
    dialog.select(_SMALL)
    with serving(Behaviour(known_content)) as address:
        settings.set("models/mirror", address)
        dialog._card.get.click()
        assert "Free for any use" in dialog.notification_strip.text
        assert "127.0.0.1" in dialog.notification_strip.text
        assert not paths.user_weights().exists()
        dialog.notification_strip.button("agree").click()
        qtbot.waitUntil(lambda: _state(dialog, _SMALL) is State.VERIFIED)
    assert (paths.user_weights() / "detection_mobilenet0.25_Final.pth").read_bytes() == known_content
    assert not dialog._card.get.isVisible()


def test_a_fetch_that_fails_says_why_and_can_be_tried_again(
    open_dialog: OpenDialog, settings: SettingsStore, known_content: bytes, qtbot: QtBot
) -> None:
    dialog = open_dialog()
    dialog.select(_SMALL)
    with serving(Behaviour(known_content, errors=[404])) as address:
        settings.set("models/mirror", address)
        dialog._card.get.click()
        dialog.notification_strip.button("agree").click()
        qtbot.waitUntil(lambda: "404" in dialog.notification_strip.text)
    assert the(dialog._selected()).state is State.ABSENT
    assert dialog._card.get.isVisible()


def test_how_much_of_a_model_is_here_is_said_while_it_is_fetched(
    open_dialog: OpenDialog, settings: SettingsStore, downloads: Downloads, known_content: bytes, qtbot: QtBot
) -> None:
    dialog = open_dialog()
    dialog.select(_SMALL)
    assert dialog.models.y() == 0  # no empty strip above it
    info = the(catalog.by_name(_SMALL))
    part = paths.user_weights() / f".{info.file}.{the(info.sha256)[:8]}.part"
    part.parent.mkdir()
    part.write_bytes(known_content[: len(known_content) // 2])
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.set("models/mirror", f"http://127.0.0.1:{silent.getsockname()[1]}")
        dialog._card.get.click()
        qtbot.waitUntil(lambda: dialog.models.y() > dialog.notification_strip.geometry().bottom())
        dialog.notification_strip.button("agree").click()
        qtbot.waitUntil(lambda: "50 % fetched" in _words(dialog))
        assert "Being fetched" in _words(dialog)
        dialog._card.cancel.click()
    qtbot.waitUntil(lambda: "Not installed" in _words(dialog))
    assert downloads.share(_SMALL) is None


def test_models_that_are_not_here_are_readable(open_dialog: OpenDialog) -> None:
    models = open_dialog().models
    absent = [item for item in models._items() if item.data(0, Qt.ItemDataRole.UserRole).state is State.ABSENT]
    assert absent
    assert all(item.foreground(0).color() == QColor(theme.tokens().muted) for item in absent)


def test_a_fetch_is_cancelled_and_gone_on_with(
    open_dialog: OpenDialog, settings: SettingsStore, downloads: Downloads, known_content: bytes, qtbot: QtBot
) -> None:
    dialog = open_dialog()
    dialog.select(_SMALL)
    slow = Behaviour(known_content, errors=[503] * 9)  # the second attempt is waited for
    with serving(slow) as address:
        settings.set("models/mirror", address)
        dialog._card.get.click()
        dialog.notification_strip.button("agree").click()
        qtbot.waitUntil(dialog._card.cancel.isVisible)
        assert not dialog._card.get.isVisible()
        dialog._card.cancel.click()
        qtbot.waitUntil(lambda: downloads.share(_SMALL) is None)
        qtbot.waitUntil(dialog._card.get.isVisible)
    assert "kept for the next time" in dialog.notification_strip.text


def test_what_cannot_be_checked_is_not_offered(open_dialog: OpenDialog) -> None:
    dialog = open_dialog()
    dialog.select("gpen-2048")
    assert not dialog._card.get.isVisible()
    assert "not offered for download" in _words(dialog)
    assert dialog._card.address.isVisible()


@pytest.mark.parametrize(
    ("is_bundle", "todo"), [(False, "pip install spandrel_extra_arches"), (True, "comes without it")]
)
def test_what_nothing_here_could_run_is_not_offered(
    open_dialog: OpenDialog, monkeypatch: pytest.MonkeyPatch, is_bundle: bool, todo: str
) -> None:
    monkeypatch.setattr(catalog, "find_spec", lambda package: None)
    monkeypatch.setattr(sys, "frozen", is_bundle, raising=False)
    dialog = open_dialog()
    dialog.select("codeformer")
    assert not dialog._card.get.isVisible()
    assert "needs the package spandrel_extra_arches" in _words(dialog)
    assert todo in _words(dialog)
    dialog.select("gfpgan-1.4")
    assert dialog._card.get.isVisible()


def test_files_copied_into_the_folder_appear(
    window: MainWindow, tmp_path: Path, known_content: bytes, qtbot: QtBot
) -> None:
    with registered():
        window.application.models()
        dialog = the(window.findChild(ModelsDialog))
        paths.user_weights().mkdir()
        toy_weights(paths.user_weights() / "my own.safetensors")
        install_weights("some name.pth", known_content)
        qtbot.waitUntil(lambda: "my own" in set(dialog.models.names))
        assert _state(dialog, _SMALL) in (State.CHECKING, State.VERIFIED)  # by its content
        dialog.close()
