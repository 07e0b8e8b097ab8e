"""Where jobs are kept: the workflow table. Each chunk counts for itself: no two steps write one item."""

from __future__ import annotations

from armarium.jobs.model import Counters, Job
from armarium.platform import tables
from armarium.platform.items import WorkflowItem

_ACTIVE = "ACTIVE_JOBS"  # as many as run at one time, not as many as there ever were


def _item(job: Job, version: int) -> WorkflowItem:
    order = f"{job.submitted_at}#{job.id}"
    return WorkflowItem(
        f"JOB#{job.id}",
        "JOB",
        body=job.model_dump_json(),
        version=version,
        month_pk=f"JOBS#{job.submitted_at[:7]}",
        month_sk=order,
        profile_pk=f"PROFILE#{job.profile_id}",
        profile_sk=order,
    )


def insert(job: Job) -> bool:
    """Store a new job and mark it active; False where it is there already."""
    absent = WorkflowItem.pk.does_not_exist()
    try:
        tables.transact([tables.Put(_item(job, 1), absent), tables.Put(WorkflowItem(_ACTIVE, job.id))])
    except tables.ConditionFailedError:
        return False
    return True


def get(job_id: str) -> tuple[Job, int] | None:
    """A job and its version."""
    try:
        item = WorkflowItem.get(f"JOB#{job_id}", "JOB", consistent_read=True)
    except WorkflowItem.DoesNotExist:
        return None
    return Job.model_validate_json(item.body or "{}"), int(item.version or 1)


def replace(job: Job, version: int, active: bool) -> bool:
    """Store a job in the place of ``version``, and mark or unmark it for the sweep: both or neither.

    False where somebody else was faster.
    """
    mark = WorkflowItem(_ACTIVE, job.id)
    marking: tables.Write = tables.Put(mark) if active else tables.Delete(mark)
    try:
        tables.transact([tables.Put(_item(job, version + 1), WorkflowItem.version == version), marking])
    except tables.ConditionFailedError:
        return False
    return True


def active() -> list[str]:
    """The jobs that have not ended."""
    return [item.sk for item in WorkflowItem.query(_ACTIVE, consistent_read=True)]


def put_chunk(job_id: str, work: str, chunk: int, counters: Counters | dict[str, int]) -> None:
    """What one chunk of a job came to; writing it again changes nothing."""
    body = (Counters(**counters) if isinstance(counters, dict) else counters).model_dump_json()
    WorkflowItem(f"JOB#{job_id}", f"{work}#{chunk:08d}", body=body).save()


def chunks(job_id: str, work: str) -> list[Counters]:
    """What the chunks that are done came to: one query, 1 MB a request."""
    found = WorkflowItem.query(f"JOB#{job_id}", WorkflowItem.sk.startswith(f"{work}#"), consistent_read=True)
    return [Counters.model_validate_json(item.body or "{}") for item in found]


def in_month(month: str, limit: int, before: str | None) -> list[Job]:
    """Jobs submitted in a month (``2026-11``), newest first, from ``before`` on."""
    condition = WorkflowItem.month_sk < before if before else None
    found = WorkflowItem.by_month.query(f"JOBS#{month}", condition, scan_index_forward=False, limit=limit)
    return [Job.model_validate_json(item.body or "{}") for item in found]


def of_profile(profile_id: str, limit: int, token: str | None) -> tuple[list[Job], str | None]:
    """A page of a profile's runs, newest first."""
    index, key = WorkflowItem.by_profile, f"PROFILE#{profile_id}"
    found, following = tables.page(index, key, None, limit, token, scan_index_forward=False)
    return [Job.model_validate_json(item.body or "{}") for item in found], following
