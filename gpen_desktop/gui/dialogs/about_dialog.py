"""What this program is, and the licences of its models and libraries."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gpen_desktop import __version__
from gpen_desktop.gui.common import icons, room, theme
from gpen_desktop.gui.common.i18n import catalog_text
from gpen_desktop.gui.dialogs import licences
from gpen_desktop.gui.dialogs.licences import Part
from gpen_desktop.models.store import InstalledModel


class AboutDialog(QDialog):
    """Name and version, and a tab each for models, libraries and the program's own licence.

    model: name of the one that restores faces now; it is marked and comes first.
    """

    def __init__(self, model: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setWindowTitle(self.tr("About GPEN Desktop"))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.windowTitle())
        self.tabs.addTab(_Browser(self._model_pages(), self.tr("Models")), self.tr("Models"))
        self.tabs.addTab(
            _Browser([_page(part) for part in licences.libraries()], self.tr("Libraries")), self.tr("Libraries")
        )
        self.tabs.addTab(_text_view(licences.program().text, self.tr("Licence")), self.tr("Licence"))
        buttons = QDialogButtonBox()
        close = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.clicked.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[2 * theme.GRID] * 4)
        column.setSpacing(2 * theme.GRID)
        column.addLayout(self._heading())
        column.addWidget(self.tabs, 1)
        column.addWidget(buttons)
        room.resize(self, 920, 600)

    def _heading(self) -> QHBoxLayout:
        picture = QLabel()
        picture.setPixmap(icons.app_icon().pixmap(QSize(64, 64), self.devicePixelRatio()))
        name = QLabel(f"GPEN Desktop {__version__}")
        name.setFont(theme.large(name.font()))
        does = QLabel(
            self.tr("Restores old and blurry photos of people, entirely on your own computer. Nothing leaves it.")
        )
        does.setWordWrap(True)
        theme.set_role(does, "muted")
        words = QVBoxLayout()
        words.setSpacing(theme.GRID // 2)
        words.addStretch(1)
        words.addWidget(name)
        words.addWidget(does)
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(2 * theme.GRID)
        row.addWidget(picture)
        row.addLayout(words, 1)
        return row

    def _model_pages(self) -> list[_Page]:
        models = sorted(licences.models(), key=lambda model: model.name != self._model)
        return [self._model_page(model) for model in models]

    def _model_page(self, model: InstalledModel) -> _Page:
        title = catalog_text(model.info.title) if model.info else model.name
        note = self.tr("in use") if model.name == self._model else ""
        unknown = self.tr("not known")
        if model.info is None:
            facts = {self.tr("Licence"): unknown, self.tr("Source"): self.tr("imported by hand")}
        else:
            source = self.tr("this program") if model.info.shipped else model.info.source
            facts = {self.tr("Licence"): catalog_text(model.info.licence), self.tr("Source"): source}
        facts[self.tr("File")] = str(model.path)
        lines = [self.tr("{name}: {value}").format(name=name, value=value) for name, value in facts.items()]
        about = catalog_text(model.info.purpose) if model.info else ""
        text = "\n".join(["\n".join(lines), *(("", about) if about else ())])
        if model.info is not None and model.info.shipped:
            text = f"{text}\n\n{licences.program().text}"
        return _Page(title, note, text)


@dataclass(frozen=True)
class _Page:
    """title, and note behind it; text: shown beside the list when it is selected."""

    title: str
    note: str
    text: str


class _Browser(QWidget):
    """A list, and the text of what is selected in it."""

    def __init__(self, pages: list[_Page], name: str) -> None:
        super().__init__()
        self._pages = pages
        self._list = QListWidget()
        self._list.setAccessibleName(name)
        theme.set_role(self._list, "framed")
        for page in pages:
            row = QListWidgetItem(f"{page.title}  ·  {page.note}" if page.note else page.title)
            row.setToolTip(row.text())
            self._list.addItem(row)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # too long a name ends in '…'
        self._view = _text_view("", name)
        beside = QHBoxLayout(self)
        beside.setContentsMargins(0, 2 * theme.GRID, 0, 0)
        beside.setSpacing(theme.GRID)
        beside.addWidget(self._list, 1)
        beside.addWidget(self._view, 2)
        self._list.currentRowChanged.connect(self._show_page)
        self._list.setCurrentRow(0)

    @Slot(int)
    def _show_page(self, row: int) -> None:
        self._view.setPlainText(self._pages[row].text)


def _page(part: Part) -> _Page:
    return _Page(
        f"{part.name} {part.version}".strip(), "", f"{part.name} {part.version}\n{part.licence}\n\n{part.text}"
    )


def _text_view(text: str, name: str) -> QPlainTextEdit:
    view = QPlainTextEdit(text)
    view.setReadOnly(True)
    view.setAccessibleName(name)
    view.setFont(theme.small(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)))
    view.setTabChangesFocus(True)
    view.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return view
