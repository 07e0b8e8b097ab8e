"""The edge in AWS: CloudFront before the HTTP API and a bucket of static files. Locally the front door stands here."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.buckets import Buckets
from infra.bundling import Bundles
from infra.doors import Doors
from infra.rights import logical_id
from infra.stage import Stage
from infra.static import IMMUTABLE

_KEEP_HOST = """
function handler(event) {
  var request = event.request;
  request.headers['x-forwarded-host'] = {value: request.headers.host.value};
  return request;
}
"""


_OF_THE_COPYING_FUNCTION = (
    "L1",
    "IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
    "IAM5[Resource::*]",
    "IAM5[Resource::arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*]",
    *(f"IAM5[Action::s3:{action}]" for action in ("List*", "GetObject*", "GetBucket*", "DeleteObject*", "Abort*")),
)


class Edge(Construct):
    """One address for everything: ``/static/*`` from a private bucket, all else from the HTTP API."""

    def __init__(
        self, scope: Construct, id: str, stage: Stage, bundles: Bundles, buckets: Buckets, doors: Doors
    ) -> None:
        super().__init__(scope, id)
        self.assets = s3.Bucket(
            self,
            "Assets",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            removal_policy=stage.removal,
            server_access_logs_bucket=buckets.access_logs,
            server_access_logs_prefix="assets/",
        )
        self.distribution = self._distribution(stage, doors)
        self._publish(bundles)

    def _distribution(self, stage: Stage, doors: Doors) -> cloudfront.Distribution:
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment="Armarium",
            domain_names=[stage.domain] if stage.domain else None,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", stage.certificate_arn)
            if stage.certificate_arn
            else None,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.HttpOrigin(
                    f"{doors.api.api_id}.execute-api.{Stack.of(self).region}.{Stack.of(self).url_suffix}"
                ),
                allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
                function_associations=[
                    cloudfront.FunctionAssociation(
                        event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
                        function=cloudfront.Function(
                            self,
                            "KeepHost",
                            code=cloudfront.FunctionCode.from_inline(_KEEP_HOST),
                            runtime=cloudfront.FunctionRuntime.JS_2_0,
                        ),
                    )
                ],
            ),
            additional_behaviors={
                "/static/*": cloudfront.BehaviorOptions(
                    origin=origins.S3BucketOrigin.with_origin_access_control(self.assets),
                    viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                    cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                    response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
                    compress=True,
                )
            },
        )
        acknowledge(distribution, "CFR1", "A library is read from everywhere.")
        acknowledge(
            distribution,
            "CFR2",
            "A web application firewall costs while nobody reads; the library's decision, and associated from outside.",
        )
        acknowledge(
            distribution,
            "CFR3",
            "The HTTP API behind it keeps access logs; CloudFront's would hold readers' addresses twice.",
        )
        acknowledge(
            distribution,
            "CFR4",
            "CloudFront's own domain cannot set a minimum; with a domain of one's own it is TLS 1.2.",
        )
        return distribution

    def _publish(self, bundles: Bundles) -> None:
        deployment.BucketDeployment(
            self,
            "Publish",
            sources=[deployment.Source.asset(str(bundles.static()))],
            destination_bucket=self.assets,
            destination_key_prefix="static",
            cache_control=[deployment.CacheControl.from_string(IMMUTABLE)],
            distribution=self.distribution,
            distribution_paths=["/static/*"],
            memory_limit=512,
            prune=False,
        )
        for construct in Stack.of(self).node.children:
            if construct.node.id.startswith("Custom::CDKBucketDeployment"):
                for finding in (*_OF_THE_COPYING_FUNCTION, f"IAM5[Resource::<{logical_id(self.assets)}.Arn>/*]"):
                    acknowledge(
                        construct, finding, "The CDK's own function: copies static files at deployment, no more."
                    )
