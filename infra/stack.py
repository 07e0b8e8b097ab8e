"""The stack: composes the constructs, and no more."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack, StackSynthesizer, Tags
from constructs import Construct

from armarium.platform.settings import Settings
from infra.audit import Audit
from infra.buckets import Buckets
from infra.bulk_change import BulkChange
from infra.bulk_ingest import BulkIngest, DropFolder, Sweeper
from infra.bundling import Bundles
from infra.derivatives import Derivatives
from infra.doors import Doors
from infra.edge import Edge
from infra.functions import Deployment, Layers
from infra.search import Search
from infra.sign_in import SignIn
from infra.stage import Stage
from infra.tables import Tables
from infra.uploads import Uploads
from infra.watch import Watch


class ArmariumStack(Stack):
    """Everything that Armarium is, in one account and region."""

    def __init__(
        self, scope: Construct, id: str, stage: Stage, bundles: Bundles, synthesizer: StackSynthesizer | None = None
    ) -> None:
        super().__init__(scope, id, description="Armarium: a digital repository for libraries", synthesizer=synthesizer)
        self.tables = Tables(self, "Tables", stage)
        self.buckets = Buckets(self, "Buckets", stage)
        self.sign_in = SignIn(self, "SignIn", stage)
        layers = Layers(self, "Layers", stage, bundles)
        deployment = Deployment(stage, bundles, layers, self._settings(stage))

        self.audit = Audit(self, "Audit", deployment, self.tables, self.buckets)
        self.derivatives = Derivatives(self, "Derivatives", deployment, self.tables, self.buckets)
        deployment = deployment.knowing(derivatives_queue_url=self.derivatives.work.queue.queue_url)
        self.uploads = Uploads(self, "Uploads", deployment, self.tables, self.buckets, self.derivatives)
        deployment = deployment.knowing(uploads_queue_url=self.uploads.work.queue.queue_url)
        self.ingest = BulkIngest(self, "BulkIngest", deployment, self.tables, self.buckets, self.derivatives)
        deployment = deployment.knowing(bulk_ingest_state_machine=self.ingest.machine.state_machine_arn)
        self.search = Search(self, "Search", deployment, self.tables, self.buckets)
        deployment = deployment.knowing(
            index_queue_url=self.search.titles.queue.queue_url,
            early_index_queue_url=self.search.early_titles.queue.queue_url,
            search_rebuild_state_machine=self.search.rebuild.state_machine_arn,
        )
        self.changes = BulkChange(self, "BulkChange", deployment, self.tables, self.buckets)
        deployment = deployment.knowing(bulk_change_state_machine=self.changes.machine.state_machine_arn)
        self.drop_folder = DropFolder(self, "DropFolder", deployment, self.tables, self.buckets, self.ingest)
        machines = (self.ingest.machine, self.changes.machine)
        self.sweeper = Sweeper(self, "Sweeper", deployment, self.tables, self.buckets, machines)
        doors = (self.tables, self.buckets, self.sign_in, machines, self.derivatives, self.search, self.uploads)
        self.doors = Doors(self, "Doors", deployment, *doors)
        edge = None if stage.local else Edge(self, "Edge", stage, bundles, self.buckets, self.doors)

        watch = Watch(self, "Watch", stage, self)
        watch.workflow(self.ingest, self.ingest.machine.metric_failed())
        watch.workflow(self.changes, self.changes.machine.metric_failed())
        watch.workflow(self.search, self.search.rebuild.metric_failed())
        for construct in self.node.children:
            Tags.of(construct).add("capability", construct.node.id)
        Tags.of(self).add("project", "armarium")
        self._outputs(edge)

    def _settings(self, stage: Stage) -> Settings:
        return Settings(
            institution=stage.institution,
            institution_name=stage.institution_name,
            id_suffix=stage.id_suffix,
            base_url=stage.address,
            inventory_table=self.tables.inventory.table_name,
            workflow_table=self.tables.workflow.table_name,
            configuration_table=self.tables.configuration.table_name,
            accounts_table=self.tables.accounts.table_name,
            audit_table=self.tables.audit.table_name,
            upload_bucket=self.buckets.upload.bucket_name,
            storage_bucket=self.buckets.storage.bucket_name,
            derivatives_bucket=self.buckets.derivatives.bucket_name,
            work_bucket=self.buckets.work.bucket_name,
            index_bucket=self.buckets.index.bucket_name,
            search_engine=stage.search_engine,
            search_endpoint=stage.search_endpoint,
            search_shards=stage.search_shards,
            user_pool_id=self.sign_in.pool.user_pool_id,
            user_pool_client_id=self.sign_in.client.user_pool_client_id,
            user_pool_url=f"{stage.s3_public_url}/{self.sign_in.pool.user_pool_id}" if stage.local else "",
            **self.sign_in.settings,
            s3_public_url=stage.s3_public_url,
            secure_cookies="true" if stage.tls else "false",
            environment="local" if stage.local else "aws",
        )

    def _outputs(self, edge: Edge | None) -> None:
        """Names that operators, the local cloud and the tests ask for."""
        outputs = {
            "ApiId": self.doors.api.api_id,
            "ApiEndpoint": self.doors.api.api_endpoint,
            "InventoryTable": self.tables.inventory.table_name,
            "WorkflowTable": self.tables.workflow.table_name,
            "ConfigurationTable": self.tables.configuration.table_name,
            "AccountsTable": self.tables.accounts.table_name,
            "AuditTable": self.tables.audit.table_name,
            "UploadBucket": self.buckets.upload.bucket_name,
            "StorageBucket": self.buckets.storage.bucket_name,
            "DerivativesBucket": self.buckets.derivatives.bucket_name,
            "WorkBucket": self.buckets.work.bucket_name,
            "IndexBucket": self.buckets.index.bucket_name,
            "UserPoolId": self.sign_in.pool.user_pool_id,
            "UserPoolClientId": self.sign_in.client.user_pool_client_id,
            "BulkIngestStateMachine": self.ingest.machine.state_machine_arn,
            "BulkChangeStateMachine": self.changes.machine.state_machine_arn,
            "IndexQueueUrl": self.search.titles.queue.queue_url,
            "SearchRebuildStateMachine": self.search.rebuild.state_machine_arn,
            "DerivativesQueueUrl": self.derivatives.work.queue.queue_url,
            "DerivativesDeadLetters": self.derivatives.given_up_twice.queue.queue_url,
        }
        if edge:
            outputs["Address"] = f"https://{edge.distribution.distribution_domain_name}"
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
