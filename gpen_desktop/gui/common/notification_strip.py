"""Shows a queue of notifications in the window, never in a box in the way."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gpen_desktop.gui.common import i18n, icons, theme
from gpen_desktop.gui.common.notifications import Notification, NotificationButton, NotificationQueue, Severity
from gpen_desktop.gui.common.wrapped_label import breakable

_LOOKS: Final = {
    Severity.INFO: ("notification", "info", "muted"),
    Severity.WARNING: ("notification-warning", "triangle-alert", "warning_text"),
    Severity.ERROR: ("notification-error", "circle-alert", "error_text"),
}
"""Role in the style sheet, icon and its tint."""
_READING_MS: Final = 4000
"""How long reading a long sentence takes."""
_PASSING_MS: Final = 2 * _READING_MS
"""How long what asks for nothing stays."""
_WIDEST: Final = 760
_MARGIN: Final = 12
_NARROWEST: Final = 240
"""Words that would get less beside the buttons stand above them."""


class NotificationStrip(QFrame):
    """The current notification of a queue: a sentence, its buttons, how many more wait. Hidden while there is none.

    covers: how much of the top of what it floats over lies behind it.
    """

    covers = Signal(int)

    def __init__(self, queue: NotificationQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._shown: Notification | None = None
        self._host: QWidget | None = None
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._more = QLabel()
        theme.set_role(self._more, "muted")
        self._buttons: dict[str, QPushButton] = {}
        self._close = QToolButton()
        self._close.setIcon(icons.icon("x", "muted"))
        self._close.setIconSize(QSize(16, 16))
        self._words = QHBoxLayout()
        self._words.setContentsMargins(0, theme.GRID // 2, 0, theme.GRID // 2)
        self._words.addWidget(self._icon)
        self._words.addWidget(self._text, 1)
        self._answers = QVBoxLayout()
        self._rows: list[QHBoxLayout] = []
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._parts.setContentsMargins(2 * theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        for layout in (self._words, self._parts):
            layout.setSpacing(theme.GRID)
        self._answers.setSpacing(0)  # buttons have room around their words
        self._parts.addLayout(self._words, 1)
        self._parts.addLayout(self._answers)
        self._lay_answers(_WIDEST)
        self._passing = QTimer(self)
        self._passing.setSingleShot(True)
        self._passing.setInterval(_PASSING_MS)
        self._passing.timeout.connect(self._on_close)
        self._reading = QTimer(self, singleShot=True, interval=_READING_MS)
        self._reading.timeout.connect(self._on_read)
        self._close.clicked.connect(self._on_close)
        queue.changed.connect(self._show_current)
        i18n.follow(self._say)
        self.hide()

    @property
    def subject(self) -> str:
        """What the strip speaks of now; '' when it is hidden."""
        return self._shown.subject if self._shown else ""

    @property
    def text(self) -> str:
        return self._shown.text if self._shown else ""

    def button(self, key: str) -> QPushButton:
        """A button of what is shown. Raises KeyError if there is none of that key."""
        return self._buttons[key]

    @property
    def close_button(self) -> QToolButton:
        return self._close

    def float_over(self, host: QWidget) -> None:
        """Lie over the top of `host` from now on, as wide as the words need, instead of taking room of a layout."""
        self._host = host
        self.setParent(host)
        host.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._host and self._shown is not None:
            self._place()
        return super().eventFilter(watched, event)

    @Slot()
    def _say(self) -> None:
        """The same in another language."""
        if self._shown is not None:
            self._count_more()
            self._fill(self._shown)
            self._put_buttons(self._shown.buttons)
            self._place()

    def _count_more(self) -> None:
        self._more.setText(self.tr("%n more", "", self._queue.more) if self._queue.more else "")
        self._more.setVisible(bool(self._queue.more))

    @Slot()
    def _show_current(self) -> None:
        current = self._queue.current
        self._count_more()
        if current is not self._shown:
            before, self._shown = self._shown, current
            self._passing.stop()
            self._reading.stop()
            if current is None:
                self.hide()
                self.covers.emit(0)
                return
            self._fill(current)
            if before is None or not _are_alike(before, current):
                self._put_buttons(current.buttons)
            self._reading.start()
            if current.is_passing:
                self._passing.start()
        if self._shown is not None:
            self._place()
            self.show()

    def _fill(self, notification: Notification) -> None:
        role, icon, tint = _LOOKS[notification.severity]
        theme.set_role(self, role)
        self._icon.setPixmap(icons.pixmap(icon, theme.ICON, self.devicePixelRatioF(), tint))
        self._text.setText(breakable(notification.text))
        self._close.setVisible(not notification.needs_answer)
        self._close.setToolTip(self.tr("Close"))
        self._close.setAccessibleName(self.tr("Close"))
        self.setAccessibleName(notification.text)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _put_buttons(self, buttons: Sequence[NotificationButton]) -> None:
        for old in self._buttons.values():
            old.hide()
            old.deleteLater()
        self._buttons = {button.key: self._button(button) for button in buttons}
        row = (*self._buttons.values(), self._close)
        for one, next_one in pairwise(row):  # they were made after it, and would come after it
            QWidget.setTabOrder(one, next_one)

    def _place(self) -> None:
        """Wrap the words where they do not fit into one line; over a host, lie in the middle of its top, the buttons
        below the words where too little would be left of them, and in several rows where they need them."""
        if self._host is None:
            self._lay_answers(_WIDEST)
            self._text.setWordWrap(True)
            return
        room = min(_WIDEST, self._host.width() - 2 * _MARGIN)
        margins = self._parts.contentsMargins()
        self._lay_answers(room - margins.left() - margins.right())
        self._wrap(False)
        self._stack(False)
        size = self.sizeHint()
        if size.width() > room and self._text.sizeHint().width() - (size.width() - room) < _NARROWEST:
            self._stack(True)
            size = self.sizeHint()
        if size.width() > room:
            self._wrap(True)
            size = QSize(room, self._parts.heightForWidth(room))
        self.setGeometry((self._host.width() - size.width()) // 2, _MARGIN, size.width(), size.height())
        self.raise_()
        self.covers.emit(self.geometry().bottom() + 1)

    def _lay_answers(self, room: int) -> None:
        """Buttons from left to right, in as many rows as they need in `room` px of width."""
        for row in self._rows:
            while row.takeAt(0) is not None:
                pass
            self._answers.removeItem(row)
        rows, left = list[list[QWidget]]([[]]), room
        for widget in (self._close, self._more, *reversed(self._buttons.values())):  # the last row is the fullest
            width = 0 if widget.isHidden() else widget.sizeHint().width() + theme.GRID
            if left < width - theme.GRID:
                rows, left = [[], *rows], room
            rows[0].insert(0, widget)
            left -= width
        self._rows = []
        for widgets in rows:
            row = QHBoxLayout()
            row.setSpacing(theme.GRID)
            row.addStretch()
            for widget in widgets:
                row.addWidget(widget)
            self._answers.addLayout(row)
            self._rows.append(row)

    def _stack(self, stacks: bool) -> None:
        """Words above the buttons, or beside them."""
        self._parts.setDirection(QBoxLayout.Direction.TopToBottom if stacks else QBoxLayout.Direction.LeftToRight)

    def _wrap(self, wraps: bool) -> None:
        self._text.setWordWrap(wraps)
        for layout in (self._words, *self._rows, self._answers):
            layout.invalidate()  # Qt tells only the outer one before the next turn of the event loop

    def _button(self, button: NotificationButton) -> QPushButton:
        widget = QPushButton(button.text, self)
        widget.setObjectName(button.key)
        widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.set_role(widget, "primary" if button.is_main else "quiet")
        widget.clicked.connect(self._on_button)
        widget.show()  # else it has no size before the next turn of the event loop, and the strip is placed without it
        return widget

    @Slot()
    def _on_button(self) -> None:
        shown, key = self._shown, self.sender().objectName()
        if shown is not None:
            self._queue.press(shown, next(button for button in shown.buttons if button.key == key))

    @Slot()
    def _on_read(self) -> None:
        if self._shown is not None:
            self._queue.mark_read(self._shown)

    @Slot()
    def _on_close(self) -> None:
        if self._shown is not None:
            self._queue.close(self._shown)


def _are_alike(one: Notification, other: Notification) -> bool:
    """Whether the same buttons go on standing below other words: one may hold the keyboard, or be half pressed."""
    looks = [[(button.key, button.text, button.is_main) for button in each.buttons] for each in (one, other)]
    return one.subject == other.subject and looks[0] == looks[1]
