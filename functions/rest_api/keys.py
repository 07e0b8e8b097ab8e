"""API keys, for administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from armarium.access import service as access
from armarium.accounts import service as accounts
from armarium.accounts.model import KEY_LIFETIME, Role
from armarium.platform import clock
from armarium.platform.errors import InvalidInputError
from functions.rest_api import dialect, incoming
from functions.rest_api.routing import ADMINISTRATORS, Fields, Limit, Resource, Token, api, caller, given

resource = Resource("keys")
KeyId = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="The SHA-256 of the key")]
Overlap = Annotated[int, Query(ge=0, le=168, description="Hours for which the old key goes on")]


@resource.route("GET", "/conf/api-keys", ADMINISTRATORS, "All API keys, newest first", answers="api_key")
def list_keys(limit: Limit = 10, token: Token = None) -> Fields:
    found, following = accounts.list_keys(limit, token)
    now = clock.now()
    return dialect.listed("api_key", (dialect.api_key(each, api(), now) for each in found), None, following)


@resource.route("GET", "/conf/api-keys/<key_id>", ADMINISTRATORS, "One API key, with its last use", answers="api_key")
def get_key(key_id: KeyId) -> Fields:
    return dialect.api_key(accounts.get_key(key_id), api(), clock.now())


@resource.route(
    "POST", "/conf/api-keys", ADMINISTRATORS, "A new key; it is told this once", answers="api_key", takes="api_key"
)
def create_key() -> Fields:
    access.require_all_libraries(caller())
    body, now = given(), clock.now()
    days = incoming.number("days", body["days"]) if body.get("days") is not None else KEY_LIFETIME.days
    made, secret = accounts.create_key(
        incoming.text("name", body.get("name")),
        _roles(incoming.texts("role", body.get("role"))),
        now,
        caller().name,
        timedelta(days=days),
        frozenset(incoming.texts("scope", body.get("scope"))),
        incoming.number("requests_per_second", body.get("requests_per_second")),
        frozenset(incoming.texts("library", body.get("library"))),
    )
    return dialect.api_key(made, api(), now, secret)


@resource.route(
    "POST", "/conf/api-keys/<key_id>", ADMINISTRATORS, "op=rotate: a new key in its place", answers="api_key"
)
def rotate_key(key_id: KeyId, op: Annotated[str, Query(pattern="^rotate$")], overlap: Overlap = 24) -> Fields:
    access.require_all_libraries(caller())
    now = clock.now()
    made, secret = accounts.rotate_key(key_id, now, caller().name, timedelta(hours=overlap))
    return dialect.api_key(made, api(), now, secret)


@resource.route("DELETE", "/conf/api-keys/<key_id>", ADMINISTRATORS, "Take a key back", answers="api_key")
def revoke_key(key_id: KeyId) -> None:
    access.require_all_libraries(caller())
    accounts.revoke_key(key_id, clock.now(), caller().name)


def _roles(names: list[str]) -> frozenset[Role]:
    unknown = set(names) - {role.value for role in Role}
    if unknown or not names:
        wanted = ", ".join(role.value for role in Role)
        raise InvalidInputError(
            f"role: one or more of {wanted} are wanted here, not {', '.join(sorted(unknown))[:100]}"
        )
    return frozenset(map(Role, names))
