"""The door of bulk ingest: what comes to or goes from the upload bucket."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from armarium.ingest import service as ingest
from armarium.platform import clock
from armarium.platform.observability import logger, metrics, tracer


@metrics().log_metrics
@logger().inject_lambda_context(clear_state=True)
@tracer().capture_lambda_handler
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A batch of S3 events from the queue; a failed batch comes again as a whole, which starts nothing twice."""
    keys = [json.loads(record["body"])["detail"]["object"]["key"] for record in event["Records"]]
    for job in ingest.notice(keys, clock.now()):
        logger().info("drop folder submitted", extra={"job": job.id, "folder": job.folder})
    return {"batchItemFailures": []}
