"""Colours, space and motion as named tokens, and the one style sheet made from them.

`apply(app, scheme)` once at start and whenever the user picks another scheme; with Scheme.SYSTEM the window follows the
system as it changes. What paints by hand asks `tokens()` while painting, and is repainted on change; what keeps a
picture in these colours has it made anew (`follow`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from string import Template
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from gpen_desktop import paths

GRID: Final = 8
"""px between groups; half of it inside a group."""
RADIUS: Final = 6
ICON: Final = 18
TOOLBAR_HEIGHT: Final = 44
ALBUM_WIDTH: Final = 116
PANEL_WIDTH: Final = 280
_MOTION_MS: Final = 140


class Scheme(StrEnum):
    """Which colours are wanted."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True)
class Tokens:
    """Colours of one scheme, '#RRGGBB'.

    canvas: behind the photo. panel: everything else. raised: buttons, hovered rows. sunken: fields. line: hairlines.
    edge: outline of controls. text, muted: on panel; canvas_muted: muted on canvas. accent: marks and focus;
    accent_fill: under white text (accent itself has 4.3:1 there); accent_text: accent-coloured text.
    accent_soft: selected rows. warning, error, done: marks; *_text: the same as text, at 4.5:1.
    """

    canvas: str
    panel: str
    raised: str
    pressed: str
    sunken: str
    line: str
    edge: str
    text: str
    muted: str
    canvas_muted: str
    disabled: str
    accent_text: str
    accent_soft: str
    warning_text: str
    error_text: str
    done_text: str
    accent: str = "#6C63FF"
    accent_end: str = "#8E7BFF"
    accent_fill: str = "#685EFC"
    accent_fill_hover: str = "#5D53F0"
    on_accent: str = "#FFFFFF"
    warning: str = "#D9A441"
    error: str = "#D9534F"
    done: str = "#4CAF7D"


DARK: Final = Tokens(
    canvas="#1B1B1C",
    panel="#252526",
    raised="#313133",
    pressed="#3A3A3C",
    sunken="#1E1E1F",
    line="#3A3A3C",
    edge="#4A4A4E",
    text="#E6E6E6",
    muted="#A0A0A3",
    canvas_muted="#A0A0A3",
    disabled="#6B6B70",
    accent_text="#A8A1FF",
    accent_soft="#38365A",
    warning_text="#D9A441",
    error_text="#EB7F7B",
    done_text="#4CAF7D",
)
LIGHT: Final = Tokens(
    canvas="#E4E4E6",
    panel="#F6F6F7",
    raised="#FFFFFF",
    pressed="#E4E4E6",
    sunken="#FFFFFF",
    line="#D2D2D6",
    edge="#C2C2C8",
    text="#1D1D1F",
    muted="#6A6A6F",
    canvas_muted="#5E5E64",
    disabled="#A6A6AC",
    accent_text="#5148E5",
    accent_soft="#E1DFFF",
    warning_text="#8A5A00",
    error_text="#B5332F",
    done_text="#1F7A4D",
)


class _Follower(QObject):
    """Applies the system's scheme when it changes. Lives as long as the application, as its child. changed: the colours
    are others."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.wanted = Scheme.SYSTEM
        self.tokens: Tokens | None = None
        app.styleHints().colorSchemeChanged.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        app = application()
        tokens = DARK if self._is_dark(app) else LIGHT
        if tokens is self.tokens:
            return
        self.tokens = tokens
        app.setPalette(palette(tokens))
        app.setStyleSheet(style_sheet(tokens))
        self.changed.emit()

    def _is_dark(self, app: QApplication) -> bool:
        if self.wanted is Scheme.SYSTEM:
            return app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self.wanted is Scheme.DARK


_QT_SCHEMES: Final = {
    Scheme.SYSTEM: Qt.ColorScheme.Unknown,
    Scheme.LIGHT: Qt.ColorScheme.Light,
    Scheme.DARK: Qt.ColorScheme.Dark,
}


def apply(app: QApplication, scheme: Scheme | str = Scheme.SYSTEM) -> None:
    """Give the whole application the colours of `scheme`; a system that does not say counts as light."""
    follower = _follower(app)
    if follower.tokens is None:
        app.setStyle("Fusion")
    follower.wanted = Scheme(scheme)
    # Where the system can, this also turns title bars and native dialogs.
    app.styleHints().setColorScheme(_QT_SCHEMES[follower.wanted])
    follower.refresh()


def follow(recolour: Callable[[], object]) -> None:
    """Have `recolour`, a method of a widget, called whenever the colours are others, for as long as there is the
    widget."""
    _follower(application()).changed.connect(recolour)


def application() -> QApplication:
    """The application, which there is wherever there are widgets."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)  # made before any widget, or Qt ends the program
    return app


def tokens() -> Tokens:
    """The colours in use now; the light ones before the first apply()."""
    app = QApplication.instance()
    follower = app.findChild(_Follower) if app is not None else None
    return (follower.tokens if follower is not None else None) or LIGHT


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget one of the style sheet's roles, such as 'primary' (button) or 'muted' (label)."""
    widget.setProperty("role", role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def line() -> QFrame:
    """A thin line across, between what does not belong together."""
    made = QFrame()
    set_role(made, "line")
    return made


def motion_ms() -> int:
    """How long a transition takes; 0 when the system asks for less motion."""
    hints = QApplication.styleHints()
    # Qt asks the system from 6.12 on; before, there is nobody to ask.
    accessibility = getattr(hints, "accessibility", lambda: None)()
    preference = getattr(accessibility, "motionPreference", lambda: None)()
    return 0 if getattr(preference, "name", "") == "ReducedMotion" else _MOTION_MS


def tabular(font: QFont) -> QFont:
    """The same font with figures of equal width, so that counting numbers do not dance."""
    font = QFont(font)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def small(font: QFont) -> QFont:
    """A step smaller than the system's size, for captions."""
    font = QFont(font)
    font.setPointSizeF(max(QFontInfo(font).pointSizeF() * 0.9, 7.5))
    return font


def large(font: QFont) -> QFont:
    """A step larger than the system's size, for the name of what a dialog shows."""
    font = QFont(font)
    font.setPointSizeF(QFontInfo(font).pointSizeF() * 1.3)
    return font


def palette(tokens: Tokens) -> QPalette:
    """Qt's palette from the tokens; every role is set, so that nothing of the system's shows through."""
    role = QPalette.ColorRole
    colours = {
        role.Window: tokens.panel,
        role.WindowText: tokens.text,
        role.Base: tokens.sunken,
        role.AlternateBase: tokens.panel,
        role.Text: tokens.text,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.on_accent,
        role.PlaceholderText: tokens.muted,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.Highlight: tokens.accent_fill,
        role.HighlightedText: tokens.on_accent,
        role.Link: tokens.accent_text,
        role.LinkVisited: tokens.accent_text,
        role.Accent: tokens.accent,
        role.Light: tokens.raised,
        role.Midlight: tokens.line,
        role.Mid: tokens.line,
        role.Dark: tokens.edge,
        role.Shadow: tokens.canvas,
    }
    result = QPalette()
    for each, colour in colours.items():
        result.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText, role.Link):
        result.setColor(QPalette.ColorGroup.Disabled, each, QColor(tokens.disabled))
    result.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(tokens.line))
    result.setColor(QPalette.ColorGroup.Disabled, role.HighlightedText, QColor(tokens.disabled))
    return result


def style_sheet(tokens: Tokens) -> str:
    """The style sheet with the tokens filled in. Raises KeyError for a name that is no token."""
    folder = paths.resources() / "style"
    values = {**asdict(tokens), "radius": str(RADIUS), "style": folder.as_posix()}
    return Template((folder / "app.qss").read_text(encoding="utf-8")).substitute(values)


def _follower(app: QApplication) -> _Follower:
    return app.findChild(_Follower) or _Follower(app)
