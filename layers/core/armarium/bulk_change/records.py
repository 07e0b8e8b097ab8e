"""Operations on a record, MARC 21 or Dublin Core. Pure.

Each answers the fields (or statements) as they will be, and where it finds nothing to do says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from armarium.bulk_change import patterns
from armarium.bulk_change.errors import NotPossibleError
from armarium.bulk_change.model import (
    AddElement,
    AddField,
    Difference,
    RecordOperation,
    RemoveElement,
    RemoveField,
    RemoveSubfields,
    ReplaceText,
    SetElement,
    Sifting,
)
from armarium.metadata import service as metadata
from armarium.metadata.model import SourceRecord, Statement
from armarium.metadata.service import DublinCoreRecord, MarcField, MarcRecord

_MAIN_ENTRIES = frozenset({"100", "110", "111", "130"})
_ONCE = frozenset({"010", "040", "240", "245"})
_LONGEST_LINE = 500

Fields = list[MarcField]
Statements = list[Statement]
Told = str | None  # why there was nothing to do


def is_for(operation: RecordOperation, record: SourceRecord) -> bool:
    """Whether an operation is for records of this format."""
    if isinstance(operation, ReplaceText):
        return operation.is_marc == record.schema_.is_marc
    return isinstance(operation, (AddField, RemoveField, RemoveSubfields)) == record.schema_.is_marc


def revised(record: SourceRecord, operations: Sequence[RecordOperation]) -> tuple[SourceRecord, list[str]]:
    """The record after these operations, all of them for its format, and why some found nothing to do.

    Where nothing changed it is the same record, byte for byte. Raises :class:`NotPossibleError`.
    """
    parsed = metadata.examine(record).parsed
    told: list[str] = []
    after: MarcRecord | DublinCoreRecord
    if isinstance(parsed, MarcRecord):
        fields = _done(parsed.fields, operations, _ON_FIELDS, told)
        _require_once(parsed.fields, fields)
        after = MarcRecord(parsed.leader, fields)
    else:
        statements = _done(parsed.statements, operations, _ON_STATEMENTS, told)
        after = DublinCoreRecord(statements, parsed.originating_id, parsed.foreign)
    return metadata.rewritten(record, after), told


def _done(
    things: list[Any], operations: Sequence[RecordOperation], steps: Mapping[type, Callable[..., Any]], told: list[str]
) -> list[Any]:
    for operation in operations:
        things, why = steps[type(operation)](things, operation)
        told += [why] if why else []
    return things


# MARC 21


def _add_field(fields: Fields, wanted: AddField) -> tuple[Fields, Told]:
    subfields = tuple((each.code, each.value) for each in wanted.subfields)
    added = MarcField(wanted.tag, "", wanted.indicators, subfields)
    if added in fields:
        return fields, f"{wanted.tag}: the field is there already"
    same = [at for at, each in enumerate(fields) if each.tag == wanted.tag]
    greater = (at for at, each in enumerate(fields) if each.tag > wanted.tag)
    place = same[-1] + 1 if same else next(greater, len(fields))
    return [*fields[:place], added, *fields[place:]], None


def _remove_field(fields: Fields, wanted: RemoveField) -> tuple[Fields, Told]:
    test = _test(wanted)

    def goes(each: MarcField) -> bool:
        return (
            each.tag == wanted.tag
            and wanted.indicators in (None, each.indicators)
            and any(map(test, [text for _, text in each.subfields] or [each.value]))
        )

    left = [each for each in fields if not goes(each)]
    return left, None if len(left) < len(fields) else f"{wanted.tag}: there is no such field"


def _remove_subfields(fields: Fields, wanted: RemoveSubfields) -> tuple[Fields, Told]:
    test = _test(wanted)

    def left(code: str, text: str) -> str:
        return "" if code in wanted.codes and test(text) else text

    after = _with_texts(fields, wanted.tag, left)
    missing = f"{wanted.tag} ${wanted.codes}: there is no such subfield"
    return after, missing if after == fields else None


def _replace_in_fields(fields: Fields, wanted: ReplaceText) -> tuple[Fields, Told]:
    tag, codes = wanted.field[:3], wanted.field[3:]
    replaced = _replacer(wanted)
    if not any(each.tag == tag for each in fields):
        return fields, f"{tag}: there is no such field"
    after = _with_texts(fields, tag, lambda code, text: replaced(text) if code in codes or not codes else text)
    return after, f"{wanted.field}: the text is not in it" if after == fields else None


def _with_texts(fields: Fields, tag: str, text_of: Callable[[str, str], str]) -> Fields:
    """The fields with other texts under a tag; subfields that are left empty go, and fields left without any."""
    after: Fields = []
    for each in fields:
        if each.tag != tag:
            after.append(each)
        elif not each.indicators:
            value = text_of("", each.value)
            after += [each._replace(value=value)] if value else []
        else:
            subfields = tuple((code, text_of(code, text)) for code, text in each.subfields)
            kept = tuple((code, text) for (code, text), (_, had) in zip(subfields, each.subfields, strict=True)
                         if text.strip() or text == had)  # fmt: skip
            after += [each._replace(subfields=kept)] if kept or not each.subfields else []
    return after


def _require_once(before: Fields, after: Fields) -> None:
    """Raises :class:`NotPossibleError` where a field came to be repeated that a record has once."""
    had, has = _counted(before), _counted(after)
    for name, count in has.items():
        if count > max(1, had[name]):
            raise NotPossibleError(f"A record has field {name} once: remove or replace the one that is there")


def _counted(fields: Fields) -> Counter[str]:
    named = ("1XX (main entry)" if each.tag in _MAIN_ENTRIES else each.tag for each in fields)
    return Counter(each for each in named if each in _ONCE or each.startswith("1XX"))


# Dublin Core


def _set_element(statements: Statements, wanted: SetElement) -> tuple[Statements, Told]:
    values = tuple(dict.fromkeys(_one_line(each) for each in wanted.values))
    prefix, _, term = wanted.element.partition(":")
    here = [at for at, each in enumerate(statements) if each.term == term]
    if tuple(statements[at].value for at in here) == values:
        return statements, f"{wanted.element}: it is so already"
    fresh = [Statement(prefix=prefix, term=term, value=value) for value in values]
    place = here[0] if here else len(statements)
    return [*statements[:place], *fresh, *(each for each in statements[place:] if each.term != term)], None


def _add_element(statements: Statements, wanted: AddElement) -> tuple[Statements, Told]:
    prefix, _, term = wanted.element.partition(":")
    value = _one_line(wanted.value)
    if any((each.term, each.value) == (term, value) for each in statements):
        return statements, f"{wanted.element}: the value is there already"
    return [*statements, Statement(prefix=prefix, term=term, value=value)], None


def _remove_element(statements: Statements, wanted: RemoveElement) -> tuple[Statements, Told]:
    term, test = wanted.element.partition(":")[2], _test(wanted)
    left = [each for each in statements if each.term != term or not test(each.value)]
    return left, None if len(left) < len(statements) else f"{wanted.element}: there is no such value"


def _replace_in_statements(statements: Statements, wanted: ReplaceText) -> tuple[Statements, Told]:
    term, replaced = wanted.field.partition(":")[2], _replacer(wanted)
    if not any(each.term == term for each in statements):
        return statements, f"{wanted.field}: there is no such value"
    changed = (
        each.model_copy(update={"value": _one_line(replaced(each.value))}) if each.term == term else each
        for each in statements
    )
    after = [each for each in changed if each.value]
    return after, f"{wanted.field}: the text is not in it" if after == statements else None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _test(wanted: Sifting) -> Callable[[str], bool]:
    return patterns.test(wanted.containing, wanted.regular_expression, wanted.ignore_case)


def _replacer(wanted: ReplaceText) -> Callable[[str], str]:
    return patterns.replacer(wanted.find, wanted.replacement, wanted.regular_expression, wanted.ignore_case)


_ON_FIELDS: Mapping[type, Callable[..., tuple[Fields, Told]]] = {
    AddField: _add_field,
    RemoveField: _remove_field,
    RemoveSubfields: _remove_subfields,
    ReplaceText: _replace_in_fields,
}
_ON_STATEMENTS: Mapping[type, Callable[..., tuple[Statements, Told]]] = {
    SetElement: _set_element,
    AddElement: _add_element,
    RemoveElement: _remove_element,
    ReplaceText: _replace_in_statements,
}


# Before and after


def differences(before: SourceRecord, after: SourceRecord) -> list[Difference]:
    """What is otherwise, by field or element: the lines that go and those that come."""
    if before == after:
        return []
    had, has = _lines(before), _lines(after)
    found = []
    for what in dict.fromkeys((*had, *has)):
        gone, come = _beyond(had.get(what, []), has.get(what, [])), _beyond(has.get(what, []), had.get(what, []))
        if gone or come:
            found.append(Difference(what=what, before=gone, after=come))
    return sorted(found, key=lambda each: each.what)


def _lines(record: SourceRecord) -> dict[str, list[str]]:
    parsed = metadata.examine(record).parsed
    lines: dict[str, list[str]] = {}
    if isinstance(parsed, MarcRecord):
        for field in parsed.fields:
            lines.setdefault(field.tag, []).append(_line(field))
    else:
        for each in parsed.statements:
            lines.setdefault(f"{each.prefix}:{each.term}", []).append(each.value)
    return lines


def _line(field: MarcField) -> str:
    """``10 $a Atlas $c by Mercator``; a blank indicator is written ``_``."""
    if not field.indicators:
        return field.value
    return " ".join((field.indicators.replace(" ", "_"), *(f"${code} {text}" for code, text in field.subfields)))


def _beyond(lines: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """The lines that the others do not have, as often as they do not."""
    left = Counter(others)
    found = []
    for line in lines:
        if left[line]:
            left[line] -= 1
        else:
            found.append(line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + "…")
    return tuple(found)
