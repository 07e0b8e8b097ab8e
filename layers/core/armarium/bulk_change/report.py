"""A job's report: a table that opens in a spreadsheet, one line a title, with what was before and what is after."""

from __future__ import annotations

import csv
from pathlib import Path
from types import TracebackType

from armarium.bulk_change.model import Outcome, Undone
from armarium.platform.sheets import safe_cell

COLUMNS = ("number", "mms_id", "title", "result", "changed", "before", "after", "reasons")


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
        """One title and what became of it, and of that when the job was taken back."""
        back = undone is not None and not undone.reasons
        kept = [f"not taken back: {reason}" for reason in undone.reasons] if undone else []
        found = outcome.differences
        values = (
            outcome.ordinal,
            outcome.mms_id,
            outcome.title,
            "taken back" if back else outcome.result.value,
            "\n".join(each.what for each in found),
            "\n".join(f"{each.what}: {line}" for each in found for line in each.before),
            "\n".join(f"{each.what}: {line}" for each in found for line in each.after),
            " | ".join((*outcome.reasons, *kept)),
        )
        self._rows.writerow([safe_cell(value) for value in values])
