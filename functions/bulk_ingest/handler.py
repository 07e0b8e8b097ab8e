"""The steps of the bulk ingest workflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from armarium.ingest import service as ingest
from armarium.ingest.model import Mode
from armarium.jobs.errors import JobNotFoundError
from armarium.jobs.model import Chunk
from armarium.platform import clock
from armarium.platform.errors import ArmariumError
from armarium.platform.observability import logger, metrics, tracer
from armarium.platform.workflows import cause_of


def _check(event: dict[str, Any]) -> dict[str, Any]:
    """What a person has to mend is an answer, not an error: trying again would not help."""
    try:
        return {**ingest.check(event["job"], clock.now()), "error": {}}
    except ArmariumError as error:
        refused = {"Error": type(error).__name__, "Cause": error.message}
        return {"verdict": "REFUSED", "mode": "", "bucket": "", "chunks": "", "error": refused}


def _load(event: dict[str, Any]) -> dict[str, Any]:
    ingest.load(event["job"], Chunk.model_validate(event["chunk"]), Mode(event["mode"]), clock.now())
    metrics().add_metric("ChunksLoaded", MetricUnit.Count, 1)
    return {}


def _settle(event: dict[str, Any]) -> dict[str, Any]:
    return {"status": ingest.settle(event["job"], clock.now()).status}


def _prepare_undo(event: dict[str, Any]) -> dict[str, Any]:
    return ingest.prepare_undo(event["job"])


def _take_back(event: dict[str, Any]) -> dict[str, Any]:
    ingest.take_back(event["job"], Chunk.model_validate(event["chunk"]), event["by"], clock.now())
    return {}


def _settle_undo(event: dict[str, Any]) -> dict[str, Any]:
    return {"status": ingest.settle_undo(event["job"], event["by"], clock.now()).status}


def _fail(event: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"status": ingest.fail(event["job"], cause_of(event["error"]), clock.now()).status}
    except JobNotFoundError:
        logger().error("an execution for a job that is not there")
        return {"status": "UNKNOWN"}


STEPS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "check": _check,
    "load": _load,
    "settle": _settle,
    "prepare_undo": _prepare_undo,
    "take_back": _take_back,
    "settle_undo": _settle_undo,
    "fail": _fail,
}


@metrics().log_metrics
@logger().inject_lambda_context(correlation_id_path="job", clear_state=True)
@tracer().capture_lambda_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One step: ``{"step", "job", …}`` → what the workflow needs to go on."""
    return STEPS[event["step"]](event)
