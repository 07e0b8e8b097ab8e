"""Bulk ingest: the workflow, the drop folder that starts it, and the sweeper that goes after what died."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as schedules
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from infra import rights
from infra.acknowledged import acknowledge
from infra.buckets import Buckets
from infra.derivatives import Derivatives
from infra.functions import Deployment, DomainFunction
from infra.queues import DeadLetters, WorkQueue
from infra.tables import Tables
from infra.workflow import chunked_workflow

_DIED = ["FAILED", "TIMED_OUT", "ABORTED"]


class BulkIngest(Construct):
    """``statemachines/bulk_ingest.asl.json`` and the function behind its steps."""

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
        self.step = DomainFunction(
            self,
            "Step",
            deployment,
            package="bulk_ingest",
            memory=1769,
            seconds=900,
            scratch=2048,
            rights=[
                *rights.change_table(tables.inventory, tables.workflow),
                *rights.read_table(tables.configuration),
                *rights.read_bucket(buckets.upload, buckets.storage, buckets.work),
                *rights.list_bucket(buckets.derivatives),
                *rights.write_bucket(buckets.upload, buckets.storage, buckets.work),
                *rights.delete_from_bucket(buckets.upload, buckets.storage, buckets.work, buckets.derivatives),
                *rights.send(derivatives.work.queue),
            ],
        )
        self.machine = chunked_workflow(self, deployment, "bulk_ingest", "BulkIngestFunctionArn", self.step, buckets)


class DropFolder(Construct):
    """Watches the upload bucket: when the metadata file is there and the lock is gone, the workflow starts."""

    def __init__(
        self, scope: Construct, id: str, deployment: Deployment, tables: Tables, buckets: Buckets, ingest: BulkIngest
    ) -> None:
        super().__init__(scope, id)
        stage = deployment.stage
        self.watch = DomainFunction(
            self,
            "Watch",
            deployment,
            package="drop_folder",
            memory=512,
            seconds=60,
            rights=[
                *rights.read_bucket(buckets.upload),
                *rights.read_table(tables.configuration),
                *rights.change_table(tables.workflow),
                *rights.start(ingest.machine),
            ],
        )
        self.dead_letters = DeadLetters(self, "DeadLetters", stage)
        queue = WorkQueue(
            self, "Changes", stage, timeout=self.watch.timeout, dead_letters=self.dead_letters.queue
        ).queue
        self.watch.function.add_event_source(
            sources.SqsEventSource(
                queue, batch_size=100, max_batching_window=Duration.seconds(1), report_batch_item_failures=True
            )
        )
        events.Rule(
            self,
            "Changed",
            description="Something was put into a drop folder, or a lock was taken away",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created", "Object Deleted"],
                detail={
                    "bucket": {"name": [buckets.upload.bucket_name]},
                    "object": {"key": [{"prefix": f"{stage.institution}/upload/"}]},
                },
            ),
            targets=[targets.SqsQueue(queue, dead_letter_queue=self.dead_letters.queue)],
        )


class Sweeper(Construct):
    """Goes after jobs whose workflow died and drop folders whose event was lost."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        deployment: Deployment,
        tables: Tables,
        buckets: Buckets,
        machines: Sequence[stepfunctions.StateMachine],
    ) -> None:
        super().__init__(scope, id)
        self.sweep = DomainFunction(
            self,
            "Sweep",
            deployment,
            package="sweeper",
            seconds=300,
            rights=[
                *rights.change_table(tables.workflow),
                *rights.read_table(tables.inventory, tables.configuration),
                *rights.list_bucket(buckets.upload),
                *rights.read_bucket(buckets.work),
                *(right for each in machines for right in rights.start(each)),
                *(right for each in machines for right in rights.look_at_executions(each)),
            ],
        )
        self.dead_letters = DeadLetters(self, "DeadLetters", deployment.stage)
        scheduler.Schedule(
            self,
            "Regularly",
            description="Sweep",
            schedule=scheduler.ScheduleExpression.rate(Duration.minutes(15)),
            target=schedules.LambdaInvoke(
                self.sweep.function,
                role=self._role_of_the_schedule(),
                dead_letter_queue=self.dead_letters.queue,
                retry_attempts=2,
            ),
        )
        events.Rule(
            self,
            "WorkflowDied",
            description="A job did not come to its end",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"stateMachineArn": [each.state_machine_arn for each in machines], "status": _DIED},
            ),
            targets=[
                targets.LambdaFunction(self.sweep.function, dead_letter_queue=self.dead_letters.queue, retry_attempts=2)
            ],
        )

    def _role_of_the_schedule(self) -> iam.Role:
        role = iam.Role(self, "ScheduleRole", assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com"))
        versions = f"<{rights.logical_id(self.sweep.function)}.Arn>:*"
        acknowledge(role, f"IAM5[Resource::{versions}]", "Any version of this one function.")
        return role
