"""Shared by all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files anew instead of comparing")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The team's data folder; absent from a public clone."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared (the team's photos and faces), which a public clone does not have")
    return SHARED


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))
