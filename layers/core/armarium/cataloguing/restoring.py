"""What the history keeps, put back: old values, deleted files, former masters. It is a change like another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from armarium.audit import service as audit
from armarium.audit.model import CONTENT, Change
from armarium.cataloguing import service
from armarium.cataloguing.errors import MasterGoneError, NotRestorableError
from armarium.derivatives import service as derivatives
from armarium.inventory import service as inventory
from armarium.inventory.errors import VersionConflictError
from armarium.inventory.model import File
from armarium.inventory.order import Order, of_key
from armarium.platform.errors import PreconditionFailedError

PROPERTIES = frozenset(
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


def is_restorable(change: Change) -> bool:
    """Whether there is something to put back: what was there before, of a representation or a file."""
    if change.thing == "representation":
        return change.action == "changed" and bool(PROPERTIES & change.before.keys())
    return change.thing == "file" and (
        change.action == "deleted"
        or (change.action == "changed" and bool({"label", "order", "key"} & change.before.keys()))
    )


def restore(
    mms_id: str, representation_id: str, change_id: str, by: str, now: datetime, expected: int | None = None
) -> None:
    """Put back what was there before a change of a representation or of one of its files; later changes of others stay.

    ``expected`` is the version of the thing that the caller has seen; a deleted file has none.
    Raises ChangeNotFoundError, NotRestorableError, MasterGoneError, PreconditionFailedError.
    """
    change = audit.get_change(mms_id, change_id)
    if change.part_of != representation_id or not is_restorable(change):
        raise NotRestorableError("This line of the history has no former value that could be put back")
    if change.thing == "representation":
        fields = {name: value for name, value in change.before.items() if name in PROPERTIES}
        service.change_representation(mms_id, representation_id, fields, by, now, expected)
    elif change.action == "deleted":
        _bring_back(mms_id, representation_id, change, by, now)
    else:
        _put_back(mms_id, representation_id, change, by, now, expected)


def _bring_back(mms_id: str, representation_id: str, change: Change, by: str, now: datetime) -> None:
    """A deleted file: its record from the tombstone, its bytes from storage, its derivatives made anew."""
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


def _put_back(
    mms_id: str, representation_id: str, change: Change, by: str, now: datetime, expected: int | None
) -> None:
    pid = change.thing_id
    if "key" in change.before:
        current = inventory.get_file(mms_id, representation_id, pid)
        service.require(current, expected)
        _bring_back_master(change.before)
        content = {name: change.before.get(name) for name in CONTENT}
        service.replace_content(mms_id, representation_id, pid, content, by, now, expected)
    elif "order" in change.before:
        file = inventory.get_file(mms_id, representation_id, pid)
        service.require(file, expected)
        try:
            inventory.move_file_back(file, _order(change.before), by, now)
        except VersionConflictError as error:
            raise PreconditionFailedError(error.message) from error
    else:
        service.change_file(mms_id, representation_id, pid, by, now, expected, label=change.before["label"])


def _bring_back_master(before: dict[str, Any]) -> None:
    if inventory.bring_back_master(before["key"]) is None:
        raise MasterGoneError(f"The bytes of {before.get('name') or before['key']} are no longer in storage")


def _order(before: dict[str, Any]) -> Order:
    return of_key(str(before["order"]))
