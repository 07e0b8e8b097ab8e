"""Where the record of changes is kept: a table that nobody updates."""

from __future__ import annotations

from collections.abc import Iterable

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from armarium.audit.model import Change
from armarium.platform import tables
from armarium.platform.settings import settings

_LARGEST_BODY = 350_000


class _ByThing(GlobalSecondaryIndex["AuditItem"]):  # type: ignore[no-untyped-call]
    """The changes of one thing by time."""

    class Meta:
        index_name = "by_thing"
        projection = AllProjection()

    thing = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class AuditItem(Model):
    """One change; the key holds the stream's event id, so that an event delivered twice is one item."""

    class Meta:
        table_name = settings().audit_table
        billing_mode = "PAY_PER_REQUEST"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    by_thing = _ByThing()
    thing = UnicodeAttribute(null=True)  # the id of a representation or file
    body = UnicodeAttribute()


def put(changes: Iterable[Change]) -> int:
    """Store changes, twenty-five a request. Answers how many."""
    count = 0
    with AuditItem.batch_write() as batch:
        for change in changes:
            body = change.model_dump_json()
            if len(body.encode()) > _LARGEST_BODY:
                body = change.model_copy(
                    update={"before": {}, "after": {"note": "the values are too large to keep"}}
                ).model_dump_json()
            thing = change.thing_id if change.part_of else None
            batch.save(AuditItem(f"TITLE#{change.mms_id}", change.id, body=body, thing=thing))
            count += 1
    return count


def of_title(mms_id: str, limit: int, token: str | None) -> tuple[list[Change], str | None]:
    """A page of the changes of a title, newest first."""
    found, following = tables.page(AuditItem, f"TITLE#{mms_id}", None, limit, token, scan_index_forward=False)
    return [Change.model_validate_json(item.body) for item in found], following


def of_thing(thing_id: str, limit: int, token: str | None) -> tuple[list[Change], str | None]:
    """A page of the changes of a representation or file, newest first."""
    found, following = tables.page(AuditItem.by_thing, thing_id, None, limit, token, scan_index_forward=False)
    return [Change.model_validate_json(item.body) for item in found], following


def change(mms_id: str, change_id: str) -> Change | None:
    """One change."""
    key = (f"TITLE#{mms_id}", change_id)
    found = tables.batch_get(AuditItem, [key]).get(key) if change_id else None
    return Change.model_validate_json(found.body) if found else None
