"""All about one model: state, size, licence, source, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QCoreApplication, QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gpen_desktop.gui.adjust.whole_photo import RESTORER, option_for
from gpen_desktop.gui.common import i18n, theme
from gpen_desktop.gui.common.i18n import catalog_text, error_text
from gpen_desktop.models.catalog import ModelInfo, needs_package
from gpen_desktop.models.store import InstalledModel


class State(Enum):
    """Of a model on this computer."""

    BUILT_IN = auto()
    VERIFIED = auto()
    CHECKING = auto()
    UNVERIFIED = auto()
    DAMAGED = auto()
    ABSENT = auto()


_ROLES = {
    State.BUILT_IN: "chip-done",
    State.VERIFIED: "chip-done",
    State.CHECKING: "chip",
    State.UNVERIFIED: "chip-warning",
    State.DAMAGED: "chip-error",
    State.ABSENT: "chip",
}


@dataclass(frozen=True)
class ModelEntry:
    """A model as the window lists it.

    info: None for a file that the catalogue does not know. installed: None if it is not here.
    """

    name: str
    info: ModelInfo | None
    installed: InstalledModel | None
    state: State

    @property
    def title(self) -> str:
        return catalog_text(self.info.title) if self.info else self.name

    @property
    def size_text(self) -> str:
        """Of the file, in the language's own way; '' where nobody knows."""
        size = self.installed.path.stat().st_size if self.installed else (self.info.bytes if self.info else None)
        return "" if size is None else file_size(size)

    @property
    def file_text(self) -> str:
        """Where the file is, or what it is called."""
        if self.installed is not None:
            return str(self.installed.path)
        return self.info.file if self.info is not None else self.name

    @property
    def state_text(self) -> str:
        translate = QCoreApplication.translate
        return {
            State.BUILT_IN: translate("ModelCard", "Built in"),
            State.VERIFIED: translate("ModelCard", "Verified"),
            State.CHECKING: translate("ModelCard", "Checking…"),
            State.UNVERIFIED: translate("ModelCard", "Unverified"),
            State.DAMAGED: translate("ModelCard", "Damaged"),
            State.ABSENT: translate("ModelCard", "Not installed"),
        }[self.state]

    @property
    def option(self) -> str:
        """The option that it can be chosen for, RESTORER for the faces; '' where it cannot be used."""
        if self.installed is None or self.state is State.DAMAGED:
            return ""
        task = self.installed.task
        is_offered = self.info is None or self.info.can_be_chosen_for(frozenset([self.info.task]))
        return option_for(task) if is_offered else ""

    @property
    def can_be_fetched(self) -> bool:
        """Whether 'Get' is offered: it is not here, or what is here is not it."""
        is_wanted = self.state in (State.ABSENT, State.DAMAGED)
        return is_wanted and self.info is not None and self.info.can_be_fetched

    @property
    def can_be_removed(self) -> bool:
        return self.installed is not None and self.state is not State.BUILT_IN


class ModelCard(QScrollArea):
    """Shows one ModelEntry.

    Attributes
    ----------
    use_wanted, remove_wanted, address_wanted, get_wanted, cancel_wanted : Signal()
    """

    use_wanted = Signal()
    remove_wanted = Signal()
    address_wanted = Signal()
    get_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: ModelEntry | None = None
        self._in_use = False
        self._share: float | None = None
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.use = QPushButton()
        self.remove = QPushButton()
        self.address = QPushButton()
        self.get = QPushButton()
        self.cancel = QPushButton()
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self._fetched = QLabel()
        self._fetched.setFont(theme.tabular(self._fetched.font()))
        theme.set_role(self._fetched, "muted")
        theme.set_role(self.use, "primary")
        theme.set_role(self.get, "primary")
        self.use.clicked.connect(self.use_wanted)
        self.get.clicked.connect(self.get_wanted)
        self.cancel.clicked.connect(self.cancel_wanted)
        self.remove.clicked.connect(self.remove_wanted)
        self.address.clicked.connect(self.address_wanted)
        i18n.follow(self._say)

    def show_entry(self, entry: ModelEntry, *, in_use: bool, share: float | None = None) -> None:
        """Show a model. in_use: it is what its option has now. share: of it that is here, while it is being fetched."""
        if entry is self._entry and share is not None and self._share is not None:
            self._show_share(share)  # the card stays as it is under the pointer
            return
        self._entry, self._in_use, self._share = entry, in_use, share
        for part in (self.use, self.remove, self.address, self.get, self.cancel, self.bar, self._fetched):
            part.setParent(None)
        self.setWidget(self._content(entry))
        self.setAccessibleName(f"{entry.title}, {entry.state_text}")

    @Slot()
    def _say(self) -> None:
        if self._entry is not None:
            entry, share = self._entry, self._share
            self._entry = None
            self.show_entry(entry, in_use=self._in_use, share=share)

    def _show_share(self, share: float) -> None:
        self._share = share
        self.bar.setValue(round(1000 * share))
        self._fetched.setText(self.tr("{percent} % fetched").format(percent=int(100 * share)))
        self.bar.setAccessibleName(self._fetched.text())

    def _content(self, entry: ModelEntry) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(3 * theme.GRID, 2 * theme.GRID, 3 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(2 * theme.GRID)
        column.addLayout(self._heading(entry))
        if entry.info is not None:
            column.addWidget(_wrapped(catalog_text(entry.info.purpose)))
        if hint := self._hint(entry):
            words = _wrapped(hint)
            theme.set_role(words, "muted")
            column.addWidget(words)
        column.addLayout(self._facts(entry))
        if self._share is not None:
            coming = QVBoxLayout()
            coming.setSpacing(theme.GRID // 2)
            for part in (self.bar, self._fetched):
                coming.addWidget(part)
                part.show()
            column.addLayout(coming)
            self._show_share(self._share)
        column.addLayout(self._actions(entry))
        column.addStretch(1)
        return inside

    def _heading(self, entry: ModelEntry) -> QHBoxLayout:
        title = _wrapped(entry.title)
        title.setFont(theme.large(title.font()))
        chip = QLabel(entry.state_text if self._share is None else self.tr("Being fetched"))
        chip.setFont(theme.small(chip.font()))
        theme.set_role(chip, _ROLES[entry.state])
        row = QHBoxLayout()
        row.setSpacing(theme.GRID)
        row.addWidget(title, 1)
        row.addWidget(chip, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _hint(self, entry: ModelEntry) -> str:
        if entry.state is State.DAMAGED:
            return self.tr("The file is not the one known by this name. Remove it and get it again.")
        if entry.state is State.UNVERIFIED:
            return self.tr("No trusted fingerprint of this file is known, so it cannot be checked.")
        if entry.info is not None and entry.info.lacks:
            return error_text(*needs_package(entry.title, entry.info.lacks))
        if entry.state is State.ABSENT and not entry.can_be_fetched:
            return self.tr(
                "No trusted fingerprint of this file is known, so it is not offered for download. Get it from its "
                "source and import it here."
            )
        return ""

    def _facts(self, entry: ModelEntry) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(2 * theme.GRID)
        form.setVerticalSpacing(theme.GRID)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        facts = [(self.tr("Size"), entry.size_text or self.tr("not known"))]
        if entry.info is not None:
            if entry.info.size:
                facts.append((self.tr("Face size"), self.tr("{side} pixels").format(side=entry.info.size)))
            facts.append((self.tr("Licence"), catalog_text(entry.info.licence)))
            facts.append((self.tr("Source"), self.tr("this program") if entry.info.shipped else entry.info.source))
            if entry.info.memory is not None:
                facts.append(
                    (self.tr("Memory"), self.tr("about {size}").format(size=file_size(entry.info.memory * 10**6)))
                )
            facts.append((self.tr("Fingerprint"), entry.info.sha256 or self.tr("not known")))
            if entry.info.hash_from and not entry.info.shipped:
                facts.append((self.tr("Stated by"), catalog_text(entry.info.hash_from)))
        else:
            facts.append((self.tr("Licence"), self.tr("not known")))
        facts.append((self.tr("File"), entry.file_text))
        for name, value in facts:
            label = QLabel(name)
            theme.set_role(label, "muted")
            label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
            text = _wrapped(_breakable(value))
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            text.setAccessibleName(f"{name}: {value}")
            form.addRow(label, text)
        return form

    def _actions(self, entry: ModelEntry) -> QHBoxLayout:
        use = self.tr("Use for restoring") if entry.option == RESTORER else self.tr("Use for the whole photo")
        self.use.setText(self.tr("In use") if self._in_use else use)
        self.use.setEnabled(not self._in_use)
        self.remove.setText(self.tr("Remove…"))
        self.address.setText(self.tr("Copy address"))
        self.get.setText(self.tr("Get"))
        self.cancel.setText(self.tr("Cancel"))
        is_coming = self._share is not None
        row = QHBoxLayout()
        row.setSpacing(theme.GRID)
        for button, shown in (
            (self.use, bool(entry.option)),
            (self.get, entry.can_be_fetched and not is_coming),
            (self.cancel, is_coming),
            (self.remove, entry.can_be_removed and not is_coming),
            (self.address, entry.info is not None and not entry.info.shipped and not is_coming),
        ):
            if shown:
                row.addWidget(button)
                button.show()
        row.addStretch(1)
        return row


def file_size(size: int) -> str:
    """In the language's own way, such as '284 MB'."""
    return QLocale().formattedDataSize(size, 0, QLocale.DataSizeFormat.DataSizeSIFormat)


def _wrapped(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def _breakable(text: str) -> str:
    """With places to break long addresses and fingerprints at: zero-width spaces after marks and every 8 figures."""
    if " " in text:
        return text
    if len(text) == 64 and text.isalnum():
        return "\u200b".join(text[i : i + 8] for i in range(0, 64, 8))
    return "".join(char + "\u200b" if char in "/-_." else char for char in text)
