"""What only the bundle itself can say of itself: are its icon, translation, style and models inside, and do they work.

Run inside a bundle by smoke_test.py, through `gpen-desktop --self-check REPORT.json`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from gpen_desktop.__main__ import main  # noqa: F401 -- the streams and the import order of a real start
from gpen_desktop.models.catalog import BUILTIN


def run(report: str) -> int:
    """Check everything, write what was found as JSON, and return 0 if all is well."""
    if sys.platform == "win32":
        import torch  # noqa: F401 -- before Qt, as in __main__
    findings: dict[str, object] = {}
    faults: list[str] = []
    for check in (_window_parts, _licences, _formats, _weights, _restores, _published, _downloads):
        started = time.perf_counter()
        try:
            findings |= check()
        except Exception as error:
            faults.append(f"{check.__name__}: {type(error).__name__}: {error}")
        findings[f"{check.__name__[1:]}_s"] = round(time.perf_counter() - started, 2)
    findings["faults"] = faults
    Path(report).write_text(json.dumps(findings, indent=2, ensure_ascii=False), encoding="utf-8")
    return 1 if faults else 0


def _window_parts() -> dict[str, object]:
    from PySide6.QtGui import QImageReader
    from PySide6.QtWidgets import QApplication, QDialogButtonBox

    from gpen_desktop import paths
    from gpen_desktop.gui.common import i18n, icons, theme

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication([])
    theme.apply(app, "dark")
    _expect(not icons.app_icon().isNull(), "the program's icon is missing")
    _expect(not icons.icon("folder-open").pixmap(18, 18).isNull(), "an icon cannot be drawn")
    check_mark = QImageReader(str(paths.resources() / "style" / "check.svg")).read()
    _expect(not check_mark.isNull(), "the style sheet's SVG pictures cannot be read")
    i18n.apply(app, "zh_CN")
    _expect(i18n.setting_text("Strength") == "修复强度", "the Chinese translation is missing")
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    _expect(box.buttons()[0].text() == "取消", "Qt's own Chinese translation is missing")
    i18n.apply(app, "en")
    return {"platform": app.platformName()}


def _licences() -> dict[str, object]:
    from gpen_desktop.gui.dialogs import licences

    libraries = licences.libraries()
    without = [part.name for part in libraries if not part.text]
    _expect(licences.program().text != "", "the program's own licence is missing")
    _expect(not without, f"no licence text of {', '.join(without)}")
    return {"libraries": [f"{part.name} {part.version}".strip() for part in libraries]}


def _formats() -> dict[str, object]:
    """Each is imported with the first file of its kind: is its library in the bundle?"""
    import pi_heif
    import rawpy
    from PIL import features

    from gpen_desktop.core.photo_files.registry import FORMATS

    for format in FORMATS:
        format.codec()
    _expect(all(features.check(name) for name in ("avif", "webp")), "Pillow lacks AVIF or WebP")
    return {"libheif": pi_heif.libheif_version(), "libraw": ".".join(map(str, rawpy.libraw_version))}


def _weights() -> dict[str, object]:
    from gpen_desktop.models import store
    from gpen_desktop.models.catalog import MODELS

    shipped = [info.name for info in MODELS if info.shipped]
    missing = [name for name in shipped if not store.has(name)]
    _expect(bool(shipped) and not missing, f"no weights of {', '.join(missing)}")
    return {"weights": shipped}


def _downloads() -> dict[str, object]:
    """What 'Get' needs, short of a network."""
    import ssl

    import certifi

    return {"authorities": len(ssl.create_default_context(cafile=certifi.where()).get_ca_certs())}


def _restores() -> dict[str, object]:
    from gpen_desktop import paths
    from gpen_desktop.core.engine.restorer import Restorer
    from gpen_desktop.core.engine.session import Session
    from gpen_desktop.core.faces.detection import FaceDetector
    from gpen_desktop.core.photo_files.load_save import load_photo
    from gpen_desktop.core.types import ComposeOptions

    photo = load_photo(paths.samples() / "hopper_small_blurry.jpg")
    restorer = Restorer(BUILTIN, device="cpu")
    session = Session(photo, FaceDetector(), restorer)
    faces = session.faces()
    _expect(len(faces) == 1, f"{len(faces)} faces found in a sample that shows one")
    composed = session.compose(ComposeOptions())
    _expect(bool((composed.photo.pixels != photo.pixels).any()), "restoring changed nothing")
    return {"compute": restorer.compute.name}


def _published() -> dict[str, object]:
    """What is imported only when a published model is chosen: is it in the bundle, and does it run?"""
    import numpy as np
    import torch
    from facexlib.detection.retinaface import RetinaFace
    from facexlib.parsing.parsenet import ParseNet
    from spandrel import MAIN_REGISTRY
    from spandrel.architectures.ESRGAN import ESRGAN

    from gpen_desktop.core.stages.networks import PhotoNetworks
    from gpen_desktop.models.catalog import MODELS

    architectures = len(list(MAIN_REGISTRY.architectures("detection")))
    _expect(architectures > 20, f"spandrel knows only {architectures} architectures")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "random.pth"
        torch.save(ESRGAN(num_filters=8, num_blocks=1, scale=2).state_dict(), file)
        made = PhotoNetworks("cpu").upscaler(str(file)).run(np.zeros((32, 32, 3), np.float32))
    _expect(made.shape == (64, 64, 3), f"an enlarging model gave {made.shape}")
    return {
        "architectures": architectures,
        "catalogue": len(MODELS),
        "facexlib": [RetinaFace.__name__, ParseNet.__name__],
    }


def _expect(truth: bool, otherwise: str) -> None:
    if not truth:
        raise AssertionError(otherwise)
