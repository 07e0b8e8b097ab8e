"""A request and its answer, apart from API Gateway's way of writing them (payload format 2.0)."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from armarium.accounts.model import ANONYMOUS, Principal, Session
from armarium.platform.errors import InvalidInputError
from armarium.platform.settings import settings

_LARGEST_FORM = 2_000_000  # a long record; API Gateway takes ten megabytes
_MOST_FIELDS = 5_000
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f]*")


@dataclass
class Request:
    """What a browser asks, and who is behind it. Header names are in small letters."""

    method: str
    path: str
    now: datetime
    query: Mapping[str, str] = field(default_factory=dict)
    query_fields: Sequence[tuple[str, str]] = ()  # with those that come several times
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    host: str = "localhost"
    id: str = ""
    principal: Principal = ANONYMOUS
    session: Session | None = None
    language: str = "en"
    new_form_token: str = ""  # given to the browser with this answer

    @classmethod
    def from_event(cls, event: Mapping[str, Any], now: datetime) -> Request:
        """The request in an event of an HTTP API."""
        context = event["requestContext"]
        headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
        if event.get("cookies"):
            headers["cookie"] = "; ".join(event["cookies"])
        text = event.get("body") or ""
        asked = parse_qsl(event.get("rawQueryString") or "", keep_blank_values=True)
        return cls(
            method=context["http"]["method"],
            path=event.get("rawPath") or "/",
            query=dict(asked),
            query_fields=asked,
            headers=headers,
            body=base64.b64decode(text) if event.get("isBase64Encoded") else text.encode(),
            host=context.get("domainName", "localhost"),
            id=context.get("requestId", ""),
            now=now,
        )

    @property
    def base_url(self) -> str:
        """The public address without a slash at its end. Never from the Host header, which anybody may write."""
        return settings().base_url.rstrip("/") or f"https://{self.host}"

    @cached_property
    def form_fields(self) -> list[tuple[str, str]]:
        """The fields of a posted form in their order, with those that come several times. Raises InvalidInputError."""
        if len(self.body) > _LARGEST_FORM:
            raise InvalidInputError("The form is too long.")
        try:
            return parse_qsl(self.body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError as error:
            raise InvalidInputError("The form cannot be read.") from error

    @cached_property
    def form(self) -> dict[str, str]:
        """The fields of a posted form by name; of several of one name the last. Raises InvalidInputError."""
        return dict(self.form_fields)

    def form_list(self, name: str) -> list[str]:
        """Every value that a posted form has under a name: rows, ticked boxes."""
        return [value for given, value in self.form_fields if given == name]

    def query_list(self, name: str) -> list[str]:
        """Every value that the address has under a name."""
        return [value for given, value in self.query_fields if given == name]

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.headers.get("hx-request") == "true"

    @property
    def here(self) -> str:
        """Path and query, to come back to."""
        return self.here_with()

    def here_with(self, **changes: str | None) -> str:
        """This address with other query parameters; None takes one out. A key is never written into a page."""
        changed = {**changes, "apikey": None}
        kept = [pair for pair in self.query_fields or self.query.items() if pair[0] not in changed]
        query = [*kept, *((name, value) for name, value in changed.items() if value is not None)]
        return f"{self.path}?{urlencode(query)}" if query else self.path


@dataclass
class Response:
    """An answer."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)

    def to_event(self) -> dict[str, Any]:
        """The answer as API Gateway wants it."""
        return {
            "statusCode": self.status,
            "headers": self.headers,
            "cookies": self.cookies,
            "body": base64.b64encode(self.body).decode(),
            "isBase64Encoded": True,
        }


def redirect(address: str, status: int = 303) -> Response:
    """Go there; 303 asks with GET whatever was asked before."""
    return Response(status=status, headers={"Location": address})


def safe_return(address: str | None) -> str:
    """A path of this site to go back to; anything that could lead elsewhere becomes the front page."""
    if not address or not _LOCAL_PATH.fullmatch(address):
        return "/"
    parts = urlsplit(address)
    return "/" if parts.scheme or parts.netloc else address


def set_cookie(name: str, value: str, seconds: int | None = None, script_free: bool = True) -> str:
    """A ``Set-Cookie`` line for the whole site; without ``seconds`` it lasts as long as the browser is open."""
    words = [f"{name}={value}", "Path=/", "SameSite=Lax"]
    if seconds is not None:
        words.append(f"Max-Age={seconds}")
    if script_free:
        words.append("HttpOnly")
    if settings().secure_cookies != "false":
        words.append("Secure")
    return "; ".join(words)


def fresh_token() -> str:
    """A random token for a form."""
    return secrets.token_urlsafe(24)
