"""People are found, invited and changed by administrators; what is changed is in force at once, and written down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError

from armarium.accounts import people, service, store
from armarium.accounts.errors import (
    EndedMeanwhileError,
    OwnAccountError,
    PersonExistsError,
    PersonNotFoundError,
    PersonRefusedError,
    SignInFailedError,
)
from armarium.accounts.model import ANONYMOUS, NewPasswordNeeded, Person, Role, Session, Standing
from armarium.platform import clock
from armarium.platform.errors import InvalidInputError, MandatoryFieldError, PreconditionFailedError

if TYPE_CHECKING:
    from tests.service.accounts.conftest import Pool

PASSWORD = "Nest-of-twigs-7"
EVERYWHERE: frozenset[str] = frozenset()
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@pytest.fixture
def now() -> datetime:
    """Sessions of the tests are as old as an hour; ends of sessions are read from the clock."""
    return datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def administrators(pool: Pool) -> tuple[str, str]:
    cognito = boto3.client("cognito-idp")
    for name in ("robin", "tit"):
        cognito.admin_create_user(UserPoolId=pool.pool_id, Username=name)
        cognito.admin_set_user_password(UserPoolId=pool.pool_id, Username=name, Password=PASSWORD, Permanent=True)
        cognito.admin_add_user_to_group(UserPoolId=pool.pool_id, Username=name, GroupName="administrator")
    return "robin", "tit"


def signed_in(name: str, now: datetime) -> tuple[Session, str]:
    outcome = service.sign_in(name, PASSWORD, now)
    assert not isinstance(outcome, NewPasswordNeeded)
    return outcome


@pytest.fixture
def robin(administrators: tuple[str, str], now: datetime) -> Session:
    return signed_in("robin", now)[0]


def named(name: str) -> Person:
    found, _ = people.list_people(20, beginning=name)
    return found[0]


def who(token: str) -> object:
    return service.principal_of({"cookie": f"{service.session_cookie_name()}={token}"}, {}, clock.now())


def test_people_are_paged_found_and_filtered_by_role(robin: Session) -> None:
    first, following = people.list_people(3)
    second, end = people.list_people(3, following)
    assert {person.username for person in (*first, *second)} == {"wren", "finch", "robin", "tit"}
    assert end is None
    assert {person.username for person in people.list_people(20, role=Role.ADMINISTRATOR)[0]} == {"robin", "tit"}
    (wren,), _ = people.list_people(20, beginning="wr")
    assert (wren.roles, wren.standing) == ({Role.CATALOGUER}, Standing.ACTIVE)
    assert named("finch").standing is Standing.INVITED
    assert people.list_people(20, beginning='x" or "')[0] == ()
    with pytest.raises(InvalidInputError):
        people.list_people(20, found_by="custom:libraries", beginning="x")


def test_the_number_of_requests_does_not_grow_with_the_pool(robin: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    boto3.client("cognito-idp")
    store._cognito().meta.events.register("before-call.*.*", lambda model, **_: asked.append(model.name))
    people.list_people(2)
    assert sorted(asked) == ["AdminListGroupsForUser"] * 2 + ["ListUsers"]


def test_what_somebody_may_do_is_changed_at_once_and_written_down(robin: Session, now: datetime) -> None:
    session, token = signed_in("wren", now)
    assert session.libraries == EVERYWHERE
    wren = named("wren")
    people.change(wren.id, frozenset({Role.APPROVER}), frozenset({"MED", "LAW"}), "STAFF", robin, now)
    assert who(token) == ANONYMOUS
    opened, _ = signed_in("wren", clock.now())
    assert (opened.roles, opened.libraries, opened.user_group) == ({Role.APPROVER}, {"LAW", "MED"}, "STAFF")
    (change,) = people.history(wren.id)
    assert (change.by, change.what) == ("robin", "changed")
    assert change.details["roles"] == {"before": ["cataloguer"], "after": ["approver"]}
    people.change(wren.id, frozenset({Role.APPROVER}), EVERYWHERE, "", robin, now)
    assert named("wren").libraries == EVERYWHERE
    assert signed_in("wren", clock.now())[0].user_group == ""


def test_no_change_ends_no_session(robin: Session, now: datetime) -> None:
    _, token = signed_in("wren", now)
    wren = named("wren")
    people.change(wren.id, wren.roles, wren.libraries, wren.user_group, robin, now)
    assert who(token) != ANONYMOUS
    assert people.history(wren.id) == ()


def test_groups_that_are_no_roles_stay(robin: Session, now: datetime, pool: Pool) -> None:
    people.change(named("wren").id, frozenset(), EVERYWHERE, "", robin, now)
    groups = boto3.client("cognito-idp").admin_list_groups_for_user(UserPoolId=pool.pool_id, Username="wren")
    assert [group["GroupName"] for group in groups["Groups"]] == ["friends-of-the-library"]


def test_a_change_of_what_somebody_else_changed_meanwhile_is_refused(robin: Session, now: datetime) -> None:
    seen = named("wren")
    people.change(seen.id, frozenset({Role.APPROVER}), EVERYWHERE, "", robin, now)
    with pytest.raises(PreconditionFailedError):
        people.change(seen.id, frozenset({Role.PATRON}), EVERYWHERE, "", robin, now, expected=seen.state)
    assert named("wren").roles == {Role.APPROVER}


def test_a_disabled_person_is_out_at_once_and_stays_out_until_enabled(robin: Session, now: datetime) -> None:
    _, token = signed_in("wren", now)
    wren = named("wren")
    people.disable(wren.id, robin, now)
    assert who(token) == ANONYMOUS
    assert named("wren").standing is Standing.DISABLED
    assert store.attributes("wren") is None
    with pytest.raises(SignInFailedError):
        signed_in("wren", clock.now())
    people.enable(wren.id, robin, clock.now())
    assert who(token) == ANONYMOUS
    assert signed_in("wren", clock.now())
    assert [change.what for change in people.history(wren.id)] == ["enabled", "disabled"]


def test_signing_out_everywhere_ends_every_session_of_that_person_alone(robin: Session, now: datetime) -> None:
    tokens = [signed_in("wren", now)[1] for _ in range(3)]
    people.sign_out_everywhere(named("wren").id, robin, now)
    assert [who(token) for token in tokens] == [ANONYMOUS] * 3
    assert signed_in("wren", clock.now())
    people.get_person(robin.user_id)
    assert store.sessions_ended_at(robin.user_id) is None


def test_a_reset_password_opens_once_and_asks_for_another(robin: Session, now: datetime) -> None:
    password = people.reset_password(named("wren").id, robin, now)
    with pytest.raises(SignInFailedError):
        service.sign_in("wren", PASSWORD, clock.now())
    challenge = service.sign_in("wren", password, clock.now())
    assert isinstance(challenge, NewPasswordNeeded)
    assert service.set_new_password(challenge, "Seeds-and-song-4", clock.now())
    assert password not in str(people.history(named("wren").id))


def test_administrators_cannot_shut_themselves_out(robin: Session, now: datetime) -> None:
    for act in (
        lambda: people.change(robin.user_id, frozenset({Role.CATALOGUER}), EVERYWHERE, "", robin, now),
        lambda: people.change(robin.user_id, ADMINISTRATORS, frozenset({"LAW"}), "", robin, now),
        lambda: people.disable(robin.user_id, robin, now),
    ):
        with pytest.raises(OwnAccountError):
            act()
    changed = people.change(robin.user_id, ADMINISTRATORS | {Role.CATALOGUER}, EVERYWHERE, "STAFF", robin, now)
    assert changed.roles == ADMINISTRATORS | {Role.CATALOGUER}


def test_two_administrators_who_take_the_role_from_each_other_do_not_both_succeed(
    robin: Session, now: datetime
) -> None:
    tit, _ = signed_in("tit", now)
    people.change(tit.user_id, frozenset(), EVERYWHERE, "", robin, now)
    for act in (
        lambda: people.change(robin.user_id, frozenset(), EVERYWHERE, "", tit, now),
        lambda: people.disable(robin.user_id, tit, now),
        lambda: people.change(tit.user_id, ADMINISTRATORS | {Role.PATRON}, EVERYWHERE, "", tit, now),
    ):
        with pytest.raises(EndedMeanwhileError):
            act()
    assert {person.username for person in people.list_people(20, role=Role.ADMINISTRATOR)[0]} == {"robin"}


def test_sessions_are_ended_although_cognito_fails_half_way(
    robin: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = signed_in("wren", now)

    def fails(*_: object) -> None:
        raise RuntimeError("Cognito is away")

    monkeypatch.setattr(store, "set_attributes", fails)
    with pytest.raises(RuntimeError):
        people.change(named("wren").id, frozenset({Role.ADMINISTRATOR}), EVERYWHERE, "", robin, now)
    assert who(token) == ANONYMOUS


def test_an_invited_person_has_what_they_were_invited_with(robin: Session, now: datetime) -> None:
    roles, libraries = frozenset({Role.CATALOGUER}), frozenset({"LAW"})
    made = people.invite("lark", "lark@library.example", "", roles, libraries, "STAFF", robin, now)
    found = people.get_person(made.id)
    assert (found.username, found.name, found.email) == ("lark", "lark", "lark@library.example")
    assert (found.roles, found.libraries, found.user_group) == (roles, libraries, "STAFF")
    assert found.standing is Standing.INVITED
    assert [change.what for change in people.history(made.id)][-1] == "invited"
    with pytest.raises(PersonExistsError):
        people.invite("lark", "other@library.example", "", roles, libraries, "", robin, now)


@pytest.mark.parametrize(("username", "email"), [("", "a@b.example"), ("lark", " ")])
def test_an_invitation_without_name_or_address_is_refused(
    robin: Session, now: datetime, username: str, email: str
) -> None:
    with pytest.raises(MandatoryFieldError):
        people.invite(username, email, "", frozenset(), EVERYWHERE, "", robin, now)


def test_what_cognito_does_not_take_is_said(robin: Session, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PersonNotFoundError):
        people.get_person("00000000-0000-0000-0000-000000000000")
    with pytest.raises(PersonNotFoundError):
        people.disable('" or "', robin, now)

    def refuses(**_: object) -> None:
        error = {"Code": "InvalidParameterException", "Message": "Username should be short"}
        raise ClientError({"Error": error}, "AdminCreateUser")

    monkeypatch.setattr(store, "_cognito", lambda: SimpleNamespace(admin_create_user=refuses))
    with pytest.raises(PersonRefusedError, match="should be short"):
        people.invite("lark", "lark@library.example", "", frozenset(), EVERYWHERE, "", robin, now)
