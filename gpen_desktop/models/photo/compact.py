"""Real-ESRGAN's compact layout (SRVGGNetCompact), in which `realesr-general-x4v3` is published and ours is trained."""

from __future__ import annotations

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor, nn

OURS_WIDTH, OURS_CONVS, OURS_FACTOR = 32, 10, 2


class CompactEnlarger(nn.Module):
    """(N, 3, H, W) RGB in [0, 1] to (N, 3, factor H, factor W), not clipped; any H and W.

    `body` alternates 3x3 convolutions and PReLU: one into `width` channels, `convs` between them, one out to 3 factor²,
    which become pixels; they are added to the picture enlarged by repeating its pixels. State dict keys are those of
    the published files: body.0.weight, body.0.bias, body.1.weight ...
    """

    def __init__(self, width: int = OURS_WIDTH, convs: int = OURS_CONVS, factor: int = OURS_FACTOR) -> None:
        super().__init__()
        self.factor = factor
        self.reach = convs + 2  # how far in input pixels an output pixel sees
        layers: list[nn.Module] = [nn.Conv2d(3, width, 3, 1, 1), nn.PReLU(width)]
        for _ in range(convs):
            layers += [nn.Conv2d(width, width, 3, 1, 1), nn.PReLU(width)]
        layers.append(nn.Conv2d(width, 3 * factor**2, 3, 1, 1))
        self.body = nn.Sequential(*layers)

    def forward(self, photo: Tensor) -> Tensor:
        return self.change(photo) + F.interpolate(photo, scale_factor=self.factor, mode="nearest")

    def change(self, photo: Tensor) -> Tensor:
        """What to add to the photo with its pixels repeated: so that half precision does not round the photo."""
        change: Tensor = F.pixel_shuffle(self.body(photo), self.factor)
        return change


def compact_from_state(state: Mapping[str, Tensor]) -> CompactEnlarger:
    """The network of a published state dict, weights loaded: width, depth and factor follow from the shapes. Raises
    KeyError, ValueError or RuntimeError where the dict is of another layout."""
    numbers = sorted({int(name.split(".")[1]) for name in state if name.startswith("body.")})
    width, last = state["body.0.weight"].shape[0], state[f"body.{numbers[-1]}.weight"].shape[0]
    factor = round((last / 3) ** 0.5)
    if 3 * factor**2 != last:
        raise ValueError(f"{last} channels come out, which are no whole pixels.")
    net = CompactEnlarger(width, (len(numbers) - 3) // 2, factor)
    net.load_state_dict(dict(state))
    return net
