"""Bulk ingest of 10 000 records into one collection, on the local cloud, beside a loop that only parses and writes.

- rate end to end, from the job's start to its end, and its ratio to the bare loop (pymarc, then the same items by
  BatchWriteItem, one thread);
- seconds a record for the first and the last thousand of a second file, loaded chunk by chunk in this process, and
  the requests that this took: what the collection holds already must not matter.

The rate end to end is that of the whole stack, with audit and index reading along. For the bare loop and chunk by chunk
these rest, since on one machine they would be measured too.
"""

from __future__ import annotations

import io
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import requests

from benchmarks.records import marc_file

RECORDS = 10_000
LEAST_RATE = 50.0  # records a second
LEAST_SHARE = 0.4  # of the bare loop
MOST_GROWTH = 1.1  # last thousand ÷ first thousand


def run() -> bool:
    """Print what was measured; whether the limits are kept."""
    outputs = json.loads(Path(os.environ.get("ARMARIUM_OUTPUTS", ".local/outputs.json")).read_text())
    as_this_process(outputs)
    run_id = f"b{int(time.time()) % 10**8}"
    content = marc_file(RECORDS, run_id)
    before = _items(outputs)
    rate = _end_to_end(outputs, run_id, content)
    written = _items(outputs)[len(before) :]
    with stream_at_rest():
        bare = _bare_loop(outputs, content, written)
        first, last, requests_a_record = _chunk_by_chunk(outputs, marc_file(RECORDS, f"{run_id}x"), f"{run_id}-chunks")
    share, growth = rate / bare, last / first
    print(f"\nbulk ingest of {RECORDS} records into one collection")
    print(f"  end to end            {rate:7.1f} records/s   (at least {LEAST_RATE:g})")
    print(f"  bare loop             {bare:7.1f} records/s")
    print(f"  share of bare loop    {share:7.2f}             (at least {LEAST_SHARE:g})")
    print(f"  first thousand        {first * 1000:7.2f} ms/record")
    print(f"  last thousand         {last * 1000:7.2f} ms/record")
    print(f"  last ÷ first          {growth:7.2f}             (at most {MOST_GROWTH:g})")
    for service, count in sorted(requests_a_record.items()):
        print(f"  {service + ' requests':22}{count:7.3f} a record")
    return rate >= LEAST_RATE and share >= LEAST_SHARE and growth <= MOST_GROWTH


def as_this_process(outputs: dict[str, Any]) -> None:
    """Let the domain in this process work on the cloud of ``outputs``."""
    named = {f"ARMARIUM_{table.upper()}_TABLE": name for table, name in outputs["tables"].items()}
    named |= {f"ARMARIUM_{bucket.upper()}": outputs[bucket] for bucket in _BUCKETS}
    os.environ.update(
        {
            **named,
            **outputs["credentials"],
            "ARMARIUM_BULK_INGEST_STATE_MACHINE": outputs["state_machines"]["bulk_ingest"],
            "AWS_DEFAULT_REGION": outputs["region"],
            "AWS_ENDPOINT_URL": outputs["endpoint_url"],
            "POWERTOOLS_TRACE_DISABLED": "true",
        }
    )


_LAST_BATCH = 10.0
"""Seconds that a batch may take that was begun before the readers were stopped."""
_BUCKETS = ("upload_bucket", "storage_bucket", "derivatives_bucket", "work_bucket", "index_bucket")


@contextmanager
def stream_at_rest() -> Iterator[None]:
    """While this holds nobody reads the inventory's stream: on one machine the readers would be measured too."""
    functions = boto3.client("lambda")
    mappings = [
        mapping["UUID"]
        for page in functions.get_paginator("list_event_source_mappings").paginate()
        for mapping in page["EventSourceMappings"]
        if ":dynamodb:" in mapping["EventSourceArn"] or ".fifo" in mapping["EventSourceArn"]
    ]
    for mapping in mappings:
        functions.update_event_source_mapping(UUID=mapping, Enabled=False)
    try:
        time.sleep(_LAST_BATCH)
        yield
    finally:
        for mapping in mappings:
            functions.update_event_source_mapping(UUID=mapping, Enabled=True)


def _items(outputs: dict[str, Any]) -> list[dict[str, Any]]:
    """Every item of the inventory table, in the order of a scan."""
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=outputs["tables"]["inventory"])
    return [item for page in pages for item in page["Items"]]


def _end_to_end(outputs: dict[str, Any], folder: str, content: bytes) -> float:
    profile = outputs["import_profiles"]["marc"]
    key = f"{outputs['institution']}/upload/{profile}/{folder}/records.mrc"
    boto3.client("s3").put_object(Bucket=outputs["upload_bucket"], Key=key, Body=content)
    job = _ended(outputs, f"/conf/jobs/M{profile}/instances", f"/{folder}/")
    counters = {each["type"]["value"]: int(each["value"]) for each in job["counter"]}
    assert counters["c.created"] == RECORDS, counters
    started, ended = (datetime.fromisoformat(job[name]) for name in ("start_time", "end_time"))
    return RECORDS / (ended - started).total_seconds()


def _ended(outputs: dict[str, Any], path: str, folder: str) -> dict[str, Any]:
    deadline = time.monotonic() + 900
    headers = {"Authorization": f"apikey {outputs['api_keys']['admin']}"}
    while time.monotonic() < deadline:
        answer = requests.get(outputs["api_url"] + path, headers=headers, timeout=30).json()
        for job in answer["job_instance"]:
            if job["folder"].endswith(folder) and job["status"]["value"] not in ("QUEUED", "RUNNING"):
                return dict(job)
        time.sleep(1)
    raise TimeoutError(f"the job of {folder} has not ended within 15 minutes")


def _bare_loop(outputs: dict[str, Any], content: bytes, items: list[dict[str, Any]]) -> float:
    """Parse every record, write the same items under keys of their own: no check, no match, no ledger, no workflow."""
    from pymarc import MARCReader

    client, table = boto3.client("dynamodb"), outputs["tables"]["inventory"]
    copies = [item | {"pk": {"S": f"BENCH#{item['pk']['S']}"}} for item in items]
    started = time.perf_counter()
    parsed = sum(record is not None for record in MARCReader(io.BytesIO(content)))
    for at in range(0, len(copies), 25):
        client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}} for item in copies[at : at + 25]]})
    seconds = time.perf_counter() - started
    for at in range(0, len(copies), 25):
        keys = [{"DeleteRequest": {"Key": {"pk": item["pk"], "sk": item["sk"]}}} for item in copies[at : at + 25]]
        client.batch_write_item(RequestItems={table: keys})
    return parsed / seconds


def _chunk_by_chunk(outputs: dict[str, Any], content: bytes, folder: str) -> tuple[float, float, dict[str, float]]:
    """Seconds a record of the first and the last thousand, and requests a record by service."""
    from armarium.ingest import service as ingest
    from armarium.ingest import store
    from armarium.ingest.model import Mode
    from armarium.jobs import service as jobs
    from armarium.jobs.model import Chunk, Job
    from armarium.platform import clock, ids

    profile = outputs["import_profiles"]["marc"]
    prefix = store.folder_of(profile, folder)
    boto3.client("s3").put_object(Bucket=outputs["upload_bucket"], Key=f"{prefix}.lock", Body=b"")
    boto3.client("s3").put_object(Bucket=outputs["upload_bucket"], Key=f"{prefix}records.mrc", Body=content)
    job = Job(
        id=ids.derived(ids.IdType.JOB, "0001", folder),
        profile_id=profile,
        name=folder,
        folder=prefix,
        metadata_key=f"{prefix}records.mrc",
        submitted_at=clock.stamp(clock.now()),
    )
    jobs.submit(job)
    with counted() as made:
        plan = ingest.check(job.id, clock.now())
        body = boto3.client("s3").get_object(Bucket=plan["bucket"], Key=plan["chunks"])["Body"].read()
        chunks = [Chunk.model_validate(each) for each in json.loads(body)]
        seconds = [
            _timed(lambda chunk=chunk: ingest.load(job.id, chunk, Mode(plan["mode"]), clock.now())) for chunk in chunks
        ]
        ingest.settle(job.id, clock.now())
    a_record = RECORDS / len(chunks)
    thousand = round(1_000 / a_record)
    first, last = (sum(part) / (thousand * a_record) for part in (seconds[:thousand], seconds[-thousand:]))
    return first, last, {service: count / RECORDS for service, count in made.items()}


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count the requests that this process makes, by service."""
    from botocore.client import BaseClient

    made: Counter[str] = Counter()
    original = BaseClient._make_api_call

    def counting(self: Any, operation: str, parameters: Any) -> Any:
        made[self.meta.service_model.service_id] += 1
        return original(self, operation, parameters)

    BaseClient._make_api_call = counting  # type: ignore[method-assign]
    try:
        yield made
    finally:
        BaseClient._make_api_call = original  # type: ignore[method-assign]
