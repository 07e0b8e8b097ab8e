"""What can be done with import profiles, drop folders and their jobs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from armarium.ingest import profiles, staging, store, undoing
from armarium.ingest.errors import DropFolderError
from armarium.ingest.loading import Loading
from armarium.ingest.model import Finding, ImportProfile, Mode, Outcome, Result, Undone
from armarium.ingest.rules import LOCK, counters_of, is_metadata_file, parse_key, summary, verdict
from armarium.inventory.model import Page
from armarium.jobs import service as jobs
from armarium.jobs.course import Course, begin
from armarium.jobs.model import Chunk, Job, JobKind, JobStatus
from armarium.platform import clock, ids
from armarium.platform.observability import logger
from armarium.platform.settings import settings

_ALERTS = 50  # titles that an alert names; the report names all
_PROBLEMS = (Result.REJECTED, Result.MANUAL, Result.FAILED)


# Import profiles


list_profiles = profiles.list_profiles
get_profile = profiles.get_profile
save_profile = profiles.save_profile


# The course of a job


COURSE = Course(
    kind=JobKind.BULK_INGEST,
    work="LOAD",
    rest="load what is left",
    anew="its files are in the drop folder again, submit that",
    launch=lambda name, work: store.start_execution(name, work),
    halt=store.stop_execution,
    look=store.execution_status,
)
fail, rerun, abort, undo, sweep = COURSE.fail, COURSE.rerun, COURSE.abort, COURSE.undo, COURSE.sweep


# The door


def notice(keys: Iterable[str], now: datetime) -> tuple[Job, ...]:
    """Something came to, or went from, the upload bucket: submit the drop folders that are complete now.

    A folder is complete when its metadata file is there and ``.lock`` is not, whichever happened last. Told twice,
    it starts once.
    """
    folders: dict[tuple[str, str], set[str]] = {}
    for key in keys:
        place = parse_key(settings().institution, key)
        if place is not None and "/" not in place.path:
            folders.setdefault((place.profile_id, place.folder), set()).add(place.path)
    started = []
    for (profile_id, folder), paths in folders.items():
        profile = store.profile(profile_id)
        if profile is None or not profile.active:
            logger().warning(
                "drop folder of an import profile that is unknown or switched off",
                extra={"profile": profile_id, "folder": folder},
            )
            continue
        if LOCK in paths or any(is_metadata_file(profile, path) for path in paths):
            started += _submit_ready(profile, folder, now)
    return tuple(started)


def submit(
    profile_id: str,
    folder: str,
    by: str,
    now: datetime,
    dry_run: bool = False,
    libraries: frozenset[str] = frozenset(),
) -> tuple[Job, ...]:
    """Start a job for each metadata file in a drop folder, as staff ask for it; a dry run writes nothing.

    Where the staff are of some ``libraries``, rows that would change what is another's are rejected.

    Raises :class:`ProfileNotFoundError`; :class:`DropFolderError` when the folder is locked or has no metadata file.
    """
    profile = get_profile(profile_id)
    if not profile.active:
        raise DropFolderError(f"Import profile {profile_id} is switched off: switch it on, then load the folder")
    if not folder or "/" in folder.strip("/") or ".." in folder:
        raise DropFolderError("Give the name of one folder under the profile's upload prefix")
    prefix = store.folder_of(profile_id, folder.strip("/"))
    if not dry_run and store.folder_entry(prefix + LOCK) is not None:
        raise DropFolderError(f"{prefix} is locked: remove {LOCK} when the folder is complete, or ask for a dry run")
    started = _submit_all(profile, folder.strip("/"), by, now, dry_run, [clock.stamp(now)], libraries)
    if not started:
        raise DropFolderError(f"There is no {profile.metadata_file} in {prefix}: drop the metadata file first")
    return tuple(started)


def _submit_ready(profile: ImportProfile, folder: str, now: datetime) -> list[Job]:
    locked = store.folder_entry(store.folder_of(profile.id, folder) + LOCK) is not None
    return [] if locked else _submit_all(profile, folder, "System", now, dry_run=False, salt=[])


def _submit_all(
    profile: ImportProfile,
    folder: str,
    by: str,
    now: datetime,
    dry_run: bool,
    salt: list[str],
    libraries: frozenset[str] = frozenset(),
) -> list[Job]:
    """A job for each metadata file. Without ``salt``, one that was dropped once is the same job for ever."""
    prefix = store.folder_of(profile.id, folder)
    started = []
    for blob in store.top_of_folder(prefix):
        name = blob.key.removeprefix(prefix)
        if not is_metadata_file(profile, name):
            continue
        job_id = ids.derived(ids.IdType.JOB, settings().id_suffix, blob.key, blob.etag, blob.last_modified, *salt)
        job, new = jobs.submit(
            Job(
                id=job_id,
                profile_id=profile.id,
                profile_version=profile.version,
                name=f"{profile.name}: {folder}",
                folder=prefix,
                metadata_key=blob.key,
                dry_run=dry_run,
                submitted_by=by,
                libraries=libraries,
                submitted_at=clock.stamp(now),
            )
        )
        if new or job.status is JobStatus.QUEUED:
            started.append(COURSE.start(job))
    return started


# Loading, step by step


def check(job_id: str, now: datetime) -> dict[str, Any]:
    """Read the whole input once, before anything is written: stage its records, list what is wrong, cut it into chunks.

    Answers what the workflow does next: ``verdict`` (LOAD or NOTHING), ``mode``, and where the chunk list is.
    """
    job = begin(job_id, now)
    profile = profiles.profile_of(job)
    name = job.metadata_key.removeprefix(job.folder)
    store.keep_input(job.id, job.metadata_key, name)
    staged = store.lines(job.id, "summary.json")
    if staged is None or not store.is_staged(job.id):
        staged = [json.dumps(staging.stage(job, profile, name))]
        store.put_lines(job.id, "summary.json", staged)
    seen = json.loads(staged[0])
    mode, alerts = verdict(profile, job.dry_run, seen)
    fields = {
        "chunks": seen["chunks"],
        "expected": seen["rows"],
        "errors": seen["errors"],
        "warnings": seen["warnings"],
        "alerts": alerts,
    }
    jobs.change(job.id, lambda _: fields)
    return {
        "verdict": "LOAD" if seen["chunks"] else "NOTHING",
        "mode": mode,
        "bucket": settings().work_bucket,
        "chunks": store.chunk_list_key(job.id),
    }


def load(job_id: str, chunk: Chunk, mode: Mode, now: datetime) -> None:
    """Load one chunk and write its ledger. Where a ledger is there already, only what failed before is tried again."""
    from armarium.ingest import reading

    job = jobs.get_job(job_id, counted=False)
    settled = {
        each.ordinal: each for each in store.outcomes(job.id, chunk.number) or () if each.result is not Result.FAILED
    }
    records = [reading.from_line(line) for line in store.staged(job.id, chunk.start, chunk.length).splitlines()]
    left = [record for record in records if record.ordinal not in settled]
    if left:
        loading = Loading(job, profiles.profile_of(job), mode, now, chunk.number)
        settled |= {each.ordinal: each for each in loading.load(left)}
        lines = (settled[record.ordinal].model_dump_json(exclude_defaults=True) for record in records)
        store.put_lines(job.id, store.ledger_name(chunk.number), lines)
    jobs.record_chunk(job.id, jobs.LOAD, chunk.number, counters_of(settled.values()))
    store.remove_dropped([job.folder + path for each in settled.values() for path in each.taken])


def settle(job_id: str, now: datetime) -> Job:
    """Add the account up: counters, report, rows with problems, and the status that follows."""
    job = jobs.get_job(job_id)
    seen = json.loads((store.lines(job.id, "summary.json") or ["{}"])[0])
    counters, done = jobs.sum_of_chunks(job.id)
    lost = max(seen.get("rows", 0) - counters.accounted, 0)
    counters = counters.model_copy(
        update={
            "read": seen.get("rows", 0),
            "failed": counters.failed + lost,
            "unmatched_files": seen.get("unmatched_files", 0),
        }
    )
    _write_report(job)
    if not job.dry_run and not counters.failed:
        store.remove_dropped([job.metadata_key])
    status, alerts = summary(job, counters, seen, lost)
    return jobs.change(
        job.id,
        lambda current: (
            {}
            if current.status.has_ended
            else {
                "status": status,
                "counters": counters,
                "chunks_done": done,
                "ended_at": clock.stamp(now),
                "alerts": alerts,
            }
        ),
    )


def _write_report(job: Job, undone: Mapping[int, Undone] = MappingProxyType({})) -> None:
    from armarium.ingest.report import Report

    unmatched = store.lines(job.id, "unmatched.txt") or []
    with tempfile.TemporaryDirectory() as scratch:
        path, problems = Path(scratch) / "report.csv", []
        with Report(path) as report:
            for chunk in range(1, job.chunks + 1):
                for outcome in store.outcomes(job.id, chunk) or ():
                    report.add(outcome, undone.get(outcome.ordinal))
                    if outcome.result in _PROBLEMS:
                        problems.append(outcome.model_dump_json(exclude_defaults=True))
            report.unmatched(unmatched)
        store.put_report(job.id, str(path))
    store.put_lines(job.id, "problems.jsonl", problems)


# Taking back, step by step


def prepare_undo(job_id: str) -> dict[str, Any]:
    """Lock the drop folder, into which the files go back, and name the chunks to take back."""
    job = jobs.get_job(job_id)
    store.put_marker(job.folder + LOCK)
    return {
        "bucket": settings().work_bucket,
        "chunks": store.chunk_list_key(job.id),
        "verdict": "UNDO" if job.chunks else "NOTHING",
    }


def take_back(job_id: str, chunk: Chunk, by: str, now: datetime) -> None:
    """Take back what one chunk created. A chunk that is taken back already is left alone."""
    job = jobs.get_job(job_id)
    lines = store.lines(job.id, store.undo_name(chunk.number))
    if lines is None:
        made = [
            each
            for each in store.outcomes(job.id, chunk.number) or ()
            if each.result is Result.CREATED or each.created_representations
        ]
        undone = [undoing.take_back(job, outcome, by, now) for outcome in made]
        lines = [each.model_dump_json(exclude_none=True) for each in undone]
        store.put_lines(job.id, store.undo_name(chunk.number), lines)
    results = [Undone.model_validate_json(line) for line in lines]
    taken_back = sum(each.reason is None for each in results)
    jobs.record_chunk(job.id, jobs.UNDO, chunk.number, {"created": taken_back, "skipped": len(results) - taken_back})


def settle_undo(job_id: str, by: str, now: datetime) -> Job:
    """Say what was taken back and what could not be, and why; the report says it of every record."""
    job = jobs.get_job(job_id)
    counters, _ = jobs.sum_of_chunks(job_id, jobs.UNDO)
    undone = {each.ordinal: each for each in map(Undone.model_validate_json, _undo_lines(job))}
    _write_report(job, undone)
    kept = [each for each in undone.values() if each.reason]
    gone, stay, updated = counters.created, counters.skipped, job.counters.updated
    told = [
        f"Taken back by {by}: {gone} titles or representations; {stay} stay because somebody changed them since.",
        *(f"Bib {each.mms_id} stays: {each.reason}" for each in kept[:_ALERTS]),
    ]
    if len(kept) > _ALERTS:
        told.append(f"… and {len(kept) - _ALERTS} more: the report lists them.")
    if updated:
        told.append(f"Undo takes back what was created; {updated} rows that changed existing titles stay as they are.")
    return jobs.change(
        job_id,
        lambda current: (
            {}
            if current.undone_at
            else {
                "undo_running": False,
                "undone_at": clock.stamp(now),
                "undo_counts": {"taken_back": gone, "kept": stay},
                "alerts": (*current.alerts, *told),
            }
        ),
    )


def _undo_lines(job: Job) -> list[str]:
    return [line for chunk in range(1, job.chunks + 1) for line in store.lines(job.id, store.undo_name(chunk)) or ()]


# Looking at a job


def findings(job_id: str, limit: int = 50, token: str | None = None) -> Page[Finding]:
    """A page of what the check found wrong."""
    items, following = store.findings(job_id, limit, jobs.position(token))
    return Page[Finding](items=tuple(items), next_token=None if following is None else str(following))


def problem_rows(job_id: str, limit: int = 50, token: str | None = None) -> Page[Outcome]:
    """A page of the records that were not loaded, and why."""
    items, following = store.problems(job_id, limit, jobs.position(token))
    return Page[Outcome](items=tuple(items), next_token=None if following is None else str(following))


def unmatched_files(job_id: str, limit: int = 200) -> tuple[str, ...]:
    """The first files of the drop folder that no record named."""
    return tuple(store.page_of_lines(job_id, "unmatched.txt", limit, 0)[0])
