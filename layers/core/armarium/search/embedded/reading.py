"""Readers of a shard, and the page of hits that several shards give together."""

from __future__ import annotations

import heapq
import itertools
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from armarium.search import store, tokens
from armarium.search.embedded import asking, schema, segments
from armarium.search.errors import ExpiredTokenError, InvalidSearchError
from armarium.search.model import (
    FacetCount,
    Found,
    Generation,
    Search,
    Sort,
    Text,
    facet_field,
    facet_prefix,
)
from armarium.search.weights import MOST_VALUES

FRESH = 1.0
"""Seconds that a reader goes on without looking for a newer manifest."""
_OPEN_SNAPSHOTS = 4
_SNAPSHOT = re.compile(r"[0-9a-f]{32}")
_ORDERS = {
    Sort.TITLE: ("sort_title", False),
    Sort.YEAR: ("year", False),
    Sort.NEWEST_YEAR: ("year", True),
    Sort.MODIFIED: ("modified", False),
    Sort.LAST_MODIFIED: ("modified", True),
}
"""Sort → field, and whether the greatest comes first."""


@dataclass
class Snapshot:
    """A snapshot that is open."""

    manifest: store.Manifest
    index: Any
    searcher: Any

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields that it has."""
        return schema.names(self.manifest.meta)

    def suggestions(self, prefix: str, limit: int, with_suppressed: bool) -> list[str]:
        """Terms that begin with ``prefix``, in their order."""
        visible = asking.visible(self.index.schema, with_suppressed)
        return [term for term, _ in self.searcher.terms_with_prefix("suggestion", prefix, visible, 2 * limit)]


class Reader:
    """Opens snapshots of one shard, the newest or one that a token names. Fetches only what is not on disk."""

    def __init__(self, generation: Generation, shard: int, folder: Path) -> None:
        self._generation, self._shard, self._folder = generation, shard, folder
        self._files = folder / "files"
        self._files.mkdir(parents=True, exist_ok=True)
        self._open: OrderedDict[str, Snapshot] = OrderedDict()
        self._newest: Snapshot | None = None
        self._etag: str | None = None
        self._looked = float("-inf")

    def look_again(self) -> None:
        """Ask for a newer manifest at the next search, however soon that is."""
        self._looked = float("-inf")

    def newest(self) -> Snapshot | None:
        """The newest snapshot; None where nothing was ever written."""
        if time.monotonic() - self._looked >= FRESH:
            self._looked = time.monotonic()
            found = store.manifest(self._generation, self._shard, self._etag)
            if found:
                self._newest, self._etag = self._opened(found[0]), found[1]
        return self._newest

    def at(self, name: str) -> Snapshot:
        """The snapshot of this name. Raises :class:`ExpiredTokenError` where it is no longer kept."""
        if name in self._open:
            return self._open[name]
        manifest = store.snapshot(self._generation, self._shard, name) if _SNAPSHOT.fullmatch(name) else None
        if manifest is None:
            raise ExpiredTokenError
        return self._opened(manifest)

    def close(self) -> None:
        """Give back the disk."""
        self._open.clear()
        self._newest = self._etag = None
        segments.remove(self._folder)

    def _opened(self, manifest: store.Manifest) -> Snapshot:
        import tantivy

        segments.fetch(manifest.parts, self._files)
        place = self._folder / manifest.snapshot
        segments.lay_out(manifest, self._files, place)
        index = tantivy.Index.open(str(place))
        opened = self._open[manifest.snapshot] = Snapshot(manifest, index, index.searcher())
        self._forget_old(opened)
        return opened

    def _forget_old(self, opened: Snapshot) -> None:
        """Close the snapshots that were opened first, and delete the files that only they needed."""
        names = [name for name, each in self._open.items() if each not in (opened, self._newest)]
        for name in names[: max(0, len(self._open) - _OPEN_SNAPSHOTS)]:
            del self._open[name]
            segments.remove(self._folder / name)
        needed = {name for each in self._open.values() for part in each.manifest.parts for name, _ in part.files}
        for path in self._files.iterdir():
            if path.name not in needed:
                path.unlink(missing_ok=True)


@dataclass
class _Answer:
    """What one shard says: its hits as (value they are sorted by, address), how many there are, counts of facets."""

    snapshot: Snapshot
    taken: int
    hits: list[tuple[Any, Any]]
    total: int
    counts: Mapping[str, Mapping[str, int]]


def find(search: Search, readers: Sequence[Reader]) -> Found:
    """The page of the hits of all shards, in one order."""
    state = tokens.decode(search) or {}
    skip = 0 if search.token else search.offset
    answers = {}
    for at, reader in enumerate(readers):
        snapshot, taken = _place(reader, state.get(str(at)))
        if snapshot:
            answers[at] = _ask(snapshot, search, taken, skip + search.limit + 1)
    merged = list(itertools.islice(_merged(search.sort, answers), skip + search.limit + 1))
    passed = merged[: skip + search.limit]
    taken_from = Counter(at for at, _ in passed)
    following = {
        str(at): [answer.snapshot.manifest.snapshot, answer.taken + taken_from[at]] for at, answer in answers.items()
    }
    mms_ids, texts = _titles(answers, passed[skip:], with_texts=bool(search.words.groups))
    return Found(
        mms_ids=tuple(mms_ids),
        texts=texts,
        total=sum(answer.total for answer in answers.values()),
        facets={facet: _summed(facet, answers) for facet in search.facets},
        next_token=tokens.encode(search, following) if len(merged) > len(passed) and passed else None,
    )


def _place(reader: Reader, state: Any) -> tuple[Snapshot | None, int]:
    """Which snapshot is read, and how many of its hits earlier pages took."""
    if state is None:
        return reader.newest(), 0
    try:
        name, taken = str(state[0]), min(max(0, int(state[1])), 1 << 31)
    except (ValueError, TypeError, LookupError) as error:
        raise InvalidSearchError("The token of the next page is damaged: begin again at the first page") from error
    return reader.at(name), taken


def _ask(snapshot: Snapshot, search: Search, taken: int, wanted: int) -> _Answer:
    from tantivy import Order

    if not asking.needs(search) <= snapshot.fields:
        return _Answer(snapshot, taken, [], 0, {facet: {} for facet in search.facets})
    query = asking.query(snapshot.index.schema, search)
    field, descending = _ORDERS.get(search.sort, (None, True))
    order = Order.Desc if descending else Order.Asc
    found = snapshot.searcher.search(query, wanted, True, order_by_field=field, offset=taken, order=order)
    counts = _counted(snapshot, query, search.facets) if search.facets else {}
    return _Answer(snapshot, taken, found.hits, found.count, counts)


def _merged(sort: Sort, answers: Mapping[int, _Answer]) -> Any:
    """(shard, address) of all hits in their order; what has no value to sort by comes last."""
    descending = _ORDERS.get(sort, (None, True))[1]

    def key(row: tuple[Any, int, Any]) -> tuple[bool, Any]:
        return ((row[0] is not None) if descending else (row[0] is None), 0 if row[0] is None else row[0])

    rows = ([(value, at, address) for value, address in answer.hits] for at, answer in answers.items())
    return ((at, address) for _, at, address in heapq.merge(*rows, key=key, reverse=descending))


def _titles(
    answers: Mapping[int, _Answer], rows: Sequence[tuple[int, Any]], with_texts: bool
) -> tuple[list[str], dict[str, tuple[Text, ...]]]:
    mms_ids: list[str] = []
    texts: dict[str, tuple[Text, ...]] = {}
    for at, address in rows:
        stored = answers[at].snapshot.searcher.doc(address)
        mms_ids.append(stored.get_first("mms_id"))
        if with_texts and (said := schema.texts(stored)):
            texts[mms_ids[-1]] = said
    return mms_ids, texts


def _counted(snapshot: Snapshot, query: Any, facets: Sequence[str]) -> dict[str, dict[str, int]]:
    wanted = {facet: {"terms": _wanted(facet)} for facet in facets if facet_field(facet) in snapshot.fields}
    answer = snapshot.searcher.aggregate(query, wanted)
    return {facet: _counts(facet, answer[facet]["buckets"]) if facet in wanted else {} for facet in facets}


def _wanted(facet: str) -> dict[str, Any]:
    counted = {"field": facet_field(facet), "size": MOST_VALUES}
    prefix = facet_prefix(facet)
    return counted | ({"include": f"{prefix}.*"} if prefix else {})


def _counts(facet: str, buckets: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    prefix = facet_prefix(facet)
    return {str(bucket["key"]).removeprefix(prefix): int(bucket["doc_count"]) for bucket in buckets}


def _summed(facet: str, answers: Mapping[int, _Answer]) -> tuple[FacetCount, ...]:
    """The counts of all shards together, the greatest first."""
    counts: Counter[str] = Counter()
    for answer in answers.values():
        counts.update(answer.counts[facet])
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(FacetCount(value=value, count=count) for value, count in ordered[:MOST_VALUES])
