"""Bearer tokens: the user pool's JWTs, believed after every check of RFC 8725 §3 that concerns them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from armarium.accounts import pool
from armarium.accounts.errors import InvalidTokenError
from armarium.platform.observability import logger

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

_ALGORITHMS = ("RS256",)  # Cognito signs with no other; one that a token wishes for is not asked about
_LONGEST = 8_192
_LEEWAY = timedelta(minutes=1)  # between Cognito's clock and ours
_CLIENT_CLAIM = {"id": "aud", "access": "client_id"}  # by token_use
_SHORTEST_WAIT = timedelta(minutes=1)  # between two looks at the pool's keys
_LONGEST_TRUST = timedelta(days=1)  # in keys once seen


class _Known:
    """The pool's keys as this process knows them."""

    keys: KeySet | None = None
    asked_at: datetime | None = None

    def forget(self) -> None:
        """Know nothing."""
        self.keys = self.asked_at = None


known = _Known()


def claims_of(token: str, now: datetime, clients: Collection[str], uses: Collection[str] = ("id",)) -> dict[str, Any]:
    """What a token says, if the pool signed it for one of these clients and it has not run out.

    ``uses``: ``id``, ``access``. Raises InvalidTokenError, which does not say what is wrong.
    """
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwt import JWTClaimsRegistry

    if len(token) > _LONGEST:
        raise InvalidTokenError
    rules = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=int(_LEEWAY.total_seconds()),
        iss={"essential": True, "value": pool.issuer()},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        token_use={"essential": True, "values": list(uses)},
    )
    try:
        claims: dict[str, Any] = jwt.decode(token, lambda it: _key(it.headers(), now), algorithms=_ALGORITHMS).claims
        rules.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise InvalidTokenError from error
    client = claims.get(_CLIENT_CLAIM[claims["token_use"]])
    if not isinstance(client, str) or client not in clients:
        raise InvalidTokenError
    return claims


def _key(header: dict[str, Any], now: datetime) -> Any:
    """The pool's key that a token names. Raises InvalidTokenError for one that the pool does not have."""
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise InvalidTokenError
    if _is_wanted(kid, now):
        _look(now)
    found = _found(kid)
    if found is None:
        raise InvalidTokenError
    return found


def _found(kid: str) -> Any:
    return next((key for key in known.keys.keys if key.kid == kid), None) if known.keys else None


def _is_wanted(kid: str, now: datetime) -> bool:
    """Whether the keys are to be asked for: the one named is new or all are old, and it was not done just now."""
    if known.asked_at is None:
        return True
    age = now - known.asked_at
    return age >= _LONGEST_TRUST or (age >= _SHORTEST_WAIT and _found(kid) is None)


def _look(now: datetime) -> None:
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    known.asked_at = now
    try:
        known.keys = KeySet.import_key_set(pool.signing_keys())  # type: ignore[arg-type]
    except (OSError, ValueError, JoseError):
        logger().exception("the user pool's keys cannot be read")
        if known.keys is None:
            raise
