"""The whole-photo networks: sizes, tiles, holes, weights files."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

from gpen_desktop.errors import WeightsError
from gpen_desktop.models import registry
from gpen_desktop.models.photo.architectures import PhotoRepairer
from gpen_desktop.models.photo.compact import CompactEnlarger, compact_from_state
from gpen_desktop.models.photo.unet import (
    FOLD,
    UNBLOCKER,
    DamageFinder,
    HoleFiller,
    PhotoCleaner,
    PhotoUNet,
    PoorPhotoEnlarger,
    UNetShape,
    whole,
)
from gpen_desktop.models.spec import Task

_SMALL = UNetShape(3, 3, (8, 8), (1, 1))


@pytest.fixture
def net() -> PhotoUNet:
    torch.manual_seed(0)
    return PhotoUNet(_SMALL).eval()


@torch.no_grad()
def test_a_pixel_is_seen_within_reach_and_no_farther(net: PhotoUNet) -> None:
    reach = _SMALL.reach
    side = 4 * reach // _SMALL.multiple * _SMALL.multiple
    photo = torch.rand(1, 3, side, side)
    other = photo.clone()
    middle = side // 2
    other[..., middle, middle] += 1
    changed = (net(photo) - net(other)).abs().amax((0, 1)).nonzero()
    assert len(changed) > 0
    assert int((changed - middle).abs().max()) <= reach


@torch.no_grad()
def test_tiles_that_overlap_by_reach_give_what_the_whole_photo_gives(net: PhotoUNet) -> None:
    step, overlap = _SMALL.multiple, -(-_SMALL.reach // _SMALL.multiple) * _SMALL.multiple
    photo = torch.rand(1, 3, 4 * step, 6 * overlap)
    middle = 3 * overlap
    left = net(photo[..., : middle + overlap])[..., :middle]
    right = net(photo[..., middle - overlap :])[..., overlap:]
    assert torch.allclose(torch.cat((left, right), 3), net(photo), atol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("size", [(32, 48), (33, 47), (5, 9)])
def test_any_size_comes_back_as_it_went_in(size: tuple[int, int]) -> None:
    photo = torch.rand(1, 3, *size)
    assert whole(PhotoCleaner(), photo).shape == photo.shape
    assert whole(DamageFinder(), photo).shape == (1, 1, *size)
    assert whole(HoleFiller(), photo, torch.zeros(1, 1, *size)).shape == photo.shape
    assert whole(PoorPhotoEnlarger(), photo).shape == (1, 3, 2 * size[0], 2 * size[1])


@torch.no_grad()
def test_an_enlarger_without_finer_detail_enlarges_what_an_unblocker_gives() -> None:
    unblocker, enlarger = PhotoCleaner(UNBLOCKER), PoorPhotoEnlarger()
    enlarger.net.load_state_dict(unblocker.net.state_dict())
    photo = torch.rand(1, 3, 32, 48)
    assert not torch.allclose(enlarger(photo), F.interpolate(unblocker(photo), scale_factor=2, mode="bicubic"))
    enlarger.finer.load_state_dict({name: torch.zeros_like(each) for name, each in enlarger.finer.state_dict().items()})
    torch.testing.assert_close(enlarger(photo), F.interpolate(unblocker(photo), scale_factor=2, mode="bicubic"))


@torch.no_grad()
def test_half_precision_leaves_of_an_enlargers_answer_what_is_small_beside_the_photo() -> None:
    enlarger = PoorPhotoEnlarger().to(torch.bfloat16)
    for layer in (enlarger.net.tail, enlarger.finer):
        layer.load_state_dict({name: torch.zeros_like(each) for name, each in layer.state_dict().items()})
    enlarger.net.tail.load_state_dict(enlarger.net.tail.state_dict() | {"bias": torch.full((12,), 5e-4)})
    white = torch.full((1, 3, 32, 48), 0.5, dtype=torch.bfloat16)
    torch.testing.assert_close(enlarger.change(white), torch.full((1, 3, 64, 96), 5e-4), atol=1e-6, rtol=0)


@torch.no_grad()
def test_what_lies_in_a_hole_does_not_count() -> None:
    photo, holes = torch.rand(1, 3, 32, 32), torch.zeros(1, 1, 32, 32)
    holes[..., 8:20, 8:20] = 1
    other = torch.where(holes > 0, torch.rand_like(photo), photo)
    filler = HoleFiller()
    assert torch.equal(filler(photo, holes), filler(other, holes))


def multiply_adds(shape: UNetShape) -> float:
    """Multiply-adds a pixel of the photo."""
    total, area = 9.0 * FOLD**2 * shape.widths[0] * (shape.inputs + shape.outputs), FOLD**2
    total /= area
    for level, (width, blocks) in enumerate(zip(shape.widths, shape.blocks, strict=True)):
        last = level == len(shape.widths) - 1
        total += (1 if last else 2) * blocks * 2 * 9 * width * width / area
        if not last:
            total += width * shape.widths[level + 1] * 4 / (area * 4) * 2
        area *= 4
    return total


def test_work_stays_within_what_two_cores_do_in_time() -> None:
    cleaner, finder, filler = (multiply_adds(each.shape) for each in (PhotoCleaner(), DamageFinder(), HoleFiller()))
    assert cleaner + finder + filler < 200_000
    assert sum(p.numel() for p in CompactEnlarger().parameters()) < 350_000


def test_the_compact_layout_is_read_from_its_shapes() -> None:
    published = CompactEnlarger(width=64, convs=32, factor=4).state_dict()
    assert published["body.0.weight"].shape == (64, 3, 3, 3)
    assert published["body.1.weight"].shape == (64,)
    assert published["body.66.weight"].shape == (48, 64, 3, 3)
    net = compact_from_state(published)
    assert net(torch.rand(1, 3, 7, 9)).shape == (1, 3, 28, 36)


@torch.no_grad()
@pytest.mark.parametrize(
    ("net", "task"),
    [
        (PhotoCleaner(), Task.PHOTO_RESTORER),
        (PhotoCleaner(UNBLOCKER), Task.PHOTO_RESTORER),
        (PoorPhotoEnlarger(), Task.UPSCALER),
        (PhotoRepairer(), Task.INPAINTER),
        (CompactEnlarger(), Task.UPSCALER),
        (CompactEnlarger(width=64, convs=32, factor=4), Task.UPSCALER),
    ],
)
def test_weights_come_back_from_files(tmp_path: Path, net: nn.Module, task: Task) -> None:
    path = tmp_path / "anything.safetensors"
    save_file({name: tensor.half() for name, tensor in net.state_dict().items()}, path)
    read = registry.load(path, task)
    assert type(read) is type(net)
    for name, tensor in net.state_dict().items():
        torch.testing.assert_close(read.state_dict()[name], tensor, atol=1e-2, rtol=1e-2)


@pytest.mark.parametrize(
    "state",
    [
        {
            "body.0.weight": torch.zeros(4, 3, 3, 3),
            "body.1.weight": torch.zeros(4),
            "body.2.weight": torch.zeros(5, 4, 3, 3),
        },
        {"net.head.weight": torch.zeros(4, 3, 3, 3)},
        {"finder.net.head.weight": torch.zeros(4, 3, 3, 3)},
    ],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path: Path, state: dict[str, torch.Tensor]) -> None:
    path = tmp_path / "other.safetensors"
    save_file(state, path)
    with pytest.raises(WeightsError, match=r"other\.safetensors.*do not fit"):
        registry.read_spec(path)
