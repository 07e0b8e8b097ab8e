"""Where holdings and items are kept: in the partition of their bib; barcodes are claimed beside the identifiers."""

from __future__ import annotations

import json
from typing import TypeVar

from pynamodb.expressions.condition import Condition

from armarium.holdings.model import Holding, Item
from armarium.inventory.model import Stamped
from armarium.platform import tables
from armarium.platform.items import InventoryItem

S = TypeVar("S", bound=Stamped)


def _holding_key(mms_id: str, holding_id: str) -> tuple[str, str]:
    return f"BIB#{mms_id}", f"HOLD#{holding_id}"


def _item_key(item: Item) -> tuple[str, str]:
    return f"BIB#{item.mms_id}", f"ITEM#{item.holding_id}#{item.pid}"


def _barcode_key(barcode: str) -> tuple[str, str]:
    return f"ID#barcode#{barcode}", "ID"


def _stored(key: tuple[str, str], model: Stamped) -> InventoryItem:
    return InventoryItem(*key, body=model.model_dump_json(exclude={"version"}), version=model.version)


def _model(kind: type[S], stored: InventoryItem) -> S:
    return kind.model_validate_json(stored.body or "{}").model_copy(update={"version": int(stored.version or 1)})


def _at(version: int | None) -> Condition:
    return InventoryItem.pk.does_not_exist() if version is None else InventoryItem.version == version


def _get(key: tuple[str, str]) -> InventoryItem | None:
    return tables.batch_get(InventoryItem, [key]).get(key)


def holdings(mms_id: str) -> list[Holding]:
    """The holdings of a bib."""
    prefix = InventoryItem.sk.startswith("HOLD#")
    return [_model(Holding, each) for each in InventoryItem.query(f"BIB#{mms_id}", prefix, consistent_read=True)]


def holding(mms_id: str, holding_id: str) -> Holding | None:
    """One holding."""
    stored = _get(_holding_key(mms_id, holding_id))
    return _model(Holding, stored) if stored else None


def items(mms_id: str, holding_id: str | None, limit: int | None, token: str | None) -> tuple[list[Item], str | None]:
    """A page of the items of a holding, or of all holdings of a bib; without a limit, all (1 MB a request)."""
    prefix = InventoryItem.sk.startswith(f"ITEM#{holding_id}#" if holding_id else "ITEM#")
    found, following = tables.page(InventoryItem, f"BIB#{mms_id}", prefix, limit, token, consistent_read=True)
    return [_model(Item, each) for each in found], following


def item_count(mms_id: str, holding_id: str | None) -> int:
    """How many items a holding, or a bib, has."""
    prefix = InventoryItem.sk.startswith(f"ITEM#{holding_id}#" if holding_id else "ITEM#")
    return int(InventoryItem.count(f"BIB#{mms_id}", prefix, consistent_read=True))


def item(mms_id: str, holding_id: str, pid: str) -> Item | None:
    """One item."""
    stored = _get((f"BIB#{mms_id}", f"ITEM#{holding_id}#{pid}"))
    return _model(Item, stored) if stored else None


def barcode_owner(barcode: str) -> Item | None:
    """The item that has a barcode; None where its title went away with it."""
    claim = _get(_barcode_key(barcode))
    return item(**json.loads(claim.body)) if claim and claim.body else None


def put_new_holding(after: Holding) -> None:
    """Store a holding that is not there. Raises tables.ConditionFailedError where its bib went."""
    bib = InventoryItem(f"BIB#{after.mms_id}", "BIB")
    put = tables.Put(_stored(_holding_key(after.mms_id, after.id), after), _at(None))
    tables.transact([tables.Check(bib, InventoryItem.pk.exists()), put])


def replace_holding(after: Holding, replacing: int) -> None:
    """Store the next version of a holding. Raises tables.ConditionFailedError."""
    stored = _stored(_holding_key(after.mms_id, after.id), after)
    changes = [InventoryItem.body.set(stored.body), InventoryItem.version.set(stored.version)]
    tables.transact([tables.Update(InventoryItem(stored.pk, stored.sk), changes, _at(replacing))])


def put_item(after: Item, before: Item | None) -> None:
    """Store an item, new or in the place of a version, with its barcode.

    Raises tables.ConditionFailedError: position 0 is the item, 1 the holding of a new one, and then the barcode. A
    claim whose item is gone is taken over. A holding counts the items that were ever put into it, so that none joins
    one that is just being deleted.
    """
    writes: list[tables.Write] = [tables.Put(_stored(_item_key(after), after), _at(before.version if before else None))]
    if before is None:
        holding = InventoryItem(*_holding_key(after.mms_id, after.holding_id))
        writes.append(tables.Update(holding, [InventoryItem.members.add(1)], InventoryItem.pk.exists()))
    had = before.barcode if before else ""
    if after.barcode and after.barcode != had:
        writes.append(_claim(after))
    if had and after.barcode != had:
        writes.append(tables.Delete(InventoryItem(*_barcode_key(had)), InventoryItem.owner == after.pid))
    tables.transact(writes)


def _claim(after: Item) -> tables.Put:
    key = _barcode_key(after.barcode)
    stale = _get(key) if barcode_owner(after.barcode) is None else None
    names = {"mms_id": after.mms_id, "holding_id": after.holding_id, "pid": after.pid}
    free = InventoryItem.pk.does_not_exist()
    condition = free | (InventoryItem.owner == stale.owner) if stale else free
    return tables.Put(InventoryItem(*key, owner=after.pid, body=json.dumps(names)), condition)


def delete_holding(before: Holding, by: str, at: str) -> bool:
    """Delete a holding at its version, beside its tombstone; False where it has items."""
    key = _holding_key(before.mms_id, before.id)
    stored = _get(key)
    if item_count(before.mms_id, before.id):
        return False
    put_in = stored.members if stored else None
    nothing_since = InventoryItem.members.does_not_exist() if put_in is None else InventoryItem.members == put_in
    tables.transact(_burial(_stored(key, before), by, at, nothing_since))
    return True


def delete_item(before: Item, by: str, at: str) -> None:
    """Delete an item at its version, beside its tombstone; its barcode is free again."""
    writes = _burial(_stored(_item_key(before), before), by, at)
    if before.barcode:
        writes.append(tables.Delete(InventoryItem(*_barcode_key(before.barcode)), InventoryItem.owner == before.pid))
    tables.transact(writes)


def _burial(stored: InventoryItem, by: str, at: str, condition: Condition | None = None) -> list[tables.Write]:
    tombstone = InventoryItem(
        stored.pk, f"DELETED#{stored.sk}", body=stored.body, version=stored.version, deleted_by=by, deleted_at=at
    )
    guard = InventoryItem.version == stored.version
    return [
        tables.Delete(InventoryItem(stored.pk, stored.sk), guard if condition is None else guard & condition),
        tables.Put(tombstone),
    ]
