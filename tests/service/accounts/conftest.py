"""A user pool, in moto."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from armarium.accounts import service, store, tokens
from armarium.platform.settings import Settings

COGNITO = store._cognito  # tests replace it


@dataclass(frozen=True)
class Pool:
    """A user pool and its client."""

    pool_id: str
    client_id: str


@pytest.fixture
def pool(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """A pool with one cataloguer, ``wren``, and one invited patron, ``finch``."""
    COGNITO.cache_clear()
    made = _user_pool()
    known = Settings(user_pool_id=made.pool_id, user_pool_client_id=made.client_id)
    monkeypatch.setattr(store, "settings", lambda: known)
    yield made
    COGNITO.cache_clear()


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """No key of another test."""
    service._keys.clear()
    service._people.clear()
    tokens.known.forget()


def _user_pool() -> Pool:
    cognito = boto3.client("cognito-idp")
    attributes: Any = [
        {
            "Name": name,
            "AttributeDataType": "String",
            "Mutable": True,
            "StringAttributeConstraints": {"MaxLength": "2000"},
        }
        for name in ("libraries", "user_group", "affiliation")
    ]
    pool_id = cognito.create_user_pool(PoolName="readers", Schema=attributes)["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="pages", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]
    for role in ("patron", "digitization_operator", "cataloguer", "approver", "administrator"):
        cognito.create_group(UserPoolId=pool_id, GroupName=role)
    cognito.create_group(UserPoolId=pool_id, GroupName="friends-of-the-library")
    for username in ("wren", "finch"):
        cognito.admin_create_user(UserPoolId=pool_id, Username=username, TemporaryPassword="First-night-9")
    cognito.admin_set_user_password(UserPoolId=pool_id, Username="wren", Password="Nest-of-twigs-7", Permanent=True)
    for group in ("cataloguer", "friends-of-the-library"):
        cognito.admin_add_user_to_group(UserPoolId=pool_id, Username="wren", GroupName=group)
    return Pool(pool_id, client["ClientId"])
