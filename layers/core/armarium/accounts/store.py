"""Where keys and sessions are kept (the accounts table), and Cognito, which knows the people."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute
from pynamodb.exceptions import DoesNotExist, UpdateError
from pynamodb.models import Model

from armarium.accounts.errors import SignInFailedError, WeakPasswordError
from armarium.accounts.model import LAST_USED_PRECISION, ApiKey, NewPasswordNeeded, Session, User, roles_of, user_of
from armarium.platform import tables
from armarium.platform.errors import NotFoundError
from armarium.platform.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import InitiateAuthResponseTypeDef, RespondToAuthChallengeResponseTypeDef


class AccountItem(Model):
    """An item of the accounts table: ``KEY#<sha256>`` / ``KEY`` or ``SESSION#<sha256>`` / ``SESSION``.

    ``expires_at`` is the table's TTL, in seconds since 1970. Keys have none: an audit wants to see those that ended.
    """

    class Meta:
        table_name = settings().accounts_table
        billing_mode = "PAY_PER_REQUEST"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute(null=True)  # of the key, or of the person
    roles = UnicodeSetAttribute(null=True)
    created_at = UTCDateTimeAttribute(null=True)
    created_by = UnicodeAttribute(null=True)
    valid_until = UTCDateTimeAttribute(null=True)
    last_used_at = UTCDateTimeAttribute(null=True)
    revoked_at = UTCDateTimeAttribute(null=True)
    user_id = UnicodeAttribute(null=True)
    csrf_token = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    scopes = UnicodeSetAttribute(null=True)
    libraries = UnicodeSetAttribute(null=True)
    user_group = UnicodeAttribute(null=True)
    per_second = NumberAttribute(null=True)  # of a key: its limit; of a count: the requests


_KEYS = "KEYS"  # where keys are listed by time: as many as a library gives out


def put_key(key: ApiKey) -> None:
    """Store a new key, and list it."""
    AccountItem(_KEYS, f"{key.created_at.isoformat()}#{key.id}").save()
    AccountItem(
        f"KEY#{key.id}",
        "KEY",
        name=key.name,
        roles={role.value for role in key.roles} or None,
        created_at=key.created_at,
        created_by=key.created_by,
        valid_until=key.expires_at,
        scopes=set(key.scopes) or None,
        per_second=key.requests_per_second or None,
        libraries=set(key.libraries) or None,
    ).save(AccountItem.pk.does_not_exist())


def key(key_id: str) -> ApiKey | None:
    """The key with this fingerprint."""
    try:
        return _key(AccountItem.get(f"KEY#{key_id}", "KEY"))
    except DoesNotExist:
        return None


def _key(item: AccountItem) -> ApiKey:
    return ApiKey(
        id=item.pk.removeprefix("KEY#"),
        name=item.name,
        roles=roles_of(item.roles or ()),
        created_at=item.created_at,
        created_by=item.created_by,
        expires_at=item.valid_until,
        last_used_at=item.last_used_at,
        revoked_at=item.revoked_at,
        scopes=frozenset(item.scopes or ()),
        requests_per_second=int(item.per_second or 0),
        libraries=frozenset(item.libraries or ()),
    )


def keys(limit: int, token: str | None) -> tuple[list[ApiKey], str | None]:
    """A page of all keys, newest first: a query and a batch read."""
    listed, following = tables.page(AccountItem, _KEYS, None, limit, token, scan_index_forward=False)
    wanted = [(f"KEY#{each.sk.rpartition('#')[2]}", "KEY") for each in listed]
    found = tables.batch_get(AccountItem, wanted)
    return [_key(found[each]) for each in wanted if each in found], following


def end_key(key_id: str, at: datetime) -> None:
    """Let a key end at a moment."""
    _update_key(key_id, AccountItem.valid_until.set(at), AccountItem.pk.exists())


def count_request(principal_id: str, second: int) -> int:
    """Count a request of somebody in a second; how many there were. One request; forgotten by TTL."""
    item = AccountItem(f"RATE#{principal_id}", str(second))
    item.update([AccountItem.per_second.add(1), AccountItem.expires_at.set(second + 60)])
    return int(item.per_second)


def note_use(key_id: str, now: datetime) -> None:
    """Write the time of last use, unless another process did so within the hour."""
    stale = AccountItem.last_used_at.does_not_exist() | (AccountItem.last_used_at <= now - LAST_USED_PRECISION)
    _update_key(key_id, AccountItem.last_used_at.set(now), AccountItem.pk.exists() & stale)


def revoke_key(key_id: str, now: datetime) -> None:
    """Mark a key as revoked; once revoked, the first date stays."""
    if key(key_id) is None:
        raise NotFoundError(f"There is no API key {key_id}.")
    _update_key(
        key_id, AccountItem.revoked_at.set(now), AccountItem.pk.exists() & AccountItem.revoked_at.does_not_exist()
    )


def _update_key(key_id: str, action: Any, condition: Any) -> None:
    try:
        AccountItem(f"KEY#{key_id}", "KEY").update(actions=[action], condition=condition)
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise


def put_session(session: Session) -> None:
    """Store a session until its end."""
    AccountItem(
        f"SESSION#{session.id}",
        "SESSION",
        user_id=session.user_id,
        name=session.user_name,
        roles={role.value for role in session.roles} or None,
        libraries=set(session.libraries) or None,
        user_group=session.user_group or None,
        csrf_token=session.csrf_token,
        created_at=session.created_at,
        expires_at=int(session.expires_at.timestamp()),
    ).save()


def session(session_id: str) -> Session | None:
    """The session with this fingerprint."""
    try:
        item = AccountItem.get(f"SESSION#{session_id}", "SESSION")
    except DoesNotExist:
        return None
    return Session(
        id=session_id,
        user_id=item.user_id,
        user_name=item.name,
        roles=roles_of(item.roles or ()),
        libraries=frozenset(item.libraries or ()),
        user_group=item.user_group or "",
        csrf_token=item.csrf_token,
        created_at=item.created_at,
        expires_at=datetime.fromtimestamp(item.expires_at, tz=item.created_at.tzinfo),
    )


def delete_session(session_id: str) -> None:
    """Forget a session; one that is not there is no error."""
    AccountItem(f"SESSION#{session_id}", "SESSION").delete()


@lru_cache(maxsize=1)
def _cognito() -> CognitoIdentityProviderClient:
    import boto3

    return boto3.client("cognito-idp")


class Refusals:
    """Cognito's error codes that mean: this person, this password, not now."""

    SIGN_IN: ClassVar = frozenset(
        {
            "NotAuthorizedException",
            "UserNotFoundException",
            "UserNotConfirmedException",
            "PasswordResetRequiredException",
            "InvalidParameterException",
            "CodeMismatchException",
            "ExpiredCodeException",
            "TooManyRequestsException",
            "LimitExceededException",
        }
    )
    PASSWORD: ClassVar = frozenset({"InvalidPasswordException", "PasswordHistoryPolicyViolationException"})


def authenticate(username: str, password: str) -> User | NewPasswordNeeded:
    """Ask Cognito whether the password is right. Raises SignInFailedError."""
    answer = _ask(
        "initiate_auth",
        ClientId=settings().user_pool_client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": username, "PASSWORD": password},
    )
    return _outcome(username, answer)


def answer_new_password(challenge: NewPasswordNeeded, new_password: str) -> User:
    """Give Cognito the new password it asked for. Raises SignInFailedError, WeakPasswordError."""
    answer = _ask(
        "respond_to_auth_challenge",
        ClientId=settings().user_pool_client_id,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=challenge.challenge,
        ChallengeResponses={"USERNAME": challenge.username, "NEW_PASSWORD": new_password},
    )
    outcome = _outcome(challenge.username, answer)
    if isinstance(outcome, NewPasswordNeeded):
        raise SignInFailedError
    return outcome


def _ask(operation: str, **request: Any) -> Any:
    from botocore.exceptions import ClientError, ParamValidationError

    try:
        return getattr(_cognito(), operation)(**request)
    except ParamValidationError as error:
        raise SignInFailedError from error
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in Refusals.PASSWORD:
            raise WeakPasswordError from error
        if code in Refusals.SIGN_IN:
            raise SignInFailedError from error
        raise


def _outcome(
    username: str, answer: InitiateAuthResponseTypeDef | RespondToAuthChallengeResponseTypeDef
) -> User | NewPasswordNeeded:
    if answer.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
        known_as = answer.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", username)
        return NewPasswordNeeded(username=known_as, challenge=answer["Session"])
    if "AuthenticationResult" not in answer:  # a second factor: not offered by the pool of this stack
        raise SignInFailedError
    return user_of(_claims(answer["AuthenticationResult"]["IdToken"]), username)


def _claims(token: str) -> dict[str, Any]:
    """What an id token says. Its signature need not be checked: it came from Cognito itself, over TLS."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims
