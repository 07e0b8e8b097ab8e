"""What a library sets up. What nobody changed is as the model says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from armarium.configuration import store
from armarium.configuration.errors import (
    CodeTableNotFoundError,
    CodeTableRowsError,
    LetterNotFoundError,
    LibraryNotValidError,
    NotConfiguredError,
)
from armarium.configuration.model import (
    CODE_TABLES,
    DEPARTMENTS,
    LETTERS,
    LIBRARIES,
    CodeTable,
    Department,
    DepositProfile,
    Entry,
    Letter,
    Library,
    SearchField,
)
from armarium.platform import clock, tables
from armarium.platform.errors import InvalidInputError, PreconditionFailedError

E = TypeVar("E", bound=Entry)
_DEFAULTS: dict[type[Entry], tuple[Entry, ...]] = {
    Library: LIBRARIES,
    Department: DEPARTMENTS,
    Letter: LETTERS,
    CodeTable: CODE_TABLES,
    DepositProfile: (),
    SearchField: (),
}
_NOT_FOUND = {CodeTable: CodeTableNotFoundError, Letter: LetterNotFoundError}
_NOT_INVENTED = frozenset(_NOT_FOUND)


def listed(kind: type[E]) -> tuple[E, ...]:
    """Every library, department, letter or code table, by code."""
    found: dict[str, Entry] = {each.code: each for each in _DEFAULTS.get(kind, ())}
    found |= {each.code: each for each in store.entries(kind)}
    return tuple(each for _, each in sorted(found.items()) if isinstance(each, kind))


def get(kind: type[E], code: str) -> E:
    """One of a kind. Raises :class:`NotConfiguredError`, or the error of its kind."""
    found = store.entry(kind, code) or _default(kind, code)
    if not isinstance(found, kind):
        error = _NOT_FOUND.get(kind, NotConfiguredError)
        raise error(f"There is no {kind.noun} {code[:100]}")
    return found


def change(
    kind: type[E], code: str, fields: Mapping[str, Any], by: str, now: datetime, expected: int | None = None
) -> E:
    """Set up, or change, one of a kind; what is not given stays. Letters and code tables cannot be invented.

    Raises InvalidInputError, :class:`LibraryNotValidError`, :class:`CodeTableRowsError`; PreconditionFailedError where
    it is not in the version that the caller has seen.
    """
    before = get(kind, code) if kind in _NOT_INVENTED else store.entry(kind, code) or _default(kind, code)
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
    _require_libraries(after)
    if isinstance(after, CodeTable) and (faults := after.faults()):
        raise CodeTableRowsError(f"{code}: {'. '.join(faults)}.")
    try:
        store.put(after, version)
    except tables.ConditionFailedError as error:
        raise PreconditionFailedError(f"{code} was changed by somebody else at the same moment") from error
    return after


def require_library(code: str) -> None:
    """Raises :class:`LibraryNotValidError` for a code that no library has; naming none is allowed."""
    if code and store.entry(Library, code) is None and _default(Library, code) is None:
        known = ", ".join(each.code for each in listed(Library)[:20])
        raise LibraryNotValidError(
            f"There is no library {code[:100]}: name one of {known}, or set it up first (PUT /conf/libraries/CODE)"
        )


def _require_libraries(entry: Entry) -> None:
    for code in (getattr(entry, "library", ""), *getattr(entry, "serves", ())):
        require_library(code)


def remove(kind: type[E], code: str, expected: int | None = None) -> E:
    """Take back what people set up; what was there before anybody changed it is there again. Answers what went.

    Raises :class:`NotConfiguredError`; PreconditionFailedError where it is not in the version that the caller has seen.
    """
    before = store.entry(kind, code)
    if before is None:
        raise NotConfiguredError(f"There is no {kind.noun} {code[:100]}")
    if expected not in (None, before.version):
        raise PreconditionFailedError(f"Version {before.version} is stored, not {expected}: read it again")
    try:
        store.remove(before)
    except tables.ConditionFailedError as error:
        raise PreconditionFailedError(f"{code} was changed by somebody else at the same moment") from error
    return before


def _default(kind: type[E], code: str) -> E | None:
    return next((each for each in _DEFAULTS.get(kind, ()) if each.code == code and isinstance(each, kind)), None)
