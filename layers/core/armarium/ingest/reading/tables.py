"""Sheets as rows of cells: CSV in whatever dialect, or a workbook; row numbers as a spreadsheet shows them."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple

from armarium.ingest.model import Finding, Where
from armarium.ingest.reading.columns import known
from armarium.ingest.reading.entry import Source, error

_LONGEST_LINE = 1 << 20  # characters
_SAMPLE = 1 << 16  # bytes
_BLANK_LINES = 1000  # before the header
_DELIMITERS = ",;\t|"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_NOT_TEXT = re.compile("[\ud800-\udfff\ufffd]")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Fault(NamedTuple):
    """Why the cells of a row cannot be trusted."""

    code: str
    message: str
    mend: str
    column: int | None = None


@dataclass
class Row:
    """One row of a sheet."""

    number: int
    cells: list[str]
    fault: Fault | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in the row."""
        return self.fault is None and not any(self.cells)


@dataclass
class Table:
    """A sheet; the header is the first row that is not blank."""

    sheet: str | None
    rows: Iterator[Row]


def tables(source: Source, name: str) -> Iterator[Table | Finding]:
    """The sheets of a file, or what is wrong with it as a whole."""
    head = _head(source)
    stream = io.BufferedReader(_Raw(head, source), _SAMPLE)
    if head.startswith((_ZIP, _OLE)):
        from armarium.ingest.reading import workbook

        yield from workbook.tables(stream.read(workbook.LARGEST), name)
    elif not head.strip():
        yield error("empty_file", Where(file=name), "The file is empty.", "Put the header and the rows into it.")
    else:
        yield Table(None, _csv_rows(stream, head))


def _csv_rows(stream: io.BufferedReader[_Raw], head: bytes) -> Iterator[Row]:
    encoding = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "utf-8")
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    lines = _Lines(io.TextIOWrapper(stream, encoding, errors, newline=""))
    delimiter = _delimiter(lines)
    cells_of = partial(_next_cells, lines, delimiter)
    for number, (cells, fault) in enumerate(iter(cells_of, None), lines.first_row):
        yield Row(number, cells, fault or _damage(cells, head))


def _next_cells(lines: _Lines, delimiter: str) -> tuple[list[str], Fault | None] | None:
    """The cells of the next row, or the reason why it has none: then only its first line is taken."""
    lines.begin_row()
    try:
        return [cell.strip() for cell in next(csv.reader(lines, delimiter=delimiter, strict=True))], None
    except StopIteration:
        return None
    except csv.Error as problem:
        lines.give_back()
        message = f"The row cannot be divided into cells: {problem}."
        return [], Fault(
            "bad_quoting", message, 'Close every quotation mark, and write a mark inside a cell twice: `""`.'
        )


def _damage(cells: list[str], head: bytes) -> Fault | None:
    text = "".join(cells)
    if "\x00" in text:
        mend = "Save the sheet as “CSV UTF-8” again; the file may be damaged."
        return Fault("nul_byte", "The row holds NUL bytes.", mend)
    if not text.isascii() and _NOT_TEXT.search(text):
        mend = f"Save the sheet as “CSV UTF-8”.{_guess(head)}"
        return Fault("bad_encoding", "The row holds bytes that are not UTF-8.", mend)
    return None


@lru_cache(1)
def _guess(head: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(head).best()
    return f" The file looks like {best.encoding}." if best and best.encoding not in ("ascii", "utf_8") else ""


def _delimiter(lines: _Lines) -> str:
    """The one that makes the most known columns of the first line, or most columns; Excel may name it: ``sep=;``."""
    first = lines.peek()
    if first.strip()[:4].lower() == "sep=" and len(first.strip()) == 5:
        lines.drop_first()
        return first.strip()[4]
    return max(_DELIMITERS, key=lambda delimiter: _known_columns(first, delimiter))


def _known_columns(line: str, delimiter: str) -> tuple[int, int]:
    try:
        names = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return 0, 0
    return sum(known(name.strip()) for name in names), len(names)


class _Lines:
    """The lines of a text, of which those of the row in hand can be given back."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._coming: deque[str] = deque()
        self._taken: list[str] = []
        self.first_row = 1

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._coming.popleft() if self._coming else self._text.readline(_LONGEST_LINE)
        if not line:
            raise StopIteration
        self._taken.append(line)
        if len(line) == _LONGEST_LINE and not line.endswith(("\n", "\r")):
            self._pass_over()
            raise csv.Error(f"a line has more than {_LONGEST_LINE} characters")
        return line

    def begin_row(self) -> None:
        """What was taken belongs to rows that are done."""
        self._taken.clear()

    def give_back(self) -> None:
        """The row's first line is done with; the others are read again."""
        self._coming.extendleft(reversed(self._taken[1:]))

    def peek(self) -> str:
        """The first line that is not blank, which stays to be read."""
        seen: list[str] = []
        while line := self._text.readline(_LONGEST_LINE):
            seen.append(line)
            if line.strip() or len(seen) > _BLANK_LINES:
                break
        self._coming.extend(seen)
        return line

    def drop_first(self) -> None:
        """The first line says how to read the others: it is a row of the sheet, but not one of its rows."""
        self._coming.popleft()
        self.first_row = 2

    def _pass_over(self) -> None:
        while (rest := self._text.readline(_LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
            pass


def _head(source: Source) -> bytes:
    """The first bytes, however few the source gives at a time."""
    head = b""
    while len(head) < _SAMPLE and (more := source.read(_SAMPLE - len(head))):
        head += more
    return head


class _Raw(io.RawIOBase):
    """Anything with ``read(size)`` as a raw stream, after what was read of it already."""

    def __init__(self, head: bytes, source: Source) -> None:
        self._head = head
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        data = data or self._source.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
