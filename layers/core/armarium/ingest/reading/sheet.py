"""The titles of a sheet: each row, or the rows of one ``group_id``, with a record in qualified Dublin Core."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeVar

from armarium.ingest.model import Finding, ImportProfile, Where
from armarium.ingest.reading.columns import Columns, columns
from armarium.ingest.reading.entry import Entry, NamedFile, Part, Source, error, warning
from armarium.ingest.reading.tables import Row, Table, tables
from armarium.inventory.model import UsageType
from armarium.metadata import service as metadata
from armarium.metadata.model import Statement

T = TypeVar("T")

COLUMNS_OF_IDS = {"system": "originating_system_id", "dc": "dc:identifier"}
"""Scheme of an identifier → the column that it stands in."""

_MMS_ID = re.compile(r"99\d{6,30}")
_USAGE_TYPES = {each.value: each for each in UsageType} | {
    "PRIMARY": UsageType.MASTER,  # Alma's newer word
    "MASTER": UsageType.MASTER,
    "DERIVATIVE": UsageType.DERIVATIVE,
}
_ACCESS_RIGHTS = {"OPEN": "OPEN", "RESTRICTED": "RESTRICTED"}


def entries(source: Source, name: str, profile: ImportProfile) -> Iterator[Entry | Finding]:
    """The titles in the order of their first rows, and what is wrong with the sheets as such."""
    is_any = False
    for table in tables(source, name):
        if isinstance(table, Finding):
            yield table
            is_any = True
            continue
        sheet = _Sheet(table, name, profile)
        yield from sheet.entries()
        is_any = is_any or sheet.is_a_sheet_of_titles
    if not is_any:
        yield error(
            "no_known_column",
            Where(file=name),
            "No sheet has a column that is known.",
            "Put the names of the columns into the first row, such as `dc:title` and `file_name_1`.",
        )


class _Sheet:
    def __init__(self, table: Table, name: str, profile: ImportProfile) -> None:
        self._table = table
        self._file = name
        self._profile = profile
        self._columns = Columns([])

    @property
    def is_a_sheet_of_titles(self) -> bool:
        return self._columns.is_a_sheet_of_titles

    def entries(self) -> Iterator[Entry | Finding]:
        header = next((row for row in self._table.rows if not row.is_blank), None)
        if header is None:
            return
        where = self._where(header.number)
        if header.fault:
            yield error(header.fault.code, where, f"The header: {header.fault.message}", header.fault.mend)
        self._columns = columns(header.cells, where, self._profile.unknown_columns)
        if not self.is_a_sheet_of_titles and self._table.sheet is not None:
            yield warning(
                "sheet_ignored",
                where,
                "The sheet has no column that is known; it is not read.",
                "Nothing is lost if it holds notes; otherwise name its columns in its first row.",
            )
            return
        yield from self._columns.findings
        if self.is_a_sheet_of_titles:
            yield from map(self._entry, self._titles())

    def _titles(self) -> Iterator[list[Row]]:
        """The rows of each title. From the first ``group_id`` on, rows are held: a group may go on anywhere."""
        held: deque[list[Row]] = deque()
        groups: dict[str, list[Row]] = {}
        for row in self._table.rows:
            if row.is_blank:
                continue
            group = self._cell(row, "group_id")
            if group and group in groups:
                groups[group].append(row)
                continue
            held.append([row])
            if group:
                groups[group] = held[-1]
            elif not groups:
                yield held.popleft()
        yield from held

    def _entry(self, rows: list[Row]) -> Entry:
        entry = Entry(self._where(rows[0].number), rows=len(rows))
        sound = [row for row in rows if not self._faults(row, entry)]
        entry.mms_id = self._one("mms_id", sound, entry)
        entry.originating_id = self._one("originating_system_id", sound, entry)
        entry.collection_ids = tuple(
            dict.fromkeys(value for row in sound for value in self._values(row, "collection_id"))
        )
        entry.parts = [self._part(f"r{number}", row, entry) for number, row in enumerate(sound, 1)]
        statements = list(dict.fromkeys(each for row in sound for each in self._statements(row, entry)))
        if statements:
            entry.record = metadata.dublin_core_record(statements)
        self._check(entry)
        return entry

    def _check(self, entry: Entry) -> None:
        if entry.mms_id and not _MMS_ID.fullmatch(entry.mms_id):
            entry.errors.append(
                error(
                    "bad_mms_id",
                    entry.where,
                    "This is not an MMS id: those are digits that begin with 99.",
                    "Format the column as text, or a spreadsheet rounds the number; leave it empty for a new bib.",
                    column="mms_id",
                    value=entry.mms_id,
                )
            )
        if entry.record is None and not (entry.mms_id or entry.originating_id or entry.errors):
            entry.errors.append(
                error(
                    "nothing_named",
                    entry.where,
                    "The row has neither metadata nor the id of a bib.",
                    "Fill in `dc:title`, or the `mms_id` of the bib to which the files belong.",
                )
            )

    def _faults(self, row: Row, entry: Entry) -> bool:
        """Whether the row's cells cannot be trusted; the reasons go to the entry."""
        where = self._where(row.number)
        found = []
        if row.fault:
            column = None if row.fault.column is None else self._name(row.fault.column)
            found.append(error(row.fault.code, where, row.fault.message, row.fault.mend, column=column))
        elif not self._fits(row):
            found.append(
                error(
                    "ragged_row",
                    where,
                    f"The row has {len(row.cells)} cells; the header has {len(self._columns.names)}.",
                    "Check for a separator that is missing, too many, or inside a cell without quotation marks.",
                )
            )
        entry.errors += found
        return bool(found)

    def _fits(self, row: Row) -> bool:
        width = len(self._columns.names)
        return len(row.cells) >= width and not any(row.cells[width:])

    def _one(self, column: str, rows: Iterable[Row], entry: Entry) -> str | None:
        """The value on which the rows of a title agree."""
        values = list(dict.fromkeys(value for row in rows for value in self._values(row, column)))
        if len(values) > 1:
            entry.errors.append(
                error(
                    "conflicting_group",
                    entry.where,
                    f"The rows of one title have different values: {', '.join(values[:5])}.",
                    "Give each title a `group_id` of its own, or correct the values.",
                    column=column,
                )
            )
        return values[0] if values else None

    def _statements(self, row: Row, entry: Entry) -> Iterator[Statement]:
        for column in self._columns.statements:
            value = row.cells[column.at].replace("\r\n", "\n").replace("\r", "\n")
            if not metadata.is_carried(value):
                entry.errors.append(
                    error(
                        "control_character",
                        self._where(row.number),
                        "The cell holds a control character, which a record cannot hold.",
                        "Delete the character; it often comes from copying out of a PDF.",
                        column=column.name,
                        value=value,
                    )
                )
            elif value:
                yield Statement(prefix=column.prefix, term=column.term, scheme=column.scheme, value=value)

    def _part(self, key: str, row: Row, entry: Entry) -> Part:
        files = [
            NamedFile(
                row.cells[each.at], row.cells[each.label] if each.label is not None else "", row.number, each.name
            )
            for each in self._columns.files
            if row.cells[each.at]
        ]
        return Part(
            key,
            label=self._cell(row, "rep_label"),
            public_note=self._cell(row, "rep_public_note"),
            note=self._cell(row, "rep_note"),
            library=self._cell(row, "rep_library"),
            usage_type=self._coded(row, "rep_usage_type", _USAGE_TYPES, entry),
            access_rights=self._coded(row, "rep_access_rights", _ACCESS_RIGHTS, entry),
            files=files,
        )

    def _coded(self, row: Row, column: str, codes: dict[str, T], entry: Entry) -> T | None:
        value = self._cell(row, column)
        if value is None:
            return None
        found = codes.get("_".join(value.upper().split()))
        if found is None:
            entry.errors.append(
                error(
                    "bad_value",
                    self._where(row.number),
                    "The value is not known.",
                    f"Use one of: {', '.join(codes)}.",
                    column=column,
                    value=value,
                )
            )
        return found

    def _cell(self, row: Row, column: str) -> str | None:
        return next(iter(self._values(row, column)), None)

    def _values(self, row: Row, column: str) -> list[str]:
        """What stands in the columns of this name; an empty cell says nothing."""
        indexes = self._columns.single.get(column, ())
        return [row.cells[index] for index in indexes if index < len(row.cells) and row.cells[index]]

    def _name(self, index: int) -> str | None:
        return self._columns.names[index] if index < len(self._columns.names) else None

    def _where(self, row: int) -> Where:
        return Where(file=self._file, sheet=self._table.sheet, row=row)
