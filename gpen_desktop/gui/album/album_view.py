"""The strip of photos at the left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QImage, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QListView, QWidget

from gpen_desktop.gui.album.album_delegate import PICTURE, AlbumDelegate
from gpen_desktop.gui.album.album_model import AlbumItem, AlbumModel, ItemRole
from gpen_desktop.gui.album.thumbnails import ThumbnailLoader, as_edited
from gpen_desktop.gui.common import focus, i18n, theme

_DEVICE_SIDE: Final = 2 * PICTURE.width()
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
        self.setItemDelegate(AlbumDelegate(self._thumbnails, self))
        self.setFixedWidth(theme.ALBUM_WIDTH)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        focus.frame_for_keys(self)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self._thumbnails.ready.connect(self._on_ready)
        self.selectionModel().currentChanged.connect(self._on_current)
        album.rowsRemoved.connect(self._select_current)
        self._say()
        i18n.follow(self._say)

    def shut_down(self) -> None:
        """End the thread that makes thumbnails."""
        self._thumbnails.shut_down()

    @Slot(object)
    def show_current(self, item: AlbumItem | None) -> None:
        """Select the photo on screen; where it was chosen here, with what else was."""
        if item is not None:
            index = self._album.index(self._album.row_of(item))
            if index != self.currentIndex():
                self.setCurrentIndex(index)
            self.scrollTo(index)

    def selected(self) -> list[AlbumItem]:
        """The photos that are selected, in their order."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        return [item for row in rows if (item := self._album.at(row)) is not None]

    def thumbnail(self, item: AlbumItem) -> QImage | None:
        """A small picture of a photo; None until `thumbnail_ready`, null where the file cannot be read."""
        image = self._thumbnails.get(item.path)
        return None if image is None else as_edited(image, item.edits)

    def step(self, by: int) -> None:
        """To a photo further down (1) or up (-1), of those in sight."""
        row = self.currentIndex().row() + by
        while 0 <= row < len(self._album) and self.isRowHidden(row):
            row += by
        if 0 <= row < len(self._album):
            self.setCurrentIndex(self._album.index(row))

    def show_only(self, is_wanted: Callable[[AlbumItem], bool] | None) -> None:
        """Hide the photos that are not wanted; None: show all. If the one on screen is not, the first wanted one
        comes on screen, where there is one."""
        for row, item in enumerate(self._album):
            self.setRowHidden(row, is_wanted is not None and not is_wanted(item))
        shown = [row for row in range(len(self._album)) if not self.isRowHidden(row)]
        if shown and self.currentIndex().row() not in shown:
            self.setCurrentIndex(self._album.index(shown[0]))

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
        self.drag_wanted.emit(self.selected())

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

    @Slot()
    def _select_current(self) -> None:
        """The neighbour of photos that were removed is on screen, and Qt has selected nothing."""
        if not self.selectedIndexes():
            self.setCurrentIndex(self.currentIndex())

    @Slot(object)
    def _on_ready(self, path: Path) -> None:
        item = self._album.by_path(path)
        if item is not None:
            self.update(self._album.index(self._album.row_of(item)))
            self.thumbnail_ready.emit(item)
