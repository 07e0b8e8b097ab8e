"""SQS messages (S3 events, wishes to derive again) → derivatives; messages that failed too often → marked files."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from armarium.derivatives import service
from armarium.derivatives.errors import NotYetRecordedError
from armarium.derivatives.model import Limits
from armarium.platform import clock
from armarium.platform.observability import logger, metrics, tracer

log, meter, tracing = logger(), metrics(), tracer()
_processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@log.inject_lambda_context
@tracing.capture_lambda_handler(capture_response=False)
@meter.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Derive from what each message names; messages that could not be dealt with come again."""

    def derive(record: SQSRecord) -> None:
        limits = Limits().within(context.get_remaining_time_in_millis() / 1000, int(context.memory_limit_in_mb))
        tries = int(record.attributes.approximate_receive_count)
        try:
            _tell(record, service.derive(record.body, tries, limits, clock.now()))
        except NotYetRecordedError:
            service.postpone(record.event_source_arn, record.receipt_handle, tries)
            raise

    return process_partial_response(event, derive, _processor, context)


@log.inject_lambda_context
@meter.log_metrics
def gave_up(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Mark the files of messages in the dead-letter queue."""
    return process_partial_response(
        event, lambda record: _tell(record, service.gave_up(record.body, clock.now())), _processor, context
    )


def _tell(record: SQSRecord, outcome: service.Outcome) -> None:
    log.info("derivatives", extra={"message_id": record.message_id, "outcome": outcome.value})
    meter.add_metric(name=f"Derivatives{outcome.value.capitalize()}", unit="Count", value=1)
