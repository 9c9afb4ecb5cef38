"""A line of words that anybody sees at the lower right of a result. Off unless asked for."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gpen_desktop.core.output.mark_words import check_mark
from gpen_desktop.core.types import FloatImage, Photo, frozen
from gpen_desktop.errors import OptionError
from gpen_desktop.messages import say

_HEIGHT: Final = 0.022
"""Of the letters, as a share of the photo's shorter side."""
_LEAST: Final = 7
"""Pixels of a letter's height below which nobody could read it."""
_WIDEST: Final = 0.9
"""Share of the photo's width that the words take at most."""
_SHADOW: Final = 0.55
"""How dark the ground is made around the letters, 0 to 1, so that they are seen on white."""
_NOBODY_S: Final = "\uffff"
"""A character that no font has: what is drawn for it stands for every one that is missing."""

_FONTS: Final = (
    *("NotoSansCJK-Regular.ttc", "NotoSans-Regular.ttf", "DejaVuSans.ttf", "wqy-zenhei.ttc"),  # Linux
    *("msyh.ttc", "segoeui.ttf", "arial.ttf"),  # Windows
    *("PingFang.ttc", "Hiragino Sans GB.ttc", "Arial Unicode.ttf"),  # macOS
)
"""Looked for by name among the system's, where Pillow's own font lacks a character."""


def marked(photo: Photo, words: str) -> Photo:
    """The photo with these words at its lower right, white on a shadow; all other pixels stay as they are.

    A photo in which they could not be read stays as it is. Raises OptionError where no font here has their characters.
    """
    check_mark(words)
    letters = _letters(words, photo.width, photo.height)
    if letters is None:
        return photo
    light, ground = letters
    height, width = light.shape
    y, x = photo.height - height, photo.width - width
    there = photo.pixels[y:, x:].astype(np.float32)
    shaded = there * (1 - _SHADOW * ground[..., None])
    drawn = shaded + light[..., None] * (photo.white - shaded)
    pixels = photo.pixels.copy()
    pixels[y:, x:] = np.rint(drawn).astype(pixels.dtype)
    return replace(photo, pixels=frozen(pixels))


def _letters(words: str, width: int, height: int) -> tuple[FloatImage, FloatImage] | None:
    """How much of white, and of shadow, (h, w) float32 in [0, 1] each, lie over the lower right of a photo; None where
    there is no room for them."""
    size = round(_HEIGHT * min(width, height)) + _LEAST
    while (font := _font(words, size)).getlength(words) > _WIDEST * width:
        size -= 1
        if size < _LEAST:
            return None
    left, top, right, bottom = font.getbbox(words)
    edge = size // 2
    box = (int(right - left) + 3 * edge, int(bottom - top) + 3 * edge)
    if box[0] > width or box[1] > height:
        return None
    drawn = Image.new("L", box)
    ImageDraw.Draw(drawn).text((edge - left, edge - top), words, font=font, fill=255)
    light = np.asarray(drawn, np.float32) / np.float32(255)
    around = Image.new("L", box)
    ImageDraw.Draw(around).text((edge - left, edge - top), words, font=font, fill=255, stroke_width=max(1, size // 8))
    return light, np.asarray(around, np.float32) / np.float32(255)


def check_drawable(words: str) -> None:
    """Say before any work is done what `marked` would say. '' is none, and always right. Raises OptionError."""
    check_mark(words)
    _font(words, _LEAST)


@lru_cache(maxsize=64)
def _font(words: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The first font that has every character. Raises OptionError where none has."""
    own = ImageFont.load_default(size)
    if _has_all(own, words):
        return own
    for name in _FONTS:
        font = _system_s(name)
        if font is not None and _has_all(font, words):
            return font.font_variant(size=size)
    raise OptionError(
        say("mark-without-font", "No font on this computer has all characters of '{words}'.", words=words),
        todo=say("plain-mark", "Choose other words for the mark, or install a font that has them."),
    )


@lru_cache(maxsize=len(_FONTS))
def _system_s(name: str) -> ImageFont.FreeTypeFont | None:
    """A font of the system's, of some size; looking for one that is not there goes through all folders of fonts."""
    try:
        return ImageFont.truetype(name, _LEAST)
    except (OSError, ImportError):  # ImportError: Pillow without FreeType
        return None


def _has_all(font: ImageFont.FreeTypeFont | ImageFont.ImageFont, words: str) -> bool:
    if not isinstance(font, ImageFont.FreeTypeFont):  # Pillow without FreeType: Latin letters alone
        return words.isascii()
    missing = bytes(font.getmask(_NOBODY_S))
    return all(character.isspace() or bytes(font.getmask(character)) != missing for character in set(words))
