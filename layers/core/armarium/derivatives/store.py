"""Masters are read from storage, derivatives kept in a bucket of their own; orders go on a queue."""

from __future__ import annotations

from collections.abc import Sequence
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


def send_all(messages: Sequence[str]) -> None:
    """Put orders on the queue, ten a request."""
    for at in range(0, len(messages), 10):
        entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(messages[at : at + 10])]
        answer = _queue().send_message_batch(QueueUrl=settings().derivatives_queue_url, Entries=entries)  # type: ignore[arg-type]
        if answer.get("Failed"):
            raise OSError(f"the queue took {len(answer['Successful'])} of {len(entries)} orders")


def postpone(queue_arn: str, receipt_handle: str, seconds: int) -> None:
    """Have a message that was received from a queue come again after so many seconds."""
    region, account, name = queue_arn.split(":")[3:6]
    _queue().change_message_visibility(
        QueueUrl=f"https://sqs.{region}.amazonaws.com/{account}/{name}",
        ReceiptHandle=receipt_handle,
        VisibilityTimeout=seconds,
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
