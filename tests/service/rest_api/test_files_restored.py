"""Files replaced, moved together, deleted together, and brought back from the history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from armarium.audit import service as audit
from armarium.inventory import service as inventory
from armarium.inventory.model import Collection
from armarium.platform.settings import settings
from tests.service.inventory.test_titles import draft
from tests.service.rest_api.client import Api
from tests.service.rest_api.test_uploads import CONTENT, begin, send

Drop = Callable[[str, bytes], str]


@pytest.fixture
def stream(aws: None) -> Callable[[], None]:
    """Has the audit read what the inventory's stream tells, as the stream's reader does."""
    boto3.client("dynamodb").update_table(
        TableName=settings().inventory_table,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    streams = boto3.client("dynamodbstreams")
    arn = streams.list_streams(TableName=settings().inventory_table)["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    at = {"next": streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")}

    def read() -> None:
        answer = streams.get_records(ShardIterator=at["next"].pop("ShardIterator"))
        at["next"]["ShardIterator"] = answer["NextShardIterator"]
        audit.record([{"eventID": each["eventID"], "dynamodb": each["dynamodb"]} for each in answer["Records"]])

    return read


@pytest.fixture
def representation(stream: None, collection: Collection) -> str:
    made = draft(1, collection, "Atlas", files=0)
    made = made.model_copy(update={"representations": draft(1, collection, "Atlas", files=1).representations})
    empty = made.representations[0].model_copy(update={"file_count": 0})
    inventory.save([made.model_copy(update={"representations": (empty,)})])
    return f"/bibs/{made.mms_id}/representations/{empty.id}"


def added(api: Api, representation: str, drop: Drop, *names: str) -> list[str]:
    made = [api("POST", f"{representation}/files", body={"path": drop(name, name.encode())}) for name in names]
    return [file["pid"] for _, file in made]


def labels(api: Api, representation: str) -> list[str]:
    return [each["label"] for each in api("GET", f"{representation}/files")[1]["representation_file"]]


def history(api: Api, representation: str, **query: str) -> list[dict[str, Any]]:
    status, found = api("GET", f"{representation}/history", query | {"limit": "100"})
    assert status == 200, found
    changes: list[dict[str, Any]] = found["change"]
    return changes


def master(path: str) -> bytes:
    content: bytes = boto3.client("s3").get_object(Bucket="armarium-storage", Key=path)["Body"].read()
    return content


def restored(api: Api, representation: str, change: dict[str, Any]) -> tuple[int, Any]:
    return api("POST", f"{representation}/history", {"op": "restore", "change": change["id"]})


def test_files_move_and_go_together(cataloguer: Api, representation: str, drop: Drop) -> None:
    a, b, c, d = added(cataloguer, representation, drop, "a.tif", "b.tif", "c.tif", "d.tif")
    body = {"representation_file": [{"pid": d}, {"pid": b}], "order": 1}
    assert cataloguer("PATCH", f"{representation}/files", body=body)[0] == 200
    assert labels(cataloguer, representation) == ["d", "b", "a", "c"]
    _, page = cataloguer("GET", f"{representation}/files", {"limit": "2"})
    _, rest = cataloguer("GET", f"{representation}/files", {"limit": "2", "token": page["next_token"]})
    assert [each["order"] for each in rest["representation_file"]] == [3, 4]
    assert cataloguer.ask("DELETE", f"{representation}/files", {"pid": f"{a},{d}"}).status == 204
    assert labels(cataloguer, representation) == ["b", "c"]
    assert cataloguer("GET", representation)[1]["files"]["total_record_count"] == 2
    assert cataloguer.ask("DELETE", f"{representation}/files", {"pid": f"{a},{c}"}).error == "401652"
    assert labels(cataloguer, representation) == ["b", "c"]


def test_a_representation_shows_the_thumbnail_of_the_file_it_names(
    cataloguer: Api, representation: str, drop: Drop
) -> None:
    (pid,) = added(cataloguer, representation, drop, "a.tif")
    assert cataloguer("PATCH", representation, body={"thumbnail": pid})[1]["thumbnail"] == pid
    assert cataloguer.ask("PATCH", representation, body={"thumbnail": "13000"}).error == "401652"
    assert cataloguer("PATCH", representation, body={"thumbnail": None})[1]["thumbnail"] is None


def test_an_upload_that_replaces_a_file_keeps_its_place_and_label_and_is_done_once(
    cataloguer: Api, representation: str, drop: Drop, wishes: list[Any]
) -> None:
    a, _ = added(cataloguer, representation, drop, "a.tif", "b.tif")
    path, _ = begin(cataloguer, representation, replaces=a)
    send(cataloguer, path, CONTENT)
    status, first = cataloguer("POST", path, {"op": "finish"})
    assert (status, cataloguer("POST", path, {"op": "finish"})[1]) == (200, first)
    file = first["representation_file"]
    assert (file["pid"], file["label"], file["order"], file["size"]) == (a, "a", 1, len(CONTENT))
    assert master(file["path"]) == CONTENT
    assert cataloguer("GET", representation)[1]["files"]["total_record_count"] == 2
    assert [wish["rederive"]["pid"] for wish in wishes] == [a]
    again, _ = begin(cataloguer, representation, replaces=a)
    assert again == path
    assert cataloguer("GET", again)[1]["finished"] is True
    assert begin(cataloguer, representation)[0] != path  # the same bytes as a file of their own


def test_old_labels_places_and_properties_come_back(
    cataloguer: Api, representation: str, drop: Drop, stream: Callable[[], None]
) -> None:
    c = added(cataloguer, representation, drop, "a.tif", "b.tif", "c.tif")[2]
    cataloguer("PATCH", f"{representation}/files/{c}", body={"label": "Cover"})
    cataloguer("PATCH", f"{representation}/files/{c}", body={"order": 1})
    cataloguer("PATCH", representation, body={"public_note": "new", "label": "Scans"})
    stream()
    properties, moved, labelled, *_ = history(cataloguer, representation)
    assert (properties["after"]["public_note"], moved["after"].keys()) == ("new", {"order"})
    assert history(cataloguer, representation, pid=c)[:2] == [moved, labelled]
    for change in (properties, moved, labelled):
        assert change["restorable"]
        assert restored(cataloguer, representation, change)[0] == 200
    assert labels(cataloguer, representation) == ["a", "b", "c"]
    assert cataloguer("GET", representation)[1]["public_note"] == ""
    stream()
    assert [each["action"] for each in history(cataloguer, representation)[:3]] == ["changed"] * 3
    refused = cataloguer.ask(
        "POST", f"{representation}/history", {"op": "restore", "change": labelled["id"]}, headers={"if-match": '"1"'}
    )
    assert refused.status == 412


def test_a_deleted_file_comes_back_with_its_bytes_to_its_place(
    cataloguer: Api, representation: str, drop: Drop, stream: Callable[[], None], wishes: list[Any]
) -> None:
    b = added(cataloguer, representation, drop, "a.tif", "b.tif", "c.tif")[1]
    before = cataloguer("GET", f"{representation}/files/{b}")[1]
    assert cataloguer.ask("DELETE", f"{representation}/files/{b}").status == 204
    with pytest.raises(Exception, match="NoSuchKey"):
        master(before["path"])
    stream()
    deletion = next(each for each in history(cataloguer, representation) if each["action"] == "deleted")
    assert restored(cataloguer, representation, deletion)[0] == 200
    assert labels(cataloguer, representation) == ["a", "b", "c"]
    assert master(before["path"]) == b"b.tif"
    after = cataloguer("GET", f"{representation}/files/{b}")[1]
    assert (after["sha256"], after["technical"]["status"]) == (before["sha256"], "PENDING")
    assert [wish["rederive"]["pid"] for wish in wishes] == [b]
    assert restored(cataloguer, representation, deletion)[1]["errorList"]["error"][0]["errorCode"] == (
        "ARM-NOT-RESTORABLE"
    )
    stream()
    assert "restored" in [each["action"] for each in history(cataloguer, representation, pid=b)]


def test_the_former_content_of_a_file_comes_back(
    cataloguer: Api, representation: str, drop: Drop, stream: Callable[[], None], wishes: list[Any]
) -> None:
    (a,) = added(cataloguer, representation, drop, "a.tif")
    first = cataloguer("GET", f"{representation}/files/{a}")[1]
    second = cataloguer("PATCH", f"{representation}/files/{a}", body={"path": drop("b.tif", b"better")})[1]
    stream()
    replaced = history(cataloguer, representation, pid=a)[0]
    assert restored(cataloguer, representation, replaced)[0] == 200
    now = cataloguer("GET", f"{representation}/files/{a}")[1]
    assert (now["path"], now["size"], now["sha256"]) == (first["path"], first["size"], first["sha256"])
    assert master(now["path"]) == b"a.tif"
    with pytest.raises(Exception, match="NoSuchKey"):
        master(second["path"])


def test_a_master_whose_last_version_is_gone_is_said_to_be_gone(
    cataloguer: Api, representation: str, drop: Drop, stream: Callable[[], None]
) -> None:
    (a,) = added(cataloguer, representation, drop, "a.tif")
    path = cataloguer("GET", f"{representation}/files/{a}")[1]["path"]
    cataloguer("DELETE", f"{representation}/files/{a}")
    stream()
    s3 = boto3.client("s3")
    for version in s3.list_object_versions(Bucket="armarium-storage", Prefix=path)["Versions"]:
        s3.delete_object(Bucket="armarium-storage", Key=path, VersionId=version["VersionId"])
    deletion = next(each for each in history(cataloguer, representation) if each["action"] == "deleted")
    answer = restored(cataloguer, representation, deletion)[1]
    assert answer["errorList"]["error"][0]["errorCode"] == "ARM-MASTER-GONE"
    assert labels(cataloguer, representation) == []


def test_the_history_of_another_representation_gives_nothing_back(
    cataloguer: Api, representation: str, drop: Drop, stream: Callable[[], None]
) -> None:
    (a,) = added(cataloguer, representation, drop, "a.tif")
    cataloguer("DELETE", f"{representation}/files/{a}")
    stream()
    deletion = next(each for each in history(cataloguer, representation) if each["action"] == "deleted")
    mms_id = representation.split("/")[2]
    other = inventory.get_representation(mms_id, representation.split("/")[4]).model_copy(
        update={"id": "1200000000000000990001", "file_count": 0}
    )
    inventory.put_representation(other)
    answer = restored(cataloguer, f"/bibs/{mms_id}/representations/{other.id}", deletion)
    assert answer[1]["errorList"]["error"][0]["errorCode"] == "ARM-NOT-RESTORABLE"
    assert restored(cataloguer, representation, {"id": "2026#e#1"})[0] == 400
