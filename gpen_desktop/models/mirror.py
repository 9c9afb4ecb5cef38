"""Other places than a model's source to fetch it from; what arrives is checked against the same hash."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from gpen_desktop.errors import OptionError
from gpen_desktop.messages import say
from gpen_desktop.models.catalog import ModelInfo


def address_of(info: ModelInfo, mirror: str = "") -> str:
    """Where a model is fetched from.

    mirror: '' for its source; else an address in which {url} stands for the source's and {file} for the file's name,
    or the address of a folder with the file in it.
    """
    if not mirror:
        return info.source
    if "{url}" in mirror or "{file}" in mirror:
        return mirror.replace("{url}", info.source).replace("{file}", info.published_file)
    return f"{mirror.rstrip('/')}/{quote(info.published_file)}"


def check_mirror(mirror: str) -> None:
    """Raise OptionError for what is no address of the web; '' stands for none and is right."""
    parts = urlsplit(mirror)
    if mirror and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise OptionError(
            say("no-web-address", "'{address}' is no address of the web.", address=mirror),
            todo=say("web-address-begins", "It begins with https:// or http://."),
        )
