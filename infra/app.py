"""The CDK app: ``cdk.json`` runs it."""

from __future__ import annotations

from aws_cdk import App, CliCredentialsStackSynthesizer, Validations
from cdk_nag import AwsSolutionsChecks

from infra import ROOT
from infra.bundling import Bundles
from infra.stack import ArmariumStack
from infra.stage import Stage

LOCAL_ASSETS = "armarium-assets"
"""Bucket of the local cloud that the deployment's packages go through."""


def build(app: App, bundles: Bundles | None = None) -> ArmariumStack:
    """The app's one stack, for the stage that its context describes; cdk-nag judges what goes to AWS."""
    stage = Stage.from_context(app.node)
    # The local cloud refuses the bootstrap's publishing roles when it enforces IAM, wrongly: deploy as who we are.
    synthesizer = (
        CliCredentialsStackSynthesizer(file_assets_bucket_name=LOCAL_ASSETS, bucket_prefix="") if stage.local else None
    )
    stack = ArmariumStack(app, "Armarium", stage, bundles or _bundles(app, stage), synthesizer)
    if not stage.local:
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return stack


def _bundles(app: App, stage: Stage) -> Bundles:
    return Bundles(build=ROOT / (app.node.try_get_context("build") or "build"), thin=stage.local)


if __name__ == "__main__":
    app = App()
    build(app)
    app.synth()
