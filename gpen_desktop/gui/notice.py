"""A strip at the top of a window that tells or asks something, in place of a modal box."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from gpen_desktop.gui import theme


class NoticeStrip(QFrame):
    """Hidden until there is something to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._on_yes: Callable[[], None] | None = None
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._yes = QPushButton()
        self._no = QPushButton()
        theme.set_role(self._no, "quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GRID, theme.GRID, theme.GRID, theme.GRID)
        row.setSpacing(theme.GRID)
        row.addWidget(self._sentence, 1)
        row.addWidget(self._yes)
        row.addWidget(self._no)
        self._yes.clicked.connect(self._answer_yes)
        self._no.clicked.connect(self.hide)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says now; '' when hidden."""
        return "" if self.isHidden() else self._sentence.text()

    @property
    def yes_button(self) -> QPushButton:
        """The button that does what is asked about."""
        return self._yes

    def tell(self, sentence: str) -> None:
        """Say something."""
        self._show("strip-info", sentence)

    def tell_error(self, sentence: str) -> None:
        """Say what went wrong."""
        self._show("strip-error", sentence)

    def ask(self, sentence: str, yes: str, on_yes: Callable[[], None]) -> None:
        """Ask something; on_yes is called if the button named `yes` is pressed."""
        self._show("strip-warning", sentence)
        self._on_yes = on_yes
        self._yes.setText(yes)
        self._yes.show()
        self._no.setText(self.tr("Cancel"))
        self._no.show()
        self._no.setFocus()

    def _show(self, role: str, sentence: str) -> None:
        theme.set_role(self, role)
        self._sentence.setText(sentence)
        self._on_yes = None
        self._yes.hide()
        self._no.setText(self.tr("Dismiss"))
        self.setAccessibleName(sentence)
        self.show()

    @Slot()
    def _answer_yes(self) -> None:
        act = self._on_yes
        self.hide()
        if act is not None:
            act()
