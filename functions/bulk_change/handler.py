"""The steps of the bulk change workflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from armarium.bulk_change import service as bulk_change
from armarium.jobs.errors import JobNotFoundError
from armarium.jobs.model import Chunk
from armarium.platform import clock
from armarium.platform.errors import ArmariumError
from armarium.platform.observability import logger, metrics, tracer
from armarium.platform.workflows import cause_of


def _freeze(event: dict[str, Any]) -> dict[str, Any]:
    """What a person has to mend is an answer, not an error: trying again would not help."""
    try:
        return {**bulk_change.freeze(event["job"], clock.now()), "error": {}}
    except ArmariumError as error:
        refused = {"Error": type(error).__name__, "Cause": error.message}
        return {"verdict": "REFUSED", "bucket": "", "chunks": "", "error": refused}


def _change(event: dict[str, Any]) -> dict[str, Any]:
    bulk_change.change_titles(event["job"], Chunk.model_validate(event["chunk"]), clock.now())
    metrics().add_metric("ChunksChanged", MetricUnit.Count, 1)
    return {}


def _settle(event: dict[str, Any]) -> dict[str, Any]:
    return {"status": bulk_change.settle(event["job"], clock.now()).status}


def _prepare_undo(event: dict[str, Any]) -> dict[str, Any]:
    return bulk_change.prepare_undo(event["job"])


def _take_back(event: dict[str, Any]) -> dict[str, Any]:
    bulk_change.take_back(event["job"], Chunk.model_validate(event["chunk"]), clock.now())
    return {}


def _settle_undo(event: dict[str, Any]) -> dict[str, Any]:
    return {"status": bulk_change.settle_undo(event["job"], event["by"], clock.now()).status}


def _fail(event: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"status": bulk_change.fail(event["job"], cause_of(event["error"]), clock.now()).status}
    except JobNotFoundError:
        logger().error("an execution for a job that is not there")
        return {"status": "UNKNOWN"}


STEPS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "freeze": _freeze,
    "change": _change,
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
