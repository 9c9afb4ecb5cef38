"""Weights from a file that may have come from anywhere: read without running any of it.

The only way from a file to tensors.
"""

from __future__ import annotations

import mmap
import pickle
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from gpen_desktop.errors import WeightsError
from gpen_desktop.messages import Filling, listed, say

_WRAPPERS = ("g_ema", "params_ema", "params", "state_dict", "generator", "model", "net")
"""Keys under which training programs put the network; the running mean of the weights first, as the better one."""

_DEEPEST_WRAPPING = 3
_FEW = 4  # keys that are told
_BUFFER = b"bytearray"
"""A name that PyTorch lets a pickle call with any length: a few bytes that take all memory. No weights need it."""
_BINARY_PICKLE = b"\x80"
"""How a pickle of protocol 2 or later begins."""
_MAX_PICKLE = 64 << 20  # bytes; it holds names and shapes, of which the largest networks have thousands
_REAL = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
_NUMBERS = frozenset([*_REAL, torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64])
"""What can be computed with here; 8-bit floats and complex numbers cannot."""


def read_tensors(path: str | Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """Named tensors (unwrapped) and text metadata of a weights file, on the CPU, mapped from the file where it can be.

    Raises WeightsError: no such file, damaged, or holding anything but tensors.
    """
    path = Path(path)
    if not path.is_file():
        raise WeightsError(
            say("no-weights-file", "There is no weights file '{path}'.", path=str(path)),
            todo=say("see-models-list", "'gpen-desktop models list' shows the models."),
            path=path,
        )
    if _is_safetensors(path):
        state, metadata = _read_safetensors(path)
    else:
        state, metadata = _unwrap(_read_pickle(path), path), {}
    _check_plain(state, path)
    return state, metadata


def _is_safetensors(path: Path) -> bool:
    """By content: eight bytes of header length, then JSON."""
    with path.open("rb") as file:
        start = file.read(9)
    return len(start) == 9 and start[8:] == b"{" and int.from_bytes(start[:8], "little") < 100_000_000


def _read_safetensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    try:
        with safe_open(path, framework="pt") as file:
            return {key: file.get_tensor(key) for key in file.keys()}, dict(file.metadata() or {})  # noqa: SIM118  -- not a dict
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error


def _read_pickle(path: Path) -> Any:
    if not _is_pickled(path):
        raise WeightsError(
            say("no-weights", "'{name}' is no file of weights.", name=path.name),
            todo=say("kinds-of-weights", "Weights come as .pth, .pt or .safetensors files."),
            path=path,
        )
    try:
        _check_file(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what PyTorch thinks of a file's age is of no use to our users
            # Only the zip form can be mapped; files written by PyTorch before 1.6 are read whole.
            return torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except WeightsError:
        raise
    except pickle.UnpicklingError as error:
        raise _unsafe(path) from error
    except Exception as error:  # a damaged file shows itself in whatever the unpickler trips over
        if "weights_only" in str(error):  # its advice would be to trust the file
            raise _unsafe(path) from error
        raise _damaged(path, error) from error


def _is_pickled(path: Path) -> bool:
    """By content: an archive, or a pickle of the binary protocols that PyTorch writes."""
    with path.open("rb") as file:
        return file.read(1) == _BINARY_PICKLE or zipfile.is_zipfile(path)


def _check_file(path: Path) -> None:
    """Raises WeightsError for a file that would grow when it is read; BadZipFile, OSError for a damaged one.

    PyTorch writes archives without compression, so an archive that holds more than its own size is made to exhaust.
    """
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            is_growing = content.find(_BUFFER) >= 0
    else:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if any(part.filename.endswith("/constants.pkl") for part in parts):  # TorchScript: a program
                raise _unsafe(path)
            pickles = [part for part in parts if part.filename.endswith(".pkl")]
            is_growing = (
                any(part.compress_type != zipfile.ZIP_STORED for part in parts)
                or sum(part.file_size for part in parts) > path.stat().st_size
                or sum(part.file_size for part in pickles) > _MAX_PICKLE
                or any(_BUFFER in archive.read(part) for part in pickles)
            )
    if is_growing:
        raise WeightsError(
            say("weights-compressed", "'{name}' is packed in a way in which weights are never stored.", name=path.name),
            todo=say(
                "get-safetensors", "Get the weights again from their original source, preferably as .safetensors."
            ),
            path=path,
        )


def _check_plain(state: Mapping[str, torch.Tensor], path: Path) -> None:
    """Raises WeightsError where not every tensor is an array of numbers that are in the file."""
    for key, tensor in state.items():
        is_plain = tensor.layout is torch.strided and tensor.device.type == "cpu" and not tensor.is_quantized
        if not is_plain or tensor.dtype not in _NUMBERS or tensor.nbytes > tensor.untyped_storage().nbytes():
            kind = str(tensor.device if tensor.is_meta else tensor.layout if tensor.is_sparse else tensor.dtype)
            raise WeightsError(
                say(
                    "not-plain-numbers",
                    "'{name}' holds '{key}' in a form that this program cannot compute with ({kind}).",
                    name=path.name,
                    key=key,
                    kind=kind.removeprefix("torch."),
                ),
                todo=say("get-plain-weights", "Get the weights as plain 16- or 32-bit numbers."),
                path=path,
            )
    if sum(tensor.nbytes for tensor in state.values()) > 2 * path.stat().st_size:  # twice: two names of one tensor
        raise _damaged(path, ValueError("its tensors are larger than the file"))


def _unsafe(path: Path) -> WeightsError:
    return WeightsError(
        say(
            "weights-unsafe", "'{name}' holds more than numbers, or is damaged; nothing in it was run.", name=path.name
        ),
        todo=say("get-safetensors", "Get the weights again from their original source, preferably as .safetensors."),
        path=path,
    )


def _unwrap(content: Any, path: Path) -> dict[str, torch.Tensor]:
    for _ in range(_DEEPEST_WRAPPING):
        if not isinstance(content, Mapping) or _is_state(content):
            break
        inner = next((content[key] for key in _WRAPPERS if isinstance(content.get(key), Mapping)), None)
        if inner is None:
            break
        content = inner
    if not isinstance(content, Mapping):
        raise _no_state(path, f"a {type(content).__name__}")
    if not _is_state(content):
        raise _no_state(path, say("the-keys", "the keys {keys}", keys=listed(repr(key) for key in list(content)[:6])))
    if all(key.startswith("module.") for key in content):
        return {key.removeprefix("module."): value for key, value in content.items()}
    return dict(content)


def _is_state(content: Mapping[Any, Any]) -> bool:
    return bool(content) and all(isinstance(k, str) and isinstance(v, torch.Tensor) for k, v in content.items())


def first_few(keys: Iterable[str]) -> Filling:
    """The first of many keys in their alphabetic order, quoted, and how many more there are."""
    names = sorted(keys)
    shown = listed(f"'{name}'" for name in names[:_FEW])
    more = len(names) - _FEW
    return say("and-more", "{names} and {count} more", names=shown, count=more) if more > 0 else shown


def _no_state(path: Path, found: Filling) -> WeightsError:
    return WeightsError(
        say("not-named-weights", "'{name}' holds {found}, not named weights.", name=path.name, found=found),
        todo=say("expected-state-dict", "Expected a state dict, bare or under one of: {keys}.", keys=listed(_WRAPPERS)),
        path=path,
    )


def _damaged(path: Path, error: Exception) -> WeightsError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return WeightsError(
        say("weights-unreadable", "'{name}' cannot be read as weights ({reason}).", name=path.name, reason=reason),
        todo=say("get-weights-again", "The file is damaged or of another kind; get it again."),
        path=path,
    )
