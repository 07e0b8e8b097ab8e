"""API Gateway → the REST API in Alma's dialect."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoSuchRouteError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from armarium.platform.errors import ArmariumError
from armarium.platform.observability import logger, metrics, tracer
from functions.rest_api import (
    bibs,
    changes,
    collections,
    configuration,
    dialect,
    holdings,
    jobs,
    keys,
    representations,
    search,
    sets,
    uploads,
)
from functions.rest_api.description import described
from functions.rest_api.routing import DESCRIPTIONS, JSON, PREFIX, READERS, ROUTES, Resource, app, authorize, failure

__all__ = ["DESCRIPTIONS", "PREFIX", "ROUTES", "app", "described", "handler"]

_description = Resource("description")


@_description.route("GET", "/openapi.json", READERS, "This description, in OpenAPI 3.1", answers="openapi")
def get_description() -> Response[str]:
    return Response(status_code=200, content_type=JSON, body=described())


for _each in (collections, changes, bibs, representations, holdings, jobs, configuration, sets, uploads, keys, search):
    app.include_router(_each.resource.router)
app.include_router(_description.router)


@app.exception_handler(ArmariumError)
def _mendable(error: ArmariumError) -> Response[str]:
    return failure(error.status, error.code, error.message)


@app.exception_handler(RequestValidationError)
def _invalid(error: RequestValidationError) -> Response[str]:
    try:  # what is wrong with a request is told only to those who may send it
        authorize(app.context["_route"].func.roles)
    except ArmariumError as refusal:
        return _mendable(refusal)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    return failure(400, "ARM-INVALID", f"{where}: {first['msg']}")


@app.not_found
def _no_such_route(error: NoSuchRouteError) -> Response[str]:
    return failure(404, "INVALID_REQUEST", f"There is no {app.current_event.http_method} {app.current_event.path}")


@metrics().log_metrics(capture_cold_start_metric=True)
@logger().inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True)
@tracer().capture_lambda_handler(capture_response=False)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of the API."""
    event["rawPath"] = event["rawPath"].rstrip("/") or "/"
    try:
        return app.resolve(event, context)
    except Exception:  # the one place that answers for what nobody foresaw
        logger().exception("unforeseen error")
        body = dialect.errors(
            "INTERNAL_SERVER_ERROR",
            "Something went wrong here; the tracking id finds it in the log",
            context.aws_request_id,
        )
        return {
            "statusCode": 500,
            "headers": {"Content-Type": "application/json"},
            "body": json.dumps(body),
            "isBase64Encoded": False,
        }
