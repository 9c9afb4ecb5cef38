"""Muon for the 3x3 filters, Adam for everything else.

On the same faces Muon's loss fell below Adam's at once and stayed there, for a twelfth more time a step (figures in
resources/docs/0006-training.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import torch
from torch import Tensor, nn

_FILTER_SIDE: Final = 3


class MuonAndAdam:
    """Two optimisers stepped as one.

    Muon (Jordan 2024; PyTorch's own) makes each filter bank's step orthogonal, as an (out, in * 3 * 3) matrix, and
    scales it to the size of Adam's steps (Liu et al. 2025), so that one learning rate serves both.

    Attributes
    ----------
    param_groups : of both; set 'lr' in each.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], rate: float) -> None:
        parameters = list(parameters)
        self._filters = [p for p in parameters if is_filter_bank(p)]
        self._matrices = [nn.Parameter(p.detach().view(p.shape[-4], -1)) for p in self._filters]  # the same memory
        self._muon = torch.optim.Muon(self._matrices, rate, weight_decay=0.0, adjust_lr_fn="match_rms_adamw")
        others = [p for p in parameters if not is_filter_bank(p)]
        self._adam = torch.optim.Adam(others, rate, betas=(0.9, 0.99), fused=True)

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        return self._muon.param_groups + self._adam.param_groups

    def zero_grad(self) -> None:
        self._adam.zero_grad(set_to_none=True)
        for filters, matrix in zip(self._filters, self._matrices, strict=True):
            filters.grad = matrix.grad = None

    def step(self) -> None:
        for filters, matrix in zip(self._filters, self._matrices, strict=True):
            matrix.grad = None if filters.grad is None else filters.grad.reshape(matrix.shape)
        self._muon.step()
        self._adam.step()

    def state_dict(self) -> dict[str, Any]:
        return {"muon": self._muon.state_dict(), "adam": self._adam.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._muon.load_state_dict(state["muon"])
        self._adam.load_state_dict(state["adam"])


def is_filter_bank(parameter: Tensor) -> bool:
    """Whether it is the weight of a 3x3 convolution, (out, in, 3, 3) or modulated (1, out, in, 3, 3)."""
    return parameter.ndim >= 4 and parameter.shape[-1] == _FILTER_SIDE
