"""The three tiers, collections and what holds them together. Pure.

Bib → representation → file. A bib is in one or more collections; a collection has a bib of its own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from armarium.inventory.order import Order
from armarium.metadata.model import Description, Identifier, RecordSchema, SourceRecord

T = TypeVar("T")


class UsageType(StrEnum):
    """What a representation is for (Alma's codes)."""

    MASTER = "PRESERVATION_MASTER"
    DERIVATIVE = "DERIVATIVE_COPY"
    AUXILIARY = "AUXILIARY"


class DerivativeStatus(StrEnum):
    """How far the making of derivatives came."""

    PENDING = "PENDING"
    DONE = "DONE"
    FAILED = "FAILED"  # the reason is beside it


class Sorting(StrEnum):
    """In which order the bibs of a collection are listed; each order is an index, so that none costs more."""

    TITLE = "title"
    CREATOR = "creator"  # those without one come last
    DATE_OLDEST = "date_oldest"  # those without a year come first
    DATE_NEWEST = "date_newest"  # … and here last

    @classmethod
    def of(cls, code: str) -> Sorting:
        """The order that a code names; what names none of them is by title."""
        return cls(code) if code in tuple(cls) else cls.TITLE


class Stamped(BaseModel):
    """Who made it and who changed it last; ``version`` counts what people and jobs change (optimistic locking)."""

    model_config = ConfigDict(extra="allow")

    version: int = 1
    created_by: str = "System"
    created_at: str = ""
    modified_by: str = "System"
    modified_at: str = ""
    origin: str | None = None  # the job and record that made it: `<job>#<ordinal>`
    touched_by: str | None = None  # the job and record that changed it last


class Bib(Stamped):
    """A title: its record as it came, and what lists need of it."""

    mms_id: str
    description: Description
    record: SourceRecord
    fingerprint: str  # of what the record says, whatever its writing
    suppressed: bool = False
    collection_ids: tuple[str, ...] = ()  # filled where a whole title is read
    bulk_change: str | None = None  # the bulk change that wrote it last (`<job>#<ordinal>`), whoever came after


class KeptRecord(BaseModel):
    """A record as it was stored once: its bytes, or the key of the object that has them."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    schema_: RecordSchema
    content: bytes | None = None
    key: str | None = None


class Representation(Stamped):
    """A container of files of one usage under a bib."""

    id: str
    mms_id: str
    key: str = ""  # stable name inside its bib, by which a job finds it again
    label: str = ""
    public_note: str = ""
    note: str = ""
    usage_type: UsageType = UsageType.MASTER
    library: str = ""
    active: bool = True
    access_rights: str = "RESTRICTED"  # policy code: OPEN or RESTRICTED until policies have an issue of their own
    file_count: int = 0
    is_remote: bool = False  # its files stay in another repository
    repository: str = ""  # code of that repository
    originating_record_id: str = ""  # what the repository calls it
    linking_parameters: dict[str, str] = Field(default_factory=dict)  # linking_parameter_1 … _5, for links to it
    thumbnail: str = ""  # pid of the file whose thumbnail stands for it; without one, the first that has any
    descriptive: dict[str, str] = Field(default_factory=dict)  # author, title, volume, issue, date, track, number, year


class DerivedFile(BaseModel):
    """One thing made from a master, in the derivatives bucket."""

    name: str  # thumbnail.jpg, pyramid.tif, pyramid-2.tif, text.txt, poster.jpg
    size: int
    width: int | None = None
    height: int | None = None


class Technical(BaseModel):
    """What is known of a file's bytes: stored once, read by manifests without opening the file."""

    model_config = ConfigDict(extra="allow")

    status: DerivativeStatus = DerivativeStatus.PENDING
    reason: str | None = None  # why FAILED, or what could not be made, in words a librarian understands
    mime_type: str | None = None
    pronom: str | None = None  # PRONOM id, fmt/353
    format_name: str | None = None
    width: int | None = None  # pixels of the (first) page, after EXIF rotation
    height: int | None = None
    pages: tuple[tuple[int, int], ...] = ()  # width and height of each page that has a pyramid
    page_count: int | None = None
    duration: float | None = None  # seconds
    text_length: int | None = None  # characters of full text
    derived: tuple[DerivedFile, ...] = ()
    details: dict[str, Any] = Field(default_factory=dict)  # colour space, bits, resolution, codecs, encryption …
    derived_at: str | None = None


class File(Stamped):
    """One digital file of a representation."""

    pid: str
    mms_id: str
    representation_id: str
    order: Order  # its place is how many come before it; only the sequence counts
    name: str  # as it was dropped
    label: str
    key: str  # in the storage bucket
    size: int
    sha256: str | None = None
    mime_type: str = "application/octet-stream"
    source_etag: str | None = None  # of the object that was dropped: the same drop again is no change
    technical: Technical = Field(default_factory=Technical)


class Collection(Stamped):
    """A node in the tree of collections."""

    id: str
    mms_id: str  # the bib that describes it
    name: str
    description: str = ""
    library: str = ""
    title: str = ""  # as readers see it, where that is not the name
    parent_id: str | None = None
    external_id: str = ""
    external_system: str = ""
    order: int = 0  # its place among the collections beside it; those of one place come by name
    sorting: str = ""  # code: how its bibs are to be sorted
    thumbnail: str = ""  # the file whose picture stands for it; none: the first that can be shown

    @property
    def heading(self) -> str:
        """What readers see above it."""
        return self.title or self.name


class Contents(BaseModel):
    """How much is directly in a collection."""

    titles: int
    collections: int


class Title(BaseModel):
    """A bib with all that hangs on it but its files."""

    bib: Bib
    representations: tuple[Representation, ...]


def stands_at(said: Description) -> tuple[object, ...]:
    """What decides where a bib stands in the lists of its collections."""
    return said.sort_title, said.year, said.creators[:1]


class Page(BaseModel, Generic[T]):
    """One page of a list and where the next begins (None at the end)."""

    items: tuple[T, ...]
    next_token: str | None = None
    total: int | None = None


class Draft(BaseModel):
    """What is to be written of one title, together or not at all. ``replacing`` names the versions that are changed."""

    tag: int  # by which the writer knows it again
    by: str
    at: str
    mms_id: str
    bib: Bib | None = None
    join: Bib | None = None  # the bib as it will be, where it joins collections
    collection_ids: tuple[str, ...] = ()  # to join
    leaves: tuple[str, ...] = ()  # collections that it is taken out of
    reorder: Bib | None = None  # the bib with the collections it stays in, where its place in their lists is another
    claims: tuple[Identifier, ...] = ()  # that nobody has
    shares: tuple[Identifier, ...] = ()  # that another bib has
    releases: tuple[Identifier, ...] = ()  # that the bib no longer has
    representations: tuple[Representation, ...] = ()
    files: tuple[File, ...] = ()
    replacing: dict[str, int] = Field(default_factory=dict)  # id → version that is expected there
    spread: str = ""  # which counter shard it adds to

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        things = (self.bib, self.collection_ids, self.leaves, self.representations, self.files)
        return not any((*things, self.claims, self.shares))
