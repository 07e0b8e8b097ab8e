"""API keys against DynamoDB."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import boto3
import pytest

from armarium.accounts import service, store
from armarium.accounts.errors import InvalidKeyError
from armarium.accounts.model import ANONYMOUS, PrincipalKind, Role
from armarium.platform.errors import NotFoundError

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def by_header(key: str) -> dict[str, str]:
    return {"Authorization": f"apikey {key}"}


@pytest.mark.parametrize("where", ["header", "query"])
def test_a_key_opens_its_roles(where: str) -> None:
    _, secret = service.create_key("harvester", frozenset({Role.READER}), NOW)
    headers, query = (by_header(secret), {}) if where == "header" else ({}, {"apikey": secret})
    principal = service.principal_of(headers, query, NOW)
    assert (principal.kind, principal.name, principal.roles) == (PrincipalKind.KEY, "harvester", {Role.READER})


def test_the_key_itself_is_stored_nowhere() -> None:
    _, secret = service.create_key("harvester", frozenset({Role.READER}), NOW)
    table = boto3.client("dynamodb").scan(TableName=store.AccountItem.Meta.table_name)
    assert table["Count"] == 3  # the key, its line in the list of keys, and who made it
    assert secret not in str(table["Items"])


def test_nobody_is_the_anonymous_principal() -> None:
    assert service.principal_of({}, {}, NOW) == ANONYMOUS


@pytest.mark.parametrize("key", ["", "unknown", "\ud800", "x" * 5000])
def test_a_key_that_is_unknown_is_refused_rather_than_ignored(key: str) -> None:
    with pytest.raises(InvalidKeyError):
        service.principal_of({}, {"apikey": key}, NOW)


def test_a_key_is_refused_from_the_moment_it_expires() -> None:
    key, secret = service.create_key("harvester", frozenset({Role.READER}), NOW, lifetime=timedelta(days=1))
    assert service.principal_of(by_header(secret), {}, key.expires_at - MINUTE).name == "harvester"
    with pytest.raises(InvalidKeyError):
        service.principal_of(by_header(secret), {}, key.expires_at)


def test_a_revoked_key_is_refused_at_once_here_and_within_half_a_minute_elsewhere() -> None:
    key, secret = service.create_key("harvester", frozenset({Role.READER}), NOW)
    service.principal_of(by_header(secret), {}, NOW)
    store.revoke_key(key.id, NOW)  # another process: this one still remembers the key
    assert service.principal_of(by_header(secret), {}, NOW + timedelta(seconds=29)).name == "harvester"
    with pytest.raises(InvalidKeyError):
        service.principal_of(by_header(secret), {}, NOW + timedelta(seconds=30))

    other, other_secret = service.create_key("loader", frozenset({Role.CATALOGUER}), NOW)
    service.principal_of(by_header(other_secret), {}, NOW)
    service.revoke_key(other.id, NOW)
    with pytest.raises(InvalidKeyError):
        service.principal_of(by_header(other_secret), {}, NOW)


def test_the_first_revocation_stands() -> None:
    key, _ = service.create_key("harvester", frozenset({Role.READER}), NOW)
    service.revoke_key(key.id, NOW)
    service.revoke_key(key.id, NOW + MINUTE)
    stored = store.key(key.id)
    assert stored is not None
    assert stored.revoked_at == NOW


def test_a_key_that_does_not_exist_cannot_be_revoked_into_being() -> None:
    with pytest.raises(NotFoundError):
        service.revoke_key("0" * 64, NOW)
    assert store.key("0" * 64) is None


def test_the_last_use_is_written_once_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    key, secret = service.create_key("harvester", frozenset({Role.READER}), NOW)
    written: list[datetime] = []
    note_use = store.note_use
    monkeypatch.setattr(store, "note_use", lambda key_id, at: (written.append(at), note_use(key_id, at)))
    for minutes in (0, 1, 30, 59, 60, 61, 119):
        service.principal_of(by_header(secret), {}, NOW + minutes * MINUTE)
    assert written == [NOW, NOW + 60 * MINUTE]
    stored = store.key(key.id)
    assert stored is not None
    assert stored.last_used_at == NOW + 60 * MINUTE
