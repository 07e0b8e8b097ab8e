"""What can be done with jobs, of whichever kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from armarium.inventory.model import Page
from armarium.jobs import papers, store
from armarium.jobs.errors import JobNotFoundError, JobStateError
from armarium.jobs.model import Counters, Job
from armarium.platform import clock
from armarium.platform.errors import InvalidInputError

LOAD = "CHUNK"
UNDO = "UNDO"
_MONTHS_BACK = 24  # an empty stretch longer than this ends the list
_ATTEMPTS = 8


def submit(job: Job) -> tuple[Job, bool]:
    """Store a new job; answers the stored one and whether it is new. The same job submitted twice is one job."""
    new = store.insert(job)
    return (job, True) if new else (get_job(job.id), False)


def get_job(job_id: str, counted: bool = True) -> Job:
    """A job with its counters and progress as of now, unless they are not wanted. Raises :class:`JobNotFoundError`."""
    job = _stored(job_id)[0]
    if job.status.has_ended or not counted:
        return job
    done = store.chunks(job_id, LOAD)
    return job.model_copy(update={"chunks_done": len(done), "counters": _sum(job.counters, done)})


def change(job_id: str, edit: Callable[[Job], dict[str, Any]]) -> Job:
    """Change a job: ``edit`` is told the job as it stands and answers the fields to change (it may be asked again).

    Raises what ``edit`` raises, and :class:`JobStateError` when others keep changing the job.
    """
    for _ in range(_ATTEMPTS):
        job, version = _stored(job_id)
        changed = job.model_copy(update=edit(job))
        active = not changed.status.has_ended or changed.undo_running
        if changed == job or store.replace(changed, version, active):
            return changed
    raise JobStateError(f"Job {job_id} is being changed by others: try again")


def record_chunk(job_id: str, work: str, chunk: int, counters: Counters | dict[str, int]) -> None:
    """Keep what one chunk came to."""
    store.put_chunk(job_id, work, chunk, counters)


def sum_of_chunks(job_id: str, work: str = LOAD) -> tuple[Counters, int]:
    """What all chunks that are done came to, and how many they are."""
    done = store.chunks(job_id, work)
    return _sum(Counters(), done), len(done)


def active_jobs() -> tuple[str, ...]:
    """The ids of the jobs that have not ended."""
    return tuple(store.active())


def list_jobs(limit: int = 25, token: str | None = None) -> Page[Job]:
    """A page of all jobs, newest first. ``token`` is where the last page ended."""
    month, before = (token[:7], token) if token else (clock.stamp(clock.now())[:7], None)
    if not _is_month(month):
        raise InvalidInputError("The token of the next page is damaged: begin again at the first page")
    found: list[Job] = []
    for _ in range(_MONTHS_BACK):
        found += store.in_month(month, limit + 1 - len(found), before)
        if len(found) > limit:
            last = found[limit - 1]
            return Page[Job](items=tuple(found[:limit]), next_token=f"{last.submitted_at}#{last.id}")
        month, before = _month_before(month), None
    return Page[Job](items=tuple(found))


def list_runs(profile_id: str, limit: int = 25, token: str | None = None, offset: int = 0) -> Page[Job]:
    """A page of one profile's runs, newest first, from a token or after the first ``offset``."""
    items, following = store.of_profile(profile_id, limit + offset, token)
    return Page[Job](items=tuple(items[offset:]), next_token=following)


# What a job reads and leaves in the work bucket

paper_key = papers.key
put_lines = papers.put_lines
put_file = papers.put_file
lines = papers.lines
lines_of = papers.lines_of
page_of_lines = papers.page_of_lines
position = papers.position
put_chunks = papers.put_chunks
chunk_list_key = papers.chunk_list_key
ledger_name = papers.ledger_name
undo_name = papers.undo_name
put_report = papers.put_report


def report_link(job_id: str) -> str:
    """A signed link to a job's report in CSV. Raises :class:`JobNotFoundError`; JobStateError while there is none."""
    get_job(job_id, counted=False)
    link = papers.report_link(job_id)
    if link is None:
        raise JobStateError(f"Job {job_id} has no report yet: wait until it has ended")
    return link


def _stored(job_id: str) -> tuple[Job, int]:
    found = store.get(job_id)
    if found is None:
        raise JobNotFoundError(f"There is no job {job_id}")
    return found


def _sum(base: Counters, parts: list[Counters]) -> Counters:
    total = base.model_dump()
    for part in parts:
        for name, value in part.model_dump().items():
            total[name] = total.get(name, 0) + value
    return Counters(**total)


def _is_month(text: str) -> bool:
    return len(text) == 7 and text[:4].isdigit() and text[4] == "-" and text[5:].isdigit()


def _month_before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"
