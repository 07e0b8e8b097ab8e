"""A file of ISO 2709 records, cut at the record terminators: a bad record never swallows the next."""

from __future__ import annotations

from collections.abc import Iterator

from armarium.ingest.model import Finding, Where
from armarium.ingest.reading.entry import Entry, Source, error
from armarium.metadata.model import RecordSchema, SourceRecord

_CHUNK = 1 << 20
_LONGEST = 1 << 20  # ISO 2709 allows 99 999 bytes; some systems write more and state 99999
_END = b"\x1d"
_BETWEEN = b"\r\n\x00\x1a"  # what transfers and editors leave between records
_BOM = b"\xef\xbb\xbf"


def entries(source: Source, name: str) -> Iterator[Entry | Finding]:
    """An entry for each record terminator, and for what follows the last one."""
    ordinal = 0
    for ordinal, (offset, content) in enumerate(_records(source), 1):
        where = Where(file=name, byte=offset, record=ordinal)
        if len(content) > _LONGEST:
            yield Entry(where, errors=[_endless(where)])
        else:
            yield Entry(where, SourceRecord(schema_=RecordSchema.MARC21, content=content))
    if not ordinal:
        yield error("no_records", Where(file=name), "The file is empty.", "Put the exported records into it.")


def _records(source: Source) -> Iterator[tuple[int, bytes]]:
    """The byte where each record begins, and its bytes."""
    offset = 0
    for content, size in _pieces(source):
        between = len(content) - len(content.lstrip(_BETWEEN))
        if offset == 0 and content.startswith(_BOM):
            between = len(_BOM)
        if content[between:].strip():
            yield offset + between, content[between:]
        offset += size


def _pieces(source: Source) -> Iterator[tuple[bytes, int]]:
    """The bytes up to each terminator and how many they are; of a piece without end only the beginning is kept."""
    kept, size = b"", 0
    while chunk := source.read(_CHUNK):
        *ended, rest = chunk.split(_END)
        for each in ended:
            yield _begun(kept, each + _END), size + len(each) + 1
            kept, size = b"", 0
        kept, size = _begun(kept, rest), size + len(rest)
    yield kept, size


def _begun(kept: bytes, more: bytes) -> bytes:
    return kept + more[: max(0, _LONGEST + 1 - len(kept))] if kept else more


def _endless(where: Where) -> Finding:
    return error(
        "endless_record",
        where,
        f"No record terminator (0x1D) in {_LONGEST} bytes.",
        "Check that the file is MARC 21 in ISO 2709 and that the profile names the right source format.",
    )
