"""The user pool over HTTP: its signing keys, and the endpoint where a code becomes tokens (RFC 6749 §4.1.3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlencode

from armarium.accounts.errors import SignInFailedError
from armarium.platform.settings import settings

if TYPE_CHECKING:
    from urllib.request import OpenerDirector, Request

_LARGEST_ANSWER = 64 * 1024
_SECONDS = 5


def issuer() -> str:
    """What the pool's tokens name as their issuer; the pool's id begins with its region."""
    pool_id = settings().user_pool_id
    return f"https://cognito-idp.{pool_id.partition('_')[0]}.amazonaws.com/{pool_id}"


def signing_keys() -> dict[str, Any]:
    """The pool's public keys (RFC 7517 §5)."""
    from urllib.request import Request

    return _ask(Request(f"{settings().user_pool_url or issuer()}/.well-known/jwks.json"))  # noqa: S310 - see _ask


def tokens_for(code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
    """The tokens that an authorization code stands for (RFC 7636 §4.5). Raises SignInFailedError."""
    from urllib.request import Request

    fields = {
        "grant_type": "authorization_code",
        "client_id": settings().federation_client_id,
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": redirect_uri,
    }
    try:
        return _ask(_form(Request(f"{settings().federation_url}/oauth2/token", method="POST"), fields))  # noqa: S310
    except HTTPError as error:
        if error.code in (400, 401, 403):
            raise SignInFailedError from error
        raise


def _form(request: Request, fields: Mapping[str, str]) -> Request:
    request.data = urlencode(fields).encode()
    request.add_header("Content-Type", "application/x-www-form-urlencoded")
    return request


def _ask(request: Request) -> dict[str, Any]:
    """The JSON object at an address of the settings: over TLS, except on the local cloud."""
    if request.type != "https" and settings().environment != "local":
        raise ValueError(f"the user pool is asked over https, not {request.full_url}")
    with _opener().open(request, timeout=_SECONDS) as answer:
        content = answer.read(_LARGEST_ANSWER + 1)
    if len(content) > _LARGEST_ANSWER:
        raise ValueError(f"the answer of {request.full_url} is too long")
    found = json.loads(content)
    if not isinstance(found, dict):
        raise ValueError(f"the answer of {request.full_url} is no object")
    return found


@lru_cache(maxsize=1)
def _opener() -> OpenerDirector:
    """Asks over HTTP, goes where it is told, and follows nobody elsewhere."""
    from urllib.request import HTTPDefaultErrorHandler, HTTPErrorProcessor, HTTPHandler, HTTPSHandler, OpenerDirector

    opener = OpenerDirector()
    for handler in (HTTPHandler, HTTPSHandler, HTTPDefaultErrorHandler, HTTPErrorProcessor):
        opener.add_handler(handler())
    return opener
