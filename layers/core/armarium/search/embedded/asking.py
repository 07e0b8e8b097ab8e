"""A search → tantivy's queries. Built from terms, never parsed from text: no word can be an error."""

from __future__ import annotations

from typing import Any

from armarium.search.model import FACETS, FIELDS, OWN, Clause, Match, Search, facet_field, facet_values
from armarium.search.weights import TIES, TITLE_TOGETHER, WEIGHTS, side_by_side

_FURTHEST_YEARS = (-9999, 9999)


def query(schema: Any, search: Search) -> Any:
    """The query that a search asks."""
    from tantivy import Occur, Query

    parts = [(Occur.Must, _any_of([_clause(schema, clause) for clause in group])) for group in search.words.groups]
    parts += [(Occur.MustNot, _clause(schema, clause)) for clause in search.words.without]
    parts += [(Occur.Must, Query.const_score_query(each, 0.0)) for each in _filters(schema, search)]
    together = side_by_side(search.words)
    if together:
        phrase = Query.phrase_query(schema, "title", list(together))
        parts.append((Occur.Should, Query.boost_query(phrase, TITLE_TOGETHER)))
    if not search.words.groups:
        parts.append((Occur.Must, Query.all_query()))
    return Query.boolean_query(parts)


def needs(search: Search) -> set[str]:
    """The fields of configured fields that a search asks, which an index of an older version does not have."""
    clauses = (*search.words.clauses, *search.words.without)
    words = {OWN for clause in clauses if clause.field == OWN}
    return words | {facet_field(facet) for facet in search.filters if facet not in FACETS}


def visible(schema: Any, with_suppressed: bool) -> Any:
    """All titles that somebody may know of."""
    from tantivy import Query

    return Query.all_query() if with_suppressed else Query.term_query(schema, "facet_suppressed", "false")


def _filters(schema: Any, search: Search) -> list[Any]:
    from tantivy import FieldType, Query

    found = [
        Query.term_set_query(schema, facet_field(facet), facet_values(facet, values))
        for facet, values in search.filters.items()
    ]
    first, last = search.years
    if (first, last) != (None, None):
        low = _FURTHEST_YEARS[0] if first is None else first
        high = _FURTHEST_YEARS[1] if last is None else last
        found.append(Query.range_query(schema, "year", FieldType.Integer, low, high))
    if not search.with_suppressed:
        found.append(visible(schema, False))
    return found


def _clause(schema: Any, clause: Clause) -> Any:
    """A clause in its field, or in whichever field fits it best."""
    from tantivy import Query

    if clause.field:
        return _any_of([_in_field(schema, clause, clause.field), *_compact(schema, clause, clause.field)])
    everywhere = [
        Query.boost_query(each, WEIGHTS[field])
        for field in FIELDS
        for each in (_in_field(schema, clause, field), *_compact(schema, clause, field))
    ]
    return Query.disjunction_max_query(everywhere, TIES)


def _in_field(schema: Any, clause: Clause, field: str) -> Any:
    from tantivy import Query

    terms: list[Any] = list(clause.terms)
    if clause.match is Match.FUZZY:
        return Query.fuzzy_term_query(schema, field, terms[0], distance=clause.distance)
    if clause.match is Match.PREFIX:
        if len(terms) > 1:
            return Query.phrase_prefix_query(schema, field, terms)
        return Query.fuzzy_term_query(schema, field, terms[0], distance=0, prefix=True)
    return Query.phrase_query(schema, field, terms) if len(terms) > 1 else Query.term_query(schema, field, terms[0])


def _compact(schema: Any, clause: Clause, field: str) -> list[Any]:
    """An identifier that was typed with hyphens or spaces, in one piece; where that is another term."""
    from tantivy import Query

    if field not in ("identifier", "barcode") or not clause.compact or clause.terms == (clause.compact,):
        return []
    return [Query.term_query(schema, field, clause.compact)]


def _any_of(queries: list[Any]) -> Any:
    from tantivy import Occur, Query

    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, each) for each in queries])
