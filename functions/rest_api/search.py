"""Search in the REST API. Alma has nothing like it: the shapes are ours, the list envelope is Alma's."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from armarium.platform import clock
from armarium.search import service as search
from armarium.search.model import FACETS, Hits, Snippet
from functions.rest_api import dialect
from functions.rest_api.routing import READERS, Fields, Offset, Resource, Token, api, caller

resource = Resource("search")

Values = Annotated[list[str] | None, Query(description="One value, or several: any of them")]
Most = Annotated[int, Query(ge=1, le=100, description="How many, at most 100")]


@resource.route("GET", "/search", READERS, "Find titles", answers="bib")
def find(
    q: Annotated[str, Query(description='`moby dick`, `"moby dick"`, `title:whale`, `whal*`, `whael~`, `-squid`')] = "",
    limit: Most = 10,
    offset: Offset = 0,
    token: Token = None,
    sort: Annotated[str, Query(description="relevance, title, year, -year, modified, -modified")] = "relevance",
    facets: Annotated[str, Query(description="What to count, with commas between")] = "",
    collection: Values = None,
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
    given = (collection, library, type, usage_type, format, language, year, access, suppressed, remote)
    asked = search.question(
        q,
        filters={name: values for name, values in zip(FACETS, given, strict=True) if values},
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
