"""What can be done with titles, representations, files and collections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from armarium.inventory import editing, store
from armarium.inventory.errors import (
    BibInUseError,
    BibNotFoundError,
    CollectionHasBibsError,
    CollectionHasCollectionsError,
    CollectionNameMissingError,
    CollectionNotFoundError,
    FileNotFoundInRepresentationError,
    RepresentationNotFoundError,
    VersionConflictError,
)
from armarium.inventory.model import (
    Bib,
    Collection,
    Contents,
    Draft,
    File,
    KeptRecord,
    Page,
    Representation,
    Sorting,
    Technical,
    Title,
)
from armarium.metadata import service as metadata
from armarium.metadata.model import Description, Identifier, RecordSchema, SourceRecord
from armarium.platform import clock, ids, tables
from armarium.platform.blobs import Blob
from armarium.platform.settings import settings

_LONGEST_TEXT = 2_000
_MOST_VALUES = 50
_TOGETHER = 90  # writes of one title in one transaction; the rest follow


# Bibs


def get_bib(mms_id: str) -> Bib:
    """A bib with its record. Raises :class:`BibNotFoundError`."""
    found = store.bibs([mms_id])
    if mms_id not in found:
        raise BibNotFoundError(f"There is no bib {mms_id}")
    return found[mms_id]


def get_title(mms_id: str) -> Title:
    """A bib with its collections and representations; files are listed apart. Raises :class:`BibNotFoundError`."""
    bib, representations = store.title(mms_id)
    if bib is None:
        raise BibNotFoundError(f"There is no bib {mms_id}")
    return Title(bib=bib, representations=tuple(representations))


def get_title_with_files(mms_id: str, most: int) -> tuple[Title, tuple[File, ...]]:
    """A title, and the first files of each of its representations, ``most`` of each: one query where it is a small one.

    Raises :class:`BibNotFoundError`.
    """
    small = store.small_title(mms_id, most)
    if small is None:
        title = get_title(mms_id)
        with_files = (each for each in title.representations if each.file_count)
        return title, tuple(file for each in with_files for file in store.files(mms_id, each.id, most)[0])
    bib, representations, files = small
    if bib is None:
        raise BibNotFoundError(f"There is no bib {mms_id}")
    return Title(bib=bib, representations=tuple(representations)), tuple(files)


def read_kept(kept: KeptRecord) -> SourceRecord:
    """A record as it was stored once."""
    content = kept.content if kept.key is None else store.record_at(kept.key)
    return SourceRecord(schema_=kept.schema_, content=content or b"")


def lean(description: Description) -> Description:
    """A description cut to what lists can show, so that a record of any size fits its item."""
    cut: dict[str, Any] = {name: value[:_LONGEST_TEXT] for name, value in description if isinstance(value, str)}
    for name, value in description:
        if isinstance(value, tuple):
            cut[name] = tuple(each[:_LONGEST_TEXT] if isinstance(each, str) else each for each in value[:_MOST_VALUES])
    return description.model_copy(update=cut)


# Representations


def list_representations(mms_id: str) -> tuple[Representation, ...]:
    """The representations of a bib. Raises :class:`BibNotFoundError`."""
    return get_title(mms_id).representations


def get_representation(mms_id: str, representation_id: str) -> Representation:
    """One representation. Raises :class:`RepresentationNotFoundError`."""
    found = store.representation(mms_id, representation_id)
    if found is None:
        raise RepresentationNotFoundError(f"There is no representation {representation_id} under bib {mms_id}")
    return found


def find_representation(representation_id: str) -> Representation:
    """A representation by its id alone. Raises :class:`RepresentationNotFoundError`."""
    key = store.by_id(representation_id)
    found = store.representation_at(key) if key else None
    if found is None:
        raise RepresentationNotFoundError(f"There is no representation {representation_id}")
    return found


def get_representations(keys: Iterable[tuple[str, str]]) -> dict[str, Representation]:
    """Those of the representations (MMS id, representation id) that exist, by id: a hundred a request."""
    return store.representations(keys)


# Files


def list_files(
    mms_id: str, representation_id: str, limit: int = 100, token: str | None = None, offset: int = 0
) -> Page[File]:
    """A page of a representation's files in their order, from a token or after the first ``offset``.

    Raises :class:`RepresentationNotFoundError`.
    """
    representation = get_representation(mms_id, representation_id)
    nothing = Page[File](items=(), total=representation.file_count)
    if not limit:
        return nothing
    if offset and not token:
        keys = store.file_keys(representation_id, offset)
        if len(keys) < offset:
            return nothing
        token = store.token_after(mms_id, keys[-1])
    items, following = store.files(mms_id, representation_id, limit, token)
    return Page[File](items=tuple(items), next_token=following, total=representation.file_count)


def place_of(file: File) -> int:
    """The place of a file in its representation, from 1."""
    return store.files_before(file) + 1


def get_file(mms_id: str, representation_id: str, pid: str) -> File:
    """One file. Raises :class:`FileNotFoundInRepresentationError`."""
    file = _file(pid) or _file_not_indexed(mms_id, representation_id, pid)
    if file is None or (file.mms_id, file.representation_id) != (mms_id, representation_id):
        raise FileNotFoundInRepresentationError(f"There is no file {pid} in representation {representation_id}")
    return file


def get_files(mms_id: str, representation_id: str, pids: Sequence[str]) -> tuple[File, ...]:
    """Some files of a representation, in this order. Raises :class:`FileNotFoundInRepresentationError`."""
    found = store.files_of(mms_id, representation_id, pids)
    for pid in pids:
        if pid not in found:
            raise FileNotFoundInRepresentationError(f"There is no file {pid} in representation {representation_id}")
    return tuple(found[pid] for pid in pids)


def file_or_none(mms_id: str, representation_id: str, pid: str) -> File | None:
    """One file, or None."""
    try:
        return get_file(mms_id, representation_id, pid)
    except FileNotFoundInRepresentationError:
        return None


def find_file(pid: str) -> File:
    """A file by its id alone. Raises :class:`FileNotFoundInRepresentationError`."""
    file = _file(pid)
    if file is None:
        raise FileNotFoundInRepresentationError(f"There is no file {pid}")
    return file


def _file(pid: str) -> File | None:
    key = store.by_id(pid)
    return store.file_at(key) if key else None


def _file_not_indexed(mms_id: str, representation_id: str, pid: str) -> File | None:
    """A file that was stored or moved a moment ago: the index of ids comes after the table."""
    return next((each for each in store.files(mms_id, representation_id, None)[0] if each.pid == pid), None)


def record_technical(file: File, technical: Technical, sha256: str) -> None:
    """Keep what derivation found of a file. No change of version: what people edit is apart from it.

    Raises :class:`FileNotFoundInRepresentationError` where the file was deleted meanwhile.
    """
    if not store.set_technical(file, technical, sha256):
        moved = get_file(file.mms_id, file.representation_id, file.pid)  # to another place in the order
        if not store.set_technical(moved, technical, sha256):
            raise FileNotFoundInRepresentationError(f"There is no file {file.pid} any more")


# Collections


def create_collection(
    *,
    name: str,
    by: str,
    now: datetime,
    description: str = "",
    library: str = "",
    parent_id: str | None = None,
    id: str | None = None,
    **more: Any,
) -> Collection:
    """Make a collection and the bib that describes it. With an ``id`` that exists already, that collection is answered.

    ``more`` are further fields of a collection. Raises :class:`CollectionNotFoundError` for a parent that is not there,
    :class:`CollectionNameMissingError`, :class:`CollectionNameTakenError`. Without a library of its own it has its
    parent's.
    """
    if not name.strip():
        raise CollectionNameMissingError
    if parent_id is not None:
        library = library or get_collection(parent_id).library
    if id is not None and (existing := store.collection(id)) is not None:
        return existing
    suffix = settings().id_suffix
    collection_id = id or ids.fresh(ids.IdType.COLLECTION, suffix)
    stamp = {"created_by": by, "created_at": clock.stamp(now), "modified_by": by, "modified_at": clock.stamp(now)}
    bib = Bib(
        mms_id=ids.derived(ids.IdType.BIB, suffix, collection_id),
        **described(collection_record(name.strip(), description)),
        origin=collection_origin(collection_id),
        **stamp,
    )
    collection = Collection(
        id=collection_id,
        mms_id=bib.mms_id,
        name=name.strip(),
        description=description,
        library=library,
        parent_id=parent_id,
        **stamp,
        **more,
    )
    return editing.create_collection(collection, bib)


def collection_origin(collection_id: str) -> str:
    """What a bib says of its origin where it describes a collection."""
    return f"collection#{collection_id}"


def described(record: SourceRecord) -> dict[str, Any]:
    """The fields of a bib that follow from its record."""
    examined = metadata.examine(record)
    return {"record": record, "description": lean(examined.description), "fingerprint": examined.fingerprint}


def collection_record(name: str, description: str) -> SourceRecord:
    """The record that describes a collection: simple Dublin Core."""
    escape = metadata.escaped
    lines = [f"<dc:title>{escape(name)}</dc:title>", "<dc:type>Collection</dc:type>"]
    if description:
        lines.append(f"<dc:description>{escape(description)}</dc:description>")
    namespaces = (
        'xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    content = f"<oai_dc:dc {namespaces}>{''.join(lines)}</oai_dc:dc>"
    return SourceRecord(schema_=RecordSchema.DC, content=content.encode())


def get_collection(collection_id: str) -> Collection:
    """One collection. Raises :class:`CollectionNotFoundError`."""
    found = store.collection(collection_id)
    if found is None:
        raise CollectionNotFoundError(f"There is no collection {collection_id}")
    return found


def collection_named(name: str) -> Collection | None:
    """The collection of this name, whatever the case; two requests."""
    wanted = editing.name_claim(name)
    owners = store.owners([wanted]).get(wanted, ())
    return store.collection(owners[0]) if owners else None


def lineage(collection_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Each of the collections that exist → itself and all above it: a batch read for each level of the tree."""
    wanted = tuple(dict.fromkeys(collection_ids))
    parents: dict[str, str | None] = {}
    level = set(wanted)
    while level:
        found = store.parents(level)
        parents |= found
        level = {parent for parent in found.values() if parent} - parents.keys()
    return {each: tuple(_upwards(each, parents)) for each in wanted if each in parents}


def _upwards(collection_id: str, parents: dict[str, str | None]) -> list[str]:
    path = [collection_id]
    while (above := parents.get(path[-1])) and above in parents and above not in path:
        path.append(above)
    return path


def list_collections(
    parent_id: str | None = None, limit: int = 100, token: str | None = None, offset: int = 0
) -> Page[Collection]:
    """A page of the collections under a parent (None: at the top) by name, from a token or after ``offset``."""
    items, following = store.collections(parent_id, limit + offset, token)
    return Page[Collection](items=tuple(items[offset:]), next_token=following, total=store.collection_count(parent_id))


def ancestors(collection_id: str) -> tuple[Collection, ...]:
    """A collection and all above it, the top last: a request a level. Raises :class:`CollectionNotFoundError`."""
    path = [get_collection(collection_id)]
    while (above := path[-1].parent_id) and above not in {each.id for each in path}:
        path.append(get_collection(above))
    return tuple(path)


def get_collections(collection_ids: Iterable[str]) -> dict[str, Collection]:
    """Those of the collections that exist: a hundred a request."""
    return store.collections_named(collection_ids)


def count_members(collection_id: str) -> int:
    """How many bibs are in a collection."""
    return store.member_count(collection_id)


def count_contents(collection_ids: Iterable[str]) -> dict[str, Contents]:
    """How many bibs and collections are directly in each of some collections: six collections a request."""
    return {each: _contents(each, counts) for each, counts in store.counts(collection_ids).items()}


def _contents(collection_id: str, counts: Mapping[tuple[str, str], int]) -> Contents:
    below = counts[store.below_key(collection_id)]
    return Contents(titles=max(0, sum(counts.values()) - below), collections=max(0, below))


def titles_in_collection(
    collection_id: str, limit: int, token: str | None = None
) -> tuple[tuple[str, ...], str | None]:
    """A page of the MMS ids in a collection, by title, and where the next begins."""
    mms_ids, following = store.members(collection_id, limit, token)
    return tuple(mms_ids), following


def list_bibs_in_collection(
    collection_id: str, limit: int = 50, token: str | None = None, offset: int = 0
) -> Page[Bib]:
    """A page of the bibs in a collection in its order, without their records, from a token or after ``offset`` bibs.

    Four requests, however many members; ``offset`` reads the keys it leaves out (ten thousand fit one request).
    """
    sorting = Sorting.of(get_collection(collection_id).sorting)
    mms_ids, following = store.members(collection_id, limit + offset, token, sorting)
    mms_ids = mms_ids[offset:]
    found = store.bibs(mms_ids, with_record=False)
    items = tuple(found[mms_id] for mms_id in mms_ids if mms_id in found)
    return Page[Bib](items=items, next_token=following, total=store.member_count(collection_id))


def scan_titles(part: int, parts: int, token: str | None, most: int) -> tuple[tuple[str, ...], str | None]:
    """About ``most`` MMS ids out of one of several equal parts of all titles, and where the next begin (None: done).

    For what has to see everything, and that alone: it reads the whole table.
    """
    return store.scan_titles(part, parts, token, most)


# Edits by hand: one thing at a time, at the version that was read

edited = editing.edited
create_bib = editing.create_bib
replace_bib = editing.replace_bib
put_representation = editing.put_representation
finish_representation = editing.finish_representation
last_place = editing.last_place
add_file = editing.add_file
change_file = editing.change_file
order_files = editing.order_files
move_files = editing.move_files
move_file_back = editing.move_file_back
delete_files = editing.delete_files
restore_file = editing.restore_file
FILES_TOGETHER = editing.FILES_TOGETHER
replace_collection = editing.replace_collection
order_collections = editing.order_collections
join_collection = editing.join
leave_collection = editing.leave
move_to_collection = editing.move


# Deletion


def delete_collection(collection: Collection, by: str, now: datetime) -> None:
    """Delete a collection at its version, with the bib that describes it.

    Raises :class:`CollectionHasBibsError`, :class:`CollectionHasCollectionsError`, :class:`BibInUseError` where
    representations hang on that bib, :class:`VersionConflictError`.
    """
    counts = store.counts([collection.id])[collection.id]
    contents = _contents(collection.id, counts)
    if contents.collections or store.collection_count(collection.id):
        raise CollectionHasCollectionsError(
            f"Collection {collection.id} has sub-collections: move or delete them first"
        )
    members, _ = store.members(collection.id, 1, None)
    if members or contents.titles:
        raise CollectionHasBibsError(f"Collection {collection.id} has bibs: take them out first")
    bib, representations = store.title(collection.mms_id)
    if representations:
        raise BibInUseError(
            f"Bib {collection.mms_id}, which describes collection {collection.id}, has representations: "
            "delete them first"
        )
    editing.delete_collection(collection, bib, counts, by, now)


def delete_title(title: Title, by: str, now: datetime) -> tuple[File, ...]:
    """Delete a title at the version given, with all that hangs on it; answers the files that went.

    Tombstones stay. Where it dies half-way, :func:`finish_deletion` does the rest.
    Raises :class:`VersionConflictError`.
    """
    try:
        store.delete_bib(title.bib, by, clock.stamp(now))
    except tables.ConditionFailedError as error:
        raise VersionConflictError(f"Bib {title.bib.mms_id} was changed since: it stays") from error
    return finish_deletion(title.bib.mms_id, by, now)


def finish_deletion(mms_id: str, by: str, now: datetime) -> tuple[File, ...]:
    """Delete what is left of a title whose bib is gone; answers all files that went with it. May be called again."""
    store.delete_items(store.whole(mms_id), by, clock.stamp(now))
    bib, files = store.deleted(mms_id)
    if bib is not None:
        store.release(bib.description.identifiers, mms_id)
    return tuple(files)


delete_representation = editing.delete_representation


def delete_masters(files: tuple[File, ...]) -> None:
    """Take the masters of deleted files out of storage (the versioned bucket keeps what an operator may need)."""
    store.delete_masters([file.key for file in files])


# Writing many titles


def get_bibs(mms_ids: Iterable[str], with_record: bool = True) -> dict[str, Bib]:
    """Those of the bibs that exist, with their records or without: a hundred a request."""
    return store.bibs(mms_ids, with_record)


def existing_bibs(mms_ids: Iterable[str]) -> set[str]:
    """Those of the bibs that exist: a hundred a request."""
    return set(store.bibs(mms_ids, with_record=False))


def owners(identifiers: Iterable[Identifier]) -> dict[Identifier, tuple[str, ...]]:
    """Which bibs have each identifier (at most ten are named); those that nobody has are absent."""
    return store.owners(identifiers)


def memberships(pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the (MMS id, collection id) pairs that hold."""
    return store.memberships(pairs)


def existing_collections(collection_ids: Iterable[str]) -> set[str]:
    """Those of the collections that exist."""
    return store.existing_collections(collection_ids)


def all_files(mms_id: str, representation_id: str) -> list[File]:
    """All files of a representation, for a comparison of the whole."""
    return store.files(mms_id, representation_id, None)[0]


def save(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """Write drafts, many a transaction. Answers those that met something unexpected: read afresh, draft again.

    The bib, its memberships and identifiers and all that replaces something come first and together; what one
    transaction cannot hold follows. May be called again with the same drafts: what is there already is never doubled.
    """
    unexpected: dict[int, Draft] = {}
    writes = {draft.tag: _writes(draft) for draft in drafts if not draft.is_empty}
    units = (_unit(draft, writes[draft.tag][:_TOGETHER]) for draft in drafts if draft.tag in writes)
    for group in tables.in_groups(units):
        unexpected |= {unit.tag.tag: unit.tag for unit in _commit(group)}
    for draft in drafts:
        if draft.tag in unexpected:
            continue
        if not _follow_up(draft, writes.get(draft.tag, [])[_TOGETHER:]):
            unexpected[draft.tag] = draft
        store.release(draft.releases, draft.mms_id)
    return tuple(unexpected.values())


def receive_file(source: tuple[str, str], key: str, content_type: str) -> Blob:
    """Copy a dropped file (bucket, key) into storage under ``key``; S3 computes its SHA-256."""
    return store.adopt(*source, key, content_type)


def discard_master(key: str) -> None:
    """Take bytes out of storage that no file has."""
    store.delete_masters([key])


def bring_back_master(key: str) -> Blob | None:
    """A deleted master, there again; None where its bytes are gone for good."""
    return store.bring_back_master(key)


def storage_key(mms_id: str, representation_id: str, pid: str, name: str) -> str:
    """Where a master is kept in storage."""
    return store.storage_key(mms_id, representation_id, pid, name)


def _writes(draft: Draft) -> list[tables.Write]:
    """All writes of a draft, those that must go together first."""
    writes: list[tables.Write] = []
    if draft.bib:
        writes.append(store.put_bib(draft.bib, draft.replacing.get(draft.mms_id)))
    joining = draft.join or draft.bib
    if joining:
        writes += [
            store.put_membership(joining, collection_id, draft.by, draft.at) for collection_id in draft.collection_ids
        ]
    for collection_id in draft.leaves:
        writes += store.leave_collection(draft.mms_id, collection_id, draft.by, draft.at)
    if draft.reorder:
        writes += store.reorder_in_collections(draft.reorder)
    things: list[tables.Write] = [
        store.put_representation(each, draft.replacing.get(each.id)) for each in draft.representations
    ]
    things += [store.put_file(each, draft.replacing.get(each.pid)) for each in draft.files]
    replaced = {each.id for each in draft.representations} | {each.pid for each in draft.files}
    replaced &= draft.replacing.keys()
    if replaced:
        things.sort(key=lambda write: write.item.id not in replaced)
    writes += [store.claim(identifier, draft.mms_id) for identifier in draft.claims]
    for identifier in draft.shares:
        writes += store.claim_further(identifier, draft.mms_id)
    return writes + things


def _unit(draft: Draft, writes: list[tables.Write]) -> tables.Unit:
    counts = {store.count_key(collection_id, draft.spread): 1 for collection_id in draft.collection_ids}
    counts |= {store.count_key(collection_id, draft.spread): -1 for collection_id in draft.leaves}
    return tables.Unit(writes, counts, draft)


def _follow_up(draft: Draft, rest: list[tables.Write]) -> bool:
    """Write what the first transaction could not hold; False where something that was to be replaced had changed."""
    for at in range(0, len(rest), tables.MOST_ACTIONS):
        writes = rest[at : at + tables.MOST_ACTIONS]
        try:
            store.replace(writes)
        except tables.ConditionFailedError as error:
            there = set(error.failed)
            if any(writes[position].item.id in draft.replacing for position in there):
                return False
            store.replace([write for position, write in enumerate(writes) if position not in there])
    return True


def _commit(group: list[tables.Unit]) -> list[tables.Unit]:
    """Write a group as one transaction; where it fails, each unit by itself. Answers the units that failed even so."""
    try:
        store.commit(group)
    except tables.ConditionFailedError:
        if len(group) == 1:
            return group
        return [unexpected for unit in group for unexpected in _commit([unit])]
    return []
