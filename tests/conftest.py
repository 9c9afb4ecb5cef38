"""Shared by all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpen_desktop import paths
from gpen_desktop.core import fallbacks

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files anew instead of comparing")


@pytest.fixture(autouse=True)
def own_user_data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's data folder of this test only: what a developer has installed is neither used nor touched."""
    folder = tmp_path_factory.mktemp("user")
    monkeypatch.setattr(paths, "user_data", lambda: folder)


@pytest.fixture(autouse=True)
def nothing_told() -> None:
    """What another test computed otherwise is nothing to this one."""
    fallbacks.forget()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The team's data folder; absent from a public clone."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared (the team's photos and faces), which a public clone does not have")
    return SHARED


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))
