"""Requests, redirects, cookies."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from armarium.platform.errors import InvalidInputError
from armarium.platform.settings import Settings
from functions.web import exchange
from functions.web.exchange import Request, safe_return, set_cookie

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def event(**more: object) -> dict[str, object]:
    context = {"http": {"method": "POST"}, "requestId": "r", "domainName": "api.example"}
    return {"requestContext": context, "rawPath": "/sign-in", "rawQueryString": "", "headers": {}, **more}


@pytest.mark.parametrize("address", ["/", "/staff/jobs", "/titles/99?files=a%3D&lang=ar", "/a/b#c"])
def test_a_path_of_this_site_is_returned_to(address: str) -> None:
    assert safe_return(address) == address


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil",
        " /x",
        "/x\r\nSet-Cookie: a=b",
    ],
)
def test_an_address_that_could_lead_elsewhere_becomes_the_front_page(address: str | None) -> None:
    assert safe_return(address) == "/"


@given(st.text())
@example("/\x00/evil.example")
@example("/%09/evil.example")
def test_no_return_address_ever_leaves_the_site(address: str) -> None:
    returned = safe_return(address)
    assert returned.startswith("/")
    assert not returned.startswith(("//", "/\\"))
    assert not urlsplit(returned).netloc
    assert not any(sign in returned for sign in "\r\n\t\\")


def test_cookies_come_from_api_gateways_own_list() -> None:
    request = Request.from_event(event(cookies=["a=1", "b=2"]), NOW)
    assert request.headers["cookie"] == "a=1; b=2"


def test_a_form_is_read_from_an_encoded_body() -> None:
    body = base64.b64encode(b"username=wren&password=%C3%BC").decode()
    assert Request.from_event(event(body=body, isBase64Encoded=True), NOW).form == {"username": "wren", "password": "ü"}


@pytest.mark.parametrize("body", [b"a=" + b"x" * 2_000_001, b"&".join([b"a=1"] * 5_001), b"\xff\xfe=1"])
def test_a_form_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInputError):
        _ = Request(method="POST", path="/", now=NOW, body=body).form


def test_the_public_address_is_never_taken_from_the_host_header() -> None:
    request = Request.from_event(event(headers={"host": "evil.example"}), NOW)
    assert request.base_url == "https://api.example"


def test_cookies_are_kept_from_scripts_other_sites_and_plain_connections() -> None:
    line = set_cookie("s", "x", 60)
    for word in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=60"):
        assert word in line.split("; ")


def test_only_the_local_cloud_sends_cookies_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "settings", lambda: Settings(secure_cookies="false"))
    assert "Secure" not in set_cookie("s", "x").split("; ")


def test_a_key_in_the_address_is_not_written_into_the_page() -> None:
    request = Request(method="GET", path="/titles/99", now=NOW, query={"apikey": "secret", "lang": "ar"})
    assert request.here == "/titles/99?lang=ar"


def test_paging_keeps_the_rest_of_the_query() -> None:
    request = Request(method="GET", path="/titles/99", now=NOW, query={"lang": "ar", "files": "a"})
    assert request.here_with(files="b&c") == "/titles/99?lang=ar&files=b%26c"
    assert request.here_with(files=None) == "/titles/99?lang=ar"
