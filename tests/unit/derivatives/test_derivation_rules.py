"""Formats, limits, names and messages of derivation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armarium.derivatives.errors import StrangeMessageError
from armarium.derivatives.model import (
    Findings,
    Kind,
    Limits,
    Order,
    confined,
    is_derivative,
    order,
    pause,
    plain,
    pyramid_name,
    refusal,
    sniff,
    tile_side,
)

LIMITS = Limits()


@pytest.mark.parametrize(
    ("head", "mime_type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\x00....", "image/tiff"),
        (b"MM\x00+\x00\x08", "image/tiff"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"RIFF....WAVEfmt ", "audio/x-wav"),
        (b"RIFF....AVI LIST", "video/x-msvideo"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        (b"\x00\x00\x00\x18ftypqt  ", "video/mp4"),
        (b"junk before\n%PDF-1.7", "application/pdf"),
    ],
)
def test_a_format_is_told_by_its_bytes(head: bytes, mime_type: str) -> None:
    found = sniff(head)
    assert found and found.mime_type == mime_type


@pytest.mark.parametrize(
    "head", [b"", b"BM", b"PK\x03\x04", b"%!PS", b"<svg", b"....ftypheic", b"x" * 1024 + b"%PDF-1.4"]
)
def test_nothing_is_made_of_other_bytes(head: bytes) -> None:
    assert sniff(head) is None


@given(st.binary(max_size=1024))
def test_any_bytes_can_be_looked_at(head: bytes) -> None:
    found = sniff(head)
    assert found is None or found.kind in Kind


@given(st.integers(1, 200_000), st.integers(1, 200_000), st.integers(1, 2000))
def test_what_is_confined_fits_its_box_and_is_not_enlarged(width: int, height: int, box: int) -> None:
    w, h = confined(width, height, box)
    assert 1 <= w <= min(box, width)
    assert 1 <= h <= min(box, height)
    assert max(w, h) == min(box, max(width, height))


@pytest.mark.parametrize(
    ("width", "height", "bits", "size", "in_memory", "why"),
    [
        (30_000, 30_000, 24, 10**8, False, None),
        (30_000, 30_000, 24, 10**8, True, "250 million"),
        (40_000, 40_000, 24, 10**8, False, "1000 million"),
        (200_001, 1, 24, 10**8, False, "a side may have"),
        (0, 10, 24, 10, False, "no pixels"),
        (20_000, 20_000, 24, 60_000, False, "made to exhaust"),
        (20_000, 20_000, 1, 20_000, False, None),
        (9_000, 9_000, 24, 100, False, None),
    ],
)
def test_an_image_beyond_the_limits_is_refused_with_the_reason(
    width: int, height: int, bits: int, size: int, in_memory: bool, why: str | None
) -> None:
    reason = refusal(width, height, bits, size, LIMITS, in_memory)
    assert (reason is None) == (why is None)
    assert (why or "") in (reason or "")


def test_a_function_keeps_time_and_memory_for_itself() -> None:
    within = LIMITS.within(seconds=100, memory_megabytes=2048)
    assert (within.seconds, within.memory) == (70, 1664 << 20)
    assert LIMITS.within(10_000, None) == LIMITS


@given(st.integers(1, 200_000), st.integers(1, 200_000))
def test_tiles_are_not_much_larger_than_their_image(width: int, height: int) -> None:
    side = tile_side(width, height)
    assert side in (256, 512)
    assert (side == 256) == (max(width, height) <= 256)


@given(st.integers(1, 9999))
def test_names_of_pyramids_are_names_of_derivatives(page: int) -> None:
    assert is_derivative(pyramid_name(page))


@pytest.mark.parametrize(
    "name", ["", "../text.txt", "text.txt\n", "pyramid-0.tif", "pyramid-1/2.tif", "a.tif", "findings.json"]
)
def test_other_names_are_not(name: str) -> None:
    assert not is_derivative(name)


def test_an_event_of_a_master_names_its_file_whatever_the_file_is_called() -> None:
    key = "01ARM_INST/storage/99/12/13/a/b c%20ü.tif"
    assert order(f'{{"detail": {{"object": {{"key": "{key}"}}}}}}') == Order("99", "12", "13", key)


def test_an_order_to_derive_again_can_be_read_back() -> None:
    assert order(Order("99", "12", "13").message()) == Order("99", "12", "13", again=True)


@given(
    st.text()
    | st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)).map(
        str
    )
)
def test_any_other_message_is_strange(body: str) -> None:
    with pytest.raises(StrangeMessageError):
        order(body)


def test_pauses_grow_and_end() -> None:
    assert [pause(tries) for tries in range(1, 8)] == [5, 15, 45, 120, 120, 120, 120]


@given(st.text())
def test_text_from_a_file_is_one_printable_line(text: str) -> None:
    shown = plain(text)
    assert shown.isprintable()
    assert len(shown) <= 200
    assert shown == shown.strip()


def test_a_file_that_fails_keeps_what_it_is_and_loses_what_was_made() -> None:
    findings = Findings(mime_type="image/png", pronom="fmt/11", width=10, height=10, pages=[(10, 10)])
    findings.made("thumbnail.jpg", 100, 10, 10)
    findings.fail("damaged")
    read = Findings.from_json(findings.to_json())
    assert (read.mime_type, read.pronom, read.reason, read.failed) == ("image/png", "fmt/11", "damaged", True)
    assert (read.width, read.pages, read.derived) == (None, [], [])
