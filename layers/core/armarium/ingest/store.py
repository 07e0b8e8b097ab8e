"""Where import profiles, drop folders, staged input, ledgers and reports are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any, cast

from armarium.ingest.model import Finding, ImportProfile, Outcome
from armarium.jobs import service as jobs
from armarium.platform import blobs, tables, workflows
from armarium.platform.items import ConfigurationItem
from armarium.platform.settings import settings

_PROFILES = "IMPORT_PROFILES"


# Profiles


def put_profile(profile: ImportProfile) -> bool:
    """Store a new version of a profile beside the earlier ones; False where that version is there already."""
    body = profile.model_dump_json()
    version = ConfigurationItem(f"IMPORT_PROFILE#{profile.id}", f"V#{profile.version:06d}", body=body)
    current = ConfigurationItem(_PROFILES, profile.id, body=body)
    try:
        tables.transact([tables.Put(version, ConfigurationItem.pk.does_not_exist()), tables.Put(current)])
    except tables.ConditionFailedError:
        return False
    return True


def profile(profile_id: str) -> ImportProfile | None:
    """The current version of a profile."""
    try:
        item = ConfigurationItem.get(_PROFILES, profile_id, consistent_read=True)
    except ConfigurationItem.DoesNotExist:
        return None
    return ImportProfile.model_validate_json(item.body or "{}")


def profile_version(profile_id: str, version: int) -> ImportProfile | None:
    """A profile as it was in a version."""
    key = (f"IMPORT_PROFILE#{profile_id}", f"V#{version:06d}")
    item = tables.batch_get(ConfigurationItem, [key]).get(key)
    return ImportProfile.model_validate_json(item.body or "{}") if item else None


def profile_versions(profile_id: str, limit: int, token: str | None) -> tuple[list[ImportProfile], str | None]:
    """A page of a profile's versions, newest first."""
    key = f"IMPORT_PROFILE#{profile_id}"
    found, following = tables.page(ConfigurationItem, key, None, limit, token, scan_index_forward=False)
    return [ImportProfile.model_validate_json(item.body or "{}") for item in found], following


def profiles() -> list[ImportProfile]:
    """Every import profile: as many as a library has workflows."""
    return [ImportProfile.model_validate_json(item.body or "{}") for item in ConfigurationItem.query(_PROFILES)]


# Drop folders


def folders_of(profile_id: str) -> str:
    """The prefix of a profile's drop folders in the upload bucket."""
    return f"{settings().institution}/upload/{profile_id}/"


def folder_of(profile_id: str, name: str) -> str:
    """The prefix of a drop folder in the upload bucket."""
    return f"{folders_of(profile_id)}{name}/"


def folder_entries(folder: str) -> Iterator[blobs.Blob]:
    """Everything in a drop folder and below."""
    return blobs.listing(settings().upload_bucket, folder)


def top_of_folder(folder: str) -> Iterator[blobs.Blob]:
    """The objects directly in a drop folder, sub-folders left out."""
    return blobs.listing(settings().upload_bucket, folder, delimiter="/")


def folder_entry(key: str) -> blobs.Blob | None:
    """One object of a drop folder."""
    return blobs.head(settings().upload_bucket, key)


def address_of(prefix: str) -> str:
    """Where something is in the upload bucket, as S3 tools write it."""
    return f"s3://{settings().upload_bucket}/{prefix}"


def dropped(key: str) -> tuple[str, str]:
    """Bucket and key of an object of a drop folder, for whoever copies it."""
    return settings().upload_bucket, key


def put_marker(key: str) -> None:
    """An empty object, such as ``.lock``."""
    blobs.write(settings().upload_bucket, key, b"")


def remove_dropped(keys: list[str]) -> None:
    """Take objects out of the drop folder: they are in storage now."""
    blobs.delete(settings().upload_bucket, keys)


def give_back(storage_key: str, dropped_key: str) -> None:
    """Put a master back where it was dropped."""
    blobs.copy(settings().storage_bucket, storage_key, settings().upload_bucket, dropped_key)


# What a job reads and leaves


def keep_input(job_id: str, metadata_key: str, name: str) -> None:
    """Keep the metadata file as it was submitted; a later run of the job reads this copy."""
    key = jobs.paper_key(job_id, f"input/{name}")
    if blobs.head(settings().work_bucket, key) is None:
        blobs.copy(settings().upload_bucket, metadata_key, settings().work_bucket, key)


def open_input(job_id: str, name: str) -> IO[bytes]:
    """The metadata file, to read once from front to back."""
    return cast(IO[bytes], blobs.stream(settings().work_bucket, jobs.paper_key(job_id, f"input/{name}")))


def _staged_key(job_id: str) -> str:
    """Under a prefix of its own, which the bucket's lifecycle empties: the input is kept, and staged anew."""
    return f"staged/{job_id}.jsonl"


def put_staged(job_id: str, path: str) -> None:
    """Store the staged records: one JSON line each."""
    blobs.write_file(settings().work_bucket, _staged_key(job_id), path, "application/x-ndjson")


def is_staged(job_id: str) -> bool:
    """Whether the staged records are there."""
    return blobs.head(settings().work_bucket, _staged_key(job_id)) is not None


def staged(job_id: str, start: int, length: int) -> bytes:
    """The lines of one chunk."""
    return blobs.read_range(settings().work_bucket, _staged_key(job_id), start, length) if length else b""


chunk_list_key = jobs.chunk_list_key
put_chunks = jobs.put_chunks
put_lines = jobs.put_lines
lines = jobs.lines
page_of_lines = jobs.page_of_lines
ledger_name = jobs.ledger_name
undo_name = jobs.undo_name
put_report = jobs.put_report


def outcomes(job_id: str, chunk: int) -> list[Outcome] | None:
    """The ledger of a chunk, or None where it is not written yet."""
    found = lines(job_id, ledger_name(chunk))
    return None if found is None else [Outcome.model_validate_json(line) for line in found]


def put_findings(job_id: str, path: str) -> None:
    """Store the findings of the check: one JSON line each."""
    jobs.put_file(job_id, "findings.jsonl", path)


def findings(job_id: str, limit: int, start: int) -> tuple[list[Finding], int | None]:
    """A page of the findings."""
    found, following = page_of_lines(job_id, "findings.jsonl", limit, start)
    return [Finding.model_validate_json(line) for line in found], following


def problems(job_id: str, limit: int, start: int) -> tuple[list[Outcome], int | None]:
    """A page of the rows that were not loaded."""
    found, following = page_of_lines(job_id, "problems.jsonl", limit, start)
    return [Outcome.model_validate_json(line) for line in found], following


# The workflow


def start_execution(name: str, work: dict[str, Any]) -> str:
    """Start the bulk ingest workflow under a name; the same name twice is one execution. Answers its ARN."""
    return workflows.start(settings().bulk_ingest_state_machine, name, work)


stop_execution = workflows.stop
execution_status = workflows.status
