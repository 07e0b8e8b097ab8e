"""Promises of collections: the tree, its order, who is in, and that nothing falls between two who work at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from armarium.cataloguing import collections as cataloguing
from armarium.configuration import service as configuration
from armarium.configuration.model import Library
from armarium.inventory import editing, store
from armarium.inventory import service as inventory
from armarium.inventory.errors import (
    BibInUseError,
    CollectionHasBibsError,
    CollectionHasCollectionsError,
    CollectionNotFoundError,
    CollectionParentError,
    CollectionThumbnailError,
)
from armarium.inventory.model import Bib, Collection, Representation, Sorting
from armarium.metadata import service as metadata
from armarium.metadata.model import RecordSchema, SourceRecord
from armarium.platform import ids
from armarium.platform.errors import ConflictError, InvalidInputError, PreconditionFailedError
from armarium.platform.items import InventoryItem
from tests.service.inventory.test_titles import AT, NOW, draft


def make(name: str, parent: Collection | None = None, **more: str) -> Collection:
    fields = {"name": name, "parent_id": parent.id if parent else None, **more}
    return cataloguing.create_collection(fields, "ann", NOW)


def titles(collection: Collection, *names: str) -> list[str]:
    drafts = [draft(tag, collection, name) for tag, name in enumerate(names)]
    assert inventory.save(drafts) == ()
    return [each.mms_id for each in drafts]


def change(collection: Collection, **fields: object) -> Collection:
    return cataloguing.change_collection(collection.id, fields, "ann", NOW)


def delete(collection: Collection) -> None:
    cataloguing.delete_collection(collection.id, "ann", NOW)


def before_the_write(monkeypatch: pytest.MonkeyPatch, name: str, happens: Callable[[], object]) -> None:
    """Let something happen once, after an edit was decided and before it is written."""
    original = getattr(store, name)
    waiting = [happens]

    def interrupted(*given: object) -> object:
        writes = original(*given)
        while waiting:
            waiting.pop()()
        return writes

    monkeypatch.setattr(store, name, interrupted)


# Joining and deleting at one moment


def test_a_load_cannot_join_a_collection_that_was_deleted_since_it_looked() -> None:
    maps = make("Maps")
    late = draft(1, maps, "Atlas")
    delete(maps)
    assert [each.tag for each in inventory.save([late])] == [1]
    assert inventory.existing_bibs([late.mms_id]) == set()
    assert store.memberships([(late.mms_id, maps.id)]) == set()


def test_one_title_that_cannot_join_does_not_keep_the_others_of_its_chunk_out() -> None:
    maps, towns = make("Maps"), make("Towns")
    late, fine = draft(1, maps, "Atlas"), draft(2, towns, "Plan")
    delete(maps)
    assert [each.tag for each in inventory.save([late, fine])] == [1]
    assert inventory.count_members(towns.id) == 1


def test_a_collection_that_a_title_joins_while_it_is_deleted_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    maps = make("Maps")
    before_the_write(monkeypatch, "close_counts", lambda: titles(maps, "Atlas"))
    with pytest.raises(CollectionHasBibsError):
        delete(maps)
    assert inventory.list_bibs_in_collection(maps.id).total == 1


def test_a_bib_cannot_be_put_by_hand_into_a_collection_that_goes_at_the_same_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    maps, towns = make("Maps"), make("Towns")
    (mms_id,) = titles(towns, "Atlas")
    before_the_write(monkeypatch, "put_membership", lambda: delete(maps))
    with pytest.raises(CollectionNotFoundError):
        cataloguing.add_to_collection(mms_id, maps.id, "ann", NOW)


def test_a_collection_under_which_another_is_made_while_it_is_deleted_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    maps = make("Maps")
    before_the_write(monkeypatch, "close_counts", lambda: make("Towns", maps))
    with pytest.raises(CollectionHasCollectionsError):
        delete(maps)


def test_nothing_is_made_under_a_collection_that_goes_at_the_same_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    maps = make("Maps")
    before_the_write(monkeypatch, "reopen_counts", lambda: delete(maps))
    with pytest.raises(ConflictError):
        make("Towns", maps)


def test_a_collection_deleted_and_made_anew_under_its_id_takes_titles_again() -> None:
    fixed = ids.derived(ids.IdType.COLLECTION, "0001", "demo")
    first = inventory.create_collection(name="Demo", by="ann", now=NOW, id=fixed)
    delete(first)
    again = inventory.create_collection(name="Demo", by="ann", now=NOW, id=fixed)
    titles(again, "Atlas")
    assert inventory.count_members(fixed) == 1


def test_two_moves_at_one_moment_make_no_circle(monkeypatch: pytest.MonkeyPatch) -> None:
    maps, towns = make("Maps"), make("Towns")
    before_the_write(monkeypatch, "put_collection", lambda: change(towns, parent_id=maps.id))
    with pytest.raises(CollectionParentError):
        change(maps, parent_id=towns.id)
    assert [each.id for each in inventory.ancestors(towns.id)] == [towns.id, maps.id]


# Deletion


def test_a_collection_is_deleted_only_when_nothing_is_in_it_and_its_parent_is_free_then() -> None:
    maps = make("Maps")
    towns = make("Towns", maps)
    (mms_id,) = titles(towns, "Atlas")
    with pytest.raises(CollectionHasCollectionsError):
        delete(maps)
    with pytest.raises(CollectionHasBibsError):
        delete(towns)
    cataloguing.remove_from_collection(mms_id, towns.id, "ann", NOW)
    delete(towns)
    delete(maps)
    assert inventory.existing_bibs([mms_id, maps.mms_id, towns.mms_id]) == {mms_id}


def test_a_bib_that_describes_a_collection_leaves_the_others_with_it() -> None:
    maps, towns = make("Maps"), make("Towns")
    cataloguing.add_to_collection(maps.mms_id, towns.id, "ann", NOW)
    delete(maps)
    assert inventory.count_members(towns.id) == 0
    delete(towns)


def test_digital_content_of_the_describing_bib_is_not_deleted_unseen() -> None:
    maps = make("Maps")
    made = Representation(id=ids.fresh(ids.IdType.REPRESENTATION, "0001"), mms_id=maps.mms_id)
    inventory.put_representation(made)
    with pytest.raises(BibInUseError):
        delete(maps)


# Merging


def test_a_merge_that_died_half_way_is_finished_by_calling_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    maps, atlases = make("Maps"), make("Atlases")
    towns = make("Towns", maps)
    moved = titles(maps, *"ABCDE")
    titles(atlases, "Z")
    cataloguing.add_to_collection(moved[0], atlases.id, "ann", NOW)  # is in both already
    original, left = editing.move, [2]

    def dying(*given: object) -> None:
        if not left[0]:
            raise ConnectionError("the function ran out of time")
        left[0] -= 1
        original(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(inventory, "move_to_collection", dying)
    with pytest.raises(ConnectionError):
        cataloguing.merge_collections(maps.id, atlases.id, "ann", NOW)
    assert inventory.count_members(maps.id) == 3
    monkeypatch.setattr(inventory, "move_to_collection", original)
    assert cataloguing.merge_collections(maps.id, atlases.id, "ann", NOW) == 0
    assert cataloguing.merge_collections(maps.id, atlases.id, "ann", NOW) == 0
    assert inventory.list_bibs_in_collection(atlases.id).total == 6
    assert len(inventory.list_bibs_in_collection(atlases.id).items) == 6
    assert [each.id for each in inventory.list_collections(atlases.id).items] == [towns.id]
    delete(maps)


def test_a_merge_is_told_what_is_left_and_takes_a_bounded_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cataloguing, "_MERGED_AT_ONCE", 2)
    maps, atlases = make("Maps"), make("Atlases")
    titles(maps, *"ABCDE")
    assert [cataloguing.merge_collections(maps.id, atlases.id, "ann", NOW) for _ in range(3)] == [3, 1, 0]


def test_a_collection_is_not_merged_into_itself_or_what_is_below_it() -> None:
    maps = make("Maps")
    towns = make("Towns", maps)
    for target in (maps, towns):
        with pytest.raises(CollectionParentError):
            cataloguing.merge_collections(maps.id, target.id, "ann", NOW)


# Order


def names(parent: Collection | None) -> list[str]:
    return [each.name for each in inventory.list_collections(parent.id if parent else None).items]


def test_collections_beside_each_other_are_moved_up_and_down() -> None:
    top = make("Top")
    made = {name: make(name, top) for name in ("Ants", "Bees", "Cats")}
    assert names(top) == ["Ants", "Bees", "Cats"]
    cataloguing.place_collection(made["Cats"].id, -1, "ann", NOW)
    assert names(top) == ["Ants", "Cats", "Bees"]
    cataloguing.place_collection(made["Ants"].id, 1, "ann", NOW)
    assert names(top) == ["Cats", "Ants", "Bees"]
    cataloguing.place_collection(made["Cats"].id, -1, "ann", NOW)
    assert names(top) == ["Cats", "Ants", "Bees"]


def test_too_many_collections_beside_each_other_are_ordered_by_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cataloguing, "MOST_SIBLINGS", 2)
    made = [make(name) for name in ("Ants", "Bees", "Cats")]
    with pytest.raises(InvalidInputError, match="by number"):
        cataloguing.place_collection(made[0].id, 1, "ann", NOW)


def bib_of(title: str, creator: str, date: str) -> Bib:
    parts = (("title", title), ("creator", creator), ("date", date))
    said = "".join(f"<dc:{name}>{value}</dc:{name}>" for name, value in parts if value)
    content = f'<dc xmlns:dc="http://purl.org/dc/elements/1.1/">{said}</dc>'
    record = SourceRecord(schema_=RecordSchema.DC, content=content.encode())
    return Bib(
        mms_id=ids.derived(ids.IdType.BIB, "0001", title),
        description=metadata.describe(record),
        record=record,
        fingerprint=metadata.fingerprint(record),
        created_by="ann",
        created_at=AT,
    )


@pytest.mark.parametrize(
    ("sorting", "expected"),
    [
        (Sorting.TITLE, ["Ants", "Bees", "Cats"]),
        (Sorting.CREATOR, ["Cats", "Ants", "Bees"]),
        (Sorting.DATE_OLDEST, ["Cats", "Bees", "Ants"]),
        (Sorting.DATE_NEWEST, ["Ants", "Bees", "Cats"]),
        ("of another system", ["Ants", "Bees", "Cats"]),
    ],
)
def test_a_collection_lists_its_titles_in_its_own_order_page_by_page(sorting: str, expected: list[str]) -> None:
    shelf = make("Shelf", sorting=str(sorting))
    for bib in (bib_of("Bees", "", "1850"), bib_of("Ants", "Émile", "1901"), bib_of("Cats", "Doe", "")):
        inventory.create_bib(bib, (shelf.id,))
    seen: list[str] = []
    token = None
    while True:
        page = inventory.list_bibs_in_collection(shelf.id, 1, token)
        seen += [each.description.title for each in page.items]
        token = page.next_token
        if not token:
            break
    assert seen == expected


def test_a_title_whose_year_changes_stands_elsewhere() -> None:
    shelf = make("Shelf", sorting="date_oldest")
    for bib in (bib_of("Ants", "", "1850"), bib_of("Bees", "", "1900")):
        inventory.create_bib(bib, (shelf.id,))
    before = inventory.get_title(bib_of("Ants", "", "").mms_id).bib
    later = bib_of("Ants", "", "1950")
    inventory.replace_bib(before, later.model_copy(update={"version": 2, "collection_ids": before.collection_ids}))
    found = inventory.list_bibs_in_collection(shelf.id).items
    assert [each.description.title for each in found] == ["Bees", "Ants"]


# Fields


def test_a_new_collection_has_the_library_of_the_one_above_unless_it_says_its_own() -> None:
    for code in ("LAW", "MED"):
        configuration.change(Library, code, {"name": code}, "ann", NOW)
    maps = make("Maps", library="LAW")
    assert make("Towns", maps).library == "LAW"
    assert make("Rivers", maps, library="MAIN").library == "MAIN"


def test_what_a_cataloguer_wrote_about_a_collection_stays_when_it_is_renamed_or_put_in_order() -> None:
    maps = make("Maps", description="Of the county")
    bib = inventory.get_bib(maps.mms_id)
    more = bib.record.content.replace(b"</oai_dc:dc>", b"<dc:creator>Speed, John</dc:creator></oai_dc:dc>")
    record = SourceRecord(schema_=bib.record.schema_, content=more)
    inventory.replace_bib(bib, inventory.edited(bib, "ann", NOW, **inventory.described(record)))
    change(maps, order=3)
    assert inventory.get_bib(maps.mms_id).record.content == more
    change(maps, name="Old maps")
    said = inventory.get_bib(maps.mms_id).description
    assert (said.title, said.creators) == ("Old maps", ("Speed, John",))


def test_the_thumbnail_is_a_file_of_a_title_in_the_collection_or_below_it() -> None:
    maps = make("Maps")
    towns, other = make("Towns", maps), make("Other")
    inside, outside = draft(1, towns, "Atlas", files=1), draft(2, other, "Flora", files=1)
    inventory.save([inside, outside])
    assert change(maps, thumbnail=inside.files[0].pid).thumbnail == inside.files[0].pid
    for pid in (outside.files[0].pid, "130000000000000000000001", "nothing"):
        with pytest.raises(CollectionThumbnailError):
            change(towns, thumbnail=pid)
    assert change(maps, thumbnail="").thumbnail == ""


def test_a_change_of_a_version_that_passed_is_refused() -> None:
    maps = make("Maps")
    change(maps, description="New")
    with pytest.raises(PreconditionFailedError):
        cataloguing.change_collection(maps.id, {"description": "Old"}, "bob", NOW, expected=1)


def test_counting_what_is_in_many_collections_takes_no_request_each(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [make(f"Maps {number}") for number in range(6)]
    make("Towns", made[0])
    titles(made[1], "A", "B")
    asked: list[int] = []
    original = InventoryItem.batch_get.__func__  # type: ignore[attr-defined]

    def counted(cls: type, items: list[object], **more: object) -> object:
        asked.append(len(items))
        return original(cls, items, **more)

    monkeypatch.setattr(InventoryItem, "batch_get", classmethod(counted))
    found = inventory.count_contents([each.id for each in made])
    assert [(each.titles, each.collections) for each in found.values()][:3] == [(0, 1), (2, 0), (0, 0)]
    assert len(asked) == 2
