"""Images become pyramids and thumbnails."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from armarium.inventory.model import DerivativeStatus
from tests.service.derivatives import samples
from tests.service.derivatives.shelf import Shelf, real

DONE, FAILED = DerivativeStatus.DONE, DerivativeStatus.FAILED


def near(pixel: object, colour: tuple[int, ...], within: int = 40) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= within for a, b in zip(pixel, colour, strict=True))


@pytest.mark.parametrize(
    ("name", "content", "mime_type"),
    [
        ("a.jpg", samples.encoded(samples.quarters(), "JPEG"), "image/jpeg"),
        ("a.png", samples.encoded(samples.quarters(), "PNG"), "image/png"),
        ("a.tif", samples.encoded(samples.quarters(), "TIFF"), "image/tiff"),
        ("a.gif", samples.encoded(samples.quarters(), "GIF"), "image/gif"),
        ("a.bmp", samples.encoded(samples.quarters(), "BMP"), "image/bmp"),
        ("a.webp", samples.encoded(samples.quarters(), "WEBP"), "image/webp"),
        ("a.jp2", samples.encoded(samples.quarters(), "JPEG2000"), "image/jp2"),
        ("cmyk.jpg", samples.encoded(samples.quarters(mode="CMYK"), "JPEG"), "image/jpeg"),
        ("cmyk.tif", samples.encoded(samples.quarters(mode="CMYK"), "TIFF"), "image/tiff"),
        ("alpha.png", samples.encoded(samples.quarters(mode="RGBA"), "PNG"), "image/png"),
        ("palette.png", samples.encoded(samples.quarters(mode="P"), "PNG"), "image/png"),
        ("profile.jpg", samples.profiled_jpeg(), "image/jpeg"),
        ("called-text.txt", samples.encoded(samples.quarters(), "PNG"), "image/png"),
    ],
)
def test_every_image_format_becomes_a_pyramid_and_a_thumbnail_in_srgb(
    shelf: Shelf, name: str, content: bytes, mime_type: str
) -> None:
    file = shelf.derive(shelf.file(name, content))
    technical = file.technical
    assert (technical.status, technical.reason) == (DONE, None)
    assert (technical.width, technical.height, technical.pages) == (600, 400, ((600, 400),))
    assert technical.mime_type == mime_type
    assert technical.pronom
    assert shelf.names(file) == {"pyramid.tif", "thumbnail.jpg"} == {made.name for made in technical.derived}
    thumbnail = Image.open(io.BytesIO(shelf.derivative(file, "thumbnail.jpg")))
    assert (thumbnail.size, thumbnail.mode, thumbnail.getexif()) == ((400, 267), "RGB", {})
    assert near(thumbnail.getpixel((50, 50)), samples.RED, 70)
    assert near(thumbnail.getpixel((350, 250)), samples.WHITE)


def test_a_pyramid_has_tiles_and_levels(shelf: Shelf) -> None:
    file = shelf.derive(shelf.file("wide.png", samples.encoded(samples.quarters(3000, 2000), "PNG")))
    pyramid = Image.open(io.BytesIO(shelf.derivative(file, "pyramid.tif")))
    sizes = []
    for level in range(pyramid.n_frames):
        pyramid.seek(level)
        sizes.append((pyramid.size, pyramid.tag_v2[322]))
    assert sizes == [((3008, 2000), 512), ((1504, 1000), 512), ((752, 500), 512), ((376, 250), 512)]


def test_an_image_is_turned_as_its_exif_says(shelf: Shelf) -> None:
    file = shelf.derive(shelf.file("turned.jpg", samples.turned_jpeg(6)))
    assert (file.technical.width, file.technical.height) == (400, 600)
    thumbnail = Image.open(io.BytesIO(shelf.derivative(file, "thumbnail.jpg")))
    assert near(thumbnail.getpixel((20, 20)), samples.BLUE)
    assert near(thumbnail.getpixel((250, 20)), samples.RED)


def test_what_the_camera_left_is_kept_as_harmless_text(shelf: Shelf) -> None:
    details = shelf.derive(shelf.file("turned.jpg", samples.turned_jpeg(1))).technical.details
    assert details["exif"] == {"make": "Ica rus <b>", "model": "Model 1"}
    assert details["colour_space"] == "srgb"


def test_sixteen_bits_become_eight_without_turning_dark(shelf: Shelf) -> None:
    grey = Image.new("I;16", (300, 300), 40_000)
    file = shelf.derive(shelf.file("deep.tif", samples.encoded(grey, "TIFF")))
    assert file.technical.details["bits_per_sample"] == 16
    pyramid = Image.open(io.BytesIO(shelf.derivative(file, "pyramid.tif")))
    assert pyramid.mode == "L"
    assert abs(pyramid.getpixel((5, 5)) - 40_000 // 257) <= 2


def test_what_is_transparent_becomes_white(shelf: Shelf) -> None:
    clear = Image.new("RGBA", (300, 300), (255, 0, 0, 0))
    file = shelf.derive(shelf.file("clear.png", samples.encoded(clear, "PNG")))
    pyramid = Image.open(io.BytesIO(shelf.derivative(file, "pyramid.tif")))
    assert near(pyramid.getpixel((5, 5)), samples.WHITE, 2)


def test_black_and_white_is_kept_without_loss(shelf: Shelf) -> None:
    page = Image.effect_noise((700, 700), 200).point(lambda value: 255 * (value > 128)).convert("1")
    file = shelf.derive(shelf.file("page.tif", samples.encoded(page, "TIFF", compression="group4")))
    assert file.technical.details["bits_per_sample"] == 1
    pyramid = Image.open(io.BytesIO(shelf.derivative(file, "pyramid.tif")))
    assert pyramid.crop((0, 0, 700, 700)).tobytes() == page.convert("L").tobytes()


def test_each_page_has_a_pyramid_but_a_reduced_copy_is_no_page(shelf: Shelf) -> None:
    file = shelf.derive(shelf.file("pages.tif", samples.several_pages()))
    assert file.technical.pages == ((300, 200), (80, 120), (64, 64))
    assert file.technical.page_count == 3
    assert shelf.names(file) == {"pyramid.tif", "pyramid-2.tif", "pyramid-3.tif", "thumbnail.jpg"}


def test_pages_beyond_the_limit_are_left_out_and_said_to_be(shelf: Shelf) -> None:
    from dataclasses import replace

    from tests.service.derivatives.shelf import LIMITS

    file = shelf.derive(shelf.file("pages.tif", samples.several_pages()), replace(LIMITS, image_pages=2))
    assert (file.technical.status, len(file.technical.pages)) == (DONE, 2)
    assert file.technical.reason == "the file has more than 2 pages; images were made of the first 2"


def test_a_small_image_is_not_enlarged(shelf: Shelf) -> None:
    file = shelf.derive(shelf.file("dot.png", samples.encoded(Image.new("RGB", (1, 1)), "PNG")))
    assert (file.technical.status, file.technical.pages) == (DONE, ((1, 1),))
    assert Image.open(io.BytesIO(shelf.derivative(file, "thumbnail.jpg"))).size == (1, 1)


@pytest.mark.parametrize("side", [(1, 3000), (3000, 1), (255, 256), (257, 3), (512, 513)])
def test_an_image_of_any_shape_keeps_its_colour_to_the_edge(shelf: Shelf, side: tuple[int, int]) -> None:
    import pyvips

    file = shelf.derive(shelf.file("shape.png", samples.encoded(Image.new("RGB", side, samples.BLUE), "PNG")))
    assert file.technical.reason is None
    pyramid = pyvips.Image.new_from_buffer(shelf.derivative(file, "pyramid.tif"), "")
    assert file.technical.pages == (side,)
    assert near(tuple(pyramid(side[0] - 1, side[1] - 1)), samples.BLUE, 3)
    thumbnail = Image.open(io.BytesIO(shelf.derivative(file, "thumbnail.jpg")))
    assert near(thumbnail.getpixel((thumbnail.width - 1, thumbnail.height - 1)), samples.BLUE, 12)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("cut.jpg", samples.encoded(samples.quarters(), "JPEG")[:3000], "cut off or damaged"),
        ("cut.png", samples.encoded(samples.quarters(), "PNG")[:-300], "cut off or damaged"),
        ("cut.jp2", samples.encoded(samples.quarters(), "JPEG2000")[:400], "cut off or damaged"),
        ("cut.webp", samples.encoded(samples.quarters(), "WEBP")[:300], "cut off or damaged"),
        ("only-magic.png", b"\x89PNG\r\n\x1a\n", "cut off or damaged"),
        ("only-magic.tif", b"II*\x00", "cut off or damaged"),
        ("wide.png", samples.png_of(300_000, 10), "a side may have 200000"),
        ("huge.png", samples.png_of(100_000, 100_000), "10000 million pixels"),
        ("bomb.png", samples.png_of(30_000, 30_000), "made to exhaust whoever opens them"),
        ("lies.tif", samples.lying_tiff(5000, 5000, 2**31, 2**31 - 1), "cut off or damaged"),
        ("empty-claim.tif", samples.lying_tiff(2**31 - 1, 2**31 - 1, 8, 8), "out of range"),
        ("ring.tif", samples.ring_tiff(), None),
    ],
)
def test_a_broken_or_hostile_image_is_marked_with_the_reason(
    shelf: Shelf, name: str, content: bytes, reason: str | None
) -> None:
    file = shelf.derive(shelf.file(name, content))
    assert file.technical.status in ({FAILED} if reason else {FAILED, DONE})
    assert (reason or "") in (file.technical.reason or "")
    assert "derive-" not in (file.technical.reason or "")
    if reason:
        assert (shelf.names(file), file.technical.derived, file.technical.pages) == (set(), (), ())


REAL = {
    "67352ccc-d1b0-11e1-89ae-279075081939.png": ((1000, 1000),),
    "67352ccc-d1b0-11e1-89ae-279075081939.jp2": ((1000, 1000),),
    "balloon_intact.jp2": ((2717, 3701),),
    "hopper_bad_exif.jpg": ((500, 500),),
    "hopper_orientation_6.jpg": ((128, 128),),
    "multipage.tiff": ((10, 10), (10, 10), (20, 20)),
    "pil_sample_cmyk.jpg": ((100, 100),),
    "tiff_16bit_RGB.tiff": ((100, 40),),
}


@pytest.mark.parametrize(("name", "pages"), REAL.items())
def test_a_real_image_is_derived_from(shelf: Shelf, name: str, pages: tuple[tuple[int, int], ...]) -> None:
    file = shelf.derive(shelf.file(name, real(name)))
    assert (file.technical.status, file.technical.reason, file.technical.pages) == (DONE, None, pages)
    assert len(shelf.names(file)) == len(pages) + 1


def test_a_real_truncated_image_shows_no_page(shelf: Shelf) -> None:
    file = shelf.derive(shelf.file("truncated_jpeg.jpg", real("truncated_jpeg.jpg")))
    assert file.technical.status is FAILED
    assert "cut off or damaged" in (file.technical.reason or "")
