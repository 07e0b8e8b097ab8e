"""Masters are read from storage, derivatives kept in a bucket of their own; orders go on a queue."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from armarium.derivatives.model import content_type
from armarium.inventory.model import File
from armarium.platform import blobs
from armarium.platform.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@lru_cache(maxsize=1)
def _queue() -> SQSClient:
    return boto3.client("sqs")


def send(message: str) -> None:
    """Put an order on the queue."""
    _queue().send_message(QueueUrl=settings().derivatives_queue_url, MessageBody=message)


def postpone(receipt_handle: str, seconds: int) -> None:
    """Have a message that was received come again after so many seconds."""
    _queue().change_message_visibility(
        QueueUrl=settings().derivatives_queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
    )


def master(file: File) -> blobs.Blob | None:
    """The master as it lies in storage."""
    return blobs.head(settings().storage_bucket, file.key)


def fetch_master(file: File, path: Path) -> None:
    """Bring the master to disk."""
    blobs.fetch_file(settings().storage_bucket, file.key, str(path))


def keep(prefix: str, path: Path) -> None:
    """Store one derivative."""
    blobs.write_file(settings().derivatives_bucket, prefix + path.name, str(path), content_type(path.name))


def clear(prefix: str, except_names: frozenset[str] = frozenset()) -> None:
    """Delete the derivatives of a file, but for those named."""
    bucket = settings().derivatives_bucket
    stale = [blob.key for blob in blobs.listing(bucket, prefix) if blob.key.removeprefix(prefix) not in except_names]
    if stale:
        blobs.delete(bucket, stale)


def discard(keys: list[str]) -> None:
    """Delete derivatives, a thousand a request."""
    blobs.delete(settings().derivatives_bucket, keys)


def text(key: str, most: int) -> str:
    """The first ``most`` bytes of a full text; nothing where it is gone."""
    try:
        return blobs.read_range(settings().derivatives_bucket, key, 0, most).decode(errors="ignore")
    except blobs.client().exceptions.NoSuchKey:
        return ""


def prefix(mms_id: str, representation_id: str, pid: str) -> str:
    """Where a file's derivatives are: ``<INST>/<mms>/<rep>/<pid>/``."""
    return f"{settings().institution}/{mms_id}/{representation_id}/{pid}/"
