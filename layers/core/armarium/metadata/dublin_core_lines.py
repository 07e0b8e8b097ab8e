"""A Dublin Core record as lines that people edit, and back: ``dcterms:subject.LCSH@en: Harbours``.

A line is element, encoding scheme after a full stop, language after an at sign, and the value. Without ``dc:`` or
``dcterms:`` the fifteen elements are those of ``dc:``, and the other terms those of ``dcterms:``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from armarium.metadata.dublin_core import DublinCoreRecord
from armarium.metadata.model import DC_ELEMENTS, DC_TERMS, Statement
from armarium.metadata.text import composed

_LINE = re.compile(
    r"\s*(?:(?P<prefix>dc|dcterms):)?(?P<term>[A-Za-z]+)"
    r"(?:\.(?:dcterms:)?(?P<scheme>[^@:\s]+))?(?:@(?P<language>[^:\s]+))?\s*:(?P<value>.*)",
    re.DOTALL,
)
_TERMS = {term.casefold(): term for term in DC_TERMS}


class Parts(NamedTuple):
    """What a line consists of, as inputs of a form have it; ``element`` is empty where the line has none."""

    element: str  # dc:title
    scheme: str
    language: str
    value: str


def lines(record: DublinCoreRecord) -> tuple[str, ...]:
    """The statements, in the record's order."""
    return tuple(map(line, record.statements))


def line(statement: Statement) -> str:
    """One statement."""
    element = f"{statement.prefix}:{statement.term}"
    return joined(Parts(element, statement.scheme or "", statement.language or "", statement.value))


def joined(parts: Parts) -> str:
    """The line that these parts make."""
    scheme = f".{parts.scheme}" if parts.scheme else ""
    language = f"@{parts.language}" if parts.language else ""
    return f"{parts.element}{scheme}{language}: {parts.value}"


def parts(stated: str) -> Parts:
    """The parts of a line; a known term is written as the standard writes it, and has its namespace."""
    found = _LINE.fullmatch(stated)
    if not found:
        return Parts("", "", "", stated)
    term = _TERMS.get(found["term"].casefold(), found["term"])
    prefix = found["prefix"] or ("dc" if term in DC_ELEMENTS else "dcterms")
    return Parts(f"{prefix}:{term}", found["scheme"] or "", found["language"] or "", found["value"].strip())


def statement(stated: Parts) -> Statement | None:
    """The statement of a line; None where it has no value, or no element of Dublin Core."""
    prefix, _, term = stated.element.partition(":")
    value = composed(" ".join(stated.value.split()))
    if not value or not is_element(stated.element):
        return None
    return Statement(
        prefix=prefix, term=term, scheme=stated.scheme or None, language=stated.language or None, value=value
    )


def is_element(element: str) -> bool:
    """Whether ``dc:title`` or ``dcterms:abstract`` is an element of Dublin Core."""
    prefix, _, term = element.partition(":")
    return term in {"dc": DC_ELEMENTS, "dcterms": DC_TERMS}.get(prefix, ())


def record(stated: Iterable[str], before: DublinCoreRecord | None = None) -> DublinCoreRecord:
    """The record that lines make. A line that ``before`` has is that statement as it was."""
    kept: dict[str, list[Statement]] = {}
    for each in before.statements if before else ():
        kept.setdefault(line(each), []).append(each)
    found = [kept[each].pop(0) if kept.get(each) else statement(parts(each)) for each in stated]
    statements = [each for each in found if each]
    if before is None:
        return DublinCoreRecord(statements)
    return DublinCoreRecord(statements, before.originating_id, before.foreign)
