"""The settings' declarations and how they are kept."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gpen_desktop import settings
from gpen_desktop.core.types import ComposeOptions
from gpen_desktop.models import catalog


def test_every_setting_is_well_declared() -> None:
    keys = [setting.key for setting in settings.SETTINGS]
    assert len(keys) == len(set(keys))
    for setting in settings.SETTINGS:
        assert setting.parse(setting.default) == setting.default, setting.key
        assert (setting.group is None) == (setting.label == "" and setting.help == ""), setting.key
        assert setting.limits is None or setting.type is int
        assert all(type(choice.value) is setting.type for choice in setting.choices), setting.key
        assert not setting.help or setting.help.endswith("."), setting.key


@pytest.mark.parametrize(
    "name",
    ["mode", "strength", "skin_protection", "denoise", "sharpen", "faces", "min_face", "scale", "restore_sharp"],
)
def test_defaults_agree_with_the_core(name: str) -> None:
    assert settings.by_key(f"restore/{name}").default == getattr(ComposeOptions(), name)


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
        ("restore/scale", 3),
        ("restore/skin_protection", "perhaps"),
        ("restore/skin_protection", 2),
        ("restore/mode", "loud"),
        ("export/pattern", 5),
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
