"""Bearer tokens: what the user pool signed for us opens its roles; whatever else is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from armarium.accounts import pool, service, store, tokens
from armarium.accounts.errors import InvalidTokenError
from armarium.accounts.model import Principal, PrincipalKind, Role
from armarium.platform.settings import Settings
from tests.service.accounts.identity import CLIENT, FEDERATED, POOL_ID, IdentityServer, served

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityServer]:
    with served() as server:
        known = Settings(
            environment="local",
            user_pool_id=POOL_ID,
            user_pool_client_id=CLIENT,
            federation_client_id=FEDERATED,
            user_pool_url=f"{server.url}/{POOL_ID}",
            federation_roles="library-staff=cataloguer, library-it=administrator",
            federation_user_groups="faculty@abc.example=FACULTY",
        )
        for module in (pool, service, store):
            monkeypatch.setattr(module, "settings", lambda: known)
        yield server


def ask(token: str, now: datetime = NOW) -> Principal:
    return service.principal_of({"Authorization": f"Bearer {token}"}, {}, now)


def test_a_token_opens_the_roles_libraries_and_group_of_its_person(server: IdentityServer) -> None:
    claims = server.claims(SECONDS, **{"custom:libraries": "LAW MED", "custom:user_group": "STAFF", "name": "Wren"})
    principal = ask(server.signed(claims))
    assert (principal.kind, principal.id, principal.name) == (PrincipalKind.USER, "0c1d", "Wren")
    assert (principal.roles, principal.libraries) == ({Role.CATALOGUER}, {"LAW", "MED"})
    assert principal.user_group == "STAFF"


def test_an_access_token_gets_the_libraries_that_cognito_knows(
    server: IdentityServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    told = {"sub": "0c1d", "name": "Wren", "custom:libraries": "LAW"}
    monkeypatch.setattr(store, "attributes", lambda username: asked.append(username) or dict(told))
    claims = server.claims(SECONDS, token_use="access", client_id=CLIENT, username="wren", aud=None)
    token = server.signed({name: value for name, value in claims.items() if value is not None})
    assert ask(token).libraries == {"LAW"}
    assert ask(token, NOW + timedelta(seconds=29)).name == "Wren"
    assert asked == ["wren"]
    told["custom:libraries"] = "MED"  # changed meanwhile: the token of before has ended, a new one is told so at once
    fresh = server.signed({name: value for name, value in (claims | {"jti": "2"}).items() if value is not None})
    assert ask(fresh).libraries == {"MED"}
    monkeypatch.setattr(store, "attributes", lambda username: None)  # disabled
    with pytest.raises(InvalidTokenError):
        ask(token, NOW + timedelta(seconds=30))


def test_what_an_identity_provider_says_of_somebody_gives_roles_and_group(server: IdentityServer) -> None:
    affiliation = "[library-staff, Faculty%40abc.example, student]"
    claims = server.claims(SECONDS, aud=FEDERATED, **{"custom:affiliation": affiliation, "cognito:groups": []})
    principal = ask(server.signed(claims))
    assert (principal.roles, principal.user_group) == ({Role.CATALOGUER}, "FACULTY")


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Other"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": None},
        {"aud": [CLIENT, "x"]},
        {"exp": SECONDS - 61},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": SECONDS + 61},
        {"iat": None},
        {"iat": True},
        {"nbf": SECONDS + 61},
        {"token_use": "refresh"},
        {"token_use": None},
        {"token_use": "access", "client_id": "another-client"},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
    ],
    ids=str,
)
def test_a_token_with_a_claim_that_is_wrong_opens_nothing(server: IdentityServer, wrong: dict[str, Any]) -> None:
    claims = {name: value for name, value in server.claims(SECONDS, **wrong).items() if value is not None}
    with pytest.raises(InvalidTokenError):
        ask(server.signed(claims))


def test_clocks_may_differ_by_a_minute(server: IdentityServer) -> None:
    assert ask(server.signed(server.claims(SECONDS, exp=SECONDS - 59))).roles
    assert ask(server.signed(server.claims(SECONDS + 59))).roles


def text(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def hmac_signed(secret: bytes, payload: str) -> str:
    signed = f"{text({'alg': 'HS256', 'kid': 'first'})}.{payload}"
    signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def forged(server: IdentityServer) -> dict[str, str]:
    claims = server.claims(SECONDS)
    good = server.signed(claims)
    header, payload, signature = good.split(".")
    public = server.keys["first"].as_pem(private=False)
    rich = server.claims(SECONDS, **{"cognito:groups": ["administrator"]})
    return {
        "unsigned": f"{text({'alg': 'none', 'kid': 'first'})}.{payload}.",
        "unsigned, in capitals": f"{text({'alg': 'NONE', 'kid': 'first'})}.{payload}.{signature}",
        "the public key as a secret": hmac_signed(public, payload),
        "another algorithm": jwt.encode({"alg": "RS512", "kid": "first"}, claims, server.keys["first"], ["RS512"]),
        "a key of one's own": jwt.encode({"alg": "RS256", "kid": "first"}, claims, RSAKey.generate_key(2048)),
        "a key in the header": jwt.encode(
            {"alg": "RS256", "kid": "mine", "jwk": RSAKey.generate_key(2048).as_dict(private=False)},
            claims,
            RSAKey.generate_key(2048),
        ),
        "a key elsewhere": f"{text({'alg': 'RS256', 'kid': 'x', 'jku': 'https://evil.example/k'})}.{payload}.{signature}",
        "an elliptic key": jwt.encode({"alg": "ES256", "kid": "first"}, claims, ECKey.generate_key("P-256")),
        "no key named": jwt.encode({"alg": "RS256"}, claims, server.keys["first"]),
        "a key named oddly": f"{text({'alg': 'RS256', 'kid': ['first']})}.{payload}.{signature}",
        "other claims": f"{header}.{text(rich)}.{signature}",
        "no signature": f"{header}.{payload}.",
        "two parts": f"{header}.{payload}",
        "five parts": f"{good}.{payload}.{signature}",
        "cut off": good[:-10],
        "critical extension": f"{text({'alg': 'RS256', 'kid': 'first', 'crit': ['x'], 'x': 1})}.{payload}.{signature}",
        "claims that are a list": f"{header}.{text([1])}.{signature}",
        "a header that is a list": f"{text([1])}.{payload}.{signature}",
        "a deep header": f"{base64.urlsafe_b64encode(b'[' * 5000).decode()}.{payload}.{signature}",
        "huge": good + "A" * 10_000,
        "huge, all of it": "A" * 5_000_000,
        "empty": "",
        "dots": "..",
        "not text of this kind": "ü.ü.ü",
        "half a character": "\ud800.a.b",
    }


def test_no_forged_token_opens_anything(server: IdentityServer) -> None:
    assert ask(server.signed(server.claims(SECONDS))).roles
    for kind, token in forged(server).items():
        with pytest.raises(InvalidTokenError):
            print(kind, ask(token))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_text_is_taken_for_a_token(server: IdentityServer, data: st.DataObject) -> None:
    good = server.signed(server.claims(SECONDS)).split(".")
    part = st.one_of(st.sampled_from(good), st.text(max_size=40), st.binary(max_size=40).map(lambda it: it.hex()))
    token = ".".join(data.draw(st.lists(part, max_size=5)))
    if token != ".".join(good):
        with pytest.raises(InvalidTokenError):
            ask(token)


def test_the_keys_are_asked_for_once_and_for_a_new_one_at_most_once_a_minute(server: IdentityServer) -> None:
    good = server.signed(server.claims(SECONDS))
    for _ in range(3):
        ask(good)
    assert len(server.asked) == 1
    server.keys["second"] = RSAKey.generate_key(2048, {"kid": "second"})
    rotated = server.signed(server.claims(SECONDS), "second")
    for seconds in (1, 30, 59):
        with pytest.raises(InvalidTokenError):
            ask(rotated, NOW + timedelta(seconds=seconds))
    assert len(server.asked) == 1
    assert ask(rotated, NOW + timedelta(seconds=60)).roles
    assert ask(good, NOW + timedelta(seconds=61)).roles
    assert len(server.asked) == 2


def test_a_key_that_the_pool_has_taken_back_is_trusted_for_at_most_a_day(server: IdentityServer) -> None:
    token = server.signed(server.claims(SECONDS, exp=SECONDS + 200_000))
    ask(token)
    server.keys = {"second": RSAKey.generate_key(2048, {"kid": "second"})}
    assert ask(token, NOW + timedelta(hours=23)).roles
    with pytest.raises(InvalidTokenError):
        ask(token, NOW + timedelta(days=1))


def test_while_the_keys_cannot_be_read_those_that_are_known_serve_on(server: IdentityServer) -> None:
    good = server.signed(server.claims(SECONDS, exp=SECONDS + 200_000))
    ask(good)
    server.down = True
    assert ask(good, NOW + timedelta(days=1)).roles
    tokens.known.forget()
    with pytest.raises(OSError, match="503"):  # a fault of ours, not a wrong token
        ask(good)


def test_a_token_older_than_the_end_of_somebodys_sessions_opens_nothing(server: IdentityServer) -> None:
    token = server.signed(server.claims(SECONDS))
    store.end_sessions("someone-else", NOW)
    assert ask(token).roles
    store.end_sessions("0c1d", NOW)
    with pytest.raises(InvalidTokenError):
        ask(token)
    assert ask(server.signed(server.claims(SECONDS + 1)), NOW + timedelta(seconds=2)).roles


def test_keys_are_read_over_tls_except_on_the_local_cloud(
    server: IdentityServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Settings(user_pool_id=POOL_ID, user_pool_client_id=CLIENT, user_pool_url=f"{server.url}/{POOL_ID}")
    monkeypatch.setattr(pool, "settings", lambda: elsewhere)
    with pytest.raises(ValueError, match="https"):
        pool.signing_keys()
    assert server.asked == []
