"""How much is in a collection: its bibs in shards, so that parallel loads do not queue for one item.

What deletes a collection closes its counts: nothing can join it from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pynamodb.expressions.condition import Condition

from armarium.platform import tables
from armarium.platform.items import InventoryItem

_SHARDS = 16


def count_key(collection_id: str, spread: str) -> tuple[str, str]:
    """The counter shard that ``spread`` falls on."""
    import zlib

    return f"COLL#{collection_id}", f"COUNT#{zlib.crc32(spread.encode()) % _SHARDS:02d}"


def below_key(collection_id: str) -> tuple[str, str]:
    """The counter of the collections directly under a collection."""
    return f"COLL#{collection_id}", "BELOW"


def add_to_count(key: tuple[str, str], members: int) -> tables.Update:
    """Add to one of a collection's counts; more than before fails where the collection was deleted."""
    open_still = InventoryItem.deleted_at.does_not_exist() if members > 0 else None
    return tables.Update(InventoryItem(*key), [InventoryItem.members.add(members)], open_still)


def close_counts(counts: Mapping[tuple[str, str], int], by: str, at: str) -> list[tables.Write]:
    """Let nothing be counted any more. Fails where a count is not what was read."""
    closed = [InventoryItem.deleted_by.set(by), InventoryItem.deleted_at.set(at)]
    return [tables.Update(InventoryItem(*key), closed, _is_still(members)) for key, members in counts.items()]


def _is_still(members: int) -> Condition:
    same = InventoryItem.members == members
    return same if members else InventoryItem.members.does_not_exist() | same


def reopen_counts(collection_id: str) -> list[tables.Write]:
    """Let things be counted again for a collection that was deleted and is made anew under the same id."""
    fresh = [InventoryItem.deleted_by.remove(), InventoryItem.deleted_at.remove(), InventoryItem.members.set(0)]
    found = tables.batch_get(InventoryItem, _count_keys(collection_id))
    return [tables.Update(InventoryItem(*key), fresh) for key, item in found.items() if item.deleted_at]


def counts(collection_ids: Iterable[str]) -> dict[str, dict[tuple[str, str], int]]:
    """Every count of some collections, that of the collections below among them: six collections a request."""
    keys = {each: _count_keys(each) for each in collection_ids}
    every = (key for several in keys.values() for key in several)
    stored = tables.batch_get(InventoryItem, every, ("pk", "sk", "members"))
    found = {key: int(item.members or 0) for key, item in stored.items()}
    return {each: {key: found.get(key, 0) for key in several} for each, several in keys.items()}


def _count_keys(collection_id: str) -> list[tuple[str, str]]:
    shards = [(f"COLL#{collection_id}", f"COUNT#{shard:02d}") for shard in range(_SHARDS)]
    return [below_key(collection_id), *shards]


def member_count(collection_id: str) -> int:
    """How many bibs a collection has: the sum of its shards, one query."""
    shards = InventoryItem.query(f"COLL#{collection_id}", InventoryItem.sk.startswith("COUNT#"), consistent_read=True)
    return sum(int(item.members or 0) for item in shards)


def commit(group: Sequence[tables.Unit]) -> None:
    """One transaction of several units, with their counts merged."""
    counts: dict[tuple[str, str], int] = {}
    for unit in group:
        for key, members in unit.counts.items():
            counts[key] = counts.get(key, 0) + members
    writes = [write for unit in group for write in unit.writes]
    tables.transact([*writes, *(add_to_count(key, members) for key, members in counts.items())])
