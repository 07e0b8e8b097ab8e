"""Where the inventory is kept. The only file that knows its keys, its table and the bucket of large records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from armarium.inventory.model import Bib, Collection, File, Representation, Stamped, Technical
from armarium.metadata.model import Identifier, RecordSchema, SourceRecord
from armarium.platform import blobs, tables
from armarium.platform.settings import settings

_LARGEST_INLINE_RECORD = 250_000  # bytes; an item may have 400 KB with all its attributes
_SHARDS = 16
_S = TypeVar("_S", bound=Stamped)


class _ByCollection(GlobalSecondaryIndex["InventoryItem"]):  # type: ignore[no-untyped-call]
    """The bibs of a collection in the order of their titles."""

    class Meta:
        index_name = "by_collection"
        projection = KeysOnlyProjection()

    collection_pk = UnicodeAttribute(hash_key=True)
    collection_sk = UnicodeAttribute(range_key=True)


class _ById(GlobalSecondaryIndex["InventoryItem"]):  # type: ignore[no-untyped-call]
    """A representation or file by its id alone."""

    class Meta:
        index_name = "by_id"
        projection = KeysOnlyProjection()

    id = UnicodeAttribute(hash_key=True)


class _ByParent(GlobalSecondaryIndex["InventoryItem"]):  # type: ignore[no-untyped-call]
    """The collections under a collection."""

    class Meta:
        index_name = "by_parent"
        projection = AllProjection()

    parent_pk = UnicodeAttribute(hash_key=True)
    parent_sk = UnicodeAttribute(range_key=True)


class InventoryItem(Model):
    """An item of the inventory table, of whichever kind (`docs/architecture.md` lists the kinds and their keys)."""

    class Meta:
        table_name = settings().inventory_table
        billing_mode = "PAY_PER_REQUEST"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    by_collection = _ByCollection()
    by_id = _ById()
    by_parent = _ByParent()
    collection_pk = UnicodeAttribute(null=True)
    collection_sk = UnicodeAttribute(null=True)
    id = UnicodeAttribute(null=True)
    parent_pk = UnicodeAttribute(null=True)
    parent_sk = UnicodeAttribute(null=True)
    body = UnicodeAttribute(null=True)  # the pydantic model as JSON
    version = NumberAttribute(null=True)
    record = BinaryAttribute(legacy_encoding=False, null=True)  # the source record, byte for byte
    record_key = UnicodeAttribute(null=True)  # … or where it is in the storage bucket
    technical = UnicodeAttribute(null=True)  # of a file: written by derivation, apart from what people edit
    sha256 = UnicodeAttribute(null=True)
    owner = UnicodeAttribute(null=True)  # of a claim: the MMS id
    shared = NumberAttribute(null=True)  # of a claim: 1 when further bibs have the identifier
    members = NumberAttribute(null=True)  # of a count
    deleted_by = UnicodeAttribute(null=True)
    deleted_at = UnicodeAttribute(null=True)


# Keys


def _bib_key(mms_id: str) -> tuple[str, str]:
    return f"BIB#{mms_id}", "BIB"


def _representation_key(mms_id: str, representation_id: str) -> tuple[str, str]:
    return f"BIB#{mms_id}", f"REP#{representation_id}"


def _file_key(file: File) -> tuple[str, str]:
    return f"BIB#{file.mms_id}", f"FILE#{file.representation_id}#{file.order:08d}#{file.pid}"


def _membership_key(mms_id: str, collection_id: str) -> tuple[str, str]:
    return f"BIB#{mms_id}", f"COLL#{collection_id}"


def _claim_key(identifier: Identifier) -> tuple[str, str]:
    return f"ID#{identifier.scheme}#{identifier.value[:900]}", "ID"


def _collection_key(collection_id: str) -> tuple[str, str]:
    return f"COLL#{collection_id}", "COLL"


# Items ↔ models


def _bib_item(bib: Bib) -> InventoryItem:
    pk, sk = _bib_key(bib.mms_id)
    body = bib.model_dump_json(exclude={"record": {"content"}, "collection_ids": True, "version": True})
    item = InventoryItem(pk, sk, body=body, version=bib.version)
    if len(bib.record.content) > _LARGEST_INLINE_RECORD:
        item.record_key = f"{settings().institution}/records/{bib.mms_id}/{bib.fingerprint}"
        blobs.write(settings().storage_bucket, item.record_key, bib.record.content)
    else:
        item.record = bib.record.content
    return item


def _bib(item: InventoryItem, collection_ids: tuple[str, ...] = (), with_record: bool = True) -> Bib:
    content = item.record or b""
    if item.record_key and with_record:
        content = blobs.read(settings().storage_bucket, item.record_key)
    bib = Bib.model_validate_json(_with_record(item.body or "{}"))
    return bib.model_copy(
        update={
            "version": int(item.version or 1),
            "collection_ids": collection_ids,
            "record": SourceRecord(schema_=RecordSchema(bib.record.schema_), content=content),
        }
    )


def _with_record(body: str) -> str:
    """The body holds the record's schema and not its bytes: give the model an empty record to fill."""
    return body.replace('"record":{', '"record":{"content":"",', 1)


def _item(pk: str, sk: str, model: Stamped, **attributes: Any) -> InventoryItem:
    return InventoryItem(
        pk,
        sk,
        body=_body(model),
        version=model.version,
        **attributes,
    )


def _body(model: Stamped) -> str:
    return model.model_dump_json(exclude={"version", "technical", "sha256"})


def _model(kind: type[_S], item: InventoryItem) -> _S:
    model = kind.model_validate_json(item.body or "{}")
    model.version = int(item.version or 1)
    return model


def _file(item: InventoryItem) -> File:
    file = _model(File, item)
    file.technical = Technical.model_validate_json(item.technical or "{}")
    file.sha256 = item.sha256
    return file


def _collection_item(collection: Collection) -> InventoryItem:
    pk, sk = _collection_key(collection.id)
    parent = collection.parent_id or "TOP"
    place = f"{collection.order:06d}#{collection.name.casefold()}#{collection.id}"
    return _item(pk, sk, collection, parent_pk=f"UNDER#{parent}", parent_sk=place)


# Conditions


def _absent() -> Condition:
    return InventoryItem.pk.does_not_exist()


def _at_version(version: int) -> Condition:
    return InventoryItem.version == version


# Writes: building blocks of a transaction


def put_bib(bib: Bib, replacing: int | None = None) -> tables.Put:
    """Store a bib: a new one, or in the place of version ``replacing``."""
    item = _bib_item(bib)
    size = len(item.body or "") + len(item.record or b"") + 400
    return tables.Put(item, _absent() if replacing is None else _at_version(replacing), size)


def put_representation(representation: Representation, replacing: int | None = None) -> tables.Put:
    """Store a representation: a new one, or in the place of version ``replacing``."""
    pk, sk = _representation_key(representation.mms_id, representation.id)
    item = _item(pk, sk, representation, id=representation.id)
    return tables.Put(item, _absent() if replacing is None else _at_version(replacing))


def put_file(file: File, replacing: int | None = None) -> tables.Put:
    """Store a file: a new one, or in the place of version ``replacing``."""
    pk, sk = _file_key(file)
    item = _item(pk, sk, file, id=file.pid, technical=file.technical.model_dump_json(), sha256=file.sha256)
    return tables.Put(item, _absent() if replacing is None else _at_version(replacing))


def put_membership(bib: Bib, collection_id: str, by: str, at: str) -> tables.Put:
    """Put a bib into a collection; fails where it is in already."""
    pk, sk = _membership_key(bib.mms_id, collection_id)
    stamp = Stamped(created_by=by, created_at=at, modified_by=by, modified_at=at)
    place = {"collection_pk": f"IN#{collection_id}", "collection_sk": _collection_order(bib)}
    return tables.Put(_item(pk, sk, stamp, **place), _absent(), 700)


def _collection_order(bib: Bib) -> str:
    return f"{bib.description.sort_title[:200]}#{bib.mms_id}"


def claim(identifier: Identifier, mms_id: str) -> tables.Put:
    """Claim an identifier that nobody has; fails where somebody does."""
    pk, sk = _claim_key(identifier)
    return tables.Put(InventoryItem(pk, sk, owner=mms_id), _absent(), 200)


def claim_further(identifier: Identifier, mms_id: str) -> tuple[tables.Write, ...]:
    """Join an identifier that another bib owns."""
    pk, sk = _claim_key(identifier)
    return (
        tables.Put(InventoryItem(pk, f"ID#{mms_id}", owner=mms_id), None, 200),
        tables.Update(InventoryItem(pk, sk), [InventoryItem.shared.set(1)], InventoryItem.pk.exists(), 200),
    )


def count_key(collection_id: str, spread: str) -> tuple[str, str]:
    """The counter shard that ``spread`` falls on."""
    import zlib

    return f"COLL#{collection_id}", f"COUNT#{zlib.crc32(spread.encode()) % _SHARDS:02d}"


def add_to_count(key: tuple[str, str], members: int) -> tables.Update:
    """Add to a collection's member count."""
    return tables.Update(InventoryItem(*key), [InventoryItem.members.add(members)])


def put_collection(collection: Collection, replacing: int | None = None) -> tables.Put:
    """Store a collection: a new one, or in the place of version ``replacing``."""
    return tables.Put(_collection_item(collection), _absent() if replacing is None else _at_version(replacing))


def commit(group: Sequence[tables.Unit]) -> None:
    """One transaction of several units, with their counts merged."""
    counts: dict[tuple[str, str], int] = {}
    for unit in group:
        for key, members in unit.counts.items():
            counts[key] = counts.get(key, 0) + members
    writes = [write for unit in group for write in unit.writes]
    tables.transact([*writes, *(add_to_count(key, members) for key, members in counts.items())])


# Edits by hand: building blocks of a transaction


def reorder_in_collections(bib: Bib) -> list[tables.Write]:
    """Put a bib where its title belongs in the lists of its collections."""
    order = InventoryItem.collection_sk.set(_collection_order(bib))
    keys = (_membership_key(bib.mms_id, collection_id) for collection_id in bib.collection_ids)
    return [tables.Update(InventoryItem(*key), [order], InventoryItem.pk.exists()) for key in keys]


def update_file(file: File, replacing: int, with_content: bool = False) -> tables.Update:
    """Change what people edit of a file and leave alone what derivation found; ``with_content`` replaces that too."""
    actions: list[Action] = [InventoryItem.body.set(_body(file)), InventoryItem.version.set(file.version)]
    if with_content:
        actions.append(InventoryItem.technical.set(file.technical.model_dump_json()))
        actions.append(InventoryItem.sha256.set(file.sha256) if file.sha256 else InventoryItem.sha256.remove())
    return tables.Update(InventoryItem(*_file_key(file)), actions, _at_version(replacing))


def file_items(mms_id: str, representation_id: str) -> list[InventoryItem]:
    """The files of a representation as they are stored, in their order (1 MB a request)."""
    prefix = InventoryItem.sk.startswith(f"FILE#{representation_id}#")
    return list(InventoryItem.query(f"BIB#{mms_id}", prefix, consistent_read=True))


def move_file(item: InventoryItem, order: int, by: str, at: str) -> list[tables.Write]:
    """Give a stored file another place: its key holds the place. Fails where anything of it changed meanwhile."""
    file = _file(item)
    stamp = {"order": order, "version": file.version + 1, "modified_by": by, "modified_at": at, "touched_by": None}
    moved = file.model_copy(update=stamp)
    unchanged = _at_version(file.version) & (
        InventoryItem.technical == item.technical if item.technical else InventoryItem.technical.does_not_exist()
    )
    put = put_file(moved)
    put.item.technical, put.item.sha256 = item.technical, item.sha256
    return [tables.Delete(InventoryItem(item.pk, item.sk), unchanged), put]


def exists(collection_id: str) -> tables.Check:
    """That a collection is still there when the transaction is."""
    return tables.Check(InventoryItem(*_collection_key(collection_id)), InventoryItem.pk.exists())


def unclaim(identifier: Identifier, owner: str) -> tables.Delete:
    """Give up an identifier that only ``owner`` has."""
    return tables.Delete(InventoryItem(*_claim_key(identifier)), InventoryItem.owner == owner)


def bury_file(file: File, by: str, at: str) -> list[tables.Write]:
    """Delete a file at its version."""
    return _bury(_file_key(file), file.version, by, at)


def bury_representation(representation: Representation, by: str, at: str) -> list[tables.Write]:
    """Delete a representation at its version; its files are deleted apart."""
    return _bury(_representation_key(representation.mms_id, representation.id), representation.version, by, at)


def bury_membership(mms_id: str, collection_id: str, by: str, at: str) -> list[tables.Write]:
    """Take a bib out of a collection; nothing where it is not in."""
    return _bury(_membership_key(mms_id, collection_id), None, by, at)


def bury_collection(collection: Collection, by: str, at: str) -> list[tables.Write]:
    """Delete a collection at its version."""
    return _bury(_collection_key(collection.id), collection.version, by, at)


def bury_bib(bib: Bib, by: str, at: str) -> list[tables.Write]:
    """Delete a bib that is in no collection, at its version."""
    return _bury(_bib_key(bib.mms_id), bib.version, by, at)


def _bury(key: tuple[str, str], version: int | None, by: str, at: str) -> list[tables.Write]:
    """A deletion beside its tombstone, which is written as the item is now; a version that passed makes it fail."""
    item = _get(key)
    if item is None and version is None:
        return []
    guard = InventoryItem.pk.exists() if version is None else _at_version(version)
    dead = item or InventoryItem(*key)
    return [tables.Delete(InventoryItem(*key), guard), tables.Put(_tombstone(dead, by, at))]


# Reads


def last_order(mms_id: str, representation_id: str) -> int:
    """The place of a representation's last file; 0 where it has none."""
    prefix = InventoryItem.sk.startswith(f"FILE#{representation_id}#")
    found = InventoryItem.query(f"BIB#{mms_id}", prefix, consistent_read=True, scan_index_forward=False, limit=1)
    return next((int(item.sk.split("#")[2]) for item in found), 0)


def bibs(mms_ids: Iterable[str], with_record: bool = True) -> dict[str, Bib]:
    """Those of the bibs that exist, a hundred a request."""
    attributes = None if with_record else ("pk", "sk", "body", "version")
    found = tables.batch_get(InventoryItem, (_bib_key(mms_id) for mms_id in mms_ids), attributes)
    return {bib.mms_id: bib for bib in (_bib(item, with_record=with_record) for item in found.values())}


def record_at(key: str) -> bytes:
    """A record that is too large for the table, as it was stored under this key."""
    return blobs.read(settings().storage_bucket, key)


def owners(identifiers: Iterable[Identifier]) -> dict[Identifier, tuple[str, ...]]:
    """Which bibs have each identifier; identifiers that nobody has are absent. At most ten bibs are named."""
    by_key = {_claim_key(identifier): identifier for identifier in identifiers}
    found = tables.batch_get(InventoryItem, by_key)
    answer: dict[Identifier, tuple[str, ...]] = {}
    for key, item in found.items():
        mms_ids = [item.owner or ""]
        if item.shared:
            further = InventoryItem.query(key[0], InventoryItem.sk.startswith("ID#"), consistent_read=True, limit=10)
            mms_ids += [other.owner or "" for other in further]
        answer[by_key[key]] = tuple(sorted(mms_ids))
    return answer


def memberships(pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the (MMS id, collection) pairs that hold."""
    by_key = {_membership_key(*pair): pair for pair in pairs}
    return {by_key[key] for key in tables.batch_get(InventoryItem, by_key, ("pk", "sk"))}


def title(mms_id: str) -> tuple[Bib | None, list[Representation]]:
    """A bib with its collections and its representations: one query, files left out."""
    pk = f"BIB#{mms_id}"
    bib: InventoryItem | None = None
    collection_ids: list[str] = []
    for item in InventoryItem.query(pk, InventoryItem.sk.between("BIB", "COLL#~"), consistent_read=True):
        if item.sk == "BIB":
            bib = item
        else:
            collection_ids.append(item.sk.removeprefix("COLL#"))
    if bib is None:
        return None, []
    found = InventoryItem.query(pk, InventoryItem.sk.startswith("REP#"), consistent_read=True)
    return _bib(bib, tuple(collection_ids)), [_model(Representation, item) for item in found]


def small_title(mms_id: str, most: int) -> tuple[Bib | None, list[Representation], list[File]] | None:
    """A title with all that hangs on it: one query; None where it has more than ``most`` items or 1 MB."""
    found = InventoryItem.query(f"BIB#{mms_id}", consistent_read=True, limit=most)
    items = {item.sk: item for item in found}
    if found.last_evaluated_key:
        return None
    if "BIB" not in items:
        return None, [], []
    collection_ids = tuple(sk.removeprefix("COLL#") for sk in items if sk.startswith("COLL#"))
    return (
        _bib(items["BIB"], collection_ids),
        [_model(Representation, item) for sk, item in items.items() if sk.startswith("REP#")],
        [_file(item) for sk, item in items.items() if sk.startswith("FILE#")],
    )


def representation(mms_id: str, representation_id: str) -> Representation | None:
    """One representation."""
    item = _get(_representation_key(mms_id, representation_id))
    return _model(Representation, item) if item else None


def representations(keys: Iterable[tuple[str, str]]) -> dict[str, Representation]:
    """Those of the representations (MMS id, representation id) that exist, by id."""
    found = tables.batch_get(InventoryItem, (_representation_key(*key) for key in keys))
    return {each.id: each for each in (_model(Representation, item) for item in found.values())}


def files(
    mms_id: str, representation_id: str, limit: int | None, token: str | None = None, after: int = 0
) -> tuple[list[File], str | None]:
    """A page of a representation's files in their order, ``after`` a place; without a limit, all (1 MB a request)."""
    prefix = f"FILE#{representation_id}#"
    condition = InventoryItem.sk.between(f"{prefix}{after + 1:08d}", f"{prefix}~")
    found, following = tables.page(InventoryItem, f"BIB#{mms_id}", condition, limit, token, consistent_read=True)
    return [_file(item) for item in found], following


def by_id(identifier: str) -> tuple[str, str] | None:
    """The key of the representation or file with this id."""
    for item in InventoryItem.by_id.query(identifier, limit=1):
        return item.pk, item.sk
    return None


def representation_at(key: tuple[str, str]) -> Representation | None:
    """The representation under a key that :func:`by_id` gave."""
    item = _get(key) if key[1].startswith("REP#") else None
    return _model(Representation, item) if item else None


def file_at(key: tuple[str, str]) -> File | None:
    """The file under a key that :func:`by_id` gave."""
    item = _get(key) if key[1].startswith("FILE#") else None
    return _file(item) if item else None


def collection(collection_id: str) -> Collection | None:
    """One collection."""
    item = _get(_collection_key(collection_id))
    return _model(Collection, item) if item else None


def existing_collections(collection_ids: Iterable[str]) -> set[str]:
    """Those of the collections that exist."""
    found = tables.batch_get(
        InventoryItem, (_collection_key(collection_id) for collection_id in collection_ids), ("pk", "sk")
    )
    return {pk.removeprefix("COLL#") for pk, _ in found}


def parents(collection_ids: Iterable[str]) -> dict[str, str | None]:
    """Each of the collections that exist → the one above it, None at the top."""
    found = tables.batch_get(InventoryItem, (_collection_key(collection_id) for collection_id in collection_ids))
    return {each.id: each.parent_id for each in (_model(Collection, item) for item in found.values())}


def scan_titles(part: int, parts: int, token: str | None, most: int) -> tuple[tuple[str, ...], str | None]:
    """About ``most`` MMS ids of a part of the table, and where the next begin."""
    found = InventoryItem.scan(
        InventoryItem.sk == "BIB",
        segment=part,
        total_segments=parts,
        limit=most,
        last_evaluated_key=tables.from_token(token),
        attributes_to_get=["pk", "sk"],
        consistent_read=True,
    )
    mms_ids = tuple(item.pk.removeprefix("BIB#") for item in found)
    return mms_ids, tables.to_token(found.last_evaluated_key)


def collections(parent_id: str | None, limit: int, token: str | None) -> tuple[list[Collection], str | None]:
    """A page of the collections under a parent (None: at the top), by name."""
    found, following = tables.page(InventoryItem.by_parent, f"UNDER#{parent_id or 'TOP'}", None, limit, token)
    return [_model(Collection, item) for item in found], following


def collection_count(parent_id: str | None) -> int:
    """How many collections are under a parent."""
    return int(InventoryItem.by_parent.count(f"UNDER#{parent_id or 'TOP'}"))


def members(collection_id: str, limit: int, token: str | None) -> tuple[list[str], str | None]:
    """A page of the MMS ids in a collection, by title."""
    found, following = tables.page(InventoryItem.by_collection, f"IN#{collection_id}", None, limit, token)
    return [item.pk.removeprefix("BIB#") for item in found], following


def member_count(collection_id: str) -> int:
    """How many bibs a collection has: the sum of its shards, one query."""
    shards = InventoryItem.query(f"COLL#{collection_id}", InventoryItem.sk.startswith("COUNT#"), consistent_read=True)
    return sum(int(item.members or 0) for item in shards)


def whole(mms_id: str) -> list[InventoryItem]:
    """Every living item of a title, as deletion needs them."""
    return [
        item
        for item in InventoryItem.query(f"BIB#{mms_id}", consistent_read=True)
        if not item.sk.startswith("DELETED#")
    ]


def _get(key: tuple[str, str]) -> InventoryItem | None:
    try:
        return InventoryItem.get(*key, consistent_read=True)
    except InventoryItem.DoesNotExist:
        return None


# Single writes


def set_technical(file: File, technical: Technical, sha256: str) -> bool:
    """Write what derivation found, and nothing else; False where the file is gone."""
    found = [InventoryItem.technical.set(technical.model_dump_json()), InventoryItem.sha256.set(sha256)]
    try:
        tables.transact([tables.Update(InventoryItem(*_file_key(file)), found, InventoryItem.pk.exists())])
    except tables.ConditionFailedError:
        return False
    return True


def replace(writes: Sequence[tables.Write]) -> None:
    """A small transaction of edits."""
    tables.transact(writes)


# Deletion: what is deleted leaves a tombstone that says who did it, and the way back


def delete_items(
    items: Sequence[InventoryItem], by: str, at: str, counts: dict[tuple[str, str], int] | None = None
) -> None:
    """Delete items of one title, each beside its tombstone; what is gone already is passed over."""
    for start in range(0, len(items), 45):
        writes: list[tables.Write] = []
        for item in items[start : start + 45]:
            writes.append(tables.Delete(InventoryItem(item.pk, item.sk)))
            writes.append(tables.Put(_tombstone(item, by, at)))
        if counts and start == 0:
            writes += [add_to_count(key, members) for key, members in counts.items()]
        tables.transact(writes)


def delete_bib(bib: Bib, by: str, at: str) -> None:
    """Delete a bib at the version given, with its memberships and counts: from here on nobody finds it."""
    keys = [_membership_key(bib.mms_id, collection_id) for collection_id in bib.collection_ids]
    present = tables.batch_get(InventoryItem, [_bib_key(bib.mms_id), *keys])
    writes: list[tables.Write] = []
    for key, item in present.items():
        guard = _at_version(bib.version) if key[1] == "BIB" else None
        writes += [tables.Delete(InventoryItem(*key), guard), tables.Put(_tombstone(item, by, at))]
    for collection_id in bib.collection_ids:
        writes.append(add_to_count(count_key(collection_id, bib.mms_id), -1))
    tables.transact(writes)


def release(identifiers: Iterable[Identifier], mms_id: str) -> None:
    """Give up a bib's identifiers: a shared one passes to the next bib that has it."""
    found = tables.batch_get(InventoryItem, (_claim_key(identifier) for identifier in identifiers))
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


def deleted(mms_id: str) -> tuple[Bib | None, list[File]]:
    """What the tombstones of a title say: the bib, without its record, and its files."""
    bib, files = None, []
    for item in InventoryItem.query(f"BIB#{mms_id}", InventoryItem.sk.startswith("DELETED#"), consistent_read=True):
        if item.sk == "DELETED#BIB":
            bib = _bib(item, with_record=False)
        elif item.sk.startswith("DELETED#FILE#"):
            files.append(_file(item))
    return bib, files


def delete_masters(keys: list[str]) -> None:
    """Take masters out of storage; the bucket is versioned, so that an operator can bring them back."""
    blobs.delete(settings().storage_bucket, keys)


def _tombstone(item: InventoryItem, by: str, at: str) -> InventoryItem:
    return InventoryItem(
        item.pk,
        f"DELETED#{item.sk}",
        body=item.body,
        version=item.version,
        record=item.record,
        record_key=item.record_key,
        technical=item.technical,
        sha256=item.sha256,
        deleted_by=by,
        deleted_at=at,
    )


# Masters


def storage_key(mms_id: str, representation_id: str, pid: str, name: str) -> str:
    """Where a master is kept in the storage bucket."""
    return f"{settings().institution}/storage/{mms_id}/{representation_id}/{pid}/{name}"


def adopt(source_bucket: str, source_key: str, key: str, content_type: str) -> blobs.Blob:
    """Copy a dropped file into storage; S3 computes its SHA-256."""
    return blobs.copy(source_bucket, source_key, settings().storage_bucket, key, content_type)


def master(key: str) -> blobs.Blob | None:
    """The stored master, or None."""
    return blobs.head(settings().storage_bucket, key)
