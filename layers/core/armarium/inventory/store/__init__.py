"""Where the inventory is kept: its keys, its table and the bucket of large records are known only here.

A room each for files, titles, collections, their counts, claims of identifiers, and deletion.
"""

from __future__ import annotations

from armarium.inventory.store._claims import (
    claim,
    claim_further,
    owners,
    release,
)
from armarium.inventory.store._collections import (
    collection,
    collection_count,
    collections,
    existing_collections,
    exists,
    members,
    memberships,
    parents,
    put_collection,
    put_membership,
    reorder_in_collections,
)
from armarium.inventory.store._counts import (
    add_to_count,
    commit,
    count_key,
    member_count,
)
from armarium.inventory.store._deletion import (
    bury_bib,
    bury_collection,
    bury_file,
    bury_membership,
    bury_representation,
    delete_bib,
    delete_items,
    deleted,
    whole,
)
from armarium.inventory.store._files import (
    adopt,
    delete_masters,
    file_at,
    file_items,
    files,
    last_order,
    move_file,
    put_file,
    set_technical,
    storage_key,
    update_file,
)
from armarium.inventory.store._items import (
    replace,
)
from armarium.inventory.store._titles import (
    bibs,
    by_id,
    put_bib,
    put_representation,
    representation,
    representation_at,
    representations,
    scan_titles,
    small_title,
    title,
)

__all__ = [
    "add_to_count",
    "adopt",
    "bibs",
    "bury_bib",
    "bury_collection",
    "bury_file",
    "bury_membership",
    "bury_representation",
    "by_id",
    "claim",
    "claim_further",
    "collection",
    "collection_count",
    "collections",
    "commit",
    "count_key",
    "delete_bib",
    "delete_items",
    "delete_masters",
    "deleted",
    "existing_collections",
    "exists",
    "file_at",
    "file_items",
    "files",
    "last_order",
    "member_count",
    "members",
    "memberships",
    "move_file",
    "owners",
    "parents",
    "put_bib",
    "put_collection",
    "put_file",
    "put_membership",
    "put_representation",
    "release",
    "reorder_in_collections",
    "replace",
    "representation",
    "representation_at",
    "representations",
    "scan_titles",
    "set_technical",
    "small_title",
    "storage_key",
    "title",
    "update_file",
    "whole",
]
