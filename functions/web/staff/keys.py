"""API keys: made, rotated, taken back. For administrators of the whole institution."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from armarium.access import service as access
from armarium.accounts import service as accounts
from armarium.accounts.model import KEY_LIFETIME, LONGEST_KEY_LIFETIME, LONGEST_OVERLAP, SCOPES, ApiKey, Role
from armarium.configuration import service as configuration
from armarium.configuration.model import Library
from armarium.platform.errors import InvalidInputError, NotFoundError
from functions.web.exchange import Request, Response, redirect
from functions.web.forms import Form
from functions.web.language import Words
from functions.web.rendering import page
from functions.web.routing import ADMINISTRATORS, get, post
from functions.web.staff.people import chosen_libraries

ROLES = (Role.READER, Role.DIGITIZATION_OPERATOR, Role.CATALOGUER, Role.APPROVER, Role.ADMINISTRATOR)
STATES = ("valid", "expired", "revoked")
_KEYS_A_PAGE = 25
_HOURS = int(LONGEST_OVERLAP / timedelta(hours=1))
_MOST_A_SECOND = 10_000


def keys(request: Request) -> Response:
    """A page of keys, newest first, with those that ended."""
    access.require_all_libraries(request.principal)
    found, following = accounts.list_keys(_KEYS_A_PAGE, request.query.get("page"))
    return page(request, "staff/keys.html", keys=[(key, _state(key, request)) for key in found], next_token=following)


def new_key(request: Request) -> Response:
    """The form of a new key."""
    access.require_all_libraries(request.principal)
    usual = {"days": str(KEY_LIFETIME.days), "requests_per_second": "0", "reach": "all"}
    return _form(request, Form(usual), {})


def make_key(request: Request) -> Response:
    """A new key, shown this once; the form again where it cannot be."""
    access.require_all_libraries(request.principal)
    form, words = Form(request.form), Words(request.language)
    chosen = {name: frozenset(request.form_list(name)) for name in ("role", "scope", "library")}
    days = _number(form, "days", 1, LONGEST_KEY_LIFETIME.days, words)
    rate = _number(form, "requests_per_second", 0, _MOST_A_SECOND, words)
    roles = frozenset(role for role in ROLES if role.value in chosen["role"])
    if not form["name"].strip():
        form.refuse("name", words("form.missing"))
    if not roles:
        form.refuse("role", words("key.no_role"))
    libraries = chosen_libraries(request, form)
    if form.problems:
        return _form(request, form, chosen)
    made, secret = accounts.create_key(
        form["name"].strip()[:200],
        roles,
        request.now,
        request.principal.name,
        timedelta(days=days),
        chosen["scope"] & SCOPES,
        rate,
        libraries,
    )
    return _told(request, made, secret)


def key(request: Request, key_id: str) -> Response:
    """One key: what it opens, its last use, what was done with it."""
    access.require_all_libraries(request.principal)
    return _key(request, accounts.get_key(key_id), Form({"overlap": "24"}))


def rotate(request: Request, key_id: str) -> Response:
    """A new key in its place, shown this once."""
    access.require_all_libraries(request.principal)
    form = Form(request.form)
    hours = _number(form, "overlap", 0, _HOURS, Words(request.language))
    found = accounts.get_key(key_id)
    if form.problems:
        return _key(request, found, form)
    try:
        made, secret = accounts.rotate_key(key_id, request.now, request.principal.name, timedelta(hours=hours))
    except InvalidInputError as error:
        form.refuse("", error.message)
        return _key(request, found, form)
    return _told(request, made, secret, replaced=found, hours=hours)


def confirm_revocation(request: Request, key_id: str) -> Response:
    """Ask once more before a key is taken back."""
    access.require_all_libraries(request.principal)
    found = accounts.get_key(key_id)
    if _state(found, request) != "valid":
        raise NotFoundError("There is no such page.")
    return page(request, "staff/key_confirm.html", key=found)


def revoke(request: Request, key_id: str) -> Response:
    """Take a key back."""
    access.require_all_libraries(request.principal)
    accounts.revoke_key(key_id, request.now, request.principal.name)
    return redirect(f"/staff/keys/{key_id}?done=revoked")


def _state(source: ApiKey, request: Request) -> str:
    if source.revoked_at:
        return "revoked"
    return "valid" if source.is_valid(request.now) else "expired"


def _number(form: Form, name: str, least: int, most: int, words: Words) -> int:
    stated = form[name].strip()
    if stated.isascii() and stated.isdecimal() and len(stated) < 7 and least <= int(stated) <= most:
        return int(stated)
    form.refuse(name, words("form.number", least=least, most=most))
    return least


def _form(request: Request, form: Form, chosen: dict[str, Any]) -> Response:
    return page(
        request,
        "staff/key_new.html",
        form.status,
        form=form,
        chosen=chosen,
        roles=ROLES,
        scopes=sorted(SCOPES),
        libraries=[(library.code, library.name) for library in configuration.listed(Library)],
        longest=LONGEST_KEY_LIFETIME.days,
    )


def _key(request: Request, found: ApiKey, form: Form) -> Response:
    state = _state(found, request)
    history = accounts.key_changes(found.id)
    return page(
        request, "staff/key.html", form.status, key=found, state=state, form=form, history=history, hours=_HOURS
    )


def _told(request: Request, made: ApiKey, secret: str, **more: Any) -> Response:
    said: dict[str, Any] = {"replaced": None, "hours": 0} | more
    return page(request, "staff/key_told.html", key=made, secret=secret, **said)


ROUTES = (
    get("/staff/keys", keys, ADMINISTRATORS),
    get("/staff/keys/new", new_key, ADMINISTRATORS),
    post("/staff/keys", make_key, ADMINISTRATORS),
    get("/staff/keys/{key_id}", key, ADMINISTRATORS),
    post("/staff/keys/{key_id}/rotate", rotate, ADMINISTRATORS),
    get("/staff/keys/{key_id}/revoke", confirm_revocation, ADMINISTRATORS),
    post("/staff/keys/{key_id}/revoke", revoke, ADMINISTRATORS),
)
