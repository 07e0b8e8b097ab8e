"""Jobs: how far they are, what became of each row, and what staff can do to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from armarium.access import service as access
from armarium.bulk_change import service as bulk_change
from armarium.ingest import service as ingest
from armarium.jobs import service as jobs_service
from armarium.jobs.model import Counters, Job, JobKind, JobStatus
from armarium.platform.errors import NotFoundError
from functions.web.exchange import Request, Response, redirect
from functions.web.language import Words
from functions.web.rendering import page
from functions.web.routing import CATALOGUERS, STAFF, get, post

OUTCOMES = ("created", "updated", "unchanged", "skipped", "rejected", "manual", "failed")
OUTCOMES_OF_CHANGES = ("updated", "unchanged", "skipped", "rejected", "failed")
FILE_COUNTS = ("files", "unmatched_files", "missing_files")
_JOBS_A_PAGE = 25
_ROWS_A_PAGE = 50
_UNMATCHED_SHOWN = 200


@dataclass(frozen=True)
class Step:
    """Something staff can do to a job; ``possible`` says when."""

    take: Callable[..., Job]
    possible: Callable[[Job], bool]


def _can_undo(job: Job) -> bool:
    changed = job.counters.created + job.counters.updated
    return job.status.has_ended and not job.dry_run and not job.undo_running and not job.undone_at and changed > 0


def _can_rerun(job: Job) -> bool:
    complete = job.status is JobStatus.COMPLETED_SUCCESS
    return job.status.has_ended and not complete and not job.undo_running and not job.undone_at


def _can_undo_changes(job: Job) -> bool:
    """Also of a job that was stopped: a chunk that died may have changed titles that nobody counted."""
    counted = job.counters.updated > 0 or job.status in (JobStatus.USER_ABORTED, JobStatus.SYSTEM_ABORTED)
    return job.status.has_ended and not job.dry_run and not job.undo_running and not job.undone_at and counted


STEPS = {
    "abort": Step(ingest.abort, lambda job: not job.status.has_ended),
    "rerun": Step(ingest.rerun, _can_rerun),
    "undo": Step(ingest.undo, _can_undo),
}
STEPS_OF_CHANGES = {
    "abort": replace(STEPS["abort"], take=bulk_change.abort),
    "rerun": replace(STEPS["rerun"], take=bulk_change.rerun),
    "undo": Step(bulk_change.undo, _can_undo_changes),
}


def jobs(request: Request) -> Response:
    """A page of jobs, the newest first; only its rows for htmx."""
    found = jobs_service.list_jobs(limit=_JOBS_A_PAGE, token=request.query.get("page"))
    template = "staff/_job_rows.html" if request.is_fragment else "staff/jobs.html"
    names = {profile.id: profile.name for profile in ingest.list_profiles()}
    names[bulk_change.PROFILE] = Words(request.language)("change.profile")
    working = any(_is_working(job) for job in found.items)
    return page(request, template, jobs=found.items, next_token=found.next_token, profiles=names, working=working)


def job(request: Request, job_id: str) -> Response:
    """One job: how far it is, what became of each row, what can be done. For htmx only how far it is."""
    found = jobs_service.get_job(job_id)
    if request.is_fragment:
        return _progress(request, found)
    if found.kind is JobKind.BULK_CHANGE:
        return _job_of_changes(request, found)
    return page(
        request,
        "staff/job.html",
        **_about(found),
        findings=ingest.findings(job_id, limit=_ROWS_A_PAGE, token=request.query.get("findings")),
        rows=ingest.problem_rows(job_id, limit=_ROWS_A_PAGE, token=request.query.get("rows")),
        unmatched=ingest.unmatched_files(job_id, limit=_UNMATCHED_SHOWN) if found.counters.unmatched_files else (),
        steps=_steps(request, found),
    )


def _job_of_changes(request: Request, found: Job) -> Response:
    change = bulk_change.change_of_job(found.id)
    return page(
        request,
        "staff/job_of_changes.html",
        **_about(found),
        rows=bulk_change.problem_rows(found.id, limit=_ROWS_A_PAGE, token=request.query.get("rows")),
        steps=_steps(request, found),
        selection=change.selection,
        operations=[
            (each.op, each.model_dump(mode="json", exclude={"op"}, exclude_defaults=True)) for each in change.operations
        ],
    )


def _said(operation: BaseModel) -> dict[str, Any]:
    """The fields of an operation that say something."""
    return operation.model_dump(mode="json", exclude={"op"}, exclude_defaults=True)


def confirm(request: Request, job_id: str, step: str) -> Response:
    """Ask once more before a step is taken."""
    found = jobs_service.get_job(job_id)
    possible = _step(step, found).possible(found)
    status = 200 if possible else 409
    words = _words(found)
    return page(request, "staff/confirm.html", status=status, job=found, step=step, possible=possible, words=words)


def take_step(request: Request, job_id: str, step: str) -> Response:
    """Take a step. Raises what the step raises: a job may have gone on since the page was made."""
    found = jobs_service.get_job(job_id, counted=False)
    if found.kind is JobKind.BULK_CHANGE:
        bulk_change.require_keeper(request.principal, job_id)
    elif request.principal.libraries:
        access.require_library(request.principal, ingest.get_profile(found.profile_id).library)
    _step(step, found).take(job_id, request.principal.name, request.now)
    return redirect(f"/staff/jobs/{job_id}")


def report(request: Request, job_id: str) -> Response:
    """The report with every row's outcome, in CSV."""
    return redirect(jobs_service.report_link(job_id), 302)


def _progress(request: Request, job: Job) -> Response:
    answer = page(request, "staff/_job_progress.html", **_about(job))
    if not _is_working(job):  # findings, rows and buttons are other than they were
        answer.headers["HX-Refresh"] = "true"
    return answer


def _about(job: Job) -> dict[str, Any]:
    names = OUTCOMES_OF_CHANGES if job.kind is JobKind.BULK_CHANGE else OUTCOMES
    return {
        "job": job,
        "working": _is_working(job),
        "words": _words(job),
        "outcomes": [(name, getattr(job.counters, name)) for name in names],
        "file_counts": [(name, getattr(job.counters, name)) for name in FILE_COUNTS],
        "awaited": _awaited(job.counters, job),
    }


def _awaited(counters: Counters, job: Job) -> int:
    """Input rows without an outcome: still to come, or, after the end, lost."""
    return max(job.expected, counters.read) - counters.accounted


def _is_working(job: Job) -> bool:
    return not job.status.has_ended or job.undo_running


def _steps(request: Request, job: Job) -> list[str]:
    if request.principal not in CATALOGUERS:
        return []
    return [name for name, step in _steps_of(job).items() if step.possible(job)]


def _step(name: str, job: Job) -> Step:
    if name not in _steps_of(job):
        raise NotFoundError("There is no such page.")
    return _steps_of(job)[name]


def _steps_of(job: Job) -> dict[str, Step]:
    return STEPS_OF_CHANGES if job.kind is JobKind.BULK_CHANGE else STEPS


def _words(job: Job) -> str:
    """Where the words stand that are said of this kind of job: the catalogues' keys begin so."""
    return "change." if job.kind is JobKind.BULK_CHANGE else ""


ROUTES = (
    get("/staff/jobs", jobs, STAFF),
    get("/staff/jobs/{job_id}", job, STAFF),
    get("/staff/jobs/{job_id}/report", report, STAFF),
    get("/staff/jobs/{job_id}/{step}", confirm, CATALOGUERS),
    post("/staff/jobs/{job_id}/{step}", take_step, CATALOGUERS),
)
