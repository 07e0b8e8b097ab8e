"""Search for readers: the results, the form for more, and what is offered while one types."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from armarium.search import fields as search_fields
from armarium.search import service as search
from functions.web.exchange import Request, Response, redirect
from functions.web.finding import SORTS, answer, highlighted
from functions.web.rendering import page
from functions.web.routing import EVERYBODY, get

FACETS = ("collection", "type", "language", "format", "library", "access")
FIELDS = ("title", "creator", "subject", "identifier", "note", "fulltext")
"""What the form for more asks for by itself, besides the configured fields."""
_CHOSEN_BESIDE = ("language", "type", "collection", "from", "to")
_HITS_A_PAGE = 20
_OFFERED = 8
_LANGUAGES = 100


def results(request: Request) -> Response:
    """Titles for words and choices; without any, all of them."""
    found = answer(request, FACETS, _HITS_A_PAGE)
    return page(
        request,
        "search.html",
        status=found.status,
        found=found,
        question=found.question,
        sorts=[each.value for each in SORTS],
        highlighted=highlighted,
    )


def advanced(request: Request) -> Response:
    """The form for more; sent, it leads to the results of the question that it makes."""
    if "find" in request.query:
        return redirect(f"/search?{urlencode(composed(request))}", 302)
    known = search.search(search.question(facets=("language", "type"), limit=1), request.principal, request.now)
    return page(
        request,
        "search_advanced.html",
        fields=FIELDS,
        own=search_fields.known(),
        languages_known=[each.value for each in known.facets["language"][:_LANGUAGES] if each.value],
        types_known=[each.value for each in known.facets["type"][:_LANGUAGES] if each.value],
    )


def suggestions(request: Request) -> Response:
    """Titles, names and subjects that begin with what was typed so far, as a JSON list."""
    offered = search.suggest(request.query.get("q", ""), request.principal, _OFFERED)
    headers = {"Content-Type": "application/json", "Cache-Control": "private, max-age=60"}
    return Response(json.dumps(offered, ensure_ascii=False).encode(), headers=headers)


def composed(request: Request) -> list[tuple[str, str]]:
    """The parameters of the question that the form for more makes."""
    parts = [request.query.get("all", "").strip()]
    phrase = _plain(request.query.get("phrase", ""))
    parts += [f'"{phrase}"'] if phrase else []
    for name in (*FIELDS, *(each.code for each in search_fields.known())):
        parts += [f"{name}:{word}" for word in _plain(request.query.get(f"in_{name}", "")).split()]
    parts += [f"-{word}" for word in _plain(request.query.get("without", "")).split()]
    typed = " ".join(filter(None, parts))
    chosen = [(name, value) for name in _CHOSEN_BESIDE for value in request.query_list(name)]
    return [(name, value.strip()) for name, value in (("q", typed), *chosen) if value.strip()]


def _plain(text: str) -> str:
    """Words without the signs that would make them ask for something else."""
    return " ".join(text.replace('"', " ").split())


ROUTES = (
    get("/search", results, EVERYBODY),
    get("/search/advanced", advanced, EVERYBODY),
    get("/search/suggestions", suggestions, EVERYBODY),
)
