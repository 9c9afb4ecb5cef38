"""State dicts of published models: the layout they are published in, made by the implementation that reads them there
or by its own authors', with random values.
"""

# ruff: noqa: PLC0415  -- others' packages take seconds to import, and basicsr has to be put right first

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from gpen_desktop.lab.damage import basicsr_compat
from gpen_desktop.models.gpen import reference


def rrdbnet(blocks: int = 23, scale: int = 4) -> nn.Module:
    """basicsr's RRDBNet."""
    basicsr_compat.metrics()  # puts right what basicsr trips over
    from basicsr.archs.rrdbnet_arch import RRDBNet

    net: nn.Module = RRDBNet(num_in_ch=3, num_out_ch=3, scale=scale, num_feat=64, num_block=blocks, num_grow_ch=32)
    return net


def compact(convs: int = 32, scale: int = 4) -> nn.Module:
    """basicsr's SRVGGNetCompact."""
    basicsr_compat.metrics()
    from basicsr.archs.srvgg_arch import SRVGGNetCompact

    net: nn.Module = SRVGGNetCompact(3, 3, num_feat=64, num_conv=convs, upscale=scale, act_type="prelu")
    return net


class _StateOnly(nn.Module):
    """A state dict without its network."""

    def __init__(self, state: dict[str, torch.Tensor]) -> None:
        super().__init__()
        self._state = state

    def _save_to_state_dict(self, destination: dict[str, torch.Tensor], prefix: str, keep_vars: bool) -> None:
        destination |= self._state


def gpen(size: int, narrow: float | None = None) -> nn.Module:
    """GPEN's published layout, or a narrower one where another of the size is run at its width."""
    layout = reference.published(size)
    if narrow is not None:
        layout = reference.described(size, style_dim=512, n_mlp=8, channel_multiplier=2, narrow=narrow)
    return _StateOnly(reference.random_state(layout))


def gfpgan() -> nn.Module:
    from spandrel.architectures.GFPGAN import GFPGAN

    net: nn.Module = GFPGAN(
        out_size=512,
        num_style_feat=512,
        channel_multiplier=2,
        fix_decoder=False,
        num_mlp=8,
        input_is_latent=True,
        different_w=True,
        sft_half=True,
    )
    return net


def restoreformer() -> nn.Module:
    from spandrel.architectures.RestoreFormer import RestoreFormer

    net: nn.Module = RestoreFormer()
    return net


def codeformer() -> nn.Module:
    from spandrel_extra_arches.architectures.CodeFormer import CodeFormer

    net: nn.Module = CodeFormer()
    return net


def ddcolor(encoder: str = "convnext-l") -> nn.Module:
    """By default the large one, as its authors do."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what others' code thinks of newer libraries
        from spandrel_extra_arches.architectures.DDColor import DDColor

    net: nn.Module = DDColor(encoder_name=encoder, num_output_channels=2, last_norm="Spectral", num_queries=100)
    return net


def lama() -> nn.Module:
    from spandrel.architectures.LaMa import LaMa

    net: nn.Module = LaMa(in_nc=4, out_nc=3)
    return net


def retinaface(network: str) -> nn.Module:
    """facexlib's detector: 'resnet50' or 'mobile0.25'. Its norms have seen something, so that scores differ."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of how facexlib asks torchvision for a network
        from facexlib.detection.retinaface import RetinaFace

        net = RetinaFace(network, phase="test", device=torch.device("cpu"))
    _settle(net, torch.randn(2, 3, 128, 128) * 60)
    with torch.no_grad():
        for head in (*net.ClassHead, *net.BboxHead, *net.LandmarkHead):
            head.conv1x1.weight /= 40  # scores near a half: no face
    settled: nn.Module = net.eval()
    return settled


def parsenet() -> nn.Module:
    """facexlib's face parser; its norms have seen something."""
    from facexlib.parsing.parsenet import ParseNet

    net: nn.Module = ParseNet(in_size=512, out_size=512, parsing_ch=19)
    _settle(net, torch.rand(1, 3, 128, 128) * 2 - 1)
    return net.eval()


def _settle(net: nn.Module, pictures: torch.Tensor) -> None:
    """Have norms see these pictures, as training would have."""
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = 1.0
    with torch.no_grad():
        net.train()(pictures)


def span() -> nn.Module:
    from spandrel.architectures.SPAN import SPAN

    net: nn.Module = SPAN(num_in_ch=3, num_out_ch=3, feature_channels=16, upscale=2)
    return net


def grey_dncnn() -> nn.Module:
    from spandrel.architectures.DnCNN import DnCNN

    net: nn.Module = DnCNN(in_nc=1, out_nc=1, nc=8, nb=4, mode="DnCNN")
    return net


LAYOUTS: dict[str, Callable[[], nn.Module]] = {
    "gpen-256": lambda: gpen(256),
    "gpen-512": lambda: gpen(512),
    "gpen-1024": lambda: gpen(1024),
    "gpen-2048": lambda: gpen(2048),
    "gpen-colorization-1024": lambda: gpen(1024, narrow=0.25),
    "gpen-inpainting-1024": lambda: gpen(1024, narrow=0.25),
    "realesrgan-x2": lambda: rrdbnet(scale=2),
    "realesrgan-x4": rrdbnet,
    "realesrgan-x4-anime": lambda: rrdbnet(blocks=6),
    "realesr-general-x4": compact,
    "realesr-general-wdn-x4": compact,
    "realesr-animevideo-x4": lambda: compact(convs=16),
    "gfpgan-1.3": gfpgan,
    "gfpgan-1.4": gfpgan,
    "restoreformer": restoreformer,
    "codeformer": codeformer,
    "ddcolor": ddcolor,
    "lama": lama,
    "retinaface-resnet50": lambda: retinaface("resnet50"),
    "parsenet": parsenet,
    "retinaface-mobilenet": lambda: retinaface("mobile0.25"),
}
"""By the catalogue's name: all that do not come with the program."""


def network(name: str) -> nn.Module:
    """The catalogue's model of that name, with random values."""
    torch.manual_seed(len(name))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what others' code thinks of newer libraries
        return LAYOUTS[name]().eval()


def write(net: nn.Module, path: Path) -> Path:
    """Its weights, wrapped as the authors' programs do."""
    if path.suffix == ".safetensors":
        save_file({name: value.contiguous() for name, value in net.state_dict().items()}, path)
        return path
    torch.save({"params_ema": net.state_dict()}, path)
    return path
