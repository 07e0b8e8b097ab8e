"""The sweep: what was left half done is found and set going again."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from armarium.bulk_change import service as bulk_change
from armarium.ingest import service as ingest
from armarium.platform import clock
from armarium.platform.observability import logger, metrics, tracer


@metrics().log_metrics
@logger().inject_lambda_context(clear_state=True)
@tracer().capture_lambda_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """On a schedule, and when an execution ends badly: tend the jobs that have not ended."""
    tended = (*ingest.sweep(clock.now()), *bulk_change.sweep(clock.now()))
    metrics().add_metric("JobsTended", MetricUnit.Count, len(tended))
    return {"tended": list(tended)}
