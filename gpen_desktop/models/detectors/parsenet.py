"""facexlib's face parser: which pixel of an aligned face is skin, hair, glasses, mouth or hat.

facexlib's own class, built when its weights are chosen; importing it takes seconds.
"""

from __future__ import annotations

from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from gpen_desktop.models.architecture import of_one_shape
from gpen_desktop.models.face_net import network_input
from gpen_desktop.models.spec import ModelSpec, Task

SIDE: Final = 512
"""Of the crops that it takes and of the regions that it gives, pixels."""

REGIONS: Final = {
    "skin": (1, 2, 8, 9, 17),
    "features": (4, 5, 6, 7),
    "glasses": (3,),
    "mouth": (10, 11, 12),
    "hair": (13,),
    "hat": (14,),
    "jewels": (15, 16),
}
"""What is told apart here, of the parser's 19 classes (CelebAMask-HQ's, in the order of facexlib's colour map):
0 background, 1 skin, 2 nose, 3 glasses, 4 and 5 eyes, 6 and 7 brows, 8 and 9 ears, 10 mouth, 11 and 12 lips, 13 hair,
14 hat, 15 earring, 16 necklace, 17 neck, 18 clothes."""

_VALUE_RANGE: Final = (-1.0, 1.0)


@torch.inference_mode()
def find_regions(net: nn.Module, crops: Tensor) -> dict[str, Tensor]:
    """Run the parser on aligned faces.

    Parameters
    ----------
    net : from registry.load, for Task.FACE_PARSER.
    crops : (N, 512, 512, 3) float32 RGB in [0, 1].

    Returns
    -------
    By each name of REGIONS (N, 512, 512) float32, how likely a pixel belongs to it; what is missing to 1 is neither.
    """
    first = next(net.parameters())
    faces = network_input(crops.to(first.device), _VALUE_RANGE).to(first.dtype)
    likely = net(faces.contiguous(memory_format=torch.channels_last))[0].float().softmax(dim=1)
    return {name: likely[:, list(classes)].sum(dim=1).cpu() for name, classes in REGIONS.items()}


def _parsenet() -> nn.Module:
    """facexlib's network without weights."""
    from facexlib.parsing.parsenet import ParseNet  # noqa: PLC0415  -- brings torchvision: seconds

    with torch.device("meta"):  # nothing is drawn by chance only to be overwritten
        net: nn.Module = ParseNet(in_size=SIDE, out_size=SIDE, parsing_ch=19)
    return net.to_empty(device="cpu").eval()


def _fold(net: Any) -> None:
    """Fold its norms into its convolutions, in place, and leave out the picture that it draws beside the regions."""
    net.out_img_conv = nn.Identity()
    for layer in list(net.modules()):
        norm = getattr(getattr(layer, "norm", None), "norm", None)
        if isinstance(norm, nn.BatchNorm2d):
            layer.conv2d = fuse_conv_bn_eval(layer.conv2d, norm)
            layer.norm.norm = nn.Identity()
    net.requires_grad_(False)


PARSENET: Final = of_one_shape(
    ModelSpec(
        "parsenet",
        Task.FACE_PARSER,
        size=SIDE,
        value_range=_VALUE_RANGE,
        precisions=("fp32", "fp16", "bf16"),
    ),
    make=_parsenet,
    finish=_fold,
    sign="out_mask_conv.conv2d.weight",
)
