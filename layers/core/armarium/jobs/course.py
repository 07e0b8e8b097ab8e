"""The course of a job that a workflow carries out, whatever it does: started, stopped, run again, taken back, swept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from armarium.jobs import service as jobs
from armarium.jobs.errors import JobStateError
from armarium.jobs.model import Counters, Job, JobKind, JobStatus
from armarium.platform import clock

_DEAD = ("FAILED", "TIMED_OUT", "ABORTED")


@dataclass(frozen=True)
class Course:
    """What the jobs of one kind have of their own: their workflow, and the words that staff read."""

    kind: JobKind
    work: str  # what the workflow is asked to do: LOAD, CHANGE; taking back is UNDO
    rest: str  # what a re-run does: "load what is left"
    anew: str  # what to do about a job that was taken back: "start the change anew"
    launch: Callable[[str, dict[str, Any]], str]  # an execution under a name; the same name twice is one
    halt: Callable[[str, str], None]
    look: Callable[[str], str | None]  # how an execution is; None where there is none

    def start(self, job: Job) -> Job:
        """Start the job's execution; its name holds the run, so that the same run starts once."""
        arn = self.launch(f"{job.id}-{job.runs}", {"job": job.id, "work": self.work})
        return jobs.change(job.id, lambda _: {"execution_arn": arn})

    def fail(self, job_id: str, cause: str, now: datetime) -> Job:
        """The workflow gave up: say so on the job. What was done stays and is accounted for; a re-run does the rest."""

        def edit(job: Job) -> dict[str, Any]:
            if job.undo_running:
                return {"undo_running": False, "alerts": (*job.alerts, f"Taking back stopped: {cause}")}
            if job.status.has_ended:
                return {}
            told = f"The job stopped: {cause}. Run it again to {self.rest}."
            return _ended(job_id, JobStatus.SYSTEM_ABORTED, now) | {"alerts": (*job.alerts, told)}

        return jobs.change(job_id, edit)

    def rerun(self, job_id: str, by: str, now: datetime) -> Job:
        """Run a job again that did not come to its end: only what is left is done. Raises :class:`JobStateError`."""

        def edit(job: Job) -> dict[str, Any]:
            _require_at_rest(job)
            if job.undone_at:
                raise JobStateError(f"Job {job_id} was taken back: {self.anew}")
            again = f"Run again by {by} on {clock.stamp(now)[:10]}"
            return {
                "status": JobStatus.QUEUED,
                "runs": job.runs + 1,
                "ended_at": None,
                "alerts": (again,),
                "counters": Counters(),
            }

        return self.start(jobs.change(job_id, edit))

    def abort(self, job_id: str, by: str, now: datetime) -> Job:
        """Stop a running job; what it did stays and is accounted for. Raises :class:`JobStateError`."""
        job = jobs.get_job(job_id)
        if job.status.has_ended:
            raise JobStateError(f"Job {job_id} has ended: {job.status}")
        if job.execution_arn:
            self.halt(job.execution_arn, f"stopped by {by}")
        ended = _ended(job_id, JobStatus.USER_ABORTED, now)
        told = f"Stopped by {by}. Run it again to {self.rest}, or take back what it did."
        return jobs.change(job_id, lambda current: ended | {"alerts": (*current.alerts, told)})

    def undo(self, job_id: str, by: str, now: datetime) -> Job:
        """Take back what a job did; what somebody changed since stays, and is named. Raises :class:`JobStateError`."""

        def edit(job: Job) -> dict[str, Any]:
            _require_at_rest(job)
            if job.dry_run:
                raise JobStateError(f"Job {job_id} was a dry run: there is nothing to take back")
            if job.undone_at:
                raise JobStateError(f"Job {job_id} was taken back already")
            return {"undo_running": True, "runs": job.runs + 1}

        job = jobs.change(job_id, edit)
        arn = self.launch(f"{job.id}-{job.runs}-undo", {"job": job.id, "work": "UNDO", "by": by})
        return jobs.change(job_id, lambda _: {"execution_arn": arn})

    def sweep(self, now: datetime) -> tuple[str, ...]:
        """Look after the jobs that have not ended: start what was never started, say of what died that it did."""
        tended = []
        for job_id in jobs.active_jobs():
            job = jobs.get_job(job_id)
            if job.kind is not self.kind:
                continue
            status = self.look(job.execution_arn) if job.execution_arn else None
            if status is None and job.status is JobStatus.QUEUED:
                self.start(job)
            elif status in _DEAD and (job.undo_running or not job.status.has_ended):
                self.fail(job_id, f"its execution ended as {status}", now)
            else:
                continue
            tended.append(job_id)
        return tuple(tended)


def begin(job_id: str, now: datetime) -> Job:
    """The workflow has begun with a job. Raises :class:`JobStateError` where the job has ended meanwhile."""

    def edit(job: Job) -> dict[str, Any]:
        if job.status.has_ended:
            raise JobStateError(f"Job {job_id} has ended: {job.status}")
        return {"status": JobStatus.RUNNING, "started_at": job.started_at or clock.stamp(now)}

    return jobs.change(job_id, edit)


def _ended(job_id: str, status: JobStatus, now: datetime) -> dict[str, Any]:
    counters, done = jobs.sum_of_chunks(job_id)
    return {"status": status, "ended_at": clock.stamp(now), "counters": counters, "chunks_done": done}


def _require_at_rest(job: Job) -> None:
    if not job.status.has_ended or job.undo_running:
        raise JobStateError(f"Job {job.id} is still running")
