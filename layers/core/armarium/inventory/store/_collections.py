"""Collections, and which bibs are in them."""

from __future__ import annotations

from collections.abc import Iterable

from armarium.inventory.model import Bib, Collection, Sorting, Stamped
from armarium.inventory.store._items import at_version, collection_key, get_item, item_of, membership_key, model_of
from armarium.metadata import service as metadata
from armarium.platform import tables
from armarium.platform.items import InventoryItem

_LAST = "\uffff"  # sorts behind what is written in any of today's scripts
_LISTS = {
    Sorting.TITLE: ("by_collection", True),
    Sorting.CREATOR: ("by_creator", True),
    Sorting.DATE_OLDEST: ("by_date", True),
    Sorting.DATE_NEWEST: ("by_date", False),
}


def put_collection(collection: Collection, replacing: int | None = None) -> tables.Put:
    """Store a collection: a new one, or in the place of version ``replacing``."""
    return tables.Put(_collection_item(collection), at_version(replacing))


def unchanged(collection: Collection) -> tables.Check:
    """That a collection is still what it was, and where it was, when the transaction is."""
    return tables.Check(InventoryItem(*collection_key(collection.id)), at_version(collection.version))


def put_membership(bib: Bib, collection_id: str, by: str, at: str) -> tables.Put:
    """Put a bib into a collection; fails where it is in already."""
    stamp = Stamped(created_by=by, created_at=at, modified_by=by, modified_at=at)
    listed = {"collection_pk": f"IN#{collection_id}", **_places(bib)}
    return tables.Put(item_of(membership_key(bib.mms_id, collection_id), stamp, **listed), at_version(None), 900)


def reorder_in_collections(bib: Bib) -> list[tables.Write]:
    """Put a bib where its title, year and creator belong in the lists of its collections."""
    places = [getattr(InventoryItem, name).set(place) for name, place in _places(bib).items()]
    keys = (membership_key(bib.mms_id, collection_id) for collection_id in bib.collection_ids)
    return [tables.Update(InventoryItem(*key), places, InventoryItem.pk.exists()) for key in keys]


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


def collections_named(collection_ids: Iterable[str]) -> dict[str, Collection]:
    """Those of the collections that exist."""
    found = tables.batch_get(InventoryItem, (collection_key(collection_id) for collection_id in collection_ids))
    return {each.id: each for each in (model_of(Collection, item) for item in found.values())}


def parents(collection_ids: Iterable[str]) -> dict[str, str | None]:
    """Each of the collections that exist → the one above it, None at the top."""
    return {each.id: each.parent_id for each in collections_named(collection_ids).values()}


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


def members(
    collection_id: str, limit: int, token: str | None, sorting: Sorting = Sorting.TITLE
) -> tuple[list[str], str | None]:
    """A page of the MMS ids in a collection, in one of the orders that have an index."""
    index, ascending = _LISTS[sorting]
    listed = getattr(InventoryItem, index)
    found, following = tables.page(listed, f"IN#{collection_id}", None, limit, token, scan_index_forward=ascending)
    return [item.pk.removeprefix("BIB#") for item in found], following


def _collection_item(collection: Collection) -> InventoryItem:
    parent = collection.parent_id or "TOP"
    place = f"{collection.order:06d}#{collection.name.casefold()}#{collection.id}"
    return item_of(collection_key(collection.id), collection, parent_pk=f"UNDER#{parent}", parent_sk=place)


def _places(bib: Bib) -> dict[str, str]:
    """Where a bib stands in the lists of a collection, by the attribute of each list's index."""
    said = bib.description
    by_title = f"{said.sort_title[:200]}#{bib.mms_id}"
    creator = metadata.sort_key(said.creators[0]) if said.creators else _LAST
    return {
        "collection_sk": by_title,
        "date_sk": f"{said.year or 0:04d}#{by_title}",
        "creator_sk": f"{creator[:50]}#{said.sort_title[:150]}#{bib.mms_id}",  # a key may have 1024 bytes
    }
