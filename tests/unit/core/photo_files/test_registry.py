"""One registration brings a format everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpen_desktop import settings
from gpen_desktop.core.photo_files import registry
from gpen_desktop.core.photo_files.load_save import save_photo
from gpen_desktop.core.photo_files.registry import FORMATS, Format
from tests.unit.core.made_files import photo_of, picture

DESKTOP_ENTRY = Path(__file__).parents[4] / "packaging" / "linux" / "gpen-desktop.desktop"


def test_no_two_formats_share_a_name_or_a_suffix() -> None:
    suffixes = [suffix for format in FORMATS for suffix in format.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert len({format.name for format in FORMATS}) == len(FORMATS)
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in suffixes)


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: str(format.name))
def test_a_format_that_cannot_be_written_says_what_its_photos_become(format: Format) -> None:
    assert (format.codec().encode is None) == bool(format.becomes)
    assert registry.stored_as(format.name) in registry.written()
    assert not (format.becomes and format.offered)


@pytest.mark.parametrize("format", registry.written(), ids=lambda format: str(format.name))
def test_what_is_written_is_recognised_by_its_start_alone(tmp_path: Path, format: Format) -> None:
    saved = save_photo(photo_of(picture()), tmp_path / "a", format=format.option)
    start = saved.path.read_bytes()[: registry.RECOGNISED_BY]
    assert [each.name for each in FORMATS if each.recognises(start)] == [format.name]
    assert registry.recognised(start) is format


def test_the_choices_for_results_are_the_registered_ones() -> None:
    choices = settings.by_key("export/format").choices
    assert [choice.value for choice in choices] == ["keep", *(format.option for format in FORMATS if format.offered)]


def test_the_desktop_opens_every_format_with_the_program() -> None:
    entry = DESKTOP_ENTRY.read_text(encoding="utf-8")
    named = next(line for line in entry.splitlines() if line.startswith("MimeType=")).removeprefix("MimeType=")
    assert set(named.strip(";").split(";")) == {format.media_type for format in FORMATS}
