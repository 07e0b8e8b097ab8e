"""Libraries, departments, code tables and letters, and what they are where nobody changed them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from armarium.inventory.model import Stamped
from armarium.metadata.service import problem_with_place

_CODE = r"^[\w.-]{1,60}$"


class Entry(Stamped):
    """Something configured under a code; version 0 is what it is where nobody changed it."""

    noun: ClassVar[str]  # what messages call one of its kind
    version: int = 0
    code: str = Field(pattern=_CODE)
    name: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=2_000)


class Library(Entry):
    """A library of the institution."""

    noun: ClassVar[str] = "library"
    campus: str = Field(default="", max_length=200)
    closed: bool = False  # no longer offered; what names it keeps it


class Department(Entry):
    """A place where work is done, such as digitization."""

    noun: ClassVar[str] = "department"
    type: str = "DIGI"
    library: str = ""  # its owner; empty: the institution
    serves: tuple[str, ...] = ()  # libraries; empty: all
    work_days: int = Field(default=0, ge=0, le=9_999)
    closed: bool = False  # no longer offered; what was done there keeps it


class Channel(StrEnum):
    """How a letter goes out."""

    EMAIL = "EMAIL"
    PRINT = "PRINT"


class Letter(Entry):
    """A letter that the software sends; its texts come with the letters themselves."""

    noun: ClassVar[str] = "letter"
    enabled: bool = True
    channel: Channel = Channel.EMAIL
    patron_facing: bool = True
    retention_days: int = Field(default=365, ge=0, le=9_999)


class DepositProfile(Entry):
    """How deposits of one kind are made and approved; ``code`` is its id."""

    noun: ClassVar[str] = "deposit profile"
    active: bool = True
    instructions: str = Field(default="", max_length=4_000)
    collection_id: str = ""  # where approved deposits go
    library: str = ""
    access_rights: str = "RESTRICTED"  # that a deposit gets
    access_rights_options: tuple[str, ...] = ()  # among which the depositor may choose
    approval_method: Literal["AUTO", "MANUAL"] = "MANUAL"
    unsuppress_on_approval: bool = True
    user_groups: tuple[str, ...] = ()  # who may deposit; empty: everybody who is signed in


class Row(BaseModel):
    """A code of a code table."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(min_length=1, max_length=100)
    description: str = Field(default="", max_length=500)
    default: bool = False
    enabled: bool = True


class CodeTable(Entry):
    """Codes and what they are called; ``code`` is the table's name. Its rows may be changed."""

    noun: ClassVar[str] = "code table"
    sub_system: str = "RESOURCE_MANAGEMENT"
    patron_facing: bool = False
    rows: tuple[Row, ...] = Field(default=(), max_length=1_000)

    @property
    def fixed(self) -> frozenset[str]:
        """The codes that the software itself works with: they may get other names, and neither go nor be disabled."""
        return FIXED.get(self.code, frozenset())

    def faults(self) -> list[str]:
        """What is wrong with the rows as they stand, in sentences; nothing where all is well."""
        codes = [each.code for each in self.rows]
        enabled = {each.code for each in self.rows if each.enabled}
        twice = sorted({each for each in codes if codes.count(each) > 1})
        found = [f"The code {each} stands in two rows: keep one" for each in twice]
        found += [
            f"The code {each} is one that Armarium itself works with: give it another name, but leave it in and enabled"
            for each in sorted(self.fixed - enabled)
        ]
        if sum(each.default for each in self.rows) > 1:
            found.append("Only one row can be the default")
        return found + [
            f"The default {each.code} is disabled: enable it, or choose another"
            for each in self.rows
            if each.default and not each.enabled
        ]


class SearchField(Entry):
    """A part of the records that is searched by this code (``place:paris``); ``name`` is what people read."""

    noun: ClassVar[str] = "search field"
    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,19}$")
    sources: tuple[str, ...] = Field(min_length=1, max_length=20)  # 751a, 651, dc:coverage, dcterms:spatial
    facet: bool = False  # whether a search can be narrowed by its values
    everywhere: bool = True  # whether its words count where somebody searches without naming a field

    @field_validator("sources")
    @classmethod
    def _are_places(cls, sources: tuple[str, ...]) -> tuple[str, ...]:
        for each in sources:
            if problem := problem_with_place(each):
                raise ValueError(problem)
        return tuple(dict.fromkeys(sources))


E = TypeVar("E", bound=Entry)


def _table(code: str, name: str, rows: Mapping[str, str], default: str = "") -> CodeTable:
    found = tuple(Row(code=each, description=text, default=each == default) for each, text in rows.items())
    return CodeTable(code=code, name=name, rows=found)


FIXED: Mapping[str, frozenset[str]] = {
    "SetType": frozenset({"ITEMIZED", "LOGICAL"}),
    "SetContentType": frozenset({"BIB_MMS"}),
    "SetPrivacy": frozenset({"true", "false"}),
    "SetStatus": frozenset({"ACTIVE", "INACTIVE"}),
    "RepresentationUsageType": frozenset({"PRESERVATION_MASTER", "DERIVATIVE_COPY", "AUXILIARY"}),
    "BaseStatus": frozenset({"0", "1"}),
    "PROCESSTYPE": frozenset({"WORK_ORDER_DEPARTMENT"}),
}
LIBRARIES = (Library(code="MAIN", name="Main Library"),)
DEPARTMENTS = (Department(code="DIGI_DEPT_INST", name="Digitization Department", work_days=5),)
LETTERS = (
    Letter(code="DepositStatusUpdateLetter", name="Deposit status update"),
    Letter(code="DepositActivityLetter", name="Deposit activity", patron_facing=False),
    Letter(code="DigitizationNotificationLetter", name="Digitization notification"),
    Letter(code="DocumentDeliveryLetter", name="Document delivery"),
    Letter(code="RequestCancelledLetter", name="Request cancelled or rejected"),
    Letter(code="PickSlipLetter", name="Pick slip", channel=Channel.PRINT, patron_facing=False),
    Letter(code="TransitSlipLetter", name="Transit slip", channel=Channel.PRINT, patron_facing=False),
    Letter(code="JobReportLetter", name="Job report", patron_facing=False),
)
CODE_TABLES = (
    _table("SetType", "Types of sets", {"ITEMIZED": "Itemized", "LOGICAL": "Logical"}),
    _table("SetContentType", "What sets hold", {"BIB_MMS": "All Titles"}, "BIB_MMS"),
    _table("SetPrivacy", "Who sees a set", {"true": "Private", "false": "Public"}, "false"),
    _table("SetStatus", "Whether a set is used", {"ACTIVE": "Active", "INACTIVE": "Inactive"}, "ACTIVE"),
    _table(
        "RepresentationUsageType",
        "What representations are for",
        {"PRESERVATION_MASTER": "Master", "DERIVATIVE_COPY": "Derivative", "AUXILIARY": "Auxiliary"},
        "PRESERVATION_MASTER",
    ),
    _table("BaseStatus", "Where an item is", {"1": "Item in place", "0": "Item not in place"}, "1"),
    _table("PROCESSTYPE", "What is done with an item", {"WORK_ORDER_DEPARTMENT": "In a department"}),
    _table(
        "PhysicalMaterialType",
        "Material of items",
        {
            "BOOK": "Book",
            "ISSUE": "Issue",
            "MAP": "Map",
            "MANUSCRIPT": "Manuscript",
            "PHOTOGRAPH": "Photograph",
            "SCORE": "Score",
            "RECORD": "Sound recording",
            "DVD": "Video",
            "OTHER": "Other",
        },
        "BOOK",
    ),
    _table(
        "UserGroups",
        "Groups of users",
        {"UNDRGRD": "Undergraduate", "GRAD": "Graduate", "FACULTY": "Faculty", "STAFF": "Staff", "PUBLIC": "Public"},
        "PUBLIC",
    ),
    _table("CatalogerLevel", "Levels of cataloguing", {"00": "Default level"}, "00"),
    _table(
        "DepositDeclineReason",
        "Why deposits are declined or returned",
        {"COPYRIGHT": "Rights are not clear", "METADATA": "The description is not complete", "SCOPE": "Out of scope"},
    ),
    _table(
        "DigitizationRejectReason",
        "Why requests are rejected",
        {
            "COPYRIGHT": "Copyright does not allow it",
            "CONDITION": "The item is too fragile",
            "DUPLICATE": "Digitized already",
        },
    ),
)
