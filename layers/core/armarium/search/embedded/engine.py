"""tantivy behind the port."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from armarium.platform import clock
from armarium.search import store
from armarium.search.analysis import folded
from armarium.search.embedded import reading, schema, segments
from armarium.search.embedded.reading import Reader
from armarium.search.embedded.scratch import Scratch
from armarium.search.embedded.writing import Writer
from armarium.search.model import OWN, Document, Extent, Found, Generation, Search


class EmbeddedEngine:
    """:class:`~armarium.search.port.SearchEngine` on tantivy; its files in ``folder``, else on the scratch disk."""

    def __init__(self, folder: Path | None = None, now: Callable[[], datetime] = clock.now) -> None:
        self._scratch = Scratch(folder)
        self._now = now
        self._readers: dict[tuple[Generation, int], Reader] = {}
        self._writers: dict[tuple[Generation, int], Writer] = {}

    def create(self, generation: Generation) -> None:
        """Nothing: a shard begins with its first write."""

    def update(self, generation: Generation, shard: int, documents: Sequence[Document], gone: Sequence[str]) -> None:
        """As the port says."""
        if (generation, shard) not in self._writers:
            self._forget(self._writers, before=generation.number - 1)
            folder = self._scratch.folder("write", generation, shard)
            self._writers[generation, shard] = Writer(generation, shard, folder, self._now)
        self._writers[generation, shard].update(documents, gone)

    def search(self, generation: Generation, search: Search) -> Found:
        """As the port says."""
        return reading.find(search, [self._reader(generation, shard) for shard in range(generation.shards)])

    def suggest(self, generation: Generation, prefix: str, limit: int, with_suppressed: bool) -> tuple[str, ...]:
        """As the port says."""
        begun = folded(prefix).strip()
        opened = [self._reader(generation, shard).newest() for shard in range(generation.shards)]
        offered = heapq.merge(*(each.suggestions(begun, limit, with_suppressed) for each in opened if each))
        shown = dict.fromkeys(term.partition(schema.SEPARATOR)[2] for term in offered)
        return tuple(itertools.islice(shown, limit))

    def refresh(self, generation: Generation) -> None:
        """As the port says."""
        for shard in range(generation.shards):
            self._reader(generation, shard).look_again()

    def extent(self, generation: Generation) -> Extent:
        """As the port says: the manifests tell, no segment is fetched."""
        manifests = [store.manifest(generation, shard) for shard in range(generation.shards)]
        metas = [found[0].meta for found in manifests if found]
        return Extent(
            titles=sum(segments.documents(meta) for meta in metas),
            complete=all(OWN in schema.names(meta) for meta in metas),
        )

    def drop(self, generation: Generation) -> None:
        """As the port says."""
        for kept in (self._readers, self._writers):
            for key in [key for key in kept if key[0].number == generation.number]:
                kept.pop(key)
        self._scratch.forget(generation)
        store.drop(generation)

    def _forget(self, kept: dict[tuple[Generation, int], Any], before: int) -> None:
        """Give back the disk of generations before this one: an older one than serves is not asked again."""
        for key in [key for key in kept if key[0].number < before]:
            kept.pop(key).close()

    def _reader(self, generation: Generation, shard: int) -> Reader:
        if (generation, shard) not in self._readers:
            self._forget(self._readers, before=generation.number)
            folder = self._scratch.folder("read", generation, shard)
            self._readers[generation, shard] = Reader(generation, shard, folder)
        return self._readers[generation, shard]
