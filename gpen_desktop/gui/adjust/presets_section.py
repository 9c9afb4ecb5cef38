"""The panel's part on presets: pick one, keep the present look as one's own."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gpen_desktop.core.engine import presets
from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.engine.presets import Preset
from gpen_desktop.gui.common import focus, i18n, icons, theme
from gpen_desktop.gui.common.i18n import marked

_NAMES = {
    "automatic": marked("Preset", "Automatic"),
    "faces": marked("Preset", "Faces only"),
    "print": marked("Preset", "Old print"),
    "faded": marked("Preset", "Faded colour print"),
    "newspaper": marked("Preset", "Newspaper"),
    "night": marked("Preset", "Night shot"),
}
"""Of the built-in presets, by their key."""


class PresetsSection(QWidget):
    """changed: Edits, what was done (history.StepName), ''. own_changed: the user's presets, to be stored."""

    changed = Signal(object, object, str)
    own_changed = Signal(object)

    def __init__(self, own: tuple[Preset, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edits = Edits()
        self._own = own
        self._list = QListWidget()
        self._list.setIconSize(QSize(16, 16))
        focus.frame_for_keys(self._list)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._name = QLineEdit()
        self._keep = QPushButton()
        self._keep.setEnabled(False)
        row = QHBoxLayout()
        row.setSpacing(theme.GRID // 2)
        row.addWidget(self._name, 1)
        row.addWidget(self._keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.GRID)
        column.setSpacing(theme.GRID)
        column.addWidget(self._list)
        column.addLayout(row)
        self._list.itemClicked.connect(self._on_picked)
        self._list.itemActivated.connect(self._on_picked)
        self._list.customContextMenuRequested.connect(self._on_menu)
        self._name.textChanged.connect(self._on_name)
        self._name.returnPressed.connect(self._on_keep)
        self._keep.clicked.connect(self._on_keep)
        self._say()
        i18n.follow(self._say)

    @property
    def all(self) -> tuple[Preset, ...]:
        """Built-in ones first."""
        return (*presets.BUILT_IN, *self._own)

    @property
    def name_field(self) -> QLineEdit:
        """The name under which the present look is kept."""
        return self._name

    def show_edits(self, edits: Edits) -> None:
        """Light the preset that the photo has the look of."""
        self._edits = edits
        for row, preset in enumerate(self.all):
            if presets.matches(preset, edits):
                self._list.setCurrentRow(row)
                return
        self._list.clearSelection()
        self._list.setCurrentRow(-1)

    def _say(self) -> None:
        self._list.setAccessibleName(self.tr("Presets"))
        self._name.setPlaceholderText(self.tr("Name of a new preset"))
        self._name.setAccessibleName(self.tr("Name of a new preset"))
        self._keep.setText(self.tr("Save"))
        self._keep.setToolTip(self.tr("Save these adjustments as your own preset."))
        self._fill()

    def _fill(self) -> None:
        self._list.clear()
        for preset in self.all:
            item = QListWidgetItem(_shown_name(preset))
            item.setIcon(icons.icon("sparkles" if preset.key else "star", "muted"))
            self._list.addItem(item)
        frame = 2 * self._list.frameWidth()
        self._list.setFixedHeight(sum(map(self._list.sizeHintForRow, range(len(self.all)))) + frame)
        self.show_edits(self._edits)

    @Slot(QListWidgetItem)
    def _on_picked(self, item: QListWidgetItem) -> None:
        preset = self.all[self._list.row(item)]

        def name() -> str:
            return self.tr("Preset {name}").format(name=_shown_name(preset))

        self.changed.emit(presets.applied(preset, self._edits), name, "")

    @Slot(str)
    def _on_name(self, name: str) -> None:
        self._keep.setEnabled(bool(name.strip()))

    @Slot()
    def _on_keep(self) -> None:
        name = self._name.text().strip()
        if not name:
            return
        kept = presets.of_edits(name, self._edits)
        self._set_own((*(preset for preset in self._own if preset.name != name), kept))
        self._name.clear()

    @Slot(QPoint)
    def _on_menu(self, where: QPoint) -> None:
        row = self._list.indexAt(where).row()
        if row < len(presets.BUILT_IN):
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        remove = QAction(icons.icon("trash-2"), self.tr("Remove preset"), menu)
        remove.triggered.connect(partial(self._remove, row - len(presets.BUILT_IN)))
        menu.addAction(remove)
        menu.popup(self._list.mapToGlobal(where))

    def _remove(self, number: int) -> None:
        self._set_own((*self._own[:number], *self._own[number + 1 :]))

    def _set_own(self, own: tuple[Preset, ...]) -> None:
        self._own = own
        self._fill()
        self.own_changed.emit(own)


def _shown_name(preset: Preset) -> str:
    return QCoreApplication.translate("Preset", _NAMES[preset.key]) if preset.key else preset.name
