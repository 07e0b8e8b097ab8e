"""Who may open which address. The routes are found in the table, so that a new one cannot be forgotten."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from armarium.accounts.model import STAFF_ROLES, Role
from armarium.platform.errors import ConflictError, InvalidInputError, NotFoundError
from functions.web import routes
from functions.web.exchange import Request, Response
from functions.web.navigation import ENTRIES
from functions.web.routes import ROUTES, answer
from functions.web.routing import EVERYBODY, Route
from tests.unit.web.conftest import Ask

PUBLIC = {
    "GET /",
    "GET /collections",
    "GET /collections/{collection_id}",
    "GET /search",
    "GET /search/advanced",
    "GET /search/suggestions",
    "GET /titles/{mms_id}",
    "GET /titles/{mms_id}/record",
    "GET /titles/{mms_id}/view/{representation_id}",
    "GET /view/delivery/{institution}/{identifier}",
    "GET /view/delivery/thumbnail/{institution}/{identifier}",
    "GET /view/file/{pid}",
    "GET /robots.txt",
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-in/new-password",
    "GET /sign-in/federated",
    "GET /sign-in/callback",
    "POST /sign-out",
}
ADDRESSES = Path(__file__).resolve().parents[3] / "docs" / "engineers" / "addresses.md"
WORDS_FOR = {
    "everybody": frozenset(Role),
    "staff": STAFF_ROLES,
    "operators": {Role.DIGITIZATION_OPERATOR},
    "cataloguers": {Role.CATALOGUER},
    "approvers": {Role.APPROVER},
    "administrators": {Role.ADMINISTRATOR},
}
EACH_ROUTE = pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.template}")
STAFF_ROUTE = pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if route.audience is not EVERYBODY],
    ids=lambda route: f"{route.method} {route.template}",
)


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Views that were reached; none of them does anything."""
    reached: list[str] = []

    def stand_in(route: Route) -> Route:
        def view(request: Request, **parts: str) -> Response:
            reached.append(route.template)
            return Response(b"reached")

        return replace(route, view=view)

    monkeypatch.setattr(routes, "ROUTES", tuple(map(stand_in, ROUTES)))
    return reached


def path_of(route: Route) -> str:
    return re.sub(r"{\w+}", "undo", route.template)


def form(token: str) -> bytes:
    return urlencode({"csrf_token": token}).encode()


def test_the_public_pages_are_these_and_no_others() -> None:
    assert {f"{route.method} {route.template}" for route in ROUTES if route.audience is EVERYBODY} == PUBLIC


@STAFF_ROUTE
def test_nobody_reaches_a_staff_page_without_signing_in(ask: Ask, opened: list[str], route: Route) -> None:
    response = answer(ask(path_of(route), method=route.method))
    assert opened == []
    assert response.status == 303
    assert response.headers["Location"].startswith("/sign-in?return=")


@STAFF_ROUTE
@pytest.mark.parametrize("role", [Role.PATRON, Role.READER])
def test_a_patron_reaches_no_staff_page(ask: Ask, opened: list[str], route: Route, role: Role) -> None:
    request = ask(path_of(route), (role,), route.method, body=form("token-of-the-session"))
    assert answer(request).status == 403
    assert opened == []


@STAFF_ROUTE
def test_somebody_without_any_role_reaches_no_staff_page(ask: Ask, opened: list[str], route: Route) -> None:
    assert answer(ask(path_of(route), (), route.method, body=form("token-of-the-session"))).status == 403
    assert opened == []


def documented_audiences() -> dict[str, set[Role]]:
    """Whom the documentation promises each address to."""
    page = ADDRESSES.read_text("utf-8").partition("## Pages")[2].partition("## IIIF")[0]
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]
    return {
        address: {role for word in words.split(", ") for role in WORDS_FOR[word]}
        for addresses, words, *_ in rows
        for address in re.findall(r"`([^`]+)`", addresses)
    }


@STAFF_ROUTE
@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_staff_reach_what_the_documentation_says(ask: Ask, opened: list[str], route: Route, role: Role) -> None:
    answer(ask(path_of(route), (role,), route.method, body=form("token-of-the-session")))
    allowed = role in documented_audiences()[f"{route.method} {route.template}"]
    assert opened == ([route.template] if allowed else [])


def test_the_bar_of_staff_pages_leads_to_pages_that_are_there() -> None:
    found = {route.template: route.audience for route in ROUTES if route.method == "GET"}
    for entry in ENTRIES:
        assert found[entry.address] == entry.audience


@pytest.mark.parametrize("token", ["", "token-of-another-session"])
@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.method == "POST"], ids=lambda route: route.template
)
def test_no_form_is_taken_without_the_token_of_its_session(
    ask: Ask, opened: list[str], route: Route, token: str
) -> None:
    for roles in (None, (Role.ADMINISTRATOR,)):
        response = answer(ask(path_of(route), roles, "POST", body=form(token)))
        assert response.status in (303, 403)
    assert opened == []


def test_a_form_before_signing_in_carries_the_token_of_its_cookie(ask: Ask, opened: list[str]) -> None:
    cookie = {"cookie": "__Host-armarium_form=from-the-cookie"}
    assert answer(ask("/sign-in", None, "POST", body=form("another"), headers=cookie)).status == 403
    assert answer(ask("/sign-in", None, "POST", body=form("from-the-cookie"), headers=cookie)).status == 200
    assert opened == ["/sign-in"]


@EACH_ROUTE
def test_every_page_carries_the_headers_that_keep_it_safe(ask: Ask, route: Route) -> None:
    headers = answer(ask(path_of(route), (Role.ADMINISTRATOR,), route.method)).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert policy["base-uri"] == "'none'"
    assert "frame-ancestors" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/staff",
        "/staff/jobs/a/b/c",
        "/titles",
        "//evil.example",
        "/titles/" + "9" * 201,
        "/sign-in/x",
        "/" + "a" * 5000,
    ],
)
def test_an_address_that_no_route_has_is_not_found(ask: Ask, opened: list[str], path: str) -> None:
    assert answer(ask(path, (Role.ADMINISTRATOR,))).status == 404
    assert opened == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("There is no title 99."), 404),
        (InvalidInputError("The token is damaged."), 400),
        (ConflictError("Somebody was quicker."), 409),
        (RuntimeError("a secret of the inside"), 500),
    ],
)
def test_whatever_goes_wrong_becomes_a_page_with_a_reference(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def view(request: Request) -> Response:
        raise error

    monkeypatch.setattr(routes, "ROUTES", (Route("GET", "/", view, EVERYBODY),))
    response = answer(ask("/"))
    page = response.body.decode()
    assert response.status == status
    assert "request-1" in page
    assert ("a secret of the inside" in page) is False
    if status != 500:
        assert str(error) in page


def test_an_error_shows_what_was_asked_as_text(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def view(request: Request) -> Response:
        raise NotFoundError("There is no title <script>alert(1)</script>.")

    monkeypatch.setattr(routes, "ROUTES", (Route("GET", "/", view, EVERYBODY),))
    page = answer(ask("/?q=<script>alert(2)</script>")).body.decode()
    assert "<script>alert" not in page


def test_a_page_that_refreshes_itself_leads_to_sign_in_when_the_session_ended(ask: Ask) -> None:
    response = answer(ask("/staff/jobs", headers={"hx-request": "true"}))
    assert response.status == 204
    assert response.headers["HX-Redirect"].startswith("/sign-in?return=%2Fstaff%2Fjobs")


def test_asking_for_the_head_gives_the_head_only(ask: Ask) -> None:
    response = answer(ask("/", method="HEAD"))
    assert (response.status, response.body) == (200, b"")
