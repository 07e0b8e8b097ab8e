"""What the audit reads from the inventory's stream."""

from __future__ import annotations

import base64
import json
from typing import Any

from armarium.audit.model import changes
from armarium.inventory.model import KeptRecord
from armarium.metadata.model import RecordSchema

AT = "2026-11-21T12:00:00.000Z"


def image(sk: str, version: int | None = 1, pk: str = "BIB#99", **fields: Any) -> dict[str, Any]:
    body = {"modified_by": "ann", "modified_at": AT, **fields}
    item: dict[str, Any] = {"pk": {"S": pk}, "sk": {"S": sk}, "body": {"S": json.dumps(body)}}
    return item | ({"version": {"N": str(version)}} if version else {})


def record(new: dict[str, Any] | None, old: dict[str, Any] | None = None) -> dict[str, Any]:
    images = {name: value for name, value in (("NewImage", new), ("OldImage", old)) if value}
    return {"eventID": "e1", "dynamodb": images}


def test_a_change_names_who_when_and_both_values() -> None:
    (change,) = changes(record(image("REP#12", 2, label="New", note="n"), image("REP#12", 1, label="Old", note="n")))
    assert (change.thing, change.thing_id, change.action, change.by, change.at) == (
        "representation",
        "12",
        "changed",
        "ann",
        AT,
    )
    assert (change.before, change.after) == ({"label": "Old"}, {"label": "New"})


def test_what_is_new_is_told_with_its_values() -> None:
    (change,) = changes(record(image("BIB", fingerprint="f", origin="job#1")))
    assert (change.action, change.thing_id, change.origin, change.after) == (
        "created",
        "99",
        "job#1",
        {"fingerprint": "f"},
    )


def test_what_derivation_adds_is_no_change() -> None:
    old, new = image("FILE#12#00000001#13"), image("FILE#12#00000001#13")
    new["technical"] = {"S": "{}"}
    assert list(changes(record(new, old))) == []


def test_a_deletion_is_told_by_its_tombstone_and_only_once() -> None:
    tomb = image("DELETED#FILE#12#00000001#13", label="Page")
    tomb |= {"deleted_by": {"S": "bob"}, "deleted_at": {"S": "2026-11-22T00:00:00.000Z"}}
    (change,) = changes(record(tomb))
    assert (change.action, change.thing, change.thing_id, change.by) == ("deleted", "file", "13", "bob")
    assert change.before["label"] == "Page"
    assert list(changes(record(None, image("FILE#12#00000001#13")))) == []


def test_a_file_that_moves_in_the_order_is_changed_and_not_created() -> None:
    moved = image("FILE#12#00000003#13", 2, label="Page", order=3, origin="job#1") | {"moved_from": {"S": "1.5"}}
    (change,) = changes(record(moved))
    assert (change.action, change.before, change.after) == ("changed", {"order": "1.5"}, {"order": 3})
    assert (change.part_of, change.origin) == ("12", None)


def test_a_file_that_was_deleted_and_is_there_again_is_restored() -> None:
    (change,) = changes(record(image("FILE#12#00000003#13", 3, label="Page", order=3)))
    assert (change.action, change.after) == ("restored", {"label": "Page", "order": 3})


def test_a_collection_that_goes_is_told_by_its_tombstone() -> None:
    tomb = image("DELETED#COLL", pk="COLL#81", name="Maps")
    tomb |= {"deleted_by": {"S": "bob"}, "deleted_at": {"S": "2026-11-22T00:00:00.000Z"}}
    (change,) = changes(record(tomb))
    assert (change.thing, change.thing_id, change.action, change.before["name"]) == (
        "collection",
        "81",
        "deleted",
        "Maps",
    )


def test_claims_and_counters_are_bookkeeping() -> None:
    assert list(changes(record(image("ID", None, pk="ID#isbn#978")))) == []
    assert list(changes(record(image("COUNT#03", None, pk="COLL#81")))) == []


def test_membership_and_collections_are_told() -> None:
    (joined,) = changes(record(image("COLL#81")))
    (made,) = changes(record(image("COLL", pk="COLL#81", name="Maps")))
    assert (joined.thing, joined.thing_id, joined.by) == ("membership", "81", "ann")
    assert (made.thing, made.mms_id, made.after) == ("collection", "81", {"name": "Maps"})


def with_record(content: bytes | None, version: int, key: str | None = None) -> dict[str, Any]:
    found = image("BIB", version, record={"schema_": "dc"}, fingerprint=str(version))
    if content is not None:
        found["record"] = {"B": base64.b64encode(content).decode()}
    return found | ({"record_key": {"S": key}} if key else {})


def test_a_change_of_a_record_keeps_both_records_and_does_not_list_them() -> None:
    (change,) = changes(record(with_record(b"<new/>", 2), with_record(b"<old/>", 1)))
    assert change.record_before == KeptRecord(schema_=RecordSchema.DC, content=b"<old/>")
    assert change.record_after == KeptRecord(schema_=RecordSchema.DC, content=b"<new/>")
    assert "record_before" not in change.model_dump()
    assert "<old/>" not in change.model_dump_json()


def test_a_record_that_is_too_large_for_the_table_is_named_by_its_key() -> None:
    (change,) = changes(record(with_record(b"<new/>", 2), with_record(None, 1, key="records/99/f")))
    assert change.record_before == KeptRecord(schema_=RecordSchema.DC, key="records/99/f")


def test_a_change_of_something_else_keeps_no_record() -> None:
    (change,) = changes(record(with_record(b"<same/>", 2), with_record(b"<same/>", 1)))
    assert (change.record_before, change.record_after) == (None, None)
    (made,) = changes(record(with_record(b"<new/>", 1)))
    assert made.record_after is None
