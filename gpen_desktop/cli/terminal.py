"""What the terminal is told: nothing out of a name moves its cursor, and work goes on when nobody listens any more."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
from typing import ClassVar, Final, NoReturn

from gpen_desktop.cli.exits import Exit

_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Control characters (Unicode's Cc), line separators, and what turns the direction of writing."""


def printable(text: object) -> str:
    """One line to show: what a terminal would obey instead of showing it becomes an escape, such as \\u001b."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", str(text))


def printable_lines(text: str) -> str:
    """As `printable`, but line breaks stay. JSON stays what it says: there the escapes mean the same."""
    return "\n".join(map(printable, text.split("\n")))


def counted(number: int, word: str) -> str:
    """'1 face', '3 faces'. word: one whose plural has an s more."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


class Parser(argparse.ArgumentParser):
    """Repeats what it does not understand as `printable`, in one line, and says where all options are told."""

    def error(self, message: str) -> NoReturn:
        """As the base class, which shows all options first: `restore` has two dozen lines of them."""
        self.exit(Exit.USAGE, f"{self.prog}: {printable(message)}. See: {self.prog} --help\n")


def add_command(commands: argparse._SubParsersAction[Parser], name: str, told: str) -> Parser:
    """The parser of one of several commands. told: what it does, in the list of all and above its own options."""
    return commands.add_parser(name, help=told, description=f"{told[0].upper()}{told[1:]}.")


class UnbrokenStream(io.TextIOWrapper):
    """A standard stream whose reader may go away, as that of `| head -1` does: what is told from then on is lost."""

    _GONE: ClassVar[type[OSError]] = BrokenPipeError

    def write(self, text: str) -> int:
        """As the base class, without an error for a reader that is gone."""
        try:
            return super().write(text)
        except self._GONE:
            self._let_go()
            return len(text)

    def flush(self) -> None:
        """As the base class, without an error for a reader that is gone."""
        try:
            super().flush()
        except self._GONE:
            self._let_go()

    def _let_go(self) -> None:
        with contextlib.suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())  # also for what is still in the buffer
            os.close(nowhere)


class UnheardStream(UnbrokenStream):
    """One for what is told on the way: also where it cannot be written, as into a file on a full disk, work goes on."""

    _GONE = OSError
