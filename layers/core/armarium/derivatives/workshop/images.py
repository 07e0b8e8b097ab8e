"""Images → one pyramid a page and a thumbnail, in sRGB or grey, eight bits, upright."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import pyvips

from armarium.derivatives.errors import UnusableFileError
from armarium.derivatives.model import (
    THUMBNAIL,
    Findings,
    Format,
    Kind,
    Limits,
    confined,
    plain,
    printable,
    pyramid_name,
    refusal,
    tile_side,
)

pyvips.block_untrusted_set(True)
pyvips.cache_set_max(0)

_MOST_BANDS = 10
_NEW_SUBFILE_TYPE = 254
_REDUCED = 1  # TIFF 6.0 §8: bit 0 of NewSubfileType
_BIG_TIFF = 43
_MOST_ENTRIES = 4096
_JPEG_BLOCK = 16  # pixels; a block that the image does not fill is filled with its edge, which otherwise turns dark
_PAGED = "image/tiff"
_EXIF = {
    "exif-ifd0-Make": "make",
    "exif-ifd0-Model": "model",
    "exif-ifd0-Software": "software",
    "exif-ifd2-DateTimeOriginal": "taken",
}
_EXIF_TAIL = re.compile(r" \([^()]*, \w+, \d+ components?, \d+ bytes?\)$")
_BITS = {
    "uchar": 8,
    "char": 8,
    "ushort": 16,
    "short": 16,
    "uint": 32,
    "int": 32,
    "float": 32,
    "complex": 64,
    "double": 64,
    "dpcomplex": 128,
}
# Pillow's modes as libvips names them; the others become RGB first.
_MODES = {
    "L": (1, "uchar", "b-w"),
    "LA": (2, "uchar", "b-w"),
    "RGB": (3, "uchar", "srgb"),
    "RGBA": (4, "uchar", "srgb"),
    "CMYK": (4, "uchar", "cmyk"),
    "I;16": (1, "ushort", "grey16"),
}


def work(master: Path, found: Format, folder: Path, limits: Limits, findings: Findings) -> None:
    """Pyramids of the pages, a thumbnail of the first, and what is known of the image. Raises UnusableFileError."""
    try:
        for number, image in enumerate(_pages(master, found, limits, findings), start=1):
            if number == 1:
                _describe(image, findings)
            _pyramid(image, number, folder, limits, findings)
        _thumbnail(folder, limits, findings)
    except pyvips.Error as error:
        raise UnusableFileError(f"the image is cut off or damaged ({_cause(error, master, folder)})") from error
    except struct.error as error:
        raise UnusableFileError("the image is cut off or damaged (a page's directory is not complete)") from error
    findings.width, findings.height = findings.pages[0]


def _pages(master: Path, found: Format, limits: Limits, findings: Findings) -> Iterator[pyvips.Image]:
    """The pages that a reader turns, opened but not decoded."""
    if found.kind is Kind.IMAGE_IN_MEMORY:
        yield _with_pillow(master, found, limits)
        return
    first = _open(master, found, limits)
    frames = first.get("n-pages") if first.get_typeof("n-pages") else 1
    if found.mime_type != _PAGED or frames == 1:
        if frames > 1:
            findings.details["frames"] = frames
        yield first
        return
    shown = _full_pages(master, frames, limits)
    findings.page_count = len(shown)
    if len(shown) > limits.image_pages:
        findings.reason = (
            f"the file has more than {limits.image_pages} pages; images were made of the first {limits.image_pages}"
        )
    for page in shown[: limits.image_pages]:
        yield _open(master, found, limits, page=page)


def _open(master: Path, found: Format, limits: Limits, **options: Any) -> pyvips.Image:
    load = getattr(pyvips.Image, found.codec)
    image = load(str(master), access="sequential", fail_on="error", **options)
    _check(image, master, limits)
    upright = not image.get_typeof("orientation") or image.get("orientation") == 1
    return image if upright else load(str(master), fail_on="error", **options).autorot()


def _check(image: pyvips.Image, master: Path, limits: Limits) -> None:
    if image.bands > _MOST_BANDS:
        raise UnusableFileError(f"the image has {image.bands} channels; at most {_MOST_BANDS} are processed")
    reason = refusal(image.width, image.height, _bits(image) * image.bands, master.stat().st_size, limits)
    if reason:
        raise UnusableFileError(reason)


def _full_pages(master: Path, directories: int, limits: Limits) -> list[int]:
    """The TIFF's pages without the reduced copies that scanners put between them; at most one more than the limit."""
    pages: list[int] = []
    with master.open("rb") as file:
        for number, subfile in enumerate(islice(_subfile_types(file), min(directories, limits.image_pages * 4))):
            if not subfile & _REDUCED:
                pages.append(number)
            if len(pages) > limits.image_pages:
                break
    return pages or [0]


def _subfile_types(file: BinaryIO) -> Iterator[int]:
    """NewSubfileType of each directory, without end where the directories form a ring (TIFF 6.0 §2, BigTIFF)."""
    order = "<" if file.read(2) == b"II" else ">"

    def number(code: str) -> int:
        raw = file.read(struct.calcsize(order + code))
        return int(struct.unpack(order + code, raw)[0])

    big = number("H") == _BIG_TIFF
    count, size, offset = ("Q", 20, "Q") if big else ("H", 12, "L")
    file.seek(8 if big else 4)
    while at := number(offset):
        file.seek(at)
        entries = min(number(count), _MOST_ENTRIES)
        table = file.read(entries * size)
        value = 12 if big else 8
        tags = {table[at : at + 2]: table[at + value : at + value + 4] for at in range(0, len(table), size)}
        subfile = tags.get(struct.pack(order + "H", _NEW_SUBFILE_TYPE), bytes(4))
        yield int(struct.unpack(order + "L", subfile)[0])


def _with_pillow(master: Path, found: Format, limits: Limits) -> pyvips.Image:
    """An image that libvips has no loader for, decoded by Pillow."""
    import warnings

    from PIL import Image

    Image.MAX_IMAGE_PIXELS = limits.pixels_in_memory
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(master, formats=(found.codec,)) as image:
            reason = refusal(
                image.width, image.height, 8 * len(image.getbands()), master.stat().st_size, limits, in_memory=True
            )
            if reason:
                raise UnusableFileError(reason)
            image.load()
            return _from_pillow(image if image.mode in _MODES else image.convert("RGB"))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise UnusableFileError(
            f"the image has more than {limits.pixels_in_memory / 1e6:.0f} million pixels"
        ) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise UnusableFileError(f"the image is cut off or damaged ({plain(error)})") from error


def _from_pillow(image: Any) -> pyvips.Image:
    bands, format_, interpretation = _MODES[image.mode]
    copied = pyvips.Image.new_from_memory(image.tobytes(), image.width, image.height, bands, format_).copy(
        interpretation=interpretation
    )
    if profile := image.info.get("icc_profile"):
        copied.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return copied


def _describe(image: pyvips.Image, findings: Findings) -> None:
    """Colour space, depth, resolution and what the camera left, of the image as it was stored."""
    findings.details |= {"colour_space": image.interpretation, "bits_per_sample": _bits(image), "channels": image.bands}
    if image.get_typeof("icc-profile-data"):
        findings.details["icc_profile"] = True
    if image.get_typeof("resolution-unit") and image.xres > 0:
        findings.details["resolution_dpi"] = round(image.xres * 25.4)
    camera = ((label, _EXIF_TAIL.sub("", image.get(name))) for name, label in _EXIF.items() if image.get_typeof(name))
    if exif := printable(camera):
        findings.details["exif"] = exif


def _pyramid(image: pyvips.Image, page: int, folder: Path, limits: Limits, findings: Findings) -> None:
    path = folder / pyramid_name(page)
    normal = _normal(image)
    width, height = (-(-length // _JPEG_BLOCK) * _JPEG_BLOCK for length in (normal.width, normal.height))
    side = tile_side(normal.width, normal.height)
    normal.embed(0, 0, width, height, extend="copy").tiffsave(
        str(path),
        tile=True,
        tile_width=side,
        tile_height=side,
        pyramid=True,
        compression="deflate" if _bits(image) == 1 else "jpeg",
        Q=limits.jpeg_quality,
        bigtiff=normal.width * normal.height * normal.bands > 2**31,
        keep="none",
    )
    findings.pages.append((normal.width, normal.height))
    findings.made(path.name, path.stat().st_size, normal.width, normal.height)


def _normal(image: pyvips.Image) -> pyvips.Image:
    """Any image as eight-bit sRGB or grey without alpha."""
    grey = image.interpretation in {"b-w", "grey16"}
    image = _in_srgb(image).colourspace("b-w" if grey else "srgb")
    if image.hasalpha():
        image = image.flatten(background=255)
    bands = 1 if grey else 3
    return (image.extract_band(0, n=bands) if image.bands > bands else image).cast("uchar")


def _in_srgb(image: pyvips.Image) -> pyvips.Image:
    """Colours by the embedded profile, or a usual one for CMYK without; a profile that does not fit is passed over."""
    cmyk = image.interpretation == "cmyk"
    if not cmyk and not image.get_typeof("icc-profile-data"):
        return image
    try:
        fallback = {"input_profile": "cmyk"} if cmyk else {}
        return image.icc_transform("srgb", embedded=True, intent="relative", black_point_compensation=True, **fallback)
    except pyvips.Error:
        return image


def _thumbnail(folder: Path, limits: Limits, findings: Findings) -> None:
    path = folder / THUMBNAIL
    width, height = confined(*findings.pages[0], limits.thumbnail)
    image = _halved(folder / pyramid_name(1), *findings.pages[0], limits.thumbnail)
    small = image.resize(width / image.width, vscale=height / image.height)
    small.jpegsave(str(path), Q=limits.jpeg_quality, optimize_coding=True, keep="none")
    findings.made(path.name, path.stat().st_size, small.width, small.height)


def _halved(pyramid: Path, width: int, height: int, box: int) -> pyvips.Image:
    """The smallest level of a pyramid that is still larger than a box, without the filled edge."""
    levels = pyvips.Image.tiffload(str(pyramid)).get("n-pages")
    level = min(max(0, (max(width, height) // box).bit_length() - 1), levels - 1)
    image = pyvips.Image.tiffload(str(pyramid), page=level)
    return image.crop(0, 0, max(1, width >> level), max(1, height >> level))


def _bits(image: pyvips.Image) -> int:
    if image.get_typeof("bits-per-sample"):
        return int(image.get("bits-per-sample"))
    return _BITS[image.format]


def _cause(error: pyvips.Error, *places: Path) -> str:
    """What libvips says, without the first line, which repeats the call, and without the names of our folders."""
    text = " ".join(str(error).splitlines()[1:])
    for place in places:
        text = text.replace(str(place), "")
    return plain(text.strip(" :"))
