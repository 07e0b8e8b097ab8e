"""The items of the inventory table: their keys, and the models in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pynamodb.expressions.condition import Condition

from armarium.inventory import order as sequence
from armarium.inventory.model import File, Stamped
from armarium.metadata.model import Identifier
from armarium.platform import tables
from armarium.platform.items import InventoryItem

S = TypeVar("S", bound=Stamped)


def bib_key(mms_id: str) -> tuple[str, str]:
    """Of a bib."""
    return f"BIB#{mms_id}", "BIB"


def representation_key(mms_id: str, representation_id: str) -> tuple[str, str]:
    """Of a representation."""
    return f"BIB#{mms_id}", f"REP#{representation_id}"


def file_key(file: File) -> tuple[str, str]:
    """Of a file: its place is in the key."""
    return f"BIB#{file.mms_id}", f"FILE#{file.representation_id}#{sequence.key(file.order)}#{file.pid}"


def membership_key(mms_id: str, collection_id: str) -> tuple[str, str]:
    """Of a bib's being in a collection."""
    return f"BIB#{mms_id}", f"COLL#{collection_id}"


def claim_key(identifier: Identifier) -> tuple[str, str]:
    """Of the claim of an identifier."""
    return f"ID#{identifier.scheme}#{identifier.value[:900]}", "ID"


def collection_key(collection_id: str) -> tuple[str, str]:
    """Of a collection."""
    return f"COLL#{collection_id}", "COLL"


def item_of(key: tuple[str, str], model: Stamped, **attributes: Any) -> InventoryItem:
    """What is stored of a model, with the attributes that indexes need."""
    return InventoryItem(*key, body=body_of(model), version=model.version, **attributes)


def body_of(model: Stamped) -> str:
    """The model as JSON, without what has an attribute of its own."""
    return model.model_dump_json(exclude={"version", "technical", "sha256"})


def model_of(kind: type[S], item: InventoryItem) -> S:
    """The model that an item holds."""
    model = kind.model_validate_json(item.body or "{}")
    model.version = int(item.version or 1)
    return model


def at_version(version: int | None) -> Condition:
    """That an item is at this version; None: that there is none."""
    return InventoryItem.pk.does_not_exist() if version is None else InventoryItem.version == version


def stamp_of(source: Stamped, by: str, at: str) -> dict[str, Any]:
    """What a change by hand writes beside what it changes."""
    return {"version": source.version + 1, "modified_by": by, "modified_at": at, "touched_by": None}


def get_item(key: tuple[str, str]) -> InventoryItem | None:
    """One item."""
    try:
        return InventoryItem.get(*key, consistent_read=True)
    except InventoryItem.DoesNotExist:
        return None


def replace(writes: Sequence[tables.Write]) -> None:
    """A small transaction of edits."""
    tables.transact(writes)
