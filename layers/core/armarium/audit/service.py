"""Who changed what, when, from which value to which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from armarium.audit import store
from armarium.audit.errors import ChangeNotFoundError
from armarium.audit.model import Change, changes
from armarium.inventory.model import Page


def record(stream_records: Sequence[Mapping[str, Any]]) -> int:
    """Keep the changes that a batch of the inventory's stream tells of, each once. Answers how many."""
    return store.put(change for each in stream_records for change in changes(each))


def history(mms_id: str, limit: int = 50, token: str | None = None) -> Page[Change]:
    """A page of the changes of a title and all that hangs on it, newest first."""
    items, following = store.of_title(mms_id, limit, token)
    return Page[Change](items=tuple(items), next_token=following)


def get_change(mms_id: str, key: str) -> Change:
    """One change of a title, with the record before and after it. Raises :class:`ChangeNotFoundError`."""
    found = store.one(mms_id, key)
    if found is None:
        raise ChangeNotFoundError(f"There is no such change in the history of {mms_id}")
    return found
