"""One change of many titles. Alma has its normalization jobs for this, without an API: the shapes are ours."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query

from armarium.bulk_change import service as bulk_change
from armarium.bulk_change.model import Change
from armarium.platform import clock
from functions.rest_api import dialect, incoming
from functions.rest_api.routing import CATALOGUERS, Fields, Resource, Token, api, caller, given

resource = Resource("bibs")

Most = Annotated[int, Query(ge=1, le=50, description="How many titles of a preview, at most 50")]


@resource.route(
    "POST",
    "/bibs/changes",
    CATALOGUERS,
    "op=preview: the first titles of a change, before and after; op=start: a job that changes them all",
    answers="bulk_change",
    takes="bulk_change",
)
def change_titles(
    op: Annotated[str, Query(pattern="^(preview|start)$")], limit: Most = 10, token: Token = None
) -> Fields:
    body = given()
    change = _change(body)
    if op == "preview":
        page = bulk_change.preview(change, caller(), limit, token)
        listed = dialect.listed("title", (dialect.outcome(each) for each in page.items), page.total, page.next_token)
        return listed | {"would_change": sum(each.result == "updated" for each in page.items)}
    dry_run = incoming.flag("dry_run", body.get("dry_run"))
    return dialect.instance(bulk_change.start(change, caller(), clock.now(), dry_run), "Bulk change", api())


def _change(body: Fields) -> Change:
    """``set`` (its id) or ``search`` (``q`` and the filters of GET /search), and the operations."""
    named, searched = body.get("set"), body.get("search")
    found: dict[str, Any] = {"set_id": dialect.code(named.get("id") if isinstance(named, dict) else named) or None}
    if isinstance(searched, dict):
        found["q"] = searched.get("q") or ""
        found["filters"] = {name: incoming.texts(name, value) for name, value in searched.items() if name != "q"}
    change = {"name": body.get("name") or "", "selection": found, "operations": body.get("operations") or []}
    return bulk_change.change_of(change)
