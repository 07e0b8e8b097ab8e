"""Principals, roles, keys and sessions. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import unquote_plus

from pydantic import BaseModel, ConfigDict

KEY_LIFETIME = timedelta(days=365)
SESSION_LIFETIME = timedelta(hours=8)
LONGEST_KEY_LIFETIME = timedelta(days=5 * 365)
LONGEST_OVERLAP = timedelta(days=7)  # of an old key and the one that takes its place
SCOPES = frozenset(f"{area}:{what}" for area in ("bibs", "conf", "items") for what in ("read", "write"))
LAST_USED_PRECISION = timedelta(hours=1)


class Role(StrEnum):
    """What somebody may do here; the names are also those of the Cognito groups."""

    PATRON = "patron"
    DIGITIZATION_OPERATOR = "digitization_operator"
    CATALOGUER = "cataloguer"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"
    READER = "reader"  # machines that only read


STAFF_ROLES = frozenset({Role.DIGITIZATION_OPERATOR, Role.CATALOGUER, Role.APPROVER, Role.ADMINISTRATOR})


def roles_of(names: Iterable[str]) -> frozenset[Role]:
    """The roles among ``names`` (Cognito groups, stored lists); a name that is no role gives none."""
    known = {role.value: role for role in Role}
    return frozenset(known[name.lower()] for name in names if name.lower() in known)


class PrincipalKind(StrEnum):
    """How somebody made themselves known."""

    ANONYMOUS = "anonymous"
    KEY = "key"
    USER = "user"


class Principal(BaseModel):
    """Who is asking, and in which roles."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    roles: frozenset[Role] = frozenset()
    kind: PrincipalKind
    scopes: frozenset[str] = frozenset()  # of a key: bibs:read, conf:write …; none at all is every area
    requests_per_second: int = 0  # of a key; 0 is as many as they like
    libraries: frozenset[str] = frozenset()  # codes of those they work for; none at all is all of them
    user_group: str = ""  # of a person: code of UserGroups

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody signed in."""
        return self.kind is PrincipalKind.ANONYMOUS

    @property
    def is_staff(self) -> bool:
        """Whether one of the roles is a role of the library's staff."""
        return not self.roles.isdisjoint(STAFF_ROLES)

    def may_enter(self, area: str, writes: bool) -> bool:
        """Whether the scopes let somebody into an area of the API; leave to write is leave to read."""
        wanted = {f"{area}:write"} | (set() if writes else {f"{area}:read"})
        return not self.scopes or not self.scopes.isdisjoint(wanted)

    def has_any(self, roles: Iterable[Role]) -> bool:
        """Whether at least one of ``roles`` is held."""
        return not self.roles.isdisjoint(roles)


ANONYMOUS = Principal(id="anonymous", name="", kind=PrincipalKind.ANONYMOUS)


def fingerprint(secret: str) -> str:
    """SHA-256 of a key or session token in hexadecimal: all that is stored of it.

    The secrets are 256 random bits, so a plain hash cannot be searched.
    """
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


class ApiKey(BaseModel):
    """A machine's key, without the key itself. ``id`` is the key's fingerprint."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    roles: frozenset[Role]
    created_at: datetime
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None = None  # to the hour
    revoked_at: datetime | None = None
    scopes: frozenset[str] = frozenset()
    requests_per_second: int = 0
    libraries: frozenset[str] = frozenset()

    def is_valid(self, now: datetime) -> bool:
        """Whether the key opens anything at this moment."""
        return self.revoked_at is None and now < self.expires_at

    def use_is_news(self, now: datetime) -> bool:
        """Whether the stored time of last use is more than an hour old."""
        return self.last_used_at is None or now - self.last_used_at >= LAST_USED_PRECISION

    @property
    def principal(self) -> Principal:
        """Who the key speaks for."""
        return Principal(
            id=f"key:{self.id[:16]}",
            name=self.name,
            roles=self.roles,
            kind=PrincipalKind.KEY,
            scopes=self.scopes,
            requests_per_second=self.requests_per_second,
            libraries=self.libraries,
        )


class Session(BaseModel):
    """A signed-in browser. ``id`` is the fingerprint of the cookie's token."""

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    user_name: str
    roles: frozenset[Role]
    csrf_token: str
    created_at: datetime
    expires_at: datetime
    libraries: frozenset[str] = frozenset()
    user_group: str = ""

    def is_valid(self, now: datetime) -> bool:
        """Whether the session has not run out (DynamoDB's TTL deletes late)."""
        return now < self.expires_at

    def accepts(self, csrf_token: str) -> bool:
        """Whether a form carries this session's token."""
        return same_secret(self.csrf_token, csrf_token)

    @property
    def principal(self) -> Principal:
        """Who signed in."""
        return Principal(
            id=self.user_id,
            name=self.user_name,
            roles=self.roles,
            kind=PrincipalKind.USER,
            libraries=self.libraries,
            user_group=self.user_group,
        )


class User(BaseModel):
    """A person as Cognito knows them."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    roles: frozenset[Role]
    libraries: frozenset[str] = frozenset()
    user_group: str = ""

    @property
    def principal(self) -> Principal:
        """Who they are to the rest of the domain."""
        return Principal(
            id=self.id,
            name=self.name,
            roles=self.roles,
            kind=PrincipalKind.USER,
            libraries=self.libraries,
            user_group=self.user_group,
        )


class Standing(StrEnum):
    """Whether somebody may sign in."""

    ACTIVE = "active"
    INVITED = "invited"  # has a password for one sign-in: an invitation's, or one that was reset
    RESET = "reset"  # Cognito sent a code for a new one
    DISABLED = "disabled"
    FEDERATED = "federated"  # signs in with another institution


_STANDINGS = {
    "FORCE_CHANGE_PASSWORD": Standing.INVITED,
    "RESET_REQUIRED": Standing.RESET,
    "EXTERNAL_PROVIDER": Standing.FEDERATED,
}


def standing_of(status: str, enabled: bool) -> Standing:
    """What Cognito's status of a user comes to."""
    return _STANDINGS.get(status, Standing.ACTIVE) if enabled else Standing.DISABLED


class Person(User):
    """Somebody as administrators see them. The roles are those of Cognito's groups, without what affiliations give."""

    username: str
    email: str = ""
    standing: Standing
    affiliations: frozenset[str] = frozenset()
    created_at: datetime | None = None

    @property
    def state(self) -> str:
        """A mark of what administrators may change: the same mark, the same roles, libraries and user group."""
        told = "|".join((*sorted(self.roles), "", *sorted(self.libraries), "", self.user_group))
        return fingerprint(told)[:16]


class AccountChange(BaseModel):
    """Something that was done with a key or a person's account."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    by: str
    what: str  # made, rotated, replaced, revoked; invited, changed, disabled, enabled, password_reset, signed_out
    details: Mapping[str, Any] = {}


def libraries_of(text: str) -> frozenset[str]:
    """The codes in an attribute: divided by spaces, commas or semicolons."""
    return frozenset(re.split(r"[\s,;]+", text.strip())) - {""}


def codes_of(rules: str) -> dict[str, str]:
    """The rules of a setting, ``library-staff=cataloguer, faculty@abc.example=FACULTY``: value → code."""
    pairs = (rule.partition("=") for rule in rules.split(","))
    return {value.strip().casefold(): code.strip() for value, mark, code in pairs if mark and value.strip()}


def affiliations_of(claim: object) -> frozenset[str]:
    """The values that an identity provider sent: Cognito writes several as ``[a, b%40c]``."""
    values = str(claim or "").strip().removeprefix("[").removesuffix("]").split(",")
    return frozenset(unquote_plus(value.strip().strip('"')).casefold() for value in values) - {""}


def user_of(
    claims: Mapping[str, Any],
    name: str = "",
    roles: Mapping[str, str] | None = None,
    groups: Mapping[str, str] | None = None,
) -> User:
    """The person that Cognito's claims describe.

    ``roles``, ``groups``: what each affiliation gives besides the roles of Cognito's groups and the person's own user
    group. ``name``: for somebody without one.
    """
    affiliations = affiliations_of(claims.get("custom:affiliation"))
    given = [code for value, code in (roles or {}).items() if value in affiliations]
    group = next((code for value, code in (groups or {}).items() if value in affiliations), "")
    return User(
        id=claims["sub"],
        name=claims.get("name") or claims.get("cognito:username") or claims.get("username") or name,
        roles=roles_of([*claims.get("cognito:groups", ()), *given]),
        libraries=libraries_of(str(claims.get("custom:libraries") or "")),
        user_group=str(claims.get("custom:user_group") or "") or group,
    )


class NewPasswordNeeded(BaseModel):
    """Cognito wants a new password before it lets somebody in; ``challenge`` is its token, good for some minutes."""

    model_config = ConfigDict(frozen=True)

    username: str
    challenge: str


def same_secret(expected: str, given: str) -> bool:
    """Equality in constant time; an empty secret equals nothing."""
    return bool(expected) and hmac.compare_digest(expected.encode(), given.encode(errors="replace"))
