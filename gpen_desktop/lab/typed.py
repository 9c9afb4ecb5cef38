"""What OpenCV's and NumPy's declarations leave open: the kind of numbers in an array. These say it to the type checker
and do nothing else."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray


def floats(array: Any) -> NDArray[np.float32]:
    """The same array, which holds float32."""
    return cast("NDArray[np.float32]", array)


def doubles(array: Any) -> NDArray[np.float64]:
    """The same array, which holds float64."""
    return cast("NDArray[np.float64]", array)


def octets(array: Any) -> NDArray[np.uint8]:
    """The same array, which holds uint8."""
    return cast("NDArray[np.uint8]", array)
