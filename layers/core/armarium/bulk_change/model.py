"""Which titles are chosen, what is done to them, what became of each. Pure."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from armarium.bulk_change import patterns
from armarium.inventory.model import UsageType
from armarium.metadata.model import DC_ELEMENTS, DC_TERMS, SourceRecord

MOST_OPERATIONS = 20
MOST_TITLES = 200_000
"""Titles of one job."""
_LONGEST_VALUE = 4_000
_LONGEST_PATTERN = 500
_KEPT_FIELDS = frozenset({"001", "003", "005", "006", "007", "008"})
_TERMS = {"dc": DC_ELEMENTS, "dcterms": DC_TERMS}


def _said(text: str) -> str:
    """Text as records hold it: composed (NFC), without control characters."""
    if any(unicodedata.category(each) in ("Cc", "Cs") or each in "\ufffe\uffff" for each in text):
        raise ValueError("control characters and line breaks cannot be in a record")
    return unicodedata.normalize("NFC", text)


def _indicators(value: Any) -> Any:
    """A blank may be written as ``#``, ``_`` or ``\\``."""
    return value.translate(str.maketrans("#_\\", "   ")) if isinstance(value, str) else value


def _term(element: str) -> str:
    prefix, _, term = element.partition(":")
    if term not in _TERMS.get(prefix, ()):
        raise ValueError("an element of Dublin Core is wanted here, such as dc:rights or dcterms:license")
    return element


def _changeable(tag: str) -> str:
    if tag in _KEPT_FIELDS:
        raise ValueError(f"{tag} says which record it is and how it is coded: it is not changed in bulk")
    return tag


Value = Annotated[str, Field(min_length=1, max_length=_LONGEST_VALUE), AfterValidator(_said)]
Text = Annotated[str, Field(max_length=_LONGEST_VALUE), AfterValidator(_said)]
Sought = Annotated[str, Field(max_length=_LONGEST_PATTERN), AfterValidator(_said)]
Tag = Annotated[str, Field(pattern=r"^[0-9]{3}$"), AfterValidator(_changeable)]
Indicators = Annotated[str, BeforeValidator(_indicators), Field(pattern=r"^[0-9a-z ]{2}$")]
Codes = Annotated[str, Field(pattern=r"^[0-9a-z]{1,36}$")]
Element = Annotated[str, Field(max_length=60), AfterValidator(_term)]
Id = Annotated[str, Field(pattern=r"^[0-9]{5,30}$")]
Code = Annotated[str, Field(pattern=r"^[\w .:()/-]{1,100}$")]


class Frozen(BaseModel):
    """A value; a field that does not exist is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# Operations


class Sifting(Frozen):
    """Which of several are meant: those whose text holds something; none said, all."""

    containing: Sought = ""
    regular_expression: bool = False
    ignore_case: bool = False

    @model_validator(mode="after")
    def _readable(self) -> Sifting:
        _require_pattern("containing", self.containing, self.regular_expression)
        return self


class Subfield(Frozen):
    """A subfield of MARC 21."""

    code: Annotated[str, Field(pattern=r"^[0-9a-z]$")]
    value: Value


class AddField(Frozen):
    """A MARC field behind those of its tag; one that says the same is not doubled."""

    op: Literal["add_field"] = "add_field"
    tag: Tag
    indicators: Indicators = "  "
    subfields: Annotated[tuple[Subfield, ...], Field(min_length=1, max_length=30)]


class RemoveField(Sifting):
    """The MARC fields of a tag go, or those of them that hold a text."""

    op: Literal["remove_field"] = "remove_field"
    tag: Tag
    indicators: Indicators | None = None


class RemoveSubfields(Sifting):
    """The subfields with these codes go, or those of them that hold a text; a field left without any goes too."""

    op: Literal["remove_subfields"] = "remove_subfields"
    tag: Tag
    codes: Codes


class ReplaceText(Frozen):
    r"""Another text in the place of one, in MARC subfields (``245a``, ``650``) or a Dublin Core element (``dc:title``).

    With ``regular_expression`` it is a pattern of RE2, and ``\1`` in the replacement its first group. A subfield or
    statement that is left empty goes.
    """

    op: Literal["replace_text"] = "replace_text"
    field: Annotated[str, Field(max_length=60)]
    find: Annotated[Sought, Field(min_length=1)]
    replacement: Annotated[str, Field(max_length=1_000), AfterValidator(_said)] = ""
    regular_expression: bool = False
    ignore_case: bool = False

    @model_validator(mode="after")
    def _readable(self) -> ReplaceText:
        if ":" in self.field:
            _term(self.field)
        elif not (self.field[:3].isascii() and self.field[:3].isdecimal() and len(self.field) >= 3):
            raise ValueError("field: a MARC tag with or without subfield codes (245a), or an element (dc:title)")
        elif self.field[3:] and not (self.field[3:].isascii() and self.field[3:].isalnum()):
            raise ValueError("field: behind the tag stand the codes of subfields, such as 245ab")
        else:
            _changeable(self.field[:3])
        _require_pattern("find", self.find, self.regular_expression)
        fault = patterns.fault_of_replacement(self.replacement, self.find) if self.regular_expression else None
        if fault:
            raise ValueError(f"replacement: {fault}")
        return self

    @property
    def is_marc(self) -> bool:
        """Whether it is a field of MARC 21."""
        return ":" not in self.field


class SetElement(Frozen):
    """A Dublin Core element has these values, and no others."""

    op: Literal["set_element"] = "set_element"
    element: Element
    values: Annotated[tuple[Value, ...], Field(min_length=1, max_length=20)]


class AddElement(Frozen):
    """A Dublin Core element has this value too."""

    op: Literal["add_element"] = "add_element"
    element: Element
    value: Value


class RemoveElement(Sifting):
    """The statements of a Dublin Core element go, or those of them that hold a text."""

    op: Literal["remove_element"] = "remove_element"
    element: Element


class SetRepresentations(Frozen):
    """Other properties for the representations of a title, or for those of one usage type; what is not given stays."""

    op: Literal["set_representations"] = "set_representations"
    of_usage_type: UsageType | None = None
    access_rights: Code | None = None
    library: Code | None = None
    usage_type: UsageType | None = None
    active: bool | None = None
    public_note: Text | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _says_something(self) -> SetRepresentations:
        if not self.properties:
            raise ValueError("say which property is to change: access_rights, library, usage_type, active, a note")
        return self

    @property
    def properties(self) -> dict[str, Any]:
        """What is to be set."""
        return self.model_dump(exclude={"op", "of_usage_type"}, exclude_none=True)


class AddToCollection(Frozen):
    """The title is in this collection too."""

    op: Literal["add_to_collection"] = "add_to_collection"
    collection: Id


class RemoveFromCollection(Frozen):
    """The title is not in this collection; one with representations stays in at least one."""

    op: Literal["remove_from_collection"] = "remove_from_collection"
    collection: Id


class MoveToCollection(Frozen):
    """The title is in one collection instead of another; one that is not in that other stays where it is."""

    op: Literal["move_to_collection"] = "move_to_collection"
    source: Id
    collection: Id

    @model_validator(mode="after")
    def _moves(self) -> MoveToCollection:
        if self.source == self.collection:
            raise ValueError("collection: it is the collection that the titles are taken from")
        return self


class SetSuppression(Frozen):
    """The title is hidden from readers, or shown to them."""

    op: Literal["set_suppression"] = "set_suppression"
    suppressed: bool


MarcOperation = AddField | RemoveField | RemoveSubfields
DublinCoreOperation = SetElement | AddElement | RemoveElement
RecordOperation = MarcOperation | DublinCoreOperation | ReplaceText
CollectionOperation = AddToCollection | RemoveFromCollection | MoveToCollection
Operation = Annotated[
    RecordOperation | SetRepresentations | CollectionOperation | SetSuppression, Field(discriminator="op")
]
RECORD_OPERATIONS = (
    AddField, RemoveField, RemoveSubfields, SetElement, AddElement, RemoveElement, ReplaceText,
)  # fmt: skip
JOINING = (AddToCollection, MoveToCollection)
COLLECTION_OPERATIONS = (AddToCollection, RemoveFromCollection, MoveToCollection)


def _require_pattern(field: str, text: str, is_pattern: bool) -> None:
    fault = patterns.fault_of(text, is_pattern=is_pattern) if text else None
    if fault:
        raise ValueError(f"{field}: {fault}")


# The change


class Selection(Frozen):
    """Which titles: a set, or what a search finds. ``filters`` are those of a search: facet → any of these values."""

    set_id: Id | None = None
    q: Annotated[str, Field(max_length=2_000)] = ""
    filters: Annotated[dict[str, Annotated[tuple[str, ...], Field(max_length=100)]], Field(max_length=20)] = {}

    @model_validator(mode="after")
    def _chooses(self) -> Selection:
        searched = bool(self.q.strip() or any(self.filters.values()))
        if self.set_id and searched:
            raise ValueError("name a set or a search, not both")
        if not self.set_id and not searched:
            raise ValueError("say which titles: a set, or a search with words or filters")
        return self


class Change(Frozen):
    """One change of many titles: its operations are done to each title in this order, all or none."""

    name: Annotated[str, Field(max_length=200), AfterValidator(_said)] = ""
    selection: Selection
    operations: Annotated[tuple[Operation, ...], Field(min_length=1, max_length=MOST_OPERATIONS)]

    @property
    def collection_ids(self) -> frozenset[str]:
        """The collections into which titles are put."""
        return frozenset(each.collection for each in self.operations if isinstance(each, JOINING))

    @property
    def touched_collection_ids(self) -> frozenset[str]:
        """All collections that are named: titles are put into them or taken out."""
        moved = frozenset(each.source for each in self.operations if isinstance(each, MoveToCollection))
        left = frozenset(each.collection for each in self.operations if isinstance(each, RemoveFromCollection))
        return self.collection_ids | moved | left

    @property
    def libraries(self) -> tuple[str, ...]:
        """The libraries to which representations are given."""
        found = (each.library for each in self.operations if isinstance(each, SetRepresentations))
        return tuple(each for each in found if each)

    def looks_at_whole_titles(self, libraries: frozenset[str]) -> bool:
        """Whether more than records and suppression is looked at: for staff of some libraries it always is."""
        return bool(libraries) or any(
            isinstance(each, (SetRepresentations, *COLLECTION_OPERATIONS)) for each in self.operations
        )

    def without_records(self) -> Change:
        """What is left to do to a title whose record has been changed; may have no operations."""
        left = tuple(each for each in self.operations if not isinstance(each, RECORD_OPERATIONS))
        return self.model_copy(update={"operations": left})


# What becomes of titles


class Result(StrEnum):
    """What became of one title. The names are those of a job's counters."""

    UPDATED = "updated"
    UNCHANGED = "unchanged"  # it was already so, or there was nothing of that sort in it
    SKIPPED = "skipped"  # nothing of the change is for a title like this
    REJECTED = "rejected"  # it cannot be changed so; the reason is beside it
    FAILED = "failed"  # an error on our side: running again tries it once more


class Difference(BaseModel):
    """What is otherwise in one thing: the lines that go and those that come. ``what``: ``650``, ``dc:title`` …"""

    model_config = ConfigDict(frozen=True)

    what: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class Outcome(BaseModel):
    """What became of one title."""

    ordinal: int  # its place in the list, from 1
    mms_id: str
    title: str = ""
    result: Result
    reasons: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


class Target(BaseModel):
    """A title on the list of a job."""

    model_config = ConfigDict(frozen=True)

    ordinal: int
    mms_id: str


class Trace(BaseModel):
    """What a title had before a job changed it, thing by thing, and what the job wrote: the way back.

    ``representations`` and ``representations_after``: id → property → value.
    """

    ordinal: int
    mms_id: str
    record: SourceRecord | None = None
    fingerprint_after: str | None = None
    suppressed: bool | None = None
    representations: dict[str, dict[str, Any]] = {}
    representations_after: dict[str, dict[str, Any]] = {}
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was changed."""
        changed = (self.record, self.representations, self.joined, self.left)
        return not any(changed) and self.suppressed is None


class Undone(BaseModel):
    """What taking back came to for one title; ``reasons`` say what stays, and why."""

    ordinal: int
    mms_id: str
    title: str = ""
    reasons: tuple[str, ...] = ()


class Preview(BaseModel):
    """The first titles of a change, each as it would be. ``total`` is how many are chosen."""

    items: tuple[Outcome, ...]
    total: int
    next_token: str | None = None
