"""The inventory's stream → titles to index → the index; and the steps of building it anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from armarium.platform.observability import logger, metrics, tracer
from armarium.search import service as search
from armarium.search.messages import Received

log, meter, tracing = logger(), metrics(), tracer()


@meter.log_metrics
@log.inject_lambda_context(clear_state=True)
@tracing.capture_lambda_handler(capture_response=False)
def announce(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A batch of the inventory's stream: its titles go on the queue of the index."""
    titles = search.announce(event["Records"])
    meter.add_metric(name="TitlesAnnounced", unit="Count", value=titles)
    return {"batchItemFailures": []}


@meter.log_metrics
@log.inject_lambda_context(clear_state=True)
@tracing.capture_lambda_handler(capture_response=False)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Messages of the queue: index their titles; those of a group that failed come again together, in order."""
    received = [
        Received(id=each["messageId"], group=each["attributes"]["MessageGroupId"], body=each["body"])
        for each in event["Records"]
    ]
    failed = search.index(received)
    meter.add_metric(name="IndexMessages", unit="Count", value=len(received) - len(failed))
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}


def _begin(event: dict[str, Any]) -> dict[str, Any]:
    before = search.serving()
    return {"generation": search.begin_rebuild().number, "before": before}


def _send(event: dict[str, Any]) -> dict[str, Any]:
    token = search.send_titles(event["generation"], event["part"], event["parts"], event["token"] or None)
    return {"token": token or "", "done": token is None}


def _end(event: dict[str, Any]) -> dict[str, Any]:
    search.end_rebuild(event["generation"])
    return {}


def _look(event: dict[str, Any]) -> dict[str, Any]:
    return {"serves": search.serving() >= event["generation"]}


def _drop(event: dict[str, Any]) -> dict[str, Any]:
    search.drop_generation(event["before"])
    return {}


STEPS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "begin": _begin,
    "send": _send,
    "end": _end,
    "look": _look,
    "drop": _drop,
}


@meter.log_metrics
@log.inject_lambda_context(clear_state=True)
@tracing.capture_lambda_handler
def rebuild(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One step of the rebuild: ``{"step", …}`` → what the workflow needs to go on."""
    return STEPS[event["step"]](event)
