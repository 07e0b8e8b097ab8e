"""Derivatives: a master arrives in storage, its thumbnail, pyramid, text and technical metadata are made."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from infra import rights
from infra.buckets import Buckets
from infra.functions import Deployment, DomainFunction
from infra.queues import DeadLetters, WorkQueue
from infra.tables import Tables

_SECONDS = 600
_MEMORY = 3008
_SCRATCH = 4096


class Derivatives(Construct):
    """The queue of masters, the function that works through it, and the one that marks what it could not do."""

    def __init__(self, scope: Construct, id: str, deployment: Deployment, tables: Tables, buckets: Buckets) -> None:
        super().__init__(scope, id)
        stage = deployment.stage
        allowed = [
            *rights.read_bucket(buckets.storage, buckets.derivatives),
            *rights.write_bucket(buckets.derivatives),
            *rights.delete_from_bucket(buckets.derivatives),
            *rights.change_table(tables.inventory),
        ]
        self.given_up_twice = DeadLetters(self, "GivenUpTwice", stage)
        self.given_up = WorkQueue(
            self, "GivenUp", stage, timeout=Duration.seconds(60), dead_letters=self.given_up_twice.queue
        )
        self.work = WorkQueue(
            self,
            "Work",
            stage,
            timeout=Duration.seconds(_SECONDS),
            dead_letters=self.given_up.queue,
            delay=Duration.seconds(1 if stage.local else 5),
        )
        self.derive = DomainFunction(
            self,
            "Derive",
            deployment,
            package="derivatives",
            rights=allowed,
            media=True,
            memory=_MEMORY,
            seconds=_SECONDS,
            scratch=_SCRATCH,
        )
        self.derive.function.add_event_source(
            sources.SqsEventSource(
                self.work.queue, batch_size=1, max_concurrency=2 if stage.local else 50, report_batch_item_failures=True
            )
        )
        self.mark = DomainFunction(
            self,
            "MarkFailed",
            deployment,
            package="derivatives",
            handler="gave_up",
            rights=allowed,
            media=True,
            memory=1024,
            seconds=60,
        )
        self.mark.function.add_event_source(
            sources.SqsEventSource(self.given_up.queue, batch_size=10, report_batch_item_failures=True)
        )
        events.Rule(
            self,
            "MasterArrived",
            description="A master is in storage: derive from it",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={"bucket": {"name": [buckets.storage.bucket_name]}},
            ),
            targets=[targets.SqsQueue(self.work.queue, dead_letter_queue=self.given_up_twice.queue)],
        )
