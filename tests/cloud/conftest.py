"""The way to the running local cloud: `make test` starts one of its own and names its ``outputs.json``."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import boto3
import pytest
import requests

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]


def wait_until(condition: Callable[[], T], timeout: float = 60, every: float = 0.25) -> T:
    """The first true answer of ``condition``; after ``timeout`` seconds without one, an error that shows the last."""
    deadline = time.monotonic() + timeout
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:g} s; the last answer was {answer!r}")
        time.sleep(every)
    return answer


@dataclass(frozen=True)
class Cloud:
    """The running cloud: ``outputs`` as in the local contract, AWS clients, the REST API."""

    outputs: dict[str, Any]
    wait_until = staticmethod(wait_until)

    def client(self, service: str) -> Any:
        """A boto3 client with the rights of whoever deployed."""
        return _client(
            service, self.outputs["endpoint_url"], self.outputs["region"], *self.outputs["credentials"].values()
        )

    def api(self, method: str, path: str, key: str | None = "admin", **request: Any) -> requests.Response:
        """Ask the REST API for ``path`` under ``/almaws/v1``, with the key of that name; ``key=None`` asks without."""
        headers = {"Accept": "application/json"} | request.pop("headers", {})
        if key is not None:
            headers["Authorization"] = f"apikey {self.outputs['api_keys'][key]}"
        return requests.request(method, self.outputs["api_url"] + path, headers=headers, timeout=60, **request)

    def page(self, path: str, **request: Any) -> requests.Response:
        """A page of the front door, asked for without any credentials."""
        return requests.get(self.outputs["base_url"] + path, timeout=60, **request)

    def drop(self, profile: str, folder: str, files: dict[str, bytes]) -> str:
        """Put a drop folder into the upload bucket as a library would; answers its prefix. The lock goes last."""
        prefix = f"{self.outputs['institution']}/upload/{self.outputs['import_profiles'][profile]}/{folder}/"
        s3, bucket = self.client("s3"), self.outputs["upload_bucket"]
        s3.put_object(Bucket=bucket, Key=f"{prefix}.lock", Body=b"")
        for path, content in files.items():
            s3.put_object(Bucket=bucket, Key=prefix + path, Body=content)
        s3.delete_object(Bucket=bucket, Key=f"{prefix}.lock")
        return prefix


@cache
def _client(service: str, endpoint: str, region: str, key: str, secret: str) -> Any:
    return boto3.client(
        service, endpoint_url=endpoint, region_name=region, aws_access_key_id=key, aws_secret_access_key=secret
    )


@pytest.fixture(scope="session")
def cloud() -> Cloud:
    """The cloud that ``ARMARIUM_OUTPUTS`` describes, else the one of `make up`."""
    path = Path(os.environ.get("ARMARIUM_OUTPUTS", ROOT / ".local" / "outputs.json"))
    if not path.is_file():
        pytest.skip(f"no local cloud runs ({path} is missing): `make up` starts one, `make test` one of its own")
    return Cloud(json.loads(path.read_text()))
