"""What is indexed, asked and found. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from armarium.inventory.model import Bib

MOST_HITS = 100
"""Hits on one page."""
FACETS = (
    "collection", "library", "type", "usage_type", "format", "language", "year", "access", "suppressed", "remote",
)  # fmt: skip
"""By what a search is narrowed and counted; ``collection`` counts the titles of the collections below it too."""
FIELDS = ("title", "creator", "subject", "identifier", "barcode", "note", "any", "text")
"""Where words are looked for. ``any``: what a title says besides; ``text``: the full text of its documents."""
FIELD_NAMES = {
    "title": "title", "creator": "creator", "author": "creator", "contributor": "creator", "subject": "subject",
    "identifier": "identifier", "id": "identifier", "isbn": "identifier", "issn": "identifier", "mms_id": "identifier",
    "barcode": "barcode", "note": "note", "notes": "note", "text": "text", "fulltext": "text", "full_text": "text",
}  # fmt: skip
"""What people may write before a colon → the field."""


OWN = "own"
"""The one field of the index with the words of all fields that a library configured: each term behind its field's."""
_SEPARATOR = "\x1f"


def own_term(code: str, term: str) -> str:
    """A term of a configured field. The eight letters before it keep likeness within its field."""
    return f"{zlib.crc32(code.encode()):08x}{term}"


def facet_field(facet: str) -> str:
    """The field of the index that holds a facet's values; those of configured fields share one."""
    return facet if facet == "year" else f"facet_{facet if facet in FACETS else OWN}"


def facet_prefix(facet: str) -> str:
    """What stands before each value of a facet in its field: the code of a configured one."""
    return "" if facet in FACETS else f"{facet}{_SEPARATOR}"


def facet_values(facet: str, values: Iterable[str]) -> list[str]:
    """Values of a facet as its field holds them."""
    return [f"{facet_prefix(facet)}{value}" for value in values]


class Frozen(BaseModel):
    """A value."""

    model_config = ConfigDict(frozen=True)


class Text(Frozen):
    """The full text of a representation's documents, cut to what is indexed."""

    representation_id: str
    text: str


class Document(Frozen):
    """A title as it is indexed. Its words are those of :mod:`armarium.search.analysis`; facets are codes."""

    mms_id: str
    words: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)  # field → texts
    own: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)  # code of a configured field → texts
    facets: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)  # facet → values, without the year
    year: int | None = None
    sort_title: str = ""
    modified_at: str = ""
    suggestions: tuple[str, ...] = ()
    texts: tuple[Text, ...] = ()

    @property
    def suppressed(self) -> bool:
        """Whether the title is kept from everybody but staff."""
        return self.facets.get("suppressed") == ("true",)


class Match(StrEnum):
    """How a clause's terms are compared with what is there."""

    PHRASE = "phrase"  # one term: that term; several: side by side
    PREFIX = "prefix"  # the last term may go on
    FUZZY = "fuzzy"  # one or two letters may differ


class Clause(Frozen):
    """Something that a title says (or does not): terms in one field, or in whichever (None)."""

    terms: tuple[str, ...]
    field: str | None = None
    match: Match = Match.PHRASE
    distance: int = 1
    compact: str = ""  # the same as an identifier would be written


class Words(Frozen):
    """What people asked for: every group has to hold by one of its clauses; nothing of ``without`` may."""

    groups: tuple[tuple[Clause, ...], ...] = ()
    without: tuple[Clause, ...] = ()

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """All that may make a title a hit."""
        return tuple(clause for group in self.groups for clause in group)


class Sort(StrEnum):
    """The order of hits. What has no year comes last, whichever way."""

    RELEVANCE = "relevance"
    TITLE = "title"
    YEAR = "year"
    NEWEST_YEAR = "-year"
    MODIFIED = "modified"
    LAST_MODIFIED = "-modified"


class Search(Frozen):
    """One question to the index."""

    words: Words = Words()
    filters: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)  # facet → any of these values
    years: tuple[int | None, int | None] = (None, None)
    sort: Sort = Sort.RELEVANCE
    limit: int = 10
    offset: int = 0
    token: str | None = None
    facets: tuple[str, ...] = ()  # to count
    with_suppressed: bool = False


class FacetCount(Frozen):
    """How many of the hits have a value."""

    value: str
    count: int


class Found(Frozen):
    """An engine's answer: whose titles, and their indexed full text where the search was for words."""

    mms_ids: tuple[str, ...]
    texts: Mapping[str, tuple[Text, ...]] = Field(default_factory=dict)  # MMS id → full texts
    total: int = 0
    facets: Mapping[str, tuple[FacetCount, ...]] = Field(default_factory=dict)
    next_token: str | None = None


class Snippet(Frozen):
    """A passage of full text; the words that were asked for stand between the offsets in ``marks``."""

    representation_id: str
    text: str
    marks: tuple[tuple[int, int], ...]


class Hit(Frozen):
    """A title that was found, as it is now, with what its full text may reveal to whoever asked."""

    bib: Bib
    snippets: tuple[Snippet, ...] = ()


class Hits(Frozen):
    """A page of hits."""

    items: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]
    next_token: str | None = None


class Extent(Frozen):
    """How much a generation holds."""

    titles: int = 0
    complete: bool = True  # whether it can hold all that is indexed now: one that an older version made may not


class Generation(Frozen):
    """One whole index."""

    number: int = 1
    shards: int = 1
    fields: str = ""  # which configured fields all of its titles were indexed with

    def shard_of(self, mms_id: str) -> int:
        """The shard that a title is in."""
        return zlib.crc32(mms_id.encode()) % self.shards


class Rebuild(Frozen):
    """A run of the workflow that builds the index anew; ``status`` as Step Functions says it."""

    status: str  # RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED
    started_at: str
    ended_at: str = ""


class IndexState(Frozen):
    """How the index is."""

    serving: Generation
    titles: int
    outdated: bool  # its titles were indexed before fields were configured anew, or by an older version
    waiting: int | None  # messages that wait to be indexed, about; each tells of up to a hundred titles
    building: Generation | None = None
    built: int = 0  # titles of the one that is being built
    rebuild: Rebuild | None = None  # the last


class Generations(Frozen):
    """Which generation of the index serves, and which one is being built (None: none)."""

    serving: Generation = Generation()
    building: Generation | None = None
    marked: tuple[int, ...] = ()  # shards of the one being built that hold all that the tables said

    def number(self, wanted: int | None) -> Generation | None:
        """The generation of this number (None: the one that serves), where it is alive."""
        alive = (self.serving, self.building)
        return next((each for each in alive if each and wanted in (None, each.number)), None)

    def begun(self, shards: int, fields: str = "") -> Generations:
        """With a new generation to be built, in the place of one that was not finished."""
        newest = max(self.serving.number, self.building.number if self.building else 0)
        return Generations(serving=self.serving, building=Generation(number=newest + 1, shards=shards, fields=fields))

    def with_mark(self, number: int, shard: int) -> Generations:
        """With a shard of the generation being built marked as whole; once all are, that generation serves."""
        if self.building is None or self.building.number != number:
            return self
        marked = tuple(sorted({*self.marked, shard}))
        if len(marked) < self.building.shards:
            return self.model_copy(update={"marked": marked})
        return Generations(serving=self.building)
