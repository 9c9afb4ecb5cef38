"""The list of keyboard shortcuts, read from the window's own actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gpen_desktop.gui.common import room, theme


@dataclass(frozen=True)
class Shortcut:
    """what: in sentence case, translated. keys: native texts, any of which does it, such as 'Ctrl+O'."""

    what: str
    keys: tuple[str, ...]


def of_actions(actions: Sequence[QAction]) -> tuple[Shortcut, ...]:
    """Those of the actions that have a shortcut; menu marks ('&', '…') are taken out of their texts."""
    return tuple(
        Shortcut(action.text().replace("&", "").rstrip("….").strip(), tuple(_native(key) for key in action.shortcuts()))
        for action in actions
        if action.shortcuts()
    )


def of_keys(what: str, *keys: str | QKeySequence.StandardKey) -> Shortcut:
    """A shortcut that is no action's, such as the arrows on the divider."""
    return Shortcut(what, tuple(_native(QKeySequence(key)) for key in keys))


class ShortcutsDialog(QDialog):
    """All shortcuts, in groups; two columns of groups, so that nothing has to be scrolled on an ordinary screen."""

    def __init__(self, groups: Mapping[str, Sequence[Shortcut]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        columns = QHBoxLayout()
        columns.setSpacing(5 * theme.GRID)
        for names in _halves(groups):
            column = QVBoxLayout()
            column.setSpacing(3 * theme.GRID)
            for name in names:
                column.addLayout(_group(name, groups[name]))
            column.addStretch(1)
            columns.addLayout(column, 1)
        inside = QWidget()
        inside.setLayout(columns)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        buttons = QDialogButtonBox()
        close = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.clicked.connect(self.close)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(*[2 * theme.GRID] * 4)
        outer.setSpacing(2 * theme.GRID)
        outer.addWidget(area, 1)
        outer.addWidget(buttons)
        room.resize(self, 800, inside.sizeHint().height() + buttons.sizeHint().height() + 8 * theme.GRID)


def _halves(groups: Mapping[str, Sequence[Shortcut]]) -> tuple[list[str], list[str]]:
    """Names of the groups, shared out so that both columns are about as long."""
    columns: tuple[list[str], list[str]] = ([], [])
    rows = [0, 0]
    total = sum(len(group) + 2 for group in groups.values())
    for name, group in groups.items():
        column = 0 if rows[0] + (len(group) + 2) / 2 <= total / 2 else 1
        columns[column].append(name)
        rows[column] += len(group) + 2
    return columns


def _group(name: str, shortcuts: Sequence[Shortcut]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(2 * theme.GRID)
    grid.setVerticalSpacing(theme.GRID)
    heading = QLabel(name)
    theme.set_role(heading, "section")
    grid.addWidget(heading, 0, 0, 1, 2)
    for row, shortcut in enumerate(shortcuts, 1):
        grid.addWidget(QLabel(shortcut.what), row, 0)
        grid.addLayout(_key_caps(shortcut), row, 1)
    grid.setColumnStretch(0, 1)
    return grid


def _key_caps(shortcut: Shortcut) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.GRID // 2)
    row.addStretch(1)
    for key in shortcut.keys:
        cap = QLabel(key)
        cap.setFont(theme.small(cap.font()))
        theme.set_role(cap, "key")
        row.addWidget(cap)
    return row


def _native(key: QKeySequence) -> str:
    return key.toString(QKeySequence.SequenceFormat.NativeText)
