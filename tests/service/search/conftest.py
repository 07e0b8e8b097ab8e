"""The index of a test: the test itself reads the queue, and what the process knew of another index is forgotten."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from armarium.inventory import service as inventory
from armarium.inventory.model import Collection
from armarium.platform import settings as platform_settings
from armarium.search import service as search
from armarium.search import store
from armarium.search.messages import Received

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Queue:
    """The queue of titles to index, and its writer."""

    def __init__(self) -> None:
        self.url = boto3.client("sqs").create_queue(QueueName="titles.fifo", Attributes={"FifoQueue": "true"})[
            "QueueUrl"
        ]
        self.written: list[Received] = []

    def work(self) -> int:
        """Hand all messages to the writer, as Lambda does, until there are none; answers how many came."""
        count = 0
        sqs = boto3.client("sqs")
        while messages := sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, AttributeNames=["MessageGroupId"]
        ).get("Messages"):
            received = [
                Received(id=each["MessageId"], group=each["Attributes"]["MessageGroupId"], body=each["Body"])
                for each in messages
            ]
            assert search.index(received) == []
            self.written += received
            for each in messages:
                sqs.delete_message(QueueUrl=self.url, ReceiptHandle=each["ReceiptHandle"])
            count += len(messages)
        return count


@pytest.fixture(autouse=True)
def fresh(aws: None) -> Iterator[None]:
    """Nothing is known of another test's index."""
    store._queue.cache_clear()
    store._session.cache_clear()
    search.forget()
    yield
    search.forget()
    store._queue.cache_clear()


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Sets settings for this test."""

    def configure(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"ARMARIUM_{name.upper()}", value)
        platform_settings.settings.cache_clear()

    yield configure
    monkeypatch.undo()
    platform_settings.settings.cache_clear()


@pytest.fixture
def queue(configured: Callable[..., None]) -> Queue:
    made = Queue()
    configured(index_queue_url=made.url)
    return made


@pytest.fixture
def collection() -> Collection:
    return inventory.create_collection(name="Whales", by="ann", now=NOW)


def announce(*mms_ids: str, event: str = "") -> None:
    """Tell of titles as the inventory's stream does."""
    search.announce(
        [
            {
                "eventID": f"{event or os.urandom(8).hex()}-{mms_id}",
                "dynamodb": {"Keys": {"pk": {"S": f"BIB#{mms_id}"}, "sk": {"S": "BIB"}}},
            }
            for mms_id in mms_ids
        ]
    )


def told(received: Received) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(received.body)
    return body
