"""Languages: complete, followed, changed while the window is open."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import shiboken6
from PySide6.QtCore import QLocale, QObject
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel, QSpinBox
from pytestqt.qtbot import QtBot

from gpen_desktop import settings
from gpen_desktop.core.options import FACE_OPTIONS
from gpen_desktop.core.photo_files.load_save import load_photo
from gpen_desktop.core.photo_files.registry import asked_for
from gpen_desktop.errors import OptionError, UnreadablePhotoError, WeightsError
from gpen_desktop.gui.adjust.option_control import option_control
from gpen_desktop.gui.adjust.value_slider import ValueSlider
from gpen_desktop.gui.common import i18n
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.dialogs.settings_dialog import SettingsDialog
from gpen_desktop.gui.shell.main_window import MainWindow
from gpen_desktop.messages import Message, say
from gpen_desktop.models import catalog, store
from tests.gui.fakes import FakeEngine
from tests.gui.steps import open_photos
from tests.narrowing import as_a

_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def translate() -> ModuleType:
    """packaging/translate.py, which is a command and no part of the package."""
    spec = importlib.util.spec_from_file_location("translate", _ROOT / "packaging" / "translate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def english_again(qapp: QApplication) -> Iterator[None]:
    locale = QLocale()
    yield
    i18n.apply(qapp, "en")
    QLocale.setDefault(locale)


def test_translations_are_complete_and_fresh(translate: ModuleType) -> None:
    assert translate.check() == []


@pytest.fixture
def copy(translate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the Chinese translation to spoil."""
    for file in translate.TRANSLATIONS.iterdir():
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(translate, "TRANSLATIONS", tmp_path)
    return tmp_path / "gpen_zh_CN.ts"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<translation>设置</translation>", '<translation type="unfinished">设置</translation>', "not translated"),
        ("<translation>设置</translation>", "<translation></translation>", "not translated"),
        ("<source>Keyboard shortcuts</source>", "<source>Keyboard</source>", "stale"),
        ("要从这台电脑上移除 {title}（{size}）吗？", "要移除 {title} 吗？", "other placeholders"),
        ("<translation>设置</translation>", "<translation>选项</translation>", "qm is stale"),
    ],
)
def test_check_notices_what_is_wrong(translate: ModuleType, copy: Path, old: str, new: str, fault: str) -> None:
    text = copy.read_text(encoding="utf-8")
    assert old in text
    before = translate.check()
    copy.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert any(fault in line for line in set(translate.check()) - set(before))


def test_what_is_told_is_told_in_the_language_that_is_spoken_now(
    window: MainWindow, engine: FakeEngine, photo: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    engine.faces = ()
    open_photos(window, qtbot, photo)
    strip = window.notification_strip
    qtbot.waitUntil(lambda: strip.text == "No faces found in this photo.")
    i18n.apply(qapp, "zh_CN")
    shown = strip.findChildren(QLabel)[1]
    qtbot.waitUntil(lambda: shown.text() == "这张照片中没有检测到人脸。")
    assert strip.button("draw").text() == "添加人脸"
    i18n.apply(qapp, "en")
    qtbot.waitUntil(lambda: shown.text() == "No faces found in this photo.")


def test_check_notices_a_sentence_of_the_core_that_is_new(
    translate: ModuleType, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translate, "_said", lambda: [translate._Said("x.py:1", "new", "This is new.", frozenset())])
    assert any("is stale" in line for line in translate.check())


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ('say("code", f"Could not read {1}.")', "have to be literals"),
        ('say(CODE, "Could not read it.")', "have to be literals"),
        ('say("code", "Could not read {name}.")', "values do not fit"),
        ('say("code", "Could not read it.", name="a")', "values do not fit"),
        ('say("code", "One thing.")\nsay("code", "Another.")', "says 'One thing.' elsewhere"),
    ],
)
def test_check_notices_messages_that_cannot_be_translated(
    translate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, fault: str
) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "module.py").write_text(source)
    monkeypatch.setattr(translate, "ROOT", tmp_path)
    monkeypatch.setattr(translate, "PACKAGE", tmp_path)
    monkeypatch.setattr(translate, "LANGUAGES", ())
    assert any(fault in line for line in translate.check())


def test_english_and_back(qapp: QApplication) -> None:
    i18n.apply(qapp, "zh_CN")
    assert i18n.current(qapp) == "zh_CN"
    assert i18n.setting_text("Skin protection") == "肤色保护"
    assert QLocale().language() == QLocale.Language.Chinese
    i18n.apply(qapp, "en")
    assert i18n.current(qapp) == "en"
    assert i18n.setting_text("Skin protection") == "Skin protection"


def test_words_that_the_design_names(qapp: QApplication) -> None:
    i18n.apply(qapp, "zh_CN")
    wanted = {
        "Strength": "修复强度",
        "Natural": "自然",
        "Strong": "强力",
        "Detail": "细节",
        "Skin protection": "肤色保护",
        "Denoise": "降噪",
        "Sharpen": "锐化",
        "Faces": "人脸",
        "Export": "导出",
    }
    assert {word: i18n.setting_text(word) for word in wanted} == wanted


def test_qts_own_buttons_speak_chinese(qapp: QApplication, qtbot: QtBot) -> None:
    i18n.apply(qapp, "zh_CN")
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text() == "取消"


@pytest.mark.parametrize(
    ("languages", "spoken"),
    [
        (["zh-Hans-CN", "zh-CN", "zh"], "zh_CN"),
        (["zh-CN"], "zh_CN"),
        (["zh-Hans-SG", "en-SG"], "zh_CN"),
        (["zh-Hant-TW", "zh-TW", "en-US"], "en"),
        (["de-DE", "zh-Hans-CN"], "zh_CN"),
        (["en-GB", "zh-CN"], "en"),
        (["de-DE"], "en"),
        (["C"], "en"),
        ([], "en"),
    ],
)
def test_follows_the_system(languages: list[str], spoken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class System(QObject):
        @staticmethod
        def uiLanguages() -> list[str]:
            return languages

    monkeypatch.setattr(QLocale, "system", System)
    assert i18n.system_language() == spoken


def test_unknown_language_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="zh_CN"):
        i18n.apply(qapp, "tlh")


def test_a_message_is_said_with_its_values_which_may_be_messages(qapp: QApplication) -> None:
    i18n.apply(qapp, "zh_CN")
    with pytest.raises(UnreadablePhotoError) as caught:
        load_photo("gone {odd} name.jpg")
    assert i18n.message_text(caught.value.what) == "无法读取 gone {odd} name.jpg：文件不存在。"
    assert i18n.message_text(say("use-name", "Use {{name}}.")) == "请使用 {name}。"
    assert i18n.message_text(say("new", "A {kind} sentence nobody knows", kind="new")) == "A new sentence nobody knows"
    assert i18n.message_text("a name") == "a name"


def test_lists_are_written_as_the_language_writes_them(qapp: QApplication) -> None:
    with pytest.raises(OptionError) as caught:
        asked_for("bmp3", "PNG")
    assert caught.value.todo is not None
    assert "jpeg, png" in i18n.message_text(caught.value.todo)
    i18n.apply(qapp, "zh_CN")
    assert "jpeg、png" in i18n.message_text(caught.value.todo)


def test_a_message_names_a_model_by_its_title(qapp: QApplication) -> None:
    info = catalog.by_name("realesrgan-x4-anime")
    assert info is not None
    message = say(
        "no-room",
        "There is no room for '{name}': {missing} MB are needed, {free} MB are free.",
        name=info.titled,
        missing=2,
        free=1,
    )
    assert "'Real-ESRGAN x4 for drawings'" in i18n.message_text(message)
    i18n.apply(qapp, "zh_CN")
    assert i18n.catalog_text(info.title) in i18n.message_text(message)
    assert i18n.catalog_text(info.title) != info.title


def test_a_real_error_reads_chinese(qapp: QApplication) -> None:
    i18n.apply(qapp, "zh_CN")
    with pytest.raises(WeightsError) as caught:
        store.find("gpen-512")
    said = i18n.error_text(caught.value.what, caught.value.todo)
    assert said.startswith("这台电脑上没有“GPEN 512”的模型文件（GPEN-BFR-512.pth）。请在菜单“模型…”中获取。")
    i18n.apply(qapp, "en")
    said = i18n.error_text(caught.value.what, caught.value.todo)
    assert said.endswith("Get them in 'Models…' in the menu.")  # no command: this is a window


def test_the_window_names_no_command(translate: ModuleType) -> None:
    named = [
        said.code
        for said in translate._said()
        if "gpen-desktop " in i18n.message_text(Message(said.code, said.template, tuple((n, n) for n in said.values)))
    ]
    assert named == ["see-face-numbers"]  # nobody types them there


def test_open_dialog_changes_its_language(qapp: QApplication, qtbot: QtBot) -> None:
    dialog = SettingsDialog(SettingsStore())
    qtbot.addWidget(dialog)
    i18n.apply(qapp, "zh_CN")
    qapp.processEvents()
    assert dialog.windowTitle() == "设置"
    assert dialog.editor("restore/strength").accessibleName() == "修复强度"
    i18n.apply(qapp, "en")
    qapp.processEvents()
    assert dialog.windowTitle() == "Settings"


def test_units_are_said_in_chinese_too(qapp: QApplication, qtbot: QtBot) -> None:
    smallest = option_control(next(option for option in FACE_OPTIONS if option.name == "min_face"))
    qtbot.addWidget(smallest)
    smallest.show_value(25)
    assert as_a(ValueSlider, smallest.control).field.text() == "25 px"
    i18n.apply(qapp, "zh_CN")
    smallest.say()
    assert as_a(ValueSlider, smallest.control).field.text() == "25 像素"
    dialog = SettingsDialog(SettingsStore())
    qtbot.addWidget(dialog)
    assert as_a(QSpinBox, dialog.editor("restore/min_face")).suffix() == " 像素"


def test_every_setting_is_said_in_chinese(qapp: QApplication) -> None:
    i18n.apply(qapp, "zh_CN")
    for setting in settings.declared():
        for text in (setting.label, setting.help):
            assert not text or i18n.setting_text(text) != text


def test_chinese_sentences_are_not_parted_by_a_space(qapp: QApplication) -> None:
    error = say("bad-pattern", "'{pattern}' is not a valid pattern for file names.", pattern="{foo")
    todo = say("use-name", "Use {{name}}.")
    i18n.apply(qapp, "zh_CN")
    text = i18n.error_text(error, todo)
    assert text == f"{i18n.message_text(error)}{i18n.message_text(todo)}"
    i18n.apply(qapp, "en")
    assert i18n.error_text(error, todo) == "'{foo' is not a valid pattern for file names. Use {name}."


def test_who_follows_hears_of_a_language_once_and_no_more_when_gone(qapp: QApplication) -> None:
    said: list[str] = []

    class Words(QLabel):
        def __init__(self) -> None:
            super().__init__()
            i18n.follow(self.say)

        def say(self) -> None:
            said.append(i18n.current(qapp))

    words = Words()
    for language in ("zh_CN", "en"):
        i18n.apply(qapp, language)
        qapp.processEvents()
    assert said == ["zh_CN", "en"]
    i18n.apply(qapp, "zh_CN")
    shiboken6.delete(words)
    qapp.processEvents()
    i18n.apply(qapp, "en")
    qapp.processEvents()
    assert said == ["zh_CN", "en"]
