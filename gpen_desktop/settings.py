"""Every setting, declared once. The settings window, the stored file, the command line and the docs read this; no Qt.

Labels, help and choices are English; the window translates them in the context 'settings' (packaging/translate.py
collects them from here).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gpen_desktop.core.photo_files.registry import FORMATS

Value = bool | int | str


class Group(StrEnum):
    """Pages of the settings window, in its order."""

    GENERAL = "General"
    RESTORING = "Restoring"
    EXPORT = "Export"
    COMPUTING = "Computing"


@dataclass(frozen=True)
class Choice:
    """One value of a setting that has few, and how it reads."""

    value: Value
    label: str


@dataclass(frozen=True)
class Setting:
    """One thing that is remembered.

    key: 'group/name', its name in the stored file. type: bool, int or str. default: what holds until it is changed.
    group: the page of the settings window; None for what the program remembers by itself (then label and help are '').
    limits: lowest and highest, of an int. choices: the only values allowed, if any. unit: shown behind a number.
    lowest_label: how the lowest number reads, where it is not meant as a number.
    """

    key: str
    type: type[bool] | type[int] | type[str]
    default: Value
    label: str = ""
    help: str = ""
    group: Group | None = None
    limits: tuple[int, int] | None = None
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    lowest_label: str = ""

    def parse(self, raw: object) -> Value:
        """A stored value (typed, or text as an INI file gives it) as this setting's type.

        Raises ValueError for anything that is not one of its values.
        """
        value = _typed(self.type, raw)
        if self.limits is not None and not self.limits[0] <= int(value) <= self.limits[1]:
            raise ValueError(f"{self.key} is {value}; it goes from {self.limits[0]} to {self.limits[1]}.")
        if self.choices and value not in [choice.value for choice in self.choices]:
            allowed = ", ".join(str(choice.value) for choice in self.choices)
            raise ValueError(f"{self.key} is '{value}'; it is one of {allowed}.")
        return value


def _typed(kind: type[bool] | type[int] | type[str], raw: object) -> Value:
    if kind is bool:
        known = {True: True, False: False, "true": True, "false": False}
        if not isinstance(raw, bool | str) or raw not in known:
            raise ValueError(f"'{raw}' is neither true nor false.")
        return known[raw]
    if kind is int:
        if isinstance(raw, bool) or not isinstance(raw, int | float | str):
            raise ValueError(f"'{raw}' is no whole number.")
        number = float(raw)
        if not math.isfinite(number) or number != int(number):
            raise ValueError(f"'{raw}' is no whole number.")
        return int(number)
    if not isinstance(raw, str):
        raise ValueError(f"'{raw}' is no text.")  # noqa: TRY004 -- a broken value, whatever it was stored as
    return raw


_PERCENT: Final = (0, 100)

SETTINGS: Final[tuple[Setting, ...]] = (
    # General
    Setting(
        "general/language",
        str,
        "auto",
        "Language",
        "Which language the window speaks.",
        Group.GENERAL,
        choices=(Choice("auto", "Same as the system"), Choice("en", "English"), Choice("zh_CN", "简体中文")),
    ),
    Setting(
        "general/appearance",
        str,
        "system",
        "Appearance",
        "Dark keeps the surroundings of the photo quiet.",
        Group.GENERAL,
        choices=(Choice("system", "Same as the system"), Choice("light", "Light"), Choice("dark", "Dark")),
    ),
    Setting(
        "general/confirm_close",
        bool,
        True,
        "Ask before closing with unexported photos",
        "Restored photos that were not exported are lost when the window closes.",
        Group.GENERAL,
    ),
    # Restoring: what a photo starts with. Defaults agree with core.types.ComposeOptions (a test holds it).
    Setting(
        "restore/mode",
        str,
        "natural",
        "Mode",
        "Natural keeps the skin's own texture, Strong cleans most, Detail keeps and crispens fine lines.",
        Group.RESTORING,
        choices=(Choice("natural", "Natural"), Choice("strong", "Strong"), Choice("detail", "Detail")),
    ),
    Setting(
        "restore/strength",
        int,
        80,
        "Strength",
        "How much of the restored face is blended in; 0 leaves the photo as it is.",
        Group.RESTORING,
        limits=_PERCENT,
        unit="%",
    ),
    Setting(
        "restore/skin_protection",
        bool,
        True,
        "Skin protection",
        "Keeps skin tone and grain as they were photographed.",
        Group.RESTORING,
    ),
    Setting(
        "restore/denoise",
        int,
        0,
        "Denoise",
        "Calms grain and noise in restored faces.",
        Group.RESTORING,
        limits=_PERCENT,
        unit="%",
    ),
    Setting(
        "restore/sharpen",
        int,
        0,
        "Sharpen",
        "Crispens restored faces.",
        Group.RESTORING,
        limits=_PERCENT,
        unit="%",
    ),
    Setting(
        "restore/faces",
        str,
        "all",
        "Faces",
        "Which faces of a photo are restored at first.",
        Group.RESTORING,
        choices=(Choice("all", "All"), Choice("largest", "Largest only")),
    ),
    Setting(
        "restore/min_face",
        int,
        25,
        "Smallest face",
        "Faces narrower than this are left as they are.",
        Group.RESTORING,
        limits=(25, 2000),
        unit="px",
    ),
    Setting(
        "restore/restore_sharp",
        bool,
        False,
        "Restore faces that are sharp already",
        "Off, a face with more detail than the model can give is left alone.",
        Group.RESTORING,
    ),
    Setting(
        "restore/scale",
        int,
        1,
        "Enlarge",
        "Size of the result against the photo.",
        Group.RESTORING,
        choices=(Choice(1, "Not at all"), Choice(2, "2 times"), Choice(4, "4 times")),
    ),
    Setting("restore/model", str, "builtin-256"),
    Setting("restore/background", str, "none"),
    # Export
    Setting(
        "export/format",
        str,
        "keep",
        "Format",
        "Keeping the photo's own format also keeps its depth and all it says about itself.",
        Group.EXPORT,
        choices=(
            Choice("keep", "Same as the photo"),
            *(Choice(format.option, format.title) for format in FORMATS if format.offered),
        ),
    ),
    Setting(
        "export/quality",
        int,
        95,
        "Quality",
        "Of JPEG and WebP files.",
        Group.EXPORT,
        limits=(1, 100),
    ),
    Setting(
        "export/pattern",
        str,
        "{name}_restored",
        "File name",
        "{name} stands for the photo's name, {model} and {number} may be used too.",
        Group.EXPORT,
    ),
    Setting(
        "export/existing",
        str,
        "number",
        "If the file exists",
        "What happens when a file of that name is there already.",
        Group.EXPORT,
        choices=(
            Choice("number", "Add a number"),
            Choice("skip", "Skip the photo"),
            Choice("overwrite", "Replace the file"),
        ),
    ),
    Setting("export/folder", str, ""),
    # Computing
    Setting(
        "compute/device",
        str,
        "auto",
        "Device",
        "Automatic takes a graphics card if there is one that helps.",
        Group.COMPUTING,
        choices=(
            Choice("auto", "Automatic"),
            Choice("cpu", "Processor"),
            Choice("cuda", "NVIDIA graphics card"),
            Choice("mps", "Apple graphics"),
        ),
    ),
    Setting(
        "compute/precision",
        str,
        "auto",
        "Precision",
        "Automatic is right for nearly everyone.",
        Group.COMPUTING,
        choices=(
            Choice("auto", "Automatic"),
            Choice("fp32", "Full (fp32)"),
            Choice("fp16", "Half (fp16)"),
            Choice("bf16", "Half (bf16)"),
        ),
    ),
    Setting(
        "compute/batch_size",
        int,
        0,
        "Faces at once",
        "More is quicker on a graphics card and needs more memory.",
        Group.COMPUTING,
        limits=(0, 64),
        lowest_label="Automatic",
    ),
    # Remembered by the window itself
    Setting("window/geometry", str, ""),
    Setting("window/state", str, ""),
    Setting(
        "window/view", str, "split", choices=(Choice("split", ""), Choice("side_by_side", ""), Choice("before", ""))
    ),
    Setting("window/recent", str, "[]"),
    Setting("window/presets", str, "[]"),
    Setting("window/open_folder", str, ""),
    Setting("crash/seen", str, ""),
    Setting("models/agreed", str, "[]"),
)


def by_key(key: str) -> Setting:
    """The setting with this key. Raises KeyError for one that is not declared."""
    for setting in SETTINGS:
        if setting.key == key:
            return setting
    raise KeyError(key)
