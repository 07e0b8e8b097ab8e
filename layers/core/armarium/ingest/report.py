"""A job's report: a table that opens in a spreadsheet, one line an input record."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from armarium.ingest.model import Outcome, Undone
from armarium.platform.sheets import safe_cell

COLUMNS = (
    "record",
    "rows",
    "file",
    "sheet",
    "row",
    "byte",
    "result",
    "mms_id",
    "title",
    "files",
    "reasons",
    "candidates",
)


class Report:
    """Writes the report to a file: UTF-8 with a BOM, so that Excel reads it as such."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file)
        self._rows.writerow(COLUMNS)

    def __enter__(self) -> Report:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, outcome: Outcome, undone: Undone | None = None) -> None:
        """One input record and what became of it, and of that when the job was taken back."""
        where = outcome.where
        result = "taken back" if undone and not undone.reason else outcome.result.value
        reasons = [*outcome.reasons, *([f"not taken back: {undone.reason}"] if undone and undone.reason else [])]
        self._write(
            outcome.ordinal,
            outcome.rows,
            where.file,
            where.sheet,
            where.row,
            where.byte,
            result,
            outcome.mms_id,
            outcome.title,
            outcome.files,
            " | ".join(reasons),
            " ".join(outcome.candidates),
        )

    def unmatched(self, paths: Iterable[str]) -> None:
        """The files of the drop folder that no record named."""
        for path in paths:
            self._write(
                None,
                None,
                path,
                None,
                None,
                None,
                "unmatched file",
                None,
                None,
                None,
                "named by no record; still in the drop folder",
                None,
            )

    def _write(self, *values: object) -> None:
        self._rows.writerow([safe_cell(value) for value in values])
