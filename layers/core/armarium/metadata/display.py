"""A record as people read it: labelled lines, the label a key for translation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from armarium.metadata import describe_marc
from armarium.metadata.dublin_core import DublinCoreRecord
from armarium.metadata.marc import MarcRecord
from armarium.metadata.model import DisplayField
from armarium.metadata.text import distinct, joined

# Label, tags, subfields; an 880 that gives such a field in its own script comes with it.
_MARC: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("title", ("245",), "abfgknps"),
    ("responsibility", ("245",), "c"),
    ("alternative_title", ("130", "240", "246", "247", "740"), "abdfgiklmnoprst"),
    ("creator", ("100", "110", "111"), "abcdenq"),
    ("contributor", ("700", "710", "711", "720"), "abcdenqt"),
    ("edition", ("250",), "ab"),
    ("publication", ("260", "264"), "abcefg"),
    ("physical_description", ("300",), "abce"),
    ("series", ("440", "490", "830"), "anpvx"),
    ("scale", ("255",), "abc"),
    ("frequency", ("310", "362"), "ab"),
    ("contents", ("505",), "agrtu"),
    ("summary", ("520",), "ab"),
    (
        "note",
        ("500", "501", "502", "504", "508", "511", "515", "518", "525", "533", "534", "538", "545", "546"),
        "abcdgnopt",
    ),
    ("provenance", ("541", "561"), "abcdefno"),
    ("citation", ("510", "524"), "abc"),
    ("rights", ("506", "540", "542"), "abcdfgu"),
)
_MARC_AFTER_SUBJECTS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("genre", ("655",), "avxyz"),
    (
        "related",
        ("530", "760", "762", "765", "767", "770", "772", "773", "774", "775", "776", "777", "780", "785", "787"),
        "abdginotw",
    ),
    ("isbn", ("020",), "aq"),
    ("issn", ("022",), "a"),
    ("identifier", ("024", "028"), "ab2"),
    ("call_number", ("050", "080", "082", "084", "090"), "ab"),
    ("location", ("852",), "abchi"),
    ("link", ("856",), "uyz3"),
)

# Label and Dublin Core terms.
_DC: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("title", ("title",)),
    ("alternative_title", ("alternative",)),
    ("creator", ("creator",)),
    ("contributor", ("contributor",)),
    ("publisher", ("publisher",)),
    (
        "date",
        (
            "date",
            "issued",
            "created",
            "dateCopyrighted",
            "dateSubmitted",
            "dateAccepted",
            "available",
            "valid",
            "modified",
        ),
    ),
    ("physical_description", ("extent", "medium", "format")),
    ("contents", ("tableOfContents",)),
    ("summary", ("abstract",)),
    ("description", ("description",)),
    ("subject", ("subject",)),
    ("place", ("spatial",)),
    ("period", ("temporal",)),
    ("coverage", ("coverage",)),
    ("language", ("language",)),
    ("type", ("type",)),
    ("audience", ("audience", "educationLevel", "mediator", "instructionalMethod")),
    ("identifier", ("identifier",)),
    ("citation", ("bibliographicCitation",)),
    ("source", ("source",)),
    ("part_of", ("isPartOf",)),
    (
        "related",
        (
            "relation",
            "conformsTo",
            "hasFormat",
            "hasPart",
            "hasVersion",
            "isFormatOf",
            "isReferencedBy",
            "isReplacedBy",
            "isRequiredBy",
            "isVersionOf",
            "references",
            "replaces",
            "requires",
        ),
    ),
    ("provenance", ("provenance", "accrualMethod", "accrualPeriodicity", "accrualPolicy")),
    ("rights", ("rights", "accessRights", "license", "rightsHolder")),
)

LABELS = tuple(
    dict.fromkeys((*(row[0] for row in (*_MARC, *_MARC_AFTER_SUBJECTS, *_DC)), "subject", "language", "type"))
)
"""Every label that a display can have."""


def of_marc(record: MarcRecord) -> Iterator[DisplayField]:
    """The lines of a MARC record."""
    yield from _marc_lines(record, _MARC)
    subjects = (describe_marc.subject(each) for each in record.tagged(*describe_marc.SUBJECTS) if each.tag != "655")
    yield from _line("subject", subjects)
    yield from _line("language", describe_marc.languages(record))
    yield from _line("type", describe_marc.types(record))
    yield from _marc_lines(record, _MARC_AFTER_SUBJECTS)


def of_dublin_core(record: DublinCoreRecord) -> Iterator[DisplayField]:
    """The lines of a Dublin Core record."""
    for label, terms in _DC:
        yield from _line(label, record.values(*terms))


def _marc_lines(record: MarcRecord, rows: Iterable[tuple[str, tuple[str, ...], str]]) -> Iterator[DisplayField]:
    for label, tags, codes in rows:
        fields = (each for tag in tags for each in (*record.tagged(tag), *describe_marc.vernacular(record, tag)))
        yield from _line(label, (joined(each.all(codes)) for each in fields))


def _line(label: str, values: Iterable[str]) -> Iterator[DisplayField]:
    said = distinct(values)
    if said:
        yield DisplayField(label=label, values=said)
