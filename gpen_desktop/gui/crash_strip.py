"""The offer to look at a crash log: a strip in the window, and the report it opens."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gpen_desktop.gui import crash, theme


class CrashStrip(QFrame):
    """'The last run ended unexpectedly', with a button to read the report and one to put it away.

    Attributes
    ----------
    done : Signal(str)
        Name of the log, once the user has read or dismissed it; to be remembered as 'crash/seen'.
    """

    done = Signal(str)

    def __init__(self, log: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._show = QPushButton()
        self._dismiss = QPushButton()
        theme.set_role(self, "strip-warning")
        theme.set_role(self._show, "quiet")
        theme.set_role(self._dismiss, "quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        row.setSpacing(theme.GRID // 2)
        row.addWidget(self._sentence, 1)
        row.addWidget(self._show)
        row.addWidget(self._dismiss)
        self._show.clicked.connect(self._on_show)
        self._dismiss.clicked.connect(self._on_dismiss)
        self._say()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 -- Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._say()

    def _say(self) -> None:
        self._sentence.setText(self.tr("The program ended unexpectedly last time. The report stays on this computer."))
        self._show.setText(self.tr("Show report"))
        self._dismiss.setText(self.tr("Dismiss"))

    @Slot()
    def _on_show(self) -> None:
        report = CrashReport(self._log, self.window())
        report.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        report.open()
        self._on_dismiss()

    @Slot()
    def _on_dismiss(self) -> None:
        self.hide()
        self.done.emit(self._log.name)


class CrashReport(QDialog):
    """A crash log, to read and to copy."""

    def __init__(self, log: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self.setWindowTitle(self.tr("Crash report"))
        words = QLabel(
            self.tr(
                "Nothing of this was sent anywhere. To have it looked into, copy it into a report of your own; "
                "it can contain names of files and folders."
            )
        )
        words.setWordWrap(True)
        self.text = QPlainTextEdit(crash.read(log))
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(self.windowTitle())
        column = QVBoxLayout(self)
        column.setContentsMargins(*[2 * theme.GRID] * 4)
        column.setSpacing(2 * theme.GRID)
        column.addWidget(words)
        column.addWidget(self.text, 1)
        column.addWidget(self._buttons())
        self.resize(720, 480)

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox()
        copy = box.addButton(self.tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        folder = box.addButton(self.tr("Open folder"), QDialogButtonBox.ButtonRole.ActionRole)
        close = box.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        copy.clicked.connect(self._copy)
        folder.clicked.connect(self._open_folder)
        close.clicked.connect(self.close)
        return box

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())

    @Slot()
    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._log.parent)))
