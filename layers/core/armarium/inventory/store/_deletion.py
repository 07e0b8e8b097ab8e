"""What is deleted leaves a tombstone that says who did it, and the way back."""

from __future__ import annotations

from collections.abc import Sequence

from pynamodb.expressions.condition import Condition

from armarium.inventory import order as sequence
from armarium.inventory.model import Bib, Collection, File, Representation, Technical
from armarium.inventory.order import Order
from armarium.inventory.store._counts import add_to_count, count_key
from armarium.inventory.store._files import file_of, put_file
from armarium.inventory.store._items import (
    at_version,
    bib_key,
    collection_key,
    file_key,
    get_item,
    membership_key,
    representation_key,
    stamp_of,
)
from armarium.inventory.store._titles import bib_of
from armarium.platform import tables
from armarium.platform.items import InventoryItem


def bury_bib(bib: Bib, by: str, at: str) -> list[tables.Write]:
    """Delete a bib that is in no collection, at its version."""
    return _bury(bib_key(bib.mms_id), bib.version, by, at)


def bury_representation(representation: Representation, by: str, at: str) -> list[tables.Write]:
    """Delete a representation at its version; its files are deleted apart."""
    return _bury(representation_key(representation.mms_id, representation.id), representation.version, by, at)


def bury_files(files: Sequence[File], by: str, at: str) -> list[tables.Write]:
    """Delete files, each at its version: two writes a file."""
    found = tables.batch_get(InventoryItem, map(file_key, files))
    return [
        write
        for file in files
        for write in _burial(file_key(file), found.get(file_key(file)), at_version(file.version), by, at)
    ]


def buried_file(mms_id: str, representation_id: str, order: Order, pid: str) -> InventoryItem | None:
    """The tombstone of a file, by where it stood."""
    return get_item((f"BIB#{mms_id}", f"DELETED#FILE#{representation_id}#{sequence.key(order)}#{pid}"))


def revive_file(tombstone: InventoryItem, by: str, at: str) -> tuple[File, list[tables.Write]]:
    """A deleted file as it is to be again, to be derived from anew, and the writes: fails where it is there by now."""
    dead = file_of(tombstone)
    file = dead.model_copy(update=stamp_of(dead, by, at) | {"technical": Technical()})
    buried = (InventoryItem.deleted_at == tombstone.deleted_at) & (InventoryItem.version == tombstone.version)
    return file, [tables.Delete(InventoryItem(tombstone.pk, tombstone.sk), buried), put_file(file)]


def bury_membership(mms_id: str, collection_id: str, by: str, at: str) -> list[tables.Write]:
    """Take a bib out of a collection; nothing where it is not in."""
    return _bury(membership_key(mms_id, collection_id), None, by, at)


def leave_collection(mms_id: str, collection_id: str, by: str, at: str) -> list[tables.Write]:
    """Take a bib out of a collection; fails where it is not in."""
    key = membership_key(mms_id, collection_id)
    dead = get_item(key) or InventoryItem(*key)
    return [tables.Delete(InventoryItem(*key), InventoryItem.pk.exists()), tables.Put(_tombstone(dead, by, at))]


def bury_collection(collection: Collection, by: str, at: str) -> list[tables.Write]:
    """Delete a collection at its version."""
    return _bury(collection_key(collection.id), collection.version, by, at)


def _bury(key: tuple[str, str], version: int | None, by: str, at: str) -> list[tables.Write]:
    """A deletion beside its tombstone, which is written as the item is now; a version that passed makes it fail."""
    item = get_item(key)
    if item is None and version is None:
        return []
    return _burial(key, item, InventoryItem.pk.exists() if version is None else at_version(version), by, at)


def _burial(key: tuple[str, str], item: InventoryItem | None, guard: Condition, by: str, at: str) -> list[tables.Write]:
    tombstone = _tombstone(item or InventoryItem(*key), by, at)
    return [tables.Delete(InventoryItem(*key), guard), tables.Put(tombstone)]


def delete_items(
    items: Sequence[InventoryItem], by: str, at: str, counts: dict[tuple[str, str], int] | None = None
) -> None:
    """Delete items of one title, each beside its tombstone; what is gone already is passed over."""
    for start in range(0, len(items), 45):
        writes: list[tables.Write] = []
        for item in items[start : start + 45]:
            writes.append(tables.Delete(InventoryItem(item.pk, item.sk)))
            writes.append(tables.Put(_tombstone(item, by, at)))
        if counts and start == 0:
            writes += [add_to_count(key, members) for key, members in counts.items()]
        tables.transact(writes)


def delete_bib(bib: Bib, by: str, at: str) -> None:
    """Delete a bib at the version given, with its memberships and counts: from here on nobody finds it."""
    keys = [membership_key(bib.mms_id, collection_id) for collection_id in bib.collection_ids]
    present = tables.batch_get(InventoryItem, [bib_key(bib.mms_id), *keys])
    writes: list[tables.Write] = []
    for key, item in present.items():
        guard = at_version(bib.version) if key[1] == "BIB" else None
        writes += [tables.Delete(InventoryItem(*key), guard), tables.Put(_tombstone(item, by, at))]
    for collection_id in bib.collection_ids:
        writes.append(add_to_count(count_key(collection_id, bib.mms_id), -1))
    tables.transact(writes)


def whole(mms_id: str) -> list[InventoryItem]:
    """Every living item of a title, as deletion needs them."""
    return [
        item
        for item in InventoryItem.query(f"BIB#{mms_id}", consistent_read=True)
        if not item.sk.startswith("DELETED#")
    ]


def deleted(mms_id: str) -> tuple[Bib | None, list[File]]:
    """What the tombstones of a title say: the bib, without its record, and its files."""
    bib, files = None, []
    for item in InventoryItem.query(f"BIB#{mms_id}", InventoryItem.sk.startswith("DELETED#"), consistent_read=True):
        if item.sk == "DELETED#BIB":
            bib = bib_of(item, with_record=False)
        elif item.sk.startswith("DELETED#FILE#"):
            files.append(file_of(item))
    return bib, files


def _tombstone(item: InventoryItem, by: str, at: str) -> InventoryItem:
    return InventoryItem(
        item.pk,
        f"DELETED#{item.sk}",
        body=item.body,
        version=item.version,
        record=item.record,
        record_key=item.record_key,
        technical=item.technical,
        sha256=item.sha256,
        deleted_by=by,
        deleted_at=at,
    )
