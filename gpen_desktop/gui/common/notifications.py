"""What the window has to tell, one thing at a time: nothing that matters is lost behind what came later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QObject, Signal


class Severity(IntEnum):
    """How much it matters; what matters more is told first."""

    INFO = 0
    WARNING = 1
    ERROR = 2


@dataclass(frozen=True)
class NotificationButton:
    """key: names the button. say: its text, in the language of the moment. act: what it does. is_main: the likeliest
    one, in the accent's colour."""

    key: str
    say: Callable[[], str]
    act: Callable[[], object]
    is_main: bool = False

    @property
    def text(self) -> str:
        return self.say()


@dataclass(frozen=True)
class Notification:
    """subject: what it is about; a newer one on the same subject takes its place. say: its words, in the language of
    the moment, which may become another while it stands. needs_answer: it goes before all else and stays until one of
    its buttons is pressed. closed: called when the user puts it away. escape: key of the button that Escape stands for;
    '' where it puts the notification away.
    """

    subject: str
    say: Callable[[], str]
    buttons: tuple[NotificationButton, ...] = ()
    severity: Severity = Severity.INFO
    needs_answer: bool = False
    closed: Callable[[], object] | None = None
    escape: str = ""

    @property
    def text(self) -> str:
        return self.say()

    @property
    def is_passing(self) -> bool:
        """Whether it was said for the moment only: nothing to answer, nothing wrong."""
        return self.severity is Severity.INFO and not self.buttons


class NotificationQueue(QObject):
    """Notifications that wait to be read; `current` is the one to show. changed: it may be another, or more may wait.

    First what needs an answer, then by severity, then the latest; but what has been read steps back for whatever is
    told after it. Warnings and errors stay until they are answered, put away or withdrawn by whoever posted them; of
    plain information only the latest is kept.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._posted: list[Notification] = []
        self._read: set[str] = set()  # subjects
        self._stepped_back: set[str] = set()

    @property
    def current(self) -> Notification | None:
        return max(reversed(self._posted), key=self._urgency, default=None)

    @property
    def more(self) -> int:
        """How many wait behind the current one."""
        return max(0, len(self._posted) - 1)

    def on(self, subject: str) -> Notification | None:
        """What was posted on a subject and still holds."""
        return next((each for each in self._posted if each.subject == subject), None)

    def post(self, notification: Notification) -> None:
        """Tell something."""
        self._posted = [each for each in self._posted if not _gives_way(each, notification)]
        self._posted.append(notification)
        self._read.discard(notification.subject)
        self._stepped_back = self._read & {each.subject for each in self._posted}
        self.changed.emit()

    def mark_read(self, notification: Notification) -> None:
        """It has stood long enough to be read; it goes on standing until something else is to be told."""
        if notification in self._posted:
            self._read.add(notification.subject)

    def withdraw(self, *subjects: str) -> None:
        """Take back what was posted on these subjects, as what it said no longer holds."""
        left = [each for each in self._posted if each.subject not in subjects]
        if len(left) != len(self._posted):
            self._posted = left
            self.changed.emit()

    def close(self, notification: Notification) -> None:
        """The user puts it away."""
        self.withdraw(notification.subject)
        if notification.closed is not None:
            notification.closed()

    def escape(self) -> bool:
        """The user wants no more of what is told now. False where nothing is, or it needs another answer."""
        current = self.current
        if current is None or (current.needs_answer and not current.escape):
            return False
        button = next((each for each in current.buttons if each.key == current.escape), None)
        if button is not None:
            self.press(current, button)
        else:
            self.close(current)
        return True

    def press(self, notification: Notification, button: NotificationButton) -> None:
        """The user presses one of its buttons: it is answered, and goes."""
        self.withdraw(notification.subject)
        button.act()

    def _urgency(self, notification: Notification) -> tuple[bool, bool, Severity]:
        """What has stepped back goes by its place in the row alone."""
        if notification.subject in self._stepped_back:
            return notification.needs_answer, False, Severity.INFO
        return notification.needs_answer, True, notification.severity


def _gives_way(old: Notification, new: Notification) -> bool:
    if old.subject == new.subject:
        return True
    return old.severity is new.severity is Severity.INFO and not (old.needs_answer or new.needs_answer)
