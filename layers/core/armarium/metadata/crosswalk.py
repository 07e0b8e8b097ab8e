"""MARC 21 ↔ Dublin Core, after the crosswalks of the Library of Congress's MARC Standards Office."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from armarium.metadata import describe_marc
from armarium.metadata.dublin_core import DublinCoreRecord
from armarium.metadata.marc import Field, MarcRecord
from armarium.metadata.model import DC_ELEMENTS
from armarium.metadata.text import distinct, is_url, joined, tidy

# Element, fields, subfields; names, subjects, types, dates and languages come from the description.
_TO_DC: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("title", ("246", "740"), "abnp"),
    ("description", ("500", "501", "502", "504", "505", "508", "511", "518", "520", "521", "545"), "abgrt"),
    ("source", ("786",), "ot"),
    ("format", ("300",), "abc"),
    ("relation", ("440", "490", "530", "760", "762", "765", "767", "770", "772", "773", "774", "775"), "abntw"),
    ("relation", ("776", "777", "780", "785", "787", "830"), "abntw"),
    ("coverage", ("522", "651", "662", "751", "752"), "abcdg"),
    ("rights", ("506", "540"), "abcdu"),
)
_DCMI_TYPES = {"StillImage": "Image"}

# Refinements and the element each says more precisely (DCMI Metadata Terms, "Subproperty of").
_ELEMENT_OF = {
    refinement: element
    for element, refinements in {
        "title": "alternative",
        "description": "abstract tableOfContents",
        "date": "available created dateAccepted dateCopyrighted dateSubmitted issued modified valid",
        "format": "extent medium",
        "identifier": "bibliographicCitation",
        "relation": "conformsTo hasFormat hasPart hasVersion isFormatOf isPartOf isReferencedBy isReplacedBy"
        " isRequiredBy isVersionOf references replaces requires",
        "coverage": "spatial temporal",
        "rights": "accessRights license rightsHolder",
    }.items()
    for refinement in refinements.split()
}


class _Target(NamedTuple):
    tag: str
    indicators: str
    code: str
    more: tuple[tuple[str, str], ...] = ()  # further subfields that the crosswalk adds


_TO_MARC = {
    "title": _Target("246", "33", "a"),  # the first is 245
    "alternative": _Target("246", "33", "a"),
    "creator": _Target("720", "  ", "a", (("e", "author"),)),
    "contributor": _Target("720", "  ", "a", (("e", "contributor"),)),
    "rightsHolder": _Target("542", "  ", "d"),
    "subject": _Target("653", "  ", "a"),
    "description": _Target("520", "  ", "a"),
    "abstract": _Target("520", "3 ", "a"),
    "tableOfContents": _Target("505", "0 ", "a"),
    "provenance": _Target("561", "  ", "a"),
    "bibliographicCitation": _Target("524", "  ", "a"),
    "audience": _Target("521", "  ", "a"),
    "extent": _Target("300", "  ", "a"),
    "medium": _Target("340", "  ", "a"),
    "type": _Target("655", "7 ", "a", (("2", "local"),)),
    "format": _Target("856", "4 ", "q"),
    "identifier": _Target("024", "8 ", "a"),
    "source": _Target("786", "0 ", "n"),
    "language": _Target("546", "  ", "a"),
    "relation": _Target("787", "0 ", "n"),
    "isPartOf": _Target("773", "0 ", "n"),
    "isFormatOf": _Target("776", "0 ", "n"),
    "hasFormat": _Target("776", "0 ", "n"),
    "replaces": _Target("780", "00", "n"),
    "isReplacedBy": _Target("785", "00", "n"),
    "isVersionOf": _Target("775", "0 ", "n"),
    "coverage": _Target("500", "  ", "a"),
    "spatial": _Target("522", "  ", "a"),
    "temporal": _Target("513", "  ", "b"),
    "rights": _Target("540", "  ", "a"),
    "license": _Target("540", "  ", "a"),
    "accessRights": _Target("506", "  ", "a"),
}
_URI = _Target("856", "40", "u")
_PUBLICATION = {"publisher": "b", "issued": "c", "date": "c", "created": "c"}

_LEADER = "00000n{}  2200000   4500"
_LEADER_06_07 = {
    "collection": "pc",
    "image": "km",
    "stillimage": "km",
    "movingimage": "gm",
    "sound": "im",
    "software": "mm",
    "physicalobject": "rm",
}


def simple_dc_of_marc(record: MarcRecord) -> Iterator[tuple[str, str]]:
    """The fifteen elements of a MARC record, in the order of the Dublin Core standard."""
    found: dict[str, list[str]] = {element: [] for element in DC_ELEMENTS}
    said = describe_marc.describe(record)
    imprint = describe_marc.publication(record)
    found["title"] += filter(None, (said.title, *said.alternative_titles))
    found["creator"] += said.creators
    found["contributor"] += said.contributors
    found["subject"] += said.subjects
    found["publisher"] += filter(None, (said.publisher,))
    found["date"] += filter(None, (said.date,))
    found["type"] += [_DCMI_TYPES.get(said.types[0], said.types[0])] if said.types else []
    found["type"] += (joined(each.all("a")) for each in record.tagged("655"))
    found["language"] += (*said.languages, *(joined(each.all("a")) for each in record.tagged("546")))
    found["format"] += (tidy(text) for each in record.tagged("856") for text in each.all("q"))
    found["identifier"] += _identifiers(record)
    found["source"] += (
        [] if imprint is None else (tidy(text) for each in record.tagged("534") for text in each.all("t"))
    )
    for element, tags, codes in _TO_DC:
        found[element] += (joined(each.all(codes)) for each in record.tagged(*tags))
    return ((element, value) for element, values in found.items() for value in distinct(values))


def _identifiers(record: MarcRecord) -> Iterator[str]:
    for each in describe_marc.match_identifiers(record):
        if each.scheme in ("isbn", "issn"):
            yield f"urn:{each.scheme}:{each.value}"
        elif each.scheme != "system":
            yield each.value
    yield from (text.strip() for each in record.tagged("856") for text in each.all("u") if is_url(text.strip()))


def simple_dc_of_dc(record: DublinCoreRecord) -> Iterator[tuple[str, str]]:
    """The record dumbed down to the fifteen elements; a term that refines none of them is left out."""
    pairs = ((_ELEMENT_OF.get(each.term, each.term), each.value) for each in record.statements)
    return iter(dict.fromkeys((element, value) for element, value in pairs if element in DC_ELEMENTS))


def marc_of_dc(record: DublinCoreRecord) -> MarcRecord:
    """The record in MARC 21 fields, by tag; a term that the crosswalk does not know becomes a note that names it."""
    fields = [Field("001", record.originating_id)] if record.originating_id else []
    titles = record.values("title")
    fields += [Field("245", "", "00", (("a", titles[0]),))] if titles else []
    published = tuple((code, value) for term, code in _PUBLICATION.items() for value in record.values(term))
    fields += [Field("260", "", "  ", published)] if published else []
    for term in record.by_term:
        values = record.values(term)[1:] if term == "title" else record.values(term)
        fields += (_field(term, value) for value in values if term not in _PUBLICATION)
    return MarcRecord(_leader(record), sorted(fields, key=lambda each: each.tag))


def _field(term: str, value: str) -> Field:
    target = _URI if term == "identifier" and value.startswith(("http://", "https://")) else _TO_MARC.get(term)
    if target is None:
        return Field("500", "", "  ", (("a", f"{term}: {value}"),))
    return Field(target.tag, "", target.indicators, ((target.code, value), *target.more))


def _leader(record: DublinCoreRecord) -> str:
    kinds = ("".join(value.split()).casefold() for value in record.values("type"))
    return _LEADER.format(next((_LEADER_06_07[kind] for kind in kinds if kind in _LEADER_06_07), "am"))
