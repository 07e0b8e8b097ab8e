"""Keys of each role, a collection, a place to ask for derivatives."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from armarium.accounts.model import Role
from armarium.derivatives import store as derivatives
from armarium.inventory import service as inventory
from armarium.inventory.model import Collection
from tests.service.rest_api.client import NOW, Api

UPLOAD = "01ARM_INST/upload/api"


@pytest.fixture
def collection() -> Collection:
    return inventory.create_collection(name="Maps", by="ann", now=NOW)


@pytest.fixture
def reader() -> Api:
    return Api(Role.READER)


@pytest.fixture
def cataloguer() -> Api:
    return Api(Role.CATALOGUER)


@pytest.fixture
def drop() -> Callable[[str, bytes], str]:
    """Puts a file under the upload prefix; answers its path."""

    def put(name: str, content: bytes) -> str:
        key = f"{UPLOAD}/{name}"
        boto3.client("s3").put_object(Bucket="armarium-upload", Key=key, Body=content)
        return key

    return put


@pytest.fixture
def wishes(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the derivation of files is asked for."""
    asked: list[Any] = []
    monkeypatch.setattr(derivatives, "send", lambda message: asked.append(json.loads(message)))
    return asked
