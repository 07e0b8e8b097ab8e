"""What the audit reads from the inventory's stream."""

from __future__ import annotations

import json
from typing import Any

from armarium.audit.model import changes

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
