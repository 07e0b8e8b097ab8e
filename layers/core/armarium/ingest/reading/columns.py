"""The columns of a sheet: what each is for, and what is wrong with the header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from armarium.ingest.model import Finding, Where
from armarium.ingest.reading.entry import Report, error, warning
from armarium.metadata.model import DC_ELEMENTS, DC_SCHEMES, DC_TERMS

IDS = ("group_id", "collection_id", "mms_id", "originating_system_id")
REPRESENTATION = ("rep_label", "rep_public_note", "rep_access_rights", "rep_usage_type", "rep_library", "rep_note")

_FILE = re.compile(r"file_(name|label)_([1-9]\d{0,3})")
_STATEMENT = re.compile(r"(dc|dcterms):([A-Za-z]+)(?:\.dcterms:([A-Za-z0-9-]+))?")
_CLOSED = ("dc:", "dcterms:", "file_name_", "file_label_")  # namespaces in which every name is known
_ALIKE = 85  # of 100: a misspelling rather than another word


class StatementColumn(NamedTuple):
    """A column of Dublin Core values."""

    at: int
    name: str
    prefix: str
    term: str
    scheme: str | None


class FileColumn(NamedTuple):
    """A column that names files, and the column of their labels."""

    at: int
    name: str
    label: int | None


@dataclass
class Columns:
    """Where in a row what stands."""

    names: list[str]
    statements: list[StatementColumn] = field(default_factory=list)
    single: dict[str, list[int]] = field(default_factory=dict)  # ids and representation columns, by name
    files: list[FileColumn] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_a_sheet_of_titles(self) -> bool:
        """Whether any column is known."""
        return bool(self.statements or self.single or self.files)


def known(name: str) -> bool:
    """Whether a column of this name has a meaning."""
    return name in (*IDS, *REPRESENTATION) or _FILE.fullmatch(name) is not None or _statement(name) is not None


def columns(header: list[str], where: Where, unknown: str) -> Columns:
    """The columns of a header row; ``unknown`` is what the profile wants of unknown ones: ``warn`` or ``refuse``."""
    names = [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()
    found = Columns(names)
    labels: dict[str, int] = {}
    for index, name in enumerate(names):
        statement = _statement(name)
        numbered = _FILE.fullmatch(name)
        if statement:
            found.statements.append(StatementColumn(index, name, *statement))
        elif name in (*IDS, *REPRESENTATION):
            found.single.setdefault(name, []).append(index)
        elif numbered and numbered[1] == "label":
            labels.setdefault(numbered[2], index)
        elif not numbered:
            found.findings.append(_unknown(name, index, where, error if unknown == "refuse" else warning))
    named = [
        (int(match[2]), index)
        for index, name in enumerate(names)
        if (match := _FILE.fullmatch(name)) and match[1] == "name"
    ]
    found.files = [FileColumn(index, names[index], labels.get(str(number))) for number, index in sorted(named)]
    found.findings += _labels_without_files(names, labels, {str(number) for number, _ in named}, where)
    return found


def _statement(name: str) -> tuple[str, str, str | None] | None:
    match = _STATEMENT.fullmatch(name)
    if match is None or match[2] not in (DC_TERMS if match[1] == "dcterms" else DC_ELEMENTS):
        return None
    return (match[1], match[2], match[3]) if match[3] is None or match[3] in DC_SCHEMES else None


def _unknown(name: str, index: int, where: Where, otherwise: Report) -> Finding:
    if not name:
        return otherwise(
            "unknown_column",
            where,
            f"Column {letters(index)} has no name; what stands in it is not read.",
            "Give the column a name, or delete it.",
            column=letters(index),
        )
    likely = _likely(name)
    if likely:
        message, mend = "The column is not known.", f"Did you mean `{likely}`?"
        return error("unknown_column", where, message, mend, column=name)
    if name.startswith(_CLOSED):
        mend = "Use a Dublin Core element or term, `file_name_1` or `file_label_1`, spelt as in the documentation."
        return error("unknown_column", where, "The column is not known.", mend, column=name)
    return otherwise(
        "unknown_column",
        where,
        "The column is not known; what stands in it is not read.",
        "Rename the column if it should be loaded; otherwise leave it or delete it.",
        column=name,
    )


def _likely(name: str) -> str | None:
    """The known name that a misspelt one stands for."""
    from rapidfuzz import fuzz, process

    folded = {each.casefold(): each for each in _names()}
    found = process.extractOne(name.casefold(), folded.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return folded[found[0]] if found else None


@cache
def _names() -> tuple[str, ...]:
    dublin_core = (*(f"dc:{term}" for term in DC_ELEMENTS), *(f"dcterms:{term}" for term in DC_TERMS))
    qualified = tuple(f"dcterms:{term}.dcterms:{scheme}" for term in DC_TERMS for scheme in DC_SCHEMES)
    return (*IDS, *REPRESENTATION, "file_name_1", "file_label_1", *dublin_core, *qualified)


def _labels_without_files(names: list[str], labels: dict[str, int], files: set[str], where: Where) -> Iterator[Finding]:
    for number in labels.keys() - files:
        yield warning(
            "unknown_column",
            where,
            f"There is no column `file_name_{number}` for these labels.",
            f"Add `file_name_{number}`, or delete the column.",
            column=names[labels[number]],
        )


def letters(index: int) -> str:
    """The name that a spreadsheet gives a column: A, B … Z, AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name
