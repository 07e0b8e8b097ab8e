"""How many bibs a collection has: in shards, so that parallel loads do not queue for one item."""

from __future__ import annotations

from collections.abc import Sequence

from armarium.platform import tables
from armarium.platform.items import InventoryItem

_SHARDS = 16


def count_key(collection_id: str, spread: str) -> tuple[str, str]:
    """The counter shard that ``spread`` falls on."""
    import zlib

    return f"COLL#{collection_id}", f"COUNT#{zlib.crc32(spread.encode()) % _SHARDS:02d}"


def add_to_count(key: tuple[str, str], members: int) -> tables.Update:
    """Add to a collection's member count."""
    return tables.Update(InventoryItem(*key), [InventoryItem.members.add(members)])


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
