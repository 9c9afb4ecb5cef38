"""Where results are exported to, under which names, and how they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, QStandardPaths, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gpen_desktop import settings
from gpen_desktop.core.engine import export_plan
from gpen_desktop.core.engine.export_plan import ExportPlan
from gpen_desktop.core.photo_files.registry import FORMATS
from gpen_desktop.errors import OptionError
from gpen_desktop.gui.adjust.controls import Segments
from gpen_desktop.gui.adjust.value_slider import ValueSlider
from gpen_desktop.gui.album.album_model import AlbumItem
from gpen_desktop.gui.common import icons, theme
from gpen_desktop.gui.common.i18n import error_text, setting_text
from gpen_desktop.gui.common.settings_store import SettingsStore

_WITH_QUALITY = frozenset(format.option for format in FORMATS if format.has_quality)


@dataclass(frozen=True)
class Selection:
    """Photos that can be chosen for export together. name: in words. items: each with its number in the album."""

    name: str
    items: tuple[tuple[int, AlbumItem], ...]


class ExportDialog(QDialog):
    """Asks how to export; when accepted, `plan` says so and the answers are remembered.

    selections: what can be chosen, one at least. chosen: which of them is proposed.
    """

    def __init__(
        self,
        store: SettingsStore,
        selections: Sequence[Selection],
        chosen: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._selections = tuple(selections)
        self._chosen = chosen
        self._which = Segments(range(len(self._selections)))
        self._folder = QLineEdit()
        self._browse = QToolButton()
        self._pattern = QLineEdit(str(store.get("export/pattern")))
        self._format = self._combo("export/format")
        self._quality = ValueSlider((1, 100))
        self._existing = self._combo("export/existing")
        self._example = QLabel()
        self._example.setWordWrap(True)
        theme.set_role(self._example, "muted")
        self._which.set_value(chosen)
        self._quality.set_value(int(store.get("export/quality")))
        self._folder.setText(str(store.get("export/folder")) or _default_folder())
        self._lay_out()
        self._which.chosen.connect(self._on_which)
        self._browse.clicked.connect(self._on_browse)
        self._folder.textChanged.connect(self._check)
        self._pattern.textChanged.connect(self._check)
        self._format.currentIndexChanged.connect(self._check)
        self._existing.currentIndexChanged.connect(self._check)
        self._check()
        self.setMinimumWidth(560)

    @property
    def plan(self) -> ExportPlan:
        """What is asked for."""
        format_ = self._format.currentData()
        return ExportPlan(
            folder=Path(self._folder.text()).expanduser(),
            pattern=self._pattern.text(),
            format=format_,
            quality=self._quality.value() if format_ in _WITH_QUALITY else None,
            existing=self._existing.currentData(),
        )

    @property
    def items(self) -> tuple[tuple[int, AlbumItem], ...]:
        """The photos to export, with their numbers."""
        return self._selections[self._chosen].items

    @property
    def folder_field(self) -> QLineEdit:
        return self._folder

    def accept(self) -> None:
        """Remember the answers."""
        plan = self.plan
        for key, value in (
            ("export/folder", str(plan.folder)),
            ("export/pattern", plan.pattern),
            ("export/format", plan.format),
            ("export/existing", plan.existing),
            ("export/quality", self._quality.value()),
        ):
            self._store.set(key, value)
        super().accept()

    def _combo(self, key: str) -> QComboBox:
        combo = QComboBox()
        for choice in settings.by_key(key).choices:
            combo.addItem(setting_text(choice.label), choice.value)
        combo.setCurrentIndex(combo.findData(self._store.get(key)))
        combo.setAccessibleName(setting_text(settings.by_key(key).label))
        return combo

    def _lay_out(self) -> None:
        self.setWindowTitle(self.tr("Export"))
        self._which.set_texts(self.tr("Photos"), [selection.name for selection in self._selections])
        self._quality.set_text(self.tr("Quality"))
        self._browse.setIcon(icons.icon("folder-open"))
        self._browse.setIconSize(QSize(theme.ICON, theme.ICON))
        self._browse.setToolTip(self.tr("Choose a folder"))
        self._browse.setAccessibleName(self.tr("Choose a folder"))
        self._folder.setAccessibleName(self.tr("Folder"))
        self._pattern.setAccessibleName(self.tr("File name"))
        self._pattern.setToolTip(setting_text(settings.by_key("export/pattern").help))
        folder = QHBoxLayout()
        folder.setSpacing(theme.GRID // 2)
        folder.addWidget(self._folder, 1)
        folder.addWidget(self._browse)
        form = QGridLayout()
        form.setHorizontalSpacing(2 * theme.GRID)
        form.setVerticalSpacing(theme.GRID + theme.GRID // 2)
        form.setColumnStretch(1, 1)
        fields: tuple[tuple[str, QWidget | QHBoxLayout], ...] = (
            (self.tr("Photos"), self._which),
            (self.tr("Folder"), folder),
            (self.tr("File name"), self._pattern),
            ("", self._example),
            (self.tr("Format"), self._format),
            ("", self._quality),
            (self.tr("If the file exists"), self._existing),
        )
        for row, (text, field) in enumerate(fields):
            if text:
                form.addWidget(QLabel(text), row, 0)
            if isinstance(field, QHBoxLayout):
                form.addLayout(field, row, 1)
            else:
                form.addWidget(field, row, 1)
        buttons = QDialogButtonBox()
        self._export = buttons.addButton(self.tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        theme.set_role(self._export, "primary")
        buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[3 * theme.GRID] * 4)
        column.setSpacing(3 * theme.GRID)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(buttons)

    @Slot(object)
    def _on_which(self, chosen: int) -> None:
        self._chosen = chosen
        self._check()

    @Slot()
    def _on_browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder"), self._folder.text())
        if folder:
            self._folder.setText(folder)

    @Slot()
    def _check(self) -> None:
        """Show what the first name will be, or why there can be none."""
        self._quality.setEnabled(self._format.currentData() in _WITH_QUALITY)
        self._quality.setVisible(self._format.currentData() in _WITH_QUALITY)
        try:
            first = export_plan.targets(self.items[:1], self.plan)[0]
        except OptionError as error:
            self._say(error_text(error.what, error.todo), "error")
            self._export.setEnabled(False)
            return
        if not self._folder.text().strip():
            self._say(self.tr("Choose a folder."), "error")
            self._export.setEnabled(False)
            return
        if first.path is not None:
            self._say(self.tr("Saved as {name}").format(name=first.path.name), "muted")
        else:
            self._say(self.tr("Left out: a file of that name exists."), "muted")
        self._export.setEnabled(True)

    def _say(self, text: str, role: str) -> None:
        self._example.setText(text)
        theme.set_role(self._example, role)


def _default_folder() -> str:
    pictures = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    return str(Path(pictures or Path.home()) / "GPEN Desktop")
