"""Files in their order, and their masters in the storage bucket."""

from __future__ import annotations

from pynamodb.expressions.update import Action

from armarium.inventory.model import File, Technical
from armarium.inventory.store._items import at_version, body_of, file_key, get_item, item_of, model_of
from armarium.platform import blobs, tables
from armarium.platform.items import InventoryItem
from armarium.platform.settings import settings


def put_file(file: File, replacing: int | None = None) -> tables.Put:
    """Store a file: a new one, or in the place of version ``replacing``."""
    item = item_of(file_key(file), file, id=file.pid, technical=file.technical.model_dump_json(), sha256=file.sha256)
    return tables.Put(item, at_version(replacing))


def update_file(file: File, replacing: int, with_content: bool = False) -> tables.Update:
    """Change what people edit of a file and leave alone what derivation found; ``with_content`` replaces that too."""
    actions: list[Action] = [InventoryItem.body.set(body_of(file)), InventoryItem.version.set(file.version)]
    if with_content:
        actions.append(InventoryItem.technical.set(file.technical.model_dump_json()))
        actions.append(InventoryItem.sha256.set(file.sha256) if file.sha256 else InventoryItem.sha256.remove())
    return tables.Update(InventoryItem(*file_key(file)), actions, at_version(replacing))


def move_file(item: InventoryItem, order: int, by: str, at: str) -> list[tables.Write]:
    """Give a stored file another place: its key holds the place. Fails where anything of it changed meanwhile."""
    file = file_of(item)
    stamp = {"order": order, "version": file.version + 1, "modified_by": by, "modified_at": at, "touched_by": None}
    moved = file.model_copy(update=stamp)
    unchanged = at_version(file.version) & (
        InventoryItem.technical == item.technical if item.technical else InventoryItem.technical.does_not_exist()
    )
    put = put_file(moved)
    put.item.technical, put.item.sha256 = item.technical, item.sha256
    return [tables.Delete(InventoryItem(item.pk, item.sk), unchanged), put]


def set_technical(file: File, technical: Technical, sha256: str) -> bool:
    """Write what derivation found, and nothing else; False where the file is gone."""
    found = [InventoryItem.technical.set(technical.model_dump_json()), InventoryItem.sha256.set(sha256)]
    try:
        tables.transact([tables.Update(InventoryItem(*file_key(file)), found, InventoryItem.pk.exists())])
    except tables.ConditionFailedError:
        return False
    return True


def last_order(mms_id: str, representation_id: str) -> int:
    """The place of a representation's last file; 0 where it has none."""
    prefix = InventoryItem.sk.startswith(f"FILE#{representation_id}#")
    found = InventoryItem.query(f"BIB#{mms_id}", prefix, consistent_read=True, scan_index_forward=False, limit=1)
    return next((int(item.sk.split("#")[2]) for item in found), 0)


def files(
    mms_id: str, representation_id: str, limit: int | None, token: str | None = None, after: int = 0
) -> tuple[list[File], str | None]:
    """A page of a representation's files in their order, ``after`` a place; without a limit, all (1 MB a request)."""
    prefix = f"FILE#{representation_id}#"
    condition = InventoryItem.sk.between(f"{prefix}{after + 1:08d}", f"{prefix}~")
    found, following = tables.page(InventoryItem, f"BIB#{mms_id}", condition, limit, token, consistent_read=True)
    return [file_of(item) for item in found], following


def file_items(mms_id: str, representation_id: str) -> list[InventoryItem]:
    """The files of a representation as they are stored, in their order (1 MB a request)."""
    prefix = InventoryItem.sk.startswith(f"FILE#{representation_id}#")
    return list(InventoryItem.query(f"BIB#{mms_id}", prefix, consistent_read=True))


def file_at(key: tuple[str, str]) -> File | None:
    """The file under a key that :func:`by_id` gave."""
    item = get_item(key) if key[1].startswith("FILE#") else None
    return file_of(item) if item else None


def file_of(item: InventoryItem) -> File:
    """The file that an item holds, with what derivation found."""
    file = model_of(File, item)
    file.technical = Technical.model_validate_json(item.technical or "{}")
    file.sha256 = item.sha256
    return file


def storage_key(mms_id: str, representation_id: str, pid: str, name: str) -> str:
    """Where a master is kept in the storage bucket."""
    return f"{settings().institution}/storage/{mms_id}/{representation_id}/{pid}/{name}"


def adopt(source_bucket: str, source_key: str, key: str, content_type: str) -> blobs.Blob:
    """Copy a dropped file into storage; S3 computes its SHA-256."""
    return blobs.copy(source_bucket, source_key, settings().storage_bucket, key, content_type)


def master(key: str) -> blobs.Blob | None:
    """The stored master, or None."""
    return blobs.head(settings().storage_bucket, key)


def delete_masters(keys: list[str]) -> None:
    """Take masters out of storage; the bucket is versioned, so that an operator can bring them back."""
    blobs.delete(settings().storage_bucket, keys)
