"""What cataloguers do with collections: make, change, move, merge and delete them, and say which bibs they hold.

``expected`` is the version that the caller has seen, as in :mod:`armarium.cataloguing.service`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from armarium.cataloguing.service import change_bib, decided, require
from armarium.configuration import service as configuration
from armarium.inventory import service as inventory
from armarium.inventory.errors import CollectionParentError, CollectionThumbnailError, LastCollectionError
from armarium.inventory.model import Bib, Collection
from armarium.metadata import service as metadata
from armarium.metadata.service import UnreadableRecordError
from armarium.platform.errors import InvalidInputError, NotFoundError

MOST_SIBLINGS = 100
"""Collections beside each other that can be put in order one by one: as many as one transaction holds."""
_DEEPEST_TREE = 50
_LOOKED_THROUGH = 20  # files, for one that has a picture
_MERGED_AT_ONCE = 100


def create_collection(fields: Mapping[str, Any], by: str, now: datetime) -> Collection:
    """A new collection. Raises the errors of names and parents."""
    configuration.require_library(fields.get("library", ""))
    if fields.get("thumbnail"):
        raise CollectionThumbnailError("A new collection has no titles: choose its thumbnail when it has some")
    return inventory.create_collection(**{"name": "", **fields}, by=by, now=now)


def change_collection(
    collection_id: str, fields: Mapping[str, Any], by: str, now: datetime, expected: int | None = None
) -> Collection:
    """Other fields, another name or another parent for a collection; no change writes nothing.

    Raises the errors of names and parents, CollectionThumbnailError.
    """

    def attempt() -> tuple[Collection, Collection]:
        before = inventory.get_collection(collection_id)
        require(before, expected)
        if all(getattr(before, name) == value for name, value in fields.items()):
            return before, before
        after = inventory.edited(before, by, now, **fields)
        if after.library != before.library:
            configuration.require_library(after.library)
        if after.thumbnail and after.thumbnail != before.thumbnail:
            _require_picture(collection_id, after.thumbnail)
        above = _above(collection_id, after.parent_id) if after.parent_id != before.parent_id else ()
        return before, inventory.replace_collection(before, after, above)

    before, changed = decided(expected, attempt)
    if (before.name, before.description) != (changed.name, changed.description):
        _describe(changed, by, now)
    return changed


def _describe(collection: Collection, by: str, now: datetime) -> None:
    """Let the bib of a collection say its name and description; whatever else a cataloguer wrote there stays."""
    said = inventory.collection_record(collection.name, collection.description)
    record = inventory.get_bib(collection.mms_id).record
    if record.schema_.is_marc:
        return
    try:
        change_bib(collection.mms_id, by, now, record=metadata.merge(record, said))
    except UnreadableRecordError:
        change_bib(collection.mms_id, by, now, record=said)


def _require_picture(collection_id: str, pid: str) -> None:
    """Raises CollectionThumbnailError where a file is of no title in the collection or below it."""
    try:
        title = inventory.get_title(inventory.find_file(pid).mms_id)
    except NotFoundError as error:
        raise CollectionThumbnailError(f"thumbnail: there is no file {pid[:50]}") from error
    lines = inventory.lineage(title.bib.collection_ids).values()
    if not any(collection_id in line for line in lines):
        raise CollectionThumbnailError(
            f"thumbnail: file {pid} belongs to title {title.bib.mms_id}, which is neither in collection "
            f"{collection_id} nor below it"
        )


def picture_of(mms_id: str) -> str:
    """The first file of a title that has a picture. Raises BibNotFoundError, CollectionThumbnailError."""
    _, files = inventory.get_title_with_files(mms_id, _LOOKED_THROUGH)
    for file in files:
        if any(each.name == "thumbnail.jpg" for each in file.technical.derived):
            return file.pid
    raise CollectionThumbnailError(f"Title {mms_id} has no picture yet: choose another, or wait until it is made")


def _above(collection_id: str, parent_id: str | None) -> tuple[Collection, ...]:
    """The parent and all above it. Raises CollectionParentError where the collection is among them, or it gets deep."""
    above = inventory.ancestors(parent_id) if parent_id else ()
    if collection_id in {each.id for each in above}:
        raise CollectionParentError(f"Collection {collection_id} cannot be moved under {parent_id}: a circle")
    if len(above) >= _DEEPEST_TREE:
        raise CollectionParentError(f"Collection {parent_id} is {_DEEPEST_TREE} levels deep: nothing can go under it")
    return above


def place_collection(collection_id: str, steps: int, by: str, now: datetime) -> Collection:
    """Move a collection among those beside it: -1 is one towards the beginning, 1 towards the end.

    All get the number of their place as ``order``. Raises InvalidInputError where there are more than a hundred.
    """

    def attempt() -> Collection:
        parent_id = inventory.get_collection(collection_id).parent_id
        siblings = inventory.list_collections(parent_id, MOST_SIBLINGS)
        if siblings.next_token:
            raise InvalidInputError(
                f"More than {MOST_SIBLINGS} collections stand here side by side: give this one an order by number"
            )
        ordered = _shifted(list(siblings.items), collection_id, steps)
        moved = [
            (each, inventory.edited(each, by, now, order=place))
            for place, each in enumerate(ordered, 1)
            if each.order != place
        ]
        if moved:
            inventory.order_collections(moved)
        return inventory.get_collection(collection_id)

    return decided(None, attempt)


def _shifted(siblings: list[Collection], collection_id: str, steps: int) -> Sequence[Collection]:
    at = next((number for number, each in enumerate(siblings) if each.id == collection_id), None)
    if at is not None:
        siblings.insert(max(0, at + steps), siblings.pop(at))
    return siblings


def delete_collection(collection_id: str, by: str, now: datetime, expected: int | None = None) -> None:
    """Delete an empty collection. Raises CollectionHasBibsError, CollectionHasCollectionsError, BibInUseError."""

    def attempt() -> None:
        before = inventory.get_collection(collection_id)
        require(before, expected)
        inventory.delete_collection(before, by, now)

    decided(expected, attempt)


def add_to_collection(mms_id: str, collection_id: str, by: str, now: datetime) -> Bib:
    """Put a bib into a collection. Raises AlreadyInCollectionError, CollectionNotFoundError, BibNotFoundError."""
    inventory.get_collection(collection_id)
    inventory.join_collection(inventory.get_bib(mms_id), collection_id, by, now)
    return inventory.get_title(mms_id).bib


def remove_from_collection(mms_id: str, collection_id: str, by: str, now: datetime) -> None:
    """Take a bib out of a collection. Raises NotInThisCollectionError, LastCollectionError."""
    title = inventory.get_title(mms_id)
    if title.bib.collection_ids == (collection_id,) and title.representations:
        raise LastCollectionError(
            f"Bib {mms_id} has representations and is in no other collection: add it to one first"
        )
    decided(None, lambda: inventory.leave_collection(mms_id, collection_id, by, now))


def merge_collections(collection_id: str, into_id: str, by: str, now: datetime) -> int:
    """Move up to a hundred bibs, or then sub-collections, of a collection into another; answers how many are left.

    Call it until none are: what was moved is not moved again, so that it may die at any moment and be called once more.
    Raises CollectionParentError for a collection into itself or one below it.
    """
    if collection_id in {each.id for each in inventory.ancestors(into_id)}:
        raise CollectionParentError(
            f"Collection {collection_id} cannot be merged into {into_id}: that is itself, or below it"
        )
    page = inventory.list_bibs_in_collection(collection_id, _MERGED_AT_ONCE)
    for bib in page.items:
        decided(None, partial(inventory.move_to_collection, bib, collection_id, into_id, by, now))
    children = inventory.list_collections(collection_id, _MERGED_AT_ONCE - len(page.items)).items
    for child in children:
        change_collection(child.id, {"parent_id": into_id}, by, now)
    return _left(collection_id) if page.items or children else 0


def _left(collection_id: str) -> int:
    contents = inventory.count_contents([collection_id])[collection_id]
    return contents.titles + contents.collections
