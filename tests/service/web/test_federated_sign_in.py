"""Signing in with another institution, against a token endpoint of our own on loopback."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from armarium.accounts import federation, pool, service, tokens
from armarium.accounts.model import Role
from armarium.platform import clock
from armarium.platform.settings import Settings
from functions.web import signing
from tests.service.accounts.identity import CLIENT, FEDERATED, POOL_ID, IdentityServer, served
from tests.service.web.conftest import Answer, Browser

CALLBACK = "https://library.example/sign-in/callback"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityServer]:
    with served() as server:
        known = Settings(
            environment="local",
            user_pool_id=POOL_ID,
            user_pool_client_id=CLIENT,
            user_pool_url=f"{server.url}/{POOL_ID}",
            federation_url=server.url,
            federation_client_id=FEDERATED,
            federation_provider="Institution",
            federation_name="University of ABC",
            federation_roles="library-staff=cataloguer",
        )
        for module in (pool, federation, service, signing):
            monkeypatch.setattr(module, "settings", lambda: known)
        tokens.known.forget()
        yield server


def query_of(answer: Answer) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def depart(browser: Browser, return_to: str = "/collections") -> dict[str, str]:
    """Off to the identity provider; what is asked there."""
    answer = browser.get(f"/sign-in/federated?return={return_to}")
    assert answer.status == 302
    [cookie] = answer.cookies
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Secure", "Max-Age=600", "Path=/"))
    return query_of(answer)


def claims(server: IdentityServer, asked: dict[str, str], **more: Any) -> dict[str, Any]:
    told = {"custom:affiliation": "library-staff", "cognito:groups": [], "name": "Wren", "nonce": asked["nonce"]}
    return server.claims(int(clock.now().timestamp()), aud=FEDERATED, **told | more)


def come_back(browser: Browser, code: str = "good", state: str = "") -> Answer:
    return browser.get(f"/sign-in/callback?code={code}&state={state}")


def is_signed_in(browser: Browser) -> bool:
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    return service.session_of({"cookie": cookies}, clock.now()) is not None


def test_the_page_offers_the_institutions_sign_in_where_it_is_configured(server: IdentityServer) -> None:
    page = Browser().get("/sign-in?return=/collections").text
    assert "Sign in with University of ABC" in page
    assert 'href="/sign-in/federated?return=%2Fcollections"' in page


def test_without_configuration_nothing_is_offered_and_nothing_leads_away() -> None:
    assert "/sign-in/federated" not in Browser().get("/sign-in").text
    assert Browser().get("/sign-in/federated").status == 404


def test_the_way_out_carries_state_nonce_and_a_challenge(server: IdentityServer) -> None:
    asked = depart(Browser())
    assert asked["redirect_uri"] == CALLBACK
    assert (asked["response_type"], asked["client_id"], asked["identity_provider"]) == (
        "code",
        FEDERATED,
        "Institution",
    )
    assert asked["code_challenge_method"] == "S256"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert depart(Browser())["state"] != asked["state"]


def test_a_code_that_comes_back_opens_a_session_with_the_roles_of_the_affiliation(server: IdentityServer) -> None:
    browser = Browser()
    asked = depart(browser)
    server.codes["good"] = claims(server, asked)
    answer = come_back(browser, state=asked["state"])
    assert (answer.status, answer.headers["Location"]) == (303, "/collections")
    [form] = server.forms
    challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
    assert challenge == asked["code_challenge"]
    assert form["redirect_uri"] == CALLBACK
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    principal = service.principal_of({"cookie": cookies}, {}, clock.now())
    assert (principal.name, principal.roles) == ("Wren", {Role.CATALOGUER})
    assert any(line.startswith("__Host-armarium_visit=;") and "Max-Age=0" in line for line in answer.cookies)


def test_a_code_that_was_used_opens_nothing_again(server: IdentityServer) -> None:
    browser = Browser()
    asked = depart(browser)
    server.codes["good"] = claims(server, asked)
    visit = dict(browser.cookies)
    come_back(browser, state=asked["state"])
    other = Browser(visit)
    assert come_back(other, state=asked["state"]).status == 401
    assert not is_signed_in(other)


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_way_back_never_leads_elsewhere(server: IdentityServer, address: str) -> None:
    browser = Browser()
    asked = depart(browser, address)
    server.codes["good"] = claims(server, asked)
    assert come_back(browser, state=asked["state"]).headers["Location"] == "/"


def test_a_code_that_another_site_sends_a_browser_back_with_opens_nothing(server: IdentityServer) -> None:
    attacker = depart(Browser())
    server.codes["good"] = claims(server, attacker)
    for victim in (Browser(), Browser({"__Host-armarium_visit": ""}), Browser({"__Host-armarium_visit": "made up"})):
        answer = come_back(victim, state=attacker["state"])
        assert answer.status == 401
        assert not is_signed_in(victim)
    victim = Browser()
    depart(victim)
    assert come_back(victim, state=attacker["state"]).status == 401
    assert server.forms == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"nonce": ""},
        {"aud": CLIENT},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"token_use": "access", "client_id": FEDERATED},
    ],
    ids=str,
)
def test_an_id_token_that_is_not_for_this_visit_opens_nothing(server: IdentityServer, wrong: dict[str, Any]) -> None:
    browser = Browser()
    asked = depart(browser)
    server.codes["good"] = claims(server, asked) | wrong
    answer = come_back(browser, state=asked["state"])
    assert answer.status == 401
    assert "Signing in with University of ABC did not work" in answer.text
    assert not is_signed_in(browser)


def test_whoever_turns_back_at_the_institution_finds_the_form(server: IdentityServer) -> None:
    browser = Browser()
    asked = depart(browser)
    answer = browser.get(f"/sign-in/callback?error=access_denied&state={asked['state']}")
    assert answer.status == 401
    assert 'name="password"' in answer.text
    assert server.forms == []


def test_a_session_that_was_there_before_is_ended(server: IdentityServer) -> None:
    browser = Browser()
    asked = depart(browser)
    server.codes["first"] = claims(server, asked)
    come_back(browser, "first", asked["state"])
    before = Browser(dict(browser.cookies))
    asked = depart(browser)
    server.codes["second"] = claims(server, asked)
    come_back(browser, "second", asked["state"])
    assert is_signed_in(browser)
    assert not is_signed_in(before)


def test_a_token_endpoint_that_is_away_is_a_fault_of_ours(server: IdentityServer) -> None:
    browser = Browser()
    asked = depart(browser)
    server.down = True
    assert come_back(browser, state=asked["state"]).status == 500
