"""How a photo of the album is painted: its thumbnail, number, name and marks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gpen_desktop.gui.album.album_model import AlbumItem, ItemRole, PhotoState
from gpen_desktop.gui.album.status import Status
from gpen_desktop.gui.album.thumbnails import ThumbnailLoader, as_edited
from gpen_desktop.gui.common import icons, theme

PICTURE: Final = QSize(84, 64)
_ROW: Final = QSize(theme.ALBUM_WIDTH, 108)
_LINE: Final = 17
_MARK: Final = 13
_MARKS: Final = {
    Status.RESTORED: ("check", "done_text"),
    Status.GOOD: ("circle-check", "muted"),
    Status.SIDEWAYS: ("rotate-cw", "warning_text"),
    Status.NO_FACES: ("minus", "muted"),
    Status.LEFT: ("eye-off", "muted"),
    Status.FAILED: ("circle-alert", "error_text"),
}
"""Icon and tint of how a photo ended; one that waits has a dot, one that is worked on a ring that fills."""


class AlbumDelegate(QStyledItemDelegate):
    """Paints a row."""

    def __init__(self, thumbnails: ThumbnailLoader, parent: QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return _ROW

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        item: AlbumItem = index.data(ItemRole)
        tokens = theme.tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        row = QRectF(option.rect).adjusted(6, 2, -6, -2)
        if is_selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_soft if is_selected else tokens.raised))
            painter.drawRoundedRect(row, theme.RADIUS, theme.RADIUS)
        picture = QRect(option.rect.center().x() - PICTURE.width() // 2 + 1, option.rect.top() + 6, 0, 0)
        picture.setSize(PICTURE)
        self._paint_picture(painter, picture, item)
        caption = QRectF(picture.left(), picture.bottom() + 2, picture.width(), _LINE)
        painter.setPen(QColor(tokens.text if is_selected else tokens.muted))
        font = theme.tabular(theme.small(option.font))
        painter.setFont(font)
        painter.drawText(caption, Qt.AlignmentFlag.AlignVCenter, f"{index.row() + 1:02d}")
        name = QRectF(row.left() + 4, caption.bottom(), row.width() - 8, _LINE)
        elided = QFontMetricsF(font).elidedText(item.path.name, Qt.TextElideMode.ElideMiddle, name.width())
        painter.drawText(name, Qt.AlignmentFlag.AlignCenter, elided)
        _paint_status(painter, caption, item)
        painter.restore()

    def _paint_picture(self, painter: QPainter, rect: QRect, item: AlbumItem) -> None:
        image = self._thumbnails.get(item.path)
        tokens = theme.tokens()
        if image is None or image.isNull():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.raised))
            painter.drawRoundedRect(rect, 4, 4)
            if image is not None:
                mark = icons.pixmap("image", theme.ICON, painter.device().devicePixelRatio(), "muted")
                painter.drawPixmap(rect.center() - QPoint(theme.ICON // 2, theme.ICON // 2), mark)
            return
        image = as_edited(image, item.edits)
        size = image.size().scaled(rect.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(QPoint(0, 0), size)
        place.moveCenter(rect.center())
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(place), 4, 4)
        painter.save()
        painter.setClipPath(outline)
        if item.state is PhotoState.WAITING:
            painter.setOpacity(0.6)
        painter.drawImage(place, image)
        painter.restore()


def _marks_beside(item: AlbumItem) -> Iterator[tuple[str, str]]:
    """Icons and tints, from right to left: whether it was exported, is whole, and asks something."""
    if item.export_failure is not None:
        yield "triangle-alert", "error_text"
    elif item.is_exported:
        yield "save", "muted"
    if item.lacks_part:
        yield "triangle-alert", "warning_text"
    if item.asked is not None:
        yield "brush", "accent_text"


def _paint_status(painter: QPainter, rect: QRectF, item: AlbumItem) -> None:
    """The status at the right of the number, and before it what else is to be known of it."""
    tokens, status = theme.tokens(), item.status
    centre = QRectF(rect.right() - _MARK, rect.center().y() - _MARK / 2, _MARK, _MARK)
    if status in _MARKS:
        ratio = painter.device().devicePixelRatio()
        for place, (name, tint) in enumerate([_MARKS[status], *_marks_beside(item)]):
            at = centre.topLeft() - QPointF(place * (_MARK + 3), 0)
            painter.drawPixmap(at, icons.pixmap(name, _MARK, ratio, tint))
    elif status is Status.WORKING:
        ring = centre.adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.edge), 2))
        painter.drawEllipse(ring)
        painter.setPen(QPen(QColor(tokens.accent), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawArc(ring, 90 * 16, -round(360 * 16 * max(0.04, item.progress)))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.muted))
        painter.drawEllipse(centre.center(), 2, 2)
