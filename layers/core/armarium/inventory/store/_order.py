"""The order of files: it stands in their keys, and an index of keys alone counts them."""

from __future__ import annotations

from collections.abc import Sequence

from armarium.inventory import order as sequence
from armarium.inventory.model import File
from armarium.inventory.order import Order
from armarium.inventory.store._files import file_items, file_of, put_file
from armarium.inventory.store._items import at_version, file_key, stamp_of
from armarium.inventory.store._titles import by_id
from armarium.platform import tables
from armarium.platform.items import InventoryItem


def order_of(sk: str) -> Order:
    """The order in a file's sort key."""
    return sequence.of_key(sk.split("#")[2])


def last_order(mms_id: str, representation_id: str) -> int:
    """The order of a representation's last file, without its fraction; 0 where it has none."""
    prefix = InventoryItem.sk.startswith(f"FILE#{representation_id}#")
    found = InventoryItem.query(f"BIB#{mms_id}", prefix, consistent_read=True, scan_index_forward=False, limit=1)
    return next((int(order_of(item.sk)) for item in found), 0)


def file_keys(representation_id: str, first: int) -> list[str]:
    """The sort keys of a representation's first files, in their order: some five thousand a request."""
    found = InventoryItem.by_collection.query(f"FILES#{representation_id}", limit=first) if first else ()
    return [item.sk for item in found]


def files_before(file: File) -> int:
    """How many files of its representation come before a file: some five thousand a request."""
    earlier = InventoryItem.collection_sk < file_key(file)[1]
    return int(InventoryItem.by_collection.count(f"FILES#{file.representation_id}", earlier))


def token_after(mms_id: str, sk: str) -> str | None:
    """The token of the page that begins behind a sort key."""
    return tables.to_token(_start(mms_id, sk))


def file_items_behind(mms_id: str, representation_id: str, sk: str | None, limit: int) -> list[InventoryItem]:
    """Files behind a sort key (None: from the first) as they are stored."""
    prefix = InventoryItem.sk.startswith(f"FILE#{representation_id}#")
    start = _start(mms_id, sk) if sk else None
    found = InventoryItem.query(f"BIB#{mms_id}", prefix, consistent_read=True, limit=limit, last_evaluated_key=start)
    return list(found)


def _start(mms_id: str, sk: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"BIB#{mms_id}"}, "sk": {"S": sk}}


def file_items_of(mms_id: str, representation_id: str, pids: Sequence[str]) -> dict[str, InventoryItem]:
    """Those of the files that are there, as they are stored, by pid.

    The index of ids comes after the table: for one that was moved a moment ago all are read.
    """
    prefix = f"FILE#{representation_id}#"
    keys = [located for located in map(by_id, pids) if located and located[0] == f"BIB#{mms_id}"]
    found = tables.batch_get(InventoryItem, (each for each in keys if each[1].startswith(prefix)))
    items = {item.id or "": item for item in found.values()}
    if len(items) < len(set(pids)):
        items |= {item.id or "": item for item in file_items(mms_id, representation_id) if item.id in pids}
    return items


def files_of(mms_id: str, representation_id: str, pids: Sequence[str]) -> dict[str, File]:
    """Those of the files that are there, by pid."""
    return {pid: file_of(item) for pid, item in file_items_of(mms_id, representation_id, pids).items()}


def move_file(item: InventoryItem, order: Order, by: str, at: str) -> list[tables.Write]:
    """Give a stored file another place: its key holds the place. Fails where anything of it changed meanwhile."""
    file = file_of(item)
    moved = file.model_copy(update={"order": order, **stamp_of(file, by, at)})
    unchanged = at_version(file.version) & (
        InventoryItem.technical == item.technical if item.technical else InventoryItem.technical.does_not_exist()
    )
    put = put_file(moved)
    put.item.technical, put.item.sha256, put.item.moved_from = item.technical, item.sha256, str(file.order)
    return [tables.Delete(InventoryItem(item.pk, item.sk), unchanged), put]
