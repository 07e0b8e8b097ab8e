"""What is found although it is written otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armarium.search.analysis import compact, folded, indexed, terms


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Čapek, Ḥāfiẓ, Straße", "capek, hafiz, strasse"),
        ("Ærø Œuvre Łódź Đà Nẵng Þór", "aero oeuvre lodz da nang thor"),
        ("Ａｌｐｈａ", "alpha"),
        ("שָׁלוֹם", "שלום"),
        ("مُحَمَّد", "محمد"),
        ("أحمد آل إبراهيم", "احمد ال ابراهيم"),
        ("Ёлка и Чайковский", "елка и чаиковскии"),
        ("Ἀθηνᾶ", "αθηνα"),
        ("한국어", "한국어"),
        ("がぎぐ", "がぎぐ"),
    ],
)
def test_case_accents_points_and_ligatures_make_no_difference(written: str, compared: str) -> None:
    assert folded(written) == compared


def test_words_of_scripts_with_spaces_are_terms() -> None:
    assert terms("L'homme — et la mer, 1851!") == ["l", "homme", "et", "la", "mer", "1851"]
    assert terms("Война и мир") == ["воина", "и", "мир"]
    assert terms("ألف ليلة وليلة") == ["الف", "ليله", "وليله"]


def test_a_word_of_an_indic_script_keeps_its_vowel_signs() -> None:
    assert terms("हिन्दी साहित्य।") == ["हिन्दी", "साहित्य"]


def test_scripts_without_spaces_become_pairs_and_the_last_character() -> None:
    assert terms("紅樓夢") == ["紅樓", "樓夢", "夢"]
    assert terms("紅樓夢", asked=True) == ["紅樓", "樓夢"]
    assert terms("夢", asked=True) == ["夢"]
    assert terms("Moby白鯨Dick") == ["moby", "白鯨", "鯨", "dick"]
    assert terms("ภาษาไทย", asked=True)[:2] == ["ภา", "าษ"]


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4FFF), min_size=2, max_size=12), st.data())
def test_every_part_of_a_run_of_han_characters_is_found_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    asked, there = terms(text[start:end], asked=True), terms(text)
    if len(asked) == 1 and len(asked[0]) == 1:
        assert any(term.startswith(asked[0]) for term in there)
    else:
        assert any(there[at : at + len(asked)] == asked for at in range(len(there)))


@given(st.text(max_size=300))
def test_any_text_has_terms_that_a_split_at_spaces_reads_back(text: str) -> None:
    assert " ".join(indexed([text])).split() == terms(text)
    assert all(len(term) <= 100 for term in terms(text))


@given(st.text(max_size=100))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert terms(" ".join(terms(text, asked=True)), asked=True) is not None
    assert folded(folded(text)) == folded(text)


def test_an_identifier_is_the_same_with_and_without_its_hyphens() -> None:
    assert compact("978-3-16-148410-0") == compact("9783161484100") == "9783161484100"
    assert compact("(OCoLC)12345") == "ocolc12345"
