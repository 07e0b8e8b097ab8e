"""A pyramid in the bucket reads like a file."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armarium.delivery import store
from armarium.delivery.model import ImageId, Pyramid

CONTENT = bytes(number % 251 for number in range(3 * store.BLOCK + 1000))
PYRAMID = Pyramid(ImageId("13"), 1, 1, "key", len(CONTENT), "1")

steps = st.lists(
    st.tuples(st.just("read"), st.integers(-1, len(CONTENT) + 10), st.just(0))
    | st.tuples(st.just("seek"), st.integers(0, len(CONTENT)), st.just(io.SEEK_SET))
    | st.tuples(st.just("seek"), st.integers(-len(CONTENT), 0), st.just(io.SEEK_END)),
    max_size=12,
)


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, int]]]:
    """The ranges that were asked for."""
    asked: list[tuple[int, int]] = []

    def read_range(bucket: str, key: str, start: int, length: int) -> bytes:
        asked.append((start, length))
        return CONTENT[start : start + length]

    monkeypatch.setattr(store.blobs, "read_range", read_range)
    store.forget_blocks()
    yield asked
    store.forget_blocks()


@given(steps)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reading_and_seeking_are_those_of_a_file(
    requests: list[tuple[int, int]], steps: list[tuple[str, int, int]]
) -> None:
    reader, file = store.PyramidReader(PYRAMID), io.BytesIO(CONTENT)
    for verb, number, whence in steps:
        if verb == "read":
            assert reader.read(number) == file.read(number)
        else:
            assert reader.seek(number, whence) == file.seek(number, whence)


def test_what_was_read_is_not_asked_for_again(requests: list[tuple[int, int]]) -> None:
    reader = store.PyramidReader(PYRAMID)
    reader.read(10)
    reader.seek(5)
    reader.read(2 * store.BLOCK)
    assert requests == [(0, store.BLOCK), (store.BLOCK, 2 * store.BLOCK)]
    store.PyramidReader(PYRAMID).read(100)
    assert len(requests) == 2


def test_another_version_is_read_anew(requests: list[tuple[int, int]]) -> None:
    store.PyramidReader(PYRAMID).read(10)
    store.PyramidReader(Pyramid(ImageId("13"), 1, 1, "key", len(CONTENT), "2")).read(10)
    assert len(requests) == 2


def test_blocks_at_hand_are_bounded(requests: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_MOST_BLOCKS", 2)
    assert store.PyramidReader(PYRAMID).read() == CONTENT
    assert len(store._blocks) == 2
