"""The pages for people and keys: what administrators do there, and what they see."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from armarium.accounts import people, service, store
from armarium.accounts.model import Role, User
from armarium.platform import clock
from armarium.platform.settings import Settings
from tests.service.web.conftest import Answer, Browser, signed_in

PASSWORD = "Nest-of-twigs-7"


@pytest.fixture(autouse=True)
def pool(aws: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    store._cognito.cache_clear()
    cognito = boto3.client("cognito-idp")
    attributes: Any = [
        {"Name": name, "AttributeDataType": "String", "Mutable": True} for name in ("libraries", "user_group")
    ]
    pool_id = cognito.create_user_pool(PoolName="readers", Schema=attributes)["UserPool"]["Id"]
    client = cognito.create_user_pool_client(UserPoolId=pool_id, ClientName="pages")["UserPoolClient"]["ClientId"]
    for role in people.ROLES:
        cognito.create_group(UserPoolId=pool_id, GroupName=role.value)
    for name in ("robin", "wren"):
        cognito.admin_create_user(UserPoolId=pool_id, Username=name)
        cognito.admin_set_user_password(UserPoolId=pool_id, Username=name, Password=PASSWORD, Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=pool_id, Username="robin", GroupName="administrator")
    known = Settings(user_pool_id=pool_id, user_pool_client_id=client)
    monkeypatch.setattr(store, "settings", lambda: known)
    yield SimpleNamespace(id=pool_id)
    store._cognito.cache_clear()


def id_of(name: str) -> str:
    return people.list_people(1, beginning=name)[0][0].id


@pytest.fixture
def robin() -> Browser:
    """An administrator, signed in an hour ago."""
    user = User(id=id_of("robin"), name="robin", roles=frozenset({Role.ADMINISTRATOR}))
    _, token = service._open_session(user, clock.now() - timedelta(hours=1), None)
    return Browser({service.session_cookie_name(): token})


def secret_of(answer: Answer) -> str:
    found = re.search(r'<code id="secret" dir="ltr">([^<]+)</code>', answer.text)
    assert found, answer.text
    return found[1]


def test_people_are_listed_with_their_roles(robin: Browser) -> None:
    page = robin.get("/staff/people").text
    assert ">robin</a>" in page
    assert "Administrator" in page
    assert ">wren</a>" not in robin.get("/staff/people?role=administrator").text
    assert "Nobody was found" in robin.get("/staff/people?q=nobody").text


def test_an_administrator_gives_roles_libraries_and_group(robin: Browser) -> None:
    wren = f"/staff/people/{id_of('wren')}"
    answer = robin.post(wren, wren, role="cataloguer", reach="some", library="MAIN", user_group="STAFF")
    assert (answer.status, answer.headers["Location"]) == (303, f"{wren}?done=person_saved")
    person = people.get_person(id_of("wren"))
    assert (person.roles, person.libraries, person.user_group) == ({Role.CATALOGUER}, {"MAIN"}, "STAFF")
    page = robin.get(wren).text
    assert re.search(r'value="MAIN" checked', page)
    assert re.search(r'<option value="STAFF" selected', page)
    assert "Changed" in page


def test_choosing_some_libraries_and_naming_none_is_refused_and_never_means_all(robin: Browser) -> None:
    wren = f"/staff/people/{id_of('wren')}"
    robin.post(wren, wren, role="cataloguer", reach="some", library="MAIN")
    answer = robin.post(wren, wren, role="cataloguer", reach="some")
    assert answer.status == 422
    assert "Choose at least one library" in answer.text
    assert robin.post(wren, wren, role="cataloguer").status == 422
    assert people.get_person(id_of("wren")).libraries == {"MAIN"}


def test_a_change_of_what_somebody_else_changed_meanwhile_is_not_lost(robin: Browser) -> None:
    wren = f"/staff/people/{id_of('wren')}"
    stale = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', robin.get(wren).text))
    robin.post(wren, wren, role="approver", reach="all")
    answer = robin.send(wren, **stale, role="patron", reach="all")
    assert answer.status == 412
    assert people.get_person(id_of("wren")).roles == {Role.APPROVER}


def test_a_step_is_asked_for_then_taken(robin: Browser) -> None:
    wren = f"/staff/people/{id_of('wren')}"
    assert "They are signed out everywhere" in robin.get(f"{wren}/disable").text
    assert robin.post(f"{wren}/disable", f"{wren}/disable").status == 303
    assert "disabled" in robin.get(wren).text
    assert robin.get(f"{wren}/disable").status == 404
    assert robin.post(f"{wren}/enable", f"{wren}/enable").status == 303
    assert robin.get(f"{wren}/delete").status == 404
    assert robin.send(f"{wren}/delete", csrf_token=csrf_of(robin)).status == 404


def csrf_of(browser: Browser) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/staff/people").text)
    assert found
    return found[1]


def test_a_new_password_is_shown_once_and_not_kept_by_the_browser(robin: Browser) -> None:
    wren = f"/staff/people/{id_of('wren')}"
    answer = robin.post(f"{wren}/reset_password", f"{wren}/reset_password")
    assert secret_of(answer).endswith("-aA1")
    assert "no-store" in answer.headers["Cache-Control"]
    assert secret_of(answer) not in robin.get(wren).text


def test_nobody_takes_the_administrators_role_from_themselves(robin: Browser) -> None:
    own = f"/staff/people/{id_of('robin')}"
    assert "This is your own account" in robin.get(own).text
    assert f"{own}/disable" not in robin.get(own).text
    assert robin.post(own, own, role="cataloguer", reach="all").status == 403
    assert robin.send(f"{own}/disable", csrf_token=csrf_of(robin)).status == 403
    assert people.get_person(id_of("robin")).roles == {Role.ADMINISTRATOR}


def test_somebody_is_invited_with_all_they_may_do(robin: Browser) -> None:
    fields = {"username": "lark", "email": "lark@library.example", "role": "approver", "reach": "all"}
    answer = robin.post("/staff/people", "/staff/people/new", **fields)
    assert answer.status == 303
    assert people.get_person(id_of("lark")).roles == {Role.APPROVER}
    again = robin.post("/staff/people", "/staff/people/new", **fields)
    assert again.status == 422
    assert "Somebody has this user name" in again.text
    assert 'value="approver" checked' in again.text
    empty = robin.post("/staff/people", "/staff/people/new", reach="all")
    assert empty.status == 422
    assert empty.text.count("This is needed.") >= 2


def test_what_people_are_called_is_text(robin: Browser, pool: Any) -> None:
    evil = "<script>alert(1)</script>"
    boto3.client("cognito-idp").admin_update_user_attributes(
        UserPoolId=pool.id,
        Username="wren",
        UserAttributes=[{"Name": "name", "Value": evil}, {"Name": "custom:libraries", "Value": evil}],
    )
    for page in ("/staff/people", f"/staff/people/{id_of('wren')}", f"/staff/people/{id_of('wren')}/disable"):
        assert evil not in robin.get(page).text


def test_administrators_of_some_libraries_and_keys_administer_nobody(robin: Browser) -> None:
    user = User(id="u", name="Ann", roles=frozenset({Role.ADMINISTRATOR}), libraries=frozenset({"LAW"}))
    _, token = service._open_session(user, clock.now(), None)
    ann = Browser({service.session_cookie_name(): token})
    key, _ = service.create_key("script", frozenset({Role.READER}), clock.now())
    for address in ("/staff/people", "/staff/people/new", "/staff/keys", "/staff/keys/new", f"/staff/keys/{key.id}"):
        assert ann.get(address).status == 403
        assert signed_in(Role.CATALOGUER).get(address).status == 403
    _, secret = service.create_key("admin", frozenset({Role.ADMINISTRATOR}), clock.now())
    machine = Browser({"__Host-armarium_form": "t"})
    asked = machine.send(
        f"/staff/people/{id_of('wren')}?apikey={secret}", csrf_token="t", role="administrator", reach="all"
    )
    assert asked.status == 403
    assert people.get_person(id_of("wren")).roles == frozenset()


def test_a_key_is_made_shown_once_rotated_and_taken_back(robin: Browser) -> None:
    fields = {"name": "Discovery", "role": "reader", "scope": "bibs:read", "reach": "some", "library": "MAIN"}
    told = robin.post("/staff/keys", "/staff/keys/new", **fields, days="30", requests_per_second="5")
    assert told.status == 200
    principal = service.principal_of({"authorization": f"apikey {secret_of(told)}"}, {}, clock.now())
    assert (principal.roles, principal.scopes, principal.libraries) == ({Role.READER}, {"bibs:read"}, {"MAIN"})
    assert principal.requests_per_second == 5
    (key,), _ = service.list_keys(10)
    address = f"/staff/keys/{key.id}"
    listed, one = robin.get("/staff/keys").text, robin.get(address).text
    assert secret_of(told) not in listed + one
    assert "valid" in listed
    assert "Made" in one
    rotated = robin.post(f"{address}/rotate", address, overlap="1")
    assert "goes on for 1 hours" in rotated.text
    assert service.principal_of({"authorization": f"apikey {secret_of(rotated)}"}, {}, clock.now()).libraries == {
        "MAIN"
    }
    assert robin.post(f"{address}/revoke", f"{address}/revoke").status == 303
    page = robin.get(address).text
    assert "taken back" in page
    assert "robin" in page
    assert robin.get(f"{address}/revoke").status == 404
    assert robin.post(f"{address}/rotate", "/staff/people", overlap="1").status == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"role": ""},
        {"role": "patron"},
        {"days": "0"},
        {"days": "two"},
        {"days": "99999"},
        {"requests_per_second": "-1"},
        {"reach": "some"},
        {"reach": ""},
    ],
    ids=str,
)
def test_a_key_that_cannot_be_comes_back_with_what_is_wrong(robin: Browser, wrong: dict[str, str]) -> None:
    fields = {"name": "Discovery", "role": "reader", "reach": "all", "days": "30", "requests_per_second": "0"} | wrong
    answer = robin.post("/staff/keys", "/staff/keys/new", **fields)
    assert answer.status == 422
    assert 'id="problems"' in answer.text
    assert service.list_keys(10)[0] == ()
