"""What the stream says is told to the right writer; generations take turns."""

from __future__ import annotations

import json
from typing import Any

import pytest

from armarium.search.errors import StrangeMessageError
from armarium.search.messages import (
    Received,
    about_titles,
    about_whole,
    changed_by_hand,
    changed_titles,
    moved_collections,
)
from armarium.search.model import Generation, Generations


def changed(pk: str, sk: str, **images: Any) -> dict[str, Any]:
    keys = {"pk": {"S": pk}, "sk": {"S": sk}}
    return {
        "eventID": f"{pk}{sk}",
        "dynamodb": {"Keys": keys} | {name: keys | image for name, image in images.items()},
    }


def test_whatever_changes_of_a_title_the_title_is_indexed_once() -> None:
    records = [changed("BIB#1", "BIB"), changed("BIB#1", "FILE#2#00000001#3"), changed("BIB#4", "COLL#5")]
    assert changed_titles(records) == ("1", "4")


def test_claims_counts_collections_and_tombstones_are_no_titles() -> None:
    pairs = (("ID#isbn#1", "ID"), ("COLL#1", "COUNT#01"), ("COLL#1", "COLL"), ("BIB#9", "DELETED#BIB"))
    assert changed_titles(changed(*pair) for pair in pairs) == ()


def test_a_collection_under_another_parent_was_moved_and_a_renamed_one_was_not() -> None:
    old, new = {"parent_pk": {"S": "UNDER#TOP"}}, {"parent_pk": {"S": "UNDER#8"}}
    assert moved_collections([changed("COLL#7", "COLL", OldImage=old, NewImage=new)]) == ("7",)
    assert moved_collections([changed("COLL#7", "COLL", OldImage=old, NewImage=old)]) == ()
    assert moved_collections([changed("COLL#7", "COLL", NewImage=new)]) == ()


def test_titles_go_to_the_group_of_their_shard_a_hundred_a_message() -> None:
    generation = Generation(shards=3)
    titles = [str(number) for number in range(1_000)]
    sent = about_titles(titles, generation, "cause")
    told = {title: int(group) for group, _, body in sent for title in json.loads(body)["titles"]}
    assert told == {title: generation.shard_of(title) for title in titles}
    assert max(len(json.loads(body)["titles"]) for _, _, body in sent) == 100
    assert {group for group, _, _ in sent} == {"0", "1", "2"}


def test_the_same_change_is_told_once_and_another_one_again() -> None:
    generation = Generation()
    identities = [about_titles(["1"], generation, cause)[0][1] for cause in ("a", "a", "b")]
    assert identities[0] == identities[1] != identities[2]


def test_a_generation_that_is_built_has_groups_of_its_own_that_end_with_a_mark() -> None:
    generation = Generation(number=2, shards=2)
    groups = {group for group, _, _ in about_titles([str(n) for n in range(50)], generation, "x", building=True)}
    assert groups == {group for group, _, _ in about_whole(generation)} == {"2.0", "2.1"}


@pytest.mark.parametrize("body", ["", "{}x", '{"titles": 3}', '{"unknown": 1}', "[]"])
def test_a_message_that_nothing_here_sends_is_refused(body: str) -> None:
    with pytest.raises(StrangeMessageError):
        _ = Received(id="1", group="0", body=body).message


def test_a_generation_serves_once_all_of_its_shards_are_whole() -> None:
    building = Generations().begun(shards=2)
    assert (building.serving.number, building.building) == (1, Generation(number=2, shards=2))
    half = building.with_mark(2, 1)
    assert half.serving.number == 1 and half.with_mark(2, 1) == half
    whole = half.with_mark(2, 0)
    assert whole == Generations(serving=Generation(number=2, shards=2))


def test_a_rebuild_that_is_begun_again_has_a_number_of_its_own_and_old_marks_mean_nothing() -> None:
    again = Generations().begun(1).begun(1)
    assert again.building == Generation(number=3)
    assert again.with_mark(2, 0) == again


def stored(version: int, **body: object) -> dict[str, object]:
    return {"version": {"N": str(version)}, "body": {"S": json.dumps(body)}}


@pytest.mark.parametrize(
    ("images", "is_by_hand"),
    [
        ({"NewImage": stored(1)}, True),
        ({"NewImage": stored(1, origin="11#3")}, False),
        ({"OldImage": stored(1, origin="11#3"), "NewImage": stored(2, origin="11#3", touched_by=None)}, True),
        ({"OldImage": stored(1), "NewImage": stored(2, touched_by="11#3")}, False),
        ({"OldImage": stored(2), "NewImage": stored(2)}, False),
        ({"OldImage": stored(2)}, False),
        ({"NewImage": {"members": {"N": "1"}}}, False),
    ],
    ids=["made", "loaded", "edited after a load", "updated by a job", "derived", "deleted", "without a body"],
)
def test_what_people_change_is_told_apart_from_what_jobs_do(images: dict[str, object], is_by_hand: bool) -> None:
    assert changed_by_hand([changed("BIB#7", "BIB", **images)]) == (("7",) if is_by_hand else ())
    assert changed_by_hand([changed("COLL#7", "COLL", **images)]) == ()


def test_more_changes_than_people_make_at_once_are_bulk_work() -> None:
    made = [changed(f"BIB#{number}", "BIB", NewImage=stored(1)) for number in range(101)]
    assert len(changed_by_hand(made[:100])) == 100 and changed_by_hand(made) == ()
