"""What weights exist: those shipped with the program and those that can be fetched."""

from __future__ import annotations

from dataclasses import dataclass

from gpen_desktop.models.spec import FACE_TASKS, Task

NON_COMMERCIAL = "non-commercial use only"
MIT = "MIT"

_VIGEN = "https://public-vigen-video.oss-cn-shanghai.aliyuncs.com/robin/models"
_MODELSCOPE = "https://modelscope.cn/models/iic/cv_gpen_image-portrait-enhancement-hires/resolve/master"
_FACEXLIB = "https://github.com/xinntao/facexlib/releases/download"
_ESRGAN = "https://github.com/xinntao/Real-ESRGAN/releases/download"
_GFPGAN = "https://github.com/TencentARC/GFPGAN/releases/download"
_CODEFORMER = "https://github.com/sczhou/CodeFormer/releases/download"

_THIRD_PARTY_HASH = "The hash is a third party's pin."
_NO_HASH = "No trusted hash is known: shown as unverified."


@dataclass(frozen=True)
class ModelInfo:
    """One weights file.

    name: what users type. title: what they read. file: its name on disk. bytes, sha256: None where not known.
    source: address, or 'shipped'. size: side of the crop (what takes aligned faces) or 0.
    usable: whether this version has a use for it; what has none is known by name and hash, but not offered.
    """

    name: str
    title: str
    task: Task
    file: str
    bytes: int | None
    sha256: str | None
    licence: str
    source: str
    size: int = 0
    notes: str = ""
    usable: bool = True

    @property
    def restores_faces(self) -> bool:
        """Whether it can be chosen to restore the faces of a photo."""
        return self.usable and self.task in FACE_TASKS

    @property
    def shipped(self) -> bool:
        """Whether it comes with the program."""
        return self.source == "shipped"


BUILTIN = "builtin-256"
DETECTOR = "retinaface025"
LANDMARKS = "landmarks5"
CLEANER = "photo-clean"
REPAIRER = "photo-repair"
ENLARGER = "photo-enlarge"

MODELS: tuple[ModelInfo, ...] = (
    ModelInfo(
        BUILTIN,
        "Built-in face restorer (256 px)",
        Task.FACE_RESTORER,
        "gpen_builtin_256.safetensors",
        8_941_916,
        "a6f8d33a8bb52e1955665b935e5a5fd7bd023eebfd3216f74685869a90fdf9b3",
        MIT,
        "shipped",
        256,
        "Our own training on public-domain portraits: takes away grain and blur, invents nothing.",
    ),
    ModelInfo(
        DETECTOR,
        "Built-in face detector",
        Task.FACE_DETECTOR,
        "retinaface_mobile025.safetensors",
        893_472,
        "910245b9be2ac906bbcc93afeeb4f2da8f4caf70fccdce9362d687148e518cce",
        MIT,
        "shipped",
        notes="Our own training on composed scenes, in facexlib's RetinaFace layout.",
    ),
    ModelInfo(
        LANDMARKS,
        "Built-in landmarks",
        Task.LANDMARKS,
        "landmarks5.safetensors",
        1_475_468,
        "b1705079ca48d66ddcae9e1dcd059ec53e70b06ad75f5d7537bed84166de8095",
        MIT,
        "shipped",
    ),
    ModelInfo(
        CLEANER,
        "Built-in photo cleaner",
        Task.PHOTO_RESTORER,
        "gpen_builtin_clean.safetensors",
        None,
        None,
        MIT,
        "shipped",
    ),
    ModelInfo(
        REPAIRER,
        "Built-in damage finder and filler",
        Task.INPAINTER,
        "gpen_builtin_repair.safetensors",
        None,
        None,
        MIT,
        "shipped",
    ),
    ModelInfo(
        ENLARGER,
        "Built-in enlarger (2x)",
        Task.UPSCALER,
        "gpen_builtin_enlarge.safetensors",
        None,
        None,
        MIT,
        "shipped",
    ),
    ModelInfo(
        "gpen-512",
        "GPEN 512",
        Task.FACE_RESTORER,
        "GPEN-BFR-512.pth",
        284_085_738,
        "f1002c41add95b0decad69604d80455576f7187dd99ca16bd611bcfd44c10b51",
        NON_COMMERCIAL,
        f"{_VIGEN}/GPEN-BFR-512.pth",
        512,
        "The hash is of a public mirror's copy.",
    ),
    ModelInfo(
        "gpen-256",
        "GPEN 256",
        Task.FACE_RESTORER,
        "GPEN-BFR-256.pth",
        None,
        None,
        NON_COMMERCIAL,
        f"{_VIGEN}/GPEN-BFR-256.pth",
        256,
        _NO_HASH,
    ),
    ModelInfo(
        "gpen-1024",
        "GPEN 1024",
        Task.FACE_RESTORER,
        "GPEN-BFR-1024.pt",
        None,
        None,
        NON_COMMERCIAL,
        f"{_MODELSCOPE}/pytorch_model.pt",
        1024,
        _NO_HASH,
    ),
    ModelInfo(
        "gpen-2048",
        "GPEN 2048",
        Task.FACE_RESTORER,
        "GPEN-BFR-2048.pt",
        None,
        None,
        NON_COMMERCIAL,
        f"{_MODELSCOPE}/pytorch_model-2048.pt",
        2048,
        _NO_HASH,
    ),
    ModelInfo(
        "gpen-colorization-1024",
        "GPEN colourisation 1024",
        Task.FACE_COLOURISER,
        "GPEN-Colorization-1024.pth",
        None,
        None,
        NON_COMMERCIAL,
        f"{_VIGEN}/GPEN-Colorization-1024.pth",
        1024,
        f"Gives grey faces colour. {_NO_HASH}",
    ),
    ModelInfo(
        "gpen-inpainting-1024",
        "GPEN inpainting 1024",
        Task.FACE_INPAINTER,
        "GPEN-Inpainting-1024.pth",
        None,
        None,
        NON_COMMERCIAL,
        f"{_VIGEN}/GPEN-Inpainting-1024.pth",
        1024,
        f"Fills white holes in faces. {_NO_HASH}",
        usable=False,
    ),
    ModelInfo(
        "retinaface-resnet50",
        "RetinaFace detector (ResNet-50)",
        Task.FACE_DETECTOR,
        "detection_Resnet50_Final.pth",
        109_497_761,
        "6d1de9c2944f2ccddca5f5e010ea5ae64a39845a86311af6fdf30841b0a5a16d",
        MIT,
        f"{_FACEXLIB}/v0.1.0/detection_Resnet50_Final.pth",
        notes=_THIRD_PARTY_HASH,
        usable=False,
    ),
    ModelInfo(
        "retinaface-mobilenet",
        "RetinaFace detector (MobileNet 0.25)",
        Task.FACE_DETECTOR,
        "detection_mobilenet0.25_Final.pth",
        1_789_735,
        "2979b33ffafda5d74b6948cd7a5b9a7a62f62b949cef24e95fd15d2883a65220",
        MIT,
        f"{_FACEXLIB}/v0.1.0/detection_mobilenet0.25_Final.pth",
        notes=_THIRD_PARTY_HASH,
        usable=False,
    ),
    ModelInfo(
        "parsenet",
        "ParseNet face parser",
        Task.FACE_PARSER,
        "parsing_parsenet.pth",
        85_331_193,
        "3d558d8d0e42c20224f13cf5a29c79eba2d59913419f945545d8cf7b72920de2",
        "with facexlib (MIT); its training data is for non-commercial use",
        f"{_FACEXLIB}/v0.2.2/parsing_parsenet.pth",
        notes=_THIRD_PARTY_HASH,
        usable=False,
    ),
    ModelInfo(
        "realesrgan-x2",
        "Real-ESRGAN x2",
        Task.UPSCALER,
        "RealESRGAN_x2plus.pth",
        67_061_725,
        "49fafd45f8fd7aa8d31ab2a22d14d91b536c34494a5cfe31eb5d89c2fa266abb",
        "BSD-3-Clause",
        f"{_ESRGAN}/v0.2.1/RealESRGAN_x2plus.pth",
        notes=_THIRD_PARTY_HASH,
        usable=False,
    ),
    ModelInfo(
        "realesrgan-x4",
        "Real-ESRGAN x4",
        Task.UPSCALER,
        "RealESRGAN_x4plus.pth",
        67_040_989,
        "4fa0d38905f75ac06eb49a7951b426670021be3018265fd191d2125df9d682f1",
        "BSD-3-Clause",
        f"{_ESRGAN}/v0.1.0/RealESRGAN_x4plus.pth",
        notes=_THIRD_PARTY_HASH,
        usable=False,
    ),
    ModelInfo(
        "realesr-general-x4",
        "Real-ESRGAN general x4 (small)",
        Task.UPSCALER,
        "realesr-general-x4v3.pth",
        4_885_111,
        "8dc7edb9ac80ccdc30c3a5dca6616509367f05fbc184ad95b731f05bece96292",
        "BSD-3-Clause",
        f"{_ESRGAN}/v0.2.5.0/realesr-general-x4v3.pth",
        notes=_THIRD_PARTY_HASH,
        usable=False,
    ),
    ModelInfo(
        "gfpgan-1.4",
        "GFPGAN 1.4",
        Task.FACE_RESTORER,
        "GFPGANv1.4.pth",
        348_632_874,
        "e2cd4703ab14f4d01fd1383a8a8b266f9a5833dacee8e6a79d3bf21a1b6be5ad",
        "Apache-2.0, parts for non-commercial use",
        f"{_GFPGAN}/v1.3.0/GFPGANv1.4.pth",
        512,
        _THIRD_PARTY_HASH,
        usable=False,
    ),
    ModelInfo(
        "restoreformer",
        "RestoreFormer",
        Task.FACE_RESTORER,
        "RestoreFormer.pth",
        290_785_322,
        "07404d446d62ca3d5ed38b1de09a947a1e77d46dbccec961a74d713a8f24ace0",
        "Apache-2.0",
        f"{_GFPGAN}/v1.3.4/RestoreFormer.pth",
        512,
        _THIRD_PARTY_HASH,
        usable=False,
    ),
    ModelInfo(
        "codeformer",
        "CodeFormer",
        Task.FACE_RESTORER,
        "codeformer.pth",
        376_637_898,
        "1009e537e0c2a07d4cabce6355f53cb66767cd4b4297ec7a4a64ca4b8a5684b7",
        NON_COMMERCIAL,
        f"{_CODEFORMER}/v0.1.0/codeformer.pth",
        512,
        _THIRD_PARTY_HASH,
        usable=False,
    ),
)


def by_name(name: str) -> ModelInfo | None:
    """The model that goes by this name, or None."""
    return next((info for info in MODELS if info.name == name), None)


def by_file(file: str) -> ModelInfo | None:
    """The model whose file has this name, or None."""
    return next((info for info in MODELS if info.file == file), None)


def by_sha256(sha256: str) -> ModelInfo | None:
    """The model whose file has this hash, or None."""
    return next((info for info in MODELS if info.sha256 == sha256), None)
