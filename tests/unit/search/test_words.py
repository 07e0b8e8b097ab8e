"""What people type is a question, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armarium.search.model import Clause, Match
from armarium.search.words import parse


def said(typed: str) -> list[list[tuple[str, ...]]]:
    return [[clause.terms for clause in group] for group in parse(typed).groups]


def only(typed: str) -> Clause:
    ((clause,),) = parse(typed).groups
    return clause


def test_several_words_all_have_to_be_there() -> None:
    assert said("Moby Dick") == [[("moby",)], [("dick",)]]
    assert said("moby AND dick") == [[("moby",)], [("dick",)]]


def test_words_in_quotes_stand_side_by_side() -> None:
    assert said('"Moby Dick" whale') == [[("moby", "dick")], [("whale",)]]
    assert said("“Moby Dick”") == said("«Moby Dick»") == said("„Moby Dick“") == [[("moby", "dick")]]


def test_or_takes_its_neighbours_together() -> None:
    assert said("whale OR squid sea") == [[("whale",), ("squid",)], [("sea",)]]


def test_what_is_not_wanted_is_kept_apart() -> None:
    words = parse('sea -whale NOT squid -"white whale"')
    assert [group[0].terms for group in words.groups] == [("sea",)]
    assert [clause.terms for clause in words.without] == [("whale",), ("squid",), ("white", "whale")]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("title:whale", "title"),
        ("author:melville", "creator"),
        ("ISBN:9783161484100", "identifier"),
        ("fulltext:sea", "text"),
    ],
)
def test_a_word_may_name_its_field(typed: str, field: str) -> None:
    assert only(typed).field == field


def test_a_field_that_does_not_exist_is_a_word_like_others() -> None:
    assert said("Faust: eine Tragödie") == [[("faust",)], [("eine",)], [("tragodie",)]]
    assert only("faust:tragedy").terms == ("faust", "tragedy")
    assert only("10:30").terms == ("10", "30")


def test_a_star_asks_for_beginnings_and_a_tilde_for_likeness() -> None:
    assert (only("whal*").match, only("whal*").terms) == (Match.PREFIX, ("whal",))
    assert (only("whael~").match, only("whael~").distance) == (Match.FUZZY, 1)
    assert only("whael~2").distance == 2
    assert only("ab~").match is Match.PHRASE


def test_one_character_of_a_script_in_pairs_asks_for_beginnings() -> None:
    assert only("鯨").match is Match.PREFIX
    assert only("白鯨").match is Match.PHRASE


@pytest.mark.parametrize("typed", ["", '"', '""', "*", "~", "-", "OR", "NOT", "AND OR", "title:", "( )", ":::", "\x00"])
def test_what_asks_nothing_is_nothing_and_no_error(typed: str) -> None:
    words = parse(typed)
    assert (words.groups, words.without) in {((), ()), ((parse("title").groups[0],), ())}


@given(st.text(max_size=400))
def test_any_text_is_a_question_of_bounded_size(typed: str) -> None:
    words = parse(typed)
    clauses = [*words.clauses, *words.without]
    assert len(clauses) <= 32
    assert all(clause.terms and len(clause.terms) <= 64 for clause in clauses)
