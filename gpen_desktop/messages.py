"""What the product says, as data: a stable code, an English template and the values that fill it.

`str(message)` is the English sentence. The window translates the template and fills in the values, so templates are
literals in calls of `say`, from where packaging/translate.py collects them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Message:
    """A sentence, or a part of one that fills another's place.

    Attributes
    ----------
    code : str
        Names it in reports; stays when the words change.
    template : str
        English, with places as str.format knows them.
    values : tuple of (str, Filling)
        What fills each place, by its name.
    """

    code: str
    template: str
    values: tuple[tuple[str, Filling], ...] = ()

    def __str__(self) -> str:
        return self.template.format(**dict(self.values))

    def as_record(self) -> dict[str, Any]:
        """For JSON: the code, and the English sentence."""
        return {"code": self.code, "text": str(self)}


@dataclass(frozen=True)
class Listed:
    """Things named one after the other; what stands between them is the language's."""

    parts: tuple[Filling, ...]

    def __str__(self) -> str:
        return ", ".join(str(part) for part in self.parts)


Filling = str | int | float | Message | Listed
"""What fills a place: text that is said in no other way (a name, what the system reported), a number, a message, or a
list of these."""


def say(code: str, template: str, /, **values: Filling) -> Message:
    """A message. Code and template are literals, one template per code; `values` names each place of the template."""
    return Message(code, template, tuple(values.items()))


def listed(parts: Iterable[Filling]) -> Listed:
    """Things named one after the other, for a place of a template."""
    return Listed(tuple(parts))
