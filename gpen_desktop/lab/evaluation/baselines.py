"""Ways to better a face, to be compared: models of the catalogue, and plain tools that a user has anyway."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from gpen_desktop.core.compose.invention import invented
from gpen_desktop.core.compose.layers import face_layers
from gpen_desktop.core.compose.render import render
from gpen_desktop.core.engine.restored import as_grey_as, restored_face
from gpen_desktop.core.engine.restorer import Restorer
from gpen_desktop.core.faces.alignment import fit_similarity, template_points
from gpen_desktop.core.faces.masks import masks_by_points
from gpen_desktop.core.progress import SilentProgress
from gpen_desktop.core.resizing import resized
from gpen_desktop.core.types import ComposeOptions, FloatImage, frozen
from gpen_desktop.errors import OptionError
from gpen_desktop.lab.evaluation.cases import Case
from gpen_desktop.lab.evaluation.measures import Picture, as_crop
from gpen_desktop.lab.typed import floats, octets
from gpen_desktop.messages import say
from gpen_desktop.models import store
from gpen_desktop.models.choice import choice_of

Method = Callable[[Case], list[Picture]]
"""The faces of a case, bettered: as many of the same size."""


def untouched(case: Case) -> list[Picture]:
    """The damaged picture itself; one of another size than the clean one was brought there by bicubic resizing."""
    return list(case.damaged)


def non_local_means(case: Case) -> list[Picture]:
    """OpenCV's fastNlMeansDenoisingColored at h = 5 in both, otherwise as it comes."""
    return [np.asarray(cv2.fastNlMeansDenoisingColored(picture, None, 5, 5), np.uint8) for picture in case.damaged]


def unsharp(case: Case) -> list[Picture]:
    """Unsharp mask, sigma 2 px, amount 0.6."""
    return [octets(cv2.addWeighted(p, 1.6, cv2.GaussianBlur(p, (0, 0), 2), -0.6, 0)) for p in case.damaged]


PLAIN = {"damaged": untouched, "fastNlMeans": non_local_means, "unsharp": unsharp}
"""By the names they have in reports."""


def by_model(model: str | Path, device: str = "auto") -> Method:
    """What the model alone makes of a face. Raises UnknownModelError, WeightsError, DeviceError."""
    restorer = Restorer(model, device=device)

    def method(case: Case) -> list[Picture]:
        return _restored(restorer, case.given)

    return method


def by_product(model: str | Path, device: str = "auto") -> Method:
    """As the product composes it: natural mode at strength 100 with skin protection, sharp faces too."""
    restorer = Restorer(model, device=device)

    def method(case: Case) -> list[Picture]:
        return [_composed(d, r) for d, r in zip(case.damaged, _restored(restorer, case.given), strict=True)]

    return method


def by_inventing(model: str | Path, device: str = "auto") -> Method:
    """What 'Invent detail' makes of a face, all of it, before it is composed. Raises OptionError where no model invents
    beside that one, and as by_model."""
    name = store.inventor_of(choice_of(str(model)).name)
    if name is None:
        raise OptionError(say("no-inventor", "No model invents detail beside '{model}'.", model=str(model)))
    restorer, inventor = Restorer(model, device=device), Restorer(name, device=device)

    def method(case: Case) -> list[Picture]:
        crops, given = (
            [floats(_into(each, restorer).astype(np.float32) / 255) for each in pictures]
            for pictures in (case.damaged, case.given)
        )
        restored = restorer.restore(given, SilentProgress())
        answers = [inventor.restore(seen, SilentProgress()) for seen in (given, restored)]
        made = [
            _invented(pixels, case.enlarged * len(pixels) / len(picture), *each)
            for picture, pixels, *each in zip(case.damaged, crops, restored, *answers, strict=True)
        ]
        return [_back(answer, picture.shape[0], restorer) for answer, picture in zip(made, case.damaged, strict=True)]

    return method


def _invented(
    pixels: FloatImage, enlarged: float, restored: FloatImage, first: FloatImage, second: FloatImage
) -> FloatImage:
    crop = as_crop(pixels, enlarged)
    masks = masks_by_points(crop)
    return as_grey_as(crop, invented(restored_face(crop, restored, masks), (first, second)))


def _restored(restorer: Restorer, damaged: Sequence[Picture]) -> list[Picture]:
    """Through the network, at its size and template and back."""
    crops = [floats(_into(picture, restorer).astype(np.float32) / 255) for picture in damaged]
    answers = restorer.restore(crops, SilentProgress())
    return [_back(answer, picture.shape[0], restorer) for answer, picture in zip(answers, damaged, strict=True)]


def _into(picture: Picture, restorer: Restorer) -> Picture:
    size, spec = picture.shape[0], restorer.spec
    if spec.template == "ffhq":
        if size == spec.size:
            return picture
        return np.asarray(cv2.resize(picture, (spec.size, spec.size), interpolation=cv2.INTER_LANCZOS4))
    there = fit_similarity(template_points("ffhq", size), template_points(spec.template, spec.size))
    side = (spec.size, spec.size)
    return np.asarray(cv2.warpAffine(picture, there, side, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101))


def _back(answer: FloatImage, size: int, restorer: Restorer) -> Picture:
    spec = restorer.spec
    if spec.template == "ffhq":
        if size != spec.size:
            answer = resized(answer, (size, size))
    else:
        back = fit_similarity(template_points(spec.template, spec.size), template_points("ffhq", size))
        warped = cv2.warpAffine(answer, back, (size, size), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
        answer = floats(warped)
    return np.rint(np.clip(answer, 0, 1) * 255).astype(np.uint8)


def _composed(damaged: Picture, restored: Picture) -> Picture:
    crop = as_crop(floats(damaged.astype(np.float32) / 255))
    answer = frozen(floats(restored.astype(np.float32) / 255))
    face = restored_face(crop, answer, masks_by_points(crop))
    return render(damaged, [(face_layers(damaged, face, (1, 1)), 100)], ComposeOptions()).astype(np.uint8)
