"""The networks of this computer, loaded when they are first needed."""

from __future__ import annotations

from gpen_desktop.core.engine.compute import ComputeOptions
from gpen_desktop.core.engine.restorer import Restorer
from gpen_desktop.core.faces.detection import FaceDetector
from gpen_desktop.core.faces.identity import IdentityGuard
from gpen_desktop.core.faces.parsing import FaceParser
from gpen_desktop.core.faces.published_detection import PublishedDetector
from gpen_desktop.core.stages.networks import PhotoNetworks
from gpen_desktop.models import catalog, device, store
from gpen_desktop.models.choice import choice_of


def load_finder(wanted: ComputeOptions) -> FaceDetector | PublishedDetector:
    """The face detector. Raises WeightsError, DeviceError."""
    name = store.chosen_detector(wanted.detector)
    if name == catalog.DETECTOR:
        return FaceDetector(precision="fp32" if wanted.precision == "fp32" else "auto")
    return PublishedDetector(name, device=wanted.device, precision=wanted.precision)


def load_guard() -> IdentityGuard:
    """What compares restored faces with their sources. Raises WeightsError."""
    return IdentityGuard()


def load_parser(wanted: ComputeOptions) -> FaceParser | None:
    """What tells the parts of a face apart, where it is installed. Raises WeightsError, DeviceError."""
    name = store.chosen_parser()
    return FaceParser(name, device=wanted.device, precision=wanted.precision) if name else None


def photo_networks(wanted: ComputeOptions) -> PhotoNetworks:
    """The networks of the whole photo, each loaded when it is first needed."""
    return PhotoNetworks(wanted.device, wanted.precision)


def load_restorer(model: str, wanted: ComputeOptions) -> Restorer:
    """The network of that name or file, warmed up. Raises ModelError (of all kinds), DeviceError."""
    restorer = Restorer(model, device=wanted.device, precision=wanted.precision, batch_size=wanted.batch_size)
    restorer.warm_up()
    return restorer


def load_inventor(model: str, wanted: ComputeOptions) -> Restorer | None:
    """The network that invents detail beside the one of that name; None where there is none. Raises as
    load_restorer."""
    name = store.inventor_of(choice_of(model).name)
    return load_restorer(name, wanted) if name else None


def cpu_threads() -> int:
    """As models/device has it."""
    return device.cpu_threads()


def limit_threads_here(count: int) -> None:
    """As models/device has it."""
    device.limit_threads_here(count)
