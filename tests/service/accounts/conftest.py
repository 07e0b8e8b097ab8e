"""An accounts table and a user pool, in moto."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

from armarium.accounts import service, store
from armarium.platform import settings as settings_module
from armarium.platform.settings import Settings

COGNITO = store._cognito  # tests replace it


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Fresh tables and a pool with one cataloguer, ``wren``, and one invited patron, ``finch``."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        _accounts_table()
        pool = _user_pool()
        known = Settings(user_pool_id=pool.pool_id, user_pool_client_id=pool.client_id)
        monkeypatch.setattr(store, "settings", lambda: known)
        monkeypatch.setattr(service, "settings", lambda: known)
        _forget_connections()
        yield pool
    _forget_connections()


def _forget_connections() -> None:
    settings_module.settings.cache_clear()
    COGNITO.cache_clear()
    service._keys.clear()
    for model in (store.KeyItem, store.SessionItem):
        model._connection = None


def _accounts_table() -> None:
    boto3.client("dynamodb").create_table(
        TableName=store.KeyItem.Meta.table_name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )


def _user_pool() -> SimpleNamespace:
    cognito = boto3.client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName="readers")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="pages", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]
    cognito.create_group(UserPoolId=pool_id, GroupName="cataloguer")
    cognito.create_group(UserPoolId=pool_id, GroupName="friends-of-the-library")
    for username in ("wren", "finch"):
        cognito.admin_create_user(UserPoolId=pool_id, Username=username, TemporaryPassword="First-night-9")
    cognito.admin_set_user_password(UserPoolId=pool_id, Username="wren", Password="Nest-of-twigs-7", Permanent=True)
    for group in ("cataloguer", "friends-of-the-library"):
        cognito.admin_add_user_to_group(UserPoolId=pool_id, Username="wren", GroupName=group)
    return SimpleNamespace(pool_id=pool_id, client_id=client["ClientId"], cognito=cognito)
