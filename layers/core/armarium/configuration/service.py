"""What a library sets up. What nobody changed is as the model says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from armarium.configuration import store
from armarium.configuration.errors import CodeTableNotFoundError, NotConfiguredError
from armarium.configuration.model import (
    CODE_TABLES,
    DEPARTMENTS,
    LETTERS,
    LIBRARIES,
    CodeTable,
    Department,
    Entry,
    Letter,
    Library,
)
from armarium.platform import clock, tables
from armarium.platform.errors import InvalidInputError, PreconditionFailedError

E = TypeVar("E", bound=Entry)
_DEFAULTS: dict[type[Entry], tuple[Entry, ...]] = {
    Library: LIBRARIES,
    Department: DEPARTMENTS,
    Letter: LETTERS,
    CodeTable: CODE_TABLES,
}


def listed(kind: type[E]) -> tuple[E, ...]:
    """Every library, department, letter or code table, by code."""
    found: dict[str, Entry] = {each.code: each for each in _DEFAULTS.get(kind, ())}
    found |= {each.code: each for each in store.entries(kind)}
    return tuple(each for _, each in sorted(found.items()) if isinstance(each, kind))


def get(kind: type[E], code: str) -> E:
    """One of a kind. Raises :class:`NotConfiguredError`, :class:`CodeTableNotFoundError`."""
    found = store.entry(kind, code) or _default(kind, code)
    if not isinstance(found, kind):
        error = CodeTableNotFoundError if kind is CodeTable else NotConfiguredError
        raise error(f"There is no {kind.__name__.lower()} {code[:100]}")
    return found


def change(
    kind: type[E], code: str, fields: Mapping[str, Any], by: str, now: datetime, expected: int | None = None
) -> E:
    """Set up, or change, one of a kind; what is not given stays. Code tables cannot be invented.

    Raises InvalidInputError; PreconditionFailedError where it is not in the version that the caller has seen.
    """
    before = get(kind, code) if kind is CodeTable else store.entry(kind, code) or _default(kind, code)
    version = before.version if before else 0
    if expected is not None and version != expected:
        raise PreconditionFailedError(f"Version {version} is stored, not {expected}: read it again")
    at = clock.stamp(now)
    stamp = {"version": version + 1, "modified_by": by, "modified_at": at, "code": code}
    had = before.model_dump() if before else {"created_by": by, "created_at": at}
    try:
        after = kind.model_validate(had | dict(fields) | stamp)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInputError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    try:
        store.put(after, version)
    except tables.ConditionFailedError as error:
        raise PreconditionFailedError(f"{code} was changed by somebody else at the same moment") from error
    return after


def delete(kind: type[E], code: str) -> None:
    """Forget what was set up under a code; what it is where nobody changed it stays. Raises NotConfiguredError."""
    if store.entry(kind, code) is None:
        raise NotConfiguredError(f"There is no {kind.__name__.lower()} {code[:100]}")
    store.delete(kind, code)


def _default(kind: type[E], code: str) -> E | None:
    return next((each for each in _DEFAULTS.get(kind, ()) if each.code == code and isinstance(each, kind)), None)
