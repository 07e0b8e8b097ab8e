"""Places in records, as libraries write them down: ``245ab``, ``650``, ``008``, ``dc:coverage``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from armarium.metadata import describe_marc, marc
from armarium.metadata.dublin_core import DublinCoreRecord
from armarium.metadata.marc import Field, MarcRecord
from armarium.metadata.model import DC_ELEMENTS, DC_TERMS
from armarium.metadata.text import distinct, joined

_MARC = re.compile(r"(?P<tag>[0-9]{3})(?P<codes>[a-z0-9]*)")
_DUBLIN_CORE = re.compile(r"(?P<prefix>dc|dcterms):(?P<term>[A-Za-z]+)")
_TEXT = "abcdefghijklmnopqrstuvwxyz"  # subfields that are meant to be read: the others link and control


def problem_with(place: str) -> str | None:
    """Why this is no place in a record, in words for whoever wrote it; None where it is one."""
    marc_place, term = _MARC.fullmatch(place), _DUBLIN_CORE.fullmatch(place)
    if marc_place and marc.is_control(marc_place["tag"]) and marc_place["codes"]:
        return f"{place}: the control field {marc_place['tag']} has no subfields"
    if marc_place:
        return None
    if term is None:
        return f"{place[:50]!r} is neither a MARC field (245, 650ax) nor a Dublin Core element (dc:coverage)"
    known = DC_ELEMENTS if term["prefix"] == "dc" else DC_TERMS
    return None if term["term"] in known else f"There is no element {term['term']} in {term['prefix']}"


def values(record: MarcRecord | DublinCoreRecord, place: str) -> tuple[str, ...]:
    """What a record says in a place: each field gives a value, in its own script too."""
    found = _MARC.fullmatch(place)
    if isinstance(record, DublinCoreRecord):
        return () if found else record.values(place.rpartition(":")[2])
    return distinct(_said(record, found["tag"], found["codes"] or _TEXT)) if found else ()


def _said(record: MarcRecord, tag: str, codes: str) -> Iterator[str]:
    for each in (*record.tagged(tag), *describe_marc.vernacular(record, tag)):
        yield _text(each, codes)


def _text(field: Field, codes: str) -> str:
    return field.value.strip() if field.value else joined(field.all(codes))
