"""Bibs and representations, and the titles they make together."""

from __future__ import annotations

from collections.abc import Iterable

from armarium.inventory.model import Bib, File, Representation
from armarium.inventory.store._files import file_of
from armarium.inventory.store._items import at_version, bib_key, get_item, item_of, model_of, representation_key
from armarium.metadata.model import RecordSchema, SourceRecord
from armarium.platform import blobs, tables
from armarium.platform.items import InventoryItem
from armarium.platform.settings import settings

_LARGEST_INLINE_RECORD = 250_000  # bytes; an item may have 400 KB with all its attributes


def put_bib(bib: Bib, replacing: int | None = None) -> tables.Put:
    """Store a bib: a new one, or in the place of version ``replacing``."""
    item = _bib_item(bib)
    size = len(item.body or "") + len(item.record or b"") + 400
    return tables.Put(item, at_version(replacing), size)


def put_representation(representation: Representation, replacing: int | None = None) -> tables.Put:
    """Store a representation: a new one, or in the place of version ``replacing``."""
    item = item_of(representation_key(representation.mms_id, representation.id), representation, id=representation.id)
    return tables.Put(item, at_version(replacing))


def bibs(mms_ids: Iterable[str], with_record: bool = True) -> dict[str, Bib]:
    """Those of the bibs that exist, a hundred a request."""
    attributes = None if with_record else ("pk", "sk", "body", "version")
    found = tables.batch_get(InventoryItem, (bib_key(mms_id) for mms_id in mms_ids), attributes)
    return {bib.mms_id: bib for bib in (bib_of(item, with_record=with_record) for item in found.values())}


def record_at(key: str) -> bytes:
    """A record that is too large for the table, as it was stored under this key."""
    return blobs.read(settings().storage_bucket, key)


def title(mms_id: str) -> tuple[Bib | None, list[Representation]]:
    """A bib with its collections and its representations: one query, files left out."""
    pk = f"BIB#{mms_id}"
    bib: InventoryItem | None = None
    collection_ids: list[str] = []
    for item in InventoryItem.query(pk, InventoryItem.sk.between("BIB", "COLL#~"), consistent_read=True):
        if item.sk == "BIB":
            bib = item
        else:
            collection_ids.append(item.sk.removeprefix("COLL#"))
    if bib is None:
        return None, []
    found = InventoryItem.query(pk, InventoryItem.sk.startswith("REP#"), consistent_read=True)
    return bib_of(bib, tuple(collection_ids)), [model_of(Representation, item) for item in found]


def small_title(mms_id: str, most: int) -> tuple[Bib | None, list[Representation], list[File]] | None:
    """A title with all that hangs on it: one query; None where it has more than ``most`` items or 1 MB."""
    found = InventoryItem.query(f"BIB#{mms_id}", consistent_read=True, limit=most)
    items = {item.sk: item for item in found}
    if found.last_evaluated_key:
        return None
    if "BIB" not in items:
        return None, [], []
    collection_ids = tuple(sk.removeprefix("COLL#") for sk in items if sk.startswith("COLL#"))
    return (
        bib_of(items["BIB"], collection_ids),
        [model_of(Representation, item) for sk, item in items.items() if sk.startswith("REP#")],
        [file_of(item) for sk, item in items.items() if sk.startswith("FILE#")],
    )


def representation(mms_id: str, representation_id: str) -> Representation | None:
    """One representation."""
    item = get_item(representation_key(mms_id, representation_id))
    return model_of(Representation, item) if item else None


def representations(keys: Iterable[tuple[str, str]]) -> dict[str, Representation]:
    """Those of the representations (MMS id, representation id) that exist, by id."""
    found = tables.batch_get(InventoryItem, (representation_key(*key) for key in keys))
    return {each.id: each for each in (model_of(Representation, item) for item in found.values())}


def by_id(identifier: str) -> tuple[str, str] | None:
    """The key of the representation or file with this id."""
    for item in InventoryItem.by_id.query(identifier, limit=1):
        return item.pk, item.sk
    return None


def representation_at(key: tuple[str, str]) -> Representation | None:
    """The representation under a key that :func:`by_id` gave."""
    item = get_item(key) if key[1].startswith("REP#") else None
    return model_of(Representation, item) if item else None


def scan_titles(part: int, parts: int, token: str | None, most: int) -> tuple[tuple[str, ...], str | None]:
    """About ``most`` MMS ids of a part of the table, and where the next begin."""
    found = InventoryItem.scan(
        InventoryItem.sk == "BIB",
        segment=part,
        total_segments=parts,
        limit=most,
        last_evaluated_key=tables.from_token(token),
        attributes_to_get=["pk", "sk"],
        consistent_read=True,
    )
    mms_ids = tuple(item.pk.removeprefix("BIB#") for item in found)
    return mms_ids, tables.to_token(found.last_evaluated_key)


def _bib_item(bib: Bib) -> InventoryItem:
    pk, sk = bib_key(bib.mms_id)
    body = bib.model_dump_json(exclude={"record": {"content"}, "collection_ids": True, "version": True})
    item = InventoryItem(pk, sk, body=body, version=bib.version)
    if len(bib.record.content) > _LARGEST_INLINE_RECORD:
        item.record_key = f"{settings().institution}/records/{bib.mms_id}/{bib.fingerprint}"
        blobs.write(settings().storage_bucket, item.record_key, bib.record.content)
    else:
        item.record = bib.record.content
    return item


def bib_of(item: InventoryItem, collection_ids: tuple[str, ...] = (), with_record: bool = True) -> Bib:
    """The bib that an item holds; its record may be an object in storage."""
    content = item.record or b""
    if item.record_key and with_record:
        content = blobs.read(settings().storage_bucket, item.record_key)
    bib = Bib.model_validate_json(_with_record(item.body or "{}"))
    return bib.model_copy(
        update={
            "version": int(item.version or 1),
            "collection_ids": collection_ids,
            "record": SourceRecord(schema_=RecordSchema(bib.record.schema_), content=content),
        }
    )


def _with_record(body: str) -> str:
    """The body holds the record's schema and not its bytes: give the model an empty record to fill."""
    return body.replace('"record":{', '"record":{"content":"",', 1)
