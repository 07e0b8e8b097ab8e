"""The fields that a library configures for its search: what they are, and what may not be one."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from armarium.configuration import service as configuration
from armarium.configuration.model import SearchField
from armarium.platform.errors import InvalidInputError
from armarium.search.model import FACETS, FIELD_NAMES, FIELDS, OWN

MOST = 50
_PARAMETERS = ("q", "sort", "limit", "offset", "token", "facets", "lang", "page", "apikey", "new", "from", "to")
_RESERVED = frozenset({*FIELDS, *FIELD_NAMES, *FACETS, *_PARAMETERS, OWN})
_KEPT = 5.0  # seconds that a process searches with the fields it knows


def listed() -> tuple[SearchField, ...]:
    """Every configured field, by code."""
    return configuration.listed(SearchField)


def get(code: str) -> SearchField:
    """One configured field. Raises NotConfiguredError."""
    return configuration.get(SearchField, code)


def change(code: str, fields: Mapping[str, Any], by: str, now: datetime, expected: int | None = None) -> SearchField:
    """Set up, or change, a field; titles are indexed with it from now on, all others by a rebuild.

    Raises InvalidInputError; PreconditionFailedError where it is not in the version that the caller has seen.
    """
    if code in _RESERVED:
        raise InvalidInputError(f"{code} is a field or facet that every search has: choose another code")
    there = {each.code for each in listed()}
    if code not in there and len(there) >= MOST:
        raise InvalidInputError(f"There are {MOST} fields already, and no more are indexed: delete one first")
    return configuration.change(SearchField, code, fields, by, now, expected)


def remove(code: str, expected: int | None = None) -> SearchField:
    """Take a field out of the search. Raises NotConfiguredError, PreconditionFailedError."""
    return configuration.remove(SearchField, code, expected)


def digest(fields: Iterable[SearchField]) -> str:
    """What these fields make of the index: the same where only their names differ; empty where there are none."""
    meaning = [(each.code, *sorted(each.sources), each.facet, each.everywhere) for each in fields]
    return hashlib.sha256(repr(sorted(meaning)).encode()).hexdigest()[:16] if meaning else ""


def known() -> tuple[SearchField, ...]:
    """Every configured field, as it was some seconds ago at most."""
    return _known().fields()


def forget() -> None:
    """Forget what this process knows of the fields (after a change, and between tests)."""
    _known.cache_clear()


@lru_cache(maxsize=1)
def _known() -> _Known:
    return _Known()


class _Known:
    def __init__(self) -> None:
        self._fields: tuple[SearchField, ...] = ()
        self._looked = float("-inf")

    def fields(self) -> tuple[SearchField, ...]:
        if time.monotonic() - self._looked >= _KEPT:
            self._fields, self._looked = listed(), time.monotonic()
        return self._fields
