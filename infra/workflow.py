"""A workflow that works through the chunks of a list in the work bucket, with a function behind its steps."""

from __future__ import annotations

from typing import cast

from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from infra import rights
from infra.acknowledged import acknowledge
from infra.buckets import Buckets
from infra.functions import Deployment, DomainFunction


def chunked_workflow(
    scope: Construct, deployment: Deployment, name: str, placeholder: str, step: DomainFunction, buckets: Buckets
) -> stepfunctions.StateMachine:
    """``statemachines/<name>.asl.json``, in which ``placeholder`` stands for the function's ARN."""
    stage = deployment.stage
    machine = stepfunctions.StateMachine(
        scope,
        "Workflow",
        definition_body=stepfunctions.DefinitionBody.from_file(str(deployment.bundles.workflow(name))),
        definition_substitutions={placeholder: step.function.function_arn, "WorkBucket": buckets.work.bucket_name},
        state_machine_type=stepfunctions.StateMachineType.STANDARD,
        tracing_enabled=True,
        removal_policy=stage.removal,
        logs=stepfunctions.LogOptions(
            destination=logs.LogGroup(
                scope, "Logs", retention=logs.RetentionDays[stage.log_retention], removal_policy=stage.removal
            ),
            level=stepfunctions.LogLevel.ALL,
            include_execution_data=False,
        ),
    )
    _allow(scope, machine, step, buckets)
    return machine


def _allow(scope: Construct, machine: stepfunctions.StateMachine, step: DomainFunction, buckets: Buckets) -> None:
    """The workflow's own rights: its function, its chunk list, and itself: a distributed map starts executions."""
    role = cast(iam.Role, machine.role)
    rights.give(role, [*rights.invoke(step.function), *rights.read_bucket(buckets.work)])
    acknowledge(role, "IAM5[Resource::*]", "The actions of X-Ray and of log delivery take no resource.")
    # Beside the role, not in it: the workflow waits for its role's rights, and these wait for the workflow.
    map_of_itself = iam.Policy(scope, "MapOfItself")
    map_of_itself.attach_to_role(role)
    for right in (*rights.start(machine), *rights.look_at_executions(machine), *rights.stop(machine)):
        map_of_itself.add_statements(right.statement)
        for finding, reason in right.open_ended.items():
            acknowledge(map_of_itself, f"IAM5[Resource::{finding}]", reason)
    acknowledge(machine, "SF1", "Every event is logged, but not the records that go with it: they may be personal.")
