"""What changed, by whom, from which value to which. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from armarium.inventory.model import KeptRecord

_KINDS = {
    "BIB": "bib",
    "REP": "representation",
    "FILE": "file",
    "COLL": "collection",
    "HOLD": "holding",
    "ITEM": "item",
}
_STAMPS = frozenset(
    {"modified_by", "modified_at", "created_by", "created_at", "origin", "touched_by", "version", "bulk_change"}
)
CONTENT = ("key", "name", "size", "sha256", "mime_type", "source_etag")
"""Of a file: told together where the bytes are others, so that the former ones can be brought back."""

Image = Mapping[str, Mapping[str, Any]]


class Change(BaseModel):
    """One change of one thing. ``before`` and ``after`` hold the fields that differ, and no others."""

    model_config = ConfigDict(frozen=True)

    mms_id: str  # the title it belongs to (or the collection)
    thing: str  # bib, representation, file, collection, membership
    thing_id: str
    part_of: str = ""  # the representation, where it is one or one of its files
    action: str  # created, changed, deleted, restored
    by: str
    at: str
    origin: str | None = None  # the job and record that did it
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    event_id: str = ""
    record_before: KeptRecord | None = Field(default=None, exclude=True)  # of a bib whose record was changed
    record_after: KeptRecord | None = Field(default=None, exclude=True)

    @property
    def id(self) -> str:
        """By which it is found again among the changes of its title; sorts by time."""
        return f"{self.at}#{self.event_id}#{self.thing_id}"


def changes(record: Mapping[str, Any]) -> Iterator[Change]:
    """The changes that one stream record tells of: none for what derivation adds, for counters and for claims.

    A deletion is told by the tombstone that is put in the same transaction: it knows who did it.
    """
    images = record["dynamodb"]
    new, old = images.get("NewImage"), images.get("OldImage")
    if new is None:
        return
    pk, sk = new["pk"]["S"], new["sk"]["S"]
    if sk.startswith("DELETED#"):
        yield from _deleted(pk, sk.removeprefix("DELETED#"), new, record["eventID"])
        return
    thing = _thing(pk, sk)
    if thing is None:
        return
    owner = pk.split("#", 1)[1]
    if old is not None and _version(old) == _version(new):
        return
    body, was = _fields(new), _fields(old) if old else {}
    names = (body.keys() | was.keys()) - _STAMPS
    moved = old is None and "moved_from" in new  # a file's key holds its place
    if moved:
        names &= {"order"}
        was = {"order": _number(new["moved_from"]["S"])}
    differing = sorted(name for name in names if not was or was.get(name) != body.get(name))
    if was and "key" in differing:
        differing = sorted({*differing, *CONTENT})
    yield Change(
        mms_id=owner,
        thing=thing,
        thing_id=_id_of(sk, owner),
        part_of=_part_of(sk),
        action=_action(new, old, moved),
        by=body.get("modified_by", "System"),
        at=body.get("modified_at", ""),
        origin=body.get("touched_by") if was else body.get("origin"),
        before={name: was.get(name) for name in differing if was},
        after={name: body.get(name) for name in differing},
        event_id=record["eventID"],
        **(_records(old, new) if old and thing == "bib" else {}),
    )


def _records(old: Image, new: Image) -> dict[str, KeptRecord]:
    """Both records of a bib, where they differ."""
    before, after = _kept(old), _kept(new)
    return {} if before == after else {"record_before": before, "record_after": after}


def _kept(image: Image) -> KeptRecord:
    schema = json.loads(image["body"]["S"])["record"]["schema_"]
    if "record_key" in image:
        return KeptRecord(schema_=schema, key=image["record_key"]["S"])
    content = base64.b64decode(image["record"]["B"]) if "record" in image else b""
    return KeptRecord(schema_=schema, content=content)


def _action(new: Image, old: Image | None, moved: bool) -> str:
    if old or moved:
        return "changed"
    return "created" if _version(new) in (None, "1") else "restored"


def _number(text: str) -> int | str:
    """As the body has it: a fraction as text."""
    return int(text) if text.isdecimal() else text


def _deleted(pk: str, sk: str, image: Image, event_id: str) -> Iterator[Change]:
    owner = pk.split("#", 1)[1]
    yield Change(
        mms_id=owner,
        thing=_thing(pk, sk) or sk,
        thing_id=_id_of(sk, owner),
        part_of=_part_of(sk),
        action="deleted",
        by=image["deleted_by"]["S"],
        at=image["deleted_at"]["S"],
        before=_fields(image),
        event_id=event_id,
    )


def _thing(pk: str, sk: str) -> str | None:
    """What an item is; None for claims, counts and other bookkeeping."""
    if pk.startswith("BIB#"):
        return "membership" if sk.startswith("COLL#") else _KINDS.get(sk.split("#", 1)[0])
    return _KINDS.get(sk) if pk.startswith("COLL#") else None


def _fields(image: Image) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(image["body"]["S"]) if "body" in image else {}
    if "sha256" in image:
        fields["sha256"] = image["sha256"].get("S")
    return fields


def _version(image: Image) -> str | None:
    return image.get("version", {}).get("N")


def _part_of(sk: str) -> str:
    return sk.split("#")[1] if sk.startswith(("REP#", "FILE#")) else ""


def _id_of(sk: str, owner: str) -> str:
    """The id of the thing under a sort key: ``FILE#<rep>#<order>#<pid>`` → the pid, ``BIB`` → the title's own."""
    return sk.rsplit("#", 1)[1] if "#" in sk else owner
