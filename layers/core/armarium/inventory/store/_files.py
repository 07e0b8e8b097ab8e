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
    key = file_key(file)
    place = {"collection_pk": f"FILES#{file.representation_id}", "collection_sk": key[1]}
    known = {"technical": file.technical.model_dump_json(), "sha256": file.sha256}
    item = item_of(key, file, id=file.pid, **known, **place)
    return tables.Put(item, at_version(replacing))


def update_file(file: File, replacing: int, with_content: bool = False) -> tables.Update:
    """Change what people edit of a file and leave alone what derivation found; ``with_content`` replaces that too."""
    actions: list[Action] = [InventoryItem.body.set(body_of(file)), InventoryItem.version.set(file.version)]
    if with_content:
        actions.append(InventoryItem.technical.set(file.technical.model_dump_json()))
        actions.append(InventoryItem.sha256.set(file.sha256) if file.sha256 else InventoryItem.sha256.remove())
    return tables.Update(InventoryItem(*file_key(file)), actions, at_version(replacing))


def set_technical(file: File, technical: Technical, sha256: str) -> bool:
    """Write what derivation found, and nothing else; False where the file is gone."""
    found = [InventoryItem.technical.set(technical.model_dump_json()), InventoryItem.sha256.set(sha256)]
    try:
        tables.transact([tables.Update(InventoryItem(*file_key(file)), found, InventoryItem.pk.exists())])
    except tables.ConditionFailedError:
        return False
    return True


def files(
    mms_id: str, representation_id: str, limit: int | None, token: str | None = None
) -> tuple[list[File], str | None]:
    """A page of a representation's files in their order; without a limit, all (1 MB a request)."""
    condition = InventoryItem.sk.startswith(f"FILE#{representation_id}#")
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


def bring_back_master(key: str) -> blobs.Blob | None:
    """A deleted master, there again; None where its bytes are gone for good."""
    return blobs.undelete(settings().storage_bucket, key)


def adopt(source_bucket: str, source_key: str, key: str, content_type: str) -> blobs.Blob:
    """Copy a dropped file into storage; S3 computes its SHA-256."""
    return blobs.copy(source_bucket, source_key, settings().storage_bucket, key, content_type)


def master(key: str) -> blobs.Blob | None:
    """The stored master, or None."""
    return blobs.head(settings().storage_bucket, key)


def delete_masters(keys: list[str]) -> None:
    """Take masters out of storage; the bucket is versioned, so that an operator can bring them back."""
    blobs.delete(settings().storage_bucket, keys)
