"""What a record says: descriptions, identifiers, fingerprints, merges, display, crosswalks. Pure; bytes in, values out.

Every function raises ``UnreadableRecordError`` where the bytes are not a record of their schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from armarium.metadata import (
    comparison,
    crosswalk,
    describe_marc,
    dublin_core,
    dublin_core_lines,
    identifiers,
    marc,
    marc_lines,
    merge_marc,
    places,
    validation,
    xml,
)
from armarium.metadata import display as _display
from armarium.metadata.dublin_core import DublinCoreRecord
from armarium.metadata.errors import DifferentFormatsError, UnreadableRecordError
from armarium.metadata.marc import Field as MarcField
from armarium.metadata.marc import MarcRecord, Oddity
from armarium.metadata.model import Description, DisplayField, Identifier, RecordSchema, SourceRecord, Statement
from armarium.metadata.text import is_url, sort_key
from armarium.metadata.validation import Remark
from armarium.metadata.xml import is_carried

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = [
    "DublinCoreRecord",
    "Examination",
    "MarcField",
    "MarcRecord",
    "Oddity",
    "Remark",
    "UnreadableRecordError",
    "as_dc",
    "as_marcxml",
    "as_xml",
    "carried",
    "check",
    "compare",
    "describe",
    "display",
    "dublin_core_record",
    "escaped",
    "examine",
    "fingerprint",
    "from_system",
    "held_at",
    "holding_note",
    "holding_record",
    "identifiers_named",
    "is_carried",
    "is_url",
    "lines",
    "lines_of_dc",
    "lines_of_marc",
    "merge",
    "parsed_xml",
    "plain_marcxml",
    "problem_with_place",
    "record_format",
    "rewritten",
    "said_in",
    "sort_key",
    "written",
]


_HOLDINGS_LEADER = "00000nx  a2200000zn 4500"


@dataclass(frozen=True, slots=True)
class Examination:
    """All that reading a record once can tell."""

    description: Description
    fingerprint: str
    oddities: tuple[Oddity, ...]
    parsed: MarcRecord | DublinCoreRecord

    def values(self, field: str) -> tuple[str, ...]:
        """The values of a MARC field (``856u``) or a Dublin Core element (``dc:identifier``), in the record's order."""
        if isinstance(self.parsed, MarcRecord):
            return tuple(text for each in self.parsed.tagged(field[:3]) for text in each.all(field[3:]))
        return self.parsed.values(field.rpartition(":")[2])


def examine(record: SourceRecord) -> Examination:
    """Description, fingerprint and oddities of a record, read once."""
    parsed = _read(record)
    if isinstance(parsed, MarcRecord):
        return Examination(describe_marc.describe(parsed), marc.fingerprint(parsed), tuple(parsed.oddities), parsed)
    return Examination(dublin_core.describe(parsed), dublin_core.fingerprint(parsed), (), parsed)


def describe(record: SourceRecord) -> Description:
    """What lists, pages and search need of a record; ``title`` is empty where it has none."""
    return examine(record).description


def fingerprint(record: SourceRecord) -> str:
    """SHA-256 of what a record says: the same in MARC-8, UTF-8 and MARCXML, in ``dc:`` and ``dcterms:``."""
    return examine(record).fingerprint


def merge(existing: SourceRecord, incoming: SourceRecord) -> SourceRecord:
    """``existing`` updated by ``incoming``: what the input does not mention is never erased.

    A result that says the same as one of the two is that one, byte for byte. Else MARC is written as ISO 2709 where
    both are, and as MARCXML otherwise, and Dublin Core as qualified Dublin Core; always in UTF-8.

    Raises
    ------
    DifferentFormatsError
        One is MARC, the other Dublin Core.
    """
    before, update = _read(existing), _read(incoming)
    if isinstance(before, MarcRecord) and isinstance(update, MarcRecord):
        merged = merge_marc.merge(before, update)
        said = marc.fingerprint(merged)
        if said == marc.fingerprint(update):
            return incoming
        if said == marc.fingerprint(before):
            return existing
        return _written(merged, existing.schema_, incoming.schema_)
    if isinstance(before, DublinCoreRecord) and isinstance(update, DublinCoreRecord):
        return _merged_dublin_core(existing, before, incoming, update)
    raise DifferentFormatsError(
        f"A {record_format(existing)} record cannot be updated by a {record_format(incoming)} record."
        " Send the update in the format of the existing record, or replace the record."
    )


def rewritten(record: SourceRecord, parsed: MarcRecord | DublinCoreRecord) -> SourceRecord:
    """What ``parsed`` says, in the writing of ``record``; ``record`` itself, byte for byte, where it says the same.

    A MARC record that is too long for ISO 2709 becomes MARCXML; Dublin Core is written as qualified Dublin Core.
    """
    if isinstance(parsed, MarcRecord):
        return record if marc.fingerprint(parsed) == fingerprint(record) else _written(parsed, record.schema_)
    return record if dublin_core.fingerprint(parsed) == fingerprint(record) else dublin_core.write(parsed)


def display(record: SourceRecord) -> tuple[DisplayField, ...]:
    """The record as labelled lines."""
    parsed = _read(record)
    lines = _display.of_marc(parsed) if isinstance(parsed, MarcRecord) else _display.of_dublin_core(parsed)
    return tuple(lines)


def problem_with_place(place: str) -> str | None:
    """Why this is no place in a record (``650ax``, ``dc:coverage``), in words for whoever wrote it; else None."""
    return places.problem_with(place)


def said_in(record: SourceRecord, wanted: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What a record says in places (``650ax``, ``dc:coverage``), by place; read once."""
    parsed = _read(record)
    return {place: places.values(parsed, place) for place in wanted}


def as_marcxml(record: SourceRecord) -> str:
    """One MARCXML ``<record>`` with its namespace; Dublin Core by the Library of Congress's crosswalk."""
    parsed = _read(record)
    return marc.write_marcxml(parsed if isinstance(parsed, MarcRecord) else crosswalk.marc_of_dc(parsed)).decode()


def plain_marcxml(record: SourceRecord) -> str:
    """One ``<record>`` as :func:`as_marcxml` writes it, without a namespace: as Alma's API has records."""
    return as_marcxml(record).replace(f' xmlns="{xml.MARC}"', "", 1)


def as_xml(record: SourceRecord) -> str:
    """The record in the XML of its own family: MARCXML for MARC 21, Dublin Core as it is."""
    return (
        as_marcxml(record)
        if record.schema_.is_marc
        else dublin_core.write(dublin_core.read(record.content)).content.decode()
    )


def as_dc(record: SourceRecord) -> tuple[tuple[str, str], ...]:
    """Pairs of simple Dublin Core element (``title``) and value; MARC by the Library of Congress's crosswalk."""
    parsed = _read(record)
    if isinstance(parsed, MarcRecord):
        return tuple(crosswalk.simple_dc_of_marc(parsed))
    return tuple(crosswalk.simple_dc_of_dc(parsed))


check = validation.check
compare = comparison.compare


def lines(record: SourceRecord) -> tuple[str, ...]:
    """The record as lines that people edit: ``=245  10$aTitle`` or ``dc:title@en: Title``."""
    parsed = _read(record)
    return marc_lines.lines(parsed) if isinstance(parsed, MarcRecord) else dublin_core_lines.lines(parsed)


def lines_of_marc(record: SourceRecord) -> tuple[str, ...]:
    """The record as lines of MARC 21; Dublin Core by the crosswalk."""
    parsed = _read(record)
    return marc_lines.lines(parsed if isinstance(parsed, MarcRecord) else crosswalk.marc_of_dc(parsed))


def lines_of_dc(record: SourceRecord) -> tuple[str, ...]:
    """The record as lines of Dublin Core; MARC by the crosswalk."""
    if not record.schema_.is_marc:
        return lines(record)
    return tuple(f"dc:{element}: {value}" for element, value in as_dc(record))


def written(schema: RecordSchema, stated: Sequence[str], before: SourceRecord | None = None) -> SourceRecord:
    """The record that lines make, in a schema; ``before`` itself, byte for byte, where they say the same.

    Lines that ``before`` has are kept as they were. MARC too long for ISO 2709 becomes MARCXML, and Dublin Core that
    simple cannot say becomes qualified. Raises UnreadableRecordError where nothing is left to write.
    """
    given = tuple(filter(str.strip, stated))
    if before is not None and given == lines(before):
        return before
    if schema.is_marc:
        parsed = _read(before) if before else None
        made = marc_lines.record(given, parsed if isinstance(parsed, MarcRecord) else None)
        if not made.fields:
            raise _empty()
        return _written(made, schema)
    known = _read(before) if before else None
    statements = dublin_core_lines.record(given, known if isinstance(known, DublinCoreRecord) else None)
    if not statements.statements:
        raise _empty()
    return dublin_core.write(statements, schema)


def _empty() -> UnreadableRecordError:
    return UnreadableRecordError("no_fields", "There is nothing in the record.", "Give it at least a title.")


def dublin_core_record(statements: Iterable[Statement], originating_id: str | None = None) -> SourceRecord:
    """A record in qualified Dublin Core; the same statements always give the same bytes."""
    return dublin_core.write(DublinCoreRecord(list(statements), originating_id))


def from_system(record: SourceRecord, originating_id: str) -> SourceRecord:
    """A Dublin Core record that also says which id it has where it comes from; a MARC record says so in 001."""
    return record if record.schema_.is_marc else dublin_core.with_origin(record, originating_id)


def held_at(record: SourceRecord) -> tuple[tuple[str, str], ...]:
    """What a MARC 21 holdings record says of the place: library (852 $b), location ($c), call number ($h $i)."""
    parsed = _read(record)
    field = next(iter(parsed.tagged("852")), None) if isinstance(parsed, MarcRecord) else None
    if field is None:
        return ()
    parts = (("library", "b"), ("location", "c"), ("call_number", "hi"))
    return tuple((name, " ".join(field.all(codes))) for name, codes in parts)


def holding_note(record: SourceRecord) -> str:
    """The public note of a MARC 21 holdings record (852 $z)."""
    parsed = _read(record)
    field = next(iter(parsed.tagged("852")), None) if isinstance(parsed, MarcRecord) else None
    return " ".join(field.all("z")) if field else ""


def holding_record(
    existing: SourceRecord | None, library: str, location: str, call_number: str, note: str
) -> SourceRecord:
    """A MARC 21 holdings record that says so in 852 $b $c $h $z; whatever else an existing one says stays."""
    stated = (("b", library), ("c", location), ("h", call_number), ("z", note))
    parts = tuple((code, " ".join(text.split())) for code, text in stated if text.strip())
    before = marc.read(existing) if existing else MarcRecord(_HOLDINGS_LEADER, [])
    at = next((place for place, field in enumerate(before.fields) if field.tag == "852"), len(before.fields))
    was = before.fields[at] if at < len(before.fields) else MarcField("852", indicators="0 ")
    kept = tuple(each for each in was.subfields if each[0] not in "bchiz")
    fields = [*before.fields[:at], was._replace(subfields=parts + kept), *before.fields[at + 1 :]]
    content = marc.write_marcxml(MarcRecord(before.leader, fields))
    return SourceRecord(schema_=RecordSchema.MARCXML, content=content)


def identifiers_named(text: str) -> tuple[Identifier, ...]:
    """The identifiers, of whichever scheme, that somebody may mean by a number of another system."""
    number, value = identifiers.system_number(text), " ".join(text.split())
    meant = (("035", number), ("024", number), ("system", number), ("dc", value))
    return tuple(Identifier(scheme=scheme, value=stated) for scheme, stated in meant)


def parsed_xml(content: bytes) -> _Element:
    """The root element of XML from outside: no DOCTYPE, no entity, no network."""
    return xml.parse(content)


def escaped(text: str) -> str:
    """``text`` as XML character data or attribute value."""
    return xml.escape(text)


def carried(text: str) -> str:
    """``text`` with what XML cannot carry as U+FFFD."""
    return xml.carried(text)


def record_format(record: SourceRecord) -> Literal["marc21", "dc"]:
    """The family of formats: Alma's ``record_format``."""
    return "marc21" if record.schema_.is_marc else "dc"


def _read(record: SourceRecord) -> MarcRecord | DublinCoreRecord:
    return marc.read(record) if record.schema_.is_marc else dublin_core.read(record.content)


def _written(merged: MarcRecord, *schemas: RecordSchema) -> SourceRecord:
    content = marc.write_iso2709(merged) if set(schemas) == {RecordSchema.MARC21} else None
    if content is not None:
        return SourceRecord(schema_=RecordSchema.MARC21, content=content)
    return SourceRecord(schema_=RecordSchema.MARCXML, content=marc.write_marcxml(merged))


def _merged_dublin_core(
    existing: SourceRecord, before: DublinCoreRecord, incoming: SourceRecord, update: DublinCoreRecord
) -> SourceRecord:
    merged = dublin_core.merge(before, update)
    said = dublin_core.fingerprint(merged)
    if said == dublin_core.fingerprint(update):
        return incoming
    return existing if said == dublin_core.fingerprint(before) else dublin_core.write(merged)
