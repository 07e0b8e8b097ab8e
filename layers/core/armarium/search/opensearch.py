"""The engine for sites that outgrow the built-in one: OpenSearch Serverless, by its HTTP interface.

A generation is an index. Texts come analyzed already (:mod:`armarium.search.analysis`), so that its fields are
split at spaces, no more. Serverless collections have no refresh: a change is visible after some seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from armarium.search import store, tokens
from armarium.search.analysis import folded, indexed
from armarium.search.errors import EngineError, InvalidSearchError
from armarium.search.model import (
    FACETS,
    FIELDS,
    OWN,
    Clause,
    Document,
    Extent,
    FacetCount,
    Found,
    Generation,
    Match,
    Search,
    Sort,
    Text,
    facet_field,
    facet_prefix,
    facet_values,
    own_term,
)
from armarium.search.weights import MOST_VALUES, TIES, TITLE_TOGETHER, WEIGHTS, side_by_side

_SEPARATOR = "\x1f"
_MOST_BYTES = 5_000_000  # of one bulk request
_LAST = {"missing": "_last", "unmapped_type": "keyword"}
_ORDERS: dict[Sort, list[dict[str, Any]]] = {
    Sort.RELEVANCE: [{"_score": {"order": "desc"}}],
    Sort.TITLE: [{"sort_title": {"order": "asc", **_LAST}}],
    Sort.YEAR: [{"year": {"order": "asc", "missing": "_last"}}],
    Sort.NEWEST_YEAR: [{"year": {"order": "desc", "missing": "_last"}}],
    Sort.MODIFIED: [{"modified": {"order": "asc", **_LAST}}],
    Sort.LAST_MODIFIED: [{"modified": {"order": "desc", **_LAST}}],
}


class OpenSearchEngine:
    """:class:`~armarium.search.port.SearchEngine` on a collection of OpenSearch Serverless."""

    def __init__(self) -> None:
        self._made: set[int] = set()  # generations that are known to be there

    def create(self, generation: Generation) -> None:
        """As the port says."""
        if generation.number in self._made:
            return
        status, answer = store.request("PUT", f"/{_name(generation)}", json.dumps(_definition()))
        if status >= 300 and _kind(answer) != "resource_already_exists_exception":
            raise EngineError(f"OpenSearch did not make the index {_name(generation)}: {status} {_kind(answer)}")
        self._made.add(generation.number)

    def update(self, generation: Generation, shard: int, documents: Sequence[Document], gone: Sequence[str]) -> None:
        """As the port says, but title by title: a failure leaves some written, and the same call writes all of them."""
        self.create(generation)
        for body in _bulks(documents, gone):
            status, answer = store.request("POST", f"/{_name(generation)}/_bulk", body, "application/x-ndjson")
            if status >= 300:
                raise EngineError(f"OpenSearch did not take titles: {status} {_kind(answer)}")
            for item in answer["items"]:
                [outcome] = item.values()
                if outcome["status"] >= 300 and not (outcome["status"] == 404 and "delete" in item):
                    raise EngineError(f"OpenSearch did not take title {outcome['_id']}: {outcome.get('error')}")

    def search(self, generation: Generation, search: Search) -> Found:
        """As the port says. Pages go on after the last hit; a title that changes meanwhile may move, none repeats."""
        body = _body(search)
        answer = _asked(generation, body)
        hits = answer["hits"]["hits"][: search.limit]
        more = len(answer["hits"]["hits"]) > search.limit
        return Found(
            mms_ids=tuple(hit["_id"] for hit in hits),
            texts={hit["_id"]: _texts(hit) for hit in hits if search.words.groups and _texts(hit)},
            total=answer["hits"]["total"]["value"],
            facets={facet: _counts(facet, answer["aggregations"][facet]) for facet in search.facets}
            if answer["known"]
            else dict.fromkeys(search.facets, ()),
            next_token=tokens.encode(search, {"after": hits[-1]["sort"]}) if more else None,
        )

    def suggest(self, generation: Generation, prefix: str, limit: int, with_suppressed: bool) -> tuple[str, ...]:
        """As the port says."""
        begun = folded(prefix).strip()
        offered = {
            "field": "suggestion",
            "include": f"{_literal(begun)}.*",
            "order": {"_key": "asc"},
            "size": 2 * limit,
        }
        body = {
            "size": 0,
            "query": {"bool": {"filter": _visible(with_suppressed)}},
            "aggs": {"offered": {"terms": offered}},
        }
        answer = _asked(generation, body)
        buckets = answer["aggregations"]["offered"]["buckets"] if answer["known"] else []
        shown = dict.fromkeys(bucket["key"].partition(_SEPARATOR)[2] for bucket in buckets)
        return tuple(shown)[:limit]

    def refresh(self, generation: Generation) -> None:
        """Nothing: serverless collections refresh by themselves."""

    def extent(self, generation: Generation) -> Extent:
        """As the port says. Whether an older version made the index is not told."""
        answer = _asked(generation, {"size": 0, "query": {"match_all": {}}, "track_total_hits": True})
        return Extent(titles=answer["hits"]["total"]["value"])

    def drop(self, generation: Generation) -> None:
        """As the port says."""
        self._made.discard(generation.number)
        status, answer = store.request("DELETE", f"/{_name(generation)}")
        if status >= 300 and status != 404:
            raise EngineError(f"OpenSearch did not delete the index {_name(generation)}: {status} {_kind(answer)}")


def _name(generation: Generation) -> str:
    return f"armarium-{store.institution_code()}-{generation.number}"


def _definition() -> dict[str, Any]:
    words = {"type": "text", "analyzer": "whitespace"}
    code = {"type": "keyword", "ignore_above": 8_000}
    properties: dict[str, Any] = dict.fromkeys((*FIELDS, OWN), words)
    properties |= {facet_field(facet): code for facet in (*FACETS, OWN)}
    properties |= {"year": {"type": "integer"}, "texts": {"type": "object", "enabled": False}}
    properties |= dict.fromkeys(("mms_id", "sort_title", "modified", "suggestion"), code)
    return {"mappings": {"dynamic": False, "properties": properties}}


# Writing


def _bulks(documents: Iterable[Document], gone: Iterable[str]) -> Iterable[str]:
    """Bodies of bulk requests, none much longer than 5 MB."""
    lines: list[str] = []
    size = 0
    for entry in (*(f"{_action('delete', mms_id)}\n" for mms_id in gone), *map(_entry, documents)):
        if lines and size + len(entry) > _MOST_BYTES:
            yield "".join(lines)
            lines, size = [], 0
        lines.append(entry)
        size += len(entry)
    if lines:
        yield "".join(lines)


def _action(kind: str, mms_id: str) -> str:
    return json.dumps({kind: {"_id": mms_id}})


def _entry(document: Document) -> str:
    source: dict[str, Any] = {field: list(indexed(texts)) for field, texts in document.words.items()}
    source["text"] = list(indexed(each.text for each in document.texts))
    source[OWN] = [
        " ".join(own_term(code, term) for term in terms.split())
        for code, texts in document.own.items()
        for terms in indexed(texts)
    ]
    for facet, values in document.facets.items():
        source.setdefault(facet_field(facet), []).extend(facet_values(facet, values))
    source |= {"mms_id": document.mms_id, "year": document.year}
    source |= {"sort_title": document.sort_title, "modified": document.modified_at}
    source["suggestion"] = [f"{folded(each)}{_SEPARATOR}{each}" for each in document.suggestions]
    source["texts"] = [each.model_dump() for each in document.texts]
    return f"{_action('index', document.mms_id)}\n{json.dumps(source, ensure_ascii=False)}\n"


# Asking


def _body(search: Search) -> dict[str, Any]:
    state = tokens.decode(search)
    body: dict[str, Any] = {
        "size": search.limit + 1,
        "query": _query(search),
        "sort": [*_ORDERS[search.sort], {"mms_id": {"order": "asc"}}],
        "track_total_hits": True,
        "_source": ["texts"] if search.words.groups else False,
        "aggs": {facet: {"terms": _wanted(facet)} for facet in search.facets},
    }
    if state is None:
        return body | {"from": search.offset}
    if not isinstance(state.get("after"), list):
        raise InvalidSearchError("The token of the next page is damaged: begin again at the first page")
    return body | {"search_after": state["after"]}


def _asked(generation: Generation, body: dict[str, Any]) -> dict[str, Any]:
    """The answer; that of an empty index where there is none yet (``known`` is false then)."""
    status, answer = store.request("POST", f"/{_name(generation)}/_search", json.dumps(body))
    if status == 404 and _kind(answer) == "index_not_found_exception":
        return {"known": False, "hits": {"hits": [], "total": {"value": 0}}, "aggregations": {}}
    if status >= 300:
        raise EngineError(f"OpenSearch did not answer a search: {status} {_kind(answer)}")
    return {"aggregations": {}, **answer, "known": True}


def _query(search: Search) -> dict[str, Any]:
    must = [_any_of([_clause(clause) for clause in group]) for group in search.words.groups]
    together = side_by_side(search.words)
    should = [{"match_phrase": {"title": {"query": " ".join(together), "boost": TITLE_TOGETHER}}}] if together else []
    return {
        "bool": {
            "must": must or [{"match_all": {}}],
            "should": should,
            "must_not": [_clause(clause) for clause in search.words.without],
            "filter": _filters(search),
        }
    }


def _filters(search: Search) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"terms": {facet_field(facet): facet_values(facet, values)}} for facet, values in search.filters.items()
    ]
    first, last = search.years
    between = {name: year for name, year in (("gte", first), ("lte", last)) if year is not None}
    if between:
        found.append({"range": {"year": between}})
    return [*found, *_visible(search.with_suppressed)]


def _visible(with_suppressed: bool) -> list[dict[str, Any]]:
    return [] if with_suppressed else [{"terms": {"facet_suppressed": ["false"]}}]


def _clause(clause: Clause) -> dict[str, Any]:
    if clause.field:
        return _any_of([_in_field(clause, clause.field, 1.0), *_compact(clause, clause.field, 1.0)])
    everywhere = [
        each
        for field in FIELDS
        for each in (_in_field(clause, field, WEIGHTS[field]), *_compact(clause, field, WEIGHTS[field]))
    ]
    return {"dis_max": {"queries": everywhere, "tie_breaker": TIES}}


def _in_field(clause: Clause, field: str, boost: float) -> dict[str, Any]:
    said = " ".join(clause.terms)
    if clause.match is Match.FUZZY:
        return {"fuzzy": {field: {"value": said, "fuzziness": clause.distance, "boost": boost}}}
    if clause.match is Match.PREFIX and len(clause.terms) > 1:
        return {"match_phrase_prefix": {field: {"query": said, "boost": boost}}}
    if clause.match is Match.PREFIX:
        return {"prefix": {field: {"value": said, "boost": boost}}}
    if len(clause.terms) > 1:
        return {"match_phrase": {field: {"query": said, "boost": boost}}}
    return {"term": {field: {"value": said, "boost": boost}}}


def _compact(clause: Clause, field: str, boost: float) -> list[dict[str, Any]]:
    if field not in ("identifier", "barcode") or not clause.compact or clause.terms == (clause.compact,):
        return []
    return [{"term": {field: {"value": clause.compact, "boost": boost}}}]


def _any_of(queries: list[dict[str, Any]]) -> dict[str, Any]:
    return queries[0] if len(queries) == 1 else {"bool": {"should": queries, "minimum_should_match": 1}}


def _wanted(facet: str) -> dict[str, Any]:
    counted: dict[str, Any] = {"field": facet_field(facet), "size": MOST_VALUES}
    prefix = facet_prefix(facet)
    return counted | ({"include": f"{_literal(prefix)}.*"} if prefix else {})


def _literal(text: str) -> str:
    """``text`` as a pattern of Lucene's that means itself."""
    return "".join(letter if letter.isalnum() or letter == " " else f"\\{letter}" for letter in text)


def _counts(facet: str, answer: dict[str, Any]) -> tuple[FacetCount, ...]:
    prefix = facet_prefix(facet)
    return tuple(
        FacetCount(value=str(each["key"]).removeprefix(prefix), count=each["doc_count"]) for each in answer["buckets"]
    )


def _texts(hit: dict[str, Any]) -> tuple[Text, ...]:
    return tuple(Text(**each) for each in hit.get("_source", {}).get("texts") or ())


def _kind(answer: Any) -> str:
    """What OpenSearch calls an error."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return str(error.get("type", "")) if isinstance(error, dict) else str(error or "")
