"""The check of a drop folder: records staged as lines, findings listed, all cut into chunks that a step can load."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from armarium.ingest import store
from armarium.ingest.model import Finding, ImportProfile, Severity
from armarium.ingest.rules import LOCK, is_metadata_file
from armarium.jobs.model import Chunk, Job

_CHUNK_RECORDS = 250
_CHUNK_FILES = 500
_CHUNK_BYTES = 50 * 1024**3


def stage(job: Job, profile: ImportProfile, name: str) -> dict[str, Any]:
    """Read the whole input in one pass; answers what was seen: records, rows, faults, chunks, unmatched files."""
    from armarium.ingest import reading

    listing = {
        blob.key.removeprefix(job.folder): blob.size
        for blob in store.folder_entries(job.folder)
        if not is_metadata_file(profile, blob.key.removeprefix(job.folder)) and not blob.key.endswith(("/", LOCK))
    }
    source = reading.read(profile, store.open_input(job.id, name), name, listing)
    chunks = _Chunks()
    seen = {"errors": 0, "warnings": 0, "records": 0, "rows": 0, "bad_rows": 0}
    with tempfile.TemporaryDirectory() as scratch:
        staged, found = Path(scratch) / "records.jsonl", Path(scratch) / "findings.jsonl"
        with staged.open("wb") as out, found.open("w", encoding="utf-8") as findings:
            for record in source:
                line = reading.to_line(record)
                chunks.add(len(line), [file.size for each in record.representations for file in each.files])
                out.write(line)
                seen["records"] += 1
                seen["rows"] += record.rows
                seen["bad_rows"] += record.rows if record.errors else 0
                _note(findings, (*record.errors, *record.warnings), seen)
            _note(findings, source.findings, seen)
        store.put_staged(job.id, str(staged))
        store.put_findings(job.id, str(found))
    store.put_lines(job.id, "unmatched.txt", source.unmatched_files)
    store.put_chunks(job.id, chunks.closed())
    return {
        **seen,
        "fatal": any(each.severity is Severity.ERROR for each in source.findings),
        "chunks": len(chunks.closed()),
        "unmatched_files": len(source.unmatched_files),
    }


def _note(out: Any, findings: Iterable[Finding], seen: dict[str, int]) -> None:
    for each in findings:
        out.write(each.model_dump_json(exclude_none=True) + "\n")
        seen["errors" if each.severity is Severity.ERROR else "warnings"] += 1


class _Chunks:
    """Cuts the staged file into runs of records that one step can load."""

    def __init__(self) -> None:
        self._done: list[Chunk] = []
        self._start = self._length = self._records = self._files = self._bytes = 0

    def add(self, length: int, files: list[int]) -> None:
        """The next staged line, and the sizes of the files that its record brings."""
        files_then, bytes_then = self._files + len(files), self._bytes + sum(files)
        full = self._records >= _CHUNK_RECORDS or files_then > _CHUNK_FILES or bytes_then > _CHUNK_BYTES
        if self._records and full:
            self._close()
        self._length += length
        self._records += 1
        self._files += len(files)
        self._bytes += sum(files)

    def closed(self) -> list[Chunk]:
        """All chunks, the last one closed."""
        self._close()
        return self._done

    def _close(self) -> None:
        if self._records:
            self._done.append(Chunk(number=len(self._done) + 1, start=self._start, length=self._length))
        self._start += self._length
        self._length = self._records = self._files = self._bytes = 0
