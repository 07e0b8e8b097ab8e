"""The buckets. Which keys they hold: ``docs/architecture.md``."""

from __future__ import annotations

from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.stage import Stage


class Buckets(Construct):
    """Upload, storage, derivatives, work, index: private, encrypted, TLS only; and the access logs of all of them."""

    def __init__(self, scope: Construct, id: str, stage: Stage) -> None:
        super().__init__(scope, id)
        self._stage = stage
        self.access_logs = self._bucket("AccessLogs", [_expire("OldLogs", days=90)], logged=False)
        self.upload = self._bucket("Upload", cors=[_browser_upload(stage)])
        self.storage = self._bucket("Storage", versioned=True)
        self.derivatives = self._bucket(
            "Derivatives", [_expire("LargeAnswers", days=1, prefix="cache/")], cors=[_VIEWERS]
        )
        self.work = self._bucket("Work", [_expire("StagedInput", days=90, prefix="staged/")])
        self.index = self._bucket("Index")
        for announcing in (self.upload, self.storage):
            announce_objects(announcing)

    def _bucket(
        self,
        id: str,
        lifecycle: list[s3.LifecycleRule] | None = None,
        *,
        versioned: bool = False,
        logged: bool = True,
        cors: list[s3.CorsRule] | None = None,
    ) -> s3.Bucket:
        return s3.Bucket(
            self,
            id,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=self._stage.tls,
            minimum_tls_version=1.2 if self._stage.tls else None,
            versioned=versioned,
            cors=cors,
            removal_policy=self._stage.removal,
            server_access_logs_bucket=self.access_logs if logged else None,
            server_access_logs_prefix=f"{id.lower()}/" if logged else None,
            lifecycle_rules=[
                s3.LifecycleRule(id="AbandonedUploads", abort_incomplete_multipart_upload_after=Duration.days(7)),
                *(lifecycle or []),
            ],
        )


def announce_objects(bucket: s3.Bucket) -> None:
    """Send the bucket's events to EventBridge. By the L1 property: the L2's adds a custom resource for the same."""
    cast(s3.CfnBucket, bucket.node.default_child).add_property_override(
        "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True
    )


_VIEWERS = s3.CorsRule(allowed_methods=[s3.HttpMethods.GET], allowed_origins=["*"], allowed_headers=["*"], max_age=3600)
"""Viewers of any site follow signed links to images; without a signature nothing is given."""


def _expire(id: str, *, days: int, prefix: str | None = None) -> s3.LifecycleRule:
    return s3.LifecycleRule(id=id, expiration=Duration.days(days), prefix=prefix)


def _browser_upload(stage: Stage) -> s3.CorsRule:
    """Presigned PUTs from our own pages."""
    origin = stage.base_url or (f"https://{stage.domain}" if stage.domain else "https://*.cloudfront.net")
    return s3.CorsRule(
        allowed_methods=[s3.HttpMethods.PUT],
        allowed_origins=[origin],
        allowed_headers=["content-type", "x-amz-*"],
        exposed_headers=["ETag"],
        max_age=3600,
    )
