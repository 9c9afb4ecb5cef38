"""What discriminators say, as losses."""

from __future__ import annotations

import pytest
import torch

from gpen_desktop.lab.training.judgement import Judged, adversarial_loss, hinge_loss, matching_loss, only_judging
from gpen_desktop.lab.training.spectral_conv import SpectralConv


def judged(made: float, true: float) -> list[Judged]:
    """One answer of this height to each of two made pictures, and to two true ones."""
    return [Judged([torch.tensor([made, made, true, true])], [])]


def test_a_discriminator_is_to_hold_true_pictures_for_true_and_made_ones_not() -> None:
    assert hinge_loss(judged(made=-1, true=1)) == hinge_loss(judged(made=-5, true=5)) == 0
    assert hinge_loss(judged(made=1, true=1)) == hinge_loss(judged(made=-1, true=-1)) == 2
    assert hinge_loss(judged(made=1, true=-1)) == 4


def test_what_is_made_is_to_be_held_for_true() -> None:
    assert adversarial_loss(judged(made=2, true=0)) < adversarial_loss(judged(made=-2, true=0))
    assert adversarial_loss(judged(made=2, true=9)) == adversarial_loss(judged(made=2, true=0))


def test_features_are_to_be_those_of_the_true_pictures_whatever_their_scale_and_number() -> None:
    made, true = torch.tensor([3.0, 0.0], requires_grad=True), torch.tensor([2.0, 2.0], requires_grad=True)

    def loss(*scales: float) -> torch.Tensor:
        features = [scale * torch.cat((made, true)) for scale in scales]
        return matching_loss([Judged([], features)])

    assert loss(1).item() == pytest.approx(0.75)
    assert loss(10, 0.1, 1).item() == pytest.approx(0.75)
    loss(1).backward()
    assert made.grad is not None
    assert made.grad.tolist() == [0.25, -0.25]
    assert true.grad is None or not true.grad.any()  # they are what is wished, and move for nobody


def test_a_discriminator_that_only_judges_learns_nothing_and_goes_on_learning_afterwards() -> None:
    layer = SpectralConv(3, 4)
    before = layer.left.clone()
    picture = torch.rand(1, 3, 8, 8, requires_grad=True)
    with only_judging(layer):
        layer(picture).sum().backward()
    assert picture.grad is not None
    assert all(parameter.grad is None for parameter in layer.parameters())
    assert torch.equal(layer.left, before)
    with pytest.raises(RuntimeError, match="stop"), only_judging(layer):
        raise RuntimeError("stop")
    layer(picture).sum().backward()
    assert all(parameter.grad is not None for parameter in layer.parameters())
    assert not torch.equal(layer.left, before)
