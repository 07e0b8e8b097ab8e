"""A part of a stream in sight, found in by position, so that a file of any size needs little memory."""

from __future__ import annotations

import codecs
import re

from armarium.ingest.reading.entry import Source

_CHUNK = 1 << 18
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UNMARKED = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))


class Window:
    """The bytes of an XML file in UTF-8, without byte order mark; positions count in these bytes, from 0.

    ``fault`` says why the file cannot be read at all.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._kept = b""
        self._start = 0
        self._lines = 0  # line feeds before what is kept
        self._ended = False
        self._decoder: codecs.IncrementalDecoder | None = None
        head = source.read(_CHUNK)
        self._mark, encoding = _encoding(head)
        self.fault = self._set_up(encoding)
        self._take(head[len(self._mark) :])

    def find(self, needle: bytes, position: int, reach: int) -> int:
        """Where ``needle`` comes next within about ``reach`` bytes, or -1."""
        last = position + reach
        while (found := self._kept.find(needle, position - self._start)) < 0:
            position = max(position, self.end - len(needle) + 1)
            if position > last or not self._fill():
                return -1
        return self._start + found

    def search(self, pattern: re.Pattern[bytes], position: int, reach: int) -> tuple[re.Match[bytes], int, int] | None:
        """The next match of a pattern that needs at most ``reach`` bytes, with its beginning and end."""
        while True:
            found = pattern.search(self._kept, position - self._start)
            if found and (self._ended or found.start() + reach <= len(self._kept)):
                return found, self._start + found.start(), self._start + found.end()
            if not found:
                position = max(position, self.end - reach)
            if not self._fill() and not found:
                return None

    def match(self, pattern: re.Pattern[bytes], position: int, longest: int) -> tuple[re.Match[bytes], int] | None:
        """The match of a pattern at a position, with its end."""
        while True:
            found = pattern.match(self._kept, position - self._start)
            if found:
                return found, self._start + found.end()
            if self.end - position >= longest or not self._fill():
                return None

    def slice(self, start: int, end: int) -> bytes:
        """The bytes between two positions in sight."""
        return self._kept[start - self._start : end - self._start]

    def ahead(self, position: int, size: int) -> bytes:
        """The next ``size`` bytes, or what is left of them."""
        while self.end < position + size and self._fill():
            pass
        return self.slice(position, position + size)

    def forget(self, position: int) -> None:
        """Nothing before ``position`` will be asked for again."""
        gone = position - self._start
        if gone >= _CHUNK:
            self._lines += self._kept.count(b"\n", 0, gone)
            self._kept = self._kept[gone:]
            self._start = position

    def line(self, position: int) -> int:
        """The line, from 1, of a position in sight."""
        return self._lines + self._kept.count(b"\n", 0, position - self._start) + 1

    def byte(self, position: int) -> int | None:
        """The byte in the file, from 0; None where the file is not in UTF-8."""
        return None if self._decoder else position + len(self._mark)

    @property
    def is_read(self) -> bool:
        """Whether the whole file has come into sight."""
        return self._ended

    @property
    def end(self) -> int:
        """The position after the last byte in sight."""
        return self._start + len(self._kept)

    def _set_up(self, encoding: str) -> str | None:
        try:
            "".encode(encoding)  # refuses what is no text encoding, such as zlib
        except LookupError:
            return f"The XML declaration names the encoding {encoding!r}, which is not known."
        if codecs.lookup(encoding).name not in ("utf-8", "ascii"):
            self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        return None

    def _fill(self) -> bool:
        if self._ended:
            return False
        self._take(self._source.read(_CHUNK))
        return True

    def _take(self, chunk: bytes) -> None:
        self._ended = not chunk
        if self._decoder:
            chunk = self._decoder.decode(chunk, final=self._ended).encode("utf-8", "replace")
        self._kept += chunk


def _encoding(head: bytes) -> tuple[bytes, str]:
    """The byte order mark, and the encoding that it, the first bytes or the declaration name (XML 1.0, appendix F)."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return mark, encoding
    for start, encoding in _UNMARKED:
        if head.startswith(start):
            return b"", encoding
    declared = _DECLARED.match(head)
    return b"", declared[1].decode() if declared else "utf-8"
