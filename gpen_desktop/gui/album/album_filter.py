"""What of the album is shown: all of it, or the photos that ended in one way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from gpen_desktop.gui.album import status
from gpen_desktop.gui.album.album_model import AlbumItem, AlbumModel
from gpen_desktop.gui.album.album_view import AlbumView
from gpen_desktop.gui.album.status import Kind, Question, Status
from gpen_desktop.gui.common import i18n, icons, theme


class AlbumFilter(QToolButton):
    """The head of the album: says what is shown, with a menu to choose. Hidden while there is no choice. chosen: by
    menu or otherwise."""

    chosen = Signal()

    def __init__(self, album: AlbumModel, view: AlbumView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._album = album
        self._view = view
        self._shown: Kind | None = None
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIcon(icons.icon("funnel", "muted"))
        self.setIconSize(QSize(14, 14))
        self.setFixedSize(theme.ALBUM_WIDTH, 32)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_role(self, "filter")
        self._menu.aboutToShow.connect(self._fill)
        for changed in (album.rowsInserted, album.rowsRemoved, album.dataChanged):
            changed.connect(self._refresh)
        album.rowsInserted.connect(self._on_inserted)
        album.rowsRemoved.connect(self._on_removed)
        self._refresh()
        i18n.follow(self._refresh)

    @property
    def shown(self) -> Kind | None:
        """What is shown; None: all."""
        return self._shown

    def show_only(self, wanted: Kind | None) -> None:
        """Show the photos that stand so, or ask that; None: all."""
        self._shown = wanted
        self._view.show_only(None if wanted is None else partial(_stands, wanted))
        self._refresh()
        self.chosen.emit()

    @Slot(QModelIndex, int, int)
    def _on_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        """Photos that were added are to be seen, whatever was looked at before."""
        added = [self._album.at(row) for row in range(first, last + 1)]
        if self._shown is not None and not all(item is not None and _stands(self._shown, item) for item in added):
            self.show_only(None)

    @Slot()
    def _on_removed(self) -> None:
        if self._shown is not None and len(self._album) < 2:  # there is no choice any more
            self.show_only(None)

    @Slot()
    def _refresh(self) -> None:
        self.setVisible(len(self._album) > 1)
        name = self._name(self._shown)
        self.setText(f" {name}")
        self.setToolTip(self.tr("Choose which photos are shown"))
        self.setAccessibleName(self.tr("Shown: {name}").format(name=name))

    def _name(self, wanted: Kind | None) -> str:
        name = self.tr("All") if wanted is None else status.text(wanted)
        return name[:1].upper() + name[1:]  # here it stands alone

    @Slot()
    def _fill(self) -> None:
        self._menu.clear()
        group = QActionGroup(self._menu)
        counts = Counter(kind for item in self._album for kind in item.kinds)
        choices: list[tuple[Kind | None, int]] = [(None, len(self._album))]
        choices += [(each, counts[each]) for each in (*Status, *Question) if counts[each]]
        for wanted, count in choices:
            action = group.addAction(f"{self._name(wanted)} ({count})")
            action.setCheckable(True)
            action.setChecked(wanted is self._shown)
            action.triggered.connect(self._chooser(wanted))
            self._menu.addAction(action)

    def _chooser(self, wanted: Kind | None) -> Callable[[], None]:
        return partial(self.show_only, wanted)


def _stands(wanted: Kind, item: AlbumItem) -> bool:
    return wanted in item.kinds
