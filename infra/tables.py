"""The five tables. What is kept in them: ``docs/architecture.md``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.stage import Stage

KEYS_ONLY = dynamodb.ProjectionType.KEYS_ONLY
ALL = dynamodb.ProjectionType.ALL


@dataclass(frozen=True)
class Index:
    """A global secondary index: its keys (strings all) and what it carries."""

    partition: str
    sort: str | None
    projection: dynamodb.ProjectionType


INVENTORY = {
    "by_collection": Index("collection_pk", "collection_sk", KEYS_ONLY),
    "by_date": Index("collection_pk", "date_sk", KEYS_ONLY),
    "by_creator": Index("collection_pk", "creator_sk", KEYS_ONLY),
    "by_id": Index("id", None, KEYS_ONLY),
    "by_parent": Index("parent_pk", "parent_sk", ALL),
}
AUDIT = {
    "by_thing": Index("thing", "sk", ALL),
}
WORKFLOW = {
    "by_month": Index("month_pk", "month_sk", ALL),
    "by_profile": Index("profile_pk", "profile_sk", ALL),
}


class Tables(Construct):
    """All tables: on demand, point-in-time recovery, encrypted."""

    def __init__(self, scope: Construct, id: str, stage: Stage) -> None:
        super().__init__(scope, id)
        self._stage = stage
        self.inventory = self._table(
            "Inventory", INVENTORY, expires=True, stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES
        )
        self.workflow = self._table("Workflow", WORKFLOW, expires=True)
        self.configuration = self._table("Configuration")
        self.accounts = self._table("Accounts", expires=True)
        self.audit = self._table("Audit", AUDIT)

    def _table(
        self,
        id: str,
        indexes: Mapping[str, Index] | None = None,
        *,
        expires: bool = False,
        stream: dynamodb.StreamViewType | None = None,
    ) -> dynamodb.Table:
        table = dynamodb.Table(
            self,
            id,
            partition_key=_text("pk"),
            sort_key=_text("sk"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=not self._stage.local,
            removal_policy=self._stage.removal,
            time_to_live_attribute="expires_at" if expires else None,
            stream=stream,
        )
        for name, index in (indexes or {}).items():
            table.add_global_secondary_index(
                index_name=name,
                partition_key=_text(index.partition),
                sort_key=_text(index.sort) if index.sort else None,
                projection_type=index.projection,
            )
        return table


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
