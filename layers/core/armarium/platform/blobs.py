"""S3, as the stores see it: objects with their checksum, byte ranges, streams, signed links."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from armarium.platform.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef

LARGEST_SINGLE_COPY = 5 * 1024**3
_COPY_PART = 512 * 1024**2
_MOST_VERSIONS = 100  # of one object
_COPIED_AT_ONCE = 32  # parts; no byte of them passes through here


_CHANGED = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict", "409", "NoSuchKey", "404"})


class ChangedMeanwhileError(Exception):
    """An object is not the one that was to be replaced."""


@dataclass(frozen=True)
class Blob:
    """An object as it is stored. ``sha256`` is hexadecimal, or None where S3 holds none for the whole object."""

    key: str
    size: int
    etag: str
    last_modified: str
    sha256: str | None = None


@lru_cache(maxsize=1)
def client() -> S3Client:
    """The S3 client of this process; checksums on, retries with back-off."""
    return boto3.client("s3", config=Config(retries={"mode": "standard", "max_attempts": 5}, max_pool_connections=32))


@lru_cache(maxsize=1)
def _public_client() -> S3Client:
    endpoint = settings().s3_public_url or None
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path" if endpoint else "auto"}),
    )


def head(bucket: str, key: str) -> Blob | None:
    """The object, or None when there is none."""
    try:
        answer = client().head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            return None
        raise
    return Blob(
        key,
        answer["ContentLength"],
        answer["ETag"].strip('"'),
        answer["LastModified"].isoformat(),
        _hex(answer.get("ChecksumSHA256")),
    )


def read(bucket: str, key: str) -> bytes:
    """All bytes of an object."""
    return client().get_object(Bucket=bucket, Key=key)["Body"].read()


def read_range(bucket: str, key: str, start: int, length: int) -> bytes:
    """``length`` bytes from ``start``; fewer at the end of the object."""
    return client().get_object(Bucket=bucket, Key=key, Range=f"bytes={start}-{start + length - 1}")["Body"].read()


def read_if_there(bucket: str, key: str) -> bytes | None:
    """All bytes of an object, or None when there is none."""
    try:
        return read(bucket, key)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
            return None
        raise


def read_range_if_there(bucket: str, key: str, start: int, length: int) -> bytes:
    """``length`` bytes from ``start``; none where the object ends before that, or is not there."""
    try:
        return read_range(bucket, key, start, length)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "InvalidRange"}:
            return b""
        raise


def stream(bucket: str, key: str) -> Any:
    """The object's body as a binary file to read from, front to back."""
    return client().get_object(Bucket=bucket, Key=key)["Body"]


def write(bucket: str, key: str, content: bytes, content_type: str = "application/octet-stream") -> None:
    """Store bytes; S3 checks the SHA-256 that goes with them."""
    client().put_object(Bucket=bucket, Key=key, Body=content, ContentType=content_type, ChecksumAlgorithm="SHA256")


def read_changed(bucket: str, key: str, etag: str | None) -> tuple[bytes, str] | None:
    """The bytes and ETag of an object; None where they still have this ``etag``, and where there is no object."""
    condition: dict[str, Any] = {"IfNoneMatch": etag} if etag else {}
    try:
        answer = client().get_object(Bucket=bucket, Key=key, **condition)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"304", "NotModified", "NoSuchKey", "404"}:
            return None
        raise
    return answer["Body"].read(), answer["ETag"]


def swap(bucket: str, key: str, content: bytes, etag: str | None) -> str:
    """Store bytes in the place of the version with this ``etag`` (None: of nothing). Answers the new ETag.

    Raises :class:`ChangedMeanwhileError` where the object is another by now.
    """
    condition: dict[str, Any] = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
    try:
        return client().put_object(Bucket=bucket, Key=key, Body=content, **condition)["ETag"]
    except ClientError as error:
        if error.response["Error"]["Code"] in _CHANGED:
            raise ChangedMeanwhileError(f"{key} was changed by somebody else") from error
        raise


def write_file(bucket: str, key: str, path: str, content_type: str) -> None:
    """Store a file from disk, in parts where it is large."""
    client().upload_file(path, bucket, key, ExtraArgs={"ContentType": content_type, "ChecksumAlgorithm": "SHA256"})


def fetch_file(bucket: str, key: str, path: str) -> None:
    """Bring an object to disk."""
    client().download_file(bucket, key, path)


def copy(source_bucket: str, source_key: str, bucket: str, key: str, content_type: str | None = None) -> Blob:
    """Copy inside S3, no byte through here; S3 computes the SHA-256 of the copy.

    Over 5 GiB the copy goes in parts and has no SHA-256 of the whole: whoever reads it first computes that.
    Raises OSError with S3's reason.
    """
    source: CopySourceTypeDef = {"Bucket": source_bucket, "Key": source_key}
    extra: dict[str, Any] = {"MetadataDirective": "REPLACE", "ContentType": content_type} if content_type else {}
    try:
        size = client().head_object(Bucket=source_bucket, Key=source_key)["ContentLength"]
        if size > LARGEST_SINGLE_COPY:
            _copy_in_parts(source, bucket, key, extra)
        else:
            client().copy_object(CopySource=source, Bucket=bucket, Key=key, ChecksumAlgorithm="SHA256", **extra)
        copied = head(bucket, key)
    except ClientError as error:
        raise OSError(str(error)) from error
    if copied is None or copied.size != size:
        raise OSError(f"the copy {key} does not have the size of its source")
    if copied.sha256 or size > LARGEST_SINGLE_COPY:
        return copied
    return replace(copied, sha256=_sha256(bucket, key))


def _sha256(bucket: str, key: str) -> str:
    """Computed here, for an S3 that computes none on copies (the local cloud's)."""
    import hashlib

    digest = hashlib.sha256()
    for piece in stream(bucket, key).iter_chunks(1024 * 1024):
        digest.update(piece)
    return digest.hexdigest()


def _copy_in_parts(source: CopySourceTypeDef, bucket: str, key: str, extra: dict[str, Any]) -> None:
    from boto3.s3.transfer import TransferConfig

    parts = TransferConfig(multipart_chunksize=_COPY_PART, max_concurrency=_COPIED_AT_ONCE)
    client().copy(source, bucket, key, ExtraArgs={**extra, "ChecksumAlgorithm": "SHA256"}, Config=parts)


def delete(bucket: str, keys: list[str]) -> None:
    """Delete objects, a thousand a request; what is not there is no error."""
    for at in range(0, len(keys), 1000):
        answer = client().delete_objects(
            Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys[at : at + 1000]], "Quiet": True}
        )
        if answer.get("Errors"):
            raise OSError(f"could not delete {answer['Errors'][0].get('Key')}: {answer['Errors'][0].get('Message')}")


def undelete(bucket: str, key: str) -> Blob | None:
    """Take away what hides a deleted object of a versioned bucket; None where no version is left. No byte is copied."""
    answer = client().list_object_versions(Bucket=bucket, Prefix=key, MaxKeys=_MOST_VERSIONS)
    markers = [each["VersionId"] for each in answer.get("DeleteMarkers", ()) if each["Key"] == key]
    if markers and any(each["Key"] == key for each in answer.get("Versions", ())):
        for version in markers:
            client().delete_object(Bucket=bucket, Key=key, VersionId=version)
    return head(bucket, key)


def listing(bucket: str, prefix: str, delimiter: str = "") -> Iterator[Blob]:
    """Every object under a prefix (up to the next ``delimiter``), in the order of keys; a thousand a request."""
    for page in client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter=delimiter):
        for entry in page.get("Contents", ()):
            yield Blob(entry["Key"], entry["Size"], entry["ETag"].strip('"'), entry["LastModified"].isoformat())


def signed_link(bucket: str, key: str, seconds: int = 300, download_name: str | None = None) -> str:
    """A link that opens the object without credentials for ``seconds``; with a name, browsers save it so."""
    params: dict[str, Any] = {"Bucket": bucket, "Key": key}
    if download_name:
        from urllib.parse import quote

        params["ResponseContentDisposition"] = f"attachment; filename*=UTF-8''{quote(download_name)}"
    return _public_client().generate_presigned_url("get_object", Params=params, ExpiresIn=seconds)


# Uploads in parts, by whoever holds the links


def start_parts(bucket: str, key: str, content_type: str) -> str:
    """Begin a multipart upload; answers S3's id of it."""
    return client().create_multipart_upload(Bucket=bucket, Key=key, ContentType=content_type)["UploadId"]


def part_link(bucket: str, key: str, upload_id: str, number: int, seconds: int = 3600) -> str:
    """A link that takes one part (PUT) without credentials."""
    params = {"Bucket": bucket, "Key": key, "UploadId": upload_id, "PartNumber": number}
    return _public_client().generate_presigned_url("upload_part", Params=params, ExpiresIn=seconds)


def parts(
    bucket: str, key: str, upload_id: str, after: int = 0
) -> tuple[list[tuple[int, int, str]], int | None] | None:
    """Number, size and ETag of up to a thousand parts that are there, and after which the next page begins.

    None where the upload is complete, was given up, or never was.
    """
    try:
        answer = client().list_parts(Bucket=bucket, Key=key, UploadId=upload_id, PartNumberMarker=after)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchUpload", "404"}:
            return None
        raise
    found = [(each["PartNumber"], each["Size"], each["ETag"].strip('"')) for each in answer.get("Parts", ())]
    return found, found[-1][0] if answer.get("IsTruncated") and found else None


def finish_parts(bucket: str, key: str, upload_id: str, stored: list[tuple[int, str]]) -> None:
    """Put the parts (number, ETag) together."""
    named = [{"PartNumber": number, "ETag": f'"{etag}"'} for number, etag in stored]
    client().complete_multipart_upload(
        Bucket=bucket,
        Key=key,
        UploadId=upload_id,
        MultipartUpload={"Parts": named},  # type: ignore[typeddict-item]
    )


def abort_parts(bucket: str, key: str, upload_id: str) -> None:
    """Give up a multipart upload; one that is not there is no error."""
    try:
        client().abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"NoSuchUpload", "404"}:
            raise


def _hex(checksum: str | None) -> str | None:
    """S3's base64 as hexadecimal; the checksum of checksums of a multipart object (``…-3``) is not one of the whole."""
    return base64.b64decode(checksum).hex() if checksum and "-" not in checksum else None
