"""Begin a vivid training beyond the one before it.

    python -m gpen_desktop.lab.training.faces.extrapolate --from WEIGHTS --through RUN/checkpoint.pt --by 1.6 --out DIR

On the line from the faithful weights through the vivid ones detail goes on growing beyond them, so a training that
begins there has less of the way to go. Its discriminators go on from where they are.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from gpen_desktop.lab.training import checkpoints
from gpen_desktop.lab.training.checkpoints import Checkpoint, State
from gpen_desktop.lab.training.faces.train import CHECKPOINT


def extrapolated(start: State, through: Checkpoint, by: float) -> Checkpoint:
    """A checkpoint of no steps: the generator at start + by (through - start), by its running mean; discriminators and
    their optimiser as they are in `through`, the generator's optimiser new.

    start: published layout, of the same shapes.
    """
    weights = {name: (start[name] + by * (tensor - start[name])) for name, tensor in through.averaged.items()}
    optimiser = {part: state for part, state in through.optimiser.items() if part != "generator"}
    return dataclasses.replace(through, generator=weights, averaged=weights, optimiser=optimiser, steps=0)


def main() -> None:
    """Parse the line, write the checkpoint. Raises WeightsError."""
    parser = argparse.ArgumentParser(
        prog="python -m gpen_desktop.lab.training.faces.extrapolate", description="Begin beyond a vivid training."
    )
    parser.add_argument("--from", type=Path, required=True, dest="start", help="weights that the first one started at")
    parser.add_argument("--through", type=Path, required=True, help="checkpoint of the first one")
    parser.add_argument("--by", type=float, required=True, help="1: where the first one is; more: beyond")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new training")
    parsed = parser.parse_args()
    start = checkpoints.start_from_weights(parsed.start).generator
    parsed.out.mkdir(parents=True, exist_ok=True)
    checkpoints.save(extrapolated(start, checkpoints.load(parsed.through), parsed.by), parsed.out / CHECKPOINT)


if __name__ == "__main__":
    main()
