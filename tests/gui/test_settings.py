"""The settings' declarations and how they are kept."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from gpen_desktop import settings
from gpen_desktop.core.engine.edits import Edits, option_value
from gpen_desktop.core.options import Value
from gpen_desktop.errors import OptionError
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.models import catalog
from gpen_desktop.settings import Setting


def test_every_setting_is_well_declared() -> None:
    keys = [setting.key for setting in settings.declared()]
    assert len(keys) == len(set(keys))
    for setting in settings.declared():
        assert setting.parse(setting.default) == setting.default, setting.key
        assert (setting.group is None) == (setting.label == "" and setting.help == ""), setting.key
        assert setting.limits is None or setting.type in (int, float)
        assert all(setting.parse(choice.value) is choice.value for choice in setting.choices), setting.key
        assert not setting.help or setting.help.endswith("."), setting.key


@pytest.mark.parametrize(
    "name",
    [
        "mode",
        "strength",
        "skin_protection",
        "denoise",
        "sharpen",
        "faces",
        "min_face",
        "scale",
        "restore_sharp",
        "if_changed",
        "invent",
    ],
)
def test_a_photo_starts_with_the_defaults_of_the_core(name: str) -> None:
    assert settings.by_key(f"restore/{name}").default == option_value(Edits(), name)


def test_default_model_is_the_built_in_one() -> None:
    assert settings.by_key("restore/model").default == catalog.BUILTIN


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("restore/strength", "70", 70),
        ("restore/strength", 0, 0),
        ("restore/strength", 70.0, 70),
        ("restore/skin_protection", "false", False),
        ("restore/skin_protection", True, True),
        ("restore/scale", "2", 2),
        ("restore/scale", "2.0", 2),
        ("restore/scale", "2.5", 2.5),
        ("restore/mode", "strong", "strong"),
    ],
)
def test_parse_takes_what_a_file_gives(key: str, raw: object, value: object) -> None:
    parsed = settings.by_key(key).parse(raw)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("restore/strength", "101"),
        ("restore/strength", -1),
        ("restore/strength", "lots"),
        ("restore/strength", "nan"),
        ("restore/strength", "1e400"),
        ("restore/strength", True),
        ("restore/strength", None),
        ("restore/strength", 7.5),
        ("restore/scale", 5),
        ("restore/scale", 0.5),
        ("restore/scale", "nan"),
        ("restore/skin_protection", "perhaps"),
        ("restore/skin_protection", 2),
        ("restore/mode", "loud"),
        ("export/pattern", 5),
        ("export/pattern", "{foo"),
    ],
)
def test_parse_refuses_what_is_no_value(key: str, raw: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        settings.by_key(key).parse(raw)


def test_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        settings.by_key("restore/volume")


def test_declarations_need_neither_qt_nor_torch() -> None:
    code = "import gpen_desktop.settings, sys; print(sorted({'torch', 'PySide6', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def file(own_folders: Path) -> Path:
    return own_folders / "settings.ini"


def test_values_survive_a_restart_with_their_types(qapp: QApplication, file: Path) -> None:
    store = SettingsStore()
    values: dict[str, Value] = {
        "restore/strength": 65,
        "restore/skin_protection": False,
        "export/pattern": "{name}, новое; 修复=1",
    }
    for key, value in values.items():
        store.set(key, value)
    store.flush()
    again = SettingsStore()
    assert {key: again.get(key) for key in values} == values
    assert again.repaired == ()
    assert file.is_file()


def test_starts_with_the_defaults_and_writes_nothing(qapp: QApplication, file: Path) -> None:
    store = SettingsStore()
    assert {s.key: store.get(s.key) for s in settings.declared()} == {s.key: s.default for s in settings.declared()}
    store.flush()
    assert not file.exists()


def test_change_is_told_once(qapp: QApplication) -> None:
    store = SettingsStore()
    told: list[str] = []
    store.changed.connect(told.append)
    store.set("restore/strength", 65)
    store.set("restore/strength", 65)
    store.reset("restore/strength")
    assert told == ["restore/strength", "restore/strength"]
    assert store.get("restore/strength") == 80


def test_refuses_what_is_no_value(qapp: QApplication) -> None:
    store = SettingsStore()
    with pytest.raises(ValueError, match="0 to 100"):
        store.set("restore/strength", 101)
    with pytest.raises(KeyError):
        store.get("restore/volume")
    assert store.get("restore/strength") == 80


def test_broken_values_are_backed_up_and_reset(qapp: QApplication, file: Path) -> None:
    text = "[restore]\nstrength=lots\nmode=strong\nmin_face=@Invalid()\n[future]\nthing=1\n"
    file.write_text(text, encoding="utf-8")
    store = SettingsStore()
    assert store.repaired == ("restore/strength",)
    assert (store.get("restore/strength"), store.get("restore/mode"), store.get("restore/min_face")) == (
        80,
        "strong",
        25,
    )
    assert store.backup is not None
    assert store.backup.read_text(encoding="utf-8") == text
    store.flush()
    assert SettingsStore().repaired == ()
    assert "thing=1" in file.read_text(encoding="utf-8")


def test_unreadable_file_is_backed_up_and_replaced(qapp: QApplication, file: Path) -> None:
    file.write_bytes(b"\x00\x01 this is no settings file\n[[[")
    store = SettingsStore()
    assert store.repaired == ("",)
    assert store.backup is not None
    assert store.backup.read_bytes().startswith(b"\x00\x01")
    store.set("restore/strength", 10)
    store.flush()
    assert SettingsStore().get("restore/strength") == 10


def test_a_folder_that_cannot_be_written_does_not_stop_the_window(qapp: QApplication, own_folders: Path) -> None:
    (own_folders / "blocked").write_text("a file where a folder should be", encoding="utf-8")
    store = SettingsStore(own_folders / "blocked" / "settings.ini")
    store.set("restore/strength", 10)
    store.flush()
    assert store.get("restore/strength") == 10


def test_every_setting_is_kept_until_the_next_start(tmp_path: Path) -> None:
    """Language and appearance once were not: Qt writes a group 'general' that it never finds again."""
    store = SettingsStore(tmp_path / "settings.ini")
    for setting in settings.declared():
        store.set(setting.key, _another_value(setting))
    store.flush()
    # a copy: of the file itself Qt would remember what it wrote
    shutil.copy(tmp_path / "settings.ini", tmp_path / "later.ini")
    later = SettingsStore(tmp_path / "later.ini")
    kept = {setting.key: later.get(setting.key) for setting in settings.declared()}
    assert kept == {setting.key: store.get(setting.key) for setting in settings.declared()}
    assert not later.repaired


def _another_value(setting: Setting) -> Value:
    """One that it may have and does not begin with."""
    values: list[Value] = [choice.value for choice in setting.choices] or [
        False,
        True,
        "{name}_x",
        "later",
        "https://mirror.example/",
    ]
    values = [*values, *(setting.limits or ())]
    return next(
        value
        for value in values
        if isinstance(value, bool) == (setting.type is bool)
        and value != setting.default
        and _is_allowed(setting, value)
    )


def _is_allowed(setting: Setting, value: Value) -> bool:
    try:
        setting.check(value)
    except OptionError:
        return False
    return True
