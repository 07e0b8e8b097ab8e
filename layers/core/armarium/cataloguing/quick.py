"""Quick cataloguing: a title, its collection and an empty representation out of one short form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from armarium.cataloguing import service, templates
from armarium.cataloguing.templates import RecordTemplate
from armarium.inventory.model import Representation, UsageType
from armarium.metadata import service as metadata
from armarium.metadata.model import SourceRecord

_W3CDTF = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_YEAR = re.compile(r"\d{4}")
_DC_FIELDS = {
    "title": "title",
    "creator": "creator",
    "issued": "date",
    "created": "date",
    "date": "date",
    "language": "language",
    "subject": "subjects",
    "abstract": "description",
    "description": "description",
    "rights": "rights",
    "identifier": "identifier",
}
_MARC_FIELDS = {
    "024": ("identifier", "8", "a"),
    "100": ("creator", "1", "a"),
    "245": ("title", "1", "a"),
    "264": ("date", "", "c"),
    "520": ("description", "", "a"),
    "540": ("rights", "", "a"),
    "653": ("subjects", "", "a"),
}
_ELEMENTS = {"subjects": "subject"}
_YEAR_AT, _LANGUAGE_AT = 7, 35  # in 008


class QuickTitle(BaseModel):
    """What the short form asks. Creators and subjects come one a line."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    title: str = Field(min_length=1, max_length=2_000)
    creator: str = Field(default="", max_length=4_000)
    date: str = Field(default="", max_length=200)
    language: str = Field(default="", max_length=20)
    subjects: str = Field(default="", max_length=10_000)
    description: str = Field(default="", max_length=20_000)
    rights: str = Field(default="", max_length=2_000)
    identifier: str = Field(default="", max_length=500)

    def values(self, field: str) -> tuple[str, ...]:
        """What was given for a field, an entry a line where it may be repeated."""
        stated = str(getattr(self, field))
        found = stated.splitlines() if field in ("creator", "subjects") else [stated]
        return tuple(filter(None, (" ".join(each.split()) for each in found)))


def record_of(asked: QuickTitle, template: RecordTemplate, now: datetime) -> SourceRecord:
    """The record of a title, in the template's schema."""
    begun = templates.begun(template, now)
    lines = _marc(asked, begun) if template.schema_.is_marc else _dublin_core(asked, begun)
    return metadata.written(template.schema_, tuple(lines))


def create(
    record: SourceRecord,
    collection_id: str,
    usage_type: UsageType,
    library: str,
    access_rights: str,
    suppressed: bool,
    by: str,
    now: datetime,
    key: str,
) -> Representation:
    """The title in its collection, with an empty representation, which is answered. With the same ``key`` made once.

    Raises RecordNotValidError, MandatoryFieldError, CollectionNotFoundError.
    """
    bib = service.create_bib(record, by, now, (collection_id,), suppressed, key)
    fields = {"usage_type": usage_type, "library": library, "access_rights": access_rights}
    return service.create_representation(bib.mms_id, fields, by, now, key)


def _dublin_core(asked: QuickTitle, lines: tuple[str, ...]) -> Iterator[str]:
    """The template's lines with what was given in the place of what waits, and the rest at the end."""
    waiting = dict.fromkeys(_DC_FIELDS.values())
    for line in lines:
        element, _, value = line.partition(": ")
        term = re.split(r"[.@:]", element.removeprefix("dc:").removeprefix("dcterms:"))[0]
        field = _DC_FIELDS.get(term)
        if value.strip():
            yield line
        elif field in waiting:
            del waiting[field]
            yield from (f"{_element(element, each)}: {each}" for each in asked.values(field))
    for field in waiting:
        yield from (f"dc:{_ELEMENTS.get(field, field)}: {each}" for each in asked.values(field))


def _element(element: str, value: str) -> str:
    """A date that W3CDTF does not allow goes without that scheme."""
    stated = element.rstrip(": ")
    return stated if _W3CDTF.fullmatch(value) else stated.removesuffix(".W3CDTF")


def _marc(asked: QuickTitle, lines: tuple[str, ...]) -> Iterator[str]:
    """The template's lines that say something, and fields for what was given, by tag."""
    said = [line for line in lines if not templates.is_waiting(line) and line[1:4] not in _MARC_FIELDS]
    said = [_data_elements(line, asked) if line.startswith("=008") else line for line in said]
    for tag, (field, first, code) in _MARC_FIELDS.items():
        indicators = {"245": "10" if asked.creator else "00", "264": "\\0"}.get(tag, f"{first or chr(92)}\\")
        texts = [each.replace("{", "{lcub}").replace("$", "{dollar}") for each in asked.values(field)]
        named = texts if tag != "100" else texts[:1]
        said += (f"={tag}  {indicators}${code}{text}" for text in named)
        if tag == "100":
            said += (f"=700  1\\$a{text}" for text in texts[1:])
    yield from sorted(said, key=lambda line: (line[1:4] != "LDR", line[1:4]))


def _data_elements(line: str, asked: QuickTitle) -> str:
    """008 with the year and the language, where they are written as it wants them."""
    head, value = line[:6], line[6:]
    year = _YEAR.search(asked.date)
    for text, at in ((year[0] if year else "", _YEAR_AT), (asked.language.strip().lower(), _LANGUAGE_AT)):
        length = {_YEAR_AT: 4, _LANGUAGE_AT: 3}[at]
        if len(text) == length and text.isascii() and text.isalnum():
            value = value[:at] + text + value[at + length :]
    return head + value
