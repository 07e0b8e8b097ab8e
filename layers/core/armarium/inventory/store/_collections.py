"""Collections, and which bibs are in them."""

from __future__ import annotations

from collections.abc import Iterable

from armarium.inventory.model import Bib, Collection, Stamped
from armarium.inventory.store._items import at_version, collection_key, get_item, item_of, membership_key, model_of
from armarium.platform import tables
from armarium.platform.items import InventoryItem


def put_collection(collection: Collection, replacing: int | None = None) -> tables.Put:
    """Store a collection: a new one, or in the place of version ``replacing``."""
    return tables.Put(_collection_item(collection), at_version(replacing))


def exists(collection_id: str) -> tables.Check:
    """That a collection is still there when the transaction is."""
    return tables.Check(InventoryItem(*collection_key(collection_id)), InventoryItem.pk.exists())


def put_membership(bib: Bib, collection_id: str, by: str, at: str) -> tables.Put:
    """Put a bib into a collection; fails where it is in already."""
    stamp = Stamped(created_by=by, created_at=at, modified_by=by, modified_at=at)
    place = {"collection_pk": f"IN#{collection_id}", "collection_sk": _collection_order(bib)}
    return tables.Put(item_of(membership_key(bib.mms_id, collection_id), stamp, **place), at_version(None), 700)


def reorder_in_collections(bib: Bib) -> list[tables.Write]:
    """Put a bib where its title belongs in the lists of its collections."""
    order = InventoryItem.collection_sk.set(_collection_order(bib))
    keys = (membership_key(bib.mms_id, collection_id) for collection_id in bib.collection_ids)
    return [tables.Update(InventoryItem(*key), [order], InventoryItem.pk.exists()) for key in keys]


def collection(collection_id: str) -> Collection | None:
    """One collection."""
    item = get_item(collection_key(collection_id))
    return model_of(Collection, item) if item else None


def existing_collections(collection_ids: Iterable[str]) -> set[str]:
    """Those of the collections that exist."""
    found = tables.batch_get(
        InventoryItem, (collection_key(collection_id) for collection_id in collection_ids), ("pk", "sk")
    )
    return {pk.removeprefix("COLL#") for pk, _ in found}


def parents(collection_ids: Iterable[str]) -> dict[str, str | None]:
    """Each of the collections that exist → the one above it, None at the top."""
    found = tables.batch_get(InventoryItem, (collection_key(collection_id) for collection_id in collection_ids))
    return {each.id: each.parent_id for each in (model_of(Collection, item) for item in found.values())}


def collections(parent_id: str | None, limit: int, token: str | None) -> tuple[list[Collection], str | None]:
    """A page of the collections under a parent (None: at the top), by name."""
    found, following = tables.page(InventoryItem.by_parent, f"UNDER#{parent_id or 'TOP'}", None, limit, token)
    return [model_of(Collection, item) for item in found], following


def collection_count(parent_id: str | None) -> int:
    """How many collections are under a parent."""
    return int(InventoryItem.by_parent.count(f"UNDER#{parent_id or 'TOP'}"))


def memberships(pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the (MMS id, collection) pairs that hold."""
    by_key = {membership_key(*pair): pair for pair in pairs}
    return {by_key[key] for key in tables.batch_get(InventoryItem, by_key, ("pk", "sk"))}


def members(collection_id: str, limit: int, token: str | None) -> tuple[list[str], str | None]:
    """A page of the MMS ids in a collection, by title."""
    found, following = tables.page(InventoryItem.by_collection, f"IN#{collection_id}", None, limit, token)
    return [item.pk.removeprefix("BIB#") for item in found], following


def _collection_item(collection: Collection) -> InventoryItem:
    parent = collection.parent_id or "TOP"
    place = f"{collection.order:06d}#{collection.name.casefold()}#{collection.id}"
    return item_of(collection_key(collection.id), collection, parent_pk=f"UNDER#{parent}", parent_sk=place)


def _collection_order(bib: Bib) -> str:
    return f"{bib.description.sort_title[:200]}#{bib.mms_id}"
