"""A run of bulk work, as staff and the API see it. Pure."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class JobStatus(StrEnum):
    """Alma's job statuses."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED_SUCCESS = "COMPLETED_SUCCESS"
    COMPLETED_WARNING = "COMPLETED_WARNING"
    COMPLETED_FAILED = "COMPLETED_FAILED"
    MANUAL_HANDLING_REQUIRED = "MANUAL_HANDLING_REQUIRED"
    USER_ABORTED = "USER_ABORTED"
    SYSTEM_ABORTED = "SYSTEM_ABORTED"

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self not in (JobStatus.QUEUED, JobStatus.RUNNING)


class JobKind(StrEnum):
    """What sort of work a job does."""

    BULK_INGEST = "BULK_INGEST"
    BULK_CHANGE = "BULK_CHANGE"


class Counters(BaseModel):
    """What became of the input, in input rows; ``read`` is the sum of the outcomes below it."""

    model_config = ConfigDict(extra="allow")

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0
    manual: int = 0
    failed: int = 0
    matched: int = 0  # of the above, those that found a bib
    files: int = 0  # moved to storage
    unmatched_files: int = 0  # in the drop folder, named by nobody
    missing_files: int = 0  # named, but not in the drop folder

    @property
    def accounted(self) -> int:
        """Input rows with an outcome."""
        return self.created + self.updated + self.unchanged + self.skipped + self.rejected + self.manual + self.failed


class Job(BaseModel):
    """One run. ``progress`` is in percent."""

    model_config = ConfigDict(extra="allow")

    id: str
    kind: JobKind = JobKind.BULK_INGEST
    profile_id: str  # of an import; of a bulk change its kind
    profile_version: int | None = None  # as it was when the job was submitted; None: as it is now
    name: str
    folder: str = ""  # prefix of the drop folder in the upload bucket
    metadata_key: str = ""  # the metadata file in the upload bucket
    dry_run: bool = False
    status: JobStatus = JobStatus.QUEUED
    submitted_by: str = "System"
    libraries: frozenset[str] = frozenset()  # of whoever started it by hand; none at all is all of them
    submitted_at: str
    started_at: str | None = None
    ended_at: str | None = None
    runs: int = 1  # how often it was started: a re-run does only what is left
    chunks: int = 0
    chunks_done: int = 0
    counters: Counters = Counters()
    expected: int = 0  # input rows found by the check
    errors: int = 0  # findings of the check
    warnings: int = 0
    alerts: tuple[str, ...] = ()  # what staff should know, in words
    undone_at: str | None = None
    undo_running: bool = False
    undo_counts: dict[str, int] = {}
    execution_arn: str | None = None

    @property
    def progress(self) -> int:
        """Percent of the work that is done."""
        if self.status.has_ended:
            return 100
        return 5 + 90 * self.chunks_done // self.chunks if self.chunks else 0


class Chunk(BaseModel):
    """A run of a job's lines: bytes of a file in the work bucket. No record travels through a workflow, only this."""

    number: int  # from 1
    start: int
    length: int
