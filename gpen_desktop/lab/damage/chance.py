"""Random numbers of drawn damage."""

from __future__ import annotations

import math

import numpy as np

Rng = np.random.Generator


def log_uniform(rng: Rng, low: float, high: float) -> float:
    """Between `low` and `high`, both over 0: as likely in each doubling as in any other."""
    return math.exp(rng.uniform(math.log(low), math.log(high)))
