"""A server on 127.0.0.1 that has one file, and can be as bad as servers are."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Behaviour:
    """content: of the file. ranges: whether parts can be asked for. cuts: after so many bytes of an answer the line is
    cut, for the first answers. errors: codes of the first answers. pause: seconds between pieces of 16 kB. length:
    whether it is stated. redirects: how often it leads on. asked: ranges that were asked for, '' for the whole."""

    content: bytes
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    pause: float = 0.0
    length: bool = True
    redirects: int = 0
    asked: list[str] = field(default_factory=list)


_PIECE = 1 << 14


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """Gives the address of a folder with the file in it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            behaviour.asked.append(asked)
            if behaviour.redirects:
                behaviour.redirects -= 1
                self.send_response(302)
                self.send_header("Location", f"/elsewhere{behaviour.redirects}/file")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if behaviour.errors:
                self.send_error(behaviour.errors.pop(0))
                return
            begin = 0
            if behaviour.ranges and (found := re.fullmatch(r"bytes=(\d+)-", asked)):
                begin = int(found[1])
                if begin >= len(behaviour.content):
                    self.send_error(416)
                    return
            self._send(begin, is_part=bool(behaviour.ranges and asked))

        def _send(self, begin: int, *, is_part: bool) -> None:
            body = behaviour.content[begin:]
            self.send_response(206 if is_part else 200)
            if is_part:
                end, total = len(behaviour.content) - 1, len(behaviour.content)
                self.send_header("Content-Range", f"bytes {begin}-{end}/{total}")
            if behaviour.length:
                self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            if behaviour.cuts:
                body = body[: behaviour.cuts.pop(0)]
            try:
                for at in range(0, len(body), _PIECE):
                    self.wfile.write(body[at : at + _PIECE])
                    time.sleep(behaviour.pause)
            except OSError:  # whoever asked has gone
                pass

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
