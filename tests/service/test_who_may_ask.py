"""Every route of the REST API and of IIIF, found by introspection, asked by everybody in every way there is.

The pages' routes: ``tests/unit/web/test_routes.py``. Whatever no route allows is denied.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from armarium.accounts import pool, service, store, tokens
from armarium.accounts.model import SCOPES, Role, User
from armarium.platform import clock
from armarium.platform.settings import Settings
from tests.service.accounts.identity import CLIENT, POOL_ID, IdentityServer, served
from tests.service.rest_api.client import Api, Context
from tests.service.web.conftest import make_title, pid, representation_id

READING = {"GET"}
ROLES = sorted(Role)


@dataclass(frozen=True)
class Caller:
    """Somebody, with what they send to be known."""

    roles: frozenset[Role] = frozenset()
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()

    def ask(self, method: str, path: str) -> int:
        return Api().ask(method, path, headers=self.headers, cookies=list(self.cookies)).status


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityServer]:
    with served() as server:
        known = Settings(
            environment="local",
            user_pool_id=POOL_ID,
            user_pool_client_id=CLIENT,
            user_pool_url=f"{server.url}/{POOL_ID}",
        )
        for module in (pool, service, store):
            monkeypatch.setattr(module, "settings", lambda: known)
        tokens.known.forget()
        yield server


def by_key(*roles: Role, **more: Any) -> Caller:
    _, secret = service.create_key("tests", frozenset(roles), clock.now(), **more)
    return Caller(frozenset(roles), {"authorization": f"apikey {secret}"})


def by_session(*roles: Role, with_token: bool = True, **more: Any) -> Caller:
    user = User(id="0c1d", name="Wren", roles=frozenset(roles), **more)
    session, token = service._open_session(user, clock.now(), None)
    headers = {"x-csrf-token": session.csrf_token} if with_token else {}
    return Caller(frozenset(roles), headers, (f"{service.session_cookie_name()}={token}",))


def by_token(server: IdentityServer, *roles: Role) -> Caller:
    claims = server.claims(int(clock.now().timestamp()), **{"cognito:groups": [role.value for role in roles]})
    return Caller(frozenset(roles), {"authorization": f"Bearer {server.signed(claims)}"})


def routes() -> list[tuple[str, str, frozenset[Role]]]:
    from functions.rest_api.handler import ROUTES

    assert len(ROUTES) > 60
    return [(method, re.sub("<[a-z_]+>", "990000000000000000000001", path), roles) for method, path, roles in ROUTES]


def test_every_route_is_in_the_table_that_names_who_may_call_it() -> None:
    from functions.rest_api.handler import ROUTES, app

    served_routes = {(route.method, route.path) for route in (*app._static_routes, *app._dynamic_routes)}
    assert {(method, path) for method, path, _ in ROUTES} == {(method, path) for method, path in served_routes}


def test_nobody_and_whoever_is_not_believed_is_asked_who_they_are(server: IdentityServer) -> None:
    session = by_session(Role.ADMINISTRATOR)
    strangers = [
        Caller(),
        Caller(headers={"authorization": "apikey unknown"}),
        Caller(headers={"authorization": "Bearer a.b.c"}),
        Caller(headers={"authorization": "Bearer "}),
        Caller(cookies=(f"{service.session_cookie_name()}=made-up",)),
        # a wrong credential is not made good by a session beside it
        Caller(headers={"authorization": "Bearer a.b.c", **session.headers}, cookies=session.cookies),
    ]
    for caller in strangers:
        for method, path, _ in routes():
            assert caller.ask(method, path) == 401, (caller, method, path)


@pytest.mark.parametrize("role", [*ROLES, None], ids=str)
def test_whoever_has_no_role_for_a_route_is_refused_however_they_come(
    server: IdentityServer, role: Role | None
) -> None:
    roles = [role] if role else []
    for caller in (by_key(*roles), by_session(*roles), by_token(server, *roles)):
        for method, path, allowed in routes():
            status = caller.ask(method, path)
            assert (status == 403) == caller.roles.isdisjoint(allowed), (caller, method, path, status)
            assert status != 401
            assert status < 500


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_a_scoped_key_enters_its_area_alone(scope: str) -> None:
    """Searching is reading of bibs."""
    caller = by_key(Role.ADMINISTRATOR, scopes=frozenset({scope}))
    area, may = scope.split(":")
    for method, path, _ in routes():
        first = path.split("/")[1].replace("search", "bibs")
        inside = first == area and (may == "write" or method in READING)
        assert (caller.ask(method, path) == 403) == (not inside), (method, path)


def test_a_browser_changes_nothing_without_its_sessions_token() -> None:
    for caller in (
        by_session(Role.ADMINISTRATOR, with_token=False),
        Caller(headers={"x-csrf-token": "another"}, cookies=by_session(Role.ADMINISTRATOR).cookies),
    ):
        for method, path, _ in routes():
            assert (caller.ask(method, path) == 403) == (method not in READING), (method, path)


def test_a_failed_request_leaves_nobody_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    from functions.rest_api import collections

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(collections.finding, "branches", fails)
    assert by_key(Role.ADMINISTRATOR).ask("GET", "/bibs/collections") == 500
    assert Caller().ask("GET", "/bibs/collections") == 401


# IIIF


def iiif(caller: Caller, path: str, method: str = "GET") -> int:
    from functions.iiif.handler import handler

    event = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "queryStringParameters": {},
        "headers": dict(caller.headers),
        "cookies": list(caller.cookies),
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
            "requestId": "req-1",
            "stage": "$default",
            "domainName": "library.example",
        },
        "isBase64Encoded": False,
    }
    answer = handler(event, Context())  # type: ignore[arg-type]
    assert json.dumps(answer)
    status: int = answer["statusCode"]
    return status


def test_restricted_and_unpublished_titles_are_for_staff_on_every_address_of_iiif(server: IdentityServer) -> None:
    from armarium.inventory import service as inventory
    from functions.iiif.handler import app

    patterns = {route.path for route in (*app._static_routes, *app._dynamic_routes)}
    made = inventory.create_collection(name="Maps", by="ann", now=clock.now())
    hidden = make_title("hidden", ("OPEN", 1), suppressed=True, collection=made.id)
    closed = make_title("closed", ("RESTRICTED", 1), collection=made.id)
    guarded = {
        "/iiif/presentation/3/<identifier>/manifest": [
            f"/iiif/presentation/3/{hidden.mms_id}/manifest",
            f"/iiif/presentation/3/{representation_id(hidden)}/manifest",
            f"/iiif/presentation/3/{representation_id(closed)}/manifest",
        ],
        "/iiif/3/.+": [f"/iiif/3/{pid(title)}/info.json" for title in (hidden, closed)],
    }
    assert patterns - guarded.keys() == {"/iiif/presentation/3/collection/<collection_id>", ".+"}
    outsiders = [Caller(), by_session(Role.PATRON), by_key(Role.PATRON), by_token(server, Role.PATRON), by_session()]
    insiders = [
        by_session(Role.CATALOGUER, libraries=frozenset({"LAW"})),
        by_key(Role.APPROVER),
        by_token(server, Role.DIGITIZATION_OPERATOR),
    ]
    for path in (path for paths in guarded.values() for path in paths):
        for caller in outsiders:
            assert iiif(caller, path) in (401, 403, 404), (caller, path)
        for caller in insiders:
            assert iiif(caller, path) == 200, (caller, path)
        assert iiif(Caller(headers={"authorization": "Bearer a.b.c"}), path) == 401
        assert iiif(Caller(headers={"authorization": "apikey unknown"}), path) == 401
        assert iiif(insiders[0], path, "POST") == 404
    assert iiif(Caller(), f"/iiif/presentation/3/collection/{made.id}") == 200
