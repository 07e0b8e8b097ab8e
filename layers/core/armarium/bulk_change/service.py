"""What can be done with a change of many titles: try it, start it, carry it out step by step, take it back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from armarium.access import service as access
from armarium.access.errors import OtherLibraryError
from armarium.accounts.model import Principal
from armarium.bulk_change import choosing, faults, rules, store, undoing
from armarium.bulk_change.changing import Changing, tried
from armarium.bulk_change.errors import ChangeNotValidError, NothingChosenError
from armarium.bulk_change.model import JOINING, Change, Outcome, Preview, Result, Target, Undone
from armarium.configuration import service as configuration
from armarium.inventory import service as inventory
from armarium.inventory.model import Page
from armarium.jobs import service as jobs
from armarium.jobs.course import Course, begin
from armarium.jobs.model import Chunk, Job, JobKind, JobStatus
from armarium.platform import clock, ids
from armarium.platform.settings import settings

PROFILE = JobKind.BULK_CHANGE.value
"""What stands in the place of an import profile: the runs of all bulk changes are listed under it."""
_ALERTS = 50  # titles that an alert names; the report names all
_MOST_PREVIEWED = 50
_PROBLEMS = "problems.jsonl"


COURSE = Course(
    kind=JobKind.BULK_CHANGE,
    work="CHANGE",
    rest="change what is left",
    anew="start the change anew",
    launch=lambda name, work: store.start_execution(name, work),
    halt=store.stop_execution,
    look=store.execution_status,
)
fail, rerun, abort, undo, sweep = COURSE.fail, COURSE.rerun, COURSE.abort, COURSE.undo, COURSE.sweep


# Before it starts


def change_of(given: Mapping[str, Any]) -> Change:
    """A change out of what somebody sent. Raises :class:`ChangeNotValidError`, with each fault under its field."""
    try:
        return Change.model_validate(given)
    except ValidationError as error:
        raise ChangeNotValidError(faults.of(error)) from error


def preview(change: Change, principal: Principal, limit: int = 10, token: str | None = None) -> Preview:
    """A page of the chosen titles, each with what would be otherwise; nothing is written.

    Raises :class:`ChangeNotValidError`, SetNotFoundError, InvalidSearchError.
    """
    _require_theirs(change, principal)
    mms_ids, total, following = choosing.page(change.selection, min(max(limit, 1), _MOST_PREVIEWED), token)
    targets = [Target(ordinal=at, mms_id=mms_id) for at, mms_id in enumerate(mms_ids, 1)]
    return Preview(items=tuple(tried(change, targets, principal.libraries)), total=total, next_token=following)


def start(change: Change, principal: Principal, now: datetime, dry_run: bool = False, key: str = "") -> Job:
    """Start a job for a change; a dry run writes nothing and accounts for every title.

    Started twice with the same ``key`` it is one job. Raises :class:`ChangeNotValidError`,
    :class:`NothingChosenError`, SetNotFoundError, InvalidSearchError.
    """
    _require_theirs(change, principal)
    mms_ids, _, _ = choosing.page(change.selection, 1, None)
    if not mms_ids:
        raise NothingChosenError("No title is chosen: the set is empty, or the search finds nothing")
    salt = key or clock.stamp(now)
    job_id = ids.derived(
        ids.IdType.JOB, settings().id_suffix, change.model_dump_json(), principal.id, str(dry_run), salt
    )
    store.put_change(job_id, change)
    job, new = jobs.submit(
        Job(
            id=job_id,
            kind=JobKind.BULK_CHANGE,
            profile_id=PROFILE,
            name=change.name or "Bulk change",
            dry_run=dry_run,
            submitted_by=principal.name,
            libraries=principal.libraries,
            submitted_at=clock.stamp(now),
        )
    )
    return COURSE.start(job) if new or job.status is JobStatus.QUEUED else job


def _require_theirs(change: Change, principal: Principal) -> None:
    """Raises :class:`ChangeNotValidError` where titles are to be put into a collection that is not there.

    Raises OtherLibraryError where a collection, or the library that is to be set, is not the principal's;
    LibraryNotValidError for one that nobody has.
    """
    missing = change.collection_ids - inventory.existing_collections(change.collection_ids)
    if missing:
        raise ChangeNotValidError(
            [
                (f"operations.{at}.collection", f"there is no collection {each.collection}")
                for at, each in enumerate(change.operations)
                if isinstance(each, JOINING) and each.collection in missing
            ]
        )
    touched = change.touched_collection_ids
    access.require_collections(principal, *sorted(inventory.existing_collections(touched) if touched else ()))
    access.require_library(principal, *change.libraries)
    for library in change.libraries:
        configuration.require_library(library)


# Changing, step by step


def freeze(job_id: str, now: datetime) -> dict[str, Any]:
    """Write down which titles are chosen, before the first of them is changed; a later run believes that list.

    Answers what the workflow does next: ``verdict`` (CHANGE or NOTHING), and where the chunk list is.
    """
    job = begin(job_id, now)
    frozen = jobs.lines(job.id, "summary.json")
    seen = json.loads(frozen[0]) if frozen else _frozen(job)
    note = ("A dry run: nothing was written.",) if job.dry_run else ()
    jobs.change(job.id, lambda _: {"chunks": seen["chunks"], "expected": seen["titles"], "alerts": note})
    return {
        "verdict": "CHANGE" if seen["chunks"] else "NOTHING",
        "bucket": settings().work_bucket,
        "chunks": jobs.chunk_list_key(job.id),
    }


def _frozen(job: Job) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "titles.jsonl"
        chunks = choosing.freeze(store.change(job.id).selection, path)
        with path.open("rb") as listed:
            titles = sum(1 for _ in listed)
        store.put_targets(job.id, str(path))
    jobs.put_chunks(job.id, chunks)
    seen = {"chunks": len(chunks), "titles": titles}
    jobs.put_lines(job.id, "summary.json", [json.dumps(seen)])
    return seen


def change_titles(job_id: str, chunk: Chunk, now: datetime) -> None:
    """Change the titles of one chunk, and write its ledger; where one is there, only what failed is tried again."""
    job = jobs.get_job(job_id, counted=False)
    change, targets = store.change(job.id), store.targets(job.id, chunk)
    ledger = store.ledger(job.id, chunk.number) or ()
    settled = {each.ordinal: each for each in ledger if each.result is not Result.FAILED}
    left = [target for target in targets if target.ordinal not in settled]
    if left:
        found = (
            tried(change, left, job.libraries) if job.dry_run else Changing(job, change, chunk.number, now).run(left)
        )
        settled |= {each.ordinal: each for each in found}
        store.put_ledger(job.id, chunk.number, (settled[target.ordinal] for target in targets))
    jobs.record_chunk(job.id, jobs.LOAD, chunk.number, rules.counters_of(settled.values()))


def settle(job_id: str, now: datetime) -> Job:
    """Add the account up: counters, report, titles that were not changed, and the status that follows."""
    job = jobs.get_job(job_id)
    counters, done = jobs.sum_of_chunks(job_id)
    lost = max(job.expected - counters.accounted, 0)
    counters = counters.model_copy(update={"read": job.expected, "failed": counters.failed + lost})
    _write_report(job)
    told = [f"{lost} titles have no outcome because a step died: run the job again."] if lost else []
    ended = {
        "status": rules.status_of(counters),
        "counters": counters,
        "chunks_done": done,
        "ended_at": clock.stamp(now),
    }
    return jobs.change(
        job_id,
        lambda current: {} if current.status.has_ended else ended | {"alerts": (*current.alerts, *told)},
    )


def _write_report(job: Job, undone: Mapping[int, Undone] = MappingProxyType({})) -> None:
    from armarium.bulk_change.report import Report

    with tempfile.TemporaryDirectory() as scratch:
        path, problems = Path(scratch) / "report.csv", Path(scratch) / _PROBLEMS
        with Report(path) as report, problems.open("w", encoding="utf-8") as rows:
            for chunk in range(1, job.chunks + 1):
                for outcome in store.ledger(job.id, chunk) or ():
                    report.add(outcome, undone.get(outcome.ordinal))
                    if outcome.result is not Result.UPDATED:
                        rows.write(outcome.model_dump_json(exclude_defaults=True) + "\n")
        jobs.put_report(job.id, str(path))
        jobs.put_file(job.id, _PROBLEMS, str(problems))


# Whose a job is


def require_keeper(principal: Principal, job_id: str) -> None:
    """Raises OtherLibraryError where the job was started for libraries that are not all the principal's."""
    started_for = jobs.get_job(job_id, counted=False).libraries
    if principal.libraries and not (started_for and started_for <= principal.libraries):
        raise OtherLibraryError(principal.libraries, ", ".join(sorted(started_for)) or "of the whole institution")


# Taking back, step by step


def prepare_undo(job_id: str) -> dict[str, Any]:
    """Name the chunks to take back."""
    job = jobs.get_job(job_id)
    return {
        "bucket": settings().work_bucket,
        "chunks": jobs.chunk_list_key(job.id),
        "verdict": "UNDO" if job.chunks else "NOTHING",
    }


def take_back(job_id: str, chunk: Chunk, now: datetime) -> None:
    """Take back what was changed in one chunk. A chunk that is taken back already is left alone."""
    job = jobs.get_job(job_id)
    undone = store.undone(job.id, chunk.number)
    if undone is None:
        traces, _ = store.traces(job.id, chunk.number)
        undone = undoing.take_back(job, traces, chunk.number, now)
        store.put_undone(job.id, chunk.number, undone)
    back = sum(not each.reasons for each in undone)
    jobs.record_chunk(job.id, jobs.UNDO, chunk.number, {"updated": back, "skipped": len(undone) - back})


def settle_undo(job_id: str, by: str, now: datetime) -> Job:
    """Say what was taken back and what could not be, and why; the report says it of every title."""
    job = jobs.get_job(job_id)
    counters, _ = jobs.sum_of_chunks(job_id, jobs.UNDO)
    undone = {each.ordinal: each for n in range(1, job.chunks + 1) for each in store.undone(job.id, n) or ()}
    _write_report(job, undone)
    kept = [each for each in undone.values() if each.reasons]
    back, stay = counters.updated, counters.skipped
    told = [
        f"Taken back by {by}: {back} titles; {stay} stay, wholly or in part.",
        *(f"Title {each.mms_id} stays: {' '.join(each.reasons)}" for each in kept[:_ALERTS]),
    ]
    if len(kept) > _ALERTS:
        told.append(f"… and {len(kept) - _ALERTS} more: the report lists them.")
    ended = {
        "undo_running": False,
        "undone_at": clock.stamp(now),
        "undo_counts": {"taken_back": back, "kept": stay},
    }
    return jobs.change(
        job_id, lambda current: {} if current.undone_at else ended | {"alerts": (*current.alerts, *told)}
    )


# Looking at a job


def change_of_job(job_id: str) -> Change:
    """What a job does. Raises JobNotFoundError."""
    return store.change(jobs.get_job(job_id, counted=False).id)


def problem_rows(job_id: str, limit: int = 50, token: str | None = None) -> Page[Outcome]:
    """A page of the titles that were not changed, and why."""
    lines, following = jobs.page_of_lines(job_id, _PROBLEMS, limit, jobs.position(token))
    items = tuple(map(Outcome.model_validate_json, lines))
    return Page[Outcome](items=items, next_token=None if following is None else str(following))
