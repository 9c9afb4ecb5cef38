"""What is true of a photo's metadata once its pixels stand upright, and once they are written to a file by us."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gpen_desktop.core.photo_files import exif as exif_block
from gpen_desktop.core.photo_files import iptc
from gpen_desktop.core.photo_files.exif import ExifBlock
from gpen_desktop.core.photo_files.formats import png
from gpen_desktop.core.photo_files.registry import Block, Format
from gpen_desktop.core.photo_files.tiff_structure import StructureError
from gpen_desktop.core.source_file import Metadata
from gpen_desktop.messages import Message, say

_TIFF_NAMES = b"http://ns.adobe.com/tiff/1.0/"
_EXIF_NAMES = b"http://ns.adobe.com/exif/1.0/"
_XMP_NAMES = b"http://ns.adobe.com/xap/1.0/"
_HISTORY_NAMES = b"http://ns.adobe.com/xap/1.0/mm/"
_MOST_WITH_HISTORY = 65_000  # bytes: about what a segment of a JPEG holds
_EMPTY_PACKET = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def made_upright(stated: Metadata) -> tuple[Metadata, int, list[Message]]:
    """A file's metadata, the way it is true once the pixels stand upright; how they lie in the file; what was dropped.

    Orientation 1 where one was stated, resolution turned along, nothing of the EXIF block that cannot be read. How the
    pixels lie is a number from 1 to 8 as in EXIF; the XMP packet's word counts where EXIF says nothing.
    """
    block, problems = _parsed(stated.exif)
    orientation = _xmp_orientation(stated.xmp) if block is None or block.orientation is None else block.orientation
    upright = replace(
        stated,
        exif=exif_block.upright(block) if block else b"",
        xmp=_xmp_replaced(stated.xmp, _TIFF_NAMES, b"Orientation", b"1"),
        dpi=(stated.dpi[1], stated.dpi[0]) if stated.dpi and orientation >= 5 else stated.dpi,
    )
    return upright, orientation, problems


def _parsed(exif: bytes) -> tuple[ExifBlock | None, list[Message]]:
    """The readable part of an EXIF block, None where there is none; and what had to be left out."""
    if not exif:
        return None, []
    try:
        block = exif_block.parse(exif)
    except StructureError:
        return None, [say("exif-damaged", "The EXIF data is damaged and was left out.")]
    if not block.is_damaged:
        return block, []
    try:
        readable = exif_block.rebuilt(exif)
    except StructureError:
        return None, [say("exif-damaged", "The EXIF data is damaged and was left out.")]
    problem = say("exif-partly-damaged", "Part of the EXIF data is damaged and was left out.")
    return exif_block.parse(readable) if readable else None, [problem]


def _xmp_orientation(xmp: bytes) -> int:
    stated = _xmp_values(xmp, _TIFF_NAMES, b"Orientation")
    return int(stated[0]) if stated and re.fullmatch(rb"[1-8]", stated[0]) else 1


def for_output(metadata: Metadata, width: int, height: int, software: str | None) -> Metadata:
    """The metadata as it goes into a file of width x height pixels written by `software` (None: nothing is said).

    Orientation 1, pixel dimensions and software updated where EXIF and XMP state them, small embedded pictures of the
    photo dropped. No time is written: the same photo gives the same bytes. What cannot be read of the EXIF block, of
    which `made_upright` would have left nothing, is dropped.
    """
    block, _ = _parsed(metadata.exif)
    xmp = _xmp_replaced(metadata.xmp, _TIFF_NAMES, b"Orientation", b"1")
    for names, words, size in (
        (_TIFF_NAMES, b"ImageWidth", width),
        (_TIFF_NAMES, b"ImageLength", height),
        (_EXIF_NAMES, b"PixelXDimension", width),
        (_EXIF_NAMES, b"PixelYDimension", height),
    ):
        xmp = _xmp_replaced(xmp, names, words, b"%d" % size)
    if software:
        xmp = _xmp_replaced(xmp, _TIFF_NAMES, b"Software", _escaped(software))
    return replace(
        metadata,
        exif=exif_block.for_output(block, width, height, software) if block else exif_block.naming(software),
        xmp=_without_thumbnails(xmp),
        photoshop=iptc.without_thumbnails(metadata.photoshop),
    )


def with_history(xmp: bytes, done: str, software: str) -> bytes:
    """An XMP packet, made where there is none, with one more entry in its history (XMP part 2, xmpMM:History): what
    `software` did. As it was where there is no room, or where it, or the history in it, is written otherwise."""
    packet = xmp or _EMPTY_PACKET
    agent, parameters = _escaped(software), _escaped(done)
    entry = (
        b'<rdf:li rdf:parseType="Resource" xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#">'
        b"<stEvt:action>edited</stEvt:action><stEvt:softwareAgent>" + agent + b"</stEvt:softwareAgent>"
        b"<stEvt:parameters>" + parameters + b"</stEvt:parameters></rdf:li>"
    )
    if len(packet) > _MOST_WITH_HISTORY:
        return xmp
    prefixes = _prefixes(packet, _HISTORY_NAMES)
    if any(re.search(rb"<" + re.escape(prefix) + rb":History[\s/>]", packet) for prefix in prefixes):
        end = _end_of_history(packet, prefixes)
    else:
        end = packet.rfind(b"</rdf:RDF>")
        entry = (
            b'<rdf:Description rdf:about="" xmlns:xmpMM="' + _HISTORY_NAMES + b'"><xmpMM:History><rdf:Seq>' + entry
        ) + b"</rdf:Seq></xmpMM:History></rdf:Description>"
    made = packet[:end] + entry + packet[end:]
    # nothing that is there gives way: not a packet in another encoding, nor one that a JPEG would no longer hold
    return made if end >= 0 and len(made) <= _MOST_WITH_HISTORY else xmp


def _end_of_history(packet: bytes, prefixes: Sequence[bytes]) -> int:
    """Where one more entry goes into the history that is there; -1 where it is written in a way that is not known."""
    names = b"|".join(re.escape(prefix) for prefix in prefixes)
    begun = re.search(rb"<(?:" + names + rb"):History(?:\s[^<>]*)?(?<!/)>\s*<rdf:Seq(?:\s[^<>]*)?(?<!/)>", packet)
    return packet.find(b"</rdf:Seq>", begun.end()) if begun else -1


def _escaped(words: str) -> bytes:
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&apos;")):
        words = words.replace(plain, entity)
    return words.encode("utf-8")


def _prefix(xmp: bytes, names: bytes) -> bytes | None:
    """The first prefix that stands for a namespace in the packet."""
    return next(iter(_prefixes(xmp, names)), None)


def _prefixes(xmp: bytes, names: bytes) -> list[bytes]:
    """All of them, each once."""
    return list(dict.fromkeys(re.findall(rb"xmlns:([\w.-]+)\s*=\s*[\"']" + re.escape(names) + rb"[\"']", xmp)))


def _property(prefix: bytes, name: bytes) -> re.Pattern[bytes]:
    """A simple property, written as an attribute (group 1) or as an element (whose value is group 2)."""
    full = re.escape(prefix + b":" + name)
    attribute = rb"(?<=[\s\"'])" + full + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')"
    return re.compile(rb"(" + attribute + rb")|<" + full + rb">([^<]*)</" + full + rb"\s*>")


def _xmp_values(xmp: bytes, names: bytes, name: bytes) -> list[bytes]:
    prefix = _prefix(xmp, names)
    if prefix is None:
        return []
    found = []
    for match in _property(prefix, name).finditer(xmp):
        attribute, element = match.groups()
        value = attribute.partition(b"=")[2].strip()[1:-1] if attribute else element
        found.append(value.strip())
    return found


def _xmp_replaced(xmp: bytes, names: bytes, name: bytes, value: bytes) -> bytes:
    """The packet with a property, where it has it, set to a value (already escaped)."""
    prefix = _prefix(xmp, names)
    if prefix is None:
        return xmp
    full = prefix + b":" + name

    def written(match: re.Match[bytes]) -> bytes:
        is_attribute = match.group(1) is not None
        return full + b'="' + value + b'"' if is_attribute else b"<" + full + b">" + value + b"</" + full + b">"

    return _property(prefix, name).sub(written, xmp)


def _without_thumbnails(xmp: bytes) -> bytes:
    """The packet without the small pictures of the photo that Adobe's programs put into it."""
    prefix = _prefix(xmp, _XMP_NAMES)
    if prefix is None:
        return xmp
    full = re.escape(prefix + b":Thumbnails")
    start, end = re.compile(rb"<" + full + rb"[\s>]"), re.compile(rb"</" + full + rb"\s*>\s*")
    kept, at = [], 0
    # one pattern for both would look for an end from every start, which takes minutes where there is none
    while (first := start.search(xmp, at)) and (last := end.search(xmp, first.end())):
        kept.append(xmp[at : first.start()])
        at = last.end()
    return b"".join([*kept, xmp[at:]])


_WORDS: dict[Block, Message] = {
    "exif": say("block-exif", "EXIF data"),
    "icc": say("block-icc", "colour profile"),
    "xmp": say("block-xmp", "XMP data"),
    "xmp_extended": say("block-xmp-extended", "second part of the XMP data"),
    "photoshop": say("block-iptc", "IPTC data"),
    "comment": say("block-comment", "comment"),
    "texts": say("block-texts", "text notes"),
    "colours": say("block-gamma", "gamma value"),
    "chunks": say("block-png-chunks", "other data of the PNG"),
    "segments": say("block-jpeg-segments", "other data of the JPEG"),
}


def left_out(metadata: Metadata, format: Format) -> list[Message]:
    """Sentences on what a file of this format cannot hold of the metadata; resolution apart, not worth a word."""
    blocks: dict[Block, object] = {
        "exif": metadata.exif,
        "icc": metadata.icc,
        "xmp": metadata.xmp,
        "xmp_extended": metadata.xmp_extended,
        "photoshop": metadata.photoshop,
        "comment": metadata.comment,
        "texts": [body for chunk, body in metadata.png_chunks if chunk in png.TEXTS],
        "chunks": [chunk for chunk, _ in metadata.png_chunks if png.is_further(chunk)],
        "segments": metadata.jpeg_segments,
        "colours": not metadata.icc and [body for chunk, body in metadata.png_chunks if png.is_unusual(chunk, body)],
    }
    lost = [_WORDS[name] for name, block in blocks.items() if block and name not in format.holds]
    return [
        say(
            "metadata-left-out",
            "A {format} cannot hold the {block}, which was left out.",
            format=format.title,
            block=words,
        )
        for words in lost
    ]
