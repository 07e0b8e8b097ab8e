"""Collections and the bibs in them."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from armarium.inventory import service as inventory
from functions.rest_api import dialect
from functions.rest_api.routing import READERS, Fields, Id, Limit, Offset, Resource, Token, api, pages

resource = Resource("collections")


@resource.route("GET", "/bibs/collections", READERS, "Collections at the top, or under a parent", answers="collection")
def list_collections(
    limit: Limit = 10, offset: Offset = 0, parent: Annotated[str | None, Query()] = None, token: Token = None
) -> Fields:
    page = inventory.list_collections(parent, limit, token, offset)
    return dialect.listed(
        "collection", (dialect.collection(each, api(), pages()) for each in page.items), page.total, page.next_token
    )


@resource.route("GET", "/bibs/collections/<pid>", READERS, "One collection", answers="collection")
def get_collection(pid: Id) -> Fields:
    return dialect.collection(inventory.get_collection(pid), api(), pages())


@resource.route("GET", "/bibs/collections/<pid>/bibs", READERS, "The bibs in a collection, by title", answers="bib")
def list_bibs(pid: Id, limit: Limit = 10, offset: Offset = 0, token: Token = None) -> Fields:
    page = inventory.list_bibs_in_collection(pid, limit, token, offset)
    return dialect.listed(
        "bib", (dialect.bib(each, api(), full=False) for each in page.items), page.total, page.next_token
    )
