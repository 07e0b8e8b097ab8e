"""What the local cloud promises about data: a stop keeps all of it, a killed process loses at most a minute."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.place import HOST, Place
from infra.local.processes import CLOUD, answers, start_cloud
from tests.cloud.conftest import wait_until


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An empty cloud of its own."""
    place = Place(tmp_path, port=0, cloud_port=_free_port(), enforce_iam=False)
    start_cloud(place)
    yield place
    CLOUD.stop(place)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _put_something(place: Place) -> None:
    keys: list[dict[str, Any]] = [{"AttributeName": "pk", "KeyType": "HASH"}]
    place.client("dynamodb").create_table(
        TableName="kept",
        KeySchema=keys,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    place.client("dynamodb").put_item(TableName="kept", Item={"pk": {"S": "title"}})
    place.client("s3").create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    place.client("s3").put_object(Bucket="kept", Key="master", Body=b"\x00\xff" * 1000)


def _everything_is_there(place: Place) -> bool:
    item = place.client("dynamodb").get_item(TableName="kept", Key={"pk": {"S": "title"}}).get("Item")
    body = place.client("s3").get_object(Bucket="kept", Key="master")["Body"].read()
    return bool(item == {"pk": {"S": "title"}} and body == b"\x00\xff" * 1000)


def test_a_stop_keeps_the_data_and_leaves_nothing_running(place: Place) -> None:
    _put_something(place)
    assert CLOUD.stop(place)
    assert not answers(place.cloud_port)
    start_cloud(place)
    assert _everything_is_there(place)


def test_a_killed_cloud_loses_at_most_a_minute(place: Place) -> None:
    _put_something(place)
    state = place.directory / "state"
    wait_until(lambda: all('"kept"' in _text(state / name) for name in ("dynamodb.json", "s3.json")), timeout=60)
    pid = CLOUD.pid(place)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: CLOUD.pid(place) is None)
    start_cloud(place)
    assert _everything_is_there(place)


def _text(path: Path) -> str:
    return path.read_text().replace("'", '"') if path.is_file() else ""
