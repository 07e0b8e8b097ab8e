"""What is wrong with the lines of a record: errors, with which it cannot be kept, and warnings, with which it can."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from armarium.metadata import codes, describe_marc, dublin_core_lines, fixed_fields, identifiers, marc_lines
from armarium.metadata import marc_standard as standard
from armarium.metadata.marc import Field, is_control
from armarium.metadata.model import DC_SCHEMES, RecordSchema
from armarium.metadata.text import is_url

MOST_LINES = 10_000
_LONGEST_LINE = 200_000
_LONGEST_ISO_FIELD = 9_999
_LONGEST_EDTF = 100
_PLAIN_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x87\x8a-\x97\x99-\x9b\x9d-\x9f\ufffe\uffff\ud800-\udfff]")
_BREAKS = re.compile("[\t\n]")
_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
_MAIN_ENTRIES = ("100", "110", "111", "130")
_REPLACED = "\ufffd"


class Severity(StrEnum):
    """Whether a record can be kept in spite of it."""

    ERROR = "error"
    WARNING = "warning"


class Remark(BaseModel):
    """Something wrong; ``line`` counts from 0, and is None where the record as a whole is meant."""

    model_config = ConfigDict(frozen=True)

    severity: Severity
    message: str
    line: int | None = None


def check(schema: RecordSchema, lines: Sequence[str]) -> tuple[Remark, ...]:
    """What is wrong with a record's lines, errors first, then in the order of the lines."""
    if len(lines) > MOST_LINES:
        return (Remark(severity=Severity.ERROR, message=f"The record has more than {MOST_LINES} lines."),)
    found = _marc(schema, lines) if schema.is_marc else _dublin_core(lines)
    return tuple(sorted(found, key=lambda each: (each.severity is not Severity.ERROR, each.line or 0)))


def _error(message: str, line: int | None = None) -> Remark:
    return Remark(severity=Severity.ERROR, message=message, line=line)


def _warning(message: str, line: int | None = None) -> Remark:
    return Remark(severity=Severity.WARNING, message=message, line=line)


def _characters(text: str, line: int) -> Iterator[Remark]:
    found = _CONTROL.search(text)
    if found:
        yield _error(f"There is a character that no record can carry (U+{ord(found[0]):04X}): remove it.", line)
    if _BREAKS.search(text):
        yield _warning("There is a tabulator or a line break in the text.", line)
    if _REPLACED in text:
        yield _warning("There is a replacement character (U+FFFD): something was lost here before.", line)
    if len(text) > _LONGEST_LINE:
        yield _error(f"The line has more than {_LONGEST_LINE} characters.", line)


# MARC 21


def _marc(schema: RecordSchema, lines: Sequence[str]) -> Iterator[Remark]:
    split = [marc_lines.parts(each) for each in lines]
    leader = marc_lines.leader_of(lines)
    fields: list[Field] = []
    for number, each in enumerate(split):
        if not each.tag:
            yield _error("The line does not begin with a tag of three letters or digits, such as 245.", number)
            continue
        if each.tag == marc_lines.LEADER:
            yield from _leader(leader, number)
            continue
        field = marc_lines.field(each)
        if field is None:
            continue
        fields.append(field)
        yield from _field(field, leader, number)
        if schema is RecordSchema.MARC21:
            yield from _length(field, number)
    yield from _repeated(split)
    if not any(describe_marc.title_of(each) for each in fields if each.tag == "245"):
        yield _error("The record has no title: field 245 needs a $a.")
    if sum(each.tag in _MAIN_ENTRIES for each in fields) > 1:
        yield _warning("There is more than one main entry (100, 110, 111, 130).")


def _leader(leader: str, number: int) -> Iterator[Remark]:
    if len(leader) != 24:
        yield _error(f"The leader has 24 characters; this one has {len(leader)}.", number)
    elif not leader.isascii():
        yield _error("The leader holds a character that is not ASCII.", number)
    else:
        yield from _positions(fixed_fields.LEADER, leader, leader, number)


def _positions(tag: str, value: str, leader: str, number: int) -> Iterator[Remark]:
    for each in fixed_fields.positions(tag, leader):
        stated = each.of(value)
        if each.codes and stated not in each.codes:
            yield _warning(f"{tag}/{each.span}, {each.name}: {stated!r} is not one of its codes.", number)


def _field(field: Field, leader: str, number: int) -> Iterator[Remark]:
    rule = standard.rule(field.tag)
    if rule is None and not standard.is_local(field.tag):
        yield _warning(f"{field.tag} is not a common field of MARC 21.", number)
    if is_control(field.tag):
        yield from _characters(field.value, number)
        yield from _control(field, leader, number)
        return
    if not (field.indicators.isascii() and field.indicators.isprintable()):
        yield _error(f"{field.tag}: indicators are blanks, digits or letters, not {field.indicators!r}.", number)
    for _, text in field.subfields:
        yield from _characters(text, number)
    if rule is not None:
        yield from _data(field, rule, number)
    yield from _number(field, number)


def _control(field: Field, leader: str, number: int) -> Iterator[Remark]:
    length = fixed_fields.LENGTHS.get(field.tag)
    if length is None:
        return
    if len(field.value) != length:
        yield _warning(f"{field.tag} has {length} characters; this one has {len(field.value)}.", number)
    else:
        yield from _positions(field.tag, field.value, leader, number)


def _data(field: Field, rule: standard.FieldRule, number: int) -> Iterator[Remark]:
    places = zip(("first", "second"), rule.indicators, field.indicators, strict=True)
    for place, allowed, stated in places:
        if allowed is not None and stated not in allowed:
            named = ", ".join("blank" if each == " " else each for each in allowed)
            yield _warning(f"{field.tag}: the {place} indicator is {named}, not {stated!r}.", number)
    if rule.subfields is None:
        return
    for code, times in Counter(code for code, _ in field.subfields).items():
        known = rule.subfields.get(code)
        if known is None and code != "9":
            yield _warning(f"{field.tag} has no subfield ${code}.", number)
        elif known and times > 1 and not known.repeatable:
            yield _warning(f"{field.tag}: ${code} ({known.name}) is not repeated.", number)


_NUMBERS: dict[str, tuple[str, Callable[[str], str | None]]] = {
    "020": ("ISBN", identifiers.isbn13),
    "022": ("ISSN", identifiers.issn),
}


def _number(field: Field, number: int) -> Iterator[Remark]:
    name, normal = _NUMBERS.get(field.tag, ("", None))
    for text in field.all("a") if normal else ():
        if normal and normal(text) is None:
            yield _warning(
                f"{field.tag}: {text[:40]!r} is not a valid {name}; cancelled or wrong ones go to $z.", number
            )


def _length(field: Field, number: int) -> Iterator[Remark]:
    texts = (field.value, field.indicators, *(f"\x1f{code}{text}" for code, text in field.subfields))
    size = sum(len(each.encode("utf-8", "replace")) for each in texts) + 1
    if size > _LONGEST_ISO_FIELD:
        yield _warning(
            f"{field.tag} has {size} bytes, more than ISO 2709 can hold: the record will be kept as MARCXML.", number
        )


def _repeated(split: Sequence[marc_lines.Parts]) -> Iterator[Remark]:
    seen: set[str] = set()
    for number, each in enumerate(split):
        rule = standard.rule(each.tag)
        once = each.tag == marc_lines.LEADER or (rule is not None and not rule.repeatable)
        if once and each.tag in seen:
            yield _warning(f"{each.tag} is not repeated.", number)
        seen.add(each.tag)


# Dublin Core


def _dublin_core(lines: Sequence[str]) -> Iterator[Remark]:
    titled = False
    for number, each in enumerate(lines):
        stated = dublin_core_lines.parts(each)
        if not stated.element and not each.strip():
            continue
        if not dublin_core_lines.is_element(stated.element):
            named = stated.element or each[:40]
            yield _error(f"{named!r} is not an element of Dublin Core, such as dc:title.", number)
            continue
        term = stated.element.partition(":")[2]
        titled = titled or (term in ("title", "alternative") and bool(stated.value.strip()))
        yield from _statement(stated, term, number)
    if not titled:
        yield _error("The record has no title: it needs a dc:title with a value.")


def _statement(stated: dublin_core_lines.Parts, term: str, number: int) -> Iterator[Remark]:
    yield from _characters(stated.value, number)
    if stated.scheme and stated.scheme not in DC_SCHEMES:
        yield _warning(f"{stated.scheme[:40]!r} is not an encoding scheme of the DCMI Metadata Terms.", number)
    if stated.language and not _TAG.fullmatch(stated.language):
        yield _warning(f"{stated.language[:40]!r} is not a language tag, such as en or zh-Hant.", number)
    elif stated.language and not codes.is_language(stated.language):
        yield _warning(f"{stated.language[:40]!r} does not begin with a code of ISO 639.", number)
    looked_at = _BY_SCHEME.get(stated.scheme) or (None if stated.scheme else _BY_TERM.get(term))
    if looked_at and stated.value.strip():
        problem = looked_at(stated.value.strip())
        if problem:
            yield _warning(problem, number)


@lru_cache(maxsize=500)
def _date(value: str) -> str | None:
    if _PLAIN_DATE.fullmatch(value):
        return None
    from edtf import EDTFParseException, parse_edtf

    problem = f"{value[:40]!r} is not a date of EDTF, such as 1897, 1897-05, 1897-05-14, 1890/1899, 189X or 1897~."
    if len(value) > _LONGEST_EDTF:
        return problem
    try:
        parse_edtf(value)
    except (EDTFParseException, ValueError):
        return problem
    return None


def _language(value: str) -> str | None:
    return None if codes.is_language(value) else f"{value[:40]!r} is not a code of ISO 639, such as en or eng."


def _type(value: str) -> str | None:
    known = codes.DCMI_TYPES
    return None if value in known else f"{value[:40]!r} is not a type of DCMI: {', '.join(known)}."


def _media_type(value: str) -> str | None:
    return None if _MEDIA_TYPE.fullmatch(value) else f"{value[:40]!r} is not a media type, such as image/tiff."


def _uri(value: str) -> str | None:
    return None if is_url(value) else f"{value[:40]!r} is not a URI."


_DATES = ("date", "created", "issued", "available", "valid", "modified", "dateAccepted", "dateCopyrighted")
_BY_TERM: dict[str, Callable[[str], str | None]] = {
    **dict.fromkeys((*_DATES, "dateSubmitted"), _date),
    "language": _language,
}
_BY_SCHEME: dict[str, Callable[[str], str | None]] = {
    "W3CDTF": _date,
    "DCMIType": _type,
    "ISO639-2": _language,
    "IMT": _media_type,
    "URI": _uri,
}
