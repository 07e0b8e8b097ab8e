"""Search on the deployed stack: from a drop folder to a hit, and the index built anew under load."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.cloud.conftest import Cloud

FRESH = 5.0
"""Seconds from a change to its being found."""


def find(cloud: Cloud, key: str = "admin", **asked: str) -> dict[str, Any]:
    answer = cloud.api("GET", "/search", key=key, params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def titles(found: dict[str, Any]) -> list[str]:
    return [bib["title"] for bib in found["bib"]]


def dropped(cloud: Cloud, *names: str) -> str:
    """Titles out of a drop folder, and the folder's name."""
    folder = f"search-{uuid.uuid4().hex}"
    rows = "".join(f'"{name}","{folder}"\n' for name in names)
    cloud.drop("csv", folder, {"values.csv": f"dc:title,dc:subject\n{rows}".encode()})
    return folder


def is_saved(cloud: Cloud, title: str) -> bool:
    """Whether the demo collection has a title: asked of the table, not of the index."""
    found = cloud.client("dynamodb").query(
        TableName=cloud.outputs["tables"]["inventory"],
        IndexName="by_collection",
        KeyConditionExpression="collection_pk = :collection AND begins_with(collection_sk, :title)",
        ExpressionAttributeValues={
            ":collection": {"S": f"IN#{cloud.outputs['collection']}"},
            ":title": {"S": title.lower()},
        },
    )
    return bool(found["Items"])


def test_a_title_is_found_within_five_seconds_of_being_saved(cloud: Cloud) -> None:
    title = f"First q{uuid.uuid4().hex[:10]}"
    dropped(cloud, title)
    cloud.wait_until(lambda: is_saved(cloud, title), timeout=60, every=0.1)
    saved = time.monotonic()
    cloud.wait_until(lambda: titles(find(cloud, q=title)) == [title], timeout=30, every=0.1)
    assert time.monotonic() - saved < FRESH


def test_the_demo_titles_are_found_counted_and_suggested(cloud: Cloud) -> None:
    found = cloud.wait_until(
        lambda: (page := find(cloud, q='"cupboard of books"', facets="collection,format"))["bib"] and page
    )
    assert "Armarium, or the cupboard of books" in titles(found)
    assert cloud.outputs["collection"] in {each["value"] for each in found["facets"]["collection"]}
    offered = cloud.api("GET", "/search/suggestions", params={"q": "two le"}).json()["suggestion"]
    assert "Two leaves from the cupboard of books" in offered


def test_the_full_text_of_a_pdf_is_found_with_the_passage(cloud: Cloud) -> None:
    found = cloud.wait_until(lambda: find(cloud, key="readonly", q="text:folder")["bib"])
    [bib] = [bib for bib in found if bib["title"] == "How to drop a folder"]
    snippet = bib["snippets"][0]
    start, end = snippet["marks"][0]
    assert snippet["text"][start:end].lower() == "folder"


def test_search_is_closed_without_a_key(cloud: Cloud) -> None:
    assert cloud.api("GET", "/search", key=None).status_code == 401


def test_the_index_is_built_anew_while_the_old_one_serves_and_titles_come_in(cloud: Cloud) -> None:
    machines, bucket = cloud.client("stepfunctions"), cloud.outputs["index_bucket"]
    before = {key.split("/")[1] for key in _keys(cloud, bucket)}
    word = f"q{uuid.uuid4().hex[:10]}"
    started = machines.start_execution(stateMachineArn=cloud.outputs["state_machines"]["search_rebuild"])
    dropped(cloud, *(f"Number {number} {word}" for number in range(5)))

    def serves() -> bool:
        assert "Armarium, or the cupboard of books" in titles(find(cloud, q="armarium"))
        now = {key.split("/")[1] for key in _keys(cloud, bucket)} - before
        return bool(now) and find(cloud, q=word)["total_record_count"] == 5

    cloud.wait_until(serves, timeout=120, every=0.5)
    status = cloud.wait_until(lambda: _ended(machines, started["executionArn"]), timeout=300, every=1)
    assert status == "SUCCEEDED"
    assert find(cloud, q=word)["total_record_count"] == 5
    left = {key.split("/")[1] for key in _keys(cloud, bucket)}
    assert len(left) == 2 and "generations.json" in left and not left & (before - {"generations.json"})


def _keys(cloud: Cloud, bucket: str) -> list[str]:
    pages = cloud.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [entry["Key"] for page in pages for entry in page.get("Contents", ())]


def _ended(machines: Any, execution: str) -> str | None:
    status = machines.describe_execution(executionArn=execution)["status"]
    return None if status == "RUNNING" else str(status)


def test_what_somebody_edits_during_a_load_is_found_within_five_seconds(cloud: Cloud) -> None:
    word, edited = f"q{uuid.uuid4().hex[:10]}", f"z{uuid.uuid4().hex[:10]}"
    dropped(cloud, f"Before {word}")
    [bib] = cloud.wait_until(lambda: find(cloud, q=word)["bib"], timeout=90, every=0.2)
    load = dropped(cloud, *(f"Bulk {number}" for number in range(1_000)))
    cloud.wait_until(lambda: waiting(cloud) > 2, timeout=120, every=0.1)
    record = f'<record xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Edited {edited}</dc:title></record>'
    answer = cloud.api("PUT", f"/bibs/{bib['mms_id']}", json={"anies": [record]})
    assert answer.status_code == 200, answer.text
    saved, busy = time.monotonic(), waiting(cloud)
    cloud.wait_until(lambda: titles(find(cloud, q=edited)) == [f"Edited {edited}"], timeout=60, every=0.1)
    took = time.monotonic() - saved
    assert busy, f"{load} was indexed before anything was edited: nothing is shown by this"
    assert took < FRESH, f"{took:.1f} s with {busy} messages before it"


def waiting(cloud: Cloud) -> int:
    """Messages in the index queue."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    queue = cloud.client("sqs").get_queue_attributes(QueueUrl=cloud.outputs["queues"]["index"], AttributeNames=names)
    return sum(int(queue["Attributes"].get(name, 0)) for name in names)
