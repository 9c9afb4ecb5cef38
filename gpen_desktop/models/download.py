"""Fetching the catalogue's weights: only when somebody asks, and nothing that was not checked gets its name.

What has arrived is kept beside the weights in a '.part' file and gone on with, after a cut line, a cancel or a kill.
The file gets its name when its size and hash are those of the catalogue. Nothing but this module opens a connection.
"""

from __future__ import annotations

import errno
import http.client
import os
import shutil
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import urlsplit

import certifi

from gpen_desktop import __version__, paths
from gpen_desktop.errors import DownloadError
from gpen_desktop.messages import Filling, say
from gpen_desktop.models import fingerprints
from gpen_desktop.models.catalog import ModelInfo, needs_package
from gpen_desktop.models.mirror import address_of, check_mirror

Report = Callable[[int, int], None]
"""report(bytes that are here, bytes in all): raises Cancelled to stop."""

ATTEMPTS: Final = 5
"""In a row without a single byte, before it is given up."""

_PIECE: Final = 1 << 18
_SILENCE: Final = 30.0  # seconds without a byte, after which a line counts as cut
_SPARE: Final = 64 << 20  # bytes left free on the disk
_PASSING: Final = frozenset([408, 416, 425, 429, 500, 502, 503, 504])
"""HTTP's answers that may be another in a moment."""
_NO_SUCH_RANGE: Final = 416
_DISK: Final = frozenset([errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO])
"""Errors of the disk, among those of the line."""


def fetch(info: ModelInfo, report: Report, mirror: str = "", pause: Callable[[float], None] = time.sleep) -> Path:
    """Get a model's weights into the user's folder, going on with what is there of them. Returns the file.

    mirror: as mirror.address_of takes it. pause: waits that many seconds between two attempts; may raise Cancelled.
    Raises DownloadError: nothing here could run it, no trusted size and hash, no room, no answer, or another file than
    expected. OptionError for a mirror that is no address. Cancelled.
    """
    check_mirror(mirror)
    check_offered(info)
    assert info.sha256 is not None
    target = paths.user_weights() / info.file
    part = target.with_name(f".{info.file}.{info.sha256[:8]}.part")
    address = address_of(info, mirror)
    with _open_part(part, info) as file:
        was_begun = file.tell() > 0
        _fill(file, info, address, report, pause)
        if was_begun and not _is_whole(file, part, info):  # perhaps begun from another mirror
            _empty(file)
            _fill(file, info, address, report, pause)
        is_whole = _is_whole(file, part, info)
    if not is_whole:
        part.unlink(missing_ok=True)
        raise DownloadError(
            say("wrong-hash", "What arrived is not the file '{file}': its fingerprint is another.", file=info.file),
            todo=say("wrong-file-todo", "Nothing was kept. Try again, or choose another mirror."),
            path=target,
        )
    part.replace(target)
    return target


def check_offered(info: ModelInfo) -> None:
    """Raises DownloadError where nothing here could run the model, or what would arrive could not be checked."""
    if info.lacks:
        what, todo = needs_package(info.titled, info.lacks)
        raise DownloadError(what, todo=todo)
    if not info.can_be_fetched:
        raise DownloadError(
            say(
                "not-offered", "'{name}' is not offered for download: no trusted hash of it is known.", name=info.titled
            ),
            todo=say("get-it-and-import", "Get it from {source} and import the file.", source=info.source),
        )


def _fill(file: IO[bytes], info: ModelInfo, address: str, report: Report, pause: Callable[[float], None]) -> None:
    """Append what is missing; a cut line is taken up again where it was cut."""
    assert info.bytes is not None
    if file.tell() > info.bytes:
        _empty(file)
    _check_room(info.bytes - file.tell(), info)
    vain, furthest = 0, file.tell()
    while True:
        report(file.tell(), info.bytes)
        if file.tell() == info.bytes:
            return
        try:
            _append(file, info, address, report)
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, OSError) and error.errno in _DISK:
                raise _disk_error(info, error) from error
            vain = 0 if file.tell() > furthest else vain + 1
            furthest = max(furthest, file.tell())
            if vain >= ATTEMPTS or not _may_pass(error):
                raise _failed(info, address, error) from error
            if isinstance(error, urllib.error.HTTPError) and error.code == _NO_SUCH_RANGE:
                _empty(file)
            pause(min(2.0**vain, 30.0))


def _append(file: IO[bytes], info: ModelInfo, address: str, report: Report) -> None:
    """One request, from where the part ends. Raises OSError and HTTPException for a line that fails."""
    assert info.bytes is not None
    here = file.tell()
    request = urllib.request.Request(address, headers={"User-Agent": f"gpen-desktop/{__version__}"})
    if here:
        request.add_header("Range", f"bytes={here}-")
    with _opener().open(request, timeout=_SILENCE) as answer:
        begin, length = _extent(answer)
        if begin == 0:  # a server without ranges sends the whole file
            _empty(file)
        elif begin != here:
            raise http.client.HTTPException("a part that was not asked for")
        if length is not None and begin + length != info.bytes:
            raise _wrong_size(info, begin + length)
        while piece := answer.read1(_PIECE):
            if file.tell() + len(piece) > info.bytes:
                _empty(file)
                raise _wrong_size(info, info.bytes + 1)
            file.write(piece)
            report(file.tell(), info.bytes)
    if file.tell() < info.bytes:
        raise http.client.IncompleteRead(b"", info.bytes - file.tell())


def _extent(answer: Any) -> tuple[int, int | None]:
    """Where what is sent begins in the file, and how long it is, if the server says so."""
    length = answer.headers.get("Content-Length")
    begin = 0
    if answer.status == http.client.PARTIAL_CONTENT:
        span = str(answer.headers.get("Content-Range", "")).removeprefix("bytes ").split("-")[0]
        if not span.isdigit():
            raise http.client.HTTPException("a part of unknown place")
        begin = int(span)
    return begin, int(length) if length and length.isdigit() else None


def _opener() -> urllib.request.OpenerDirector:
    """HTTP and HTTPS alone, through the system's proxy; what came by HTTPS is not led on to HTTP."""
    context = ssl.create_default_context()
    if not context.get_ca_certs():  # a frozen program may look for the system's certificates in the wrong place
        context.load_verify_locations(certifi.where())
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=context),
        urllib.request.HTTPDefaultErrorHandler(),
        _SecureRedirects(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


class _SecureRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise urllib.error.HTTPError(req.full_url, code, "led on to an address without encryption", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _may_pass(error: Exception) -> bool:
    """Whether the same request may do better in a moment."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code in _PASSING
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    return not isinstance(cause, ssl.SSLCertVerificationError | str)


@contextmanager
def _open_part(part: Path, info: ModelInfo) -> Iterator[IO[bytes]]:
    """The part, at its end, for this process alone. Raises DownloadError."""
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644), "r+b") as file:
            if not _is_ours(file):
                raise DownloadError(
                    say("being-fetched", "'{name}' is being downloaded already.", name=info.titled),
                    todo=say("wait-for-it", "Wait for it, or close the other program."),
                )
            file.seek(0, os.SEEK_END)
            yield file
    except OSError as error:
        raise _disk_error(info, error) from error


def _is_ours(file: IO[bytes]) -> bool:
    """Whether no other process has the file locked; it is then locked for this one, until it is closed."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415  -- exists there alone

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415  -- does not exist on Windows

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _empty(file: IO[bytes]) -> None:
    file.seek(0)
    file.truncate()


def _is_whole(file: IO[bytes], part: Path, info: ModelInfo) -> bool:
    file.flush()
    os.fsync(file.fileno())
    return fingerprints.sha256_of(part) == info.sha256


def _check_room(missing: int, info: ModelInfo) -> None:
    free = shutil.disk_usage(paths.user_weights()).free
    if free < missing + _SPARE:
        raise DownloadError(
            say(
                "no-room",
                "There is no room for '{name}': {missing} MB are needed, {free} MB are free.",
                name=info.titled,
                missing=(missing + _SPARE) // 1_000_000,
                free=free // 1_000_000,
            ),
            todo=say(
                "make-room", "Free some space on the disk with the folder {folder}.", folder=str(paths.user_weights())
            ),
            path=paths.user_weights(),
        )


def _wrong_size(info: ModelInfo, found: int) -> DownloadError:
    return DownloadError(
        say(
            "wrong-size",
            "The server has another file than '{file}': {found} bytes or more, not {expected}.",
            file=info.file,
            found=found,
            expected=info.bytes or 0,
        ),
        todo=say("other-mirror", "Try again later, or choose another mirror."),
    )


def _failed(info: ModelInfo, address: str, error: Exception) -> DownloadError:
    host = urlsplit(address).hostname or address
    return DownloadError(
        say(
            "download-failed",
            "'{name}' could not be fetched from {host} ({reason}).",
            name=info.titled,
            host=host,
            reason=_reason(error),
        ),
        todo=say("download-again", "Check the connection and try again: what has arrived is kept and gone on with."),
    )


def _reason(error: Exception) -> Filling:
    if isinstance(error, urllib.error.HTTPError):
        return say("server-answers", "the server answers {code} {reason}", code=error.code, reason=str(error.reason))
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return say("no-answer-in-time", "no answer in time")
    if isinstance(cause, http.client.IncompleteRead | http.client.RemoteDisconnected | ConnectionError):
        return say("line-cut", "the connection was cut")
    return str(cause) or type(cause).__name__


def _disk_error(info: ModelInfo, error: OSError) -> DownloadError:
    return DownloadError(
        say(
            "download-not-written",
            "'{name}' could not be written to the disk ({reason}).",
            name=info.titled,
            reason=error.strerror or str(error),
        ),
        todo=say(
            "make-room", "Free some space on the disk with the folder {folder}.", folder=str(paths.user_weights())
        ),
        path=paths.user_weights(),
    )
