"""What a function may do, in the architecture's words: the actions behind "reads the inventory", and no wildcard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from aws_cdk import ArnFormat, CfnElement, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import IConstruct

from infra.acknowledged import acknowledge

_READ_ITEMS = ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query")
_WRITE_ITEMS = (
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
)
_READ_OBJECTS = ("s3:GetObject", "s3:GetObjectTagging")
_WRITE_OBJECTS = ("s3:PutObject", "s3:PutObjectTagging", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")

_ADMINISTER_PEOPLE = tuple(
    f"cognito-idp:{action}"
    for action in (
        "ListUsers",
        "ListUsersInGroup",
        "AdminGetUser",
        "AdminListGroupsForUser",
        "AdminCreateUser",
        "AdminUpdateUserAttributes",
        "AdminAddUserToGroup",
        "AdminRemoveUserFromGroup",
        "AdminEnableUser",
        "AdminDisableUser",
        "AdminSetUserPassword",
        "AdminUserGlobalSignOut",
    )
)


@dataclass(frozen=True)
class Right:
    """Actions on resources. ``open_ended``: wildcards among the resources, as cdk-nag names them, each with why."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    open_ended: dict[str, str] = field(default_factory=dict)

    @property
    def statement(self) -> iam.PolicyStatement:
        """As a statement of a policy."""
        return iam.PolicyStatement(actions=list(self.actions), resources=list(self.resources))


Rights = list[Right]


def give(role: iam.Role, rights: Iterable[Right]) -> None:
    """Let a role have these rights, and say why some have a wildcard."""
    for right in rights:
        role.add_to_policy(right.statement)
        for resource, reason in right.open_ended.items():
            acknowledge(role, f"IAM5[Resource::{resource}]", reason)


def read_table(*tables: dynamodb.Table) -> Rights:
    """Items by key and by index; never a scan."""
    arns = tuple(arn for table in tables for arn in (table.table_arn, f"{table.table_arn}/index/*"))
    reason = "All indexes of this table."
    return [Right(_READ_ITEMS, arns, {f"<{logical_id(table)}.Arn>/index/*": reason for table in tables})]


def scan_table(table: dynamodb.Table) -> Rights:
    """Read all of a table: for what is built from everything, and for nothing else."""
    return [Right(("dynamodb:Scan",), (table.table_arn,))]


def write_table(*tables: dynamodb.Table) -> Rights:
    """Put, change and delete items, also in transactions."""
    return [Right(_WRITE_ITEMS, tuple(table.table_arn for table in tables))]


def change_table(*tables: dynamodb.Table) -> Rights:
    """Read and write."""
    return [*read_table(*tables), *write_table(*tables)]


def list_bucket(*buckets: s3.Bucket) -> Rights:
    """Keys; and a plain "not found" instead of "forbidden" for an object that is not there."""
    return [Right(("s3:ListBucket",), tuple(bucket.bucket_arn for bucket in buckets))]


def read_bucket(*buckets: s3.Bucket) -> Rights:
    """Keys and bytes."""
    return [*list_bucket(*buckets), _objects(_READ_OBJECTS, buckets)]


def write_bucket(*buckets: s3.Bucket) -> Rights:
    """Store objects, also in parts."""
    return [_objects(_WRITE_OBJECTS, buckets)]


def delete_from_bucket(*buckets: s3.Bucket) -> Rights:
    """Delete objects; in a versioned bucket the versions stay."""
    return [_objects(("s3:DeleteObject",), buckets)]


def undelete_in_bucket(bucket: s3.Bucket) -> Rights:
    """Bring deleted objects of a versioned bucket back: see their versions, and take delete markers away.

    S3 has one action for a marker and for a version; the code asks for markers alone.
    """
    return [
        Right(("s3:ListBucketVersions",), (bucket.bucket_arn,)),
        _objects(("s3:DeleteObjectVersion",), (bucket,)),
    ]


def invoke(function: lambda_.Function) -> Rights:
    """Call a function."""
    return [Right(("lambda:InvokeFunction",), (function.function_arn,))]


def start(machine: stepfunctions.StateMachine) -> Rights:
    """Start executions of a workflow."""
    return [Right(("states:StartExecution",), (machine.state_machine_arn,))]


def look_at_executions(machine: stepfunctions.StateMachine) -> Rights:
    """See what became of executions of a workflow."""
    return [_of_executions(machine, "states:DescribeExecution")]


def list_executions(machine: stepfunctions.StateMachine) -> Rights:
    """See which executions a workflow had."""
    return [Right(("states:ListExecutions",), (machine.state_machine_arn,))]


def stop(machine: stepfunctions.StateMachine) -> Rights:
    """Stop executions of a workflow."""
    return [_of_executions(machine, "states:StopExecution")]


def _of_executions(machine: stepfunctions.StateMachine, action: str) -> Right:
    executions = machine.stack.format_arn(
        service="states",
        resource="execution",
        resource_name=f"{machine.state_machine_name}:*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    finding = f"arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<{logical_id(machine)}.Name>:*"
    return Right((action,), (executions,), {finding: "Executions of this one workflow."})


def send(queue: sqs.Queue) -> Rights:
    """Put messages into a queue."""
    return [Right(("sqs:SendMessage",), (queue.queue_arn,))]


def know_people(pool: cognito.UserPool) -> Rights:
    """One person's attributes, by name."""
    return [Right(("cognito-idp:AdminGetUser",), (pool.user_pool_arn,))]


def administer_people(pool: cognito.UserPool) -> Rights:
    """Find, invite, change, disable people of a user pool; never delete them."""
    return [Right(_ADMINISTER_PEOPLE, (pool.user_pool_arn,))]


def look_at_queue(queue: sqs.Queue) -> Rights:
    """See how many messages wait."""
    return [Right(("sqs:GetQueueAttributes",), (queue.queue_arn,))]


def use_collection(arn: str) -> Rights:
    """Index and ask an OpenSearch Serverless collection; its own data access policy has to agree."""
    return [Right(("aoss:APIAccessAll",), (arn,))]


def logical_id(construct: IConstruct) -> str:
    """The name of a construct's resource in the template."""
    return str(Stack.of(construct).resolve(cast(CfnElement, construct.node.default_child).logical_id))


def _objects(actions: tuple[str, ...], buckets: tuple[s3.Bucket, ...]) -> Right:
    return Right(
        actions,
        tuple(bucket.arn_for_objects("*") for bucket in buckets),
        {f"<{logical_id(bucket)}.Arn>/*": "Keys are not known before the objects are there." for bucket in buckets},
    )
