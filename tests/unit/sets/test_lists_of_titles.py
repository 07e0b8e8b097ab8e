"""Lists of titles, as people paste them or export them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armarium.sets.model import Combination, lines_of


def read(text: str) -> list[tuple[int, str]]:
    return [(each.number, each.text) for each in lines_of(text)]


@pytest.mark.parametrize(
    "text",
    [
        "9912345\n9967890",
        "\ufeff9912345\r\n\r\n9967890\r\n",
        '"9912345",Atlas\n"9967890";Maps',
        "9912345\tA\n 9967890 ",
    ],
)
def test_the_first_thing_of_each_line_counts(text: str) -> None:
    assert [said for _, said in read(text)] == ["9912345", "9967890"]


def test_a_heading_above_numbers_is_no_line_and_the_numbers_of_lines_stay() -> None:
    assert read("MMS Id,Title\n9912345,Atlas") == [(2, "9912345")]
    assert read("Atlas") == [(1, "Atlas")]
    assert read("Atlas\nMaps") == [(1, "Atlas"), (2, "Maps")]


@given(st.text(max_size=300))
def test_no_text_is_an_error_and_every_line_says_something(text: str) -> None:
    assert all(each.text and each.number >= 1 for each in lines_of(text))


def test_two_sets_make_a_third() -> None:
    first, second = {"1", "2"}, {"2", "3"}
    assert [sorted(how.of(first, second)) for how in Combination] == [["2"], ["1", "2", "3"], ["1"]]
