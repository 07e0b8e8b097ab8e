"""Promises of the inventory, kept on moto."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from armarium.inventory import service as inventory
from armarium.inventory import store
from armarium.inventory.errors import BibNotFoundError, CollectionNotFoundError, VersionConflictError
from armarium.inventory.model import Bib, Collection, Draft, File, Representation
from armarium.metadata import service as metadata
from armarium.metadata.model import Identifier, RecordSchema, SourceRecord
from armarium.platform import ids, tables

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
AT = "2026-11-21T12:00:00.000Z"


def record(title: str, identifier: str = "", padding: int = 0) -> SourceRecord:
    """A small Dublin Core record."""
    named = f"<dc:identifier>{identifier}</dc:identifier>" if identifier else ""
    filler = f"<dc:description>{'x' * padding}</dc:description>" if padding else ""
    content = f'<dc xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title>{named}{filler}</dc>'
    return SourceRecord(schema_=RecordSchema.DC, content=content.encode())


def draft(
    tag: int, collection: Collection, title: str, identifier: str = "", files: int = 0, padding: int = 0
) -> Draft:
    """A new title in a collection, with one representation where it has files."""
    source = record(title, identifier, padding)
    mms_id = ids.derived(ids.IdType.BIB, "0001", title, str(tag))
    stamp = {"created_by": "ann", "created_at": AT, "modified_by": "ann", "modified_at": AT, "origin": f"job#{tag}"}
    bib = Bib(
        mms_id=mms_id,
        record=source,
        description=inventory.lean(metadata.describe(source)),
        fingerprint=metadata.fingerprint(source),
        **stamp,
    )
    representation = Representation(
        id=ids.derived(ids.IdType.REPRESENTATION, "0001", mms_id), mms_id=mms_id, file_count=files, **stamp
    )
    made = tuple(
        File(
            pid=ids.derived(ids.IdType.FILE, "0001", mms_id, str(order)),
            mms_id=mms_id,
            representation_id=representation.id,
            order=order,
            name=f"page{order}.tif",
            label=f"Page {order}",
            key=f"storage/{mms_id}/{order}",
            size=10,
            **stamp,
        )
        for order in range(1, files + 1)
    )
    taken = inventory.owners(bib.description.identifiers)
    return Draft(
        tag=tag,
        by="ann",
        at=AT,
        mms_id=mms_id,
        bib=bib,
        collection_ids=(collection.id,),
        claims=tuple(each for each in bib.description.identifiers if each not in taken),
        shares=tuple(each for each in bib.description.identifiers if each in taken),
        representations=(representation,) if files else (),
        files=made,
        spread="chunk",
    )


@pytest.fixture
def collection() -> Collection:
    return inventory.create_collection(name="Maps", by="ann", now=NOW)


def test_a_record_is_kept_byte_for_byte(collection: Collection) -> None:
    made = draft(1, collection, "Atlas")
    assert inventory.save([made]) == ()
    kept = inventory.get_title(made.mms_id).bib
    assert made.bib is not None
    assert kept.record == made.bib.record
    assert kept.collection_ids == (collection.id,)


def test_a_record_beyond_the_item_limit_goes_to_storage_and_comes_back(collection: Collection) -> None:
    made = draft(1, collection, "Encyclopaedia", padding=900_000)
    assert inventory.save([made]) == ()
    kept = inventory.get_bib(made.mms_id)
    assert made.bib is not None
    assert kept.record.content == made.bib.record.content


def test_a_title_of_many_files_is_written_whole_and_read_in_pages(collection: Collection) -> None:
    made = draft(1, collection, "Newspaper", files=260)
    assert inventory.save([made]) == ()
    representation = inventory.get_title(made.mms_id).representations[0]
    seen: list[int] = []
    token = None
    while True:
        page = inventory.list_files(made.mms_id, representation.id, 100, token)
        seen += [file.order for file in page.items]
        token = page.next_token
        if token is None:
            break
    assert seen == list(range(1, 261))
    assert page.total == 260
    assert [file.order for file in inventory.list_files(made.mms_id, representation.id, 2, offset=200).items] == [
        201,
        202,
    ]


def test_writing_the_same_drafts_again_doubles_nothing(collection: Collection) -> None:
    drafts = [draft(number, collection, f"Book {number}", f"urn:{number}") for number in range(30)]
    assert inventory.save(drafts) == ()
    assert {each.tag for each in inventory.save(drafts)} == set(range(30))
    assert inventory.count_members(collection.id) == 30


def test_one_draft_that_clashes_does_not_keep_the_others_out(collection: Collection) -> None:
    inventory.save([draft(3, collection, "Book 3")])
    drafts = [draft(number, collection, f"Book {number}") for number in range(6)]
    assert [each.tag for each in inventory.save(drafts)] == [3]
    assert inventory.count_members(collection.id) == 6


def test_bibs_of_a_collection_come_by_title_in_pages(collection: Collection) -> None:
    inventory.save(
        [draft(number, collection, title) for number, title in enumerate(("Zebra", "apple", "Éclair", "moon"))]
    )
    first = inventory.list_bibs_in_collection(collection.id, 2)
    rest = inventory.list_bibs_in_collection(collection.id, 10, first.next_token)
    assert [bib.description.title for bib in (*first.items, *rest.items)] == ["apple", "Éclair", "moon", "Zebra"]
    assert first.total == 4
    assert [bib.description.title for bib in inventory.list_bibs_in_collection(collection.id, 1, offset=3).items] == [
        "Zebra"
    ]


def test_an_identifier_that_two_bibs_share_names_both_and_passes_on_when_one_goes(collection: Collection) -> None:
    shared = Identifier(scheme="dc", value="urn:shared")
    one = draft(1, collection, "One", "urn:shared")
    inventory.save([one])
    two = draft(2, collection, "Two", "urn:shared")
    inventory.save([two])
    assert inventory.owners([shared]) == {shared: tuple(sorted((one.mms_id, two.mms_id)))}
    inventory.delete_title(inventory.get_title(one.mms_id), "bob", NOW)
    assert inventory.owners([shared]) == {shared: (two.mms_id,)}


def test_two_new_bibs_with_one_identifier_never_both_claim_it(collection: Collection) -> None:
    drafts = [draft(number, collection, f"Copy {number}", "urn:same") for number in (1, 2)]
    assert [each.tag for each in inventory.save(drafts)] == [2]


def test_a_deleted_title_is_gone_with_its_files_count_and_identifiers(collection: Collection) -> None:
    made = draft(1, collection, "Gone", "urn:gone", files=60)
    inventory.save([made])
    files = inventory.delete_title(inventory.get_title(made.mms_id), "bob", NOW)
    assert len(files) == 60
    assert inventory.count_members(collection.id) == 0
    assert inventory.list_bibs_in_collection(collection.id).items == ()
    assert inventory.owners([Identifier(scheme="dc", value="urn:gone")]) == {}
    with pytest.raises(BibNotFoundError):
        inventory.get_title(made.mms_id)


def test_a_title_that_somebody_changed_is_not_deleted(collection: Collection) -> None:
    made = draft(1, collection, "Edited")
    inventory.save([made])
    stale = inventory.get_title(made.mms_id)
    changed = stale.bib.model_copy(update={"version": 2, "modified_by": "carol"})
    inventory.save([Draft(tag=1, by="carol", at=AT, mms_id=made.mms_id, bib=changed, replacing={made.mms_id: 1})])
    with pytest.raises(VersionConflictError):
        inventory.delete_title(stale, "bob", NOW)
    assert inventory.get_bib(made.mms_id).modified_by == "carol"


def test_a_lost_update_is_impossible(collection: Collection) -> None:
    made = draft(1, collection, "Contested")
    inventory.save([made])
    bib = inventory.get_bib(made.mms_id)
    first, second = (
        Draft(
            tag=1,
            by=who,
            at=AT,
            mms_id=bib.mms_id,
            bib=bib.model_copy(update={"version": 2, "modified_by": who}),
            replacing={bib.mms_id: 1},
        )
        for who in ("carol", "dave")
    )
    assert inventory.save([first]) == ()
    assert inventory.save([second]) == (second,)
    assert inventory.get_bib(bib.mms_id).modified_by == "carol"


def test_collections_nest_and_are_listed_by_name(collection: Collection) -> None:
    for name in ("Towns", "coasts"):
        inventory.create_collection(name=name, parent_id=collection.id, by="ann", now=NOW)
    assert [each.name for each in inventory.list_collections(collection.id).items] == ["coasts", "Towns"]
    assert [each.name for each in inventory.list_collections().items] == ["Maps"]
    with pytest.raises(CollectionNotFoundError):
        inventory.create_collection(name="Lost", parent_id="810000000000000000000001", by="ann", now=NOW)


def test_a_file_is_found_by_its_id_alone(collection: Collection) -> None:
    made = draft(1, collection, "Map", files=2)
    inventory.save([made])
    assert inventory.find_file(made.files[1].pid).label == "Page 2"
    assert inventory.find_representation(made.representations[0].id).mms_id == made.mms_id


def test_a_failed_transaction_names_the_writes_that_failed_whatever_their_kinds(collection: Collection) -> None:
    made = draft(1, collection, "Map")
    inventory.save([made])
    bib = inventory.get_bib(made.mms_id)
    writes = [
        *store.reorder_in_collections(bib.model_copy(update={"collection_ids": (collection.id,)})),
        store.put_bib(bib, replacing=99),
        store.unchanged(collection.model_copy(update={"id": "810000000000000000000001"})),
        store.unchanged(collection),
    ]
    with pytest.raises(tables.ConditionFailedError) as failure:
        store.replace(writes)
    assert failure.value.failed == (1, 2)


@pytest.mark.parametrize("most", [2, 50])
def test_a_title_comes_with_its_files_whether_it_fits_one_query_or_not(collection: Collection, most: int) -> None:
    made = draft(1, collection, "Atlas", files=4)
    inventory.save([made])
    title, files = inventory.get_title_with_files(made.mms_id, most)
    assert title == inventory.get_title(made.mms_id)
    assert [file.order for file in files] == list(range(1, min(most, 4) + 1))
    with pytest.raises(BibNotFoundError):
        inventory.get_title_with_files("990000000000000000000001", most)
