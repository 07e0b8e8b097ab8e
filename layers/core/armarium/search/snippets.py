"""The passage of a text that shows why it was found. Pure."""

from __future__ import annotations

import re

from armarium.search.analysis import folded, terms
from armarium.search.model import Clause, Match, Snippet, Text, Words

_AROUND = 120  # characters on each side
_MOST_MARKS = 12
_WORD = re.compile(r"\w+")


def snippet(source: Text, words: Words) -> Snippet | None:
    """The first passage with a word that was asked for, on one line; None where there is none."""
    clauses = [clause for clause in words.clauses if clause.field in (None, "text")]
    if not clauses:
        return None
    first = next((match for match in _WORD.finditer(source.text) if _answers(match[0], clauses)), None)
    if first is None:
        return None
    start = _word_start(source.text, max(0, first.start() - _AROUND))
    passage = " ".join(source.text[start : first.end() + _AROUND].split())
    marks = [match.span() for match in _WORD.finditer(passage) if _answers(match[0], clauses)]
    return Snippet(representation_id=source.representation_id, text=passage, marks=tuple(marks[:_MOST_MARKS]))


def _answers(word: str, clauses: list[Clause]) -> bool:
    said = terms(word)
    return any(_is_in(clause, said, word) for clause in clauses)


def _is_in(clause: Clause, said: list[str], word: str) -> bool:
    if clause.match is Match.FUZZY:
        return _near(folded(word), clause.terms[0], clause.distance)
    if clause.match is Match.PREFIX and any(term.startswith(clause.terms[-1]) for term in said):
        return True
    return not set(clause.terms).isdisjoint(said)


def _near(one: str, other: str, distance: int) -> bool:
    from rapidfuzz.distance import OSA

    return OSA.distance(one, other, score_cutoff=distance) <= distance


def _word_start(text: str, at: int) -> int:
    """``at``, moved on to the next beginning of a word, where one is near."""
    space = text.find(" ", at, at + 20) if at else -1
    return space + 1 if space >= 0 else at
