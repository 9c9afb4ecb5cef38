"""One photo being worked on, for other programs: this name stays when the house behind it is rebuilt."""

from gpen_desktop.core.engine.session import Session

__all__ = ["Session"]
