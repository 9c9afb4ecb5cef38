"""Messages: English as they stand, data for everything else."""

from __future__ import annotations

import pickle
from pathlib import Path

from gpen_desktop.errors import GpenError, SaveError
from gpen_desktop.messages import listed, say


def test_values_fill_the_template_and_may_be_messages() -> None:
    reason = say("disk-full", "the disk is full")
    message = say("cannot-save", "Could not save {name}: {reason}.", name="a {b}.jpg", reason=reason)
    assert str(message) == "Could not save a {b}.jpg: the disk is full."
    assert message.as_record() == {"code": "cannot-save", "text": "Could not save a {b}.jpg: the disk is full."}
    assert message == say("cannot-save", "Could not save {name}: {reason}.", name="a {b}.jpg", reason=reason)


def test_a_list_fills_a_place() -> None:
    message = say("known", "Known: {names}.", names=listed(["a", 2, say("third", "the third")]))
    assert str(message) == "Known: a, 2, the third."
    assert pickle.loads(pickle.dumps(message)) == message


def test_an_error_says_what_happened_and_what_to_do() -> None:
    error = SaveError(say("a", "It is {what}.", what="full"), todo=say("b", "Empty it."), path=Path("x"))
    assert str(error) == "It is full. Empty it."
    assert str(GpenError(say("a", "It is full."))) == "It is full."


def test_errors_pass_between_processes() -> None:
    error = pickle.loads(pickle.dumps(SaveError(say("a", "Full."), todo=say("b", "Empty it."), path=Path("x"))))
    assert (str(error), error.path) == ("Full. Empty it.", Path("x"))
