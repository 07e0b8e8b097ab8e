"""Pixels: from a pyramid to an encoded answer. Imports libvips, so it is imported late."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyvips

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

PyramidError = pyvips.Error
"""The pyramid cannot be read."""


def render(reader: Callable[[], io.RawIOBase], wanted: Rendering) -> bytes:
    """The answer's bytes. ``reader`` opens the pyramid anew; only the tiles that are needed are read from it."""
    image = _scaled(_cut(reader, wanted), wanted.width, wanted.height)
    if wanted.mirrored:
        image = image.fliphor()
    image = _coloured(_turned(image, wanted.degrees, wanted.format), wanted.quality)
    encoder, options = _ENCODERS[wanted.format]
    if wanted.quality is Quality.BITONAL and wanted.format is ImageFormat.PNG and not image.hasalpha():
        options = options | {"bitdepth": 1}
    return bytes(getattr(image, encoder)(keep="none", **options))


def _cut(reader: Callable[[], io.RawIOBase], wanted: Rendering) -> pyvips.Image:
    """The region, from the smallest level of the pyramid that has enough pixels."""
    image = _level(reader, 0)
    levels = image.get("n-pages") if image.get_typeof("n-pages") else 1
    level = sufficient_level(wanted.region, wanted.width, wanted.height, levels)
    if level:
        image = _level(reader, level)
    left, width = _stretch(wanted.region.x, wanted.region.width, level, image.width)
    top, height = _stretch(wanted.region.y, wanted.region.height, level, image.height)
    return image.crop(left, top, width, height)


def _level(reader: Callable[[], io.RawIOBase], level: int) -> pyvips.Image:
    opened = reader()
    source = pyvips.SourceCustom()
    source.on_read(opened.read)
    source.on_seek(opened.seek)
    return pyvips.Image.tiffload_source(source, page=level, fail_on="error")


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
