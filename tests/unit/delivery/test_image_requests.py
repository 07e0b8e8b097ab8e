"""IIIF Image API 3.0: what a request means, clause by clause."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from armarium.delivery.errors import BadImageRequestError
from armarium.delivery.image import (
    LARGEST_AREA,
    LARGEST_SIDE,
    ImageFormat,
    Quality,
    Region,
    information,
    parse_quality_and_format,
    parse_region,
    parse_rotation,
    parse_size,
    rendering,
    scaled,
    sufficient_level,
)

sides = st.integers(1, 200_000)
small = st.integers(1, 6_000)


# §4.1 Region


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("full", (0, 0, 300, 200)),
        ("square", (50, 0, 200, 200)),
        ("125,15,120,140", (125, 15, 120, 140)),
        ("pct:41.6,7.5,40,70", (125, 15, 120, 140)),
        ("125,15,200,200", (125, 15, 175, 185)),
        ("pct:41.6,7.5,66.6,100", (125, 15, 175, 185)),
        ("0,0,300,200", (0, 0, 300, 200)),
        ("pct:0,0,.5,1", (0, 0, 2, 2)),
    ],
)
def test_a_region_is_cut_as_the_standard_shows(text: str, region: tuple[int, int, int, int]) -> None:
    assert parse_region(text, 300, 200) == Region(*region)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Full",
        "1,2,3",
        "1,2,3,4,5",
        "-1,0,5,5",
        "1.5,0,5,5",
        "0,0,0,5",
        "0,0,5,0",
        "300,0,5,5",
        "0,200,5,5",
        "pct:0,0,0,50",
        "pct:100,0,10,10",
        "pct:1,2,3",
        "pct:a,b,c,d",
        "0,0,1e9,1",
        "٣,0,5,5",
        " full",
        "full\n",
        "0,0,99999999999,1",
    ],
)
def test_a_region_that_is_malformed_empty_or_outside_is_refused(text: str) -> None:
    with pytest.raises(BadImageRequestError, match="region"):
        parse_region(text, 300, 200)


@given(sides, sides, st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 250_000), st.integers(1, 250_000))
def test_a_region_lies_within_its_image(width: int, height: int, left: int, top: int, w: int, h: int) -> None:
    x, y = left % width, top % height
    region = parse_region(f"{x},{y},{w},{h}", width, height)
    assert (region.x, region.y) == (x, y)
    assert region.width == min(w, width - x)
    assert region.height == min(h, height - y)


@given(sides, sides)
def test_a_square_is_as_large_as_the_shorter_side(width: int, height: int) -> None:
    region = parse_region("square", width, height)
    assert region.width == region.height == min(width, height)
    assert region.x + region.width <= width
    assert region.y + region.height <= height


# §4.2 Size

REGION = Region(0, 0, 300, 200)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("max", (300, 200, False)),
        ("150,", (150, 100, False)),
        (",150", (225, 150, False)),
        ("pct:50", (150, 100, False)),
        ("225,100", (225, 100, False)),
        ("!225,100", (150, 100, False)),
        ("!1000,1000", (300, 200, False)),
        ("^360,", (360, 240, True)),
        ("^,240", (360, 240, True)),
        ("^pct:120", (360, 240, True)),
        ("^360,360", (360, 360, True)),
        ("^!360,360", (360, 240, True)),
        ("^150,", (150, 100, False)),
        ("^max", (7745, 5163, True)),
    ],
)
def test_a_size_is_as_the_standard_shows(text: str, size: tuple[int, int, bool]) -> None:
    assert parse_size(text, REGION) == size


@pytest.mark.parametrize(
    "text",
    [
        "",
        "full",
        ",",
        "!,",
        "!100,",
        "!,100",
        "^",
        "^,",
        "0,",
        ",0",
        "0,0",
        "!0,5",
        "pct:0",
        "pct:0.1",
        "pct:-5",
        "pct:",
        "pct:a",
        "301,",
        ",201",
        "301,100",
        "100,201",
        "pct:100.5",
        "pct:101",
        "^20001,",
        "^pct:99999",
        "^20000,20000",
        "1.5,",
        "max ",
        "^^5,",
    ],
)
def test_a_size_that_is_malformed_empty_or_too_large_is_refused(text: str) -> None:
    with pytest.raises(BadImageRequestError, match="size"):
        parse_size(text, REGION)


def test_an_enlargement_is_refused_with_the_way_to_ask_for_it() -> None:
    with pytest.raises(BadImageRequestError, match=r"ask for \^600, to enlarge"):
        parse_size("600,", REGION)


@given(sides, sides, st.sampled_from(["max", "^max"]))
@example(200_000, 1, "^max")
@example(200_000, 200_000, "max")
def test_the_maximum_keeps_the_limits_and_the_shape(width: int, height: int, text: str) -> None:
    w, h, upscaled = parse_size(text, Region(0, 0, width, height))
    assert min(w, h) >= 1
    assert max(w, h) <= LARGEST_SIDE
    assert w * h <= LARGEST_AREA
    assert upscaled == (w > width or h > height)
    if text == "max":
        assert (w, h) <= (width, height)
        assert abs(w * height - h * width) <= max(width, height)


@given(small, small, st.integers(1, 7_000), st.integers(1, 7_000), st.booleans())
def test_the_best_fit_touches_its_box_and_never_exceeds_it(
    width: int, height: int, w: int, h: int, upscale: bool
) -> None:
    try:
        got_w, got_h, _ = parse_size(f"{'^' if upscale else ''}!{w},{h}", Region(0, 0, width, height))
    except BadImageRequestError as error:
        assert "leaves no pixel" in error.message
        return
    assert got_w <= w
    assert got_h <= h
    if not upscale:
        assert got_w <= width
        assert got_h <= height
    touches = got_w == w or got_h == h or got_w * got_h > LARGEST_AREA * 0.99
    assert touches or (not upscale and (got_w, got_h) == (width, height))


@given(small, small, st.integers(1, 6_000))
def test_one_given_side_is_kept_and_the_other_follows(width: int, height: int, side: int) -> None:
    assume(side <= width and round(side * height / width) >= 1)
    w, h, _ = parse_size(f"{side},", Region(0, 0, width, height))
    assert w == side
    assert abs(h - side * height / width) <= 0.5


# §4.3 Rotation, §4.4 quality, §4.5 format


@pytest.mark.parametrize(
    ("text", "mirrored", "degrees"),
    [
        ("0", False, "0"),
        ("90", False, "90"),
        ("!180", True, "180"),
        ("22.5", False, "22.5"),
        ("360", False, "0"),
        ("!0", True, "0"),
        (".5", False, ".5"),
    ],
)
def test_a_rotation_is_degrees_after_a_mirror(text: str, mirrored: bool, degrees: str) -> None:
    assert parse_rotation(text) == (mirrored, Decimal(degrees))


@pytest.mark.parametrize("text", ["", "!", "-90", "360.1", "1e2", "nan", "inf", "90!", "!!90", "9 0", "²"])
def test_a_rotation_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadImageRequestError, match="rotation"):
        parse_rotation(text)


@pytest.mark.parametrize(
    "text", ["", "default", ".jpg", "default.", "default.tif", "native.jpg", "default.jpg.png", "Gray.jpg"]
)
def test_a_quality_or_format_that_is_not_served_is_refused(text: str) -> None:
    with pytest.raises(BadImageRequestError, match="quality"):
        parse_quality_and_format(text)


def test_every_quality_is_served_in_every_format() -> None:
    for quality in Quality:
        for format_ in ImageFormat:
            assert parse_quality_and_format(f"{quality}.{format_}") == (quality, format_)


@pytest.mark.parametrize(("size", "rotation"), [("17000,100", "0"), ("100,17000", "90"), ("16383,2000", "10")])
def test_an_image_that_webp_cannot_hold_is_refused(size: str, rotation: str) -> None:
    with pytest.raises(BadImageRequestError, match="webp"):
        rendering("full", size, rotation, "default.webp", width=20_000, height=20_000)
    assert rendering("full", size, rotation, "default.jpg", width=20_000, height=20_000)
    assert rendering("full", "12000,3000", rotation, "default.webp", width=20_000, height=20_000)


# §4.7 Canonical form


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        (("full", "max", "0", "default.jpg"), "full/max/0/default.jpg"),
        (("0,0,300,200", "300,200", "360", "default.jpg"), "full/max/0/default.jpg"),
        (("pct:0,0,100,100", "pct:100", "0.0", "default.jpg"), "full/max/0/default.jpg"),
        (("square", "100,", "!90.50", "gray.png"), "50,0,200,200/100,100/!90.5/gray.png"),
        (("full", "^360,", ".50", "color.webp"), "full/^360,240/0.5/color.webp"),
        (("full", "^150,", "0", "default.jpg"), "full/150,100/0/default.jpg"),
        (("full", "^max", "0", "bitonal.png"), "full/^max/0/bitonal.png"),
    ],
)
def test_every_way_to_ask_has_one_canonical_form(asked: tuple[str, str, str, str], canonical: str) -> None:
    assert rendering(*asked, width=300, height=200).canonical == canonical


@given(
    small,
    small,
    st.sampled_from(["full", "square", "pct:10,10,33.3,21", "1,1,77,55"]),
    st.sampled_from(["max", "^max", "50,", ",50", "!60,60", "^!900,900", "pct:40", "^pct:140", "20,30"]),
    st.sampled_from(["0", "!0", "90", "!12.50", "0.250"]),
)
def test_the_canonical_form_asks_for_the_same(width: int, height: int, region: str, size: str, rotation: str) -> None:
    try:
        first = rendering(region, size, rotation, "default.jpg", width, height)
    except BadImageRequestError:
        assume(False)
    again = rendering(*first.canonical.split("/"), width=width, height=height)
    assert again == first


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_no_request_breaks_the_parser(region: str, size: str, rotation: str, last: str) -> None:
    for parts in (
        (region, "max", "0", "default.jpg"),
        ("full", size, "0", "default.jpg"),
        ("full", "max", rotation, last),
    ):
        with pytest.raises(BadImageRequestError):
            rendering(*parts, width=300, height=200)


# §5 Image information


def test_the_information_says_what_is_served() -> None:
    told = information("https://library.example/iiif/3/13", 6000, 4000)
    assert told["@context"] == "http://iiif.io/api/image/3/context.json"
    assert (told["id"], told["type"], told["profile"]) == (
        "https://library.example/iiif/3/13",
        "ImageService3",
        "level2",
    )
    assert (told["width"], told["height"]) == (6000, 4000)
    assert told["tiles"] == [{"width": 512, "height": 512, "scaleFactors": [1, 2, 4, 8, 16]}]
    assert told["sizes"][0] == {"width": 375, "height": 250}
    assert told["sizes"][-1] == {"width": 6000, "height": 4000}


@given(sides, sides)
def test_every_size_and_tile_of_the_information_can_be_asked_for(width: int, height: int) -> None:
    told = information("", width, height)
    for size in told["sizes"]:
        got = rendering("full", f"{size['width']},{size['height']}", "0", "default.jpg", width, height)
        assert (got.width, got.height) == (size["width"], size["height"])
    for factor in told["tiles"][0]["scaleFactors"]:
        reach = 512 * factor
        x, y = (width - 1) // reach * reach, (height - 1) // reach * reach
        w, h = scaled(width - x, height - y, factor)
        rendering(f"{x},{y},{width - x},{height - y}", f"{w},{h}", "0", "default.jpg", width, height)


@given(small, small, st.integers(1, 6_000), st.integers(1, 6_000), st.integers(1, 9))
def test_a_level_has_enough_pixels_and_the_next_has_not(width: int, height: int, w: int, h: int, levels: int) -> None:
    assume(w <= width and h <= height)
    level = sufficient_level(Region(0, 0, width, height), w, h, levels)
    assert 0 <= level < levels
    assert level == 0 or (width >> level >= w - 1 and height >> level >= h - 1)
    following = 2 ** (level + 1)
    assert level == levels - 1 or width < w * following or height < h * following
