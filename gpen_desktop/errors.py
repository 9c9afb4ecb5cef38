"""Our errors. Each says what happened, to which file, and what to do next; the first line is fit to show to anyone."""

from __future__ import annotations

from pathlib import Path

from gpen_desktop.messages import Message, say


class GpenError(Exception):
    """Base of every error this product raises on purpose; str() gives its English sentences.

    Attributes
    ----------
    what : Message
        One plain sentence: what happened. Its code is the error's in reports.
    todo : Message | None
        One plain sentence: what the user can do.
    path : Path | None
        The file it happened to.
    """

    def __init__(self, what: Message, *, todo: Message | None = None, path: Path | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.todo = todo
        self.path = path

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.what, self.todo) if part is not None)


class ReasonError(ValueError):
    """Raised within a layer with half a sentence, `reason`, that the GpenError it becomes will quote."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        self.reason = reason


class PhotoError(GpenError):
    """A photo that could not be read or written."""


class UnreadablePhotoError(PhotoError):
    """The file is missing, damaged, empty, of another kind than it claims, or not a supported picture."""


class PhotoTooLargeError(PhotoError):
    """The picture's stated size is beyond what can be worked on."""


class SaveError(PhotoError):
    """The result could not be written; the file that was there before, if any, is untouched."""


class DiskFullError(SaveError):
    """There is no room for the result. needed: bytes it takes. is_quota: whether it is not the disk that is full, but
    the user's share of it."""

    def __init__(
        self,
        what: Message,
        *,
        needed: int,
        todo: Message | None = None,
        path: Path | None = None,
        is_quota: bool = False,
    ) -> None:
        super().__init__(what, todo=todo, path=path)
        self.needed = needed
        self.is_quota = is_quota


class OutputExistsError(SaveError):
    """A file of that name is there already and overwriting was not asked for."""


class NotAResultError(SaveError):
    """A file of that name is there, and nothing shows that this program made it: it may be an original."""


class ModelError(GpenError):
    """Base of everything that goes wrong with weights."""


class UnknownModelError(ModelError):
    """No model of that name, and no such file."""


class WeightsError(ModelError):
    """Weights that are missing, damaged, unsafe, or of another layout than expected."""


class DownloadError(ModelError):
    """Weights that could not be fetched, or that are not what was expected."""


class DeviceError(GpenError):
    """The requested device or precision is not available on this machine."""


class OutOfMemoryError(DeviceError):
    """Not even one crop fits, on any device."""


class OptionError(GpenError):
    """An option outside its range, or options that exclude each other."""


class Cancelled(GpenError):  # noqa: N818  -- a request that was honoured, not a fault: named for what it says
    """Raised at the next step after a cancel was asked for."""

    def __init__(self) -> None:
        super().__init__(say("cancelled", "Cancelled."))
