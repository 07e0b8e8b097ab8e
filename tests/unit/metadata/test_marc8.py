from __future__ import annotations

import contextlib
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armarium.metadata import marc8
from armarium.metadata.text import composed


def test_plain_latin_is_itself() -> None:
    assert marc8.decode(b"Birds of Russia") == "Birds of Russia"


def test_a_combining_mark_goes_behind_its_letter_and_is_composed() -> None:
    assert marc8.decode(b"\xe1a la communaut\xe2e") == "à la communauté"


def test_a_ligature_is_one_mark_over_two_letters() -> None:
    assert marc8.decode(b"\xebi\xeca") == "i\u0361a"


def test_cyrillic_hebrew_greek_and_chinese_come_by_their_escapes() -> None:
    assert marc8.decode(b"\x1b(N\x4d\x45\x54\x1b(B.") == "мет."
    assert marc8.decode(b"\x1b(2\x60\x61\x1bs") == "אב"
    assert marc8.decode(b"\x1bga\x1bs") == "α"
    assert marc8.decode(b"\x1b$1\x21\x30\x21\x1b(B") == "一"


def test_a_set_may_stand_in_the_upper_half() -> None:
    assert marc8.decode(b"\x1b)N\xcd\xc5\xd4") == "мет"


def test_superscripts_and_subscripts_end_with_their_escape() -> None:
    assert marc8.decode(b"H\x1bb2\x1bsO, x\x1bp2\x1bs") == "H₂O, x²"


def test_characters_that_do_not_sort_are_marked_and_kept() -> None:
    assert marc8.decode(b"\x88The \x89birds") == "\x98The \x9cbirds"


@pytest.mark.parametrize(
    ("data", "offset"),
    [(b"ab\xff", 2), (b"ab\xe1", 2), (b"a\x1b(z", 1), (b"a\x1b", 1), (b"\x1b$1\x21\x30", 3), (b"a\x1bq", 1)],
    ids=["no such byte", "mark without letter", "no such set", "escape at the end", "cut short", "no such escape"],
)
def test_what_has_no_meaning_is_said_with_its_place(data: bytes, offset: int) -> None:
    with pytest.raises(marc8.Marc8DecodeError) as found:
        marc8.decode(data)
    assert found.value.offset == offset


@given(st.binary(max_size=60))
def test_any_bytes_give_text_or_an_error_with_a_place_in_them(data: bytes) -> None:
    try:
        assert unicodedata.is_normalized("NFC", marc8.decode(data))
    except marc8.Marc8DecodeError as found:
        assert 0 <= found.offset < len(data)


_LETTERS = st.sampled_from(
    [b"a", b"e", b"O", b"\xe1a", b"\xe2e", b"\xe8\xe5u", b"\xb5", b"\xa1", b" ", b"\x1b(N\x4d\x1b(B"]
)


@given(st.lists(_LETTERS, max_size=20).map(b"".join))
def test_what_both_can_read_reads_as_in_pymarc(data: bytes) -> None:
    from pymarc.marc8 import marc8_to_unicode

    with contextlib.redirect_stderr(io.StringIO()):
        assert marc8.decode(data) == composed(marc8_to_unicode(data))
