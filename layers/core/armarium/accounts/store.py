"""Where keys and sessions are kept (the accounts table), and Cognito, which knows the people."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute
from pynamodb.exceptions import DoesNotExist, UpdateError
from pynamodb.models import Model

from armarium.accounts.errors import (
    PersonExistsError,
    PersonNotFoundError,
    PersonRefusedError,
    SignInFailedError,
    WeakPasswordError,
)
from armarium.accounts.model import (
    LAST_USED_PRECISION,
    AccountChange,
    ApiKey,
    NewPasswordNeeded,
    Person,
    Session,
    affiliations_of,
    roles_of,
    standing_of,
    user_of,
)
from armarium.platform import tables
from armarium.platform.errors import NotFoundError
from armarium.platform.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import InitiateAuthResponseTypeDef, RespondToAuthChallengeResponseTypeDef


Claims = dict[str, Any]  # of an id token


class AccountItem(Model):
    """An item of the accounts table: ``KEY#<sha256>`` / ``KEY``, ``SESSION#<sha256>`` / ``SESSION``, ``PERSON#<sub>`` /
    ``PERSON``; under keys and persons ``CHANGE#<time>#<random>``: what was done with them.

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
    sessions_ended_at = UTCDateTimeAttribute(null=True)  # of a person: what was opened before counts no longer
    body = UnicodeAttribute(null=True)  # of a change
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
        item = AccountItem.get(f"SESSION#{session_id}", "SESSION", consistent_read=True)
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


def of_key(key_id: str) -> str:
    """The partition of a key."""
    return f"KEY#{key_id}"


def of_person(person_id: str) -> str:
    """The partition of a person, by Cognito's ``sub``."""
    return f"PERSON#{person_id}"


def put_change(account: str, change: AccountChange) -> None:
    """Write down what was done with an account; of one moment the later comes after the earlier."""
    order = f"{time.time_ns():x}-{secrets.token_hex(4)}"
    AccountItem(account, f"CHANGE#{change.at.isoformat()}#{order}", body=change.model_dump_json()).save()


def changes(account: str, limit: int) -> list[AccountChange]:
    """What was done with an account, newest first."""
    found = AccountItem.query(account, AccountItem.sk.startswith("CHANGE#"), limit=limit, scan_index_forward=False)
    return [AccountChange.model_validate_json(item.body) for item in found]


def sessions_ended_at(person_id: str) -> datetime | None:
    """When all of a person's sessions were ended; None: never."""
    try:
        ended: datetime | None = AccountItem.get(of_person(person_id), "PERSON", consistent_read=True).sessions_ended_at
    except DoesNotExist:
        return None
    return ended


def end_sessions(person_id: str, at: datetime, by: Session | None = None) -> None:
    """End what a person opened until now. With ``by``, only if that session has not been ended so itself.

    Raises tables.ConditionFailedError.
    """
    ended_at = AccountItem.sessions_ended_at
    person, actions = AccountItem(of_person(person_id), "PERSON"), (ended_at.set(at),)
    if by is None:
        person.update([*actions])
        return
    counts = ended_at.does_not_exist() | (ended_at < by.created_at)
    if by.user_id == person_id:
        tables.transact([tables.Update(person, actions, counts)])
    else:
        actor = AccountItem(of_person(by.user_id), "PERSON")
        tables.transact([tables.Update(person, actions), tables.Check(actor, counts)])


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


def authenticate(username: str, password: str) -> Claims | NewPasswordNeeded:
    """Ask Cognito whether the password is right: what its id token says. Raises SignInFailedError."""
    answer = _ask(
        "initiate_auth",
        ClientId=settings().user_pool_client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": username, "PASSWORD": password},
    )
    return _outcome(username, answer)


def answer_new_password(challenge: NewPasswordNeeded, new_password: str) -> Claims:
    """Give Cognito the new password: what its id token says. Raises SignInFailedError, WeakPasswordError."""
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
) -> Claims | NewPasswordNeeded:
    if answer.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
        known_as = answer.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", username)
        return NewPasswordNeeded(username=known_as, challenge=answer["Session"])
    if "AuthenticationResult" not in answer:  # a second factor: not offered by the pool of this stack
        raise SignInFailedError
    return _claims(answer["AuthenticationResult"]["IdToken"])


def _claims(token: str) -> Claims:
    """What an id token says. Its signature need not be checked: it came from Cognito itself, over TLS."""
    payload = token.split(".")[1]
    claims: Claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


# People, as administrators see them


def people(limit: int, token: str | None, attribute: str = "", beginning: str = "") -> tuple[list[Person], str | None]:
    """A page of people, with those alone whose ``attribute`` begins so; a request, and one for each person's groups."""
    asked: dict[str, Any] = {"UserPoolId": settings().user_pool_id, "Limit": limit}
    if beginning:
        asked["Filter"] = f'{attribute} ^= "{_quoted(beginning)}"'
    if token:
        asked["PaginationToken"] = token
    answer = _administer("list_users", **asked)
    return _with_groups(answer["Users"]), answer.get("PaginationToken")


def people_in(group: str, limit: int, token: str | None) -> tuple[list[Person], str | None]:
    """A page of those in a group."""
    asked = {"UserPoolId": settings().user_pool_id, "GroupName": group, "Limit": limit}
    answer = _administer("list_users_in_group", **asked | ({"NextToken": token} if token else {}))
    return _with_groups(answer["Users"]), answer.get("NextToken")


def person(person_id: str) -> Person | None:
    """The person whose ``sub`` this is."""
    asked = {"UserPoolId": settings().user_pool_id, "Filter": f'sub = "{_quoted(person_id)}"', "Limit": 1}
    return next(iter(_with_groups(_administer("list_users", **asked)["Users"])), None)


def attributes(username: str) -> dict[str, str] | None:
    """The attributes of somebody who may sign in."""
    try:
        answer = _cognito().admin_get_user(UserPoolId=settings().user_pool_id, Username=username)
    except _cognito().exceptions.UserNotFoundException:
        return None
    return _named(answer["UserAttributes"]) if answer["Enabled"] else None


def invite(username: str, email: str, name: str) -> str:
    """Make a person; Cognito sends the first password to their address. Answers their ``sub``.

    Raises PersonExistsError, PersonRefusedError.
    """
    told = {"email": email, "email_verified": "true", "name": name}
    answer = _administer(
        "admin_create_user",
        UserPoolId=settings().user_pool_id,
        Username=username,
        UserAttributes=_pairs(told),
        DesiredDeliveryMediums=["EMAIL"],
    )
    return _named(answer["User"]["Attributes"])["sub"]


def set_groups(username: str, before: Iterable[str], after: Iterable[str]) -> None:
    """Put somebody into the groups they are to be in, and take them out of the others."""
    named = {"UserPoolId": settings().user_pool_id, "Username": username}
    for group in sorted(set(after) - set(before)):
        _administer("admin_add_user_to_group", GroupName=group, **named)
    for group in sorted(set(before) - set(after)):
        _administer("admin_remove_user_from_group", GroupName=group, **named)


def set_attributes(username: str, changed: Mapping[str, str]) -> None:
    """Other attributes for somebody; an empty one is taken away."""
    _administer(
        "admin_update_user_attributes",
        UserPoolId=settings().user_pool_id,
        Username=username,
        UserAttributes=_pairs(changed),
    )


def set_enabled(username: str, enabled: bool) -> None:
    """Let somebody sign in, or not."""
    operation = "admin_enable_user" if enabled else "admin_disable_user"
    _administer(operation, UserPoolId=settings().user_pool_id, Username=username)


def set_password(username: str, password: str) -> None:
    """A password for the next sign-in alone: it asks for another."""
    _administer(
        "admin_set_user_password",
        UserPoolId=settings().user_pool_id,
        Username=username,
        Password=password,
        Permanent=False,
    )


def end_tokens(username: str) -> None:
    """Take back the refresh tokens of somebody."""
    _administer("admin_user_global_sign_out", UserPoolId=settings().user_pool_id, Username=username)


_REFUSED = {
    "UsernameExistsException": PersonExistsError,
    "AliasExistsException": PersonExistsError,
    "InvalidParameterException": PersonRefusedError,
    "CodeDeliveryFailureException": PersonRefusedError,
    "UserNotFoundException": PersonNotFoundError,
    "NotAuthorizedException": PersonRefusedError,
}


def _administer(operation: str, **request: Any) -> Any:
    from botocore.exceptions import ClientError, ParamValidationError

    try:
        return getattr(_cognito(), operation)(**request)
    except ParamValidationError as error:
        raise PersonRefusedError("Cognito does not take these values") from error
    except ClientError as error:
        refused = _REFUSED.get(error.response["Error"]["Code"])
        if refused is None:
            raise
        raise refused(error.response["Error"]["Message"]) from error


def _with_groups(users: Iterable[Mapping[str, Any]]) -> list[Person]:
    """People with their groups: Cognito is asked for each, a few at a time."""
    from concurrent.futures import ThreadPoolExecutor

    client, pool_id, listed = _cognito(), settings().user_pool_id, list(users)

    def groups(user: Mapping[str, Any]) -> list[str]:
        answer = client.admin_list_groups_for_user(UserPoolId=pool_id, Username=user["Username"], Limit=60)
        return [group["GroupName"] for group in answer["Groups"]]

    with ThreadPoolExecutor(8) as asking:
        return [_person(user, groups) for user, groups in zip(listed, asking.map(groups, listed), strict=True)]


def _person(user: Mapping[str, Any], groups: Iterable[str]) -> Person:
    told = _named(user["Attributes"])
    known = user_of({**told, "cognito:username": user["Username"], "cognito:groups": list(groups)})
    return Person(
        **known.model_dump(),
        username=user["Username"],
        email=told.get("email", ""),
        standing=standing_of(user["UserStatus"], user["Enabled"]),
        affiliations=affiliations_of(told.get("custom:affiliation")),
        created_at=user.get("UserCreateDate"),
    )


def _named(pairs: Iterable[Any]) -> dict[str, str]:
    return {pair["Name"]: pair.get("Value", "") for pair in pairs}


def _pairs(named: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in named.items()]


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
