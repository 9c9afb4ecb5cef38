"""Colours, style sheet and icons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import (
    QApplication,
    QDoubleSpinBox,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gpen_desktop import paths
from gpen_desktop.gui.common import icons, theme
from gpen_desktop.gui.common.combo_box import ComboBox
from tests.narrowing import as_a


@pytest.fixture(autouse=True)
def back_to_light(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, theme.Scheme.LIGHT)


def _contrast(a: str, b: str) -> float:
    """Contrast ratio of WCAG 2.1, 1 to 21."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_text_has_contrast(tokens: theme.Tokens) -> None:
    words = (tokens.text, tokens.muted, tokens.accent_text, tokens.warning_text, tokens.error_text, tokens.done_text)
    pairs = [
        *product(words, (tokens.panel, tokens.sunken)),
        *product((tokens.text, tokens.canvas_muted), (tokens.canvas,)),
        *product((tokens.text,), (tokens.raised, tokens.pressed, tokens.accent_soft)),
        *product((tokens.on_accent,), (tokens.accent_fill, tokens.accent_fill_hover)),
        (tokens.error_text, tokens.raised),
        (tokens.muted, tokens.raised),
    ]
    weak = {pair: round(_contrast(*pair), 2) for pair in pairs if _contrast(*pair) < 4.5}
    assert weak == {}


def test_colours_that_the_design_names() -> None:
    assert (theme.DARK.canvas, theme.DARK.panel, theme.DARK.line) == ("#1B1B1C", "#252526", "#3A3A3C")
    assert (theme.LIGHT.canvas, theme.LIGHT.panel, theme.LIGHT.line) == ("#E4E4E6", "#F6F6F7", "#D2D2D6")
    assert (theme.DARK.accent, theme.LIGHT.accent_end) == ("#6C63FF", "#8E7BFF")


@pytest.mark.parametrize("tokens", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_style_sheet_names_no_colour_of_its_own(tokens: theme.Tokens) -> None:
    source = (paths.resources() / "style" / "app.qss").read_text(encoding="utf-8")
    assert re.findall(r"#[0-9A-Fa-f]{3,8}\b|rgba?\(", source) == []
    sheet = theme.style_sheet(tokens)
    assert "$" not in sheet
    for file in re.findall(r'url\("([^"]+)"\)', sheet):
        assert QImage(file).width() > 0, file


@pytest.mark.parametrize("scheme", [theme.Scheme.DARK, theme.Scheme.LIGHT])
def test_a_list_to_choose_from_opens_in_the_themes_colours(
    scheme: theme.Scheme, qapp: QApplication, qtbot: QtBot
) -> None:
    theme.apply(qapp, scheme)
    combo = ComboBox()
    qtbot.addWidget(combo)
    combo.addItems(["Original", "Square"])
    combo.show()
    combo.showPopup()
    rows = combo.view()
    shown = rows.grab().toImage()
    here, other = (rows.visualRect(rows.model().index(row, 0)) for row in (0, 1))
    assert other.height() >= 24
    assert shown.pixelColor(here.right() - 12, here.center().y()).name() == theme.tokens().accent_soft.lower()
    assert shown.pixelColor(other.right() - 12, other.center().y()).name() == theme.tokens().raised.lower()
    assert as_a(QFrame, rows.window()).frameWidth() == 0
    combo.hidePopup()


def test_an_opened_list_is_as_wide_as_its_texts(qapp: QApplication, qtbot: QtBot) -> None:
    """Titles of models were cut off in a narrow one, where there is no tooltip to read them by."""
    theme.apply(qapp, theme.Scheme.LIGHT)
    combo = ComboBox()
    qtbot.addWidget(combo)
    combo.addItems(["Built-in", "A filler of faces with a title that is long (1024 px)"])
    combo.setFixedWidth(100)
    combo.show()
    combo.showPopup()
    rows = combo.view()
    assert rows.viewport().width() >= rows.sizeHintForColumn(0)
    assert combo.width() == 100
    combo.hidePopup()


@pytest.mark.parametrize("scheme", [theme.Scheme.DARK, theme.Scheme.LIGHT])
def test_a_list_that_cannot_be_used_looks_so(scheme: theme.Scheme, qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, scheme)
    rows = QListWidget()
    qtbot.addWidget(rows)
    rows.addItems(["Automatic", "Newspaper"])
    rows.setCurrentRow(0)
    rows.show()

    def contrast() -> int:
        picture = rows.grab(rows.viewport().rect().translated(rows.viewport().pos())).toImage()
        ground = picture.pixelColor(picture.width() - 12, picture.height() - 12).lightness()
        lightness = (picture.pixelColor(x, y).lightness() for x in range(160) for y in range(60))
        return max(abs(each - ground) for each in lightness)

    usable = contrast()
    rows.setEnabled(False)
    assert contrast() < 0.75 * usable


def test_apply_changes_what_is_on_screen(qapp: QApplication, qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    for scheme, tokens in ((theme.Scheme.DARK, theme.DARK), (theme.Scheme.LIGHT, theme.LIGHT)):
        theme.apply(qapp, scheme)
        assert theme.tokens() is tokens
        assert label.palette().color(label.foregroundRole()) == QColor(tokens.text)
    assert theme.tokens() is theme.LIGHT


def test_system_scheme_follows_the_system(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    theme.apply(qapp, theme.Scheme.SYSTEM)
    follower = qapp.findChild(theme._Follower)
    monkeypatch.setattr(follower, "_is_dark", lambda app: True)
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.tokens() is theme.DARK


@pytest.mark.parametrize("scheme", [theme.Scheme.LIGHT, theme.Scheme.DARK])
def test_what_a_field_may_hold_is_readable(scheme: theme.Scheme, qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, scheme)
    field = QLineEdit()
    qtbot.addWidget(field)
    field.ensurePolished()
    assert field.palette().placeholderText().color() == QColor(theme.tokens().muted)


def test_fields_of_a_form_are_equally_high(qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, theme.Scheme.LIGHT)
    form = QWidget()
    qtbot.addWidget(form)
    column = QVBoxLayout(form)
    fields = (QLineEdit(), QSpinBox(), QDoubleSpinBox(), ComboBox())
    for field in fields:
        column.addWidget(field)
    form.show()
    assert {field.height() for field in fields} == {28}


def test_role_reaches_the_style_sheet(qapp: QApplication, qtbot: QtBot) -> None:
    theme.apply(qapp, theme.Scheme.LIGHT)
    button = QPushButton("Export")
    qtbot.addWidget(button)
    theme.set_role(button, "primary")
    button.resize(100, 32)
    assert button.grab().toImage().pixelColor(50, 4) == QColor(theme.LIGHT.accent_fill)


def _ink(icon: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> QColor:
    """Colour of the icon's most opaque pixel."""
    image = icon.pixmap(QSize(36, 36), 1.0, mode).toImage()
    colours = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    strongest = max(colours, key=QColor.alpha)
    assert strongest.alpha() > 200
    return QColor(strongest.rgb())


def test_icon_follows_the_theme(qapp: QApplication) -> None:
    icon = QIcon(icons.icon("folder-open"))
    theme.apply(qapp, theme.Scheme.DARK)
    assert _ink(icon) == QColor(theme.DARK.text)
    theme.apply(qapp, theme.Scheme.LIGHT)
    assert _ink(icon) == QColor(theme.LIGHT.text)
    assert _ink(icon, QIcon.Mode.Disabled) == QColor(theme.LIGHT.disabled)


def test_icon_is_sharp_on_high_dpi(qapp: QApplication) -> None:
    picture = icons.icon("settings").pixmap(QSize(18, 18), 2.0)
    assert picture.devicePixelRatio() == 2.0
    assert picture.width() == 36


def test_every_shipped_icon_draws(qapp: QApplication) -> None:
    names = [path.stem for path in (paths.resources() / "icons").glob("*.svg")]
    assert len(names) > 30
    for name in names:
        image = icons.pixmap(name, 18, 1.0).toImage()
        assert any(image.pixelColor(x, y).alpha() for x in range(18) for y in range(18)), name
    assert not icons.app_icon().isNull()


def test_unknown_icon_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("no-such-icon")


def test_every_icon_is_used() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(icons.__file__).parents[1].rglob("*.py"))
    names = {path.stem for path in (paths.resources() / "icons").glob("*.svg")}
    assert {name for name in names if f'"{name}"' not in source} <= {"gpen-desktop"}
