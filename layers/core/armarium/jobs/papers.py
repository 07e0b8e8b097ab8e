"""What a job reads and leaves in the work bucket, under ``jobs/<job>/``: JSON lines, the chunk list, the report."""

from __future__ import annotations

import json
from collections.abc import Iterable

from armarium.jobs.model import Chunk
from armarium.platform import blobs
from armarium.platform.errors import InvalidInputError
from armarium.platform.settings import settings

_PAGE_BYTES = 400_000
_JSON_LINES = "application/x-ndjson"


def key(job_id: str, name: str) -> str:
    """Where something of a job is in the work bucket."""
    return f"jobs/{job_id}/{name}"


def put_lines(job_id: str, name: str, lines: Iterable[str]) -> None:
    """Store JSON lines: findings, ledgers, rows with problems."""
    body = "".join(line + "\n" for line in lines).encode()
    blobs.write(settings().work_bucket, key(job_id, name), body, _JSON_LINES)


def put_file(job_id: str, name: str, path: str) -> None:
    """Store JSON lines from a file."""
    blobs.write_file(settings().work_bucket, key(job_id, name), path, _JSON_LINES)


def lines(job_id: str, name: str) -> list[str] | None:
    """Stored JSON lines, or None where they are not written yet."""
    found = blobs.read_if_there(settings().work_bucket, key(job_id, name))
    return None if found is None else found.decode().splitlines()


def lines_of(job_id: str, name: str, chunk: Chunk) -> list[str]:
    """The lines of one chunk of a file."""
    found = blobs.read_range(settings().work_bucket, key(job_id, name), chunk.start, chunk.length)
    return found.decode().splitlines()


def page_of_lines(job_id: str, name: str, limit: int, start: int) -> tuple[list[str], int | None]:
    """Lines from byte ``start`` on, and where the next page begins: one request."""
    text = blobs.read_range_if_there(settings().work_bucket, key(job_id, name), start, _PAGE_BYTES)
    whole = text[: text.rfind(b"\n") + 1]
    taken = whole.splitlines(keepends=True)[:limit]
    end = start + sum(len(line) for line in taken)
    more = len(taken) < whole.count(b"\n") or len(text) == _PAGE_BYTES
    return [line.decode() for line in taken], end if more and taken else None


def position(token: str | None) -> int:
    """The byte that a page's token names. Raises InvalidInputError."""
    if token is None:
        return 0
    if not token.isascii() or not token.isdigit() or len(token) > 15:
        raise InvalidInputError("The token of the next page is damaged: begin again at the first page")
    return int(token)


def chunk_list_key(job_id: str) -> str:
    """Where the distributed map reads the job's chunks."""
    return key(job_id, "chunks.json")


def put_chunks(job_id: str, chunks: Iterable[Chunk]) -> None:
    """Store the chunk list."""
    body = json.dumps([chunk.model_dump() for chunk in chunks], separators=(",", ":")).encode()
    blobs.write(settings().work_bucket, chunk_list_key(job_id), body, "application/json")


def ledger_name(chunk: int) -> str:
    """Name of a chunk's ledger."""
    return f"ledger/{chunk:08d}.jsonl"


def undo_name(chunk: int) -> str:
    """Name of the account of a chunk's undo."""
    return f"undo/{chunk:08d}.jsonl"


def put_report(job_id: str, path: str) -> None:
    """Store the job's report."""
    blobs.write_file(settings().work_bucket, key(job_id, "report.csv"), path, "text/csv; charset=utf-8")


def report_link(job_id: str) -> str | None:
    """A signed link to the report, or None where there is none yet."""
    report = key(job_id, "report.csv")
    if blobs.head(settings().work_bucket, report) is None:
        return None
    return blobs.signed_link(settings().work_bucket, report, download_name=f"job-{job_id}.csv")
