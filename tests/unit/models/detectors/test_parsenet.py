"""facexlib's face parser: the answers of its own class on the same random weights."""

from __future__ import annotations

from pathlib import Path

import torch

from gpen_desktop.models import registry
from gpen_desktop.models.detectors.parsenet import REGIONS, find_regions
from gpen_desktop.models.spec import Task
from tests.unit.models import published_weights


@torch.no_grad()
def test_the_regions_of_facexlib(tmp_path: Path) -> None:
    torch.manual_seed(0)
    theirs = published_weights.parsenet()
    torch.save(theirs.state_dict(), tmp_path / "any name.pth")
    ours = registry.load(tmp_path / "any name.pth", Task.FACE_PARSER)
    crops = torch.rand(2, 96, 128, 3)  # any multiple of 16 will do
    logits = theirs(crops.permute(0, 3, 1, 2) * 2 - 1)[0]
    got = ours((crops.permute(0, 3, 1, 2) * 2 - 1).contiguous(memory_format=torch.channels_last))[0]
    assert float((got - logits).abs().max() / logits.abs().max()) <= 1e-4
    likely = logits.softmax(dim=1)
    regions = find_regions(ours, crops)
    for name, classes in REGIONS.items():
        expected = likely[:, list(classes)].sum(dim=1)
        assert float((regions[name] - expected).abs().max()) <= 1e-3, name
    # each class but background and clothes belongs to one region
    assert sorted(number for classes in REGIONS.values() for number in classes) == list(range(1, 18))
