"""Messages: English as they stand, data for everything else."""

from __future__ import annotations

import ast
import pickle
from collections import defaultdict
from pathlib import Path

import gpen_desktop
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


def test_a_code_keeps_its_one_template() -> None:
    """Whoever reads a report by codes relies on it."""
    templates: dict[str, set[str]] = defaultdict(set)
    for file in Path(gpen_desktop.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "say":
                code, template = (ast.literal_eval(part) for part in call.args if isinstance(part, ast.Constant))
                templates[code].add(template)
    assert len(templates) > 300
    assert {code: told for code, told in templates.items() if len(told) > 1} == {}
