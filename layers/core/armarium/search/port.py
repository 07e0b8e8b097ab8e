"""What search asks of an engine. Two keep this contract: :mod:`armarium.search.embedded` and
:mod:`armarium.search.opensearch`; ``tests/service/search/test_engines.py`` holds both to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from armarium.search.model import Document, Extent, Found, Generation, Search


class SearchEngine(Protocol):
    """An index in generations, each split into shards. Whoever writes owns the order of writes within a shard."""

    def create(self, generation: Generation) -> None:
        """Make an empty generation; one that is there stays as it is."""

    def update(self, generation: Generation, shard: int, documents: Sequence[Document], gone: Sequence[str]) -> None:
        """Index titles, each in the place of what was indexed of it, and take those ``gone`` out.

        May be called again with the same. Raises :class:`~armarium.search.errors.StaleWriterError` where another
        writer was faster again and again.
        """

    def search(self, generation: Generation, search: Search) -> Found:
        """A page of hits. Every title once while one pages by token, whatever is written meanwhile.

        Raises InvalidSearchError for a token of another search, ExpiredTokenError for one that is too old.
        """

    def suggest(self, generation: Generation, prefix: str, limit: int, with_suppressed: bool) -> tuple[str, ...]:
        """Titles, names and subjects that begin like ``prefix``, in the order of the alphabet."""

    def refresh(self, generation: Generation) -> None:
        """See at once what was written before this call; without it, within a second."""

    def extent(self, generation: Generation) -> Extent:
        """How much a generation holds."""

    def drop(self, generation: Generation) -> None:
        """Delete a generation. One that is not there is no error."""
