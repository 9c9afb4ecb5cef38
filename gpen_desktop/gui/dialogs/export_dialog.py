"""Where results are exported to, under which names, how they are stored, and what that comes to before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QCheckBox,
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
from gpen_desktop.core import memory
from gpen_desktop.core.engine import export_plan
from gpen_desktop.core.engine.export_plan import ExportPlan, Target
from gpen_desktop.core.output.cost import Cost, cost_of
from gpen_desktop.core.output.mark import check_drawable
from gpen_desktop.core.output.name_pattern import check_pattern
from gpen_desktop.core.photo_files.atomic import check_no_file
from gpen_desktop.core.photo_files.patience import NoAnswerError, answer_of
from gpen_desktop.core.photo_files.registry import FORMATS
from gpen_desktop.core.stages.registry import total_scale
from gpen_desktop.errors import OptionError, SaveError
from gpen_desktop.gui.adjust.controls import Segments
from gpen_desktop.gui.adjust.value_slider import ValueSlider
from gpen_desktop.gui.album.album_model import AlbumItem
from gpen_desktop.gui.common import icons, theme
from gpen_desktop.gui.common.combo_box import ComboBox
from gpen_desktop.gui.common.desktop import pictures_folder
from gpen_desktop.gui.common.i18n import error_text, setting_text
from gpen_desktop.gui.common.settings_store import SettingsStore
from gpen_desktop.gui.common.wrapped_label import WrappedLabel

_LOOK_MS: Final = 120
"""What it comes to is looked up once nothing was typed for so long: it asks the disk."""
PLANNING_S: Final = 3.0
"""How long the window waits for a disk that is asked which names are free there."""
_WORTH_A_WORD: Final = 40
"""Megapixels from which the size and the memory of an enlarged result are said: they take a gigabyte."""
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
        self._only_changed = QCheckBox()
        self._where = Segments((False, True))
        self._folder_row = QWidget()
        self._folder = QLineEdit()
        self._browse = QToolButton()
        self._pattern = QLineEdit(str(store.get("export/pattern")))
        self._mark = QLineEdit(str(store.get("export/mark")))
        self._format = self._combo("export/format")
        self._quality = ValueSlider((1, 100))
        self._existing = self._combo("export/existing")
        self._outlook = WrappedLabel(least_lines=3)
        self._outlook.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._looking = QTimer(self, singleShot=True, interval=_LOOK_MS)
        self._which.set_value(chosen)
        self._only_changed.setChecked(bool(store.get("export/only_changed")))
        self._is_beside = bool(store.get("export/beside"))
        self._where.set_value(self._is_beside)
        self._quality.set_value(int(store.get("export/quality")))
        self._folder.setText(str(store.get("export/folder")) or _default_folder())
        self._say_texts()
        self._lay_out()
        self._which.chosen.connect(self._on_which)
        self._where.chosen.connect(self._on_where)
        self._only_changed.toggled.connect(self._check)
        self._looking.timeout.connect(self._look_ahead)
        self._browse.clicked.connect(self._on_browse)
        self._folder.textChanged.connect(self._check)
        self._pattern.textChanged.connect(self._check)
        self._mark.textChanged.connect(self._check)
        self._format.currentIndexChanged.connect(self._check)
        self._existing.currentIndexChanged.connect(self._check)
        self._check()
        self.setMinimumWidth(560)
        if len(self._selections) > 1:
            self._which.button(chosen).setFocus()  # not the first of them

    @property
    def plan(self) -> ExportPlan:
        """What is asked for."""
        format_ = self._format.currentData()
        return ExportPlan(
            folder=None if self._is_beside else Path(self._folder.text()).expanduser(),
            pattern=self._pattern.text(),
            format=format_,
            quality=self._quality.value() if format_ in _WITH_QUALITY else None,
            existing=self._existing.currentData(),
            mark=self._mark.text().strip(),
        )

    @property
    def items(self) -> tuple[tuple[int, AlbumItem], ...]:
        """The photos to export, with their numbers."""
        items = self._selections[self._chosen].items
        return tuple(each for each in items if each[1].is_changed) if self._leaves_unchanged_out else items

    @property
    def folder_field(self) -> QLineEdit:
        return self._folder

    @property
    def mark_field(self) -> QLineEdit:
        return self._mark

    @property
    def which(self) -> Segments:
        """Of the selections, by their numbers."""
        return self._which

    @property
    def where(self) -> Segments:
        """False: one folder. True: beside the originals."""
        return self._where

    @property
    def only_changed(self) -> QCheckBox:
        """Shown where some of the photos chosen did not change."""
        return self._only_changed

    @property
    def outlook(self) -> str:
        """What will be exported, and where to, in words."""
        self._look_ahead()
        return self._outlook.text()

    @property
    def _unchanged(self) -> int:
        """How many of the photos chosen did not change."""
        return sum(not item.is_changed for _, item in self._selections[self._chosen].items)

    @property
    def _leaves_unchanged_out(self) -> bool:
        return self._only_changed.isChecked() and 0 < self._unchanged < len(self._selections[self._chosen].items)

    def accept(self) -> None:
        """Remember the answers."""
        plan = self.plan
        for key, value in (
            ("export/folder", self._folder.text()),
            ("export/beside", self._is_beside),
            ("export/only_changed", self._only_changed.isChecked()),
            ("export/pattern", plan.pattern),
            ("export/format", plan.format),
            ("export/existing", plan.existing),
            ("export/quality", self._quality.value()),
            ("export/mark", plan.mark),
        ):
            self._store.set(key, value)
        super().accept()

    def _combo(self, key: str) -> QComboBox:
        combo = ComboBox()
        for choice in settings.by_key(key).choices:
            combo.addItem(setting_text(choice.label), choice.value)
        combo.setCurrentIndex(combo.findData(self._store.get(key)))
        combo.setAccessibleName(setting_text(settings.by_key(key).label))
        return combo

    def _say_texts(self) -> None:
        self.setWindowTitle(self.tr("Export"))
        self._which.set_texts(self.tr("Photos"), [selection.name for selection in self._selections])
        self._where.set_texts(self.tr("Where"), [self.tr("One folder"), self.tr("Beside the originals")])
        self._quality.set_text(self.tr("Quality"))
        self._browse.setToolTip(self.tr("Choose a folder"))
        self._browse.setAccessibleName(self.tr("Choose a folder"))
        self._folder.setAccessibleName(self.tr("Folder"))
        self._pattern.setAccessibleName(self.tr("File name"))
        self._pattern.setToolTip(setting_text(settings.by_key("export/pattern").help))
        self._mark.setAccessibleName(setting_text(settings.by_key("export/mark").label))
        self._mark.setToolTip(setting_text(settings.by_key("export/mark").help))
        self._mark.setPlaceholderText(self.tr("None"))

    def _lay_out(self) -> None:
        self._browse.setIcon(icons.icon("folder-open"))
        self._browse.setIconSize(QSize(theme.ICON, theme.ICON))
        folder = QHBoxLayout(self._folder_row)
        folder.setContentsMargins(0, 0, 0, 0)
        folder.setSpacing(theme.GRID // 2)
        folder.addWidget(self._folder, 1)
        folder.addWidget(self._browse)
        buttons = QDialogButtonBox()
        self._export = buttons.addButton(self.tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._export.setDefault(True)
        theme.set_role(self._export, "primary")
        buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[3 * theme.GRID] * 4)
        column.setSpacing(3 * theme.GRID)
        column.addLayout(self._form())
        column.addStretch(1)
        column.addWidget(buttons)

    def _form(self) -> QGridLayout:
        """What is asked, with its names; which photos only where there is a choice."""
        form = QGridLayout()
        form.setHorizontalSpacing(2 * theme.GRID)
        form.setVerticalSpacing(theme.GRID + theme.GRID // 2)
        form.setColumnStretch(1, 1)
        fields: tuple[tuple[str, QWidget], ...] = (
            (self.tr("Photos"), self._which),
            ("", self._only_changed),
            (self.tr("Where"), self._where),
            ("", self._folder_row),
            (self.tr("File name"), self._pattern),
            (self.tr("Format"), self._format),
            ("", self._quality),
            (setting_text(settings.by_key("export/mark").label), self._mark),
            (self.tr("If the file exists"), self._existing),
            ("", self._outlook),
        )
        for row, (text, field) in enumerate(fields):
            is_asked = field is not self._which or len(self._selections) > 1
            if text and is_asked:
                form.addWidget(QLabel(text), row, 0)
            form.addWidget(field, row, 1)
            if not is_asked:
                field.hide()
        return form

    @Slot(object)
    def _on_which(self, chosen: int) -> None:
        self._chosen = chosen
        self._check()

    @Slot()
    def _on_browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder"), self._folder.text())
        if folder:
            self._folder.setText(folder)

    @Slot(object)
    def _on_where(self, is_beside: bool) -> None:
        self._is_beside = is_beside
        self._check()

    @Slot()
    def _check(self) -> None:
        """Show what fits what is chosen, and what is wrong with it; what it comes to follows in a moment."""
        self._quality.setVisible(self._format.currentData() in _WITH_QUALITY)
        self._folder_row.setVisible(not self._is_beside)
        self._only_changed.setVisible(0 < self._unchanged < len(self._selections[self._chosen].items))
        self._only_changed.setText(self.tr("Only photos that changed; leave out {count}").format(count=self._unchanged))
        if wrong := self._wrong():
            self._looking.stop()
            self._refuse(wrong)
        else:
            self._export.setEnabled(True)
            self._looking.start()

    def _wrong(self) -> str:
        try:
            check_pattern(self._pattern.text())
            check_drawable(self._mark.text().strip())
        except OptionError as error:
            return error_text(error.what, error.todo)
        is_nowhere = not self._is_beside and not self._folder.text().strip()
        return self.tr("Choose a folder.") if is_nowhere else ""

    @Slot()
    def _look_ahead(self) -> None:
        """Say what will be exported, and where to, or what is in the way."""
        if self._wrong():
            return
        try:
            targets = self._planned()
        except NoAnswerError:
            self._refuse(self.tr("The folder does not answer. Choose another."))
        except SaveError as error:
            self._refuse(error_text(error.what, error.todo))
        else:
            self._tell(targets)

    def _planned(self) -> Sequence[Target[AlbumItem]]:
        """Where each photo goes. Raises NoAnswerError, and SaveError for a file in place of the folder."""
        items, plan = self.items, self.plan  # here: another thread asks the disk, and may not ask the window

        def planned(tick: Callable[[], None]) -> Sequence[Target[AlbumItem]]:
            if plan.folder is not None:
                check_no_file(plan.folder)
            return export_plan.targets(items, plan, tick=tick)

        return answer_of(planned, PLANNING_S)

    def _tell(self, targets: Sequence[Target[AlbumItem]]) -> None:
        going = [target.item for target in targets if target.path is not None]
        paths = [target.path for target in targets if target.path is not None]
        sentences = [self._place_text(paths)] if paths else []
        if len(going) < len(targets):
            text = self.tr("Left out, as files of their names exist: {count}")
            sentences.append(text.format(count=len(targets) - len(going)))
        if copied := sum(not item.is_changed for item in going):
            sentences.append(self.tr("Copied as they are, since nothing changed: {count}").format(count=copied))
        role = "muted"
        if (cost := _largest(going)) is not None:
            text = self.tr("Enlarged to {width} × {height} pixels ({mp} megapixels); takes up to {size} GB of memory")
            size = f"{cost.memory / 1e9:.1f}"
            sentences.append(text.format(width=cost.width, height=cost.height, mp=round(cost.megapixels), size=size))
            if cost.memory > (free := memory.available_bytes()):
                role = "warning"
                sentences.append(self.tr("Only {size} GB are free: enlarge it less.").format(size=f"{free / 1e9:.1f}"))
        self._say("\n".join(sentences), role)

    def _place_text(self, paths: Sequence[Path]) -> str:
        """Where the files go, one at least."""
        if len(paths) == 1:
            return self.tr("Will be saved as {path}").format(path=paths[0])
        folders = {path.parent for path in paths}
        place = str(paths[0].parent) if len(folders) == 1 else self.tr("their own folders")
        text = self.tr("{count} files, {first} to {last}, in {place}")
        return text.format(count=len(paths), first=paths[0].name, last=paths[-1].name, place=place)

    def _refuse(self, text: str) -> None:
        self._export.setEnabled(False)
        self._say(text, "error")

    def _say(self, text: str, role: str) -> None:
        self._outlook.setText(text)
        theme.set_role(self._outlook, role)


def _largest(items: Sequence[AlbumItem]) -> Cost | None:
    """Of the largest of the results that are enlarged, if that is large enough to be worth a word."""
    scaled = [(item.size, total_scale(item.edits.stages)) for item in items]
    costs = [cost_of(size, scale) for size, scale in scaled if size is not None and scale > 1]
    large = [cost for cost in costs if cost.megapixels >= _WORTH_A_WORD]
    return max(large, key=lambda cost: cost.memory, default=None)


def _default_folder() -> str:
    return str(pictures_folder() / "GPEN Desktop")
