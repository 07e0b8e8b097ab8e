"""Moving files: the sequence is what was asked for, and the requests do not grow with the representation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armarium.cataloguing import service as cataloguing
from armarium.inventory import service as inventory
from armarium.inventory.model import File, Representation
from armarium.platform import ids
from armarium.platform.errors import InvalidInputError
from armarium.platform.items import InventoryItem
from tests.service.inventory.test_titles import AT, NOW, collection

__all__ = ["collection"]


def shelve(count: int, name: str = "Atlas") -> tuple[str, str, list[str]]:
    """A representation with so many files, written straight into the table: its ids, and those of the files."""
    from armarium.inventory import store

    mms_id = ids.derived(ids.IdType.BIB, "0001", name)
    made = Representation(id=ids.derived(ids.IdType.REPRESENTATION, "0001", name), mms_id=mms_id, file_count=count)
    store.replace([store.put_representation(made)])
    pids = [ids.derived(ids.IdType.FILE, "0001", name, str(order)) for order in range(1, count + 1)]
    with InventoryItem.batch_write() as batch:
        for order, pid in enumerate(pids, 1):
            file = File(
                pid=pid, mms_id=mms_id, representation_id=made.id, order=order, name=f"{order}.tif",
                label=f"Page {order}", key=f"k/{order}", size=1, created_at=AT,
            )  # fmt: skip
            batch.save(store.put_file(file).item)
    return mms_id, made.id, pids


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """The requests that are sent meanwhile, by operation."""
    from pynamodb.connection.base import Connection

    sent: Counter[str] = Counter()
    call = Connection._make_api_call

    def counting(self: Any, operation: str, *rest: Any, **more: Any) -> Any:
        sent[operation] += 1
        return call(self, operation, *rest, **more)

    with monkeypatch.context() as patched:
        patched.setattr(Connection, "_make_api_call", counting)
        yield sent


def sequence(mms_id: str, representation_id: str) -> list[str]:
    return [file.pid for file in inventory.all_files(mms_id, representation_id)]


def test_files_stand_where_they_are_moved_to(aws: None) -> None:
    mms_id, representation_id, pids = shelve(6)
    a, b, c, d, e, f = pids
    cataloguing.move_files(mms_id, representation_id, [e], 2, "ann", NOW)
    assert sequence(mms_id, representation_id) == [a, e, b, c, d, f]
    cataloguing.move_files(mms_id, representation_id, [a], 6, "ann", NOW)
    assert sequence(mms_id, representation_id) == [e, b, c, d, f, a]
    cataloguing.move_files(mms_id, representation_id, [f, c], 1, "ann", NOW)
    assert sequence(mms_id, representation_id) == [f, c, e, b, d, a]
    cataloguing.move_files(mms_id, representation_id, [c], 99, "ann", NOW)
    assert sequence(mms_id, representation_id) == [f, e, b, d, a, c]
    file = inventory.get_file(mms_id, representation_id, c)
    assert (inventory.place_of(file), file.label, file.modified_by) == (6, "Page 3", "ann")
    page = inventory.list_files(mms_id, representation_id, 2, offset=3)
    assert [each.pid for each in page.items] == [d, a]


def test_a_file_that_stands_there_already_is_not_written(aws: None) -> None:
    mms_id, representation_id, pids = shelve(4)
    cataloguing.move_files(mms_id, representation_id, pids[1:3], 2, "ann", NOW)
    assert {file.version for file in inventory.all_files(mms_id, representation_id)} == {1}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.lists(st.integers(0, 7), min_size=1, max_size=3, unique=True), st.integers(1, 9)), max_size=6)
)
def test_whatever_is_moved_the_sequence_is_that_of_a_list(aws: None, moves: list[tuple[list[int], int]]) -> None:
    name = repr(moves)
    mms_id, representation_id, pids = shelve(8, name)
    expected = list(pids)
    for chosen, place in moves:
        moving = [pids[each] for each in chosen]
        cataloguing.move_files(mms_id, representation_id, moving, place, "ann", NOW)
        others = [each for each in expected if each not in moving]
        expected = others[: place - 1] + moving + others[place - 1 :]
    assert sequence(mms_id, representation_id) == expected


def test_a_crowded_gap_is_spread_anew_and_no_file_changes_its_neighbours(aws: None) -> None:
    mms_id, representation_id, pids = shelve(70)
    expected = list(pids)
    for pid in reversed(pids[2:]):  # each in turn to the second place: always the same gap
        cataloguing.move_files(mms_id, representation_id, [pid], 2, "ann", NOW)
        expected.remove(pid)
        expected.insert(1, pid)
    assert sequence(mms_id, representation_id) == expected


def test_moving_one_of_many_files_takes_no_more_requests_than_one_of_few(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    for count in (20, 1_000):  # moto counts whole items as an index's pages, AWS its keys: five thousand a page
        mms_id, representation_id, pids = shelve(count, f"Volume of {count}")
        with counted(monkeypatch) as sent:
            cataloguing.move_files(mms_id, representation_id, [pids[-1]], count // 2, "ann", NOW)
        told.append(dict(sent))
        assert sequence(mms_id, representation_id)[count // 2 - 1] == pids[-1]
        changed = [file for file in inventory.all_files(mms_id, representation_id) if file.version > 1]
        assert [file.pid for file in changed] == [pids[-1]]
    assert told[0] == told[1]
    assert told[0]["TransactWriteItems"] == 1


def test_a_page_far_behind_takes_no_more_requests_than_the_first(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    mms_id, representation_id, pids = shelve(1_000)
    with counted(monkeypatch) as sent:
        page = inventory.list_files(mms_id, representation_id, 100, offset=900)
    assert [each.pid for each in page.items] == pids[900:]
    assert sum(sent.values()) == 3


def test_files_named_twice_or_too_many_are_refused(aws: None) -> None:
    mms_id, representation_id, pids = shelve(2)
    for wrong in ([], [pids[0], pids[0]], [f"{each}" for each in range(101)]):
        with pytest.raises(InvalidInputError):
            cataloguing.move_files(mms_id, representation_id, wrong, 1, "ann", NOW)
