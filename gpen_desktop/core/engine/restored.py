"""What a network made of a crop, put together with what composing it has to know."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gpen_desktop.core.compose import texture
from gpen_desktop.core.faces.masks import FaceMasks
from gpen_desktop.core.grain import luma
from gpen_desktop.core.types import Crop, FloatImage, RestoredFace, frozen


def restored_face(crop: Crop, answer: NDArray[np.float32], masks: FaceMasks) -> RestoredFace:
    """Put a model's answer (S, S, 3) together with its masks; the answer to a grey crop is made grey."""
    restored = as_grey_as(crop, answer)
    likeness = texture.compare_detail(*(crop.aligned_part(each) for each in (crop.pixels, restored, masks.face)))
    return RestoredFace(
        crop=crop,
        restored=restored,
        face_mask=masks.face,
        head_mask=masks.head(texture.lack_of(likeness)),
        skin_mask=masks.skin,
        sharp_scale=texture.sharp_scale(crop, restored, masks.face, likeness),
    )


def as_grey_as(crop: Crop, answer: NDArray[np.float32]) -> FloatImage:
    """A model's answer (S, S, 3), made grey where the crop is."""
    red, green, blue = cv2.split(crop.pixels)
    is_grey = max(cv2.norm(red, green, cv2.NORM_INF), cv2.norm(red, blue, cv2.NORM_INF)) < 1 / 512
    if is_grey:
        answer = np.repeat(luma(answer)[..., None], 3, axis=2)
    return frozen(np.ascontiguousarray(answer, np.float32))
