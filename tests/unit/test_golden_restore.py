"""A sample restored end to end against a stored picture: what the product gives may change only on purpose.

pytest tests/unit/test_golden_restore.py --update-golden     stores the picture anew; look at it before committing
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpen_desktop import paths
from gpen_desktop.core.engine.restorer import Restorer
from gpen_desktop.core.engine.session import Session
from gpen_desktop.core.options import Mode
from gpen_desktop.core.types import ComposeOptions, Face
from tests.unit.core.drawn_faces import KnownFaces

# As the detector gives them, in whole pixels: a hundredth of a pixel between two machines would turn the grain around.
LANDMARKS = np.array([[158, 87], [193, 89], [174, 108], [158, 122], [189, 124]], np.float64)
GOLDEN = Path(__file__).resolve().parents[1] / "golden"


@pytest.fixture(scope="module")
def session() -> Session:
    restorer = Restorer("builtin-256", device="cpu", precision="fp32")
    return Session.open(paths.samples() / "collins_faded_colour.jpg", KnownFaces(Face(LANDMARKS, 9.0)), restorer)


@pytest.mark.parametrize("mode", list(Mode))
def test_sample_looks_as_stored(session: Session, mode: Mode, update_golden: bool) -> None:
    pixels = session.compose(ComposeOptions(mode=mode, strength=100, restore_sharp=True)).photo.pixels[30:190, 100:260]
    file = GOLDEN / f"collins_{mode}.png"
    if update_golden:
        Image.fromarray(pixels).save(file)
        pytest.skip("stored anew")
    with Image.open(file) as stored:
        difference = np.abs(np.asarray(stored, int) - pixels.astype(int))
    # other processors round differently
    assert difference.mean() < 0.5
    assert np.percentile(difference, 99.5) <= 4
