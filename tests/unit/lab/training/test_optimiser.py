"""Muon for the filters, Adam for the rest."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from gpen_desktop.lab.training.optimiser import MuonAndAdam, is_filter_bank


class Small(nn.Module):
    """A plain and a modulated filter bank, a 1x1 and a bias."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.plain = nn.Parameter(torch.randn(4, 3, 3, 3))
        self.modulated = nn.Parameter(torch.randn(1, 4, 3, 3, 3))
        self.pointwise = nn.Parameter(torch.randn(4, 3, 1, 1))
        self.bias = nn.Parameter(torch.randn(4))


def give_gradients(net: nn.Module, seed: int) -> None:
    torch.manual_seed(seed)
    for parameter in net.parameters():
        parameter.grad = torch.randn_like(parameter)


def test_filter_banks_are_told_by_their_shape() -> None:
    assert [is_filter_bank(p) for p in Small().parameters()] == [True, True, False, False]


def test_every_parameter_of_the_network_itself_moves() -> None:
    net = Small()
    before = copy.deepcopy(net.state_dict())
    optimiser = MuonAndAdam(net.parameters(), 1e-2)
    give_gradients(net, 1)
    optimiser.step()
    for name, parameter in net.named_parameters():
        assert not torch.equal(parameter, before[name]), name


def test_a_filter_banks_step_is_orthogonal_and_others_follow_adam() -> None:
    net, plain = Small(), Small()
    optimiser = MuonAndAdam(net.parameters(), 1e-2)
    adam = torch.optim.Adam([plain.bias], 1e-2, betas=(0.9, 0.99))
    before = net.modulated.detach().clone()
    for each in (net, plain):
        give_gradients(each, 1)
    optimiser.step()
    adam.step()
    torch.testing.assert_close(net.bias, plain.bias)
    step = (net.modulated.detach() - before).view(4, 27)
    strengths = torch.linalg.svdvals(step)
    assert strengths.max() / strengths.min() < 2.5  # a random matrix of this shape has 2 to 3 times Muon's spread
    assert strengths.mean() == pytest.approx(1e-2 * 0.2 * 27**0.5, rel=0.3)


def test_gradients_are_forgotten() -> None:
    net = Small()
    optimiser = MuonAndAdam(net.parameters(), 1e-2)
    give_gradients(net, 1)
    optimiser.step()
    optimiser.zero_grad()
    assert all(p.grad is None for group in optimiser.param_groups for p in group["params"])
    assert all(p.grad is None for p in net.parameters())


def test_its_state_goes_on_where_it_was() -> None:
    whole, halves = Small(), Small()
    optimiser = MuonAndAdam(whole.parameters(), 1e-2)
    first = MuonAndAdam(halves.parameters(), 1e-2)
    for seed in (1, 2):
        give_gradients(whole, seed)
        optimiser.step()
    give_gradients(halves, 1)
    first.step()
    second = MuonAndAdam(halves.parameters(), 1e-2)
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    give_gradients(halves, 2)
    second.step()
    for a, b in zip(whole.parameters(), halves.parameters(), strict=True):
        torch.testing.assert_close(a, b)
