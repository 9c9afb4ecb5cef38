"""Train the landmark network.

`python -m gpen_desktop.lab.training.train_landmarks --faces faces.csv --photos faces.json --out FILE.safetensors`

Counts steps only; resumes OUT.checkpoint where there is one.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor
from torch.utils.data import DataLoader

from gpen_desktop.lab.training import checkpoints
from gpen_desktop.lab.training.landmark_samples import (
    Background,
    LabelledFace,
    LandmarkSamples,
    backgrounds,
    damaged,
    face_sample,
    labelled_faces,
)
from gpen_desktop.models.detectors.landmarks import CROP_SIDE, LandmarkNet, find_landmarks, normalised

_REPORT_EVERY: Final = 500
_BACKGROUNDS_SEEN: Final = 400


@dataclass(frozen=True)
class Settings:
    """faces: CSV of labelled faces, in train/ and val/. photos: JSON of photos with face boxes, for backgrounds."""

    faces: Path
    photos: Path
    out: Path
    steps: int = 12_000
    batch: int = 96
    rate: float = 2e-3
    seed: int = 0


def train(settings: Settings) -> LandmarkNet:
    """Train until settings.steps, write settings.out (safetensors) and give the network. Raises WeightsError,
    UnreadablePhotoError."""
    cv2.setNumThreads(1)  # before the loader forks: its worker would wait for OpenCV's threads for ever
    torch.manual_seed(settings.seed)
    net = LandmarkNet()
    optimiser = torch.optim.AdamW(net.parameters(), settings.rate, weight_decay=1e-3)
    learning = {"net": net, "optimiser": optimiser}
    saved = settings.out.with_suffix(".checkpoint")
    begin = checkpoints.resume_parts(learning, saved)
    judges, photos = labelled_faces(settings.faces, "val"), backgrounds(settings.photos)
    samples = LandmarkSamples(labelled_faces(settings.faces, "train"), photos, seed=settings.seed + begin)
    loader = iter(DataLoader(samples, settings.batch, num_workers=1, prefetch_factor=4))
    for step in range(begin, settings.steps):
        for group in optimiser.param_groups:
            group["lr"] = settings.rate * (0.5 * (1 + math.cos(math.pi * step / settings.steps)) + 0.01)
        net.train()
        crops, points, faces = next(loader)
        loss = landmark_loss(net(normalised(crops)), points, faces)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        if (step + 1) % _REPORT_EVERY == 0 or step + 1 == settings.steps:
            print(f"step {step + 1}: {judge(net, judges, photos)}", flush=True)
            checkpoints.save_parts(learning, step + 1, saved)
    told = {"input": "(N,1,96,96) grey, zero mean, / (std + 8)", "output": "(N,11): 5 points / crop side, face logit"}
    save_file({name: tensor.contiguous() for name, tensor in net.state_dict().items()}, settings.out, metadata=told)
    return net.eval()


def landmark_loss(answers: Tensor, points: Tensor, faces: Tensor) -> Tensor:
    """Smooth L1 of the points where there is a face, and the cross-entropy of whether there is one."""
    off = F.smooth_l1_loss(answers[:, :10], points, beta=0.02, reduction="none") * faces[:, None]
    return off.mean() * 10 + F.binary_cross_entropy_with_logits(answers[:, 10], faces) * 0.3


@torch.no_grad()
def judge(net: LandmarkNet, judges: Sequence[LabelledFace], photos: Sequence[Background]) -> str:
    """A sentence on damaged validation faces and on backgrounds, always the same ones."""
    net.eval()
    rng = np.random.default_rng(1)
    made = [sample for face in judges for _ in range(8) if (sample := face_sample(face, rng)).face]
    crops = np.stack([np.rint(damaged(sample.crop, rng)).astype(np.uint8) for sample in made])
    truth = np.stack([sample.points for sample in made]) * CROP_SIDE
    points, logits = find_landmarks(net, crops)
    eyes = np.linalg.norm(truth[:, 0] - truth[:, 1], axis=1)
    errors = np.linalg.norm(points - truth, axis=2).mean(1) / eyes
    pairs = iter(LandmarkSamples(judges, photos, seed=2))
    others = [crop.numpy() for crop, _, face in (next(pairs) for _ in range(4 * _BACKGROUNDS_SEEN)) if face == 0]
    _, rejected = find_landmarks(net, np.stack(others[:_BACKGROUNDS_SEEN]))
    return (
        f"landmarks {100 * errors.mean():.1f} % of the eye distance off, "
        f"95 % under {100 * np.percentile(errors, 95):.1f}, "
        f"faces kept {(logits > 0).mean():.3f}, no faces rejected {(rejected < 0).mean():.3f}"
    )


def main() -> None:
    """`python -m gpen_desktop.lab.training.train_landmarks`."""
    parser = argparse.ArgumentParser(prog="python -m gpen_desktop.lab.training.train_landmarks", description=__doc__)
    parser.add_argument("--faces", type=Path, required=True, help="CSV: file, landmarks")
    parser.add_argument("--photos", type=Path, required=True, help="JSON: photos with the boxes of their faces")
    parser.add_argument("--out", type=Path, required=True, help="weights to write (.safetensors)")
    parser.add_argument("--steps", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=0)
    train(Settings(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
