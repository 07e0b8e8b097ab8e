"""A MARC record as lines that cataloguers know, and back: ``=245  10$aTitle :$bremainder``.

The leader is ``=LDR``. In leader, control fields and indicators ``\\`` is a blank. What a line could not hold stands in
braces: ``{dollar}``, ``{lcub}``, ``{bsol}``, and control characters as ``{U+000A}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from armarium.metadata.marc import Field, MarcRecord, is_control
from armarium.metadata.text import composed

LEADER = "LDR"
BLANK = "\\"
_STANDARD_LEADER = "00000nam a2200000 i 4500"
_NO_LENGTHS = "0" * 24
_LINE = re.compile(r"\s*(?:=([0-9A-Za-z]{3})|(LDR|[0-9]{3}))(.*)", re.DOTALL)
_SUBFIELD = re.compile(r"\${1,2}\s?([!-#%-~])")
_FOREIGN_SUBFIELD = re.compile(r"[‡ǂ]\s?([0-9a-z])")
_MNEMONIC = re.compile(r"\{(dollar|lcub|bsol|U\+([0-9A-F]{4,6}))\}")
_WORDS = {"dollar": "$", "lcub": "{", "bsol": "\\"}
_ESCAPED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029{$]")
_ESCAPES = {"{": "{lcub}", "$": "{dollar}"}
_FIXED_ESCAPED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029{\\ ]")
_FIXED_ESCAPES = {"{": "{lcub}", "\\": "{bsol}", " ": BLANK}
_STRICT = re.compile(r"  (..)(\$.*)", re.DOTALL)
_INDICATORS = re.compile(r"[0-9 \\|]{2}")
_LAST_CHARACTER = 0x10FFFF


class Parts(NamedTuple):
    """What a line consists of, as inputs of a form have it; ``tag`` is empty where the line has none."""

    tag: str
    indicators: str
    text: str


def lines(record: MarcRecord) -> tuple[str, ...]:
    """The leader, without the lengths that are counted anew whenever it is written, and the fields, in their order."""
    return (f"={LEADER}  {_fixed(_uncounted(record.leader))}", *map(line, record.fields))


def _uncounted(leader: str) -> str:
    return _with_lengths(leader, _NO_LENGTHS) if leader.strip() else leader


def _with_lengths(leader: str, source: str) -> str:
    """A leader with the record length (00-04) and the base address (12-16) of another."""
    return source[:5] + leader[5:12] + source[12:17] + leader[17:]


def line(field: Field) -> str:
    """One field."""
    if not field.indicators:
        return f"={field.tag}  {_fixed(field.value)}"
    subfields = "".join(f"${code}{_escaped(text)}" for code, text in field.subfields)
    return f"={field.tag}  {_fixed(field.indicators)}{subfields}"


def joined(parts: Parts) -> str:
    """The line that these parts make."""
    if is_fixed(parts.tag):
        return f"={parts.tag}  {parts.text}"
    indicators = "".join(each if each.strip() else BLANK for each in parts.indicators.ljust(2)[:2])
    return f"={parts.tag}  {indicators}{parts.text}"


def parts(stated: str) -> Parts:
    """The parts of a line, however loosely it is typed: ``245 10 Title``, ``=245  10$aTitle``, ``24510 ǂa Title``."""
    found = _LINE.match(stated)
    if not found:
        return Parts("", "", stated)
    tag, rest = found[1] or found[2], found[3]
    if is_fixed(tag):
        return Parts(tag, "", rest[2:] if rest.startswith("  ") else rest.removeprefix(" "))
    indicators, text = _indicators(_dollars(rest))
    return Parts(tag, indicators.replace(BLANK, " "), text)


def is_fixed(tag: str) -> bool:
    """Whether a line of this tag has neither indicators nor subfields."""
    return tag == LEADER or is_control(tag)


def leader_of(stated: Iterable[str]) -> str:
    """The leader that lines name, or the usual one of a book."""
    found = (parts(each) for each in stated)
    return next((_plain(each.text) for each in found if each.tag == LEADER), _STANDARD_LEADER)


def value_of(stated: Parts) -> str:
    """What a control field says, blanks as blanks."""
    return _plain(stated.text)


def fixed_text(value: str) -> str:
    """A leader or control field as its line has it."""
    return _fixed(value)


def field(stated: Parts) -> Field | None:
    """The field of a line; None where nothing is in it. Subfields without a text are left out."""
    if is_control(stated.tag):
        value = composed(_plain(stated.text))
        return Field(stated.tag, value) if value.strip() else None
    found = subfields(stated.text)
    return Field(stated.tag, "", stated.indicators.ljust(2)[:2], found) if found else None


def subfields(text: str) -> tuple[tuple[str, str], ...]:
    """The subfields of a data field's text, without those that are empty. What stands before the first is $a."""
    first, *rest = _SUBFIELD.split(_dollars(text))
    pairs = [("a", first), *zip(rest[::2], rest[1::2], strict=True)]
    read = ((code, composed(_unescaped(_without_separators(value)))) for code, value in pairs)
    return tuple((code, value) for code, value in read if value.strip())


def _without_separators(text: str) -> str:
    """Without the one blank that people leave around a subfield; more of them belong to it (an LCCN begins so)."""
    begun = text.removeprefix(" ") if not text.startswith("  ") else text
    return begun.removesuffix(" ") if not begun.endswith("  ") else begun


def record(stated: Iterable[str], before: MarcRecord | None = None) -> MarcRecord:
    """The record that lines make. A line that ``before`` has is that field as it was, down to its blanks."""
    kept: dict[str, list[Field]] = {}
    for known in before.fields if before else ():
        kept.setdefault(line(known), []).append(known)
    stated = tuple(stated)
    fields: list[Field | None] = []
    for each in stated:
        split = parts(each)
        if kept.get(each):
            fields.append(kept[each].pop(0))
        elif split.tag != LEADER:
            fields.append(field(split))
    leader = leader_of(stated)[:24].ljust(24)
    if before and before.leader.strip():
        leader = _with_lengths(leader, before.leader)
    return MarcRecord(leader, [each for each in fields if each])


def _dollars(text: str) -> str:
    """Subfields marked as other systems mark them, marked by ``$``."""
    return text if "$" in text else _FOREIGN_SUBFIELD.sub(r"$\1", text)


def _indicators(rest: str) -> tuple[str, str]:
    """Indicators and text of what follows a tag: two blanks are the mnemonic form's, one is a separator."""
    strict = _STRICT.fullmatch(rest)
    if strict:
        return strict[1], strict[2]
    head, mark, tail = rest.partition("$")
    if head.startswith("  ") and len(head) >= 4:
        head = head[2:]
    elif len(head) > 2 or not mark:
        head = head.removeprefix(" ")
    indicators, loose = head[:2].ljust(2), head[2:].strip()
    if not _INDICATORS.fullmatch(indicators):
        return "  ", f"{head.strip()}{mark}{tail}"
    return indicators, f"{loose}{mark}{tail}"


def _fixed(value: str) -> str:
    return _FIXED_ESCAPED.sub(lambda found: _FIXED_ESCAPES.get(found[0]) or _by_number(found), value)


def _plain(text: str) -> str:
    return _unescaped(text.replace(BLANK, " "))


def _escaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[0]) or _by_number(found), text)


def _by_number(found: re.Match[str]) -> str:
    return f"{{U+{ord(found[0]):04X}}}"


def _unescaped(text: str) -> str:
    return _MNEMONIC.sub(_character, text) if "{" in text else text


def _character(found: re.Match[str]) -> str:
    if found[1] in _WORDS:
        return _WORDS[found[1]]
    number = int(found[2], 16)
    return chr(number) if number <= _LAST_CHARACTER and not 0xD800 <= number <= 0xDFFF else found[0]
