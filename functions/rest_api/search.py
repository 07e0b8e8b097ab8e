"""Search in the REST API. Alma has nothing like it: the shapes are ours, the list envelope is Alma's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from armarium.accounts.model import Principal, Role
from armarium.inventory.model import Bib
from armarium.platform import clock
from armarium.search import service as search
from armarium.search.model import FACETS, Hits, Snippet

Values = Annotated[list[str] | None, Query(description="One value, or several: any of them")]
Route = Callable[[str, str, frozenset[Role], str], Callable[[Callable[..., Any]], Callable[..., Any]]]


def add_routes(
    route: Route, roles: frozenset[Role], caller: Callable[[], Principal], bib: Callable[[Bib], dict[str, Any]]
) -> None:
    """Add the routes of search; ``bib`` writes a title as the rest of the API does."""

    @route("GET", "/search", roles, "Find titles")
    def find(
        q: Annotated[
            str, Query(description='`moby dick`, `"moby dick"`, `title:whale`, `whal*`, `whael~`, `-squid`')
        ] = "",
        limit: Annotated[int, Query(ge=1, le=100)] = 10,
        offset: Annotated[int, Query(ge=0, le=10_000, description="Beyond 10 000 use `token`")] = 0,
        token: Annotated[str | None, Query(description="`next_token` of the page before")] = None,
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
    ) -> dict[str, Any]:
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
        return _answer(search.search(asked, caller(), clock.now()), bib)

    @route("GET", "/search/suggestions", roles, "Titles, names and subjects that begin so")
    def suggest(
        q: Annotated[str, Query(description="What was typed so far")] = "",
        limit: Annotated[int, Query(ge=1, le=100)] = 10,
    ) -> dict[str, Any]:
        offered = search.suggest(q, caller(), limit)
        return {"suggestion": list(offered), "total_record_count": len(offered)}


def _answer(hits: Hits, bib: Callable[[Bib], dict[str, Any]]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "bib": [bib(hit.bib) | {"snippets": [_snippet(each) for each in hit.snippets]} for hit in hits.items],
        "total_record_count": hits.total,
        "facets": {
            facet: [{"value": each.value, "count": each.count} for each in counts]
            for facet, counts in hits.facets.items()
        },
    }
    return answer | ({"next_token": hits.next_token} if hits.next_token else {})


def _snippet(source: Snippet) -> dict[str, Any]:
    """``marks``: where in ``text`` the words stand that were asked for, as pairs of first character and end."""
    return {
        "representation_id": source.representation_id,
        "text": source.text,
        "marks": [list(mark) for mark in source.marks],
    }
