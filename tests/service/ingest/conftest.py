"""A drop folder, a profile, and the workflow's steps run by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from armarium.ingest import service as ingest
from armarium.ingest import store
from armarium.ingest.model import ImportProfile, Mode, Outcome, SourceFormat
from armarium.inventory import service as inventory
from armarium.inventory.model import Collection
from armarium.jobs import service as jobs
from armarium.jobs.model import Chunk, Job
from armarium.platform.settings import settings

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def workflow(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A state machine to start executions of; its steps are run by :class:`Library`."""
    role = boto3.client("iam").create_role(RoleName="sfn", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}})
    machine = boto3.client("stepfunctions").create_state_machine(
        name="bulk-ingest", definition=definition, roleArn=role
    )
    monkeypatch.setenv("ARMARIUM_BULK_INGEST_STATE_MACHINE", machine["stateMachineArn"])
    settings.cache_clear()
    yield
    settings.cache_clear()


class Library:
    """A librarian at the drop folder."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.s3 = boto3.client("s3")

    def profile(self, source_format: SourceFormat, **changes: Any) -> ImportProfile:
        """Save an import profile."""
        fields: dict[str, Any] = {
            "id": f"5{list(SourceFormat).index(source_format):04d}",
            "name": source_format.value,
            "source_format": source_format,
            "metadata_file": "values.*",
            "collection_id": self.collection.id,
            "access_rights": "OPEN",
            "match_by": ("mms_id", "system", "035", "dc"),
        }
        return ingest.save_profile(ImportProfile(**(fields | changes)))

    def drop(self, profile: ImportProfile, folder: str, files: dict[str, bytes]) -> list[str]:
        """Put files into a drop folder, the metadata file last."""
        prefix = store.folder_of(profile.id, folder)
        ordered = sorted(files, key=lambda name: name.startswith("values."))
        for name in ordered:
            self.s3.put_object(Bucket="armarium-upload", Key=prefix + name, Body=files[name])
        return [prefix + name for name in ordered]

    def dropped(self, profile: ImportProfile, folder: str) -> set[str]:
        """What is in a drop folder now."""
        prefix = store.folder_of(profile.id, folder)
        return {blob.key.removeprefix(prefix) for blob in store.folder_entries(prefix)}

    def run(self, job_id: str, *, only_chunks: int | None = None) -> Job:
        """The workflow's steps, in its order."""
        plan = ingest.check(job_id, NOW)
        if plan["verdict"] == "LOAD":
            for chunk in self.chunks(job_id)[:only_chunks]:
                ingest.load(job_id, chunk, Mode(plan["mode"]), NOW)
        return ingest.settle(job_id, NOW)

    def undo(self, job_id: str) -> Job:
        """The workflow's steps of taking back."""
        ingest.undo(job_id, "ann", NOW)
        if ingest.prepare_undo(job_id)["verdict"] == "UNDO":
            for chunk in self.chunks(job_id):
                ingest.take_back(job_id, chunk, "ann", NOW)
        return ingest.settle_undo(job_id, "ann", NOW)

    def load(self, profile: ImportProfile, folder: str, files: dict[str, bytes]) -> Job:
        """Drop, notice, run: the whole way."""
        (job,) = ingest.notice(self.drop(profile, folder, files), NOW)
        return self.run(job.id)

    def chunks(self, job_id: str) -> list[Chunk]:
        """The chunk list of a job."""
        body = self.s3.get_object(Bucket="armarium-work", Key=store.chunk_list_key(job_id))["Body"].read()
        return [Chunk.model_validate(each) for each in json.loads(body)]

    def ledger(self, job_id: str) -> list[Outcome]:
        """Every line of a job's ledger."""
        return [
            line for chunk in range(1, jobs.get_job(job_id).chunks + 1) for line in store.outcomes(job_id, chunk) or ()
        ]

    def titles(self) -> list[str]:
        """The titles in the collection."""
        return [bib.description.title for bib in inventory.list_bibs_in_collection(self.collection.id, 100).items]


@pytest.fixture
def library() -> Library:
    return Library(inventory.create_collection(name="Demo", by="ann", now=NOW))


@pytest.fixture
def rows() -> Callable[..., bytes]:
    """CSV from a header and rows."""

    def make(header: str, *lines: str) -> bytes:
        return "\n".join((header, *lines)).encode() + b"\n"

    return make
