"""Icons: Lucide's line drawings, tinted with the theme's colours while they are painted, so they follow it."""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gpen_desktop import paths
from gpen_desktop.gui.common import theme

_APP_SIZES: Final = (16, 24, 32, 48, 64, 128, 256)


def icon(name: str, tint: str = "text") -> QIcon:
    """The icon resources/icons/NAME.svg.

    tint: name of a theme token, such as 'text', 'muted', 'on_accent', 'error_text'; disabled buttons use 'disabled'.
    Raises FileNotFoundError for an icon that is not shipped.
    """
    _source(name)
    return QIcon(_TintedEngine(name, tint))


def pixmap(name: str, size: int, device_ratio: float, tint: str = "text") -> QPixmap:
    """The icon as size x size logical pixels, sharp at device_ratio; for painting by hand."""
    return _render(name, getattr(theme.tokens(), tint), round(size * device_ratio), device_ratio)


def app_icon() -> QIcon:
    """The program's own icon, in the sizes that desktops ask for."""
    renderer = QSvgRenderer(str(paths.resources() / "icons" / "gpen-desktop.svg"))
    result = QIcon()
    for size in _APP_SIZES:
        picture = QPixmap(size, size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        result.addPixmap(picture)
    return result


class _TintedEngine(QIconEngine):
    """Draws one icon in the colour that the theme has at that moment."""

    def __init__(self, name: str, tint: str) -> None:
        super().__init__()
        self._name = name
        self._tint = tint

    def _colour(self, mode: QIcon.Mode) -> str:
        return str(getattr(theme.tokens(), "disabled" if mode == QIcon.Mode.Disabled else self._tint))

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatio()
        side = min(rect.width(), rect.height())
        picture = _render(self._name, self._colour(mode), round(side * ratio), ratio)
        corner = rect.center() - QRect(0, 0, side, side).center()
        painter.drawPixmap(corner, picture)

    # Asked for in device pixels, also at a scale of 2: Qt's scaledPixmap() calls it so and marks the result itself.
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return _render(self._name, self._colour(mode), min(size.width(), size.height()), 1.0)

    def clone(self) -> QIconEngine:
        return _TintedEngine(self._name, self._tint)


@cache
def _source(name: str) -> str:
    return (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@cache
def _render(name: str, colour: str, side: int, ratio: float) -> QPixmap:
    picture = QPixmap(side, side)
    if picture.isNull():  # a button that a layout has squeezed to nothing still asks for its icon
        return picture
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    tinted = _source(name).replace("currentColor", colour)
    QSvgRenderer(QByteArray(tinted.encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture
