"""Ids, time, tokens, groups of writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armarium.platform import clock, ids, tables
from armarium.platform.errors import InvalidInputError
from armarium.platform.settings import Settings


@given(st.text(), st.text(), st.sampled_from(ids.IdType))
def test_the_same_parts_give_the_same_id_and_the_parts_do_not_run_together(
    one: str, two: str, kind: ids.IdType
) -> None:
    made = ids.derived(kind, "0001", one, two)
    assert made == ids.derived(kind, "0001", one, two)
    assert ids.is_id(kind, made)
    assert made.endswith("0001")
    if one or two:
        assert ids.derived(kind, "0001", one + "x", two) != made


def test_fresh_ids_differ() -> None:
    assert len({ids.fresh(ids.IdType.BIB, "0001") for _ in range(1_000)}) == 1_000


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_stamp_sorts_as_time_does_and_comes_back(moment: datetime) -> None:
    if moment.year >= 1000:
        parsed = clock.parse(clock.stamp(moment))
        assert abs((parsed - moment).total_seconds()) < 0.001


@given(st.dictionaries(st.sampled_from(["pk", "sk"]), st.fixed_dictionaries({"S": st.text()}), min_size=1))
def test_a_token_gives_its_key_back(key: dict[str, dict[str, str]]) -> None:
    assert tables.from_token(tables.to_token(key)) == key


@given(st.text(min_size=1))
def test_a_damaged_token_is_an_error_with_advice(token: str) -> None:
    try:
        key = tables.from_token(token)
    except InvalidInputError as error:
        assert "first page" in error.message
    else:
        assert isinstance(key, dict)


def test_settings_come_back_from_the_variables_they_give() -> None:
    given_settings = Settings(institution="01X", work_bucket="w")
    assert Settings.from_environment(given_settings.variables()) == given_settings


@dataclass(frozen=True)
class Item:
    pk: str
    sk: str = "x"


def unit(*keys: str, size: int = 10, counts: tuple[str, ...] = ()) -> tables.Unit:
    return tables.Unit([tables.Put(Item(key), size=size) for key in keys], {(key, "COUNT"): 1 for key in counts})


units = st.lists(
    st.builds(
        lambda keys, size, counts: unit(*keys, size=size, counts=tuple(counts)),
        st.sets(st.text("abcdef", min_size=1, max_size=3), min_size=1, max_size=30),
        st.integers(1, 40_000),
        st.sets(st.sampled_from(["c1", "c2", "c3"])),
    ),
    max_size=40,
)


@given(units)
def test_groups_hold_every_unit_in_order_and_no_item_twice(given_units: list[tables.Unit]) -> None:
    groups = list(tables.in_groups(given_units))
    assert [each for group in groups for each in group] == given_units
    for group in groups:
        keys = [write.key for each in group for write in each.writes]
        counters = {key for each in group for key in each.counts}
        assert len(keys) == len(set(keys))
        assert len(keys) + len(counters) <= tables.MOST_ACTIONS or len(group) == 1


def test_a_group_ends_before_a_hundred_actions() -> None:
    groups = list(tables.in_groups(unit(f"a{n}", f"b{n}", f"c{n}", counts=("k",)) for n in range(100)))
    assert [len(group) for group in groups] == [33, 33, 33, 1]


@pytest.mark.parametrize("kind", list(ids.IdType))
def test_what_is_no_id_is_told_apart(kind: ids.IdType) -> None:
    assert not ids.is_id(kind, "")
    assert not ids.is_id(kind, kind.value + "x" * 20)
    assert not ids.is_id(kind, "00" + "1" * 20)
