"""The album at the left of the window: its photos, and over them what of it is shown."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gpen_desktop.gui.album.album_filter import AlbumFilter
from gpen_desktop.gui.album.album_model import AlbumModel
from gpen_desktop.gui.album.album_view import AlbumView


class AlbumSide(QWidget):
    """Attributes
    ----------
    view, filter : its parts.
    """

    def __init__(self, album: AlbumModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = AlbumView(album)
        self.filter = AlbumFilter(album, self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filter)
        column.addWidget(self.view, 1)
