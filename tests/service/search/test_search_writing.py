"""The embedded engine's writers and readers: nothing lost, nothing stale, nothing fetched twice, nothing left."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from armarium.platform import blobs
from armarium.search import store
from armarium.search.embedded import segments, writing
from armarium.search.embedded.engine import EmbeddedEngine
from armarium.search.embedded.scratch import Scratch
from armarium.search.errors import ExpiredTokenError, StaleWriterError
from armarium.search.model import Document, Generation, Search, Sort
from tests.service.search.conftest import NOW

ONE = Generation()


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def engine(tmp_path: Path) -> Callable[[str], EmbeddedEngine]:
    """An engine in a process of its own, by name."""
    return lambda name: EmbeddedEngine(tmp_path / name)


def titled(*numbers: int) -> list[Document]:
    return [
        Document(mms_id=str(number), words={"title": ("whale",)}, facets={"suppressed": ("false",)})
        for number in numbers
    ]


def found(engine: EmbeddedEngine) -> set[str]:
    engine.refresh(ONE)
    return set(engine.search(ONE, Search(limit=100)).mms_ids)


def objects() -> set[str]:
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket="armarium-index")
    return {entry["Key"] for page in pages for entry in page.get("Contents", ())}


def test_two_writers_that_take_turns_lose_no_title(engine: Callable[[str], EmbeddedEngine]) -> None:
    one, other = engine("one"), engine("other")
    for number in range(0, 12, 2):
        one.update(ONE, 0, titled(number), [])
        other.update(ONE, 0, titled(number + 1), [str(number - 5)])
    assert found(engine("reader")) == {str(number) for number in range(12)} - {"1", "3", "5"}


def test_two_writers_at_the_same_time_lose_no_title(engine: Callable[[str], EmbeddedEngine]) -> None:
    writers = [engine("one"), engine("other")]

    def write(writer: int) -> None:
        for number in range(6):
            writers[writer].update(ONE, 0, titled(10 * writer + number), [])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, (0, 1)))
    assert found(engine("reader")) == {*map(str, range(6)), *map(str, range(10, 16))}


def test_a_writer_that_was_overtaken_is_refused_and_begins_again_from_what_is_there(
    engine: Callable[[str], EmbeddedEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, fast = engine("slow"), engine("fast")
    slow.update(ONE, 0, titled(1), [])
    swap, refused = store.swap_manifest, []

    def overtaken(generation: Generation, shard: int, manifest: store.Manifest, etag: str | None) -> str:
        monkeypatch.setattr(store, "swap_manifest", swap)
        fast.update(ONE, 0, titled(2), ["1"])
        try:
            return swap(generation, shard, manifest, etag)
        except blobs.ChangedMeanwhileError:
            refused.append(etag)
            raise

    monkeypatch.setattr(store, "swap_manifest", overtaken)
    slow.update(ONE, 0, titled(3), [])
    assert len(refused) == 1
    assert found(engine("reader")) == {"2", "3"}


def test_a_writer_that_is_always_overtaken_says_so_and_leaves_nothing_behind(
    engine: Callable[[str], EmbeddedEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(*_: Any) -> str:
        raise blobs.ChangedMeanwhileError

    monkeypatch.setattr(writing, "_PAUSE", 0)
    monkeypatch.setattr(store, "swap_manifest", changed)
    with pytest.raises(StaleWriterError):
        engine("one").update(ONE, 0, titled(1), [])
    assert objects() == set()


def test_a_writer_that_fails_half_way_leaves_the_index_as_it_was_and_can_go_on(
    engine: Callable[[str], EmbeddedEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = engine("one")
    writer.update(ONE, 0, titled(1), [])

    def fails(*_: Any) -> str:
        raise OSError("the network is gone")

    with monkeypatch.context() as broken:
        broken.setattr(store, "keep_snapshot", fails)
        with pytest.raises(OSError, match="network"):
            writer.update(ONE, 0, titled(2), ["1"])
    assert found(engine("reader")) == {"1"}
    writer.update(ONE, 0, titled(3), [])
    assert found(engine("another reader")) == {"1", "3"}


def test_a_manifest_may_not_be_put_where_another_one_is() -> None:
    manifest = store.Manifest(snapshot="0" * 32, meta="{}", parts=())
    etag = store.swap_manifest(ONE, 0, manifest, None)
    for stale in (None, '"0123456789abcdef0123456789abcdef"'):
        with pytest.raises(blobs.ChangedMeanwhileError):
            store.swap_manifest(ONE, 0, manifest, stale)
    assert store.swap_manifest(ONE, 0, manifest, etag)


def test_a_reader_fetches_only_the_segments_that_it_does_not_have(
    engine: Callable[[str], EmbeddedEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = engine("writer"), engine("reader")
    fetched: list[str] = []
    part = store.part
    monkeypatch.setattr(store, "part", lambda key: (fetched.append(key), part(key))[1])
    writer.update(ONE, 0, titled(1), [])
    assert found(reader) == {"1"} and len(fetched) == 1
    assert found(reader) == {"1"} and len(fetched) == 1
    writer.update(ONE, 0, titled(2), [])
    assert found(reader) == {"1", "2"} and len(fetched) == 2
    writer.update(ONE, 0, [], ["1"])
    assert found(reader) == {"2"}
    assert [key.split("/")[3] for key in fetched].count("segments") == 2
    assert len(set(fetched)) == len(fetched)


def test_without_a_refresh_a_reader_asks_for_the_manifest_at_most_once_a_second(
    engine: Callable[[str], EmbeddedEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    from armarium.search.embedded import reading

    asked: list[int] = []
    manifest = store.manifest
    monkeypatch.setattr(store, "manifest", lambda *given: (asked.append(1), manifest(*given))[1])
    reader, moment = engine("reader"), [100.0]
    monkeypatch.setattr(reading.time, "monotonic", lambda: moment[0])
    for moment[0] in (100.0, 100.5, 100.9, 101.1, 101.2):
        reader.search(ONE, Search())
    assert len(asked) == 2


def test_many_small_writes_are_merged_and_what_was_merged_is_deleted_after_a_while(tmp_path: Path) -> None:
    clock = Clock()
    writer = EmbeddedEngine(tmp_path / "writer", clock)
    for number in range(20):
        writer.update(ONE, 0, titled(number), [])
    manifest, _ = store.manifest(ONE, 0) or pytest.fail("nothing was written")
    assert len([part for part in manifest.parts if "/segments/" in part.key]) < 10
    assert len(objects()) > 40
    clock.now += writing.KEPT + timedelta(minutes=1)
    writer.update(ONE, 0, titled(20), [])
    named = {part.key for part in manifest.parts}
    assert len(objects()) <= 2 * len(named) + 6
    assert found(EmbeddedEngine(tmp_path / "reader")) == {str(number) for number in range(21)}


def test_a_token_whose_state_is_no_longer_kept_is_refused_with_advice(tmp_path: Path) -> None:
    clock = Clock()
    writer, reader = EmbeddedEngine(tmp_path / "writer", clock), EmbeddedEngine(tmp_path / "reader")
    writer.update(ONE, 0, titled(1, 2), [])
    token = reader.search(ONE, Search(sort=Sort.TITLE, limit=1)).next_token
    writer.update(ONE, 0, titled(3), [])
    elsewhere = EmbeddedEngine(tmp_path / "elsewhere")
    assert elsewhere.search(ONE, Search(sort=Sort.TITLE, limit=1, token=token)).mms_ids
    clock.now += writing.KEPT + timedelta(minutes=1)
    writer.update(ONE, 0, titled(4), [])
    with pytest.raises(ExpiredTokenError, match="begin again"):
        EmbeddedEngine(tmp_path / "late").search(ONE, Search(sort=Sort.TITLE, limit=1, token=token))


@pytest.mark.parametrize("name", ["../../generations.json", "manifest.json", "x" * 32, ""])
def test_a_token_cannot_name_an_object_that_is_no_snapshot(tmp_path: Path, name: str) -> None:
    from armarium.search import tokens

    EmbeddedEngine(tmp_path / "writer").update(ONE, 0, titled(1), [])
    search = Search()
    with pytest.raises(ExpiredTokenError):
        EmbeddedEngine(tmp_path / "reader").search(
            ONE, search.model_copy(update={"token": tokens.encode(search, {"0": [name, 0]})})
        )


def test_a_segment_that_is_cut_off_is_not_taken_for_whole(engine: Callable[[str], EmbeddedEngine]) -> None:
    engine("writer").update(ONE, 0, titled(1), [])
    [key] = [key for key in objects() if "/segments/" in key]
    s3 = boto3.client("s3")
    content = s3.get_object(Bucket="armarium-index", Key=key)["Body"].read()
    s3.put_object(Bucket="armarium-index", Key=key, Body=content[:-10])
    with pytest.raises(OSError, match="shorter than its manifest says"):
        engine("reader").search(ONE, Search())


def test_a_reader_keeps_no_files_of_snapshots_that_it_has_closed(tmp_path: Path) -> None:
    writer, reader = EmbeddedEngine(tmp_path / "writer"), EmbeddedEngine(tmp_path / "reader")
    for number in range(30):
        writer.update(ONE, 0, titled(number % 3), [])
        found(reader)
    folder = tmp_path / "reader" / "1" / "0" / "read"
    assert len([each for each in folder.iterdir() if each.is_dir()]) <= 6
    manifest, _ = store.manifest(ONE, 0) or pytest.fail("nothing was written")
    named = {name for part in manifest.parts for name, _ in part.files}
    assert named <= {path.name for path in (folder / "files").iterdir()}
    assert len(list((tmp_path / "writer" / "1" / "0" / "write" / "files").iterdir())) == len(named)


def test_the_disk_of_a_generation_is_given_back_when_another_serves(tmp_path: Path) -> None:
    writer, reader = EmbeddedEngine(tmp_path / "writer"), EmbeddedEngine(tmp_path / "reader")
    for number in range(1, 5):
        writer.update(Generation(number=number), 0, titled(number), [])
        assert reader.search(Generation(number=number), Search()).mms_ids == (str(number),)
    assert len(list((tmp_path / "reader").rglob("files"))) == 1
    assert len(list((tmp_path / "writer").rglob("files"))) == 2


def test_scratch_of_processes_that_died_is_cleared_and_that_of_others_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import subprocess
    import sys

    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    died = subprocess.Popen([sys.executable, "-c", ""])
    died.wait()
    for name in (f"armarium-index-{died.pid}", f"armarium-index-{os.getppid()}", "something-else"):
        (tmp_path / name).mkdir()
    folder = Scratch().folder("read", ONE, 0)
    assert folder.is_dir() and folder.is_relative_to(tmp_path / f"armarium-index-{os.getpid()}")
    assert {path.name for path in tmp_path.iterdir()} == {
        f"armarium-index-{os.getppid()}",
        f"armarium-index-{os.getpid()}",
        "something-else",
    }


def test_a_part_holds_its_files_one_after_the_other(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"123")
    (tmp_path / "b").write_bytes(b"45")
    assert segments.packed(tmp_path, ("a", "b")) == (b"12345", (("a", 3), ("b", 2)))
    assert json.loads(store.Part(key="k", files=(("a", 3),)).model_dump_json())["files"] == [["a", 3]]


def test_an_index_of_an_older_version_is_written_and_asked_until_it_is_built_anew(
    engine: Callable[[str], EmbeddedEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    from armarium.search.embedded import schema
    from armarium.search.words import parse

    with monkeypatch.context() as older:
        older.setattr(schema, "OWN", "not_yet")
        older.setattr(schema, "FACET_FIELDS", tuple(each for each in schema.FACET_FIELDS if each != "facet_own"))
        engine("older").update(ONE, 0, titled(1), [])
    place = {"own": {"place": ("Paris",)}, "facets": {"suppressed": ("false",), "place": ("Paris",)}}
    engine("newer").update(ONE, 0, [titled(2)[0].model_copy(update=place)], [])
    reader = engine("reader")
    assert found(reader) == {"1", "2"} and not reader.extent(ONE).complete
    assert reader.search(ONE, Search(words=parse("place:paris", {"place"}))).mms_ids == ()
    counted = reader.search(ONE, Search(filters={"place": ("Paris",)}, facets=("place", "suppressed")))
    assert counted.mms_ids == () and counted.facets["place"] == ()
    assert reader.search(ONE, Search(facets=("place", "suppressed"))).facets["suppressed"][0].count == 2
