"""The finish of an enlarger: the measures hold, and a discriminator that learns is heard beside them."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_desktop.lab.training.photos.enlarger_finish import EnlargerFinish


class Cubic(nn.Module):
    """Enlarges by a cubic filter; keeps the gradient at what it gave."""

    def forward(self, small: Tensor) -> Tensor:
        self.made = F.interpolate(small, scale_factor=2, mode="bicubic").requires_grad_()
        return self.made


def test_a_discriminator_learns_to_tell_and_is_heard_more_and_more() -> None:
    torch.manual_seed(1)
    large = torch.rand(1, 3, 32, 32)
    batch = {"large": large, "small": F.avg_pool2d(large, 2)}
    net = Cubic()

    def step(finish: EnlargerFinish) -> tuple[Tensor, float]:
        loss, told = finish.loss(net, batch)
        return torch.autograd.grad(loss, net.made)[0], float(told["judged"])

    finish, other = EnlargerFinish(), EnlargerFinish()
    first, judged = step(finish)
    assert torch.equal(step(other)[0], first)  # of the measures alone, whatever it says
    steps = [step(finish) for _ in range(25)]
    assert steps[-1][1] < 0.8 * judged
    apart = [float((gradient - first).norm() / first.norm()) for gradient, _ in steps]
    assert 0 < apart[0] < 0.01 < apart[-1] < 0.4
