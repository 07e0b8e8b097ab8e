"""Signing in against Cognito, sessions against DynamoDB."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError

from armarium.accounts import service, store
from armarium.accounts.errors import SignInFailedError
from armarium.accounts.model import ANONYMOUS, NewPasswordNeeded, PrincipalKind, Role, Session

if TYPE_CHECKING:
    from tests.service.accounts.conftest import Pool

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def by_cookie(token: str) -> dict[str, str]:
    return {"cookie": f"other=1; {service.session_cookie_name()}={token}; odd cookie"}


def signed_in(**more: Session) -> tuple[Session, str]:
    outcome = service.sign_in("wren", "Nest-of-twigs-7", NOW, **more)
    assert not isinstance(outcome, NewPasswordNeeded)
    return outcome


def test_signing_in_opens_a_session_with_the_roles_of_the_groups(pool: Pool) -> None:
    _, token = signed_in()
    principal = service.principal_of(by_cookie(token), {}, NOW)
    assert (principal.kind, principal.name, principal.roles) == (PrincipalKind.USER, "wren", {Role.CATALOGUER})


def test_the_token_of_a_session_is_stored_nowhere(pool: Pool) -> None:
    _, token = signed_in()
    table = boto3.client("dynamodb").scan(TableName=store.AccountItem.Meta.table_name)
    assert table["Count"] == 1
    assert token not in str(table["Items"])


def test_a_session_ends_on_time_even_while_dynamodb_still_holds_it(pool: Pool) -> None:
    session, token = signed_in()
    assert not service.principal_of(by_cookie(token), {}, session.expires_at - timedelta(seconds=1)).is_anonymous
    assert service.principal_of(by_cookie(token), {}, session.expires_at) == ANONYMOUS
    assert store.session(session.id) is not None


def test_signing_out_ends_the_session_at_once(pool: Pool) -> None:
    session, token = signed_in()
    service.sign_out(session)
    assert service.principal_of(by_cookie(token), {}, NOW) == ANONYMOUS


def test_signing_in_again_replaces_the_session_and_its_tokens(pool: Pool) -> None:
    first, first_token = signed_in()
    second, second_token = signed_in(replacing=first)
    assert first_token != second_token
    assert first.csrf_token != second.csrf_token
    assert service.session_of(by_cookie(first_token), NOW) is None
    assert service.session_of(by_cookie(second_token), NOW) == second


@pytest.mark.parametrize(
    ("username", "password"),
    [("wren", "wrong"), ("nobody", "Nest-of-twigs-7"), ("", ""), ("wren", ""), ("w" * 500, "x")],
)
def test_every_failure_to_sign_in_says_the_same(pool: Pool, username: str, password: str) -> None:
    with pytest.raises(SignInFailedError) as failure:
        service.sign_in(username, password, NOW)
    assert failure.value.message == SignInFailedError().message


def test_a_throttled_sign_in_says_the_same(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    def throttled(**_: object) -> None:
        raise ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "slow down"}}, "InitiateAuth")

    monkeypatch.setattr(store, "_cognito", lambda: SimpleNamespace(initiate_auth=throttled))
    with pytest.raises(SignInFailedError):
        service.sign_in("wren", "Nest-of-twigs-7", NOW)


def test_a_broken_cognito_is_not_mistaken_for_a_wrong_password(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise ClientError({"Error": {"Code": "InternalErrorException", "Message": "sorry"}}, "InitiateAuth")

    monkeypatch.setattr(store, "_cognito", lambda: SimpleNamespace(initiate_auth=broken))
    with pytest.raises(ClientError):
        service.sign_in("wren", "Nest-of-twigs-7", NOW)


def test_an_invited_person_chooses_a_password_before_getting_in(pool: Pool) -> None:
    challenge = service.sign_in("finch", "First-night-9", NOW)
    assert isinstance(challenge, NewPasswordNeeded)
    _, token = service.set_new_password(challenge, "Seeds-and-song-4", NOW)
    assert service.principal_of(by_cookie(token), {}, NOW).roles == frozenset()


def test_a_made_up_challenge_opens_nothing(pool: Pool) -> None:
    with pytest.raises(SignInFailedError):
        service.set_new_password(NewPasswordNeeded(username="wren", challenge="made up"), "Seeds-and-song-4", NOW)
