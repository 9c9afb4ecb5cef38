"""The strip of photos at the left."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QContextMenuEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gpen_desktop.gui.album.album_model import AlbumItem, AlbumModel, ItemRole, PhotoState
from gpen_desktop.gui.album.thumbnails import ThumbnailLoader
from gpen_desktop.gui.common import icons, theme

_PICTURE: Final = QSize(84, 64)
_ROW: Final = QSize(theme.ALBUM_WIDTH, 92)
_DEVICE_SIDE: Final = 2 * _PICTURE.width()
"""Thumbnails are made for screens of twice the density."""


class AlbumView(QListView):
    """Each signal carries an AlbumItem. chosen: put it on screen. thumbnail_ready: see thumbnail(). drag_wanted: a list
    of them, whose results shall be dragged to another program. menu_wanted: a menu of what can be done with it, and
    where."""

    chosen = Signal(object)
    thumbnail_ready = Signal(object)
    drag_wanted = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(self, album: AlbumModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = ThumbnailLoader(_DEVICE_SIDE, self)
        self._album = album
        self._drags = False
        self.setModel(album)
        self.setItemDelegate(_Delegate(self._thumbnails, self))
        self.setFixedWidth(theme.ALBUM_WIDTH)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self._thumbnails.ready.connect(self._on_ready)
        self.selectionModel().currentChanged.connect(self._on_current)
        self._say()

    def shut_down(self) -> None:
        """End the thread that makes thumbnails."""
        self._thumbnails.shut_down()

    @Slot(object)
    def show_current(self, item: AlbumItem | None) -> None:
        """Select the photo on screen."""
        if item is not None:
            index = self._album.index(self._album.row_of(item))
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def thumbnail(self, item: AlbumItem) -> QImage | None:
        """A small picture of a photo; None until `thumbnail_ready`, null where the file cannot be read."""
        return self._thumbnails.get(item.path)

    def step(self, by: int) -> None:
        """To a photo further down (1) or up (-1)."""
        row = max(0, min(self.currentIndex().row() + by, len(self._album) - 1))
        self.setCurrentIndex(self._album.index(row))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._say()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()  # a column has no sides; the window moves the divider
            return
        if event.text().isprintable() and event.text():
            event.ignore()  # a list would look for names that begin so; the window has better uses for letters
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if at_mouse else self.currentIndex()
        item = index.data(ItemRole)
        if item is not None:
            where = event.pos() if at_mouse else self.visualRect(index).center()
            self.menu_wanted.emit(item, self.viewport().mapToGlobal(where))

    def startDrag(self, _actions: Qt.DropAction) -> None:
        self._drags = True
        self.drag_wanted.emit([index.data(ItemRole) for index in self.selectedIndexes()])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """While files are made for a drag, the held mouse must not take up the photos that it passes."""
        self._drags = self._drags and bool(event.buttons())
        if not self._drags:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drags = False
        super().mouseReleaseEvent(event)

    def _say(self) -> None:
        self.setAccessibleName(self.tr("Photos"))

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        item = current.data(ItemRole)
        if item is not None:
            self.chosen.emit(item)

    @Slot(object)
    def _on_ready(self, path: Path) -> None:
        item = self._album.by_path(path)
        if item is not None:
            self.update(self._album.index(self._album.row_of(item)))
            self.thumbnail_ready.emit(item)


class _Delegate(QStyledItemDelegate):
    """Paints a row: the thumbnail, its number, its state."""

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
        picture = QRect(option.rect.center().x() - _PICTURE.width() // 2 + 1, option.rect.top() + 6, 0, 0)
        picture.setSize(_PICTURE)
        self._paint_picture(painter, picture, item)
        caption = QRectF(picture.left(), picture.bottom() + 1, picture.width(), row.bottom() - picture.bottom())
        painter.setPen(QColor(tokens.text if is_selected else tokens.muted))
        painter.setFont(theme.tabular(theme.small(option.font)))
        painter.drawText(caption, Qt.AlignmentFlag.AlignVCenter, f"{index.row() + 1:02d}")
        _paint_state(painter, caption, item)
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


def _paint_state(painter: QPainter, rect: QRectF, item: AlbumItem) -> None:
    """The state at the right of the number: a tick, a filling ring, a dot, an exclamation mark or a dash."""
    tokens, centre = theme.tokens(), QRectF(rect.right() - 13, rect.center().y() - 6.5, 13, 13)
    marks = {PhotoState.DONE: ("check", "done_text"), PhotoState.FAILED: ("circle-alert", "error_text")}
    if item.state in marks:
        name, tint = marks[item.state]
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(centre.topLeft(), icons.pixmap(name, 13, ratio, tint))
        beside = centre.topLeft().toPoint() - QPoint(16, 0)
        if item.export_failure is not None:
            painter.drawPixmap(beside, icons.pixmap("triangle-alert", 13, ratio, "error_text"))
        elif item.state is PhotoState.DONE and item.saved == item.edits:
            painter.drawPixmap(beside, icons.pixmap("save", 12, ratio, "muted"))
    elif item.state is PhotoState.WORKING:
        ring = centre.adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.edge), 2))
        painter.drawEllipse(ring)
        painter.setPen(QPen(QColor(tokens.accent), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawArc(ring, 90 * 16, -round(360 * 16 * max(0.04, item.progress)))
    elif item.state is PhotoState.SKIPPED:
        painter.setPen(QPen(QColor(tokens.muted), 1.5))
        painter.drawLine(centre.center() - QPoint(4, 0), centre.center() + QPoint(4, 0))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.muted))
        painter.drawEllipse(centre.center(), 2, 2)
