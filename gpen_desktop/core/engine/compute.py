"""How it shall be computed, and what that came to."""

from __future__ import annotations

from dataclasses import dataclass

from gpen_desktop.messages import Message


@dataclass(frozen=True)
class ComputeOptions:
    """What is asked for.

    device: 'auto', 'cpu', 'cuda', 'cuda:N' or 'mps'. precision: 'auto', 'fp32', 'fp16' or 'bf16'. batch_size: faces at
    a time, None for what fits into memory. detector: what finds faces, a name of the catalogue; 'auto': the best that
    is installed.
    """

    device: str = "auto"
    precision: str = "auto"
    batch_size: int | None = None
    detector: str = "auto"


@dataclass(frozen=True)
class ModelStatus:
    """What runs.

    model: its name. device: as its owner knows it, with the precision. reason: why it was chosen.
    notes: what was computed otherwise than it was to be; of a restorer: what is so in each of its runs, as this tells.
    torch_device: the device as PyTorch writes it. detector: name of what finds faces, '' as long as nothing does.
    parser: of what tells the parts of a face apart, '' where nothing does. weights: tells the file of the model from
    others that had its name; '' where there is no file.
    """

    model: str
    device: str
    reason: Message
    notes: tuple[Message, ...] = ()
    torch_device: str = "cpu"
    detector: str = ""
    parser: str = ""
    weights: str = ""
