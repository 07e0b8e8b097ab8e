"""A file of MARCXML or Dublin Core records, cut at the record elements by a scanner that a broken record does not stop.

Each record is parsed by itself afterwards, so that what is not well formed in one is said of that one alone. Around the
records may be anything: a collection, an OAI-PMH envelope (whose headers give ids and deletions), or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from html import unescape
from typing import NamedTuple

from armarium.ingest.model import Finding, Where
from armarium.ingest.reading.entry import Entry, Source, error, warning
from armarium.ingest.reading.window import Window
from armarium.metadata.model import RecordSchema, SourceRecord

_MARC = b"http://www.loc.gov/MARC21/slim"
_OAI = b"http://www.openarchives.org/OAI/2.0/"
_DUBLIN_CORE = (b"http://purl.org/dc/elements/1.1/", b"http://purl.org/dc/terms/")
_CONTAINERS = (b"dc", b"qualifieddc", b"simpledc")

_LONGEST_RECORD = 16 << 20
_LONGEST_TAG = 1 << 16
_DEEPEST = 256  # elements around a record, as in libxml2
_TAG = re.compile(rb"""<(/?)([^\s<>/"'=!?&]+)((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>""")
_XMLNS = re.compile(rb"""\sxmlns(?::([^\s=]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_IDENTIFIER = re.compile(rb"<(?:[^\s<>]*:)?identifier[^<>]*>\s*([^<]+?)\s*<")
_BROKEN_RECORD = re.compile(rb"<((?:[^\s<>/:]+:)?(?:record|dc|qualifieddc))(?=\s)")
_DELETED = re.compile(rb"""^<[^>]*\sstatus\s*=\s*["']deleted["']""")
_NOT_MARKUP = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}

_CORRECT = "Correct the record in the system it comes from, or check the file with an XML editor."


Steps = Generator[Entry | Finding, None, int]
"""What is found, and in the end the position where to go on."""


class _Tag(NamedTuple):
    name: bytes
    namespaces: dict[bytes, bytes]  # in force, by prefix
    start: int
    end: int
    is_closing: bool
    is_empty: bool

    @property
    def qualified(self) -> tuple[bytes, bytes]:
        """Namespace and local name."""
        prefix, _, local = self.name.rpartition(b":")
        return self.namespaces.get(prefix, b""), local


def entries(source: Source, name: str, *, is_marc: bool) -> Iterator[Entry | Finding]:
    """An entry for each record element, well formed or not, and findings on what stands around them."""
    return _Scanner(Window(source), name, is_marc=is_marc).scan()


class _Scanner:
    def __init__(self, window: Window, name: str, *, is_marc: bool) -> None:
        self._window = window
        self._file = name
        self._is_marc = is_marc
        self._around: list[_Tag] = []  # the elements that are open around the records
        self._candidate: _Tag | None = None  # the element just opened: with Dublin Core in it, it is a record
        self._answered = True  # whether the OAI-PMH record that is open gave an entry
        self._oai_id: str | None = None
        self._count = 0
        self._complained = False

    def scan(self) -> Iterator[Entry | Finding]:
        """The whole file."""
        if self._window.fault:
            yield error("bad_encoding", self._where(0), self._window.fault, "Save the file as UTF-8.")
            return
        if not self._window.ahead(0, 1 << 12).lstrip().startswith(b"<"):
            yield self._not_xml()
            return
        position = 0
        while (position := self._window.find(b"<", position, _LONGEST_RECORD)) >= 0:
            if self._window.ahead(position, 9).upper() == b"<!DOCTYPE":
                yield self._doctype(position)
                return
            position = yield from self._step(position)
            self._window.forget(self._candidate.start if self._candidate else position)
        yield from self._ended()

    def _step(self, position: int) -> Steps:
        """What the ``<`` at ``position`` begins; returns where to go on."""
        after = self._after_comment(position)
        if after is not None:
            return after
        tag = self._tag(position)
        if tag is None:
            return (yield from self._broken_tag(position))
        if tag.is_closing:
            yield from self._close(tag)
            return tag.end
        return (yield from self._opened(tag))

    def _broken_tag(self, position: int) -> Steps:
        """A start tag that is not well formed; where it is a record's, the record is passed over and accounted for."""
        match = _BROKEN_RECORD.match(self._window.ahead(position, 128))
        if match is None:
            yield from self._complain(position, "There is markup outside the records that is not well formed.")
            return position + 1
        end, _ = self._end_of(_Tag(match[1], {}, position, position + match.end(), False, False))
        where = self._next(position)
        message = f"The start tag <{_shown(match[1])} …> is not well formed."
        yield Entry(where, errors=[error("not_well_formed", where, message, _CORRECT)])
        return end

    def _opened(self, tag: _Tag) -> Steps:
        namespace, local = tag.qualified
        if self._is_record(namespace, local):
            return (yield from self._record(tag))
        if not self._is_marc and namespace in _DUBLIN_CORE and self._candidate:
            self._around.pop()
            return (yield from self._record(self._candidate))
        self._candidate = None
        if namespace == _OAI and local == b"header":
            return (yield from self._header(tag))
        if namespace == _OAI and local == b"record":
            self._answered, self._oai_id = False, None
        elif namespace in _DUBLIN_CORE:
            yield from self._complain(tag.start, "A Dublin Core element stands outside a record.")
        if not tag.is_empty and len(self._around) < _DEEPEST:
            self._around.append(tag)
            self._candidate = tag
        return tag.end

    def _is_record(self, namespace: bytes, local: bytes) -> bool:
        if self._is_marc:
            return local == b"record" and namespace in (_MARC, b"")
        return local in _CONTAINERS and namespace not in _DUBLIN_CORE

    def _close(self, tag: _Tag) -> Iterator[Entry | Finding]:
        self._candidate = None
        if not self._around or self._around[-1].name != tag.name:
            yield from self._complain(tag.start, f"</{_shown(tag.name)}> closes nothing that is open.")
            return
        opened = self._around.pop()
        if opened.qualified == (_OAI, b"record") and not self._answered:
            where = self._next(opened.start)
            kind = "MARC 21" if self._is_marc else "Dublin Core"
            yield Entry(
                where,
                errors=[
                    error(
                        "no_record",
                        where,
                        f"The OAI-PMH record {self._oai_id or ''} has no {kind} metadata.",
                        "Harvest it with the metadata prefix that the profile's source format asks for.",
                    )
                ],
            )
            self._answered = True

    def _header(self, tag: _Tag) -> Steps:
        """An OAI-PMH header (OAI-PMH 2.0 §2.5): the id of the record that follows, or the news that it was deleted."""
        end, _ = self._end_of(tag)
        header = self._window.slice(tag.start, end)
        found = _IDENTIFIER.search(header)
        self._oai_id = unescape(found[1].decode("utf-8", "replace")) if found else None
        if _DELETED.match(header):
            self._answered = True
            where = self._next(tag.start)
            yield Entry(
                where,
                errors=[
                    error(
                        "deleted_record",
                        where,
                        f"The envelope says that {self._oai_id or 'the record'} was deleted.",
                        "Bulk ingest deletes nothing: delete the bib by hand, or take the header out of the file.",
                    )
                ],
            )
        return end

    def _record(self, tag: _Tag) -> Steps:
        self._candidate = None
        self._answered = True
        end, fault = (tag.end, None) if tag.is_empty else self._end_of(tag)
        where = self._next(tag.start)
        if fault:
            yield Entry(where, errors=[error("not_well_formed", where, fault, _CORRECT)])
            return end
        schema = RecordSchema.MARCXML if self._is_marc else _dublin_core_schema(self._window.slice(tag.start, end))
        content = _standing_alone(self._window.slice(tag.start, end), tag)
        yield Entry(where, SourceRecord(schema_=schema, content=content), originating_id=self._oai_id)
        return end

    def _end_of(self, tag: _Tag) -> tuple[int, str | None]:
        """Where an element ends, and what is wrong where its end tag does not come."""
        name = re.escape(tag.name)
        boundary = re.compile(rb"<!--|<!\[CDATA\[|<\?|<(/?)" + name + rb"(?=[\s/>])")
        reach = len(tag.name) + 12
        position = tag.end
        while position - tag.start < _LONGEST_RECORD:
            found = self._window.search(boundary, position, reach)
            if found is None:
                return self._window.end, "The file ends inside the record."
            match, start, position = found
            if match[1] is None:
                position = self._after_comment(start) or position
                continue
            if not match[1]:
                return start, f"The record has no end tag before the next <{_shown(tag.name)}>."
            end = self._window.find(b">", position, _LONGEST_TAG)
            return (end + 1, None) if end >= 0 else (self._window.end, "The file ends inside the record.")
        return position, f"The record is longer than {_LONGEST_RECORD} bytes."

    def _after_comment(self, position: int) -> int | None:
        """Where a comment, CDATA section or processing instruction that begins here ends; None where none ends here."""
        ahead = self._window.ahead(position, 9)
        ending = next((ending for start, ending in _NOT_MARKUP.items() if ahead.startswith(start)), None)
        if ending is None:
            return None
        end = self._window.find(ending, position + 2, _LONGEST_RECORD)
        return end + len(ending) if end >= 0 else None

    def _tag(self, position: int) -> _Tag | None:
        found = self._window.match(_TAG, position, _LONGEST_TAG)
        if found is None:
            return None
        match, end = found
        inherited = self._around[-1].namespaces if self._around else {}
        declared = {prefix: one or other for prefix, one, other in _XMLNS.findall(match[3])}
        return _Tag(
            match[2],
            {**inherited, **declared} if declared else inherited,
            position,
            end,
            bool(match[1]),
            match[3].endswith(b"/"),
        )

    def _ended(self) -> Iterator[Finding]:
        if not self._window.is_read:
            where = self._where(self._window.end)
            yield error("not_well_formed", where, f"There is no markup in {_LONGEST_RECORD} bytes.", _CORRECT)
        if not self._count:
            kind = "MARCXML <record>" if self._is_marc else "Dublin Core record"
            yield error(
                "no_records",
                self._where(0),
                f"There is no {kind} in the file.",
                "Check the profile's source format and the file's namespaces; each record needs its own element.",
            )
        elif self._around:
            yield warning(
                "file_cut_off",
                self._where(self._window.end),
                f"The file ends before </{_shown(self._around[0].name)}>: something may be missing.",
                "Compare the number of records with the exporting system; export the file again if it is short.",
            )

    def _complain(self, position: int, message: str) -> Iterator[Finding]:
        """Once a file: what is wrong between records often is so between all."""
        if not self._complained:
            self._complained = True
            yield warning("not_well_formed", self._where(position), message, _CORRECT)

    def _doctype(self, position: int) -> Finding:
        return error(
            "doctype",
            self._where(position),
            "The XML has a DOCTYPE; entities could be used to attack the reader, so nothing after it is read.",
            "Remove the <!DOCTYPE …> from the file.",
        )

    def _not_xml(self) -> Finding:
        return error(
            "not_xml",
            self._where(0),
            "The file is not XML.",
            "Check that the profile names the right metadata file and source format.",
        )

    def _next(self, position: int) -> Where:
        self._count += 1
        return self._where(position).model_copy(update={"record": self._count})

    def _where(self, position: int) -> Where:
        return Where(file=self._file, byte=self._window.byte(position), row=self._window.line(position))


def _standing_alone(content: bytes, tag: _Tag) -> bytes:
    """The record byte for byte; the namespaces that it takes from around it are declared on it."""
    own = dict.fromkeys(prefix for prefix, _, _ in _XMLNS.findall(content[: tag.end - tag.start]))
    missing = b"".join(
        b' xmlns%s="%s"' % (b":" + prefix if prefix else b"", uri)
        for prefix, uri in tag.namespaces.items()
        if prefix not in own and _is_used(prefix, content)
    )
    at = 1 + len(tag.name)
    return content[:at] + missing + content[at:] if missing else content


def _is_used(prefix: bytes, content: bytes) -> bool:
    return not prefix or prefix + b":" in content


def _dublin_core_schema(content: bytes) -> RecordSchema:
    return RecordSchema.QDC if b"dcterms:" in content or b"purl.org/dc/terms/" in content else RecordSchema.DC


def _shown(name: bytes) -> str:
    return name.decode("utf-8", "replace")[:60]
