"""Search in the REST API, its fields and its index. Alma has nothing like it: the shapes are ours, the lists Alma's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from armarium.access import service as access_service
from armarium.configuration.model import SearchField
from armarium.platform import clock
from armarium.platform.errors import InvalidInputError
from armarium.search import fields as search_fields
from armarium.search import service as search
from armarium.search.model import FACETS, Hits, IndexState, Snippet
from functions.rest_api import dialect, incoming
from functions.rest_api.routing import (
    ADMINISTRATORS,
    READERS,
    Fields,
    Offset,
    Resource,
    Token,
    api,
    caller,
    expected_version,
    given,
)

resource = Resource("search")

Values = Annotated[list[str] | None, Query(description="One value, or several: any of them")]
Code = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{1,19}$", description="What stands before the colon")]
Most = Annotated[int, Query(ge=1, le=100, description="How many, at most 100")]


@resource.route("GET", "/search", READERS, "Find titles", answers="bib")
def find(
    q: Annotated[
        str,
        Query(
            description='`moby dick`, `"moby dick"`, `title:whale`, `whal*`, `whael~`, `-squid`. Fields: title, '
            "creator, subject, identifier, barcode, note, fulltext, and those of `/conf/search-fields`"
        ),
    ] = "",
    limit: Most = 10,
    offset: Offset = 0,
    token: Token = None,
    sort: Annotated[str, Query(description="relevance, title, year, -year, modified, -modified")] = "relevance",
    facets: Annotated[
        str,
        Query(
            description=f"What to count, with commas between: {', '.join(FACETS)}, and the codes of "
            "`/conf/search-fields` that are facets"
        ),
    ] = "",
    filter: Annotated[
        list[str] | None,
        Query(description="A facet of `/conf/search-fields` and its value with a colon between: `place:Paris`"),
    ] = None,
    collection: Annotated[
        list[str] | None, Query(description="Ids of collections; each means all below it too. Several: any of them")
    ] = None,
    library: Values = None,
    type: Values = None,
    usage_type: Values = None,
    format: Values = None,
    language: Values = None,
    year: Annotated[list[str] | None, Query(description="1851, 1850-1900, -1900 or 1850-")] = None,
    access: Values = None,
    suppressed: Values = None,
    remote: Values = None,
) -> Fields:
    stated = (collection, library, type, usage_type, format, language, year, access, suppressed, remote)
    filters = {name: values for name, values in zip(FACETS, stated, strict=True) if values}
    asked = search.question(
        q,
        filters=filters | _of_fields(filter or ()),
        sort=sort,
        limit=limit,
        offset=offset,
        token=token,
        facets=[name.strip() for name in facets.split(",") if name.strip()],
    )
    return _answer(search.search(asked, caller(), clock.now()))


@resource.route("GET", "/search/suggestions", READERS, "Titles, names and subjects that begin so", answers="suggestion")
def suggest(
    q: Annotated[str, Query(description="What was typed so far")] = "",
    limit: Most = 10,
) -> Fields:
    offered = search.suggest(q, caller(), limit)
    return {"suggestion": list(offered), "total_record_count": len(offered)}


@resource.route("GET", "/conf/search-fields", READERS, "The fields that search has besides", answers="search_field")
def list_search_fields() -> Fields:
    found = search_fields.listed()
    return dialect.listed("search_field", map(_field, found), len(found))


@resource.route("GET", "/conf/search-fields/<code>", READERS, "One search field", answers="search_field")
def get_search_field(code: Code) -> Fields:
    return _field(search_fields.get(code))


@resource.route(
    "PUT",
    "/conf/search-fields/<code>",
    ADMINISTRATORS,
    "Set up a search field; a rebuild of the index takes in what was indexed before",
    answers="search_field",
    takes="search_field",
)
def put_search_field(code: Code) -> Fields:
    access_service.require_all_libraries(caller())
    body = given()
    fields: Fields = {name: incoming.text(name, body[name]) for name in ("name", "description") if name in body}
    fields |= {name: incoming.flag(name, body[name]) for name in ("facet", "everywhere") if body.get(name) is not None}
    if "source" in body:
        fields["sources"] = incoming.texts("source", body["source"])
    return _field(search_fields.change(code, fields, caller().name, clock.now(), expected_version()))


@resource.route("DELETE", "/conf/search-fields/<code>", ADMINISTRATORS, "Delete a search field", answers="search_field")
def delete_search_field(code: Code) -> None:
    access_service.require_all_libraries(caller())
    search_fields.remove(code, expected_version())


@resource.route("GET", "/conf/search-index", READERS, "How the search index is", answers="search_index")
def get_search_index() -> Fields:
    return _index(search.state())


@resource.route("POST", "/conf/search-index", ADMINISTRATORS, "op=rebuild: build it anew", answers="search_index")
def rebuild_search_index(op: Annotated[str, Query(pattern="^rebuild$")]) -> Fields:
    access_service.require_all_libraries(caller())
    search.start_rebuild(clock.now())
    return _index(search.state())


def _of_fields(stated: Iterable[str]) -> dict[str, list[str]]:
    """``place:Paris`` → the facet and its values."""
    found: dict[str, list[str]] = {}
    for each in stated:
        code, colon, value = each.partition(":")
        if not colon or not value:
            raise InvalidInputError(f"filter: a facet, a colon and a value are wanted here, not {each[:50]!r}")
        found.setdefault(code, []).append(value)
    return found


def _field(source: SearchField) -> Fields:
    return {
        "code": source.code,
        "name": source.name,
        "description": source.description or None,
        "source": list(source.sources),
        "facet": source.facet,
        "everywhere": source.everywhere,
        "version": source.version,
        "link": f"{api()}/conf/search-fields/{source.code}",
    }


def _index(source: IndexState) -> Fields:
    last = source.rebuild
    return {
        "generation": source.serving.number,
        "titles": source.titles,
        "outdated": source.outdated,
        "waiting_messages": source.waiting,
        "building": {"generation": source.building.number, "titles": source.built} if source.building else None,
        "last_rebuild": {"status": last.status, "started": last.started_at, "ended": last.ended_at or None}
        if last
        else None,
    }


def _answer(hits: Hits) -> Fields:
    answer: Fields = {
        "bib": [
            dialect.bib(hit.bib, api(), full=False) | {"snippets": [_snippet(each) for each in hit.snippets]}
            for hit in hits.items
        ],
        "total_record_count": hits.total,
        "facets": {
            facet: [{"value": each.value, "count": each.count} for each in counts]
            for facet, counts in hits.facets.items()
        },
    }
    return answer | ({"next_token": hits.next_token} if hits.next_token else {})


def _snippet(source: Snippet) -> Fields:
    """``marks``: where in ``text`` the words stand that were asked for, as pairs of first character and end."""
    return {
        "representation_id": source.representation_id,
        "text": source.text,
        "marks": [list(mark) for mark in source.marks],
    }
