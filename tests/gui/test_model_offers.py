"""Models from the window itself: offered, used for the photos, set in the panel."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.dialogs.models_dialog import ModelsDialog
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.models import catalog, store
from tests.gui.fakes import make_photo
from tests.gui.steps import install_weights
from tests.narrowing import the
from tests.unit.models.toy_architecture import registered, toy_weights
from tests.unit.models.weights_server import Behaviour, serving


def test_one_registration_adds_an_architecture_to_the_window(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    with registered():
        window.application.models()
        dialog = the(window.findChild(ModelsDialog))
        dialog._start_import(str(toy_weights(tmp_path / "toy.safetensors")))
        qtbot.waitUntil(lambda: "toy" in dialog.notification_strip.text)
        assert the(dialog._selected()).name == "toy"
        dialog._card.use.click()
        dialog.notification_strip.button("use").click()
        dialog.close()
    offered = window.panel.model.combo
    assert "toy" in [offered.itemData(row) for row in range(offered.count())]


def test_the_strongest_model_is_offered_at_most_twice(window: MainWindow) -> None:
    strip = window.notification_strip
    for _ in range(2):
        window.model_notifications.offer()
        assert "284 MB" in strip.text
        assert "non-commercial" in strip.text
        strip.close_button.click()
    window.model_notifications.offer()
    assert "284 MB" not in strip.text


def test_never_is_never(window: MainWindow) -> None:
    window.model_notifications.offer()
    window.notification_strip.button("never").click()
    window.model_notifications.offer()
    assert "284 MB" not in window.notification_strip.text


def test_nobody_is_offered_what_is_here(window: MainWindow) -> None:
    install_weights("GPEN-BFR-512.pth")
    window.model_notifications.offer()
    assert "284 MB" not in window.notification_strip.text


def test_getting_it_from_the_offer(window: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    content = b"strongest" * 1000
    sha256 = hashlib.sha256(content).hexdigest()
    models = tuple(
        replace(m, bytes=len(content), sha256=sha256) if m.name == catalog.STRONGEST else m for m in catalog.MODELS
    )
    monkeypatch.setattr(catalog, "MODELS", models)
    monkeypatch.setattr(store, "MODELS", models)
    with serving(Behaviour(content)) as address:
        window._store.set("models/mirror", address)
        window.model_notifications.offer()
        window.notification_strip.button("get").click()
        qtbot.waitUntil(lambda: "is here and verified" in window.notification_strip.text)
    window.notification_strip.button("use").click()
    assert window._store.get("restore/model") == catalog.STRONGEST


def test_a_models_own_option_is_set_in_the_panel(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.imports.open_paths([make_photo(tmp_path / "photo.png")])
    qtbot.waitUntil(lambda: window.workspace.current is not None and window.workspace.current.state is PhotoState.DONE)
    assert not window.panel.model.slider.isVisible()
    window.application.use_restorer("codeformer")
    slider = window.panel.model.slider
    assert slider.isVisible()
    assert slider.value() == 50
    slider.slider.setValue(80)
    assert the(window.workspace.current).edits.model == "codeformer:fidelity=0.8"
    window.workspace.undo.undo()
    assert the(window.workspace.current).edits.model == "codeformer"
    qtbot.waitUntil(lambda: the(window.workspace.current).state is PhotoState.DONE)
