"""A workbook (xlsx) as sheets of text cells."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from lzma import LZMAError
from typing import Any

from armarium.ingest.model import Finding, Where
from armarium.ingest.reading.entry import error
from armarium.ingest.reading.tables import Fault, Row, Table

LARGEST = 512 << 20  # bytes, unpacked
_MOST_CELLS = 20_000_000  # of the rectangle around what is used: it is held as a whole
_MOST_DIGITS = 10**15  # Excel keeps fifteen digits of a number
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    KeyError,
)
_SAVE = "Save the workbook as .xlsx, or the sheet as “CSV UTF-8”."


def tables(content: bytes, name: str) -> Iterator[Table | Finding]:
    """The sheets that are not empty, or why the workbook cannot be read."""
    where = Where(file=name)
    try:
        trouble = _trouble(content)
    except _BROKEN as broken:
        trouble = f"The workbook is damaged: {broken}."
    if trouble:
        yield error("unreadable_workbook", where, trouble, _SAVE)
        return
    yield from _sheets(content, where)


def _sheets(content: bytes, where: Where) -> Iterator[Table | Finding]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet in book.sheet_names:
            cells = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            if cells:
                yield Table(sheet, _rows(cells))
    except (CalamineError, zipfile.BadZipFile, ValueError, OSError) as broken:
        yield error("unreadable_workbook", where, f"The workbook is damaged: {broken}.", _SAVE)


def _rows(rows: list[list[Any]]) -> Iterator[Row]:
    for number, values in enumerate(rows, 1):
        cells = [_text(value) for value in values]
        long = next((index for index, value in enumerate(values) if _is_cut(value)), None)
        yield Row(number, cells, None if long is None else _cut(cells[long], long))


def _is_cut(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) >= _MOST_DIGITS


def _cut(shown: str, index: int) -> Fault:
    return Fault(
        "number_cut",
        f"The cell holds the number {shown}: Excel keeps fifteen digits of a number, the others are lost.",
        "Format the column as text and enter the number again.",
        index,
    )


def _text(value: Any) -> str:
    """A cell as it would stand in a CSV: whole numbers without a point, dates as ISO 8601."""
    match value:
        case str():
            return value.strip()
        case bool():
            return str(value).upper()
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case timedelta() | int():
            return str(value)
    return ""


def _trouble(content: bytes) -> str | None:
    """What makes the workbook unreadable or dangerous, found without unpacking it into memory."""
    if not content.startswith(b"PK"):
        return "This kind of workbook is not read."
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if "xl/workbook.xml" not in parts.namelist():
            return "The file is a ZIP archive, but no .xlsx workbook."
        if sum(part.file_size for part in parts.infolist()) > LARGEST:
            return f"The workbook has more than {LARGEST >> 20} MB unpacked."
        sheets = [part for part in parts.infolist() if part.filename.startswith("xl/worksheets/")]
        if any(_rectangle(parts, part) > _MOST_CELLS for part in sheets):
            return "A sheet has cells so far apart that it would fill the memory."
    return None


def _rectangle(parts: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """How many cells the rectangle around the used cells of a sheet has."""
    last_column = last_row = 0
    rest = b""
    with parts.open(part) as stream:
        while chunk := stream.read(1 << 20):
            for column, row in _REFERENCE.findall(rest + chunk):
                last_column, last_row = max(last_column, _number(column)), max(last_row, int(row))
            rest = chunk[-16:]
    return last_column * last_row


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
