"""Ids that two records of one file claim."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from armarium.ingest.model import Finding, Where
from armarium.ingest.reading.entry import error


class Duplicates:
    """The ids met so far: eight bytes of a digest and a number each, so that a million records fit."""

    def __init__(self, schemes: Iterable[str]) -> None:
        self._schemes = {"mms_id", "system", *schemes}
        self._first: dict[int, int] = {}

    def among(self, ids: Iterable[tuple[str, str]], where: Where) -> Iterator[Finding]:
        """What of a record's ids, as (scheme, value), an earlier record has; the others are remembered."""
        here = where.record if where.row is None or where.byte is not None else where.row
        for scheme, value in ids:
            if scheme not in self._schemes:
                continue
            key = int.from_bytes(hashlib.blake2b(f"{scheme}\x00{value}".encode(), digest_size=8).digest(), "big")
            first = self._first.setdefault(key, here or 0)
            if first != here:
                yield _duplicate(scheme, value, first, where)


def _duplicate(scheme: str, value: str, first: int, where: Where) -> Finding:
    place = "record" if where.row is None or where.byte is not None else "row"
    return error(
        "duplicate_id",
        where,
        f"The {scheme} id is also that of {place} {first}.",
        "Keep one of the two, correct the id, or put rows that belong together under one `group_id`.",
        column=scheme,
        value=value,
    )
