"""A record as the rows of a form, and what an editor offers beside them. Pure, over lines as
:mod:`armarium.metadata.marc_lines` and :mod:`armarium.metadata.dublin_core_lines` have them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from armarium.metadata import codes, dublin_core_lines, fixed_fields, marc_lines, marc_standard
from armarium.metadata.fixed_fields import Position
from armarium.metadata.model import DC_ELEMENTS, DC_SCHEMES, DC_TERMS, RecordSchema

ROW_PARTS = {True: ("tag", "first", "second", "text"), False: ("element", "scheme", "language", "value")}
"""The names of the parts of a row, of MARC and of Dublin Core."""
_PLACE = re.compile(r"(LDR|008)/([0-9]{2})(?:-([0-9]{2}))?")
_EMPTIED = frozenset({"001", "003", "005", "010", "016", "020", "022", "024", "028", "035", "856", "identifier"})


@dataclass(frozen=True)
class RowParts:
    """A row: its parts by name, what the field is called, and the positions of a fixed field with what stands there."""

    parts: Mapping[str, str]
    name: str = ""
    fixed: bool = False
    positions: tuple[tuple[Position, str], ...] = ()


def rows(schema: RecordSchema, lines: Sequence[str]) -> tuple[RowParts, ...]:
    """The lines as rows; the first leader and 008 of the right length with their positions."""
    if not schema.is_marc:
        return tuple(map(_dublin_core_row, lines))
    leader = marc_lines.leader_of(lines)
    seen: set[str] = set()
    found = []
    for each in map(marc_lines.parts, lines):
        found.append(_marc_row(each, leader, first=each.tag not in seen))
        seen.add(each.tag)
    return tuple(found)


def empty_row(schema: RecordSchema) -> RowParts:
    """A row to be filled in."""
    return RowParts(dict.fromkeys(ROW_PARTS[schema.is_marc], ""))


def from_rows(schema: RecordSchema, stated: Sequence[Sequence[str]], positions: Mapping[str, str]) -> tuple[str, ...]:
    """The lines that rows make. ``positions`` are texts by tag and place, ``008/35-37``. Empty rows make none."""
    filled = [each for each in stated if any(part.strip() for part in each)]
    if not schema.is_marc:
        return tuple(dublin_core_lines.joined(dublin_core_lines.Parts(*each)) for each in filled)
    split = [marc_lines.Parts(tag.strip(), _indicators(first, second), text) for tag, first, second, text in filled]
    for stated_at, text in positions.items():
        _put(split, stated_at, text)
    return tuple(map(marc_lines.joined, split))


def as_template(schema: RecordSchema, lines: Sequence[str]) -> tuple[str, ...]:
    """The lines for another record like this one: what names this one alone is emptied."""
    if not schema.is_marc:
        return tuple(
            dublin_core_lines.joined(each._replace(value="" if _term(each) in _EMPTIED else each.value))
            for each in map(dublin_core_lines.parts, lines)
        )
    found = []
    for each in map(marc_lines.parts, lines):
        if each.tag not in _EMPTIED:
            found.append(marc_lines.joined(each))
        elif not marc_lines.is_fixed(each.tag):
            found.append(marc_lines.joined(each._replace(text="$a")))
    return tuple(found)


def _marc_row(stated: marc_lines.Parts, leader: str, first: bool) -> RowParts:
    rule = marc_standard.rule(stated.tag)
    fixed = marc_lines.is_fixed(stated.tag)
    value = marc_lines.value_of(stated) if fixed else ""
    whole = first and len(value) == fixed_fields.LENGTHS.get(stated.tag) and value.isascii()
    found = fixed_fields.positions(stated.tag, leader) if whole else ()
    indicators = stated.indicators.ljust(2)
    return RowParts(
        {"tag": stated.tag, "first": indicators[0].strip(), "second": indicators[1].strip(), "text": stated.text},
        rule.name if rule else "Leader" if stated.tag == marc_lines.LEADER else "",
        fixed,
        tuple((each, each.of(value)) for each in found),
    )


def _dublin_core_row(line: str) -> RowParts:
    stated = dublin_core_lines.parts(line)
    return RowParts(dict(zip(ROW_PARTS[False], stated, strict=True)), stated.element)


def _indicators(first: str, second: str) -> str:
    return (first.strip() or " ")[0] + (second.strip() or " ")[0]


def _put(split: list[marc_lines.Parts], stated_at: str, text: str) -> None:
    """Put a text into a place of the first leader or 008: ``008/35-37``. A place that is none is passed over."""
    found = _PLACE.fullmatch(stated_at)
    row = next((number for number, each in enumerate(split) if found and each.tag == found[1]), None)
    if found is None or row is None:
        return
    start, end = int(found[2]), int(found[3] or found[2])
    position = Position(start, end - start + 1, "", {})
    value = marc_lines.value_of(split[row])
    if start <= end < fixed_fields.LENGTHS[found[1]] and position.of(value).rstrip() != text.rstrip():
        split[row] = split[row]._replace(text=marc_lines.fixed_text(position.put(value, text)))


def _term(stated: dublin_core_lines.Parts) -> str:
    return stated.element.partition(":")[2]


def _marc_help() -> dict[str, Any]:
    return {
        tag: {
            "name": rule.name,
            "repeatable": rule.repeatable,
            "indicators": [None if each is None else list(each) for each in rule.indicators],
            "subfields": {code: each.name for code, each in (rule.subfields or {}).items()},
        }
        for tag, rule in marc_standard.rules().items()
    }


HELP: dict[str, Callable[[], dict[str, Any]]] = {"marc21": _marc_help}
"""What the standard says of each field, by record format."""
VOCABULARY = {
    "elements": (
        tuple(f"dc:{each}" for each in DC_ELEMENTS),
        tuple(f"dcterms:{each}" for each in sorted(DC_TERMS, key=str.casefold)),
    ),
    "schemes": DC_SCHEMES,
    "types": codes.DCMI_TYPES,
    "languages": tuple(sorted(codes.LANGUAGES_OF_TWO)),
}
"""What an editor of Dublin Core offers to choose from."""
