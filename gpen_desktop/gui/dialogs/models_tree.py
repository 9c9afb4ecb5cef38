"""The models by what they are for: a list in groups, each model with its state and size."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from gpen_desktop.gui.common import icons, theme
from gpen_desktop.gui.dialogs.model_card import ModelEntry, State

_ENTRY: Final = Qt.ItemDataRole.UserRole
_STATE_ICONS: Final = {
    State.BUILT_IN: ("circle-check", "done_text"),
    State.VERIFIED: ("circle-check", "done_text"),
    State.CHECKING: ("clock", "muted"),
    State.UNVERIFIED: ("shield-question-mark", "warning_text"),
    State.DAMAGED: ("circle-alert", "error_text"),
    State.ABSENT: ("download", "muted"),
}

_ELSEWHERE: Final = ("folder", "muted")
"""Icon and tint of a model that can only be imported."""
_Moves = QAbstractItemView.CursorAction
_UPWARDS: Final = (_Moves.MoveUp, _Moves.MovePageUp, _Moves.MovePrevious)


class ModelsTree(QTreeWidget):
    """Groups of models, unfolded; a group itself cannot be chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setIconSize(QSize(theme.ICON, theme.ICON))
        self.setItemsExpandable(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        theme.set_role(self, "navigation")
        self.currentItemChanged.connect(self._on_current)

    @property
    def names(self) -> list[str]:
        """Of all models shown, from above."""
        return [_entry(item).name for item in self._items()]

    @property
    def selected(self) -> ModelEntry | None:
        """The model at hand."""
        item = self.currentItem()
        return None if item is None else _entry(item)

    def select(self, name: str) -> None:
        """Go to one model; to the first if there is none of that name."""
        items = self._items()
        self.setCurrentItem(next((item for item in items if _entry(item).name == name), items[0]))

    def add_group(self, title: str, entries: list[ModelEntry]) -> None:
        """Add models under a title; nothing without any."""
        if not entries:
            return
        group = QTreeWidgetItem(self, [title])
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        group.setFirstColumnSpanned(True)
        group.setForeground(0, QColor(theme.tokens().muted))
        for entry in entries:
            self._show(QTreeWidgetItem(group), entry)
        group.setExpanded(True)

    def show_entry(self, entry: ModelEntry) -> None:
        """Show a model that is there already as it is now."""
        for item in self._items():
            if _entry(item).name == entry.name:
                self._show(item, entry)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Keys step over the groups: Qt gives them the keyboard though they cannot be chosen."""
        index = super().moveCursor(action, modifiers)
        if not _is_group(index):
            return index
        if action is _Moves.MoveLeft:  # to what it lies in
            return self.currentIndex()
        above = self.indexAbove(index)
        return above if action in _UPWARDS and above.isValid() else self.indexBelow(index)

    def drawRow(
        self, painter: QPainter, options: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Frame the row at hand while the list has the keyboard; a style sheet would frame one column of it."""
        super().drawRow(painter, options, index)
        if self.hasFocus() and index == self.currentIndex().siblingAtColumn(0):
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(theme.tokens().accent))
            painter.drawRoundedRect(QRectF(options.rect).adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
            painter.restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not _is_group(self.indexAt(event.position().toPoint())):
            super().mousePressEvent(event)

    @Slot(QTreeWidgetItem)
    def _on_current(self, item: QTreeWidgetItem | None) -> None:
        """A group found by its name, or dragged over, stands for its first model."""
        first = item.child(0) if item is not None and item.parent() is None else None
        if first is not None:
            self.setCurrentItem(first)

    def _show(self, item: QTreeWidgetItem, entry: ModelEntry) -> None:
        item.setData(0, _ENTRY, entry)
        item.setText(0, entry.title)
        item.setText(1, entry.size_text)
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        is_out_of_reach = entry.state is State.ABSENT and not entry.can_be_fetched
        item.setIcon(0, icons.icon(*(_ELSEWHERE if is_out_of_reach else _STATE_ICONS[entry.state])))
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{entry.title}, {entry.state_text}")
        muted = QColor(theme.tokens().muted)
        for column, colour in ((0, muted if entry.state is State.ABSENT else None), (1, muted)):
            if colour is not None:
                item.setForeground(column, colour)

    def _items(self) -> list[QTreeWidgetItem]:
        return [item for group in _children(self.invisibleRootItem()) for item in _children(group)]


def _is_group(index: QModelIndex | QPersistentModelIndex) -> bool:
    return index.isValid() and not index.parent().isValid()


def _entry(item: QTreeWidgetItem) -> ModelEntry:
    entry = item.data(0, _ENTRY)
    assert isinstance(entry, ModelEntry)
    return entry


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    children = (item.child(number) for number in range(item.childCount()))
    return [child for child in children if child is not None]
