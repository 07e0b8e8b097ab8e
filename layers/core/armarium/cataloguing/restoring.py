"""Back to how something was before a change: old values, deleted files, former masters, memberships of collections.

Putting back is itself a change, kept in the history, made at the version that was seen. A representation that was
deleted is not brought back here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from armarium.audit import service as audit
from armarium.audit.model import CONTENT, Change
from armarium.cataloguing import collections, service
from armarium.cataloguing.errors import MasterGoneError, NotRestorableError
from armarium.derivatives import service as derivatives
from armarium.inventory import service as inventory
from armarium.inventory.errors import VersionConflictError
from armarium.inventory.model import File, UsageType
from armarium.inventory.order import Order, of_key
from armarium.platform.errors import NotFoundError, PreconditionFailedError

_NOTHING = "This line of the history has no former value that could be put back"
_OF_BIB = frozenset({"suppressed"})  # and the record, where it was kept
_OF_FILE = frozenset({"label", "order", "key"})
_OF_REPRESENTATION = frozenset(
    {
        "label",
        "public_note",
        "note",
        "usage_type",
        "library",
        "active",
        "access_rights",
        "thumbnail",
        "descriptive",
    }
)

Restorer = Callable[[Change, str, datetime, int | None], None]


def is_restorable(change: Change) -> bool:
    """Whether there is something to put back, of a change that was read whole (audit.service.get_change)."""
    if (change.thing, change.action) not in _RESTORERS:
        return False
    wanted = _VALUES.get((change.thing, change.action))
    told = {name for name, value in change.before.items() if value is not None}
    return wanted is None or not wanted.isdisjoint(told) or change.record_before is not None


def version_of(change: Change) -> int | None:
    """The version of the changed thing now; None where it has none, or is gone."""
    try:
        return _VERSIONS[change.thing](change)
    except (KeyError, NotFoundError):
        return None


def restore(change: Change, by: str, now: datetime, expected: int | None = None) -> None:
    """Put the thing back to how it was before the change; later changes of other things stay.

    ``expected`` is the version of the thing that the caller has seen; what was deleted has none.
    Raises NotRestorableError, MasterGoneError, PreconditionFailedError.
    """
    if not is_restorable(change):
        raise NotRestorableError(_NOTHING)
    _RESTORERS[change.thing, change.action](change, by, now, expected)


def restore_part(
    mms_id: str, representation_id: str, change_id: str, by: str, now: datetime, expected: int | None = None
) -> None:
    """Put back what was there before a change of a representation or of one of its files.

    Raises what :func:`restore` raises, and ChangeNotFoundError.
    """
    change = audit.get_change(mms_id, change_id)
    if change.part_of != representation_id:
        raise NotRestorableError(_NOTHING)
    restore(change, by, now, expected)


def _restore_bib(change: Change, by: str, now: datetime, expected: int | None) -> None:
    record = inventory.read_kept(change.record_before) if change.record_before else None
    service.change_bib(change.mms_id, by, now, expected, record, change.before.get("suppressed"))


def _join_again(change: Change, by: str, now: datetime, expected: int | None) -> None:
    collections.add_to_collection(change.mms_id, change.thing_id, by, now)


def _leave_again(change: Change, by: str, now: datetime, expected: int | None) -> None:
    collections.remove_from_collection(change.mms_id, change.thing_id, by, now)


def _restore_representation(change: Change, by: str, now: datetime, expected: int | None) -> None:
    fields = {name: value for name, value in change.before.items() if name in _OF_REPRESENTATION}
    if "usage_type" in fields:
        fields["usage_type"] = UsageType(fields["usage_type"])
    service.change_representation(change.mms_id, change.thing_id, fields, by, now, expected)


def _restore_file(change: Change, by: str, now: datetime, expected: int | None) -> None:
    restorers = {"key": _restore_content, "order": _restore_place, "label": _restore_label}
    what = next(name for name in restorers if name in change.before)
    restorers[what](change, _representation_of(change), by, now, expected)


def _restore_content(change: Change, representation_id: str, by: str, now: datetime, expected: int | None) -> None:
    pid = change.thing_id
    service.require(inventory.get_file(change.mms_id, representation_id, pid), expected)
    _bring_back_master(change.before)
    content = {name: change.before.get(name) for name in CONTENT}
    service.replace_content(change.mms_id, representation_id, pid, content, by, now, expected)


def _restore_place(change: Change, representation_id: str, by: str, now: datetime, expected: int | None) -> None:
    file = inventory.get_file(change.mms_id, representation_id, change.thing_id)
    service.require(file, expected)
    try:
        inventory.move_file_back(file, _order(change.before), by, now)
    except VersionConflictError as error:
        raise PreconditionFailedError(error.message) from error


def _restore_label(change: Change, representation_id: str, by: str, now: datetime, expected: int | None) -> None:
    label = change.before["label"]
    service.change_file(change.mms_id, representation_id, change.thing_id, by, now, expected, label=label)


def _bring_back_file(change: Change, by: str, now: datetime, expected: int | None) -> None:
    """A deleted file: its record from the tombstone, its bytes from storage, its derivatives made anew."""
    mms_id, representation_id = change.mms_id, _representation_of(change)
    if inventory.file_or_none(mms_id, representation_id, change.thing_id) is not None:
        raise NotRestorableError(f"File {change.thing_id} is there: nothing is to be brought back")
    _bring_back_master(change.before)

    def attempt() -> File:
        before = inventory.get_representation(mms_id, representation_id)
        restored = inventory.restore_file(before, _order(change.before), change.thing_id, by, now)
        if restored is None:
            raise NotRestorableError(f"Nothing is kept of file {change.thing_id} any more")
        return restored

    derivatives.request(service.decided(None, attempt))


def _bring_back_master(before: Mapping[str, Any]) -> None:
    if inventory.bring_back_master(before["key"]) is None:
        raise MasterGoneError(f"The bytes of {before.get('name') or before['key']} are no longer in storage")


def _representation_of(change: Change) -> str:
    """Of a change of a file: its representation. Changes from before that was noted name none."""
    if not change.part_of:
        raise NotRestorableError(_NOTHING)
    return change.part_of


def _order(before: Mapping[str, Any]) -> Order:
    return of_key(str(before["order"]))


_VALUES = {
    ("bib", "changed"): _OF_BIB,
    ("representation", "changed"): _OF_REPRESENTATION,
    ("file", "changed"): _OF_FILE,
}
"""The values of which at least one must be told, that there is something to put back."""

_RESTORERS: dict[tuple[str, str], Restorer] = {
    ("bib", "changed"): _restore_bib,
    ("representation", "changed"): _restore_representation,
    ("file", "changed"): _restore_file,
    ("file", "deleted"): _bring_back_file,
    ("membership", "deleted"): _join_again,
    ("membership", "created"): _leave_again,
}
_VERSIONS: dict[str, Callable[[Change], int]] = {
    "bib": lambda change: inventory.get_bib(change.mms_id).version,
    "representation": lambda change: inventory.get_representation(change.mms_id, change.thing_id).version,
    "file": lambda change: inventory.get_file(change.mms_id, _representation_of(change), change.thing_id).version,
}
