"""Uploads in parts that are too large to be finished within one request."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from infra import rights
from infra.buckets import Buckets
from infra.derivatives import Derivatives
from infra.functions import Deployment, DomainFunction
from infra.queues import DeadLetters, WorkQueue
from infra.tables import Tables

_SECONDS = 900  # the most that Lambda gives: S3 copies a terabyte meanwhile, and a try that ends begins its copy anew


class Uploads(Construct):
    """The queue of uploads that somebody finished, and the function that puts them together and moves them."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        deployment: Deployment,
        tables: Tables,
        buckets: Buckets,
        derivatives: Derivatives,
    ) -> None:
        super().__init__(scope, id)
        stage = deployment.stage
        self.given_up = DeadLetters(self, "GivenUp", stage)
        self.work = WorkQueue(self, "Work", stage, timeout=Duration.seconds(_SECONDS), dead_letters=self.given_up.queue)
        self.finish = DomainFunction(
            self,
            "Finish",
            deployment,
            package="uploads",
            seconds=_SECONDS,
            rights=[
                *rights.change_table(tables.inventory, tables.workflow),
                *rights.read_bucket(buckets.upload, buckets.storage, buckets.derivatives),
                *rights.write_bucket(buckets.upload, buckets.storage),
                *rights.delete_from_bucket(buckets.upload, buckets.storage, buckets.derivatives),
                *rights.send(derivatives.work.queue),
            ],
        )
        self.finish.function.add_event_source(
            sources.SqsEventSource(
                self.work.queue, batch_size=1, max_concurrency=2 if stage.local else 20, report_batch_item_failures=True
            )
        )
