"""Collections and the bibs in them."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from armarium.access import service as access
from armarium.cataloguing import collections as cataloguing
from armarium.cataloguing import finding
from armarium.cataloguing.finding import Branch
from armarium.inventory import service as inventory
from armarium.inventory.errors import CollectionNameMissingError
from armarium.inventory.model import Collection
from armarium.platform import clock
from armarium.platform.errors import MandatoryFieldError
from armarium.platform.settings import settings
from functions.rest_api import dialect, incoming
from functions.rest_api.routing import (
    CATALOGUERS,
    READERS,
    Fields,
    Id,
    Limit,
    Offset,
    Resource,
    Token,
    api,
    caller,
    expected_version,
    given,
    pages,
)

resource = Resource("collections")

Level = Annotated[int, Query(ge=1, le=10, description="Levels of the tree: 1 is the collection alone")]
Brief = Annotated[str | None, Query(description="`name~old_maps AND library~MAIN`: words of fields")]

Parent = Annotated[str | None, Query(description="The collection above; without it, those at the top")]


@resource.route("GET", "/bibs/collections", READERS, "Collections at the top, or under a parent", answers="collection")
def list_collections(
    limit: Limit = 10,
    offset: Offset = 0,
    parent: Parent = None,
    token: Token = None,
    level: Level = 1,
    q: Brief = None,
) -> Fields:
    if q:
        found = finding.collections_like(incoming.brief_search(q), limit, offset)
        return dialect.listed(
            "collection",
            (map(_collection, found.items)),
            found.total,
        )
    page = finding.branches(parent, level, limit, token, offset)
    return dialect.listed("collection", map(_branch, page.items), page.total, page.next_token)


@resource.route("GET", "/bibs/collections/<pid>", READERS, "One collection", answers="collection")
def get_collection(pid: Id, level: Level = 1) -> Fields:
    return _branch(finding.branch(pid, level))


def _collection(source: Collection) -> Fields:
    return dialect.collection(source, api(), pages(), settings().institution)


def _branch(source: Branch) -> Fields:
    below = [_branch(each) for each in source.children]
    return _collection(source.collection) | ({"collection": below} if below else {})


@resource.route("GET", "/bibs/collections/<pid>/bibs", READERS, "The bibs in a collection, by title", answers="bib")
def list_bibs(pid: Id, limit: Limit = 10, offset: Offset = 0, token: Token = None) -> Fields:
    page = inventory.list_bibs_in_collection(pid, limit, token, offset)
    return dialect.listed(
        "bib", (dialect.bib(each, api(), full=False) for each in page.items), page.total, page.next_token
    )


@resource.route("POST", "/bibs/collections", CATALOGUERS, "A new collection", answers="collection", takes="collection")
def create_collection() -> Fields:
    fields = incoming.collection(given())
    access.require_collections(caller(), fields=fields)
    return _collection(cataloguing.create_collection(fields, caller().name, clock.now()))


@resource.route("PUT", "/bibs/collections/<pid>", CATALOGUERS, "Change", answers="collection", takes="collection")
@resource.route("PATCH", "/bibs/collections/<pid>", CATALOGUERS, "Fields", answers="collection", takes="collection")
def change_collection(pid: Id) -> Fields:
    fields = incoming.collection(given())
    if fields.get("name") == "":
        raise CollectionNameMissingError
    access.require_collections(caller(), pid, fields=fields)
    changed = cataloguing.change_collection(pid, fields, caller().name, clock.now(), expected_version())
    return _collection(changed)


@resource.route("DELETE", "/bibs/collections/<pid>", CATALOGUERS, "Delete an empty collection", answers="collection")
def delete_collection(pid: Id) -> None:
    access.require_collections(caller(), pid)
    cataloguing.delete_collection(pid, caller().name, clock.now(), expected_version())


@resource.route(
    "POST",
    "/bibs/collections/<pid>",
    CATALOGUERS,
    "op=merge: move bibs and sub-collections into the collection `into`, a hundred a call; `left`: how many are left",
    answers="merge",
)
def merge_collections(pid: Id, op: Annotated[str, Query(pattern="^merge$")], into: Annotated[str, Query()]) -> Fields:
    access.require_collections(caller(), pid, into)
    return {"left": cataloguing.merge_collections(pid, into, caller().name, clock.now())}


@resource.route(
    "POST", "/bibs/collections/<pid>/bibs", CATALOGUERS, "Put a bib into a collection", answers="bib", takes="bib"
)
def add_bib(pid: Id) -> Fields:
    mms_id = incoming.text("mms_id", given().get("mms_id"))
    if not mms_id:
        raise MandatoryFieldError("mms_id")
    access.require_collections(caller(), pid)
    return dialect.bib(cataloguing.add_to_collection(mms_id, pid, caller().name, clock.now()), api(), full=False)


@resource.route(
    "DELETE", "/bibs/collections/<pid>/bibs/<mms_id>", CATALOGUERS, "Take a bib out of a collection", answers="bib"
)
def remove_bib(pid: Id, mms_id: Id) -> None:
    access.require_collections(caller(), pid)
    cataloguing.remove_from_collection(mms_id, pid, caller().name, clock.now())
