"""SQS messages → files of large uploads are put together, moved to storage and recorded."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from armarium.cataloguing import uploads
from armarium.platform import clock
from armarium.platform.observability import logger, metrics, tracer

_processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@logger().inject_lambda_context(clear_state=True)
@tracer().capture_lambda_handler(capture_response=False)
@metrics().log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Finish the upload that each message names; what could not be done comes again."""

    def finish(record: SQSRecord) -> None:
        outcome = uploads.go_on(record.body, clock.now())
        logger().info("upload", extra={"message_id": record.message_id, "outcome": outcome.value})
        metrics().add_metric(name=f"Uploads{outcome.value.capitalize()}", unit="Count", value=1)

    return process_partial_response(event, finish, _processor, context)
