"""The writer of a shard."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from armarium.platform import clock
from armarium.search import store
from armarium.search.embedded import schema, segments
from armarium.search.errors import StaleWriterError
from armarium.search.model import Document, Generation

KEPT = timedelta(minutes=30)
"""How long what the index no longer consists of is kept, for those who still page through it."""
_ATTEMPTS = 8
_PAUSE = 0.05
_HEAP = 64_000_000  # bytes that tantivy may collect before it writes a segment


class Writer:
    """Adds segments to a shard: the newest manifest's files on disk, what tantivy makes of them, a new manifest.

    The manifest is swapped by its ETag. Whoever was overtaken by another writer begins again from what that one left:
    nothing is lost, and nothing that was made from an older state ever replaces a newer one.
    """

    def __init__(self, generation: Generation, shard: int, folder: Path, now: Callable[[], datetime]) -> None:
        self._generation, self._shard, self._now = generation, shard, now
        self._folder, self._files, self._place = folder, folder / "files", folder / "index"
        self._files.mkdir(parents=True, exist_ok=True)
        self._manifest: store.Manifest | None = None
        self._etag: str | None = None
        self._index: Any = None

    def update(self, documents: Sequence[Document], gone: Sequence[str]) -> None:
        """Index documents and take titles out. Raises :class:`StaleWriterError`."""
        for attempt in range(_ATTEMPTS):
            try:
                self._catch_up()
                self._write(documents, gone)
                self._publish()
                return
            except store.Changed:
                self._forget()
                time.sleep(_PAUSE * attempt)
            except BaseException:
                self._forget()
                raise
        raise StaleWriterError(f"Shard {self._shard} was written by others {_ATTEMPTS} times while this one tried")

    def close(self) -> None:
        """Give back the disk."""
        self._forget()
        segments.remove(self._folder)

    def _catch_up(self) -> None:
        """Have the index of the newest manifest on disk; it mostly is already."""
        found = store.manifest(self._generation, self._shard, self._etag)
        if found:
            self._manifest, self._etag = found
            self._lay_out(self._manifest)
        elif self._index is None:
            segments.remove(self._place)
            self._place.mkdir(parents=True)
            self._index = schema.create(self._place)

    def _lay_out(self, manifest: store.Manifest) -> None:
        import tantivy

        self._index = None
        segments.fetch(manifest.parts, self._files)
        segments.lay_out(manifest, self._files, self._place)
        self._index = tantivy.Index.open(str(self._place))

    def _write(self, documents: Sequence[Document], gone: Sequence[str]) -> None:
        known = schema.names((self._place / "meta.json").read_text())
        writer = self._index.writer(_HEAP, 1)
        for mms_id in (*gone, *(each.mms_id for each in documents)):
            writer.delete_documents_by_term("mms_id", mms_id)
        for document in documents:
            writer.add_document(schema.entry(document, known))
        writer.commit()
        writer.wait_merging_threads()

    def _publish(self) -> None:
        """Store what is new and swap the manifest. Raises ``store.Changed``, and leaves nothing behind then."""
        meta, wanted = segments.of_index(self._place)
        there = {
            tuple(name for name, _ in part.files): part for part in (self._manifest.parts if self._manifest else ())
        }
        new = {name: self._keep(name, files) for name, files in wanted.items() if files not in there}
        parts = tuple(new.get(name) or there[files] for name, files in wanted.items())
        stored = [part.key for part in new.values()]
        try:
            self._swap(store.Manifest(snapshot=uuid.uuid4().hex, meta=meta, parts=parts), stored)
        except store.Changed:
            store.delete(stored)
            raise
        segments.adopt(parts, self._place, self._files)

    def _keep(self, name: str, files: tuple[str, ...]) -> store.Part:
        """Store a part. Its key is new each time: what a writer stored that was overtaken is nobody else's."""
        content, described = segments.packed(self._place, files)
        key = store.keep_part(self._generation, self._shard, f"{name}-{uuid.uuid4().hex[:8]}", content)
        return store.Part(key=key, files=described)

    def _swap(self, manifest: store.Manifest, stored: list[str]) -> None:
        """Put the manifest in the place of the one it was made from, and delete what is retired long enough."""
        stored.append(store.keep_snapshot(self._generation, self._shard, manifest))
        retired = self._retired(manifest)
        long_ago = clock.stamp(self._now() - KEPT)
        over = [each.key for each in retired if each.at < long_ago]
        manifest = manifest.model_copy(update={"retired": tuple(each for each in retired if each.at >= long_ago)})
        self._etag = store.swap_manifest(self._generation, self._shard, manifest, self._etag)
        self._manifest = manifest
        store.delete(over)

    def _retired(self, manifest: store.Manifest) -> list[store.Retired]:
        """What earlier manifests retired, and what this one does: the last snapshot, and parts it no longer names."""
        last = self._manifest
        if last is None:
            return []
        named = {part.key for part in manifest.parts}
        keys = [part.key for part in last.parts if part.key not in named]
        keys.append(store.snapshot_key(self._generation, self._shard, last.snapshot))
        at = clock.stamp(self._now())
        return [*last.retired, *(store.Retired(key=key, at=at) for key in keys)]

    def _forget(self) -> None:
        """Begin from the manifest next time: what is on disk is not what anybody else has."""
        self._manifest = self._etag = self._index = None
