"""Messages: once, again, too early, too late, too often."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest

from armarium.derivatives import service, store
from armarium.derivatives.errors import NotYetRecordedError, StrangeMessageError, TooLittleTimeError
from armarium.derivatives.model import LAST_LOOK
from armarium.derivatives.service import Outcome
from armarium.inventory import service as inventory
from armarium.inventory import store as inventory_store
from armarium.inventory.model import DerivativeStatus, File
from armarium.platform import blobs
from tests.service.derivatives import samples
from tests.service.derivatives.shelf import LIMITS, NOW, Shelf, stored

DONE, FAILED, PENDING = DerivativeStatus.DONE, DerivativeStatus.FAILED, DerivativeStatus.PENDING
PNG = samples.encoded(samples.quarters(), "PNG")


def remove(file: File) -> None:
    inventory_store.delete_items(
        [item for item in inventory_store.whole(file.mms_id) if item.id == file.pid], "somebody", ""
    )


def test_an_event_delivered_twice_derives_once(shelf: Shelf) -> None:
    file = shelf.file("a.png", PNG)
    first = shelf.derive(file)
    assert shelf.outcome is Outcome.DERIVED
    assert shelf.derive(file) == first
    assert shelf.outcome is Outcome.UNCHANGED


def test_a_file_is_derived_again_on_demand(shelf: Shelf) -> None:
    file = shelf.derive(shelf.file("a.png", PNG))
    blobs.delete("armarium-derivatives", [store.prefix(file.mms_id, file.representation_id, file.pid) + "pyramid.tif"])
    service.request(file)
    (message,) = shelf.messages()
    assert service.derive(message, 1, LIMITS, NOW) is Outcome.DERIVED
    assert shelf.names(file) == {"pyramid.tif", "thumbnail.jpg"}


def test_derivatives_of_an_earlier_version_are_cleared_away(shelf: Shelf) -> None:
    file = shelf.derive(shelf.file("a.tif", samples.several_pages()))
    assert "pyramid-3.tif" in shelf.names(file)
    shelf.record(replace_bytes(file, PNG), replacing=file.version)
    shelf.derive(file)
    assert shelf.names(file) == {"pyramid.tif", "thumbnail.jpg"}


def replace_bytes(file: File, content: bytes) -> File:
    blobs.write("armarium-storage", file.key, content)
    return file.model_copy(update={"sha256": None, "size": len(content), "technical": type(file.technical)()})


def test_derivation_leaves_the_version_that_people_edit_alone(shelf: Shelf) -> None:
    file = shelf.file("a.png", PNG)
    assert shelf.derive(file).version == file.version


def test_bytes_that_changed_since_they_were_received_are_marked_and_not_shown(shelf: Shelf) -> None:
    file = shelf.derive(shelf.file("a.png", PNG, sha256="0" * 64))
    assert (file.technical.status, file.technical.reason) == (FAILED, service.FIXITY)
    assert file.sha256 == "0" * 64
    assert shelf.names(file) == set()


def test_the_checksum_is_computed_where_none_is_known(shelf: Shelf) -> None:
    known = shelf.unrecorded("a.png", PNG)
    shelf.record(known.model_copy(update={"sha256": None}))
    assert shelf.derive(known).sha256 == known.sha256


def test_an_event_that_overtakes_the_record_is_tried_again_and_then_served(shelf: Shelf) -> None:
    file = shelf.unrecorded("a.png", PNG)
    with pytest.raises(NotYetRecordedError):
        service.derive(stored(file), 1, LIMITS, NOW)
    shelf.record(file)
    assert shelf.derive(file, receive_count=2).technical.status is DONE


def test_a_deleted_file_is_given_up_quietly_and_leaves_nothing(shelf: Shelf) -> None:
    file = shelf.derive(shelf.file("a.png", PNG))
    remove(file)
    assert service.derive(stored(file), LAST_LOOK, LIMITS, NOW) is Outcome.GONE
    assert shelf.names(file) == set()


def test_a_master_that_is_no_longer_there_is_no_error(shelf: Shelf) -> None:
    file = shelf.file("a.png", PNG)
    blobs.delete("armarium-storage", [file.key])
    assert service.derive(stored(file), 1, LIMITS, NOW) is Outcome.GONE


def test_nothing_is_begun_without_time_to_end_it(shelf: Shelf) -> None:
    with pytest.raises(TooLittleTimeError):
        service.derive(stored(shelf.file("a.png", PNG)), 1, replace(LIMITS, seconds=1), NOW)


def test_a_file_too_large_is_marked_and_not_fetched(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "fetch_master", lambda *_: pytest.fail("fetched"))
    file = shelf.derive(shelf.file("a.png", PNG), replace(LIMITS, file_bytes=10))
    assert file.technical.status is FAILED
    assert "too large" in (file.technical.reason or "")


def test_a_file_that_needs_too_much_memory_is_marked(shelf: Shelf) -> None:
    grey = samples.encoded(samples.quarters(6000, 6000), "JPEG2000")
    file = shelf.derive(shelf.file("big.jp2", grey), replace(LIMITS, memory=130 << 20))
    assert file.technical.status is FAILED
    assert "memory" in (file.technical.reason or "")
    assert shelf.names(file) == set()


HANG = "import time; time.sleep(300)"
CRASH = "import os; os.kill(os.getpid(), 11)"
CLAIM = (
    "import sys, json, os; folder = sys.argv[2]; os.symlink('/etc/passwd', folder + '/text.txt'); "
    "json.dump({'derived': [{'name': NAME, 'size': 1}]}, open(folder + '/findings.json', 'w'))"
)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (HANG, "takes longer than the 20 seconds"),
        (CRASH, "broke down on the file"),
        (CLAIM.replace("NAME", "'../../../etc/passwd'"), "broke down on the file"),
        (CLAIM.replace("NAME", "'text.txt'"), "broke down on the file"),
        ("import sys; open(sys.argv[2] + '/findings.json', 'w').write('{')", "broke down on the file"),
    ],
)
def test_a_workshop_that_hangs_crashes_or_lies_fails_only_its_file(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, program: str, reason: str
) -> None:
    real_popen = service.subprocess.Popen

    def instead(command: list[str], **options: Any) -> Any:
        return real_popen([command[0], "-c", program, *command[3:]], **options)

    monkeypatch.setattr(service.subprocess, "Popen", instead)
    seconds = 20.0
    if program == HANG:
        monkeypatch.setattr(service, "LEAST_SECONDS", 0)
        seconds, reason = 0.5, "takes longer than the 0 seconds"
    file = shelf.derive(shelf.file("a.png", PNG), replace(LIMITS, seconds=seconds))
    assert file.technical.status is FAILED
    assert reason in (file.technical.reason or "")
    assert shelf.names(file) == set()


def test_the_workshop_is_given_no_credentials(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "very-secret")
    given: dict[str, str] = {}
    real_popen = service.subprocess.Popen

    def watched(command: list[str], **options: Any) -> Any:
        given.update(options["env"])
        return real_popen(command, **options)

    monkeypatch.setattr(service.subprocess, "Popen", watched)
    assert shelf.derive(shelf.file("a.png", PNG)).technical.status is DONE
    assert given
    assert not [name for name in given if name.startswith("AWS")]


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"rederive": {}}', '{"detail": {"object": {"key": 7}}}'])
def test_a_strange_message_is_an_error_of_its_own(shelf: Shelf, body: str) -> None:
    with pytest.raises(StrangeMessageError):
        service.derive(body, 1, LIMITS, NOW)
    assert service.gave_up(body, NOW) is Outcome.FOREIGN


def test_an_object_that_is_no_master_is_left_alone(shelf: Shelf) -> None:
    body = json.dumps({"detail": {"object": {"key": "01ARM_INST/records/99/abc"}}})
    assert service.derive(body, 1, LIMITS, NOW) is Outcome.FOREIGN


def test_a_file_that_failed_too_often_is_marked_and_can_be_asked_for_again(shelf: Shelf) -> None:
    file = shelf.file("a.png", PNG)
    assert service.gave_up(stored(file), NOW) is Outcome.REFUSED
    marked = inventory.find_file(file.pid)
    assert (marked.technical.status, marked.technical.reason) == (FAILED, service.GAVE_UP)
    service.request(marked)
    assert service.derive(shelf.messages()[0], 1, LIMITS, NOW) is Outcome.DERIVED


def test_giving_up_does_not_spoil_what_was_done(shelf: Shelf) -> None:
    file = shelf.derive(shelf.file("a.png", PNG))
    assert service.gave_up(stored(file), NOW) is Outcome.UNCHANGED
    assert inventory.find_file(file.pid) == file


# The function


@pytest.fixture
def function() -> ModuleType:
    path = Path(__file__).resolve().parents[3] / "functions" / "derivatives" / "handler.py"
    spec = spec_from_file_location("derivatives_handler", path)
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def context() -> SimpleNamespace:
    return SimpleNamespace(
        function_name="derivatives",
        memory_limit_in_mb="3008",
        invoked_function_arn="arn",
        aws_request_id="1",
        get_remaining_time_in_millis=lambda: 90_000,
    )


def received(queue_url: str, *bodies: str) -> dict[str, Any]:
    sqs = boto3.client("sqs")
    for body in bodies:
        sqs.send_message(QueueUrl=queue_url, MessageBody=body)
    got = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, AttributeNames=["All"], VisibilityTimeout=900)
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:derivatives",
            }
            for message in got["Messages"]
        ]
    }


def test_only_the_messages_that_failed_come_again(
    shelf: Shelf, function: ModuleType, context: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, early = shelf.file("a.png", PNG), shelf.unrecorded("b.png", PNG)
    postponed: list[int] = []
    monkeypatch.setattr(store, "postpone", lambda *told: postponed.append(told[-1]))
    event = received(shelf.queue_url, stored(good), stored(early))
    failed = function.handler(event, context)["batchItemFailures"]
    assert [item["itemIdentifier"] for item in failed] == [event["Records"][1]["messageId"]]
    assert postponed == [5]
    assert inventory.find_file(good.pid).technical.status is DONE


def test_a_postponed_message_comes_again_after_its_pause(shelf: Shelf) -> None:
    event = received(shelf.queue_url, "{}")
    assert shelf.messages() == []
    record = event["Records"][0]
    store.postpone(record["eventSourceARN"], record["receiptHandle"], 0)
    assert shelf.messages() == ["{}"]


def test_the_dead_letter_function_marks_its_files(shelf: Shelf, function: ModuleType, context: SimpleNamespace) -> None:
    file = shelf.file("a.png", PNG)
    assert function.gave_up(received(shelf.queue_url, stored(file)), context)["batchItemFailures"] == []
    assert inventory.find_file(file.pid).technical.status is FAILED
