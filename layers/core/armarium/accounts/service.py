"""Who is asking: keys and sessions are made, recognized and taken back here."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from armarium.accounts import federation, store, tokens
from armarium.accounts.changes import note
from armarium.accounts.errors import InvalidKeyError, InvalidTokenError, OutOfScopeError, TooManyRequestsError
from armarium.accounts.model import (
    ANONYMOUS,
    KEY_LIFETIME,
    LONGEST_KEY_LIFETIME,
    LONGEST_OVERLAP,
    SCOPES,
    SESSION_LIFETIME,
    AccountChange,
    ApiKey,
    NewPasswordNeeded,
    Principal,
    Role,
    Session,
    User,
    codes_of,
    fingerprint,
    user_of,
)
from armarium.platform.errors import InvalidInputError, MandatoryFieldError, NotFoundError
from armarium.platform.settings import settings

_SECRET_BYTES = 32
_CACHE_TIME = timedelta(seconds=30)
_CACHE_SIZE = 256
_HOUR = timedelta(hours=1)
_keys: dict[str, tuple[ApiKey, datetime]] = {}
_people: dict[str, tuple[Mapping[str, str], datetime]] = {}


def create_key(
    name: str,
    roles: frozenset[Role],
    now: datetime,
    by: str = "System",
    lifetime: timedelta = KEY_LIFETIME,
    scopes: frozenset[str] = frozenset(),
    requests_per_second: int = 0,
    libraries: frozenset[str] = frozenset(),
    replaces: str = "",
) -> tuple[ApiKey, str]:
    """A new API key and, this once, the key itself: only its SHA-256 is stored. Raises InvalidInputError."""
    if not name.strip():
        raise MandatoryFieldError("name")
    if not timedelta() < lifetime <= LONGEST_KEY_LIFETIME:
        raise InvalidInputError(f"A key lives for 1 to {LONGEST_KEY_LIFETIME.days} days")
    if unknown := scopes - SCOPES:
        raise InvalidInputError(f"There is no scope {min(unknown)}; there are {', '.join(sorted(SCOPES))}")
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    key = ApiKey(
        id=fingerprint(secret),
        name=name.strip(),
        roles=roles,
        created_at=now,
        created_by=by,
        expires_at=now + lifetime,
        scopes=scopes,
        requests_per_second=requests_per_second,
        libraries=libraries,
    )
    store.put_key(key)
    note(
        store.of_key(key.id), "rotated" if replaces else "made", by, now, {"name": key.name, "replaces": replaces[:16]}
    )
    return key, secret


def get_key(key_id: str) -> ApiKey:
    """A key, without the key itself. Raises NotFoundError."""
    found = store.key(key_id)
    if found is None:
        raise NotFoundError(f"There is no API key {key_id}.")
    return found


def list_keys(limit: int, token: str | None = None) -> tuple[tuple[ApiKey, ...], str | None]:
    """A page of all keys, also those that ended, newest first; and the token of the next."""
    found, following = store.keys(limit, token)
    return tuple(found), following


def rotate_key(key_id: str, now: datetime, by: str, overlap: timedelta) -> tuple[ApiKey, str]:
    """A new key in the place of one, which ends after an overlap. Raises NotFoundError, InvalidInputError."""
    old = get_key(key_id)
    if not old.is_valid(now):
        raise InvalidInputError("The key has ended already: make a new one")
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise InvalidInputError(f"The old key can go on for at most {LONGEST_OVERLAP.days} days")
    lifetime = old.expires_at - old.created_at
    made = create_key(
        old.name, old.roles, now, by, lifetime, old.scopes, old.requests_per_second, old.libraries, replaces=old.id
    )
    store.end_key(key_id, min(old.expires_at, now + overlap))
    note(store.of_key(key_id), "replaced", by, now, {"by": made[0].id[:16], "after_hours": overlap / _HOUR})
    _keys.pop(key_id, None)
    return made


def admit(principal: Principal, area: str, writes: bool, now: datetime) -> None:
    """Raises OutOfScopeError, TooManyRequestsError where a key may not come in, here or now."""
    if not principal.may_enter(area, writes):
        raise OutOfScopeError(f"The key of {principal.name} is not for {'writing' if writes else 'reading'} {area}")
    limit = principal.requests_per_second
    if limit and store.count_request(principal.id, int(now.timestamp())) > limit:
        raise TooManyRequestsError(limit)


def revoke_key(key_id: str, now: datetime, by: str = "System") -> None:
    """Take a key back: here at once, in other processes within 30 seconds. Raises NotFoundError."""
    store.revoke_key(key_id, now)
    note(store.of_key(key_id), "revoked", by, now)
    _keys.pop(key_id, None)


def key_changes(key_id: str, limit: int = 20) -> tuple[AccountChange, ...]:
    """What was done with a key and by whom, newest first."""
    return tuple(store.changes(store.of_key(key_id), limit))


def principal_of(headers: Mapping[str, str], query: Mapping[str, str], now: datetime) -> Principal:
    """Who sends this request: by ``Authorization: apikey KEY``, ``?apikey=KEY``, ``Authorization: Bearer TOKEN`` or the
    session cookie.

    Nobody known gives the anonymous principal, as does a session that has ended; a key or token that is not valid
    raises InvalidKeyError, InvalidTokenError rather than quietly showing less.
    """
    scheme, _, credentials = _header(headers, "authorization").partition(" ")
    if scheme.lower() == "bearer":
        return _bearer(credentials.strip(), now)
    secret = credentials.strip() if scheme.lower() == "apikey" else query.get("apikey")
    if secret is not None:
        return _valid_key(secret, now).principal
    session = session_of(headers, now)
    return session.principal if session else ANONYMOUS


def session_of(headers: Mapping[str, str], now: datetime) -> Session | None:
    """The session that the request's cookie names, if it is still good."""
    token = cookie(headers, session_cookie_name())
    if not token:
        return None
    session = store.session(fingerprint(token))
    if session is None or not session.is_valid(now) or not _counts(session.user_id, session.created_at):
        return None
    return session


def _counts(user_id: str, since: datetime) -> bool:
    """Whether a session or token of this age still counts: not when the person was changed or signed out since."""
    ended_at = store.sessions_ended_at(user_id)
    return ended_at is None or ended_at < since


def sign_in(
    username: str, password: str, now: datetime, replacing: Session | None = None
) -> tuple[Session, str] | NewPasswordNeeded:
    """Open a session for a person: the session and its cookie's token; or Cognito's wish for a new password.

    Raises SignInFailedError. A session that the browser had before is ended (no fixation).
    """
    outcome = store.authenticate(username, password)
    return (
        outcome if isinstance(outcome, NewPasswordNeeded) else _open_session(_user(outcome, username), now, replacing)
    )


def set_new_password(challenge: NewPasswordNeeded, new_password: str, now: datetime) -> tuple[Session, str]:
    """Give the new password that :func:`sign_in` asked for. Raises SignInFailedError, WeakPasswordError."""
    claims = store.answer_new_password(challenge, new_password)
    return _open_session(_user(claims, challenge.username), now, None)


def sign_in_federated(
    visit: federation.Visit, code: str, state: str, redirect_uri: str, now: datetime, replacing: Session | None = None
) -> tuple[Session, str]:
    """Open a session for somebody whom the identity provider knows, by the code that came back with them.

    Raises SignInFailedError where the code is none, or does not belong to this visit.
    """
    claims = federation.claims_of(visit, code, state, redirect_uri, now)
    return _open_session(_user(claims), now, replacing)


def sign_out(session: Session) -> None:
    """End a session, everywhere and at once."""
    store.delete_session(session.id)


def session_cookie_name() -> str:
    """The cookie's name; under TLS with the prefix that keeps other hosts of the domain off (RFC 6265bis §4.1.3)."""
    return "armarium_session" if settings().secure_cookies == "false" else "__Host-armarium_session"


def cookie(headers: Mapping[str, str], name: str) -> str | None:
    """One cookie of a request. (``http.cookies`` gives up at the first odd cookie that another program set.)"""
    pairs = (pair.strip().partition("=") for pair in _header(headers, "cookie").split(";"))
    return next((value for given, _, value in pairs if given == name), None)


def _open_session(user: User, now: datetime, replacing: Session | None) -> tuple[Session, str]:
    token = secrets.token_urlsafe(_SECRET_BYTES)
    session = Session(
        id=fingerprint(token),
        user_id=user.id,
        user_name=user.name,
        roles=user.roles,
        libraries=user.libraries,
        user_group=user.user_group,
        csrf_token=secrets.token_urlsafe(_SECRET_BYTES),
        created_at=now,
        expires_at=now + SESSION_LIFETIME,
    )
    store.put_session(session)
    if replacing:
        sign_out(replacing)
    return session, token


def _user(claims: Mapping[str, Any], name: str = "") -> User:
    known = settings()
    return user_of(claims, name, codes_of(known.federation_roles), codes_of(known.federation_user_groups))


def _bearer(token: str, now: datetime) -> Principal:
    """Who a token of the user pool speaks for. An access token names no libraries: Cognito is asked for these."""
    known = settings()
    clients = {known.user_pool_client_id, known.federation_client_id} - {""}
    claims = tokens.claims_of(token, now, clients, uses=("id", "access"))
    if not _counts(claims["sub"], datetime.fromtimestamp(claims["iat"], UTC)):
        raise InvalidTokenError
    if "client_id" in claims:  # an access token
        claims = {**claims, **_attributes(fingerprint(token), str(claims.get("username")), now)}
    return _user(claims).principal


def _attributes(token_id: str, username: str, now: datetime) -> Mapping[str, str]:
    """The attributes of a token's person in Cognito, at most half a minute old; a new token is never told old ones."""
    found, until = _people.get(token_id, ({}, now))
    if now < until:
        return found
    attributes = store.attributes(username)
    if attributes is None:
        raise InvalidTokenError
    if len(_people) >= _CACHE_SIZE:
        _people.clear()
    _people[token_id] = (attributes, now + _CACHE_TIME)
    return attributes


def _valid_key(secret: str, now: datetime) -> ApiKey:
    key_id = fingerprint(secret)
    key = _cached(key_id, now) or store.key(key_id)
    if key is None or not key.is_valid(now):
        raise InvalidKeyError
    if key.use_is_news(now):
        store.note_use(key_id, now)
        key = key.model_copy(update={"last_used_at": now})
    _remember(key, now)
    return key


def _cached(key_id: str, now: datetime) -> ApiKey | None:
    key, until = _keys.get(key_id, (None, now))
    return key if now < until else None


def _remember(key: ApiKey, now: datetime) -> None:
    if _cached(key.id, now):
        return
    if len(_keys) >= _CACHE_SIZE:
        _keys.clear()
    _keys[key.id] = (key, now + _CACHE_TIME)


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for given, value in headers.items() if given.lower() == name), "") or ""
