"""Where a local cloud lives: its folder, its ports, its account."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra import NODE, ROOT

if TYPE_CHECKING:
    import boto3

HOST = "127.0.0.1"
REGION = "eu-central-1"
ACCOUNT = "000000000000"
STACK = "Armarium"


@dataclass(frozen=True)
class Place:
    """One local cloud. Several may run beside each other: each has its own folder and ports."""

    directory: Path
    port: int
    cloud_port: int
    enforce_iam: bool

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Place:
        """The place that ``ARMARIUM_LOCAL_*`` describe; without them ``.local``, ports 8080 and 4566."""
        return cls(
            directory=ROOT / environment.get("ARMARIUM_LOCAL_DIR", ".local"),
            port=int(environment.get("ARMARIUM_LOCAL_PORT", "8080")),
            cloud_port=int(environment.get("ARMARIUM_LOCAL_CLOUD_PORT", "4566")),
            enforce_iam=environment.get("ARMARIUM_LOCAL_AUTH", "true").lower() == "true",
        )

    @property
    def base_url(self) -> str:
        """The front door, as a browser sees it."""
        return f"http://localhost:{self.port}"

    @property
    def endpoint_url(self) -> str:
        """The cloud, as AWS clients see it."""
        return f"http://{HOST}:{self.cloud_port}"

    @property
    def outputs(self) -> Path:
        """What tests and people read to find everything."""
        return self.directory / "outputs.json"

    @property
    def scratch(self) -> Path:
        """Where workers unpack their code; emptied when the cloud stops."""
        return self.directory / "tmp"

    @property
    def log_folder(self) -> Path:
        """Logs of the processes."""
        return self.directory / "log"

    @property
    def client_environment(self) -> dict[str, str]:
        """What an AWS client needs to work on this cloud; the account's root, whose key is the account's number."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def cloud_environment(self) -> dict[str, str]:
        """The settings of ministack: loopback only, everything kept on disk, nothing that listens on other ports."""
        return {
            "GATEWAY_PORT": str(self.cloud_port),
            "BIND_HOST": HOST,
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.directory / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.directory / "s3"),
            "AUTH": str(self.enforce_iam).lower(),
            "TMPDIR": str(self.scratch),
            "LOG_LEVEL": "WARNING",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "COGNITO_EMAIL_ENABLED": "false",
        }

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment, with the wheel's Node first on the path and this cloud as AWS."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        own["PATH"] = f"{NODE.parent}{os.pathsep}{own.get('PATH', '')}"
        return own | self.client_environment

    @cached_property
    def session(self) -> boto3.Session:
        """Clients of this cloud; the endpoint comes with each (:meth:`client`)."""
        import boto3

        credentials = self.client_environment
        return boto3.Session(credentials["AWS_ACCESS_KEY_ID"], credentials["AWS_SECRET_ACCESS_KEY"], region_name=REGION)

    def client(self, service: str) -> Any:
        """A boto3 client of this cloud."""
        return self.session.client(service, endpoint_url=self.endpoint_url)  # type: ignore[call-overload]
