"""Audit: each change of the inventory, from its stream, written down once."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from infra import rights
from infra.buckets import Buckets
from infra.functions import Deployment, DomainFunction
from infra.queues import DeadLetters
from infra.tables import Tables


class Audit(Construct):
    """The function on the inventory's stream. What it cannot write after five tries is a dead letter."""

    def __init__(self, scope: Construct, id: str, deployment: Deployment, tables: Tables, buckets: Buckets) -> None:
        super().__init__(scope, id)
        self.dead_letters = DeadLetters(self, "DeadLetters", deployment.stage)
        self.record = DomainFunction(
            self,
            "Record",
            deployment,
            package="audit",
            seconds=60,
            rights=[
                *rights.write_table(tables.audit),
                *rights.write_bucket(
                    buckets.storage
                ),  # both records of a change, where they are too large for the table
            ],
        )
        self.record.function.add_event_source(
            sources.DynamoEventSource(
                tables.inventory,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=100,
                max_batching_window=Duration.seconds(1),
                bisect_batch_on_error=True,
                retry_attempts=5,
                report_batch_item_failures=True,
                on_failure=sources.SqsDlq(self.dead_letters.queue),
                filters=witnessed(),
            )
        )


def witnessed() -> list[dict[str, object]]:
    """The stream's records of titles and of collections."""
    return [_witnessed("BIB#"), _witnessed("COLL#", "COLL", "DELETED#COLL")]


def _witnessed(partition: str, *sort_keys: str) -> dict[str, object]:
    """Items of titles and of collections; claims and counts are bookkeeping and do not wake the function."""
    keys: dict[str, object] = {"pk": {"S": lambda_.FilterRule.begins_with(partition)}}
    if sort_keys:
        keys["sk"] = {"S": lambda_.FilterRule.or_(*sort_keys)}
    return lambda_.FilterCriteria.filter({"dynamodb": {"Keys": keys}})
