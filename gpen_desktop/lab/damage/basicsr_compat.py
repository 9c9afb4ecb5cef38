"""basicsr 1.4.2 on today's libraries. The only place that imports it.

Three things are put right while it is imported: it wants `torchvision.transforms.functional_tensor` (gone since
torchvision 0.17), it warns through scipy's old names, and it switches numpy's floating-point warnings off for the
whole process.
"""

from __future__ import annotations

import sys
import types
import warnings
from functools import cache
from types import ModuleType

import numpy as np
from torchvision.transforms import functional

from gpen_desktop.errors import OptionError
from gpen_desktop.messages import say

_GONE = "torchvision.transforms.functional_tensor"


@cache
def metrics() -> ModuleType:
    """`basicsr.metrics`: calculate_psnr, calculate_ssim, calculate_niqe (BGR uint8, HWC). Raises OptionError."""
    return _import("basicsr.metrics")


@cache
def degradations() -> ModuleType:
    """`basicsr.data.degradations`: blur kernels, noise, JPEG. Raises OptionError."""
    return _import("basicsr.data.degradations")


def _import(name: str) -> ModuleType:
    if _GONE not in sys.modules:
        stand_in = types.ModuleType(_GONE)
        vars(stand_in)["rgb_to_grayscale"] = functional.rgb_to_grayscale
        sys.modules[_GONE] = stand_in
    errors = np.geterr()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            __import__(name)
    except ImportError as error:
        raise OptionError(
            say("basicsr-missing", "This needs basicsr, which is not installed ({error}).", error=str(error)),
            todo=say("install-lab", "Install it: uv sync --extra lab"),
        ) from error
    finally:
        np.seterr(**errors)
    return sys.modules[name]
