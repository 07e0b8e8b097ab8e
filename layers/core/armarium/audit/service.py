"""Who changed what, when, from which value to which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from armarium.audit import store
from armarium.audit.errors import ChangeNotFoundError
from armarium.audit.model import Change, changes
from armarium.inventory.model import Page

_LOOKS = 5


def record(stream_records: Sequence[Mapping[str, Any]]) -> int:
    """Keep the changes that a batch of the inventory's stream tells of, each once. Answers how many."""
    return store.put(change for each in stream_records for change in changes(each))


def history(mms_id: str, limit: int = 50, token: str | None = None) -> Page[Change]:
    """A page of the changes of a title and all that hangs on it, newest first."""
    items, following = store.of_title(mms_id, limit, token)
    return Page[Change](items=tuple(items), next_token=following)


def history_of_part(
    mms_id: str, representation_id: str, pid: str | None = None, limit: int = 50, token: str | None = None
) -> tuple[tuple[Change, ...], str | None]:
    """Changes of a representation and its files, or of one file of it, newest first, and where to go on.

    Those of all files stand in the title's history among others: five requests look for them, so that a page may have
    fewer than ``limit``, and even none, and yet go on.
    """
    if pid:
        items, following = store.of_thing(pid, limit, token)
        return tuple(each for each in items if each.part_of == representation_id), following
    found: list[Change] = []
    for _ in range(_LOOKS):
        items, token = store.of_title(mms_id, limit - len(found), token)
        found += [each for each in items if each.part_of == representation_id]
        if token is None or len(found) >= limit:
            break
    return tuple(found), token


def get_change(mms_id: str, change_id: str) -> Change:
    """One change of a title, with the record before and after it. Raises :class:`ChangeNotFoundError`."""
    found = store.one(mms_id, change_id)
    if found is None:
        raise ChangeNotFoundError(f"There is no change {change_id[:100]} in the history of title {mms_id}")
    return found
