"""Signing in with another institution: the authorization code flow with PKCE (RFC 6749 §4.1, RFC 7636).

The browser keeps one secret, in a cookie of some minutes; state, nonce and verifier follow from it.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict

from armarium.accounts import pool, tokens
from armarium.accounts.errors import InvalidTokenError, SignInFailedError
from armarium.accounts.model import same_secret
from armarium.platform.settings import settings

LIFETIME = timedelta(minutes=10)
_SCOPES = "openid email profile"


class Visit(BaseModel):
    """One way to the identity provider and back, known by the secret in the browser's cookie."""

    model_config = ConfigDict(frozen=True)

    secret: str

    @classmethod
    def begin(cls) -> Visit:
        """A new visit."""
        return cls(secret=secrets.token_urlsafe(32))

    def _derived(self, what: str) -> str:
        return _text(hashlib.sha256(f"{what}:{self.secret}".encode()).digest())

    @property
    def state(self) -> str:
        """What comes back with the code (RFC 6749 §10.12)."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What the id token says again (OpenID Connect Core §3.1.2.1)."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """What only this browser's visit knows (RFC 7636 §4.1)."""
        return self._derived("verifier")


def offered() -> str:
    """Whose sign-in is offered; empty where there is none."""
    return (settings().federation_name or settings().federation_provider) if settings().federation_url else ""


def address(visit: Visit, redirect_uri: str) -> str:
    """Where the browser goes to sign in."""
    query = {
        "response_type": "code",
        "client_id": settings().federation_client_id,
        "redirect_uri": redirect_uri,
        "scope": _SCOPES,
        "state": visit.state,
        "nonce": visit.nonce,
        "code_challenge": _text(hashlib.sha256(visit.verifier.encode()).digest()),
        "code_challenge_method": "S256",
        "identity_provider": settings().federation_provider,
    }
    return f"{settings().federation_url}/oauth2/authorize?{urlencode(query)}"


def claims_of(visit: Visit, code: str, state: str, redirect_uri: str, now: datetime) -> dict[str, Any]:
    """Who came back: what the verified id token says. Raises SignInFailedError."""
    if not visit.secret or not code or not same_secret(visit.state, state):
        raise SignInFailedError
    answer = pool.tokens_for(code, visit.verifier, redirect_uri)
    try:
        claims = tokens.claims_of(str(answer.get("id_token", "")), now, {settings().federation_client_id})
    except InvalidTokenError as error:
        raise SignInFailedError from error
    if not same_secret(visit.nonce, str(claims.get("nonce", ""))):
        raise SignInFailedError
    return claims


def _text(digest: bytes) -> str:
    """Base64url without padding (RFC 7636 Appendix A)."""
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
