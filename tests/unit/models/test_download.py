"""Downloads from a server on 127.0.0.1 that is as bad as servers are."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from gpen_desktop import paths
from gpen_desktop.errors import Cancelled, DownloadError, OptionError
from gpen_desktop.models import catalog, download, fingerprints, store
from gpen_desktop.models import mirror as mirror_of
from gpen_desktop.models.catalog import ModelInfo
from tests.unit.models.weights_server import Behaviour, serving

CONTENT = random.Random(7).randbytes(300_000)


@pytest.fixture(autouse=True)
def user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where weights land; its name is not ASCII."""
    monkeypatch.setattr(paths, "user_data", lambda: tmp_path / "数据 ü")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "数据 ü" / "weights"


def pinned(content: bytes = CONTENT) -> ModelInfo:
    """A model of the catalogue, as if these were its bytes."""
    info = catalog.by_name("codeformer")
    assert info is not None
    return replace(info, bytes=len(content), sha256=hashlib.sha256(content).hexdigest(), needs="")


def silent(done: int, total: int) -> None:
    """Report to nobody."""


def at_once(seconds: float) -> None:
    """Wait for nothing."""


def fetched(behaviour: Behaviour, info: ModelInfo | None = None) -> Path:
    with serving(behaviour) as address:
        return download.fetch(info or pinned(), silent, mirror=address, pause=at_once)


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_arrives_whole_and_under_its_name(user_folder: Path) -> None:
    behaviour, reports = Behaviour(CONTENT), []
    with serving(behaviour) as address:
        path = download.fetch(pinned(), lambda *report: reports.append(report), mirror=address)
    assert path == user_folder / "codeformer.pth"
    assert path.read_bytes() == CONTENT
    assert left_over(user_folder) == ["codeformer.pth"]
    assert reports[0] == (0, len(CONTENT))
    assert reports[-1] == (len(CONTENT), len(CONTENT))
    assert behaviour.asked == [""]


def test_a_cut_line_is_taken_up_where_it_was_cut() -> None:
    behaviour = Behaviour(CONTENT, cuts=[100_000, 0, 50_000])
    assert fetched(behaviour).read_bytes() == CONTENT
    assert behaviour.asked == ["", "bytes=100000-", "bytes=100000-", "bytes=150000-"]


def test_a_server_without_ranges_is_asked_for_all_of_it_again() -> None:
    behaviour = Behaviour(CONTENT, ranges=False, cuts=[100_000])
    assert fetched(behaviour).read_bytes() == CONTENT
    assert len(behaviour.asked) == 2


def test_a_server_that_states_no_length() -> None:
    assert fetched(Behaviour(CONTENT, length=False, cuts=[120_000])).read_bytes() == CONTENT


def test_redirects_are_followed_with_the_range() -> None:
    behaviour = Behaviour(CONTENT, redirects=2, cuts=[100_000])
    assert fetched(behaviour).read_bytes() == CONTENT
    assert behaviour.asked[-1] == "bytes=100000-"


def test_a_server_that_recovers() -> None:
    assert fetched(Behaviour(CONTENT, errors=[503, 500, 429])).read_bytes() == CONTENT


def test_a_server_that_says_no_is_not_asked_again(user_folder: Path) -> None:
    behaviour = Behaviour(CONTENT, errors=[404] * 9)
    with pytest.raises(
        DownloadError, match=r"could not be fetched from 127\.0\.0\.1 \(the server answers 404 Not Found\)"
    ):
        fetched(behaviour)
    assert len(behaviour.asked) == 1
    assert not (user_folder / "codeformer.pth").exists()


def test_a_dead_line_is_given_up_and_what_arrived_is_kept(user_folder: Path) -> None:
    behaviour = Behaviour(CONTENT, cuts=[100_000] + [0] * 50)
    with pytest.raises(DownloadError, match=r"the connection was cut.*what has arrived is kept"):
        fetched(behaviour)
    assert len(behaviour.asked) == 1 + download.ATTEMPTS
    assert fetched(resumed := Behaviour(CONTENT)).read_bytes() == CONTENT
    assert resumed.asked == ["bytes=100000-"]
    assert left_over(user_folder) == ["codeformer.pth"]


def test_nobody_there() -> None:
    with serving(Behaviour(CONTENT)) as address:
        pass
    with pytest.raises(DownloadError, match="could not be fetched"):
        download.fetch(pinned(), silent, mirror=address, pause=at_once)


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"!"])
@pytest.mark.parametrize("length", [True, False])
def test_a_file_of_another_size_is_refused(user_folder: Path, content: bytes, length: bool) -> None:
    with pytest.raises(DownloadError):
        fetched(Behaviour(content, length=length))
    assert not (user_folder / "codeformer.pth").exists()


def test_a_file_of_another_content_is_refused(user_folder: Path) -> None:
    with pytest.raises(DownloadError, match="its fingerprint is another") as caught:
        fetched(Behaviour(CONTENT[::-1]))
    assert caught.value.what.code == "wrong-hash"
    assert left_over(user_folder) == []


def test_a_part_from_another_mirror_is_thrown_away(user_folder: Path) -> None:
    with pytest.raises(DownloadError):
        fetched(Behaviour(CONTENT[::-1], cuts=[90_000] + [0] * 50))
    assert fetched(Behaviour(CONTENT)).read_bytes() == CONTENT
    assert left_over(user_folder) == ["codeformer.pth"]


def test_a_damaged_file_is_replaced(user_folder: Path) -> None:
    user_folder.mkdir(parents=True)
    (user_folder / "codeformer.pth").write_bytes(b"damaged")
    assert fetched(Behaviour(CONTENT)).read_bytes() == CONTENT


def test_cancelling_keeps_what_arrived() -> None:
    def cancel_in_the_middle(done: int, total: int) -> None:
        if done > 100_000:
            raise Cancelled

    with serving(Behaviour(CONTENT, pause=0.001)) as address, pytest.raises(Cancelled):
        download.fetch(pinned(), cancel_in_the_middle, mirror=address)
    resumed = Behaviour(CONTENT)
    assert fetched(resumed).read_bytes() == CONTENT
    (asked,) = resumed.asked
    assert int(asked.removeprefix("bytes=").removesuffix("-")) > 100_000


def test_a_full_disk_is_told_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 1000))
    behaviour = Behaviour(CONTENT)
    with pytest.raises(DownloadError, match="no room for 'CodeFormer'"):
        fetched(behaviour)
    assert behaviour.asked == []


@pytest.mark.skipif(not sys.platform.startswith("linux") or os.geteuid() != 0, reason="mounts a small disk")
def test_a_disk_that_fills_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no disk can be mounted here")
    monkeypatch.setattr(paths, "user_data", lambda: folder)
    monkeypatch.setattr(download, "_SPARE", -(1 << 30))  # as if another program had filled it meanwhile
    try:
        with pytest.raises(DownloadError, match="could not be written to the disk"):
            fetched(Behaviour(CONTENT))
        assert not (folder / "weights" / "codeformer.pth").exists()
    finally:
        subprocess.run(["umount", folder], check=True)


def test_two_at_a_time_do_not_mix() -> None:
    with serving(Behaviour(CONTENT)) as address:

        def begin_another(done: int, total: int) -> None:
            with pytest.raises(DownloadError, match="being downloaded already"):
                download.fetch(pinned(), silent, mirror=address)

        assert download.fetch(pinned(), begin_another, mirror=address).read_bytes() == CONTENT


def test_what_nobody_vouches_for_is_not_offered() -> None:
    info = catalog.by_name("gpen-2048")
    assert info is not None
    assert not info.can_be_fetched
    with pytest.raises(DownloadError, match="no trusted hash"):
        download.fetch(info, silent)


@pytest.mark.parametrize(
    ("mirror", "address"),
    [
        ("", "https://github.com/sczhou/CodeFormer/releases/download/v0.1.0/codeformer.pth"),
        ("https://m.example/weights/", "https://m.example/weights/codeformer.pth"),
        ("https://m.example/{file}?raw=1", "https://m.example/codeformer.pth?raw=1"),
        (
            "https://m.example/{url}",
            "https://m.example/https://github.com/sczhou/CodeFormer/releases/download/v0.1.0/codeformer.pth",
        ),
    ],
)
def test_mirrors(mirror: str, address: str) -> None:
    assert mirror_of.address_of(pinned(), mirror) == address


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/x", "no address"])
def test_other_ways_than_http_are_closed(address: str) -> None:
    with pytest.raises(OptionError, match="is no address of the web"):
        download.fetch(pinned(), silent, mirror=address, pause=at_once)


def test_the_systems_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    behaviour = Behaviour(CONTENT)
    with serving(behaviour) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "")
        path = download.fetch(pinned(), silent, mirror="http://weights.invalid", pause=at_once)
    assert path.read_bytes() == CONTENT
    assert len(behaviour.asked) == 1


_FETCH = """
import sys
from dataclasses import replace
from pathlib import Path
from gpen_desktop import paths
from gpen_desktop.models import catalog, download
folder, address, size, digest = sys.argv[1:]
paths.user_data = lambda: Path(folder)
info = replace(catalog.by_name("codeformer"), bytes=int(size), sha256=digest)
print("begun", flush=True)
download.fetch(info, lambda done, total: None, mirror=address)
"""


@pytest.mark.slow
def test_twenty_kills_and_twenty_good_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = pinned()
    chance = random.Random(20)
    for number in range(20):
        folder = tmp_path / str(number)
        monkeypatch.setattr(paths, "user_data", lambda folder=folder: folder)
        with serving(Behaviour(CONTENT, pause=0.02)) as address:  # some 0.4 s for all of it
            command = [sys.executable, "-c", _FETCH, str(folder), address, str(info.bytes), str(info.sha256)]
            process = subprocess.Popen(command, stdout=subprocess.PIPE)
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0, 0.5))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            named = folder / "weights" / "codeformer.pth"
            assert not named.exists() or named.read_bytes() == CONTENT
            assert download.fetch(info, silent, mirror=address).read_bytes() == CONTENT


def test_fingerprints_are_remembered_until_a_file_changes(tmp_path: Path) -> None:
    file = tmp_path / "some.pth"
    file.write_bytes(b"one")
    assert fingerprints.known_sha256(file) is None
    assert fingerprints.quick_sha256(file) == hashlib.sha256(b"one").hexdigest() == fingerprints.known_sha256(file)
    file.write_bytes(b"three")
    assert fingerprints.known_sha256(file) is None
    assert fingerprints.quick_sha256(file) == hashlib.sha256(b"three").hexdigest()


def test_what_was_fetched_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    info = pinned()
    models = tuple(info if other.name == info.name else other for other in catalog.MODELS)
    monkeypatch.setattr(catalog, "MODELS", models)
    monkeypatch.setattr(store, "MODELS", models)
    path = fetched(Behaviour(CONTENT))
    assert store.find("codeformer") == path


def test_what_nothing_here_could_run_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    info = catalog.by_name("codeformer")
    assert info is not None
    assert info.can_be_fetched
    monkeypatch.setattr(catalog, "find_spec", lambda package: None)
    assert not info.can_be_fetched
    with pytest.raises(DownloadError, match="'CodeFormer' needs the package spandrel_extra_arches") as caught:
        download.fetch(info, lambda *_: None)
    assert caught.value.todo.code == "install-package"
