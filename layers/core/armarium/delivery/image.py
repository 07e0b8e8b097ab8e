"""IIIF Image API 3.0: what a request means for an image of a given size. Pure geometry; nothing is opened here.

https://iiif.io/api/image/3.0/ is quoted by clause.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from armarium.delivery.errors import BadImageRequestError

CONTEXT = "http://iiif.io/api/image/3/context.json"
PROTOCOL = "http://iiif.io/api/image"
PROFILE = "http://iiif.io/api/image/3/level2.json"
TILE = 512

LARGEST_SIDE = 20_000
LARGEST_AREA = 40_000_000
"""Pixels of an answer: what one function renders within its time and memory."""

_WEBP_SIDE = 16_383

EXTRA_FEATURES = (
    "baseUriRedirect",
    "canonicalLinkHeader",
    "cors",
    "jsonldMediaType",
    "mirroring",
    "profileLinkHeader",
    "regionByPct",
    "regionByPx",
    "regionSquare",
    "rotationArbitrary",
    "rotationBy90s",
    "sizeByConfinedWh",
    "sizeByH",
    "sizeByPct",
    "sizeByW",
    "sizeByWh",
    "sizeUpscaling",
)


class Quality(StrEnum):
    """Colours of the answer (§4.4)."""

    DEFAULT = "default"
    COLOR = "color"
    GRAY = "gray"
    BITONAL = "bitonal"


class ImageFormat(StrEnum):
    """Formats that are answered (§4.5)."""

    JPG = "jpg"
    PNG = "png"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        """As in Content-Type."""
        return {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}[self.value]


@dataclass(frozen=True)
class Region:
    """A rectangle of the full image, in its pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Rendering:
    """What to do to the full image, in the order of §4.6: cut, scale, mirror, turn, take colours away, encode."""

    region: Region
    width: int
    height: int
    upscaled: bool
    mirrored: bool
    degrees: Decimal
    quality: Quality
    format: ImageFormat
    canonical: str
    """``region/size/rotation/quality.format`` in the canonical form of §4.7."""

    @property
    def area(self) -> int:
        """Pixels of the scaled region."""
        return self.width * self.height


@dataclass(frozen=True)
class _Full:
    """Width and height of the full image."""

    width: int
    height: int


def rendering(region: str, size: str, rotation: str, last: str, width: int, height: int) -> Rendering:
    """What the four parts of an image request mean for an image of ``width`` × ``height`` pixels.

    Raises BadImageRequestError, whose message names the part and what it may be.
    """
    full = _Full(width, height)
    cut = parse_region(region, full.width, full.height)
    out_width, out_height, upscaled = parse_size(size, cut)
    mirrored, degrees = parse_rotation(rotation)
    quality, format_ = parse_quality_and_format(last)
    _check_format(format_, out_width, out_height, degrees)
    canonical = "/".join(
        (
            _canonical_region(cut, full),
            _canonical_size(cut, out_width, out_height, upscaled),
            ("!" if mirrored else "") + _plain(degrees),
            f"{quality.value}.{format_.value}",
        )
    )
    return Rendering(cut, out_width, out_height, upscaled, mirrored, degrees, quality, format_, canonical)


# Region (§4.1)

_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{0,10})?|\.[0-9]{1,10}"
_PIXELS = re.compile(r"([0-9]{1,9}),([0-9]{1,9}),([0-9]{1,9}),([0-9]{1,9})")
_PERCENT = re.compile(rf"pct:({_NUMBER}),({_NUMBER}),({_NUMBER}),({_NUMBER})")


def parse_region(text: str, width: int, height: int) -> Region:
    """The part of the image that a region names, cut off at the image's edges (§4.1)."""
    if text == "full":
        return Region(0, 0, width, height)
    if text == "square":
        side = min(width, height)
        return Region((width - side) // 2, (height - side) // 2, side, side)
    if found := _PIXELS.fullmatch(text):
        x, y, w, h = (int(number) for number in found.groups())
    elif found := _PERCENT.fullmatch(text):
        px, py, pw, ph = (Fraction(number) / 100 for number in found.groups())
        x, y = _round(px * width), _round(py * height)
        w, h = _round(pw * width), _round(ph * height)
    else:
        raise BadImageRequestError(f"region: {text!r} is not full, square, x,y,w,h or pct:x,y,w,h")
    if w == 0 or h == 0:
        raise BadImageRequestError(f"region: {text!r} has no width or no height")
    if x >= width or y >= height:
        raise BadImageRequestError(f"region: {text!r} lies outside the image, which is {width} × {height}")
    return Region(x, y, min(w, width - x), min(h, height - y))


def _canonical_region(cut: Region, full: _Full) -> str:
    if (cut.width, cut.height) == (full.width, full.height):
        return "full"
    return f"{cut.x},{cut.y},{cut.width},{cut.height}"


# Size (§4.2)

_SIZE_PIXELS = re.compile(r"(\^?)(!?)([0-9]{1,9})?,([0-9]{1,9})?")
_SIZE_PERCENT = re.compile(rf"(\^?)pct:({_NUMBER})")


def parse_size(text: str, cut: Region) -> tuple[int, int, bool]:
    """Width and height of the answer, and whether it was asked for with ``^`` and is larger than the region (§4.2)."""
    if text in {"max", "^max"}:
        width, height = _max(cut, upscale=text == "^max")
        return width, height, width > cut.width or height > cut.height
    if found := _SIZE_PERCENT.fullmatch(text):
        upscale = bool(found[1])
        factor = Fraction(found[2]) / 100
        wanted = _round(factor * cut.width), _round(factor * cut.height)
    elif (found := _SIZE_PIXELS.fullmatch(text)) and (found[3] or found[4]):
        upscale, confined = bool(found[1]), bool(found[2])
        wanted = _by_pixels(text, cut, found[3], found[4], upscale, confined)
    else:
        raise BadImageRequestError(
            f"size: {text!r} is not max, w, or ,h or w,h or !w,h or pct:n, or one of these after a ^"
        )
    return _checked(text, cut, wanted, upscale)


def _max(cut: Region, upscale: bool) -> tuple[int, int]:
    """The largest answer within the server's limits and, without ``^``, the region; at least a pixel each way."""
    by_side = Fraction(LARGEST_SIDE, max(cut.width, cut.height))
    by_area = Fraction(math.isqrt(LARGEST_AREA * cut.width // cut.height), cut.width)
    scale = min(by_side, by_area) if upscale else min(by_side, by_area, Fraction(1))
    return max(1, math.floor(cut.width * scale)), max(1, math.floor(cut.height * scale))


def _by_pixels(
    text: str, cut: Region, width: str | None, height: str | None, upscale: bool, confined: bool
) -> tuple[int, int]:
    if width and height:
        given = int(width), int(height)
        return _confined(cut, *given, upscale) if confined else given
    if confined:
        raise BadImageRequestError(f"size: {text!r} wants both width and height after the !")
    if width is not None:
        return int(width), _round(Fraction(int(width) * cut.height, cut.width))
    return _round(Fraction(int(height or 0) * cut.width, cut.height)), int(height or 0)


def _confined(cut: Region, width: int, height: int, upscale: bool) -> tuple[int, int]:
    """As large as fits a box, the server's limits and, without ``^``, the region."""
    most_width, most_height = _max(cut, upscale)
    scale = min(Fraction(min(width, most_width), cut.width), Fraction(min(height, most_height), cut.height))
    return _round(cut.width * scale), _round(cut.height * scale)


def _checked(text: str, cut: Region, wanted: tuple[int, int], upscale: bool) -> tuple[int, int, bool]:
    width, height = wanted
    if width < 1 or height < 1:
        raise BadImageRequestError(f"size: {text!r} leaves no pixel of a region of {cut.width} × {cut.height}")
    larger = width > cut.width or height > cut.height
    if larger and not upscale:
        raise BadImageRequestError(
            f"size: {text!r} is larger than the region, which is {cut.width} × {cut.height}; ask for ^{text} to enlarge"
        )
    if max(width, height) > LARGEST_SIDE or width * height > LARGEST_AREA:
        raise BadImageRequestError(
            f"size: {width} × {height} is more than is rendered: {LARGEST_AREA} pixels, {LARGEST_SIDE} a side"
        )
    return width, height, larger


def _canonical_size(cut: Region, width: int, height: int, upscaled: bool) -> str:
    caret = "^" if upscaled else ""
    return f"{caret}max" if _max(cut, upscaled) == (width, height) else f"{caret}{width},{height}"


# Rotation (§4.3), quality (§4.4), format (§4.5)

_ROTATION = re.compile(rf"(!?)({_NUMBER})")


def parse_rotation(text: str) -> tuple[bool, Decimal]:
    """Whether the image is mirrored first, and clockwise degrees, 0 ≤ n < 360 (§4.3)."""
    found = _ROTATION.fullmatch(text)
    if not found or (degrees := Decimal(found[2])) > 360:
        raise BadImageRequestError(f"rotation: {text!r} is not a number of degrees from 0 to 360, after a ! to mirror")
    return bool(found[1]), degrees % 360


def parse_quality_and_format(text: str) -> tuple[Quality, ImageFormat]:
    """``quality.format`` (§4.4, §4.5)."""
    quality, _, format_ = text.rpartition(".")
    try:
        return Quality(quality), ImageFormat(format_)
    except ValueError:
        qualities, formats = ", ".join(Quality), ", ".join(ImageFormat)
        raise BadImageRequestError(f"{text!r} is not a quality ({qualities}), a dot and a format ({formats})") from None


def _check_format(format_: ImageFormat, width: int, height: int, degrees: Decimal) -> None:
    longest = math.hypot(width, height) if degrees % 90 else max(width, height)
    if format_ is ImageFormat.WEBP and longest > _WEBP_SIDE:
        raise BadImageRequestError(
            f"format: a webp image has at most {_WEBP_SIDE} pixels a side; ask for less, or for jpg"
        )


def _plain(number: Decimal) -> str:
    """No exponent, no trailing zeros, a zero before the point (§4.7)."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _round(number: Fraction) -> int:
    return math.floor(number + Fraction(1, 2))


# Image information (§5)


def information(identifier: str, width: int, height: int) -> dict[str, Any]:
    """The ``info.json`` of an image (§5); ``identifier`` is its full address."""
    factors = scale_factors(width, height)
    return {
        "@context": CONTEXT,
        "id": identifier,
        "type": "ImageService3",
        "protocol": PROTOCOL,
        "profile": "level2",
        "width": width,
        "height": height,
        "maxWidth": LARGEST_SIDE,
        "maxHeight": LARGEST_SIDE,
        "maxArea": LARGEST_AREA,
        "sizes": [
            {"width": w, "height": h}
            for w, h in reversed([scaled(width, height, factor) for factor in factors])
            if max(w, h) <= LARGEST_SIDE and w * h <= LARGEST_AREA
        ],
        "tiles": [{"width": TILE, "height": TILE, "scaleFactors": factors}],
        "extraQualities": [Quality.COLOR.value, Quality.GRAY.value, Quality.BITONAL.value],
        "extraFormats": [ImageFormat.WEBP.value],
        "extraFeatures": list(EXTRA_FEATURES),
    }


def scale_factors(width: int, height: int) -> list[int]:
    """1, 2, 4 … until the whole image fits one tile."""
    factors = [1]
    while max(width, height) > TILE * factors[-1]:
        factors.append(factors[-1] * 2)
    return factors


def scaled(width: int, height: int, factor: int) -> tuple[int, int]:
    """The image made smaller by a factor, rounded up as tile requests are (§A implementation notes on tiles)."""
    return -(-width // factor), -(-height // factor)


def sufficient_level(region: Region, width: int, height: int, levels: int) -> int:
    """Which level of a pyramid (0 is the full image, each further one half of it) has the pixels for this answer."""
    spare = min(region.width / width, region.height / height)
    return max(0, min(levels - 1, math.floor(math.log2(spare)) if spare >= 1 else 0))
