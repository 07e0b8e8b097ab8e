"""Dropped files, and files on their way in parts, until they move to storage."""

from __future__ import annotations

import json

import boto3

from armarium.cataloguing.model import Upload
from armarium.platform import blobs, tables
from armarium.platform.items import WorkflowItem
from armarium.platform.settings import settings


def dropped(key: str) -> blobs.Blob | None:
    """A file under the upload prefix."""
    return blobs.head(settings().upload_bucket, key)


def source(key: str) -> tuple[str, str]:
    """Bucket and key of a dropped file, for whoever copies it."""
    return settings().upload_bucket, key


def remove_dropped(key: str) -> None:
    """Take a file out of the upload bucket: it is in storage now."""
    blobs.delete(settings().upload_bucket, [key])


# Uploads in parts


def upload_key(upload_id: str, name: str) -> str:
    """Where a file waits in the upload bucket."""
    return f"{settings().institution}/upload/api/{upload_id}/{name}"


def upload(upload_id: str) -> Upload | None:
    """An upload that was started."""
    key = (f"UPLOAD#{upload_id}", "UPLOAD")
    stored = tables.batch_get(WorkflowItem, [key]).get(key)
    return Upload.model_validate_json(stored.body or "{}") if stored else None


def put_upload(after: Upload, replacing: Upload | None) -> bool:
    """Store an upload in the place of what was read; False where somebody else was quicker."""
    body = after.model_dump_json()
    was = WorkflowItem.body == replacing.model_dump_json() if replacing else WorkflowItem.pk.does_not_exist()
    item = WorkflowItem(f"UPLOAD#{after.id}", "UPLOAD", body=body, expires_at=after.expires_at)
    try:
        tables.transact([tables.Put(item, was)])
    except tables.ConditionFailedError:
        return False
    return True


def forget_upload(upload_id: str) -> None:
    """Forget an upload; one that is not there is no error."""
    WorkflowItem(f"UPLOAD#{upload_id}", "UPLOAD").delete()


def ask_to_finish(source: Upload, by: str) -> None:
    """Put a large upload on the queue of those to be finished."""
    names = {"mms_id": source.mms_id, "representation_id": source.representation_id, "upload_id": source.id, "by": by}
    boto3.client("sqs").send_message(QueueUrl=settings().uploads_queue_url, MessageBody=json.dumps(names))


def start_parts(key: str, content_type: str) -> str:
    """Begin an upload in parts; S3's id of it."""
    return blobs.start_parts(settings().upload_bucket, key, content_type)


def part_link(source: Upload, number: int) -> str:
    """A link that takes one part, for an hour."""
    return blobs.part_link(settings().upload_bucket, source.key, source.s3_id, number)


def parts(source: Upload, after: int = 0) -> tuple[list[tuple[int, int, str]], int | None] | None:
    """Up to a thousand parts that are there, and where to go on; None where the parts are no more."""
    return blobs.parts(settings().upload_bucket, source.key, source.s3_id, after)


def finish_parts(source: Upload, stored: list[tuple[int, str]]) -> None:
    """Put the parts together."""
    blobs.finish_parts(settings().upload_bucket, source.key, source.s3_id, stored)


def abort_parts(source: Upload) -> None:
    """Give up the parts."""
    blobs.abort_parts(settings().upload_bucket, source.key, source.s3_id)
