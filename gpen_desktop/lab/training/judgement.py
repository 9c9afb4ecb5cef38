"""What discriminators say of pictures, as losses: theirs, and those of the network whose pictures they judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True, eq=False)
class Judged:
    """What a discriminator says of a batch, the first half of it made and the second half true.

    answers: high where it holds the picture for true. features: what its layers give on the way.
    """

    answers: Sequence[Tensor]
    features: Sequence[Tensor]


def hinge_loss(judged: Sequence[Judged]) -> Tensor:
    """The discriminators' own: they tell both halves apart by 1 on either side of 0."""
    total = judged[0].answers[0].new_zeros(())
    for each in judged:
        for answer in each.answers:
            made, true = answer.float().chunk(2)
            total = total + F.relu(1 + made).mean() + F.relu(1 - true).mean()
    return total


def adversarial_loss(judged: Sequence[Judged]) -> Tensor:
    """Less the more of what was made is held for true."""
    total = judged[0].answers[0].new_zeros(())
    for each in judged:
        for answer in each.answers:
            total = total - answer.float().chunk(2)[0].mean()
    return total


def matching_loss(judged: Sequence[Judged]) -> Tensor:
    """How far features of what was made are from those of the true pictures, as a share of these (feature matching,
    Salimans et al. 2016)."""
    total = judged[0].features[0].new_zeros(())
    for each in judged:
        for feature in each.features:
            made, true = feature.float().chunk(2)
            size = true.detach().abs().mean().clamp(min=1e-3)
            total = total + F.l1_loss(made, true.detach()) / size / len(each.features)
    return total


@contextmanager
def only_judging(discriminators: nn.Module) -> Iterator[None]:
    """Discriminators give gradients and learn none."""
    discriminators.eval().requires_grad_(False)
    try:
        yield
    finally:
        discriminators.train().requires_grad_(True)
