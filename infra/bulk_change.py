"""Bulk change: the workflow that changes many titles, and the function behind its steps."""

from __future__ import annotations

from constructs import Construct

from infra import rights
from infra.buckets import Buckets
from infra.functions import Deployment, DomainFunction
from infra.search import SCRATCH, asking
from infra.tables import Tables
from infra.workflow import chunked_workflow


class BulkChange(Construct):
    """``statemachines/bulk_change.asl.json``: sets and the index are read, titles changed, no file touched."""

    def __init__(self, scope: Construct, id: str, deployment: Deployment, tables: Tables, buckets: Buckets) -> None:
        super().__init__(scope, id)
        self.step = DomainFunction(
            self,
            "Step",
            deployment,
            package="bulk_change",
            memory=1769,
            seconds=900,
            scratch=SCRATCH,
            rights=[
                *rights.change_table(tables.inventory, tables.workflow),
                *rights.read_table(tables.configuration),
                *rights.read_bucket(buckets.storage, buckets.work),
                *rights.write_bucket(buckets.storage, buckets.work),
                *asking(deployment.stage, buckets),
            ],
        )
        self.machine = chunked_workflow(self, deployment, "bulk_change", "BulkChangeFunctionArn", self.step, buckets)
