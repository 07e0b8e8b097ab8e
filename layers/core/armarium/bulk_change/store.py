"""Where changes, the lists of their titles, ledgers and traces are kept: the work bucket, under ``jobs/<job>/``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from armarium.bulk_change.model import Change, Outcome, Target, Trace, Undone
from armarium.jobs import service as jobs
from armarium.jobs.model import Chunk
from armarium.platform import blobs, workflows
from armarium.platform.settings import settings

_TARGETS = "titles.jsonl"


def put_change(job_id: str, change: Change) -> None:
    """Store what a job is to do."""
    jobs.put_lines(job_id, "change.json", [change.model_dump_json()])


def change(job_id: str) -> Change:
    """What a job is to do."""
    return Change.model_validate_json("".join(jobs.lines(job_id, "change.json") or ()))


def put_targets(job_id: str, path: str) -> None:
    """Store the list of titles: one JSON line each."""
    jobs.put_file(job_id, _TARGETS, path)


def targets(job_id: str, chunk: Chunk) -> list[Target]:
    """The titles of one chunk."""
    return [Target.model_validate_json(line) for line in jobs.lines_of(job_id, _TARGETS, chunk)]


def ledger(job_id: str, chunk: int) -> list[Outcome] | None:
    """The ledger of a chunk, or None where it is not written yet."""
    found = jobs.lines(job_id, jobs.ledger_name(chunk))
    return None if found is None else [Outcome.model_validate_json(line) for line in found]


def put_ledger(job_id: str, chunk: int, outcomes: Iterable[Outcome]) -> None:
    """Store the ledger of a chunk."""
    lines = (each.model_dump_json(exclude_defaults=True) for each in outcomes)
    jobs.put_lines(job_id, jobs.ledger_name(chunk), lines)


def _traces_key(job_id: str, chunk: int) -> str:
    return jobs.paper_key(job_id, f"before/{chunk:08d}.jsonl")


def traces(job_id: str, chunk: int) -> tuple[list[Trace], str | None]:
    """What the titles of a chunk had before, and the ETag of the list: None where there is none yet."""
    found = blobs.read_changed(settings().work_bucket, _traces_key(job_id, chunk), None)
    content, etag = found or (b"", None)
    return [Trace.model_validate_json(line) for line in content.decode().splitlines()], etag


def put_traces(job_id: str, chunk: int, found: Iterable[Trace], etag: str | None) -> str:
    """Store what the titles of a chunk had, in the place of the list with this ETag (None: of none)."""
    body = "".join(each.model_dump_json(exclude_defaults=True) + "\n" for each in found).encode()
    return blobs.swap(settings().work_bucket, _traces_key(job_id, chunk), body, etag)


def undone(job_id: str, chunk: int) -> list[Undone] | None:
    """The account of a chunk's undo, or None where it is not written yet."""
    found = jobs.lines(job_id, jobs.undo_name(chunk))
    return None if found is None else [Undone.model_validate_json(line) for line in found]


def put_undone(job_id: str, chunk: int, found: Iterable[Undone]) -> None:
    """Store the account of a chunk's undo."""
    jobs.put_lines(job_id, jobs.undo_name(chunk), (each.model_dump_json(exclude_defaults=True) for each in found))


# The workflow


def start_execution(name: str, work: dict[str, Any]) -> str:
    """Start the workflow of bulk changes under a name; the same name twice is one execution. Answers its ARN."""
    return workflows.start(settings().bulk_change_state_machine, name, work)


stop_execution = workflows.stop
execution_status = workflows.status
