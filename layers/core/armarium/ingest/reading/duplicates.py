"""Ids that two records of one file claim.

Two records with the same strongest id are the same title twice: the later one stays out. Two that share a weaker id
(an 035, where each has a 001 of its own) are two titles of one source, which is worth a warning and no more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from armarium.ingest.model import Finding, Where
from armarium.ingest.reading.entry import error, warning

_ROWS = 1 << 32
_OWN = ("mms_id", "system")  # never shared, whatever is matched by


class Duplicates:
    """The ids met so far: a number for eight bytes of a digest and one for the place, so that a million records fit."""

    def __init__(self, schemes: Iterable[str], columns: Mapping[str, str] | None = None) -> None:
        self._columns = columns or {}
        self._schemes = tuple(dict.fromkeys(("mms_id", *schemes, "system")))  # the strongest first
        self._first: dict[int, int] = {}

    def among(self, ids: Iterable[tuple[str, str]], ordinal: int, where: Where) -> Iterator[Finding]:
        """What of a record's ids, as (scheme, value), an earlier record has; the others are remembered."""
        here = ordinal * _ROWS + (where.row or 0)
        matching = [(scheme, value) for scheme, value in ids if scheme in self._schemes]
        strongest = min((self._schemes.index(scheme) for scheme, _ in matching), default=0)
        for scheme, value in matching:
            first = self._first.setdefault(_digest(scheme, value), here)
            if first == here:
                continue
            finding = _duplicate if scheme in (*_OWN, self._schemes[strongest]) else _shared
            yield finding(self._columns.get(scheme, scheme), value, _place(*divmod(first, _ROWS)), where)


def _digest(scheme: str, value: str) -> int:
    text = f"{scheme}\x00{value}".encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


def _place(ordinal: int, row: int) -> str:
    return f"record {ordinal} (row {row})" if row else f"record {ordinal}"


def _shared(scheme: str, value: str, place: str, where: Where) -> Finding:
    return warning(
        "shared_id",
        where,
        f"The {scheme} id is also that of {place}, which has another id of its own: both are titles by themselves.",
        "If they are one title, keep one of the two records.",
        column=scheme,
        value=value,
    )


def _duplicate(scheme: str, value: str, place: str, where: Where) -> Finding:
    return error(
        "duplicate_id",
        where,
        f"The {scheme} id is also that of {place}.",
        "Keep one of the two, correct the id, or put rows that belong together under one `group_id`.",
        column=scheme,
        value=value,
    )
