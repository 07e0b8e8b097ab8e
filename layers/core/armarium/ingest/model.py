"""What bulk ingest reads, finds wrong, and answers for. Pure.

A profile says how a drop folder is read. Reading gives, in one pass over the metadata file, an :class:`InputRecord` for
each title and a :class:`Finding` for each thing that is wrong. Loading gives an :class:`Outcome` for each input record:
the ledger.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from armarium.inventory.model import UsageType
from armarium.metadata.model import Description, SourceRecord


class SourceFormat(StrEnum):
    """What a profile's metadata file is written in."""

    MARC21 = "MARC21"  # ISO 2709
    MARCXML = "MARCXML"
    DC = "DC"  # simple or qualified Dublin Core in XML
    CSV = "CSV"  # or Excel: told by the file's bytes


class RepresentationPattern(BaseModel):
    """Which files, by their path in the drop folder, form which representation. ``*`` matches any run of characters."""

    pattern: str = Field(default="*", min_length=1, max_length=200)
    label: str = Field(default="", max_length=200)
    usage_type: UsageType = UsageType.MASTER
    access_rights: Literal["OPEN", "RESTRICTED"] | None = None  # the profile's where absent


class ImportProfile(BaseModel):
    """How an institution wants one kind of drop folder to be read."""

    id: str
    version: int = 1
    name: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=2_000)
    active: bool = True  # one that is not starts no job
    source_format: SourceFormat
    # name or `*` pattern of the file in the drop folder that is the metadata
    metadata_file: str = Field(default="values.csv", min_length=1, max_length=200)
    collection_id: str | None = None  # for records that name none
    library: str = ""
    access_rights: Literal["OPEN", "RESTRICTED"] = "RESTRICTED"
    representations: tuple[RepresentationPattern, ...] = Field(
        default=(RepresentationPattern(),), min_length=1, max_length=50
    )
    file_field: str | None = (
        None  # MARC `856u` / DC element `dc:identifier` that names files of the drop folder; CSV has its columns
    )
    folder_key: Literal["none", "system_id", "any_identifier"] = (
        "system_id"  # files in a sub-folder named so belong to the record
    )
    match_by: tuple[Literal["mms_id", "system", "035", "024", "isbn", "issn", "dc"], ...] = ("mms_id", "system", "035")
    on_match: Literal["update", "skip"] = "update"
    on_no_match: Literal["create", "skip"] = "create"
    bad_rows: Literal["refuse_file", "load_without"] = "load_without"
    unknown_columns: Literal["warn", "refuse"] = "warn"
    suppressed: bool = False
    saved_by: str = ""  # who made this version
    saved_at: str = ""


BOOKKEEPING = frozenset({"id", "version", "saved_by", "saved_at"})
"""What saving writes into a profile, and nobody sends."""


class Where(BaseModel):
    """Where in the input something stands. Rows count from 1 and include the header; bytes from 0."""

    model_config = ConfigDict(frozen=True)

    file: str
    sheet: str | None = None
    row: int | None = None
    byte: int | None = None
    record: int | None = None  # ordinal among the input records, from 1


class Severity(StrEnum):
    """An error keeps its record (or, without a record, the file) out; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Finding(BaseModel):
    """One thing wrong with the input: what, where, and how to mend it."""

    model_config = ConfigDict(frozen=True)

    severity: Severity
    code: str  # stable name: unknown_column, missing_file, ragged_row, bad_encoding, unreadable_record, duplicate_id …
    where: Where
    column: str | None = None
    value: str | None = None
    message: str
    mend: str

    @property
    def sentence(self) -> str:
        """Column, value, what is wrong and how to mend it, in one line."""
        place = ": ".join(filter(None, (self.column, self.value and repr(self.value))))
        return " ".join(filter(None, (place and f"{place}:", self.message, self.mend)))


class InputFile(BaseModel):
    """A file that a record asks for, by its path in the drop folder."""

    model_config = ConfigDict(frozen=True)

    path: str
    label: str = ""
    size: int = 0


class InputRepresentation(BaseModel):
    """A representation that a record asks for. None means: the input does not mention it."""

    model_config = ConfigDict(frozen=True)

    key: str  # stable inside its record; the same input gives the same key
    label: str | None = None
    public_note: str | None = None
    note: str | None = None
    usage_type: UsageType | None = None
    library: str | None = None
    access_rights: str | None = None
    files: tuple[InputFile, ...] = ()
    from_profile: tuple[
        str, ...
    ] = ()  # fields whose value is the profile's: for a new representation, not for a known one


class InputRecord(BaseModel):
    """One title of the input: one MARC or Dublin Core record, or the rows of one ``group_id``."""

    model_config = ConfigDict(frozen=True)

    ordinal: int  # from 1, in the order of the file
    rows: int = 1  # how many input rows it accounts for
    where: Where
    record: SourceRecord | None  # None: the input names a bib and mentions no metadata
    description: Description | None
    fingerprint: str | None
    mms_id: str | None = None
    collection_ids: tuple[str, ...] = ()
    representations: tuple[InputRepresentation, ...] = ()
    errors: tuple[Finding, ...] = ()  # not empty: the record is kept out
    warnings: tuple[Finding, ...] = ()


class Result(StrEnum):
    """What became of an input record."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"  # the profile said so
    REJECTED = "rejected"  # the input is wrong
    MANUAL = "manual"  # several bibs match: a person decides
    FAILED = "failed"  # an error here; a re-run tries again


class Outcome(BaseModel):
    """A line of the ledger: what became of one input record."""

    ordinal: int
    rows: int = 1
    where: Where
    result: Result
    mms_id: str | None = None
    title: str | None = None
    matched: bool = False
    version: int | None = None  # of the bib as the job left it: undo takes back only what nobody changed since
    created_representations: tuple[str, ...] = ()
    files: int = 0
    missing: int = 0  # files that keep the record out
    taken: tuple[str, ...] = ()  # paths in the drop folder that storage holds now
    reasons: tuple[str, ...] = ()
    candidates: tuple[str, ...] = Field(default=(), description="MMS ids among which a person chooses")


class Mode(StrEnum):
    """What loading may do."""

    LOAD = "load"
    DRY_RUN = "dry_run"  # the same account, nothing written
    REFUSE = "refuse"  # the whole file is refused: account for its records


class Undone(BaseModel):
    """What became of one record when its job was taken back; without a reason, it went."""

    ordinal: int
    mms_id: str
    reason: str | None = None  # why it stays
