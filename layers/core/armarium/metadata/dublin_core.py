"""Dublin Core records in XML: simple and qualified, in any container; and ours, written the same way every time.

DCMI "Expressing Dublin Core metadata using XML" (DC-DS-XML's predecessor, as in the OAI and qualifieddc schemas).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from armarium.metadata import identifiers, xml
from armarium.metadata.errors import UnreadableRecordError
from armarium.metadata.model import (
    DC_ELEMENTS,
    DC_TERMS,
    Description,
    Identifier,
    RecordSchema,
    SourceRecord,
    Statement,
)
from armarium.metadata.text import composed, distinct, sort_key, year_in

if TYPE_CHECKING:
    from lxml.etree import _Element

# An attribute on the container: which system a record comes from is no Dublin Core statement of what it describes.
_INVENTORY = "urn:x-armarium:inventory"
_ORIGIN = f"{{{_INVENTORY}}}originatingSystemId"
_PREFIXES = {xml.DC: "dc", xml.DCTERMS: "dcterms"}
_TERMS = {xml.DC: DC_ELEMENTS, xml.DCTERMS: DC_TERMS}
_QUALIFIED = (
    "qualifieddc",
    f'xmlns:dc="{xml.DC}" xmlns:dcterms="{xml.DCTERMS}" xmlns:xsi="{xml.XSI}" xmlns:arm="{_INVENTORY}"',
)
_SIMPLE = ("oai_dc:dc", f'xmlns:oai_dc="{xml.OAI_DC}" xmlns:dc="{xml.DC}" xmlns:arm="{_INVENTORY}"')

T = TypeVar("T")

_DATES = ("issued", "date", "created", "dateCopyrighted", "available", "valid", "dateSubmitted")


class Foreign(NamedTuple):
    """An element of another namespace in the container: kept, not understood."""

    name: str
    markup: str


@dataclass
class DublinCoreRecord:
    """The statements in their order, the id that the originating system gave, and what else the container holds."""

    statements: list[Statement]
    originating_id: str | None = None
    foreign: list[Foreign] = field(default_factory=list)

    @cached_property
    def by_term(self) -> dict[str, list[Statement]]:
        """The statements of each term, whichever of the two namespaces it is written in."""
        found: dict[str, list[Statement]] = {}
        for each in self.statements:
            found.setdefault(each.term, []).append(each)
        return found

    def values(self, *terms: str) -> tuple[str, ...]:
        """The values of these terms, each once."""
        return distinct(each.value for term in terms for each in self.by_term.get(term, ()))


def read(content: bytes) -> DublinCoreRecord:
    """The statements of the first container of Dublin Core in an XML document: ``oai_dc:dc``, ``qualifieddc``, another.

    Raises
    ------
    UnreadableRecordError
        Not well formed, or without any Dublin Core element.
    """
    root = xml.parse(content)
    container = _container(root)
    children = [container] if container is root and not len(root) else list(container)
    statements = list(filter(None, map(_statement, children)))
    if not statements:
        raise UnreadableRecordError(
            "no_fields",
            "There is no Dublin Core element with a value in the record.",
            f"Use elements of {xml.DC} or {xml.DCTERMS}, with these namespaces.",
            line=xml.line_of(root),
        )
    foreign = [Foreign(*xml.markup(each)) for each in children if xml.name_of(each)[0] not in ("", *_PREFIXES)]
    return DublinCoreRecord(statements, container.get(_ORIGIN), foreign)


def _container(root: _Element) -> _Element:
    first = next(root.iter(f"{{{xml.DC}}}*", f"{{{xml.DCTERMS}}}*"), root)
    parent = first.getparent()
    return root if parent is None else parent


def _statement(element: _Element) -> Statement | None:
    namespace, term = xml.name_of(element)
    value = composed(" ".join(xml.text_of(element).split()))
    if not value or term not in _TERMS.get(namespace, ()):
        return None
    scheme = element.get(f"{{{xml.XSI}}}type")
    return Statement(
        prefix=_PREFIXES[namespace],
        term=term,
        scheme=scheme.rpartition(":")[2] if scheme else None,
        language=element.get(xml.LANG),
        value=value,
    )


def write(record: DublinCoreRecord, schema: RecordSchema = RecordSchema.QDC) -> SourceRecord:
    """A record in qualified Dublin Core, or in simple where that is enough; the same statements give the same bytes."""
    simple = schema is RecordSchema.DC and all(each.prefix == "dc" and not each.scheme for each in record.statements)
    name, opening = _SIMPLE if simple else _QUALIFIED
    origin = f' arm:originatingSystemId="{xml.escape(record.originating_id)}"' if record.originating_id else ""
    lines = (*map(_element, record.statements), *(f"  {each.markup}" for each in record.foreign))
    content = "\n".join((f"<{name} {opening}{origin}>", *lines, f"</{name}>"))
    kept = RecordSchema.DC if simple else RecordSchema.QDC
    return SourceRecord(schema_=kept, content=content.encode("utf-8", "replace"))


def _element(each: Statement) -> str:
    scheme = f' xsi:type="dcterms:{xml.escape(each.scheme)}"' if each.scheme else ""
    language = f' xml:lang="{xml.escape(each.language)}"' if each.language else ""
    return f"  <{each.prefix}:{each.term}{scheme}{language}>{xml.escape(each.value)}</{each.prefix}:{each.term}>"


def with_origin(record: SourceRecord, originating_id: str) -> SourceRecord:
    """The record with its originating id on the container."""
    from lxml import etree

    if not xml.is_carried(originating_id):
        raise UnreadableRecordError(
            "control_character",
            f"The id of the originating system holds a control character: {originating_id!r}.",
            "Correct the id.",
        )
    container = _container(xml.parse(record.content))
    container.set(_ORIGIN, originating_id)
    return record.model_copy(update={"content": etree.tostring(container, encoding="utf-8", with_tail=False)})


def describe(record: DublinCoreRecord) -> Description:
    """The description; ``title`` is empty where the record has none."""
    titles = record.values("title")
    alternatives = (*titles[1:], *record.values("alternative"))
    title = next(iter((*titles, *alternatives)), "")
    dates = record.values(*_DATES)
    found = _match_identifiers(record)
    by_scheme = {each.scheme: each.value for each in reversed(found)}
    return Description(
        title=title,
        sort_title=sort_key(title),
        alternative_titles=tuple(each for each in alternatives if each != title),
        creators=record.values("creator"),
        contributors=record.values("contributor"),
        publisher=next(iter(record.values("publisher")), None),
        date=next(iter(dates), None),
        year=next(filter(None, map(year_in, dates)), None),
        languages=record.values("language"),
        subjects=record.values("subject", "spatial", "temporal", "coverage"),
        types=record.values("type"),
        summary=" ".join(record.values("abstract") or record.values("description")) or None,
        isbn=by_scheme.get("isbn"),
        issn=by_scheme.get("issn"),
        originating_system_id=record.originating_id,
        identifiers=tuple(found),
    )


def _match_identifiers(record: DublinCoreRecord) -> list[Identifier]:
    system = [Identifier(scheme="system", value=record.originating_id)] if record.originating_id else []
    named = [each for value in record.values("identifier") for each in identifiers.of_dublin_core(value)]
    return list(dict.fromkeys((*system, *named)))


def fingerprint(record: DublinCoreRecord) -> str:
    """SHA-256 of what the record says: its statements, in order within a term, with either prefix."""
    statements = sorted(record.statements, key=lambda each: each.term)
    says = "\x1d".join(
        (record.originating_id or "", *map(_canonical, statements), *(each.markup for each in record.foreign))
    )
    return hashlib.sha256(says.encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(each: Statement) -> str:
    return "\x1f".join((each.term, each.scheme or "", each.language or "", each.value))


def merge(existing: DublinCoreRecord, incoming: DublinCoreRecord) -> DublinCoreRecord:
    """The incoming statements, and of the existing ones those whose element the incoming record does not mention.

    An element is mentioned with its scheme: ``dcterms:identifier.dcterms:URI`` says nothing of ``dc:identifier``.
    """
    return DublinCoreRecord(
        _overlaid(existing.statements, incoming.statements, lambda each: (each.term, each.scheme)),
        incoming.originating_id or existing.originating_id,
        _overlaid(existing.foreign, incoming.foreign, lambda each: each.name),
    )


def _overlaid(existing: list[T], incoming: list[T], key: Callable[[T], Hashable]) -> list[T]:
    """``existing`` with the groups that ``incoming`` mentions replaced in place, and its new ones at the end."""
    arriving: dict[Hashable, list[T]] = {}
    for each in incoming:
        arriving.setdefault(key(each), []).append(each)
    mentioned = set(arriving)
    result: list[T] = []
    for each in existing:
        if key(each) in mentioned:
            result.extend(arriving.pop(key(each), ()))
        else:
            result.append(each)
    return [*result, *(each for group in arriving.values() for each in group)]
