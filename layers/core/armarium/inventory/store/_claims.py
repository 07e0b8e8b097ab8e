"""Which bibs have an identifier."""

from __future__ import annotations

from collections.abc import Iterable

from armarium.inventory.store._items import at_version, claim_key
from armarium.metadata.model import Identifier
from armarium.platform import tables
from armarium.platform.items import InventoryItem


def claim(identifier: Identifier, mms_id: str) -> tables.Put:
    """Claim an identifier that nobody has; fails where somebody does."""
    pk, sk = claim_key(identifier)
    return tables.Put(InventoryItem(pk, sk, owner=mms_id), at_version(None), 200)


def claim_further(identifier: Identifier, mms_id: str) -> tuple[tables.Write, ...]:
    """Join an identifier that another bib owns."""
    pk, sk = claim_key(identifier)
    return (
        tables.Put(InventoryItem(pk, f"ID#{mms_id}", owner=mms_id), None, 200),
        tables.Update(InventoryItem(pk, sk), [InventoryItem.shared.set(1)], InventoryItem.pk.exists(), 200),
    )


def release(identifiers: Iterable[Identifier], mms_id: str) -> None:
    """Give up a bib's identifiers: a shared one passes to the next bib that has it."""
    found = tables.batch_get(InventoryItem, (claim_key(identifier) for identifier in identifiers))
    for (pk, sk), item in found.items():
        if item.owner != mms_id:
            InventoryItem(pk, f"ID#{mms_id}").delete()
            continue
        others = list(InventoryItem.query(pk, InventoryItem.sk.startswith("ID#"), consistent_read=True, limit=2))
        if not others:
            InventoryItem(pk, sk).delete(InventoryItem.owner == mms_id)
            continue
        heir = others[0]
        shared = InventoryItem.shared.set(1) if len(others) > 1 else InventoryItem.shared.remove()
        take_over = tables.Update(
            InventoryItem(pk, sk), [InventoryItem.owner.set(heir.owner), shared], InventoryItem.owner == mms_id
        )
        tables.transact([take_over, tables.Delete(InventoryItem(pk, heir.sk))])


def owners(identifiers: Iterable[Identifier]) -> dict[Identifier, tuple[str, ...]]:
    """Which bibs have each identifier; identifiers that nobody has are absent. At most ten bibs are named."""
    by_key = {claim_key(identifier): identifier for identifier in identifiers}
    found = tables.batch_get(InventoryItem, by_key)
    answer: dict[Identifier, tuple[str, ...]] = {}
    for key, item in found.items():
        mms_ids = [item.owner or ""]
        if item.shared:
            further = InventoryItem.query(key[0], InventoryItem.sk.startswith("ID#"), consistent_read=True, limit=10)
            mms_ids += [other.owner or "" for other in further]
        answer[by_key[key]] = tuple(sorted(mms_ids))
    return answer
