"""Every setting, declared once. The settings window, the stored file, the command line and the docs read this; no Qt.

Options of the look are declared where the look is made (core/options.py, core/stages/registry.py) and remembered here.
Labels, help and choices are English; the window translates them in the context 'settings' (packaging/translate.py
collects them from here).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

from gpen_desktop.core.options import FACE_OPTIONS, Choice, Option, Value
from gpen_desktop.core.output.mark_words import check_mark
from gpen_desktop.core.output.name_pattern import check_pattern
from gpen_desktop.core.photo_files.registry import FORMATS
from gpen_desktop.core.stages.registry import stage_options
from gpen_desktop.errors import OptionError
from gpen_desktop.models.catalog import BUILTIN, DETECTOR, PUBLISHED_DETECTORS, by_name
from gpen_desktop.models.mirror import check_mirror


class Group(StrEnum):
    """Pages of the settings window, in its order."""

    GENERAL = "General"
    RESTORING = "Restoring"
    EXPORT = "Export"
    COMPUTING = "Computing"


@dataclass(frozen=True)
class Setting(Option):
    """One thing that is remembered: an Option whose name is its key in the stored file, 'group/name'.

    group: the page of the settings window; None for what the program remembers by itself (then label and help are '').
    rule: raises OptionError for a text that is none of its values.
    """

    group: Group | None = None
    rule: Callable[[str], None] | None = None

    @property
    def key(self) -> str:
        """Its name in the stored file."""
        return self.name

    def parse(self, raw: object) -> Value:
        """As Option.parse; ValueError too for what breaks the rule."""
        value = super().parse(raw)
        try:
            self._follow_rule(value)
        except OptionError as error:
            raise ValueError(str(error)) from error
        return value

    def check(self, value: object) -> None:
        """As Option.check; where the rule is broken, in the rule's own words."""
        self._follow_rule(value)
        super().check(value)

    def _follow_rule(self, value: object) -> None:
        if self.rule is not None and isinstance(value, str):
            self.rule(value)


def _remembered(option: Option) -> Setting:
    """What a photo starts with: an option of the look as a setting."""
    declared = {field.name: getattr(option, field.name) for field in fields(option)}
    if option.names_model:  # chosen among what is installed, in the panel
        return Setting(f"restore/{option.name}", option.type, option.default)
    return Setting(**declared | {"name": f"restore/{option.name}", "group": Group.RESTORING})


_OWN: Final = (
    # General
    Setting(
        "program/language",
        str,
        "auto",
        "Language",
        "Language of the window.",
        group=Group.GENERAL,
        choices=(Choice("auto", "Same as the system"), Choice("en", "English"), Choice("zh_CN", "简体中文")),
    ),
    Setting(
        "program/appearance",
        str,
        "system",
        "Appearance",
        "Dark keeps the surroundings of the photo quiet.",
        group=Group.GENERAL,
        choices=(Choice("system", "Same as the system"), Choice("light", "Light"), Choice("dark", "Dark")),
    ),
    Setting(
        "program/confirm_close",
        bool,
        True,
        "Ask before closing with unexported photos",
        "Restored photos that were not exported are lost when the window closes.",
        group=Group.GENERAL,
    ),
    Setting("restore/model", str, BUILTIN),
    # Export
    Setting(
        "export/format",
        str,
        "keep",
        "Format",
        "Keeping the photo's own format also keeps its bit depth and all its metadata.",
        group=Group.EXPORT,
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
        group=Group.EXPORT,
        limits=(1, 100),
    ),
    Setting(
        "export/pattern",
        str,
        "{name}_restored",
        "File name",
        "{name} stands for the photo's name, {model} and {number} may be used too.",
        group=Group.EXPORT,
        rule=check_pattern,
    ),
    Setting(
        "export/existing",
        str,
        "number",
        "If the file exists",
        "What happens when a file of that name is there already.",
        group=Group.EXPORT,
        choices=(
            Choice("number", "Add a number"),
            Choice("skip", "Skip the photo"),
            Choice("overwrite", "Replace the file"),
        ),
    ),
    Setting(
        "export/mark",
        str,
        "",
        "Visible mark",
        "Words at the lower right of every restored photo, such as 'Restored with GPEN Desktop'; none when empty.",
        group=Group.EXPORT,
        rule=check_mark,
    ),
    Setting("export/folder", str, ""),
    Setting("export/beside", bool, False),
    Setting("export/only_changed", bool, False),
    # Computing
    Setting(
        "compute/device",
        str,
        "auto",
        "Device",
        "Automatic uses a graphics card if there is one that helps.",
        group=Group.COMPUTING,
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
        group=Group.COMPUTING,
        choices=(
            Choice("auto", "Automatic"),
            Choice("fp32", "Full (fp32)"),
            Choice("fp16", "Half (fp16)"),
            Choice("bf16", "Half (bf16)"),
        ),
    ),
    Setting(
        "compute/detector",
        str,
        "auto",
        "Face detector",
        "Automatic takes the best that is installed: 'Models' has more of them.",
        group=Group.COMPUTING,
        choices=(
            Choice("auto", "Automatic"),
            Choice(DETECTOR, "Built-in"),
            *(Choice(name, info.title) for name in PUBLISHED_DETECTORS if (info := by_name(name)) is not None),
        ),
    ),
    Setting(
        "compute/batch_size",
        int,
        0,
        "Faces at once",
        "More is quicker on a graphics card and needs more memory.",
        group=Group.COMPUTING,
        limits=(0, 64),
        lowest_label="Automatic",
    ),
    Setting(
        "models/mirror",
        str,
        "",
        "Mirror for models",
        "Where models are fetched from instead: an address, with {url} or {file} in it where it needs them.",
        group=Group.COMPUTING,
        rule=check_mirror,
    ),
    # Remembered by the window itself
    Setting("window/geometry", str, ""),
    Setting("window/state", str, ""),
    Setting("window/view", str, "split", choices=(Choice("split", ""), Choice("side_by_side", ""))),
    Setting("window/recent", str, "[]"),
    Setting("window/album", str, ""),
    Setting("window/presets", str, "[]"),
    Setting("window/open_folder", str, ""),
    Setting("crash/seen", str, ""),
    Setting("models/agreed", str, "[]"),
    Setting("models/offer", str, "offer", choices=(Choice("offer", ""), Choice("later", ""), Choice("never", ""))),
)


def declared() -> tuple[Setting, ...]:
    """All settings, each page's in its order."""
    look = tuple(_remembered(option) for option in (*FACE_OPTIONS, *stage_options()))
    return (*look, *_OWN)


def by_key(key: str) -> Setting:
    """The setting with this key. Raises KeyError for one that is not declared."""
    for setting in declared():
        if setting.key == key:
            return setting
    raise KeyError(key)
