"""Where the index is kept and how its writers are told: the index bucket, its keys, the FIFO queue, signed requests.

``<INST>/generations.json`` says which generation serves. Under ``<INST>/<generation>/<shard>/`` a ``manifest.json``
names all that an index consists of; it is only ever swapped. What it names never changes: ``segments/…``,
``deletes/…`` and ``snapshots/…`` (the manifest as it once was, for whoever is still paging through it).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import boto3
from pydantic import BaseModel, ConfigDict

from armarium.platform import blobs, clock
from armarium.platform.settings import settings
from armarium.search.model import Generation, Generations, Rebuild

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Changed = blobs.ChangedMeanwhileError


class Part(BaseModel):
    """One object and the files of the index that stand in it, one after the other: name and size in bytes."""

    model_config = ConfigDict(frozen=True)

    key: str
    files: tuple[tuple[str, int], ...]


class Retired(BaseModel):
    """An object that the index no longer consists of, and since when."""

    model_config = ConfigDict(frozen=True)

    key: str
    at: str


class Manifest(BaseModel):
    """All that a shard consists of."""

    model_config = ConfigDict(frozen=True)

    snapshot: str
    meta: str  # tantivy's own meta.json
    parts: tuple[Part, ...]
    retired: tuple[Retired, ...] = ()


# Generations


def generations(etag: str | None = None) -> tuple[Generations, str | None] | None:
    """The generations and the ETag they are swapped by; None where they still have this ``etag``."""
    found = blobs.read_changed(settings().index_bucket, _generations_key(), etag)
    if found is None:
        return None if etag else (Generations(), None)
    return Generations.model_validate_json(found[0]), found[1]


def swap_generations(generations: Generations, etag: str | None) -> str:
    """Store the generations in the place of those with this ETag. Raises ``Changed``."""
    return blobs.swap(settings().index_bucket, _generations_key(), generations.model_dump_json().encode(), etag)


# Shards of the embedded engine


def manifest(generation: Generation, shard: int, etag: str | None = None) -> tuple[Manifest, str] | None:
    """A shard's manifest and its ETag; None where it still has this ``etag``, and where nothing was written yet."""
    found = blobs.read_changed(settings().index_bucket, _key(generation, shard, "manifest.json"), etag)
    return (Manifest.model_validate_json(found[0]), found[1]) if found else None


def swap_manifest(generation: Generation, shard: int, manifest: Manifest, etag: str | None) -> str:
    """Store a manifest in the place of the one with this ETag (None: of none). Raises ``Changed``."""
    content = manifest.model_dump_json().encode()
    return blobs.swap(settings().index_bucket, _key(generation, shard, "manifest.json"), content, etag)


def snapshot(generation: Generation, shard: int, name: str) -> Manifest | None:
    """The manifest as it was when it had this name; None where that is no longer kept."""
    found = blobs.read_changed(settings().index_bucket, snapshot_key(generation, shard, name), None)
    return Manifest.model_validate_json(found[0]) if found else None


def keep_snapshot(generation: Generation, shard: int, manifest: Manifest) -> str:
    """Keep a manifest under its own name; answers the key."""
    key = snapshot_key(generation, shard, manifest.snapshot)
    blobs.write(
        settings().index_bucket, key, manifest.model_dump_json(exclude={"retired"}).encode(), "application/json"
    )
    return key


def snapshot_key(generation: Generation, shard: int, name: str) -> str:
    """Where the snapshot of this name is kept."""
    return _key(generation, shard, f"snapshots/{name}")


def keep_part(generation: Generation, shard: int, name: str, content: bytes) -> str:
    """Keep what a part consists of; answers the key."""
    key = _key(generation, shard, name)
    blobs.write(settings().index_bucket, key, content)
    return key


def part(key: str) -> Any:
    """The bytes of a part as a binary file to read from."""
    return blobs.stream(settings().index_bucket, key)


def delete(keys: list[str]) -> None:
    """Delete parts and snapshots."""
    blobs.delete(settings().index_bucket, keys)


def drop(generation: Generation) -> None:
    """Delete all of a generation, a thousand objects at a time."""
    bucket, keys = settings().index_bucket, []
    for blob in blobs.listing(bucket, f"{settings().institution}/{generation.number}/"):
        keys.append(blob.key)
        if len(keys) == 1000:
            blobs.delete(bucket, keys)
            keys = []
    if keys:
        blobs.delete(bucket, keys)


def _generations_key() -> str:
    return f"{settings().institution}/generations.json"


def _key(generation: Generation, shard: int, name: str) -> str:
    return f"{settings().institution}/{generation.number}/{shard}/{name}"


# The queue


@lru_cache(maxsize=1)
def _queue() -> SQSClient:
    return boto3.client("sqs")


def send(messages: Iterable[tuple[str, str, str]], *, early: bool = False) -> None:
    """Put messages (group, deduplication id, body) on the index queue, or on the ``early`` one, in their order."""
    for group, identity, body in messages:
        _queue().send_message(
            QueueUrl=settings().early_index_queue_url if early else settings().index_queue_url,
            MessageGroupId=group,
            MessageDeduplicationId=identity,
            MessageBody=body,
        )


def waiting() -> int:
    """About how many messages wait in the index queue, or are being worked on."""
    names: list[Any] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = _queue().get_queue_attributes(QueueUrl=settings().index_queue_url, AttributeNames=names)["Attributes"]
    return sum(int(found.get(name, 0)) for name in names)


# The workflow that builds it anew


def start_rebuild(name: str) -> None:
    """Start the workflow under a name; the same name twice is one execution."""
    client = boto3.client("stepfunctions")
    with suppress(client.exceptions.ExecutionAlreadyExists):
        client.start_execution(stateMachineArn=settings().search_rebuild_state_machine, name=name, input="{}")


def last_rebuild() -> Rebuild | None:
    """The execution of the workflow that was started last."""
    if not settings().search_rebuild_state_machine:
        return None
    client = boto3.client("stepfunctions")
    found = client.list_executions(stateMachineArn=settings().search_rebuild_state_machine, maxResults=1)["executions"]
    return next((_rebuild(each) for each in found), None)


def _rebuild(execution: Any) -> Rebuild:
    stopped = execution.get("stopDate")
    return Rebuild(
        status=execution["status"],
        started_at=clock.stamp(execution["startDate"]),
        ended_at=clock.stamp(stopped) if stopped else "",
    )


# OpenSearch


def institution_code() -> str:
    """The institution as a part of the name of an index: small letters, digits, hyphens."""
    return settings().institution.lower().replace("_", "-")


def request(method: str, path: str, body: str = "", content_type: str = "application/json") -> tuple[int, Any]:
    """Ask OpenSearch Serverless, signed (Signature Version 4, service ``aoss``); the status and the JSON it answers."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest

    content = body.encode()
    asked = AWSRequest(method, settings().search_endpoint + path, data=content, headers={"Content-Type": content_type})
    session = _session()
    asked.headers["X-Amz-Content-SHA256"] = _sha256(content)  # OpenSearch Serverless wants the body's digest
    credentials = session.get_credentials()
    if credentials is None:
        raise OSError("there are no AWS credentials to sign a request to OpenSearch with")
    SigV4Auth(credentials, "aoss", session.region_name).add_auth(asked)
    answer = _http().send(asked.prepare())
    return answer.status_code, json.loads(answer.content or b"null")


@lru_cache(maxsize=1)
def _session() -> boto3.Session:
    return boto3.Session()


@lru_cache(maxsize=1)
def _http() -> Any:
    from botocore.httpsession import URLLib3Session

    return URLLib3Session(timeout=25)


def _sha256(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()
