"""What counts how much, the same in both engines. Pure."""

from __future__ import annotations

from armarium.search.model import Match, Words

WEIGHTS = {
    "title": 6.0,
    "identifier": 4.0,
    "barcode": 4.0,
    "creator": 3.0,
    "subject": 2.0,
    "note": 1.0,
    "any": 1.0,
    "text": 0.5,
}
"""Field → what a word in it counts."""
TITLE_TOGETHER = 8.0
"""What it adds when the words stand side by side in the title."""
TIES = 0.1
"""What the other fields of a word count beside the best one."""
MOST_VALUES = 100
"""Values that a facet counts."""


def side_by_side(words: Words) -> tuple[str, ...]:
    """All plain words in their order, where they are several and everything that was asked for."""
    plain = [group[0] for group in words.groups if len(group) == 1 and group[0].field in (None, "title")]
    if len(plain) != len(words.groups) or any(clause.match is not Match.PHRASE for clause in plain):
        return ()
    terms = tuple(term for clause in plain for term in clause.terms)
    return terms if len(terms) > 1 else ()
