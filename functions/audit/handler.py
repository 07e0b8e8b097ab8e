"""The inventory's stream → the record of who changed what."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from armarium.audit import service as audit
from armarium.platform.observability import logger, metrics, tracer


@metrics().log_metrics
@logger().inject_lambda_context(clear_state=True)
@tracer().capture_lambda_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A batch of stream records; one that comes twice is written to the same place."""
    written = audit.record(event["Records"])
    logger().debug("changes recorded", extra={"changes": written})
    return {"batchItemFailures": []}
