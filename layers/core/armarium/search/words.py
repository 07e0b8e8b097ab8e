"""What people type → :class:`Words`. Every text is a question: nothing that somebody types is an error. Pure.

``moby dick`` both words · ``"moby dick"`` side by side · ``title:whale`` in one field · ``whal*`` the beginning of a
word · ``whael~`` one letter may differ, ``~2`` two · ``whale OR squid`` either · ``-squid`` or ``NOT squid`` without.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from armarium.search.analysis import compact, is_prefix, terms
from armarium.search.model import FIELD_NAMES, OWN, Clause, Match, Words, own_term

_LONGEST = 1_000  # characters of a question
_MOST_CLAUSES = 32
_MOST_TERMS = 64
_PIECE = re.compile(
    r"(?P<minus>[-\u2212])?(?:(?P<field>[A-Za-z_][A-Za-z0-9_]{1,19}):)?"
    r'(?:["\u201c\u201d\u201e\u00ab](?P<phrase>[^"\u201c\u201d\u00bb]*)["\u201c\u201d\u00bb]|(?P<word>[^\s"\u201c\u201d\u201e\u00ab\u00bb()]+))'
)
_FUZZY = re.compile(r"~([12]?)$")
_SHORTEST_FUZZY = 3


@dataclass(frozen=True)
class _Piece:
    clause: Clause | None
    without: bool = False
    operator: str = ""  # OR, NOT, AND


def parse(typed: str, own: Collection[str] = ()) -> Words:
    """The question in ``typed``; what cannot be a question (stray quotes, lone operators) is passed over.

    ``own``: the codes of configured fields, which may stand before a colon too.
    """
    groups: list[list[Clause]] = []
    without: list[Clause] = []
    joins = negates = False
    for piece in _pieces(typed[:_LONGEST], own):
        if piece.operator:
            joins, negates = piece.operator == "OR", piece.operator == "NOT"
            continue
        if piece.clause is None:
            continue
        if piece.without or negates:
            without.append(piece.clause)
        elif joins and groups:
            groups[-1].append(piece.clause)
        else:
            groups.append([piece.clause])
        joins = negates = False
        if sum(map(len, groups)) + len(without) >= _MOST_CLAUSES:
            break
    return Words(groups=tuple(map(tuple, groups)), without=tuple(without))


def _pieces(typed: str, own: Collection[str]) -> list[_Piece]:
    return [_piece(match, own) for match in _PIECE.finditer(typed)]


def _piece(match: re.Match[str], own: Collection[str]) -> _Piece:
    word, phrase = match["word"], match["phrase"]
    plain = not match["minus"] and not match["field"]
    if plain and word in ("OR", "AND", "NOT"):
        return _Piece(None, operator=word)
    name = (match["field"] or "").lower()
    field = name if name in own else FIELD_NAMES.get(name)
    if name and field is None:
        word, phrase = f"{match['field']} {word or phrase}", None
    clause = _quoted(phrase, field) if word is None else _worded(word, field)
    if clause and field in own:
        clause = _keyed(clause)
    return _Piece(clause, without=bool(match["minus"]))


def _keyed(clause: Clause) -> Clause:
    """A clause about a configured field, as the one field of the index knows it that holds them all."""
    terms = tuple(own_term(clause.field or "", term) for term in clause.terms)
    return clause.model_copy(update={"field": OWN, "terms": terms, "compact": ""})


def _quoted(phrase: str, field: str | None) -> Clause | None:
    found = tuple(terms(phrase, asked=True)[:_MOST_TERMS])
    return _clause(found, field, Match.PHRASE, phrase) if found else None


def _worded(word: str, field: str | None) -> Clause | None:
    found = tuple(terms(word, asked=True)[:_MOST_TERMS])
    if not found:
        return None
    if word.endswith("*"):
        return _clause(found, field, Match.PREFIX, word)
    fuzzy = _FUZZY.search(word)
    if fuzzy:
        found = tuple(terms(word[: fuzzy.start()], asked=True)[:_MOST_TERMS])
    if fuzzy and len(found) == 1 and len(found[0]) >= _SHORTEST_FUZZY:
        return Clause(terms=found, field=field, match=Match.FUZZY, distance=int(fuzzy[1] or 1))
    return _clause(found, field, Match.PHRASE, word) if found else None


def _clause(found: tuple[str, ...], field: str | None, match: Match, typed: str) -> Clause:
    if len(found) == 1 and is_prefix(found[0]):
        match = Match.PREFIX
    return Clause(
        terms=found,
        field=field,
        match=match,
        compact=compact(typed) if field in (None, "identifier", "barcode") else "",
    )
