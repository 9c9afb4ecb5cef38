"""What is told, in which order, and that nothing that matters is lost behind what came later."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gpen_desktop.gui.common import notification_strip
from gpen_desktop.gui.common.notification_strip import NotificationStrip
from gpen_desktop.gui.common.notifications import Notification, NotificationButton, NotificationQueue, Severity
from tests.narrowing import the


@pytest.fixture
def queue() -> NotificationQueue:
    return NotificationQueue()


@pytest.fixture
def strip(queue: NotificationQueue, qtbot: QtBot) -> NotificationStrip:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(900, 400)
    strip = NotificationStrip(queue)
    strip.float_over(host)
    host.show()
    return strip


def saying(text: str) -> Callable[[], str]:
    return lambda: text


def told(subject: str, severity: Severity = Severity.INFO, **more: Any) -> Notification:
    return Notification(subject, saying(f"{subject} happened."), severity=severity, **more)


def subjects(queue: NotificationQueue) -> list[str]:
    """In the order in which they are read, each closed in turn."""
    read = []
    while (current := queue.current) is not None:
        read.append(current.subject)
        queue.close(current)
    return read


def test_what_matters_more_is_told_first_and_nothing_of_it_is_lost(queue: NotificationQueue) -> None:
    for notification in (
        told("an error", Severity.ERROR),
        told("a warning", Severity.WARNING),
        told("another error", Severity.ERROR),
        told("a fact"),
        told("a question", needs_answer=True),
    ):
        queue.post(notification)
    assert queue.more == 4
    assert subjects(queue) == ["a question", "another error", "an error", "a warning", "a fact"]


def test_what_has_been_read_steps_back_for_what_is_told_later_and_comes_again(queue: NotificationQueue) -> None:
    error = told("an error", Severity.ERROR)
    queue.post(error)
    queue.mark_read(error)
    assert queue.current is error
    button = NotificationButton("show", saying("Show"), print)
    queue.post(told("a later fact", buttons=(button,)))
    assert subjects(queue) == ["a later fact", "an error"]


def test_an_error_told_anew_has_not_been_read(queue: NotificationQueue) -> None:
    error = told("an error", Severity.ERROR)
    queue.post(error)
    queue.mark_read(error)
    queue.post(told("an error", Severity.ERROR))
    queue.post(told("a fact"))
    assert subjects(queue) == ["an error", "a fact"]


def test_what_has_been_read_never_hides_a_question(queue: NotificationQueue) -> None:
    question = told("a question", needs_answer=True)
    queue.post(question)
    queue.mark_read(question)
    queue.post(told("an error", Severity.ERROR))
    assert subjects(queue) == ["a question", "an error"]


def test_what_has_stood_for_a_while_is_read(
    queue: NotificationQueue, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notification_strip, "_READING_MS", 0)
    strip = NotificationStrip(queue)
    qtbot.addWidget(strip)
    queue.post(told("an error", Severity.ERROR))

    def is_read() -> bool:
        queue.post(told("a fact"))
        return strip.subject == "a fact"

    qtbot.waitUntil(is_read)


def test_of_plain_facts_only_the_latest_is_kept(queue: NotificationQueue) -> None:
    queue.post(told("a draft", needs_answer=True))
    for subject in ("one", "two"):
        queue.post(told(subject))
    assert subjects(queue) == ["a draft", "two"]


def test_a_newer_one_on_the_same_subject_takes_its_place(queue: NotificationQueue) -> None:
    queue.post(Notification("exports", saying("One failed."), severity=Severity.ERROR))
    queue.post(Notification("exports", saying("Two failed."), severity=Severity.ERROR))
    assert queue.current is not None
    assert queue.current.text == "Two failed."
    assert queue.more == 0
    queue.withdraw("exports")
    assert queue.current is None


def test_a_button_acts_once_and_its_notification_goes(queue: NotificationQueue, strip: NotificationStrip) -> None:
    pressed: list[str] = []
    button = NotificationButton("again", saying("Try again"), lambda: pressed.append("again"))
    queue.post(Notification("export", saying("It failed."), (button,), Severity.ERROR))
    queue.post(told("a fact"))
    assert strip.text == "It failed."
    strip.button("again").click()
    assert pressed == ["again"]
    assert strip.text == "a fact happened."


def test_a_button_keeps_the_keyboard_while_only_the_words_are_others(
    queue: NotificationQueue, strip: NotificationStrip
) -> None:
    pressed: list[str] = []

    def ask(count: str) -> None:
        button = NotificationButton("stay", saying("Stay"), partial(pressed.append, count))
        queue.post(Notification("closing", saying(f"Not exported: {count}"), (button,)))

    ask("one")
    held = strip.button("stay")
    held.setFocus()
    ask("two")
    assert strip.button("stay") is held
    assert strip.window().focusWidget() is held
    assert strip.text == "Not exported: two"
    held.click()
    assert pressed == ["two"]


def test_closing_is_heard(queue: NotificationQueue, strip: NotificationStrip) -> None:
    closed: list[bool] = []
    queue.post(told("a crash", Severity.WARNING, closed=lambda: closed.append(True)))
    strip.close_button.click()
    assert closed == [True]
    assert strip.isHidden()


def test_a_plain_fact_passes_and_an_error_stays(
    queue: NotificationQueue, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notification_strip, "_PASSING_MS", 20)
    strip = NotificationStrip(queue)
    qtbot.addWidget(strip)
    queue.post(told("a fact"))
    assert not strip.isHidden()
    qtbot.waitUntil(strip.isHidden)
    queue.post(told("an error", Severity.ERROR))
    qtbot.wait(60)
    assert not strip.isHidden()


def test_it_lies_in_the_middle_of_the_top_and_wraps_what_is_long(
    queue: NotificationQueue, strip: NotificationStrip
) -> None:
    queue.post(told("short"))
    short = strip.geometry()
    assert abs(short.center().x() - 450) <= 1
    queue.post(Notification("long", saying("This is a long sentence about one photo. " * 6)))
    assert strip.width() <= 900 - 24
    assert strip.height() > short.height()
    the(strip.parentWidget()).resize(500, 400)
    assert strip.geometry().right() <= 500


def test_a_long_file_name_is_broken_where_there_is_no_room(queue: NotificationQueue, strip: NotificationStrip) -> None:
    the(strip.parentWidget()).resize(500, 400)
    text = f"Exported to /home/me/Pictures/{'scan_2024_' * 12}.jpg."
    queue.post(Notification("exported", saying(text)))
    assert strip.text == text
    assert strip.geometry().right() <= 500
    needed = strip._text.fontMetrics().boundingRect(
        0, 0, strip._text.width(), 400, Qt.TextFlag.TextWordWrap, strip._text.text()
    )
    assert needed.width() <= strip._text.width()
    assert needed.height() <= strip._text.height()


def test_what_takes_the_place_of_another_is_read_in_full(queue: NotificationQueue, strip: NotificationStrip) -> None:
    queue.post(told("first", needs_answer=True))
    assert strip.isVisible()
    button = NotificationButton("export", saying("Export all of them now…"), print)
    queue.post(told("second", buttons=(button,)))
    queue.withdraw("first")
    assert strip.subject == "second"
    assert strip.width() == strip.sizeHint().width()
    assert strip.width() > strip.button("export").sizeHint().width() + 100


def test_where_it_is_narrow_the_buttons_stand_below_the_words(
    queue: NotificationQueue, strip: NotificationStrip
) -> None:
    keys = ("stay", "close", "export")
    buttons = tuple(NotificationButton(key, saying("What is to be done"), print) for key in keys)
    queue.post(Notification("closing", saying("Restored photos not exported yet: 28"), buttons))
    high = strip.height()
    the(strip.parentWidget()).resize(560, 400)
    assert strip.height() < 3 * high
    two_rows = strip.height()
    for width in (560, 400, 240):
        the(strip.parentWidget()).resize(width, 400)
        for key in keys:
            button = strip.button(key)
            assert button.width() >= button.sizeHint().width()
            assert strip.rect().contains(button.geometry())
        assert strip.button("export").y() == strip.close_button.y()
    assert strip.button("stay").y() < strip.button("close").y() < strip.button("export").y()
    assert strip.height() > two_rows
    the(strip.parentWidget()).resize(900, 400)
    assert strip.height() == high


def test_tab_goes_through_it_as_it_is_read(queue: NotificationQueue, strip: NotificationStrip) -> None:
    """The cross once came before the answers, as it was made before them."""
    queue.post(told("an offer", buttons=tuple(NotificationButton(key, saying(key), int) for key in ("yes", "no"))))
    first = strip.button("yes")
    assert first.nextInFocusChain() is strip.button("no")
    assert strip.button("no").nextInFocusChain() is strip.close_button


def test_escape_puts_away_or_answers(queue: NotificationQueue) -> None:
    answers: list[str] = []
    buttons = tuple(NotificationButton(key, saying(key), partial(answers.append, key)) for key in ("go", "stay"))
    queue.post(told("a fact", closed=partial(answers.append, "put away")))
    queue.post(told("a question", buttons=buttons, needs_answer=True, escape="stay"))
    assert queue.escape()
    assert queue.escape()
    assert answers == ["stay", "put away"]
    assert not queue.escape()
    queue.post(told("a tool is in use", buttons=buttons, needs_answer=True))
    assert not queue.escape()
