"""moto's AWS with Armarium's tables and buckets, as the stores declare them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.loaders import JSONFileLoader
from moto import mock_aws

REGION = "eu-central-1"
BUCKETS = ("armarium-upload", "armarium-storage", "armarium-derivatives", "armarium-work", "armarium-index")
_read = JSONFileLoader.load_file


@cache
def _read_once(path: str) -> Any:
    """A description of a service: moto begins a new session for each test, which would read it anew."""
    return _read(JSONFileLoader(), path)


JSONFileLoader.load_file = lambda _, path: _read_once(path)  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cloud of its own for every test."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "POWERTOOLS_TRACE_DISABLED": "true",
        "POWERTOOLS_METRICS_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        s3 = boto3.client("s3")
        for bucket in BUCKETS:
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket="armarium-storage", VersioningConfiguration={"Status": "Enabled"})
        for table in _tables():
            table.create_table(wait=False)
        yield


def _tables() -> tuple[type, ...]:
    from armarium.accounts import store as accounts
    from armarium.audit.store import AuditItem
    from armarium.platform.items import ConfigurationItem, InventoryItem, WorkflowItem

    account_tables = [each for each in vars(accounts).values() if _is_table(each, accounts.__name__)]
    return (InventoryItem, WorkflowItem, ConfigurationItem, AuditItem, *account_tables[:1])


def _is_table(candidate: object, module: str) -> bool:
    from pynamodb.models import Model

    return isinstance(candidate, type) and issubclass(candidate, Model) and candidate.__module__ == module
