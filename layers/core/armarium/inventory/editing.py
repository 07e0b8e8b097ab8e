"""Edits by hand: one thing at a time, each at the version that was read, never a lost update.

Every function answers what is stored now. Where somebody else was quicker it raises :class:`VersionConflictError` and
has changed nothing: read afresh, decide again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from armarium.inventory import store
from armarium.inventory.errors import (
    AlreadyInCollectionError,
    CollectionNameTakenError,
    CollectionNotFoundError,
    NotInThisCollectionError,
    VersionConflictError,
)
from armarium.inventory.model import Bib, Collection, File, Representation, Stamped, stands_at
from armarium.inventory.order import CrowdedError, Order, between
from armarium.metadata.model import Identifier
from armarium.platform import clock, tables

if TYPE_CHECKING:
    from armarium.platform.items import InventoryItem

_NAME_SCHEME = "collection-name"
FILES_TOGETHER = 40
"""Moved or deleted in one transaction: each is two writes, and a transaction has a hundred."""

_SPREAD_ANEW = 40  # files behind a crowded gap
_DEEPEST = 100  # digits; a sort key has room for a thousand

S = TypeVar("S", bound=Stamped)


def edited(source: S, by: str, now: datetime, **changes: Any) -> S:
    """The next version of something, changed by hand."""
    at = clock.stamp(now)
    stamp = {"version": source.version + 1, "modified_by": by, "modified_at": at, "touched_by": None}
    return source.model_copy(update=changes | stamp)


@contextmanager
def _at_once(what: str) -> Iterator[None]:
    try:
        yield
    except tables.ConditionFailedError as error:
        raise VersionConflictError(f"{what} was changed by somebody else at the same moment: read it again") from error


# Bibs


def create_bib(bib: Bib, collection_ids: Sequence[str]) -> Bib:
    """Store a new bib, in these collections, with its identifiers. Raises :class:`CollectionNotFoundError`."""
    missing = set(collection_ids) - store.existing_collections(collection_ids)
    if missing:
        raise CollectionNotFoundError(f"There is no collection {min(missing)}")
    writes: list[tables.Write] = [store.put_bib(bib)]
    for collection_id in collection_ids:
        writes += _joining(bib, collection_id, bib.created_by, bib.created_at)
    with _at_once(f"An identifier of bib {bib.mms_id}"):
        store.replace([*writes, *_claiming(bib, frozenset())])
    return bib.model_copy(update={"collection_ids": tuple(collection_ids)})


def replace_bib(before: Bib, after: Bib) -> Bib:
    """Store the next version of a bib: its record, its identifiers, its place in the lists of its collections."""
    had = frozenset(before.description.identifiers)
    writes: list[tables.Write] = [store.put_bib(after, before.version)]
    if stands_at(before.description) != stands_at(after.description):
        writes += store.reorder_in_collections(after)
    with _at_once(f"Bib {after.mms_id}"):
        store.replace([*writes, *_claiming(after, had)])
    store.release(had - set(after.description.identifiers), after.mms_id)
    return after


def _claiming(bib: Bib, had: frozenset[Identifier]) -> list[tables.Write]:
    wanted = [each for each in dict.fromkeys(bib.description.identifiers) if each not in had]
    taken = store.owners(wanted)
    writes: list[tables.Write] = []
    for each in wanted:
        writes += store.claim_further(each, bib.mms_id) if each in taken else (store.claim(each, bib.mms_id),)
    return writes


# Representations


def put_representation(representation: Representation, replacing: int | None = None) -> Representation:
    """Store a new representation, or the next version of one."""
    with _at_once(f"Representation {representation.id}"):
        store.replace([store.put_representation(representation, replacing)])
    return representation


def delete_representation(representation: Representation, by: str, now: datetime) -> tuple[File, ...]:
    """Delete a representation at its version with its files; answers the files that went.

    Where it dies half-way, :func:`finish_representation` does the rest.
    """
    with _at_once(f"Representation {representation.id}"):
        store.replace(store.bury_representation(representation, by, clock.stamp(now)))
    return finish_representation(representation.mms_id, representation.id, by, now)


def finish_representation(mms_id: str, representation_id: str, by: str, now: datetime) -> tuple[File, ...]:
    """Delete what is left of a representation that is gone; answers all files that went. May be called again."""
    store.delete_items(store.file_items(mms_id, representation_id), by, clock.stamp(now))
    _, files = store.deleted(mms_id)
    return tuple(each for each in files if each.representation_id == representation_id)


# Files


def last_place(representation: Representation) -> int:
    """The place of a representation's last file; 0 where it has none."""
    return store.last_order(representation.mms_id, representation.id)


def add_file(file: File, before: Representation, by: str, now: datetime) -> File:
    """Store a new file and count it in its representation."""
    after = edited(before, by, now, file_count=before.file_count + 1)
    with _at_once(f"Representation {before.id}"):
        store.replace([store.put_file(file), store.put_representation(after, before.version)])
    return file


def change_file(before: File, after: File) -> File:
    """Store the next version of a file; what derivation found stays unless the content is another."""
    with _at_once(f"File {before.pid}"):
        store.replace([store.update_file(after, before.version, with_content=after.key != before.key)])
    return after


def delete_files(files: Sequence[File], before: Representation, by: str, now: datetime) -> Representation:
    """Delete up to :data:`FILES_TOGETHER` files, each at its version, and count them no more in their representation.

    Answers the representation.
    """
    after = edited(before, by, now, file_count=max(0, before.file_count - len(files)))
    burial = store.bury_files(files, by, clock.stamp(now))
    with _at_once(f"A file of representation {before.id}"):
        store.replace([*burial, store.put_representation(after, before.version)])
    return after


def restore_file(before: Representation, order: Order, pid: str, by: str, now: datetime) -> File | None:
    """Bring back the record of a deleted file to where it stood; None where it has no tombstone there."""
    tombstone = store.buried_file(before.mms_id, before.id, order, pid)
    if tombstone is None:
        return None
    file, writes = store.revive_file(tombstone, by, clock.stamp(now))
    after = edited(before, by, now, file_count=before.file_count + 1)
    with _at_once(f"File {pid}"):
        store.replace([*writes, store.put_representation(after, before.version)])
    return file


def move_files(mms_id: str, representation_id: str, pids: Sequence[str], place: int, by: str, now: datetime) -> None:
    """Put files that are there together, in this order, to a place (from 1; beyond the end is the end).

    Writes the files that move, and where these meet a crowded gap forty more; nothing else, however many there are.
    """
    found = store.file_items_of(mms_id, representation_id, pids)
    moving = [found[pid] for pid in pids if pid in found]
    ours = {item.sk for item in moving}
    others = [sk for sk in store.file_keys(representation_id, place + len(moving) - 1) if sk not in ours]
    behind = others[min(place - 1, len(others)) - 1] if place > 1 and others else None
    _move_behind(mms_id, representation_id, behind, moving, by, clock.stamp(now))


def move_file_back(file: File, order: Order, by: str, now: datetime) -> None:
    """Give a file exactly this order again: where it stood before, as its history tells."""
    item = store.file_items_of(file.mms_id, file.representation_id, [file.pid]).get(file.pid)
    if item is None or item.version != file.version:
        raise VersionConflictError(f"File {file.pid} was changed by somebody else at the same moment: read it again")
    if store.order_of(item.sk) != order:
        with _at_once(f"File {file.pid}"):
            store.replace(store.move_file(item, order, by, clock.stamp(now)))


def _move_behind(
    mms_id: str, representation_id: str, behind: str | None, moving: list[InventoryItem], by: str, at: str
) -> None:
    ours = {item.sk for item in moving}
    low = store.order_of(behind) if behind else 0
    around = store.file_items_behind(mms_id, representation_id, behind, len(moving) + _SPREAD_ANEW + 1)
    others = [item for item in around if item.sk not in ours]
    placed = _placed(low, moving, others)
    moves = [(item, order) for item, order in placed if store.order_of(item.sk) != order]
    for at_once in range(0, len(moves), FILES_TOGETHER):
        writes: list[tables.Write] = []
        for item, order in moves[at_once : at_once + FILES_TOGETHER]:
            writes += store.move_file(item, order, by, at)
        with _at_once(f"A file of representation {representation_id}"):
            store.replace(writes)


def _placed(low: Order, moving: list[InventoryItem], others: list[InventoryItem]) -> list[tuple[InventoryItem, Order]]:
    """The orders that moving files get between ``low`` and the first of the others; those stay unless it is crowded."""
    high = store.order_of(others[0].sk) if others else None
    stand = [low, *(store.order_of(item.sk) for item in moving), *([] if high is None else [high])]
    if all(one < next_ for one, next_ in pairwise(stand)):
        return []
    try:
        return list(zip(moving, between(low, high, len(moving)), strict=True))
    except CrowdedError:
        spread = [*moving, *others[:_SPREAD_ANEW]]
        end = store.order_of(others[_SPREAD_ANEW].sk) if len(others) > _SPREAD_ANEW else None
        return list(zip(spread, between(low, end, len(spread), most_digits=_DEEPEST), strict=True))


def order_files(before: Representation, pids: Sequence[str], by: str, now: datetime) -> Representation:
    """Put a representation's files in the order of ``pids``; those not named keep their order behind them.

    Forty files a transaction; where it dies half-way no file is lost, and calling it again does the rest.
    """
    place = {pid: number for number, pid in enumerate(pids)}
    items = store.file_items(before.mms_id, before.id)
    ordered = sorted(items, key=lambda item: (place.get(item.id or "", len(place)), item.sk))
    moves = [(item, order) for order, item in enumerate(ordered, 1) if store.order_of(item.sk) != order]
    if not moves:
        return before
    after = put_representation(edited(before, by, now, file_count=len(items)), before.version)
    for at in range(0, len(moves), FILES_TOGETHER):
        writes: list[tables.Write] = []
        for item, order in moves[at : at + FILES_TOGETHER]:
            writes += store.move_file(item, order, by, clock.stamp(now))
        with _at_once(f"A file of representation {before.id}"):
            store.replace(writes)
    return after


# Collections


def create_collection(collection: Collection, bib: Bib) -> Collection:
    """Store a new collection and the bib that describes it.

    Raises :class:`CollectionNameTakenError`; :class:`VersionConflictError` where its parent went at the same moment.
    """
    writes: list[tables.Write] = [store.put_bib(bib), store.put_collection(collection), _claim_name(collection)]
    writes += [*_hang(collection.parent_id, 1), *store.reopen_counts(collection.id)]
    _save_collection(collection, writes, name_at=2)
    return collection


def replace_collection(before: Collection, after: Collection, above: Sequence[Collection] = ()) -> Collection:
    """Store the next version of a collection: fields, name, place in the tree.

    ``above`` are the collections that it comes under: they must be where they were read, so that no two moves at one
    moment make a circle.
    """
    writes: list[tables.Write] = [store.put_collection(after, before.version)]
    name_at = None
    if _name(before) != _name(after):
        name_at = len(writes)
        writes.append(_claim_name(after))
    if after.parent_id != before.parent_id:
        writes += [*_hang(before.parent_id, -1), *_hang(after.parent_id, 1), *map(store.unchanged, above)]
    _save_collection(after, writes, name_at)
    if name_at is not None:
        store.release([_name(before)], before.id)
    return after


def order_collections(moved: Sequence[tuple[Collection, Collection]]) -> None:
    """Store other places for collections that stand beside each other, at most a hundred: together or not at all."""
    with _at_once("A collection of these"):
        store.replace([store.put_collection(after, before.version) for before, after in moved])


def delete_collection(
    collection: Collection, bib: Bib | None, counts: Mapping[tuple[str, str], int], by: str, now: datetime
) -> None:
    """Delete an empty collection at its version, with the bib that describes it; its name is free again.

    ``counts`` were read before: whatever joined the collection since makes it fail, and nothing joins it any more.
    """
    at = clock.stamp(now)
    writes = [*store.bury_collection(collection, by, at), *store.close_counts(counts, by, at)]
    writes += _hang(collection.parent_id, -1)
    if bib:
        writes += store.bury_bib(bib, by, at)
        writes += [each for its in bib.collection_ids for each in _leaving(bib.mms_id, its, by, at)]
    with _at_once(f"Collection {collection.id}"):
        store.replace(writes)
    store.release([_name(collection)], collection.id)
    if bib:
        store.release(bib.description.identifiers, bib.mms_id)


def join(bib: Bib, collection_id: str, by: str, now: datetime) -> None:
    """Put a bib into a collection. Raises :class:`AlreadyInCollectionError`, :class:`CollectionNotFoundError`."""
    try:
        store.replace(_joining(bib, collection_id, by, clock.stamp(now)))
    except tables.ConditionFailedError as error:
        if 0 in error.failed:
            raise AlreadyInCollectionError(f"Bib {bib.mms_id} is in collection {collection_id} already") from error
        raise CollectionNotFoundError(f"There is no collection {collection_id}") from error


def leave(mms_id: str, collection_id: str, by: str, now: datetime) -> None:
    """Take a bib out of a collection. Raises :class:`NotInThisCollectionError`."""
    writes = _leaving(mms_id, collection_id, by, clock.stamp(now))
    if not writes:
        raise NotInThisCollectionError(f"Bib {mms_id} is not in collection {collection_id}")
    with _at_once(f"Bib {mms_id}"):
        store.replace(writes)


def move(bib: Bib, source_id: str, target_id: str, by: str, now: datetime) -> None:
    """Take a bib from one collection into another, in which it may be already."""
    at = clock.stamp(now)
    writes = _leaving(bib.mms_id, source_id, by, at)
    if (bib.mms_id, target_id) not in store.memberships([(bib.mms_id, target_id)]):
        writes += _joining(bib, target_id, by, at)
    with _at_once(f"Bib {bib.mms_id}"):
        store.replace(writes)


def _joining(bib: Bib, collection_id: str, by: str, at: str) -> list[tables.Write]:
    return [
        store.put_membership(bib, collection_id, by, at),
        store.add_to_count(store.count_key(collection_id, bib.mms_id), 1),
    ]


def _leaving(mms_id: str, collection_id: str, by: str, at: str) -> list[tables.Write]:
    """Nothing, where the bib is not in the collection."""
    burial = store.bury_membership(mms_id, collection_id, by, at)
    return [*burial, store.add_to_count(store.count_key(collection_id, mms_id), -1)] if burial else []


def _hang(parent_id: str | None, collections: int) -> list[tables.Write]:
    """Count a collection under its parent, or no more; the top of the tree counts nothing."""
    return [store.add_to_count(store.below_key(parent_id), collections)] if parent_id else []


def _save_collection(collection: Collection, writes: list[tables.Write], name_at: int | None) -> None:
    try:
        store.replace(writes)
    except tables.ConditionFailedError as error:
        if name_at in error.failed:
            raise CollectionNameTakenError(f"Another collection has the name {collection.name!r}") from error
        raise VersionConflictError(
            f"Collection {collection.id} or its parent was changed by somebody else at the same moment: read it again"
        ) from error


def name_claim(name: str) -> Identifier:
    """What a collection claims so that no other has its name."""
    return Identifier(scheme=_NAME_SCHEME, value=" ".join(name.split()).casefold())


def _name(collection: Collection) -> Identifier:
    return name_claim(collection.name)


def _claim_name(collection: Collection) -> tables.Put:
    return store.claim(_name(collection), collection.id)
