"""Where the record of changes is kept: a table that nobody updates."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from typing import Any

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from armarium.audit.model import Change
from armarium.inventory.model import KeptRecord
from armarium.platform import blobs, tables
from armarium.platform.settings import settings

_LARGEST_ITEM = 350_000
_RECORDS = ("record_before", "record_after")


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
    records = BinaryAttribute(legacy_encoding=False, null=True)  # both records of a changed bib, compressed
    records_key = UnicodeAttribute(null=True)  # … or where they are in the storage bucket


def put(changes: Iterable[Change]) -> int:
    """Store changes, twenty-five a request. Answers how many."""
    count = 0
    with AuditItem.batch_write() as batch:
        for change in changes:
            body = change.model_dump_json()
            if len(body.encode()) > _LARGEST_ITEM:
                body = change.model_copy(
                    update={"before": {}, "after": {"note": "the values are too large to keep"}}
                ).model_dump_json()
            thing = change.thing_id if change.part_of else None
            records = _records(change, len(body.encode()))
            batch.save(AuditItem(*_key(change.mms_id, change.id), body=body, thing=thing, **records))
            count += 1
    return count


def _key(mms_id: str, key: str) -> tuple[str, str]:
    return f"TITLE#{mms_id}", key


def _records(change: Change, used: int) -> dict[str, Any]:
    """Where both records of a change are kept: in its item, or where they are too large in the storage bucket."""
    kept = {name: getattr(change, name) for name in _RECORDS}
    if not all(kept.values()):
        return {}
    said = json.dumps({name: record.model_dump(mode="json") for name, record in kept.items()})
    packed = zlib.compress(said.encode())
    if used + len(packed) <= _LARGEST_ITEM:
        return {"records": packed}
    key = f"{settings().institution}/audit/{change.mms_id}/{change.id}"
    blobs.write(settings().storage_bucket, key, packed)
    return {"records_key": key}


def of_title(mms_id: str, limit: int, token: str | None) -> tuple[list[Change], str | None]:
    """A page of the changes of a title, newest first."""
    found, following = tables.page(
        AuditItem,
        f"TITLE#{mms_id}",
        None,
        limit,
        token,
        scan_index_forward=False,
        attributes_to_get=["pk", "sk", "body"],
    )
    return [Change.model_validate_json(item.body) for item in found], following


def one(mms_id: str, key: str) -> Change | None:
    """One change of a title, with both records where it is one of a record."""
    found = tables.batch_get(AuditItem, [_key(mms_id, key)]).get(_key(mms_id, key)) if key else None
    if found is None:
        return None
    change = Change.model_validate_json(found.body)
    packed = blobs.read(settings().storage_bucket, found.records_key) if found.records_key else found.records
    if not packed:
        return change
    said = json.loads(zlib.decompress(packed))
    return change.model_copy(update={name: KeptRecord.model_validate_json(json.dumps(said[name])) for name in _RECORDS})


def of_thing(thing_id: str, limit: int, token: str | None) -> tuple[list[Change], str | None]:
    """A page of the changes of a representation or file, newest first."""
    found, following = tables.page(AuditItem.by_thing, thing_id, None, limit, token, scan_index_forward=False)
    return [Change.model_validate_json(item.body) for item in found], following
