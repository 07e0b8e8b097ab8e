"""Record templates: lines that a new record begins with. Some are built in; an institution's own are configuration."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from pydantic import Field

from armarium.configuration import service as configuration
from armarium.configuration.errors import NotConfiguredError
from armarium.configuration.model import Entry
from armarium.metadata.model import RecordSchema
from armarium.platform.errors import InvalidInputError

_MOST_LINES = 500
_WAITING = re.compile(r"^[^$:]*\$.(\$|$)|:\s*$")
_NO_DATE = r"=008  \\\\\\"
_LONGEST = 100_000  # characters of all lines


class RecordTemplate(Entry):
    """Lines of a record, most of them still empty. Version 0 is built in."""

    noun: ClassVar[str] = "record template"
    schema_: RecordSchema
    lines: tuple[str, ...] = Field(min_length=1, max_length=_MOST_LINES)


def listed() -> tuple[RecordTemplate, ...]:
    """All templates: those of the institution by name, then those that are built in."""
    own = sorted(configuration.listed(RecordTemplate), key=lambda each: each.name.casefold())
    return (*own, *BUILT_IN)


def get(code: str) -> RecordTemplate:
    """One template. Raises NotConfiguredError."""
    built_in = next((each for each in BUILT_IN if each.code == code), None)
    return built_in or configuration.get(RecordTemplate, code)


def save(name: str, schema: RecordSchema, lines: Sequence[str], by: str, now: datetime) -> RecordTemplate:
    """Keep lines as the template of this name, in the place of one that had it. Raises InvalidInputError."""
    called = " ".join(name.split())
    kept = tuple(filter(str.strip, lines))
    if not called:
        raise InvalidInputError("name: a template needs a name")
    if sum(map(len, kept)) > _LONGEST:
        raise InvalidInputError(f"The template has more than {_LONGEST} characters")
    fields = {"name": called, "schema_": schema, "lines": kept}
    return configuration.change(RecordTemplate, _code(called), fields, by, now)


def begun(template: RecordTemplate, now: datetime) -> tuple[str, ...]:
    """The lines of a new record; a MARC record is entered on file today (008/00-05)."""
    return tuple(each.replace(_NO_DATE, f"=008  {now:%y%m%d}", 1) for each in template.lines)


def filled(template: RecordTemplate, lines: Sequence[str]) -> tuple[str, ...]:
    """The lines without those that stand as in the template and wait to be filled in: ``=100  1\\$a$e author``."""
    waiting = set(filter(is_waiting, template.lines))
    return tuple(each for each in lines if each not in waiting)


def is_waiting(line: str) -> bool:
    """Whether the first subfield of a line has no text, or its element no value."""
    return _WAITING.search(line) is not None


def delete(code: str) -> None:
    """Delete a template of the institution. Raises NotConfiguredError; built-in ones stay."""
    if any(each.code == code for each in BUILT_IN):
        raise NotConfiguredError("A built-in template cannot be deleted.")
    configuration.remove(RecordTemplate, code)


def _code(name: str) -> str:
    """The code of a name, whatever its script."""
    return f"own-{hashlib.sha256(name.casefold().encode()).hexdigest()[:16]}"


def _built_in(code: str, name: str, schema: RecordSchema, lines: str) -> RecordTemplate:
    return RecordTemplate(code=code, name=name, schema_=schema, lines=tuple(lines.strip().splitlines()))


_MARC_BOOK = r"""
=LDR  00000nam\a2200000\i\4500
=008  \\\\\\s\\\\\\\\xx\\\\\\\\\\\\000\0\und\d
=020  \\$a
=040  \\$b$e rda$c
=100  1\$a$d$e author
=245  10$a$b$c
=250  \\$a
=264  \1$a$b$c
=300  \\$a$b$c
=336  \\$a text$b txt$2 rdacontent
=337  \\$a unmediated$b n$2 rdamedia
=338  \\$a volume$b nc$2 rdacarrier
=490  0\$a$v
=500  \\$a
=520  \\$a
=650  \0$a$x$z
=700  1\$a$d$e
"""
_MARC_THESIS = r"""
=LDR  00000nam\a2200000\i\4500
=008  \\\\\\s\\\\\\\\xx\\\\\\\bm\\\000\0\und\d
=100  1\$a$e author
=245  10$a$b$c
=264  \0$a$b$c
=300  \\$a$b
=336  \\$a text$b txt$2 rdacontent
=502  \\$b$c$d
=504  \\$a
=520  3\$a
=540  \\$a$u
=650  \0$a
=655  \7$a Academic theses.$2 lcgft
=700  1\$a$e degree supervisor
=856  40$u
"""
_MARC_PHOTOGRAPH = r"""
=LDR  00000nkm\a2200000\i\4500
=008  \\\\\\s\\\\\\\\xx\nnn\\\\\\\\\\\\knzxx\d
=024  8\$a
=100  1\$a$e photographer
=245  10$a$c
=264  \0$a$c
=300  \\$a 1 photograph$b$c
=336  \\$a still image$b sti$2 rdacontent
=500  \\$a
=520  \\$a
=540  \\$a
=600  10$a
=650  \7$a$2 lctgm
=651  \0$a
=655  \7$a Photographs.$2 lcgft
"""
_MARC_MAP = r"""
=LDR  00000nem\a2200000\i\4500
=008  \\\\\\s\\\\\\\\xx\\\\\\\\a\\\\\0\\\und\d
=034  1\$a a$b$d$e$f$g
=100  1\$a$e cartographer
=245  10$a$b$c
=255  \\$a Scale$c
=264  \1$a$b$c
=300  \\$a 1 map$b$c
=336  \\$a cartographic image$b cri$2 rdacontent
=500  \\$a
=651  \0$a
=655  \7$a Maps.$2 lcgft
"""
_MARC_SOUND = r"""
=LDR  00000njm\a2200000\i\4500
=008  \\\\\\s\\\\\\\\xx\nnn\\\\\\\\\\\\n\zxx\d
=028  00$a$b
=100  1\$a$e
=245  10$a$b$c
=264  \1$a$b$c
=300  \\$a$b$c
=306  \\$a
=344  \\$a
=511  0\$a
=518  \\$d$p
=650  \0$a
=700  1\$a$e performer
"""
_DC_COMMON = """
dcterms:spatial:
dcterms:temporal:
dc:rights:
dcterms:license:
dc:identifier:
"""
_DC_BOOK = f"""
dc:title:
dc:creator:
dc:contributor:
dc:publisher:
dcterms:issued.W3CDTF:
dc:language:
dc:subject:
dcterms:abstract:
dcterms:extent:
dc:type.DCMIType: Text
dc:type: Book
dcterms:isPartOf:
{_DC_COMMON.strip()}
"""
_DC_THESIS = """
dc:title:
dc:creator:
dc:contributor:
dc:publisher:
dcterms:issued.W3CDTF:
dc:language:
dc:subject:
dcterms:abstract:
dcterms:extent:
dc:type.DCMIType: Text
dc:type: Thesis
dc:rights:
dcterms:license:
dc:identifier:
"""
_DC_PHOTOGRAPH = f"""
dc:title:
dc:creator:
dcterms:created.W3CDTF:
dc:description:
dc:subject:
dc:type.DCMIType: StillImage
dc:type: Photograph
dcterms:medium:
dcterms:extent:
dcterms:provenance:
{_DC_COMMON.strip()}
"""
_DC_MAP = f"""
dc:title:
dc:creator:
dc:publisher:
dcterms:issued.W3CDTF:
dc:description:
dc:subject:
dc:language:
dc:type.DCMIType: Image
dc:type: Map
dcterms:extent:
{_DC_COMMON.strip()}
"""
_DC_SOUND = f"""
dc:title:
dc:creator:
dc:contributor:
dc:publisher:
dcterms:created.W3CDTF:
dc:language:
dc:description:
dc:subject:
dc:type.DCMIType: Sound
dcterms:extent:
dcterms:medium:
{_DC_COMMON.strip()}
"""
BUILT_IN = (
    _built_in("marc-book", "Book", RecordSchema.MARC21, _MARC_BOOK),
    _built_in("marc-thesis", "Thesis", RecordSchema.MARC21, _MARC_THESIS),
    _built_in("marc-photograph", "Photograph", RecordSchema.MARC21, _MARC_PHOTOGRAPH),
    _built_in("marc-map", "Map", RecordSchema.MARC21, _MARC_MAP),
    _built_in("marc-sound", "Sound recording", RecordSchema.MARC21, _MARC_SOUND),
    _built_in("dc-book", "Book", RecordSchema.QDC, _DC_BOOK),
    _built_in("dc-thesis", "Thesis", RecordSchema.QDC, _DC_THESIS),
    _built_in("dc-photograph", "Photograph", RecordSchema.QDC, _DC_PHOTOGRAPH),
    _built_in("dc-map", "Map", RecordSchema.QDC, _DC_MAP),
    _built_in("dc-sound", "Sound recording", RecordSchema.QDC, _DC_SOUND),
)
