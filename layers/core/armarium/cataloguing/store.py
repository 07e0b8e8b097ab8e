"""Dropped files, until they move to storage."""

from __future__ import annotations

from armarium.platform import blobs
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
