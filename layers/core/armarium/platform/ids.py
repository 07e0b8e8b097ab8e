"""Identifiers in the shape libraries know from Alma: type prefix, unique part, institution suffix."""

from __future__ import annotations

import hashlib
import secrets
from enum import StrEnum

_DIGITS = 16


class IdType(StrEnum):
    """The two digits that an identifier begins with."""

    JOB = "11"
    BIB = "99"
    REPRESENTATION = "12"
    FILE = "13"
    HOLDING = "22"
    ITEM = "23"
    COLLECTION = "81"
    SET = "64"


def derived(kind: IdType, suffix: str, *parts: str) -> str:
    """The id of what was made from ``parts``: the same parts always give the same id, so a step may run twice."""
    digest = hashlib.sha256("\x1f".join((kind, *parts)).encode()).digest()
    return _compose(kind, int.from_bytes(digest[:16], "big"), suffix)


def fresh(kind: IdType, suffix: str) -> str:
    """A new random id, for what a person makes."""
    return _compose(kind, secrets.randbits(128), suffix)


def is_id(kind: IdType, value: str) -> bool:
    """Whether ``value`` is shaped like an id of this type."""
    return len(value) == len(kind) + _DIGITS + 4 and value.isascii() and value.isdigit() and value.startswith(kind)


def _compose(kind: IdType, number: int, suffix: str) -> str:
    return f"{kind.value}{number % 10**_DIGITS:0{_DIGITS}d}{suffix}"
