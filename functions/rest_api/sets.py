"""Sets of titles, and their members."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from armarium.platform import clock
from armarium.sets import service as sets
from armarium.sets.model import TitleSet
from functions.rest_api import dialect, incoming
from functions.rest_api.routing import (
    CATALOGUERS,
    READERS,
    Fields,
    Flag,
    Id,
    Limit,
    Offset,
    Resource,
    Token,
    api,
    caller,
    expected_version,
    given,
)

resource = Resource("conf")
Text = Annotated[str, Query(max_length=200)]


@resource.route("GET", "/conf/sets", READERS, "Sets of titles", answers="set")
def list_sets(
    limit: Limit = 10, offset: Offset = 0, set_type: Text = "", content_type: Text = "", q: Text = ""
) -> Fields:
    words = incoming.brief_search(q).get("name", "") if q else ""
    found = sets.list_sets(set_type.upper(), words) if content_type in ("", "BIB_MMS") else ()
    page = (dialect.title_set(each, None, api()) for each in found[offset : offset + limit])
    return dialect.listed("set", page, len(found))


@resource.route("GET", "/conf/sets/<set_id>", READERS, "One set", answers="set")
def get_set(set_id: Id) -> Fields:
    return _counted(sets.get_set(set_id))


@resource.route("POST", "/conf/sets", CATALOGUERS, "A new set, listed or a stored search", answers="set", takes="set")
def create_set() -> Fields:
    body = given()
    made = sets.create_set(incoming.title_set(body), caller().name, clock.now())
    members = incoming.members(body)
    return _counted(sets.add_members(made.id, members, clock.now()) if members else made)


@resource.route("PUT", "/conf/sets/<set_id>", CATALOGUERS, "Another name or search", answers="set", takes="set")
def change_set(set_id: Id) -> Fields:
    fields = incoming.title_set(given())
    return _counted(sets.change_set(set_id, fields, caller().name, clock.now(), expected_version()))


@resource.route("DELETE", "/conf/sets/<set_id>", CATALOGUERS, "Delete a set; its titles stay", answers="set")
def delete_set(set_id: Id) -> None:
    sets.delete_set(set_id, expected_version())


@resource.route(
    "POST",
    "/conf/sets/<set_id>",
    CATALOGUERS,
    "op=add_members, op=delete_members or op=replace_members",
    answers="set",
    takes="members",
)
def change_members(
    set_id: Id,
    op: Annotated[str, Query(pattern="^(add|delete|replace)_members$")],
    fail_on_invalid_id: Flag = True,
) -> Fields:
    named = incoming.members(given())
    if op == "delete_members":
        return _counted(sets.remove_members(set_id, named))
    act = sets.add_members if op == "add_members" else sets.replace_members
    return _counted(act(set_id, named, clock.now(), fail_on_invalid_id))


@resource.route("GET", "/conf/sets/<set_id>/members", READERS, "The members of a listed set", answers="member")
def list_members(set_id: Id, limit: Limit = 10, offset: Offset = 0, token: Token = None) -> Fields:
    page = sets.list_members(set_id, limit, token, offset)
    return dialect.listed("member", (dialect.member(each, api()) for each in page.items), page.total, page.next_token)


def _counted(source: TitleSet) -> Fields:
    return dialect.title_set(source, sets.count_members(source), api())
