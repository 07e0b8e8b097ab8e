"""Search: the inventory's stream, a queue of titles in order, the writers of the index, and building it anew."""

from __future__ import annotations

from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from infra import rights
from infra.acknowledged import acknowledge
from infra.audit import witnessed
from infra.buckets import Buckets
from infra.functions import Deployment, DomainFunction
from infra.queues import DeadLetters, WorkQueue
from infra.stage import Stage
from infra.tables import Tables

SCRATCH = 4096
"""MB of scratch disk of a function that holds the index: twice the index, as old and new stand beside each other."""
_SECONDS = 300
_WRITERS = 10


def asking(stage: Stage, buckets: Buckets) -> rights.Rights:
    """What a function needs to search."""
    return [*rights.read_bucket(buckets.index), *_collection(stage)]


def writing(stage: Stage, buckets: Buckets) -> rights.Rights:
    """What a function needs to write the index and to delete what it no longer consists of."""
    return [
        *rights.read_bucket(buckets.index),
        *rights.write_bucket(buckets.index),
        *rights.delete_from_bucket(buckets.index),
        *_collection(stage),
    ]


def _collection(stage: Stage) -> rights.Rights:
    return rights.use_collection(stage.search_collection_arn) if stage.search_engine == "opensearch" else []


def watching_over(search: Search) -> rights.Rights:
    """What a function needs to see how the index is, and to have it built anew."""
    return [
        *rights.look_at_queue(search.titles.queue),
        *rights.start(search.rebuild),
        *rights.list_executions(search.rebuild),
    ]


class Search(Construct):
    """Each change of a title reaches the index at least once, or an alarm says that it did not.

    The queue lets one batch of a shard be written at a time; the manifest's conditional write holds where that fails.
    What people change while the queue is full is written early too, out of a queue of its own.
    """

    def __init__(self, scope: Construct, id: str, deployment: Deployment, tables: Tables, buckets: Buckets) -> None:
        super().__init__(scope, id)
        stage = deployment.stage
        self.not_indexed = DeadLetters(self, "NotIndexed", stage, fifo=True)
        self.titles = WorkQueue(
            self,
            "Titles",
            stage,
            timeout=Duration.seconds(_SECONDS),
            dead_letters=self.not_indexed.queue,
            fifo=True,
        )
        self.early_titles = WorkQueue(
            self,
            "EarlyTitles",
            stage,
            timeout=Duration.seconds(_SECONDS),
            dead_letters=self.not_indexed.queue,
            fifo=True,
        )
        deployment = deployment.knowing(
            index_queue_url=self.titles.queue.queue_url, early_index_queue_url=self.early_titles.queue.queue_url
        )
        self._announce(deployment, tables)
        self._write(deployment, tables, buckets)
        self.rebuild = self._rebuild(deployment, tables, buckets)

    def _announce(self, deployment: Deployment, tables: Tables) -> None:
        not_announced = DeadLetters(self, "NotAnnounced", deployment.stage)
        announce = DomainFunction(
            self,
            "Announce",
            deployment,
            package="indexer",
            handler="announce",
            seconds=60,
            rights=[
                *rights.send(self.titles.queue),
                *rights.send(self.early_titles.queue),
                *rights.look_at_queue(self.titles.queue),
            ],
        )
        announce.function.add_event_source(
            sources.DynamoEventSource(
                tables.inventory,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=1000,
                max_batching_window=Duration.seconds(0 if deployment.stage.local else 1),
                bisect_batch_on_error=True,
                retry_attempts=10,
                report_batch_item_failures=True,
                on_failure=sources.SqsDlq(not_announced.queue),
                filters=witnessed(),
            )
        )

    def _write(self, deployment: Deployment, tables: Tables, buckets: Buckets) -> None:
        write = DomainFunction(
            self,
            "Write",
            deployment,
            package="indexer",
            memory=1769,
            seconds=_SECONDS,
            scratch=SCRATCH,
            rights=[
                *rights.read_table(tables.inventory, tables.configuration),
                *rights.read_bucket(buckets.storage, buckets.derivatives),
                *writing(deployment.stage, buckets),
                *rights.send(self.titles.queue),
            ],
        )
        write.function.add_event_source(
            sources.SqsEventSource(
                self.titles.queue, batch_size=10, max_concurrency=_WRITERS, report_batch_item_failures=True
            )
        )
        write.function.add_event_source(
            sources.SqsEventSource(self.early_titles.queue, batch_size=10, report_batch_item_failures=True)
        )

    def _rebuild(self, deployment: Deployment, tables: Tables, buckets: Buckets) -> stepfunctions.StateMachine:
        stage = deployment.stage
        step = DomainFunction(
            self,
            "RebuildStep",
            deployment,
            package="indexer",
            handler="rebuild",
            memory=1024,
            seconds=300,
            rights=[
                *rights.scan_table(tables.inventory),
                *rights.read_table(tables.configuration),
                *writing(stage, buckets),
                *rights.send(self.titles.queue),
            ],
        )
        machine = stepfunctions.StateMachine(
            self,
            "Rebuild",
            definition_body=stepfunctions.DefinitionBody.from_file(str(deployment.bundles.workflow("search_rebuild"))),
            definition_substitutions={"RebuildFunctionArn": step.function.function_arn},
            state_machine_type=stepfunctions.StateMachineType.STANDARD,
            tracing_enabled=True,
            removal_policy=stage.removal,
            logs=stepfunctions.LogOptions(
                destination=logs.LogGroup(
                    self, "Logs", retention=logs.RetentionDays[stage.log_retention], removal_policy=stage.removal
                ),
                level=stepfunctions.LogLevel.ALL,
            ),
        )
        role = cast(iam.Role, machine.role)
        rights.give(role, rights.invoke(step.function))
        acknowledge(role, "IAM5[Resource::*]", "The actions of X-Ray and of log delivery take no resource.")
        acknowledge(machine, "SF1", "Every event is logged, but not the data that goes with it.")
        return machine
