"""What the type checker cannot know, and what is proven as a test runs."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.types import Pixels

T = TypeVar("T")


def the(thing: T | None) -> T:
    """The thing, which is there."""
    assert thing is not None
    return thing


def as_a(kind: type[T], thing: object) -> T:
    """The same thing, which is of that kind."""
    assert isinstance(thing, kind)
    return thing


def floats(array: NDArray[Any]) -> NDArray[np.float32]:
    """The same array, which holds float32."""
    assert array.dtype == np.float32
    return array


def as_pixels(array: NDArray[Any]) -> Pixels:
    """The same array, which holds what a photo does."""
    assert array.dtype in (np.uint8, np.uint16)
    return array


def octets(array: NDArray[Any]) -> NDArray[np.uint8]:
    """The same array, which holds uint8."""
    assert array.dtype == np.uint8
    return array
