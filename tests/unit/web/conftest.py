"""Requests by every kind of person, without a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from armarium.accounts.model import ANONYMOUS, Principal, Role, Session
from functions.web import routes
from functions.web.exchange import Request

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
Ask = Callable[..., Request]


def session_of(*roles: Role) -> Session:
    """A session of somebody with these roles."""
    return Session(
        id="s",
        user_id="u",
        user_name="Wren",
        roles=frozenset(roles),
        csrf_token="token-of-the-session",
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Makes a request of somebody with roles (None: of nobody) that the routes will recognize."""

    def made(path: str, roles: tuple[Role, ...] | None = None, method: str = "GET", **more: object) -> Request:
        session = None if roles is None else session_of(*roles)
        monkeypatch.setattr(routes.accounts, "session_of", lambda headers, now: session)
        monkeypatch.setattr(routes.accounts, "principal_of", lambda headers, query, now: _nobody())
        path, _, query = path.partition("?")
        asked = dict(pair.split("=", 1) for pair in query.split("&") if pair)
        return Request(method=method, path=path, query=asked, now=NOW, id="request-1", **more)

    return made


def _nobody() -> Principal:
    return ANONYMOUS
