"""A title with one representation on a shelf in moto, on which tests put files and have derivatives made of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from armarium.accounts import store as accounts_store
from armarium.delivery import service as delivery
from armarium.derivatives import service, store
from armarium.derivatives.model import Limits
from armarium.inventory import service as inventory
from armarium.inventory import store as inventory_store
from armarium.inventory.model import Bib, File, Representation
from armarium.metadata.model import Description, RecordSchema, SourceRecord
from armarium.platform import blobs, tables
from armarium.platform import settings as settings_module
from armarium.platform.ids import IdType, derived
from armarium.platform.items import InventoryItem

NOW = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
MEDIA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "media"
MMS_ID = derived(IdType.BIB, "0001", "a title")
REPRESENTATION_ID = derived(IdType.REPRESENTATION, "0001", "a representation")
LIMITS = Limits(seconds=60)
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "POWERTOOLS_METRICS_DISABLED": "true",
}
_TABLES = (InventoryItem, accounts_store.AccountItem)


def real(name: str) -> bytes:
    """A file of the shared data, or a skipped test."""
    path = MEDIA / name
    if not path.exists():
        pytest.skip(f"{name} of ../shared/data/media is not here")
    return path.read_bytes()


@dataclass
class Shelf:
    """Put files on it, derive, look at what became of them."""

    queue_url: str
    put: list[str] = field(default_factory=list)

    def file(self, name: str, content: bytes, sha256: str | None = None) -> File:
        """A master in storage with its record, as ingest leaves them."""
        file = self.unrecorded(name, content, sha256)
        tables.transact([inventory_store.put_file(file)])
        return file

    def unrecorded(self, name: str, content: bytes, sha256: str | None = None) -> File:
        """A master in storage whose record is still to come."""
        pid = derived(IdType.FILE, "0001", name)
        key = f"01ARM_INST/storage/{MMS_ID}/{REPRESENTATION_ID}/{pid}/{name}"
        blobs.write("armarium-storage", key, content)
        self.put.append(pid)
        return File(
            pid=pid,
            mms_id=MMS_ID,
            representation_id=REPRESENTATION_ID,
            order=len(self.put),
            name=name,
            label=name,
            key=key,
            size=len(content),
            sha256=sha256 or hashlib.sha256(content).hexdigest(),
        )

    def record(self, file: File, replacing: int | None = None) -> None:
        """Write the record of a file."""
        tables.transact([inventory_store.put_file(file, replacing)])

    def derive(self, file: File, limits: Limits = LIMITS, receive_count: int = 1) -> File:
        """The file after its storage event was dealt with."""
        self.outcome = service.derive(stored(file), receive_count, limits, NOW)
        return inventory.find_file(file.pid)

    def derivative(self, file: File, name: str) -> bytes:
        """The bytes of one derivative."""
        return blobs.read("armarium-derivatives", store.prefix(MMS_ID, REPRESENTATION_ID, file.pid) + name)

    def names(self, file: File) -> set[str]:
        """The derivatives in the bucket."""
        prefix = store.prefix(MMS_ID, REPRESENTATION_ID, file.pid)
        return {blob.key.removeprefix(prefix) for blob in blobs.listing("armarium-derivatives", prefix)}

    def messages(self) -> list[str]:
        """What is on the queue."""
        got = boto3.client("sqs").receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
        return [message["Body"] for message in got.get("Messages", [])]

    def access_rights(self, policy: str) -> None:
        """Give the representation another access policy."""
        known = inventory.get_representation(MMS_ID, REPRESENTATION_ID)
        tables.transact(
            [inventory_store.put_representation(known.model_copy(update={"access_rights": policy}), known.version)]
        )
        delivery.forget()


def stored(file: File) -> str:
    """The event that S3 sends by EventBridge once a master is stored."""
    detail = {"bucket": {"name": "armarium-storage"}, "object": {"key": file.key, "size": file.size}}
    return json.dumps({"source": "aws.s3", "detail-type": "Object Created", "detail": detail})


@contextmanager
def shelf_for_many_tests() -> Iterator[Shelf]:
    """An empty shelf in a cloud that all tests of a module share: most of a test's time goes into making a cloud."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        _forget_clients()
        for bucket in ("armarium-storage", "armarium-derivatives"):
            where: Any = {"LocationConstraint": ENVIRONMENT["AWS_DEFAULT_REGION"]}
            boto3.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
        for table in _TABLES:
            table.create_table(wait=False)
        yield empty_shelf(patch)
    _forget_clients()


def _forget_clients() -> None:
    for cached in (settings_module.settings, blobs.client, blobs._public_client, tables.connection):
        cached.cache_clear()
    for table in _TABLES:
        table._connection = None


def empty_shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """An empty shelf in the test's cloud; its representation is open to everybody."""
    queue_url = boto3.client("sqs").create_queue(QueueName="derivatives")["QueueUrl"]
    monkeypatch.setenv("ARMARIUM_DERIVATIVES_QUEUE_URL", queue_url)
    settings_module.settings.cache_clear()
    store._queue.cache_clear()
    delivery.forget()
    tables.transact([inventory_store.put_bib(_bib()), inventory_store.put_representation(_representation())])
    return Shelf(queue_url)


def _bib() -> Bib:
    return Bib(
        mms_id=MMS_ID,
        description=Description(title="Hortus sanitatis", sort_title="hortus sanitatis"),
        record=SourceRecord(schema_=RecordSchema.DC, content=b"<dc/>"),
        fingerprint="0",
    )


def _representation() -> Representation:
    return Representation(id=REPRESENTATION_ID, mms_id=MMS_ID, access_rights="OPEN")
