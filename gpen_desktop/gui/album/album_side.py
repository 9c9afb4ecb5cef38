"""The album at the left of the window: its photos, over them what of it is shown, under them what adds and removes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gpen_desktop.gui.album.album_filter import AlbumFilter
from gpen_desktop.gui.album.album_model import AlbumModel
from gpen_desktop.gui.album.album_view import AlbumView
from gpen_desktop.gui.common import theme


class AlbumSide(QWidget):
    """Attributes
    ----------
    view, filter : its parts.
    """

    def __init__(self, album: AlbumModel, foot: Sequence[QAction], parent: QWidget | None = None) -> None:
        """foot: actions that get a button under the photos."""
        super().__init__(parent)
        self.view = AlbumView(album)
        self.filter = AlbumFilter(album, self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filter)
        column.addWidget(self.view, 1)
        row = QHBoxLayout()
        row.setContentsMargins(theme.GRID // 2, theme.GRID // 2, theme.GRID // 2, theme.GRID // 2)
        for action in foot:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setIconSize(QSize(theme.ICON, theme.ICON))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        column.addLayout(row)
