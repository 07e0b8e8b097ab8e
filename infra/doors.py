"""The HTTP doors: the API, the pages, IIIF."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import cast

from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from infra import rights
from infra.acknowledged import acknowledge
from infra.buckets import Buckets
from infra.derivatives import Derivatives
from infra.functions import Deployment, DomainFunction
from infra.search import SCRATCH, Search, asking, watching_over
from infra.sign_in import SignIn
from infra.tables import Tables
from infra.uploads import Uploads

_ACCESS_LOG = {
    "requestId": "$context.requestId",
    "ip": "$context.identity.sourceIp",
    "time": "$context.requestTime",
    "method": "$context.httpMethod",
    "route": "$context.routeKey",
    "status": "$context.status",
    "length": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
}
"""No path and no query: an API key may stand in a query."""


class Doors(Construct):
    """One HTTP API; each path prefix has its function, and all other paths are pages."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        deployment: Deployment,
        tables: Tables,
        buckets: Buckets,
        sign_in: SignIn,
        machines: Sequence[stepfunctions.StateMachine],
        derivatives: Derivatives,
        search: Search,
        uploads: Uploads,
    ) -> None:
        super().__init__(scope, id)
        self.rest_api = DomainFunction(
            self,
            "RestApi",
            deployment,
            package="rest_api",
            memory=1024,
            scratch=SCRATCH,
            rights=[
                *rights.change_table(tables.inventory, tables.workflow, tables.configuration, tables.accounts),
                *rights.read_table(tables.audit),
                *rights.read_bucket(buckets.upload, buckets.storage, buckets.derivatives, buckets.work),
                *rights.write_bucket(buckets.upload, buckets.storage, buckets.work),
                *rights.delete_from_bucket(buckets.upload, buckets.storage, buckets.derivatives),
                *rights.undelete_in_bucket(buckets.storage),
                *(right for each in machines for right in (*rights.start(each), *rights.stop(each))),
                *rights.send(derivatives.work.queue),
                *rights.know_people(sign_in.pool),
                *rights.send(uploads.work.queue),
                *asking(deployment.stage, buckets),
            ],
        )
        self.web = DomainFunction(
            self,
            "Web",
            deployment,
            package="web",
            memory=1024,
            scratch=SCRATCH,
            rights=[
                *rights.read_table(tables.audit),
                *rights.change_table(tables.inventory, tables.workflow, tables.accounts, tables.configuration),
                *rights.read_bucket(buckets.storage, buckets.derivatives, buckets.work),
                *rights.undelete_in_bucket(buckets.storage),
                *(right for each in machines for right in (*rights.start(each), *rights.stop(each))),
                *rights.write_bucket(buckets.storage, buckets.work),  # a record too large for the table; what jobs read
                *rights.delete_from_bucket(buckets.storage, buckets.derivatives),  # what goes with a title
                *rights.send(derivatives.work.queue),
                *rights.administer_people(sign_in.pool),
                *asking(deployment.stage, buckets),
                *watching_over(search),
            ],
        )
        self.iiif = DomainFunction(
            self,
            "Iiif",
            deployment,
            package="iiif",
            media=True,
            memory=1769,
            rights=[
                *rights.read_table(tables.inventory),
                *rights.change_table(tables.accounts),
                *rights.know_people(sign_in.pool),
                *rights.read_bucket(buckets.derivatives, buckets.storage),
                *rights.write_bucket(buckets.derivatives),
            ],
        )
        self.api = apigateway.HttpApi(
            self,
            "Api",
            description="Armarium: REST API, IIIF, pages",
            create_default_stage=False,
            default_integration=integrations.HttpLambdaIntegration("WebIntegration", self.web.function),
        )
        self._route("/almaws/v1/{proxy+}", self.rest_api)
        self._route("/iiif/{proxy+}", self.iiif)
        self._stage(deployment)
        acknowledge(
            self.api,
            "APIG4",
            "Functions authenticate: the domain tells API keys, sessions and open titles apart, "
            "and a test tries every route without any.",
        )

    def _route(self, path: str, function: DomainFunction) -> None:
        self.api.add_routes(
            path=path,
            methods=[apigateway.HttpMethod.ANY],
            integration=integrations.HttpLambdaIntegration(f"{function.node.id}Integration", function.function),
        )

    def _stage(self, deployment: Deployment) -> None:
        log_group = logs.LogGroup(
            self,
            "AccessLog",
            retention=logs.RetentionDays[deployment.stage.log_retention],
            removal_policy=deployment.stage.removal,
        )
        stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(rate_limit=500, burst_limit=1000),
        )
        cast(
            apigateway.CfnStage, stage.node.default_child
        ).access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=log_group.log_group_arn, format=json.dumps(_ACCESS_LOG)
        )
