"""Formats by their bytes, limits, names and messages of derivation.

Pure, and without pydantic, so that the workshop starts quickly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from armarium.derivatives.errors import StrangeMessageError

FINDINGS = "findings.json"
THUMBNAIL = "thumbnail.jpg"
TEXT = "text.txt"
POSTER = "poster.jpg"
TILE = 512  # pixels
CONTENT_TYPES = {"jpg": "image/jpeg", "tif": "image/tiff", "txt": "text/plain; charset=utf-8"}

LAST_LOOK = 5
_PAUSES = (5, 15, 45, 120)

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """How much one file may ask for. What goes beyond is refused with a reason, or cut short and said so."""

    file_bytes: int = 8 << 30
    pixels: int = 1_000_000_000
    pixels_in_memory: int = 250_000_000  # formats that cannot be decoded in strips: JPEG 2000, BMP
    side: int = 200_000  # pixels
    expansion: int = 10_000  # decoded bytes for each stored byte …
    expansion_floor: int = 256 * MEGABYTE  # … of images that decode to more than this
    image_pages: int = 500  # pages that get a pyramid
    pdf_pages: int = 10_000
    text_characters: int = 20_000_000
    memory: int = 2560 * MEGABYTE
    output_bytes: int = 8 << 30  # of one file that is written
    seconds: float = 600.0
    thumbnail: int = 400  # pixels of the longer side
    poster: int = 1280
    jpeg_quality: int = 85

    def within(self, seconds: float, memory_megabytes: int | None) -> Limits:
        """These limits where a function has so much time left and so much memory; part of both is for its own work."""
        memory = (
            self.memory if memory_megabytes is None else min(self.memory, max(memory_megabytes - 384, 1024) * MEGABYTE)
        )
        return replace(self, seconds=min(self.seconds, seconds - 30), memory=memory)


class Kind(StrEnum):
    """Which bench of the workshop a format goes to."""

    IMAGE = "image"  # libvips
    IMAGE_IN_MEMORY = "image_in_memory"  # Pillow: what libvips is built without
    DOCUMENT = "document"
    RECORDING = "recording"


@dataclass(frozen=True)
class Format:
    """A format that something can be made of. ``codec`` is its name in the library that reads it."""

    mime_type: str
    kind: Kind
    codec: str = ""


_JPEG = Format("image/jpeg", Kind.IMAGE, "jpegload")
_TIFF = Format("image/tiff", Kind.IMAGE, "tiffload")
_PNG = Format("image/png", Kind.IMAGE, "pngload")
_GIF = Format("image/gif", Kind.IMAGE, "gifload")
_WEBP = Format("image/webp", Kind.IMAGE, "webpload")
_JP2 = Format("image/jp2", Kind.IMAGE_IN_MEMORY, "JPEG2000")
_BMP = Format("image/bmp", Kind.IMAGE_IN_MEMORY, "BMP")
_PDF = Format("application/pdf", Kind.DOCUMENT)
_WAV = Format("audio/x-wav", Kind.RECORDING, "wav")
_AIFF = Format("audio/aiff", Kind.RECORDING, "aiff")
_MP3 = Format("audio/mpeg", Kind.RECORDING, "mp3")
_FLAC = Format("audio/flac", Kind.RECORDING, "flac")
_OGG = Format("audio/ogg", Kind.RECORDING, "ogg")
_MP4 = Format("video/mp4", Kind.RECORDING, "mov")
_MKV = Format("video/x-matroska", Kind.RECORDING, "matroska")
_AVI = Format("video/x-msvideo", Kind.RECORDING, "avi")
_MPEG = Format("video/mpeg", Kind.RECORDING, "mpeg")

# Signatures: bytes at offsets, all of which must be there; the first row that fits wins.
_SIGNATURES: tuple[tuple[dict[int, bytes], Format], ...] = (
    ({0: b"\xff\xd8\xff"}, _JPEG),
    ({0: b"\x89PNG\r\n\x1a\n"}, _PNG),
    ({0: b"II*\x00"}, _TIFF),
    ({0: b"MM\x00*"}, _TIFF),
    ({0: b"II+\x00\x08"}, _TIFF),
    ({0: b"MM\x00+\x00\x08"}, _TIFF),
    ({0: b"GIF87a"}, _GIF),
    ({0: b"GIF89a"}, _GIF),
    ({0: b"RIFF", 8: b"WEBP"}, _WEBP),
    ({0: b"\x00\x00\x00\x0cjP  \r\n\x87\n"}, _JP2),
    ({0: b"\xff\x4f\xff\x51"}, _JP2),
    ({0: b"RIFF", 8: b"WAVE"}, _WAV),
    ({0: b"RF64", 8: b"WAVE"}, _WAV),
    ({0: b"RIFF", 8: b"AVI "}, _AVI),
    ({0: b"FORM", 8: b"AIFF"}, _AIFF),
    ({0: b"FORM", 8: b"AIFC"}, _AIFF),
    ({0: b"fLaC"}, _FLAC),
    ({0: b"OggS"}, _OGG),
    ({0: b"ID3"}, _MP3),
    ({0: b"\xff\xfb"}, _MP3),
    ({0: b"\xff\xf3"}, _MP3),
    ({0: b"\xff\xf2"}, _MP3),
    ({0: b"\x1aE\xdf\xa3"}, _MKV),
    ({0: b"\x00\x00\x01\xba"}, _MPEG),
    ({0: b"BM", 6: b"\x00\x00\x00\x00"}, _BMP),
)
_ISO_BRANDS = (
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"M4A ",
    b"M4V ",
    b"M4B ",
    b"qt  ",
    b"dash",
    b"3gp",
    b"f4v ",
)
SNIFFED = 1024
"""Bytes that :func:`sniff` wants to see."""


def sniff(head: bytes) -> Format | None:
    """The format that the first bytes announce, whatever the file is called; None where nothing is made of it."""
    for signature, found in _SIGNATURES:
        if all(head[at : at + len(magic)] == magic for at, magic in signature.items()):
            return found
    if head[4:8] == b"ftyp" and head[8:12].startswith(_ISO_BRANDS):
        return _MP4
    # ISO 32000-1 Annex H: readers accept the header within the first 1024 bytes.
    return _PDF if b"%PDF-" in head[:SNIFFED] else None


def pyramid_name(page: int) -> str:
    """The name of a page's pyramid; pages count from 1."""
    return "pyramid.tif" if page == 1 else f"pyramid-{page}.tif"


_DERIVATIVE = re.compile(r"thumbnail\.jpg|poster\.jpg|text\.txt|pyramid(-[1-9][0-9]{0,3})?\.tif")


def is_derivative(name: str) -> bool:
    """Whether this is one of the names that derivatives have (a broken-into workshop might claim others)."""
    return _DERIVATIVE.fullmatch(name) is not None


def tile_side(width: int, height: int) -> int:
    """Pixels of a pyramid's tiles: libvips refuses to read tiles several times as large as their image."""
    return TILE if max(width, height) > TILE // 2 else TILE // 2


def content_type(name: str) -> str:
    """The media type of a derivative, by its name."""
    return CONTENT_TYPES[name.rpartition(".")[2]]


def confined(width: int, height: int, box: int) -> tuple[int, int]:
    """``width`` × ``height`` made to fit a square box, never enlarged, at least one pixel each way."""
    scale = min(1.0, box / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def refusal(
    width: int, height: int, bits_per_pixel: int, file_bytes: int, limits: Limits, in_memory: bool = False
) -> str | None:
    """Why an image of this size is not decoded, or None where it may be."""
    most = limits.pixels_in_memory if in_memory else limits.pixels
    if width < 1 or height < 1:
        return "the image has no pixels"
    if max(width, height) > limits.side:
        return f"the image is {width} × {height} pixels; a side may have {limits.side}"
    if width * height > most:
        return (
            f"the image has {width * height / 1e6:.0f} million pixels; {most / 1e6:.0f} million of this format may be"
        )
    decoded = width * height * bits_per_pixel // 8
    if decoded > limits.expansion_floor and decoded > limits.expansion * max(file_bytes, 1):
        return (
            f"{file_bytes} bytes claim to be {width} × {height} pixels: damaged, or made to exhaust whoever opens them"
        )
    return None


@dataclass(frozen=True)
class Order:
    """What a message asks for: derivatives of one file; ``again`` even where they are there."""

    mms_id: str
    representation_id: str
    pid: str
    key: str | None = None  # of the master that was stored, where an event brought the message
    again: bool = False

    def message(self) -> str:
        """The order to derive again, as it goes on the queue."""
        return json.dumps(
            {"rederive": {"mms_id": self.mms_id, "representation_id": self.representation_id, "pid": self.pid}}
        )


def arrival(key: str) -> str:
    """The message that an object's arrival in storage puts on the queue, as far as it is read."""
    return json.dumps({"detail": {"object": {"key": key}}})


def order(body: str) -> Order | None:
    """What a message on the queue asks for: an S3 event by EventBridge, or a wish to derive again.

    None: an object outside the masters' folders. Raises StrangeMessageError for what is neither.
    """
    try:
        message = json.loads(body)
        if "rederive" in message:
            wish = message["rederive"]
            return Order(str(wish["mms_id"]), str(wish["representation_id"]), str(wish["pid"]), again=True)
        return _order_of_key(message["detail"]["object"]["key"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StrangeMessageError(f"Not a message to derive from: {body[:200]!r}") from error


def _order_of_key(key: str) -> Order | None:
    """``<INST>/storage/<mms>/<rep>/<pid>/<file name>``."""
    parts = key.split("/", 5)
    if len(parts) != 6 or parts[1] != "storage":
        return None
    return Order(mms_id=parts[2], representation_id=parts[3], pid=parts[4], key=key)


def pause(receive_count: int) -> int:
    """Seconds until a message whose file is not recorded yet is looked at again; longer each time."""
    return _PAUSES[min(receive_count, len(_PAUSES)) - 1]


@dataclass
class Findings:
    """What the workshop found and made: becomes the file's technical metadata.

    ``reason`` says what could not be made, or, where it ``failed``, why nothing was.
    """

    mime_type: str | None = None
    pronom: str | None = None
    format_name: str | None = None
    width: int | None = None
    height: int | None = None
    pages: list[tuple[int, int]] = field(default_factory=list)
    page_count: int | None = None
    duration: float | None = None
    text_length: int | None = None
    derived: list[dict[str, Any]] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None
    failed: bool = False

    def made(self, name: str, size: int, width: int | None = None, height: int | None = None) -> None:
        """Note a derivative that lies in the folder."""
        self.derived.append({"name": name, "size": size, "width": width, "height": height})

    def fail(self, reason: str) -> None:
        """Nothing is made of this file after all: half of its pages would mislead."""
        self.failed, self.reason = True, reason
        self.pages.clear()
        self.derived.clear()
        self.width = self.height = self.text_length = None

    def to_json(self) -> str:
        """For the function that ordered the work."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Findings:
        """What :meth:`to_json` wrote."""
        found: Mapping[str, Any] = json.loads(text)
        return cls(**found)


def plain(text: Any, most: int = 200) -> str:
    """Text out of a hostile file, fit to be shown: one line, no control characters, not long."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())[:most]


def printable(pairs: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """The pairs that say something, as :func:`plain` text."""
    return {name: shown for name, value in pairs if value not in (None, "") and (shown := plain(value))}
