"""Pixels: from a pyramid to an encoded answer. Imports libvips, so it is imported late."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyvips

from armarium.delivery.errors import UnreadablePyramidError
from armarium.delivery.image import ImageFormat, Quality, Rendering, sufficient_level

pyvips.block_untrusted_set(True)
pyvips.cache_set_max(0)

_QUARTERS = {Decimal(90): "d90", Decimal(180): "d180", Decimal(270): "d270"}
_WHITE = 255
_BLACK_BELOW = 128
_ENCODERS: dict[ImageFormat, tuple[str, dict[str, Any]]] = {
    ImageFormat.JPG: ("jpegsave_buffer", {"Q": 85, "optimize_coding": True}),
    ImageFormat.PNG: ("pngsave_buffer", {"compression": 6}),
    ImageFormat.WEBP: ("webpsave_buffer", {"Q": 80}),
}


def render(reader: Callable[[], io.RawIOBase], wanted: Rendering) -> bytes:
    """The answer's bytes. ``reader`` opens the pyramid anew; only the tiles that are needed are read from it.

    Raises UnreadablePyramidError.
    """
    try:
        return _rendered(_Levels(reader), wanted)
    except pyvips.Error as error:
        raise UnreadablePyramidError("The image's tiles cannot be read just now: try again in a moment") from error


def _rendered(levels: _Levels, wanted: Rendering) -> bytes:
    image = _scaled(_cut(levels, wanted), wanted.width, wanted.height)
    if wanted.mirrored:
        image = image.fliphor()
    image = _coloured(_turned(image, wanted.degrees, wanted.format), wanted.quality)
    encoder, options = _ENCODERS[wanted.format]
    if wanted.quality is Quality.BITONAL and wanted.format is ImageFormat.PNG and not image.hasalpha():
        options = options | {"bitdepth": 1}
    return bytes(getattr(image, encoder)(keep="none", **options))


class _Levels:
    """The levels of a pyramid. Keeps their sources: libvips reads from them late, pyvips does not hold on to them."""

    def __init__(self, reader: Callable[[], io.RawIOBase]) -> None:
        self._reader = reader
        self._sources: list[pyvips.SourceCustom] = []

    def __getitem__(self, level: int) -> pyvips.Image:
        opened = self._reader()
        source = pyvips.SourceCustom()
        source.on_read(opened.read)
        source.on_seek(opened.seek)
        self._sources.append(source)
        return pyvips.Image.tiffload_source(source, page=level, fail_on="error")


def _cut(levels: _Levels, wanted: Rendering) -> pyvips.Image:
    """The region, from the smallest level of the pyramid that has enough pixels."""
    image = levels[0]
    count = image.get("n-pages") if image.get_typeof("n-pages") else 1
    level = sufficient_level(wanted.region, wanted.width, wanted.height, count)
    if level:
        image = levels[level]
    left, width = _stretch(wanted.region.x, wanted.region.width, level, image.width)
    top, height = _stretch(wanted.region.y, wanted.region.height, level, image.height)
    return image.crop(left, top, width, height)


def _stretch(start: int, length: int, level: int, most: int) -> tuple[int, int]:
    """Where a stretch of the full image lies in a level, each of whose pixels stands for ``2 ** level``."""
    factor = 1 << level
    first = min(round(start / factor), most - 1)
    return first, max(1, min(round((start + length) / factor), most) - first)


def _scaled(image: pyvips.Image, width: int, height: int) -> pyvips.Image:
    if (image.width, image.height) == (width, height):
        return image
    return image.resize(width / image.width, vscale=height / image.height)


def _turned(image: pyvips.Image, degrees: Decimal, format_: ImageFormat) -> pyvips.Image:
    """Clockwise; the corners of an oblique turn are transparent, in JPEG white."""
    if not degrees:
        return image
    if degrees in _QUARTERS:
        return image.rot(_QUARTERS[degrees])
    if format_ is ImageFormat.JPG:
        return image.rotate(float(degrees), background=_WHITE)
    return image.addalpha().rotate(float(degrees), background=0)


def _coloured(image: pyvips.Image, quality: Quality) -> pyvips.Image:
    if quality in {Quality.DEFAULT, Quality.COLOR}:
        return image
    grey = image.colourspace("b-w")
    if quality is Quality.GRAY:
        return grey
    black_or_white = (grey.extract_band(0) >= _BLACK_BELOW).copy(interpretation="b-w")
    return black_or_white.bandjoin(grey.extract_band(1)) if grey.hasalpha() else black_or_white
