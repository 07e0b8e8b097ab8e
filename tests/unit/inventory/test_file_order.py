"""Where files stand among each other: room between any two, and keys that sort as the numbers do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armarium.inventory.order import MOST_DIGITS, CrowdedError, Order, between, key, of_key

ORDERS = st.one_of(
    st.integers(0, 99_999_998),
    st.builds(lambda units, digits: Decimal(f"{units}e-{digits}"), st.integers(0, 10**12), st.integers(5, 12)),
)


@given(ORDERS, ORDERS, st.integers(1, 120))
def test_between_two_files_is_room_for_more_in_their_sequence(one: Order, other: Order, count: int) -> None:
    low, high = sorted((one, other))
    if low == high:
        with pytest.raises(CrowdedError):
            between(low, high, count)
        return
    found = between(low, high, count, most_digits=40)
    assert len(found) == count
    assert all(a < b for a, b in zip([low, *found], [*found, high], strict=True))


@given(ORDERS, ORDERS)
def test_keys_sort_as_the_numbers_do_and_give_them_back(one: Order, other: Order) -> None:
    assert (key(one) < key(other)) == (one < other)
    assert of_key(key(one)) == one
    assert (f"{key(one)}#9" < f"{key(other)}#1") == (one < other) or one == other


def test_whole_numbers_have_the_keys_that_loaded_files_have() -> None:
    assert (key(7), key(Decimal("2.5")), key(Decimal("2.0"))) == ("00000007", "00000002.5", "00000002")


def test_behind_the_last_file_orders_are_whole() -> None:
    assert between(Decimal("4.25"), None, 3) == [5, 6, 7]


def test_a_gap_takes_sixty_files_at_the_same_spot_before_it_is_crowded() -> None:
    high: Order = 2
    for _ in range(60):
        (high,) = between(1, high, 1)
    with pytest.raises(CrowdedError):
        for _ in range(60):
            (high,) = between(1, high, 1)
    assert len(key(high).partition(".")[2]) <= MOST_DIGITS
