"""How good the whole-photo networks are on clean photographs that nothing was trained on, damaged by photo_damage.

`python -m gpen_desktop.lab.evaluation.photo_networks --photos DIR [--clean FILE] [--unblock FILE] [--repair FILE]
[--enlarge FILE FILE] [--program] [--dust] [--tone]`
"""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gpen_desktop.core.pixels import size_at
from gpen_desktop.core.progress import Progress, SilentProgress
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.stages.analysis import read_photo, spoilt
from gpen_desktop.core.stages.cleaning import kept_to_grain
from gpen_desktop.core.stages.damage import flaws, is_worth_asking
from gpen_desktop.core.stages.likely_damage import likely_damage
from gpen_desktop.core.stages.networks import PhotoNetworks
from gpen_desktop.core.stages.registry import REPAIR, STAGES, stage_values
from gpen_desktop.core.stages.run import StagedPhotos
from gpen_desktop.core.types import FloatImage, Photo, Pixels, frozen
from gpen_desktop.lab.evaluation import measures, photo_damage
from gpen_desktop.lab.evaluation.photo_damage import Picture
from gpen_desktop.lab.typed import octets
from gpen_desktop.models import registry
from gpen_desktop.models.photo.architectures import PhotoRepairer
from gpen_desktop.models.photo.unet import DamageFinder, PhotoCleaner, PoorPhotoEnlarger, seen_mirrored_too, whole
from gpen_desktop.models.spec import Task

Figures = dict[str, list[float]]
_ENDINGS: Final = (".png", ".jpg")


def measure_cleaner(path: Path, photos: list[Picture]) -> Figures:
    """Gains in PSNR, dB, the screen's fall in dB, and what is done to a clean photo: its PSNR, dB; of what the program
    takes that the network would take."""
    net = registry.load(path, Task.PHOTO_RESTORER)
    assert isinstance(net, PhotoCleaner)

    def clean(picture: Picture) -> Picture:
        given = _tensor(picture)
        change = seen_mirrored_too(lambda x: whole(net, x) - x, given)[0].numpy().transpose(1, 2, 0)
        pixels = np.asarray(picture / 255, np.float32)
        kept = kept_to_grain(change, pixels, read_photo(Photo(frozen(picture), SourceFormat("PNG"))))
        return octets(np.rint(np.clip(picture + 255 * kept, 0, 255)).astype(np.uint8))

    told: Figures = defaultdict(list)
    for seed, original in enumerate(photos):
        # every other one without colour, as most old photos are
        photo = photo_damage.without_colour(original) if seed % 2 else original
        for name, damaged in (
            ("grain", photo_damage.grain(photo, seed)),
            ("jpeg 30", photo_damage.jpeg(photo, 30)),
            ("jpeg 50", photo_damage.jpeg(photo, 50)),
        ):
            told[f"{name}: gain, dB"].append(psnr(clean(damaged), photo) - psnr(damaged, photo))
        printed = photo_damage.half_tone(photo, seed)
        made = clean(printed.picture)
        told["half-tone: peak falls, dB"].append(screen_peak(printed.picture) - screen_peak(made))
        told["half-tone: contrast of lettering kept"].append(
            _contrast(made, printed) / _contrast(printed.clean, printed)
        )
        told["untouched: PSNR, dB"].append(psnr(clean(photo), photo))
    return told


def measure_unblocker(path: Path, photos: list[Picture]) -> Figures:
    """Gains in PSNR of JPEGs, dB: at the photo's size, and halved before."""
    net = registry.load(path, Task.PHOTO_RESTORER)
    assert isinstance(net, PhotoCleaner)
    told: Figures = defaultdict(list)
    for seed, original in enumerate(photos):
        photo = photo_damage.without_colour(original) if seed % 2 else original
        for size, clean in (("", photo), (", halved", photo_damage.halved(photo))):
            for quality in (30, 50):
                stored = photo_damage.jpeg(clean, quality)
                given = _tensor(stored)
                made = given + seen_mirrored_too(lambda x: whole(net, x) - x, given)
                gain = psnr(_picture(made), clean) - psnr(stored, clean)
                told[f"jpeg {quality}{size}: gain, dB"].append(gain)
    return told


def measure_repairer(path: Path, photos: list[Picture]) -> Figures:
    """Recall and precision of what the program takes for damage, and of all that the finder holds for more likely than
    not; the gain in PSNR inside true scratches; what is found on clean photos; whether that much damage is offered to
    be repaired, 0 or 1, in a photo that the program looks for it in."""
    net = registry.load(path, Task.INPAINTER)
    assert isinstance(net, PhotoRepairer)
    finder, filler = net.finder, net.filler
    told: Figures = defaultdict(list)
    for seed, original in enumerate(photos):
        photo = photo_damage.without_colour(original) if seed % 2 else original
        made = photo_damage.scratches(photo, seed)
        likely = _likely(finder, made.picture)
        damage = flaws(likely, made.picture, likely.shape)
        told["scratched photo: repair offered"].append(float(is_worth_asking(damage)))
        for name, mask in (("mask", damage.found), ("at even odds", likely > 127)):
            told[f"{name}: recall"].append((mask & made.mask).sum() / made.mask.sum())
            told[f"{name}: precision"].append((mask & made.mask).sum() / max(1, mask.sum()))
        for name, mask in (("found", damage.found), ("true", made.mask)):
            grown = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
            holes = torch.from_numpy(grown)[None, None]
            filled = _picture(whole(filler, _tensor(made.picture), holes))
            mended = np.where(grown[..., None] > 0, filled, made.picture)
            inside = made.mask
            told[f"inside scratches, mask {name}: gain, dB"].append(
                psnr(mended[inside], photo[inside]) - psnr(made.picture[inside], photo[inside])
            )
        mistaken = flaws(_likely(finder, photo), photo, likely.shape)
        told["clean photo: share masked, %"].append(100 * float(mistaken.found.mean()))
        told["clean photo: repair offered"].append(float(is_worth_asking(mistaken)))
    return told


def measure_enlarger(weights: tuple[Path, Path], photos: list[Picture]) -> Figures:
    """Gains in PSNR over Lanczos, dB, of the mixture of both answers that the product takes. weights: for photos in
    good order, and for poor ones."""
    good, poor = (registry.load(path, Task.UPSCALER) for path in weights)
    assert isinstance(poor, PoorPhotoEnlarger)
    told: Figures = defaultdict(list)
    for seed, original in enumerate(photos):
        photo = _even(photo_damage.without_colour(original) if seed % 2 else original)
        small = photo_damage.halved(photo)
        for name, given in (("clean", small), ("jpeg 50 and noise", photo_damage.poorly_stored(small, seed))):
            simple = octets(cv2.resize(given, photo.shape[1::-1], interpolation=cv2.INTER_LANCZOS4))
            small_photo = _tensor(given)
            mean = seen_mirrored_too(partial(whole, poor), small_photo)
            made = torch.lerp(good(small_photo), mean, spoilt(given))
            told[f"2x, {name}: gain over Lanczos, dB"].append(psnr(_picture(made), photo) - psnr(simple, photo))
    return told


def measure_program(photos: list[Picture]) -> Figures:
    """Gains in PSNR over Lanczos, dB, of photos enlarged twice by the program itself with the weights that are
    installed, all else but tones left to Automatic; and of halved photos without a fault over poor ones, which is more
    than can be had of these."""
    networks, values = PhotoNetworks("cpu", "fp32"), stage_values({"scale": 2, "tone": 0})
    told: Figures = defaultdict(list)
    for seed, original in enumerate(photos):
        photo = _even(photo_damage.without_colour(original) if seed % 2 else original)
        small = photo_damage.halved(photo)
        poor = photo_damage.poorly_stored(small, seed)
        for name, given, simple in (
            ("clean", small, small),
            ("jpeg 50 and noise", poor, poor),
            ("clean, over jpeg 50 and noise", small, poor),
        ):
            source = Photo(frozen(given), SourceFormat("PNG"))
            made = StagedPhotos(source, networks).run(STAGES, values).photo.pixels
            resampled = octets(cv2.resize(simple, photo.shape[1::-1], interpolation=cv2.INTER_LANCZOS4))
            told[f"program, 2x, {name}: gain over Lanczos, dB"].append(
                psnr(octets(made), photo) - psnr(resampled, photo)
            )
    return told


def measure_dust(photos: list[Picture]) -> Figures:
    """Of photos in grey with forty specks: whether the program offers to remove dust, 0 or 1, the share of the specks
    that it removes, and of what it removes the share that is specks; without them, whether it offers that."""
    networks = PhotoNetworks("cpu")
    told: Figures = defaultdict(list)
    for seed, original in enumerate(photos):
        clean = photo_damage.without_colour(original)
        made = photo_damage.dust(clean, seed)
        for name, given in (("dusty", made.picture), ("sound", clean)):
            staged = StagedPhotos(Photo(frozen(given), SourceFormat("PNG")), networks)
            asked = staged.run((REPAIR,), stage_values())
            told[f"{name}: dust seen"].append(float(asked.results[0].words.code == "dust-seen"))
            told[f"{name}: scratches seen"].append(float(asked.results[0].words.code == "damage-seen"))
            if name == "dusty":
                removed = staged.run((REPAIR,), stage_values({"repair": "dust"})).damage
                assert removed is not None  # the stage was on
                told["specks that are removed"].append(_touched(made.mask, removed))
                told["of what is removed, specks"].append(_touched(removed, made.mask))
    return told


def _touched(mask: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Share of the connected components of a mask (h, w) that another one has some of; 1 where there are none."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8))
    return len(np.unique(labels[mask & other])) / (count - 1) if count > 1 else 1.0


def measure_tone(photos: list[Picture]) -> Figures:
    """CIEDE2000 from the clean photo of a faded print in colours, and of one in grey, and of what Automatic makes of
    their tones; at 640 px, as tones do not depend on detail."""
    told: Figures = defaultdict(list)
    for seed, original in enumerate(photos):
        factor = 640 / max(original.shape[:2])
        photo = octets(cv2.resize(original, size_at(factor, original), interpolation=cv2.INTER_AREA))
        faded = photo_damage.faded(photo, seed)
        grey, faded_grey = (photo_damage.without_colour(each) for each in (photo, faded))
        for name, clean, print_ in (("in colours", photo, faded), ("in grey", grey, faded_grey)):
            source = Photo(frozen(print_), SourceFormat("PNG"))
            values = stage_values({"repair": "off", "clean": 0})
            made = octets(StagedPhotos(source).run(STAGES, values).photo.pixels)
            told[f"faded print {name}: ΔE2000"].append(measures.delta_e(print_, clean))
            told[f"faded print {name}, tones back: ΔE2000"].append(measures.delta_e(made, clean))
    return told


def psnr(made: Picture, target: Picture) -> float:
    """dB over all channels; 70 at most."""
    error = np.mean((made.astype(np.float64) - target) ** 2)
    return min(70.0, 10 * math.log10(255**2 / max(float(error), 1e-9)))


def screen_peak(picture: Picture) -> float:
    """Height of the spectrum, dB, at the frequency of photo_damage's half-tone."""
    grey = picture.mean(2)
    window = np.outer(np.hanning(grey.shape[0]), np.hanning(grey.shape[1]))
    spectrum = np.abs(np.fft.rfft2((grey - grey.mean()) * window))
    # sin u sin v is the sum of two waves along the picture's axes, its dots lying on a grid turned by 45 degrees
    along = math.sqrt(2) / photo_damage.SCREEN_PITCH
    rows, columns = round(along * grey.shape[0]), round(along * grey.shape[1])
    near = [spectrum[rows - 3 : rows + 4, :4].max(), spectrum[:4, columns - 3 : columns + 4].max()]
    return 20 * math.log10(max(*near, 1e-9))


def _even(picture: Picture) -> Picture:
    """Without the last row and column where their number is odd, so that twice its half is its size."""
    return picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2]


def _contrast(picture: Picture, printed: photo_damage.Printed) -> float:
    """Deviation of the lettering's box along the clean lettering: 0 where it is gone."""
    shown, clean = (each.mean(2)[printed.letters] for each in (picture, printed.clean))
    clean = clean - clean.mean()
    return float((shown * clean).mean() / clean.std())


def _likely(finder: DamageFinder, picture: Picture) -> NDArray[np.uint8]:
    """How likely each pixel is to be damaged, 0 to 255."""

    def look(pixels: Pixels, progress: Progress) -> FloatImage:
        progress.report(0.0, "repair")
        return np.asarray(whole(finder, _tensor(octets(pixels)))[0, 0].numpy(), np.float32)

    return likely_damage(picture, look, SilentProgress())


def _tensor(picture: Picture) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None].float() / 255


def _picture(made: Tensor) -> Picture:
    return octets(np.rint(made[0].float().clamp(0, 1).numpy().transpose(1, 2, 0) * 255).astype(np.uint8))


def main() -> None:
    """Parse the line, print means and the worst photo of each figure."""
    parser = argparse.ArgumentParser(prog="python -m gpen_desktop.lab.evaluation.photo_networks", description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="folder of clean photos")
    parser.add_argument("--most", type=int, default=None, help="how many of them")
    for name in ("clean", "unblock", "repair"):
        parser.add_argument(f"--{name}", type=Path, help="weights of the network")
    parser.add_argument(
        "--enlarge", type=Path, nargs=2, metavar=("GOOD", "POOR"), help="weights for photos of each kind"
    )
    parser.add_argument("--program", action="store_true", help="what the program makes of them, enlarged twice")
    parser.add_argument("--dust", action="store_true", help="what the program makes of forty specks of dust")
    parser.add_argument("--tone", action="store_true", help="how near a faded print's tones come to the clean photo's")
    parsed = parser.parse_args()
    paths = sorted(path for path in parsed.photos.iterdir() if path.suffix in _ENDINGS)[: parsed.most]
    photos = [octets(cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR))[..., ::-1] for path in paths]
    with torch.inference_mode():
        for given, measure in (
            (parsed.clean, measure_cleaner),
            (parsed.unblock, measure_unblocker),
            (parsed.repair, measure_repairer),
            (parsed.enlarge, measure_enlarger),
        ):
            _tell(measure(given, photos) if given else {})
        _tell(measure_program(photos) if parsed.program else {})
        _tell(measure_dust(photos) if parsed.dust else {})
        _tell(measure_tone(photos) if parsed.tone else {})


def _tell(figures: Figures) -> None:
    for name, values in figures.items():
        print(f"{name}: {np.mean(values):.3f} (worst {min(values):.3f}, best {max(values):.3f})", flush=True)


if __name__ == "__main__":
    main()
