"""A Lambda function of the domain: its package, layers, role, settings, logs and traces."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from aws_cdk import Duration, Size, Tags
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from armarium.platform.settings import Settings
from infra.acknowledged import acknowledge
from infra.bundling import LAMBDA_PYTHON, Bundles
from infra.rights import Rights, give
from infra.stage import Stage

RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64
METRICS_NAMESPACE = "Armarium"


class Layers(Construct):
    """The domain, and the wheels it stands on."""

    def __init__(self, scope: Construct, id: str, stage: Stage, bundles: Bundles) -> None:
        super().__init__(scope, id)
        self.base = [self._layer("Core", bundles.core()), self._layer("Dependencies", bundles.wheels("dependencies"))]
        self.media = [self._layer("Media", bundles.wheels("media"))]
        if stage.video_posters:
            self.media.append(self._layer("Video", bundles.wheels("video")))

    def _layer(self, id: str, folder: Path) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            id,
            code=lambda_.Code.from_asset(str(folder)),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
        )


@dataclass(frozen=True)
class Deployment:
    """What all functions share; grows as the stack is composed: :meth:`knowing` adds what has just been made."""

    stage: Stage
    bundles: Bundles
    layers: Layers
    settings: Settings

    def knowing(self, **settings: str) -> Deployment:
        """The same deployment, with more settings known."""
        return replace(self, settings=replace(self.settings, **settings))


class DomainFunction(Construct):
    """``functions/<name>/handler.py`` in Lambda, with exactly the rights it is given."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        deployment: Deployment,
        *,
        package: str,
        rights: Rights,
        handler: str = "handler",
        media: bool = False,
        memory: int = 512,
        seconds: int = 29,
        scratch: int = 512,
    ) -> None:
        super().__init__(scope, id)
        self.timeout = Duration.seconds(seconds)
        log_group = logs.LogGroup(
            self,
            "Logs",
            retention=logs.RetentionDays[deployment.stage.log_retention],
            removal_policy=deployment.stage.removal,
        )
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            code=lambda_.Code.from_asset(str(deployment.bundles.function(package))),
            handler=f"functions.{package}.handler.{handler}",
            layers=[*deployment.layers.base, *(deployment.layers.media if media else [])],
            role=self._role(log_group, rights),
            memory_size=memory,
            timeout=self.timeout,
            ephemeral_storage_size=Size.mebibytes(scratch),
            environment={
                **_observed_as(package, deployment.stage),
                **deployment.settings.variables(),
                **({"VIPS_CONCURRENCY": "2"} if media else {}),
            },
            tracing=lambda_.Tracing.ACTIVE,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
        )
        acknowledge(
            self.function, "L1", f"The layers' wheels are locked for Python {LAMBDA_PYTHON}; both are raised together."
        )
        Tags.of(self).add("function", package)

    def _role(self, log_group: logs.LogGroup, rights: Rights) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(role)
        give(role, rights)
        acknowledge(role, "IAM5[Resource::*]", "X-Ray's actions take no resource.")
        return role


def _observed_as(package: str, stage: Stage) -> dict[str, str]:
    """Powertools: under which name the function logs, counts and traces. The local cloud has no X-Ray."""
    return {
        "POWERTOOLS_SERVICE_NAME": package,
        "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
        "POWERTOOLS_LOG_LEVEL": "INFO",
        **({"POWERTOOLS_TRACE_DISABLED": "true"} if stage.local else {}),
    }
