"""API Gateway → the pages."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from armarium.platform import clock
from armarium.platform.observability import logger, metrics, tracer
from functions.web.exchange import Request
from functions.web.routes import answer


@logger().inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True)
@tracer().capture_lambda_handler(capture_response=False)
@metrics().log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of a browser."""
    return answer(Request.from_event(event, clock.now())).to_event()
