"""The rules of bulk ingest that need no storage: whose folder a key is in, what a check allows, what a job came to."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from armarium.ingest.model import ImportProfile, Mode, Outcome, Result
from armarium.jobs.model import Counters, Job, JobStatus

LOCK = ".lock"
"""While this object is in a drop folder, nothing starts."""


@dataclass(frozen=True)
class Place:
    """A key of the upload bucket, read as ``<INST>/upload/<profile>/<folder>/<path>``."""

    profile_id: str
    folder: str
    path: str


def parse_key(institution: str, key: str) -> Place | None:
    """Where a key is; None for what is no drop folder of this institution."""
    parts = key.split("/", 4)
    if len(parts) != 5 or parts[:2] != [institution, "upload"] or not all(parts[2:]):
        return None
    return Place(parts[2], parts[3], parts[4])


def is_metadata_file(profile: ImportProfile, path: str) -> bool:
    """Whether a path directly in the drop folder is a metadata file of the profile; ``|`` parts alternatives."""
    return "/" not in path and any(
        fnmatch.fnmatchcase(path.lower(), each.strip().lower()) for each in profile.metadata_file.split("|")
    )


def verdict(profile: ImportProfile, dry_run: bool, seen: Mapping[str, Any]) -> tuple[Mode, tuple[str, ...]]:
    """What loading may do after the check, and what staff should know of it."""
    if not seen["records"]:
        return Mode.REFUSE, ("The metadata file has no record that can be read: see the findings.",)
    if seen["fatal"]:
        return Mode.REFUSE, ("The file as a whole is wrong, so nothing of it was loaded: see the findings.",)
    if seen["bad_rows"] and profile.bad_rows == "refuse_file":
        return Mode.REFUSE, (
            f"{seen['bad_rows']} rows are wrong, and the profile refuses such a file whole: nothing was loaded.",
        )
    return (Mode.DRY_RUN, ("A dry run: nothing was written.",)) if dry_run else (Mode.LOAD, ())


def counters_of(outcomes: Iterable[Outcome]) -> Counters:
    """What a ledger adds up to, in input rows."""
    counters = Counters()
    for outcome in outcomes:
        setattr(counters, outcome.result.value, getattr(counters, outcome.result.value) + outcome.rows)
        counters.missing_files += outcome.missing
        counters.matched += outcome.rows if outcome.matched else 0
        counters.files += outcome.files if outcome.result in (Result.CREATED, Result.UPDATED) else 0
    return counters


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def summary(job: Job, counters: Counters, seen: Mapping[str, Any], lost: int) -> tuple[JobStatus, tuple[str, ...]]:
    """The status that follows from the account, and what staff should know.

    FAILED when nothing came in, MANUAL_HANDLING_REQUIRED when somebody has to choose, WARNING when
    something was left out.
    """
    alerts = list(job.alerts)
    if lost:
        alerts.append(f"{lost} rows have no outcome because a step died: run the job again to load them.")
    if counters.unmatched_files:
        alerts.append(f"In the drop folder, named by no record and still there: {_files(counters.unmatched_files)}.")
    if counters.missing_files:
        alerts.append(f"Named by records, but not in the drop folder: {_files(counters.missing_files)}.")
    good = counters.created + counters.updated + counters.unchanged + counters.skipped
    if counters.manual:
        return JobStatus.MANUAL_HANDLING_REQUIRED, tuple(alerts)
    if not good:
        return JobStatus.COMPLETED_FAILED, tuple(alerts)
    doubtful = counters.rejected or counters.failed or counters.unmatched_files or seen.get("warnings")
    return JobStatus.COMPLETED_WARNING if doubtful else JobStatus.COMPLETED_SUCCESS, tuple(alerts)
