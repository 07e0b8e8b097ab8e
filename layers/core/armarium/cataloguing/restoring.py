"""Back to how something was before a change: itself a change, kept in the history, made at the version that was seen.

What was deleted with its files is not brought back here: their bytes are in the bucket's versions, for an operator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from armarium.audit.model import Change
from armarium.cataloguing import service
from armarium.inventory import service as inventory
from armarium.inventory.model import UsageType
from armarium.platform.errors import ConflictError, NotFoundError

_REPRESENTATION = (
    *("label", "public_note", "note", "usage_type", "library", "active", "access_rights", "descriptive"),
)  # what people edit


class NotRestorableError(ConflictError):
    """The change is not one that can be taken back here."""


def is_restorable(change: Change) -> bool:
    """Whether the thing can be put back to how it was before the change. A file has to be looked for, and is not."""
    return (change.thing, change.action) in _RESTORERS and bool(_values(change))


def version_of(change: Change) -> int | None:
    """The version of the changed thing now; None where it has none, or is gone."""
    try:
        return _VERSIONS[change.thing](change)
    except (KeyError, NotFoundError):
        return None


def restore(change: Change, by: str, now: datetime, expected: int | None = None) -> None:
    """Put the thing back to how it was before the change.

    Raises NotRestorableError; PreconditionFailedError where it is not in the version that was seen.
    """
    if not is_restorable(change):
        raise NotRestorableError("This change cannot be taken back here.")
    _RESTORERS[change.thing, change.action](change, by, now, expected)


def _values(change: Change) -> Mapping[str, Any]:
    """What was otherwise before, of what can be put back."""
    if change.thing == "membership":
        return {"collection": change.thing_id}
    if change.thing == "representation":
        return {name: value for name, value in change.before.items() if name in _REPRESENTATION}
    return {
        name: value
        for name, value in (
            ("record", change.before.get("fingerprint")),
            ("suppressed", change.before.get("suppressed")),
        )
        if value is not None
    }


def _restore_bib(change: Change, by: str, now: datetime, expected: int | None) -> None:
    record = inventory.read_kept(change.record_before) if change.record_before else None
    suppressed = change.before.get("suppressed")
    service.change_bib(change.mms_id, by, now, expected, record, suppressed)


def _restore_representation(change: Change, by: str, now: datetime, expected: int | None) -> None:
    fields = dict(_values(change))
    if "usage_type" in fields:
        fields["usage_type"] = UsageType(fields["usage_type"])
    service.change_representation(change.mms_id, change.thing_id, fields, by, now, expected)


def _join_again(change: Change, by: str, now: datetime, expected: int | None) -> None:
    service.add_to_collection(change.mms_id, change.thing_id, by, now)


def _leave_again(change: Change, by: str, now: datetime, expected: int | None) -> None:
    service.remove_from_collection(change.mms_id, change.thing_id, by, now)


_RESTORERS: dict[tuple[str, str], Callable[[Change, str, datetime, int | None], None]] = {
    ("bib", "changed"): _restore_bib,
    ("representation", "changed"): _restore_representation,
    ("membership", "deleted"): _join_again,
    ("membership", "created"): _leave_again,
}
_VERSIONS: dict[str, Callable[[Change], int]] = {
    "bib": lambda change: inventory.get_bib(change.mms_id).version,
    "representation": lambda change: inventory.get_representation(change.mms_id, change.thing_id).version,
}
