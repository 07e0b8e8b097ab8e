"""Who is asking: keys and sessions are made, recognized and taken back here."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from armarium.accounts import store
from armarium.accounts.errors import InvalidKeyError, OutOfScopeError, TooManyRequestsError
from armarium.accounts.model import (
    ANONYMOUS,
    KEY_LIFETIME,
    LONGEST_KEY_LIFETIME,
    LONGEST_OVERLAP,
    SCOPES,
    SESSION_LIFETIME,
    ApiKey,
    NewPasswordNeeded,
    Principal,
    Role,
    Session,
    User,
    fingerprint,
)
from armarium.platform.errors import InvalidInputError, MandatoryFieldError, NotFoundError
from armarium.platform.settings import settings

_SECRET_BYTES = 32
_CACHE_TIME = timedelta(seconds=30)
_CACHE_SIZE = 256
_keys: dict[str, tuple[ApiKey, datetime]] = {}


def create_key(
    name: str,
    roles: frozenset[Role],
    now: datetime,
    by: str = "System",
    lifetime: timedelta = KEY_LIFETIME,
    scopes: frozenset[str] = frozenset(),
    requests_per_second: int = 0,
    libraries: frozenset[str] = frozenset(),
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
    made = create_key(old.name, old.roles, now, by, lifetime, old.scopes, old.requests_per_second, old.libraries)
    store.end_key(key_id, min(old.expires_at, now + overlap))
    _keys.pop(key_id, None)
    return made


def admit(principal: Principal, area: str, writes: bool, now: datetime) -> None:
    """Raises OutOfScopeError, TooManyRequestsError where a key may not come in, here or now."""
    if not principal.may_enter(area, writes):
        raise OutOfScopeError(f"The key of {principal.name} is not for {'writing' if writes else 'reading'} {area}")
    limit = principal.requests_per_second
    if limit and store.count_request(principal.id, int(now.timestamp())) > limit:
        raise TooManyRequestsError(limit)


def revoke_key(key_id: str, now: datetime) -> None:
    """Take a key back: here at once, in other processes within 30 seconds. Raises NotFoundError."""
    store.revoke_key(key_id, now)
    _keys.pop(key_id, None)


def principal_of(headers: Mapping[str, str], query: Mapping[str, str], now: datetime) -> Principal:
    """Who sends this request: by ``Authorization: apikey KEY``, ``?apikey=KEY`` or the session cookie.

    Nobody known gives the anonymous principal, as does a session that has ended; a key that is not valid raises
    InvalidKeyError rather than quietly showing less.
    """
    secret = _given_key(headers, query)
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
    return session if session and session.is_valid(now) else None


def sign_in(
    username: str, password: str, now: datetime, replacing: Session | None = None
) -> tuple[Session, str] | NewPasswordNeeded:
    """Open a session for a person: the session and its cookie's token; or Cognito's wish for a new password.

    Raises SignInFailedError. A session that the browser had before is ended (no fixation).
    """
    outcome = store.authenticate(username, password)
    return outcome if isinstance(outcome, NewPasswordNeeded) else _open_session(outcome, now, replacing)


def set_new_password(challenge: NewPasswordNeeded, new_password: str, now: datetime) -> tuple[Session, str]:
    """Give the new password that :func:`sign_in` asked for. Raises SignInFailedError, WeakPasswordError."""
    return _open_session(store.answer_new_password(challenge, new_password), now, None)


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


def _given_key(headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
    scheme, _, secret = _header(headers, "authorization").partition(" ")
    if scheme.lower() == "apikey":
        return secret.strip()
    return query.get("apikey")


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
