"""Search for staff: more to narrow by, rows to tick, and what can be done with what was found."""

from __future__ import annotations

from urllib.parse import urlencode

from armarium.platform.errors import InvalidInputError
from armarium.sets import service as sets
from armarium.sets.model import SetType
from functions.web.exchange import Request, Response, redirect
from functions.web.finding import SORTS, answer
from functions.web.rendering import page
from functions.web.routing import CATALOGUERS, STAFF, get, post

FACETS = (
    "collection", "type", "language", "format", "library", "access", "usage_type", "suppressed", "remote",
)  # fmt: skip
_HITS_A_PAGE = 50


def results(request: Request) -> Response:
    """Titles for words and choices, the suppressed too."""
    found = answer(request, FACETS, _HITS_A_PAGE)
    may_change = request.principal in CATALOGUERS
    return page(
        request,
        "staff/search.html",
        status=found.status,
        found=found,
        question=found.question,
        sorts=[each.value for each in SORTS],
        may_change=may_change,
        sets=sets.list_sets(SetType.ITEMIZED) if may_change else (),
        keep=urlencode({"query": found.question.kept}),
        change=urlencode(found.question.hidden("sort")),
    )


def add_ticked(request: Request) -> Response:
    """Put the ticked rows into the chosen set."""
    ticked = request.form_list("title")
    if not ticked:
        raise InvalidInputError("No row is ticked: go back and tick what is to be put into the set.")
    if not request.form.get("set"):
        raise InvalidInputError("No set is chosen: go back and choose one, or make a new set of the ticked rows.")
    found = sets.add_members(request.form["set"], ticked, request.now, fail_on_invalid=False)
    return redirect(f"/staff/sets/{found.id}?done=set_added")


ROUTES = (
    get("/staff/search", results, STAFF),
    post("/staff/search/add", add_ticked, CATALOGUERS),
)
