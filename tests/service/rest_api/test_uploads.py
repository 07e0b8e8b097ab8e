"""Promises of uploads in parts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
import requests

from armarium.cataloguing import store
from armarium.cataloguing.model import part_size, safe_name
from armarium.inventory import service as inventory
from armarium.inventory.model import Collection
from armarium.platform.settings import settings
from tests.service.inventory.test_titles import draft
from tests.service.rest_api.client import Api, Context

MEBIBYTE = 1024**2
CONTENT = bytes(range(256)) * 4096 * 9  # nine mebibytes: two parts


@pytest.fixture
def representation(collection: Collection) -> str:
    made = draft(1, collection, "Atlas", files=1)
    inventory.save([made])
    return f"/bibs/{made.mms_id}/representations/{made.representations[0].id}"


def begin(api: Api, representation: str, content: bytes = CONTENT, **fields: Any) -> tuple[str, dict[str, Any]]:
    body = {"name": "scan.tif", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()} | fields
    status, upload = api("POST", f"{representation}/uploads", body=body)
    assert status == 200, upload
    return f"{representation}/uploads/{upload['id']}", upload


def send(api: Api, path: str, content: bytes, first: int = 1, count: int = 100) -> None:
    _, links = api("POST", path, {"op": "links", "first": str(first), "count": str(count)})
    for part in links["part"]:
        start = (part["number"] - 1) * links["part_size"]
        sent = requests.put(part["url"], data=content[start : start + part["size"]], timeout=30)
        assert sent.status_code == 200, sent.text


def test_a_file_is_uploaded_in_parts_resumed_and_checked(cataloguer: Api, representation: str) -> None:
    path, upload = begin(cataloguer, representation, label="Scan")
    assert (upload["part_size"], upload["part_count"]) == (8 * MEBIBYTE, 2)
    send(cataloguer, path, CONTENT, first=1, count=1)
    early = cataloguer.ask("POST", path, {"op": "finish"})
    assert (early.status, early.error) == (400, "ARM-UPLOAD-INCOMPLETE")
    again, resumed = begin(cataloguer, representation)
    assert (again, resumed["label"]) == (path, "Scan")
    assert [part["number"] for part in cataloguer("GET", path)[1]["part"]] == [1]
    send(cataloguer, path, CONTENT, first=2)
    status, finished = cataloguer("POST", path, {"op": "finish"})
    file = finished["representation_file"]
    assert (status, file["size"], file["sha256"]) == (200, len(CONTENT), upload["sha256"])
    assert (file["order"], file["label"], file["pid"]) == (2, "Scan", upload["id"])
    assert cataloguer("POST", path, {"op": "finish"})[1] == finished
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket="armarium-upload")
    assert cataloguer("GET", representation)[1]["files"]["total_record_count"] == 2


def test_other_bytes_than_announced_are_refused_and_nothing_is_recorded(cataloguer: Api, representation: str) -> None:
    path, _ = begin(cataloguer, representation)
    send(cataloguer, path, CONTENT[::-1])
    answer = cataloguer.ask("POST", path, {"op": "finish"})
    assert (answer.status, answer.error) == (400, "ARM-FIXITY")
    assert cataloguer("GET", representation)[1]["files"]["total_record_count"] == 1
    s3 = boto3.client("s3")
    assert all("Contents" not in s3.list_objects_v2(Bucket=each) for each in ("armarium-upload", "armarium-storage"))
    assert cataloguer.ask("GET", path).error == "401652"


def test_an_upload_that_is_given_up_leaves_nothing(cataloguer: Api, representation: str) -> None:
    path, _ = begin(cataloguer, representation)
    send(cataloguer, path, CONTENT, count=1)
    assert cataloguer.ask("DELETE", path).status == 204
    assert "Uploads" not in boto3.client("s3").list_multipart_uploads(Bucket="armarium-upload")
    assert cataloguer.ask("POST", path, {"op": "links"}).error == "401652"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": ""}, "401664"),
        ({"name": "../.."}, "401664"),
        ({"size": 0}, "ARM-INVALID"),
        ({"size": "many"}, "ARM-INVALID"),
        ({"sha256": "abc"}, "ARM-INVALID"),
    ],
)
def test_an_upload_says_what_it_will_be(
    cataloguer: Api, representation: str, fields: dict[str, Any], code: str
) -> None:
    body = {"name": "scan.tif", "size": 10, "sha256": "0" * 64} | fields
    answer = cataloguer.ask("POST", f"{representation}/uploads", body=body)
    assert (answer.status, answer.error) == (400, code)


# Too large for one request


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Every upload counts as large; answers the messages that ask to go on."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="uploads")["QueueUrl"]
    known = replace(settings(), uploads_queue_url=url)
    monkeypatch.setattr(store, "settings", lambda: known)
    monkeypatch.setattr("armarium.cataloguing.model.FINISHED_AT_ONCE", 0)

    def messages() -> list[str]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [each["Body"] for each in found]

    return messages


def handled(body: str) -> list[Any]:
    """The messages that come again."""
    from functions.uploads.handler import handler

    record = {"messageId": "1", "body": body, "eventSource": "aws:sqs"}
    failed: list[Any] = handler({"Records": [record]}, Context())["batchItemFailures"]  # type: ignore[arg-type]
    return failed


def test_a_large_upload_is_finished_after_the_request(
    cataloguer: Api, representation: str, queue: Callable[[], list[str]]
) -> None:
    path, upload = begin(cataloguer, representation, label="Scan")
    send(cataloguer, path, CONTENT, count=1)
    assert cataloguer.ask("POST", path, {"op": "finish"}).error == "ARM-UPLOAD-INCOMPLETE"
    send(cataloguer, path, CONTENT, first=2)
    accepted = cataloguer.ask("POST", path, {"op": "finish"})
    assert (accepted.status, accepted.json["processing"], accepted.json["finished"]) == (202, True, False)
    assert cataloguer.ask("POST", path, {"op": "finish"}).status == 202
    assert cataloguer("GET", path)[1]["processing"] is True
    [asked] = queue()
    assert (handled(asked), handled(asked)) == ([], [])
    _, finished = cataloguer("GET", path)
    assert (finished["finished"], finished["processing"], finished["problem"]) == (True, False, None)
    status, file = cataloguer("GET", f"{representation}/files/{upload['id']}")
    assert (status, file["size"], file["sha256"], file["label"]) == (200, len(CONTENT), upload["sha256"], "Scan")
    assert cataloguer("POST", path, {"op": "finish"}) == (200, {"representation_file": file})
    assert cataloguer("GET", representation)[1]["files"]["total_record_count"] == 2


def test_a_large_upload_of_other_bytes_says_what_was_wrong_and_can_be_sent_anew(
    cataloguer: Api, representation: str, queue: Callable[[], list[str]]
) -> None:
    path, _ = begin(cataloguer, representation)
    send(cataloguer, path, CONTENT[::-1])
    assert cataloguer.ask("POST", path, {"op": "finish"}).status == 202
    [asked] = queue()
    assert handled(asked) == []
    _, refused = cataloguer("GET", path)
    assert (refused["finished"], refused["processing"]) == (False, False)
    assert "not those that were announced" in refused["problem"]
    assert cataloguer.ask("POST", path, {"op": "finish"}).error == "ARM-FIXITY"
    again, _ = begin(cataloguer, representation)
    assert again == path
    send(cataloguer, path, CONTENT)
    assert cataloguer.ask("POST", path, {"op": "finish"}).status == 202
    assert [handled(each) for each in queue()] == [[]]
    assert cataloguer("GET", path)[1]["finished"] is True


def test_a_large_upload_that_was_given_up_meanwhile_is_left_alone(
    cataloguer: Api, representation: str, queue: Callable[[], list[str]]
) -> None:
    path, _ = begin(cataloguer, representation)
    send(cataloguer, path, CONTENT)
    cataloguer.ask("POST", path, {"op": "finish"})
    assert cataloguer.ask("DELETE", path).status == 204
    assert [handled(each) for each in queue()] == [[]]
    assert cataloguer("GET", representation)[1]["files"]["total_record_count"] == 1


def test_a_large_upload_on_which_s3_fails_comes_again(
    cataloguer: Api, representation: str, queue: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = begin(cataloguer, representation)
    send(cataloguer, path, CONTENT)
    cataloguer.ask("POST", path, {"op": "finish"})
    [asked] = queue()
    with monkeypatch.context() as broken:
        broken.setattr("armarium.inventory.store.adopt", lambda *_: (_ for _ in ()).throw(OSError("slow down")))
        assert handled(asked) == [{"itemIdentifier": "1"}]
    assert handled(asked) == []
    assert cataloguer("GET", path)[1]["finished"] is True


def test_five_tebibytes_fit_into_the_parts_that_s3_takes() -> None:
    for size in (1, 8 * MEBIBYTE, 9_000 * 8 * MEBIBYTE + 1, 5 * 1024**4):
        assert part_size(size) <= 5 * 1024**3
        assert -(-size // part_size(size)) <= 10_000


def test_a_name_is_kept_without_its_path() -> None:
    assert safe_name("C:\\scans\\Seite 1.tif") == "Seite 1.tif"
    assert safe_name("a/b/../.hidden\n.tif") == "hidden.tif"
