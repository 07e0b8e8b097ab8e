"""From the inventory through the queue into the index, and what a hit reveals to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from armarium.accounts.model import ANONYMOUS, Principal, PrincipalKind, Role
from armarium.holdings import service as holdings
from armarium.holdings.model import Item
from armarium.inventory import service as inventory
from armarium.inventory import store as inventory_store
from armarium.inventory.model import Collection, DerivedFile, Draft, Technical
from armarium.metadata.model import RecordSchema, SourceRecord
from armarium.search import fields, indexing
from armarium.search import service as search
from armarium.search.errors import InvalidSearchError
from armarium.search.messages import Received, changed_titles
from armarium.search.model import Hits
from tests.service.inventory.test_titles import draft
from tests.service.search.conftest import NOW, Queue, announce, told

STAFF = Principal(id="u1", name="Ann", roles=frozenset({Role.CATALOGUER}), kind=PrincipalKind.USER)
READER = Principal(id="k1", name="machine", roles=frozenset({Role.READER}), kind=PrincipalKind.KEY)
DC_RECORD = '<dc xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Sights</dc:title>{}</dc>'


def find(typed: str = "", principal: Principal = STAFF, **asked: Any) -> Hits:
    search._engine().refresh(search._generations().serving)
    search._known.cache_clear()
    return search.search(search.question(typed, **asked), principal, NOW)


def titles(hits: Hits) -> list[str]:
    return sorted(hit.bib.description.title for hit in hits.items)


def saved(queue: Queue, collection: Collection, *names: str, files: int = 0) -> list[Draft]:
    drafts = [draft(number, collection, name, files=files) for number, name in enumerate(names)]
    assert inventory.save(drafts) == ()
    announce(*(each.mms_id for each in drafts))
    queue.work()
    return drafts


def change(made: Draft, **fields: Any) -> None:
    """Change a bib in its table, and tell nobody."""
    bib = inventory.get_bib(made.mms_id)
    inventory_store.replace(
        [inventory_store.put_bib(bib.model_copy(update=fields | {"version": bib.version + 1}), replacing=bib.version)]
    )


def change_representation(made: Draft, **fields: Any) -> None:
    [old] = inventory.list_representations(made.mms_id)
    new = old.model_copy(update=fields | {"version": old.version + 1})
    inventory_store.replace([inventory_store.put_representation(new, replacing=old.version)])


def give_text(made: Draft, text: str) -> None:
    """What derivation leaves of a PDF."""
    for file in made.files:
        key = f"01ARM_INST/{file.mms_id}/{file.representation_id}/{file.pid}/text.txt"
        boto3.client("s3").put_object(Bucket="armarium-derivatives", Key=key, Body=text.encode())
        technical = Technical(
            mime_type="application/pdf", text_length=len(text), derived=(DerivedFile(name="text.txt", size=len(text)),)
        )
        inventory.record_technical(file, technical, "0" * 64)


def test_a_title_that_was_saved_is_found_and_one_that_was_deleted_is_not(queue: Queue, collection: Collection) -> None:
    whale, _ = saved(queue, collection, "The Whale", "The Squid")
    assert titles(find("whale")) == ["The Whale"]
    inventory.delete_title(inventory.get_title(whale.mms_id), "ann", NOW)
    announce(whale.mms_id)
    queue.work()
    hits = find("the")
    assert titles(hits) == ["The Squid"] and hits.total == 1


def test_what_the_index_does_not_know_yet_is_answered_as_it_is_now(queue: Queue, collection: Collection) -> None:
    made = saved(queue, collection, "The Whale", "The White Whale", "Whales")
    change(made[0], suppressed=True)
    inventory.delete_title(inventory.get_title(made[1].mms_id), "ann", NOW)
    assert titles(find("whale*", ANONYMOUS)) == ["Whales"]
    assert titles(find("whale*", STAFF)) == ["The Whale", "Whales"]


@pytest.mark.parametrize("principal", [ANONYMOUS, READER])
def test_suppressed_titles_do_not_exist_for_whoever_is_no_staff(
    queue: Queue, collection: Collection, principal: Principal
) -> None:
    hidden, _ = saved(queue, collection, "Hidden whale", "Shown whale")
    change(hidden, suppressed=True)
    announce(hidden.mms_id)
    queue.work()
    hits = find("whale", principal, facets=("suppressed",))
    assert (titles(hits), hits.total, [each.count for each in hits.facets["suppressed"]]) == (["Shown whale"], 1, [1])
    assert search.suggest("hid", principal) == () and search.suggest("hid", STAFF) == ("Hidden whale",)
    assert find("whale", principal, filters={"suppressed": ("true",)}).total == 0
    assert find("whale").total == 2


def test_full_text_is_found_by_everybody_and_shown_to_those_who_may_view_the_file(
    queue: Queue, collection: Collection
) -> None:
    (made,) = saved(queue, collection, "Logbook", files=1)
    give_text(made, "On Tuesday we saw an enormous leviathan near the coast.")
    announce(made.mms_id)
    queue.work()
    for principal, access_rights, shown in (
        (STAFF, "RESTRICTED", True),
        (ANONYMOUS, "RESTRICTED", False),
        (READER, "NO_SUCH_POLICY", False),
        (ANONYMOUS, "OPEN", True),
    ):
        change_representation(made, access_rights=access_rights)
        (hit,) = find("leviathan", principal).items
        assert bool(hit.snippets) is shown, (principal, access_rights)
    (snippet,) = hit.snippets
    assert "enormous leviathan near" in snippet.text
    assert [snippet.text[start:end] for start, end in snippet.marks] == ["leviathan"]
    change_representation(made, active=False)
    assert find("leviathan", ANONYMOUS).items[0].snippets == ()


def test_a_format_is_counted_as_derivation_found_it(queue: Queue, collection: Collection) -> None:
    (made,) = saved(queue, collection, "Logbook", files=2)
    give_text(made, "x")
    announce(made.mms_id)
    queue.work()
    assert [(e.value, e.count) for e in find(facets=("format",)).facets["format"]] == [("application/pdf", 1)]


def test_a_collection_finds_the_titles_of_those_below_it(queue: Queue, collection: Collection) -> None:
    below = inventory.create_collection(name="Sperm whales", by="ann", now=NOW, parent_id=collection.id)
    saved(queue, below, "Physeter")
    hits = find("physeter", facets=("collection",))
    assert {each.value for each in hits.facets["collection"]} == {collection.id, below.id}
    assert titles(find(filters={"collection": (collection.id,)})) == ["Physeter"]


def test_titles_follow_a_collection_that_is_moved(queue: Queue, collection: Collection) -> None:
    middle = inventory.create_collection(name="Middle", by="ann", now=NOW)
    below = inventory.create_collection(name="Below", by="ann", now=NOW, parent_id=middle.id)
    saved(queue, below, "Deep one")
    moved = middle.model_copy(update={"parent_id": collection.id, "version": 2})
    inventory_store.replace([inventory_store.put_collection(moved, replacing=1)])
    old, new = (
        {"pk": {"S": f"COLL#{middle.id}"}, "sk": {"S": "COLL"}, "parent_pk": {"S": at}}
        for at in ("UNDER#TOP", "UNDER#x")
    )
    keys = {name: new[name] for name in ("pk", "sk")}
    search.announce([{"eventID": "e", "dynamodb": {"Keys": keys, "OldImage": old, "NewImage": new}}])
    queue.work()
    assert titles(find(filters={"collection": (collection.id,)})) == ["Deep one"]


def test_members_of_a_moved_collection_are_told_of_a_page_at_a_time(
    queue: Queue, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    from armarium.search import messages

    monkeypatch.setattr(messages, "TOGETHER", 2)
    drafts = [draft(number, collection, f"Title {number}") for number in range(5)]
    assert inventory.save(drafts) == ()
    search.index([Received(id="1", group="below", body=f'{{"below": "{collection.id}"}}')])
    queue.work()
    listed = [told(each).get("titles", ()) for each in queue.written]
    assert max(map(len, listed)) == 2
    assert {title for each in listed for title in each} == {each.mms_id for each in drafts}


def test_a_title_in_trouble_holds_up_its_own_group_and_no_other(
    queue: Queue, collection: Collection, configured: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = draft(1, collection, "Good"), draft(2, collection, "Bad")
    inventory.save([good, bad])
    documents = indexing.documents

    def fails(mms_ids: Any) -> Any:
        if bad.mms_id in mms_ids:
            raise OSError("cannot be read")
        return documents(mms_ids)

    monkeypatch.setattr(indexing, "documents", fails)
    failed = search.index(
        [
            Received(id="a", group="1", body=f'{{"titles": ["{bad.mms_id}"]}}'),
            Received(id="b", group="2", body="not ours"),
            Received(id="c", group="0", body=f'{{"titles": ["{good.mms_id}"]}}'),
            Received(id="d", group="1", body='{"titles": ["990000000000000000000001"]}'),
        ]
    )
    assert sorted(failed) == ["a", "b", "d"]
    assert titles(find("good OR bad")) == ["Good"]


def rebuild(queue: Queue, before_the_end: Callable[[int], None] = lambda generation: None) -> int:
    """The workflow's steps in their order."""
    before, building = search.serving(), search.begin_rebuild().number
    for part in range(3):
        token: str | None = None
        while True:
            token = search.send_titles(building, part, 3, token)
            if token is None:
                break
    before_the_end(building)
    search.end_rebuild(building)
    queue.work()
    assert search.serving() == building
    search.drop_generation(before)
    return building


def test_an_index_that_was_lost_is_built_from_the_tables(
    queue: Queue, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(queue, collection, *(f"Whale {number}" for number in range(7)))
    monkeypatch.setattr(search, "_SCANNED", 2)
    search._engine().drop(search._generations().serving)
    assert find("whale").total == 0
    rebuild(queue)
    assert find("whale").total == 7


def test_the_old_index_serves_while_the_new_one_is_built_and_no_change_meanwhile_is_lost(
    queue: Queue, collection: Collection
) -> None:
    _, deleted, changed = saved(queue, collection, "Kept whale", "Deleted whale", "Suppressed whale")

    def meanwhile(building: int) -> None:
        assert search.serving() == building - 1
        assert find("whale", ANONYMOUS).total == 3
        new = draft(9, collection, "New whale")
        inventory.save([new])
        inventory.delete_title(inventory.get_title(deleted.mms_id), "ann", NOW)
        change(changed, suppressed=True)
        announce(new.mms_id, deleted.mms_id, changed.mms_id)

    rebuild(queue, meanwhile)
    assert titles(find("whale", ANONYMOUS)) == ["Kept whale", "New whale"]
    assert find("whale", ANONYMOUS).total == 2
    keys = boto3.client("s3").list_objects_v2(Bucket="armarium-index")["Contents"]
    assert {entry["Key"].split("/")[1] for entry in keys} == {"2", "generations.json"}


def test_a_rebuild_changes_the_number_of_shards(
    queue: Queue, collection: Collection, configured: Callable[..., None]
) -> None:
    saved(queue, collection, *(f"Whale {number}" for number in range(6)))
    configured(search_shards="3", index_queue_url=queue.url)
    rebuild(queue)
    assert search._generations().serving.shards == 3
    saved(queue, collection, "Another whale")
    assert find("whale").total == 7


def test_a_rebuild_that_was_not_finished_is_begun_again_from_nothing(queue: Queue, collection: Collection) -> None:
    saved(queue, collection, "Whale")
    given_up = search.begin_rebuild()
    search.send_titles(given_up.number, 0, 1, None)
    assert rebuild(queue) == given_up.number + 1
    assert find("whale").total == 1


def test_the_generation_that_serves_is_never_dropped(queue: Queue, collection: Collection) -> None:
    saved(queue, collection, "Whale")
    search.drop_generation(search.serving())
    assert find("whale").total == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"filters": {"colour": ("red",)}},
        {"facets": ("colour",)},
        {"sort": "colour"},
        {"filters": {"year": ("red",)}},
        {"filters": {"year": ("1850", "1851")}},
        {"filters": {"year": ("-",)}},
    ],
)
def test_a_choice_that_does_not_exist_is_refused_and_says_which_do(asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidSearchError, match=r"colour|year"):
        search.question("", **asked)


@pytest.mark.parametrize(
    ("given", "years"),
    [("1851", (1851, 1851)), ("1850-1900", (1850, 1900)), ("-1900", (None, 1900)), ("1850-", (1850, None))],
)
def test_years_are_one_or_a_range(given: str, years: tuple[int | None, int | None]) -> None:
    assert search.question("", filters={"year": (given,)}).years == years


def configure(code: str, **values: Any) -> None:
    fields.change(code, {"name": code.capitalize(), **values}, "ann", NOW)
    fields.forget()


def test_a_configured_field_is_found_counted_and_searched_everywhere_as_it_says(
    queue: Queue, collection: Collection
) -> None:
    configure("place", sources=["dc:coverage", "751a"], facet=True)
    configure("motto", sources=["dc:relation"], everywhere=False)
    (made,) = saved(queue, collection, "Sights")
    record = DC_RECORD.format("<dc:coverage>Zürich</dc:coverage><dc:relation>Festina lente</dc:relation>")
    change(made, record=SourceRecord(schema_=RecordSchema.DC, content=record.encode()))
    announce(made.mms_id)
    queue.work()
    assert titles(find("place:zurich")) == titles(find("zurich")) == titles(find("motto:festina")) == ["Sights"]
    assert titles(find("motto:zurich")) == []
    hits = find(facets=("place",), filters={"place": ("Zürich",)})
    assert [(each.value, each.count) for each in hits.facets["place"]] == [("Zürich", 1)] and titles(hits) == ["Sights"]
    with pytest.raises(InvalidSearchError, match="motto"):
        search.question(facets=("motto",))


def test_titles_that_were_indexed_before_a_field_was_configured_come_in_by_a_rebuild(
    queue: Queue, collection: Collection
) -> None:
    saved(queue, collection, "Sights")
    assert not search.state().outdated
    configure("heading", sources=["dc:title"])
    assert titles(find("heading:sights")) == [] and search.state().outdated
    begun = search.begin_rebuild()
    assert search.send_titles(begun.number, 0, 1, None) is None
    search.end_rebuild(begun.number)
    queue.work()
    state = search.state()
    assert titles(find("heading:sights")) == ["Sights"]
    assert (state.outdated, state.titles, state.waiting, state.building) == (False, 2, 0, None), "with the collection's"


def test_a_title_is_found_by_the_barcodes_of_its_items_as_they_are_now(queue: Queue, collection: Collection) -> None:
    (made,) = saved(queue, collection, "Sights")
    holding = holdings.create_holding(made.mms_id, {"library": "MAIN"}, "ann", NOW)
    item = holdings.create_item(made.mms_id, holding.id, {"barcode": "3900-1234"}, "ann", NOW)
    assert item_change(item) == (made.mms_id,)
    queue.work()
    assert titles(find("barcode:39001234")) == titles(find("3900-1234")) == ["Sights"]
    changed = holdings.change_item(made.mms_id, holding.id, item.pid, {"barcode": "4000"}, "ann", NOW)
    item_change(changed)
    queue.work()
    assert titles(find("barcode:39001234")) == [] and titles(find("4000")) == ["Sights"]


def item_change(item: Item) -> tuple[str, ...]:
    """Tell of an item as the stream does; answers the titles it is about."""
    keys = {"pk": {"S": f"BIB#{item.mms_id}"}, "sk": {"S": f"ITEM#{item.holding_id}#{item.pid}"}}
    record = {"eventID": f"{item.pid}-{item.version}", "dynamodb": {"Keys": keys}}
    search.announce([record])
    return changed_titles([record])


def test_what_a_person_changed_is_found_before_the_bulk_work_that_waits(
    queue: Queue, collection: Collection, configured: Callable[..., None]
) -> None:
    early = boto3.client("sqs").create_queue(QueueName="early.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    configured(index_queue_url=queue.url, early_index_queue_url=early)
    loaded, edited = draft(1, collection, "Loaded"), draft(2, collection, "Edited")
    assert inventory.save([loaded, edited]) == ()
    search.announce([by_hand(edited.mms_id)])
    assert received(early) == [], "nothing waits: its turn comes at once"
    announce(*(f"99{number:018d}0001" for number in range(300)))
    search.announce([by_hand(edited.mms_id, event="again")])
    [message] = received(early)
    assert search.index([message]) == []
    assert titles(find()) == ["Edited"]
    queue.work()
    assert titles(find("edited")) == ["Edited"] and queue.written[-1].message.titles == (edited.mms_id,)


def by_hand(mms_id: str, event: str = "e") -> dict[str, Any]:
    """What the stream tells of a bib that somebody made."""
    keys = {"pk": {"S": f"BIB#{mms_id}"}, "sk": {"S": "BIB"}}
    return {"eventID": event, "dynamodb": {"Keys": keys, "NewImage": keys | {"body": {"S": "{}"}}}}


def received(url: str) -> list[Received]:
    found = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["MessageGroupId"])
    return [
        Received(id=each["MessageId"], group=each["Attributes"]["MessageGroupId"], body=each["Body"])
        for each in found.get("Messages", ())
    ]
