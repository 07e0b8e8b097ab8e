"""Promises of API keys: made, scoped, limited, rotated and taken back by administrators."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from armarium.accounts import service as accounts
from armarium.accounts.model import Role
from armarium.platform import clock
from tests.service.rest_api.client import Api


@pytest.fixture
def administrator() -> Api:
    return Api(Role.ADMINISTRATOR)


def with_key(secret: str) -> Api:
    api = Api()
    api.key = secret
    return api


def made(administrator: Api, **fields: Any) -> dict[str, Any]:
    status, key = administrator("POST", "/conf/api-keys", body={"name": "script", "role": ["cataloguer"]} | fields)
    assert status == 200, key
    return key


def test_a_key_is_told_once_and_its_last_use_is_known(administrator: Api) -> None:
    key = made(administrator)
    path = f"/conf/api-keys/{key['id']}"
    assert administrator("GET", path)[1]["last_used"] is None
    assert with_key(key["key"])("GET", "/bibs/collections")[0] == 200
    _, told = administrator("GET", path)
    assert told["last_used"]
    assert "key" not in told
    assert [each["name"] for each in administrator("GET", "/conf/api-keys")[1]["api_key"]] == ["script", "tests"]


def test_a_scoped_key_enters_its_area_and_no_other(administrator: Api) -> None:
    reads = with_key(made(administrator, scope=["bibs:read"])["key"])
    assert reads("GET", "/bibs/collections")[0] == 200
    assert reads("GET", "/search")[0] == 200
    assert reads("POST", "/bibs/collections", body={"name": "Maps"})[0] == 403
    assert reads("GET", "/conf/libraries")[0] == 403
    writes = with_key(made(administrator, scope=["bibs:write"])["key"])
    assert writes("POST", "/bibs/collections", body={"name": "Maps"})[0] == 200
    assert writes("GET", "/bibs/collections")[0] == 200


def test_a_rotated_key_goes_on_for_the_overlap_and_a_revoked_one_not_at_all(administrator: Api) -> None:
    key = made(administrator)
    path = f"/conf/api-keys/{key['id']}"
    _, new = administrator("POST", path, {"op": "rotate", "overlap": "1"})
    assert all(with_key(each["key"])("GET", "/bibs/collections")[0] == 200 for each in (key, new))
    _, replaced = administrator("POST", f"/conf/api-keys/{new['id']}", {"op": "rotate", "overlap": "0"})
    assert with_key(new["key"])("GET", "/bibs/collections")[0] == 401
    assert administrator.ask("POST", f"/conf/api-keys/{new['id']}", {"op": "rotate"}).status == 400
    assert administrator.ask("DELETE", f"/conf/api-keys/{replaced['id']}").status == 204
    assert with_key(replaced["key"])("GET", "/bibs/collections")[0] == 401


def test_a_key_with_a_limit_is_told_when_it_sends_too_much(administrator: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    key = with_key(made(administrator, requests_per_second=2)["key"])
    moment = datetime.now(UTC).replace(microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert [key.ask("GET", "/bibs/collections").status for _ in range(3)] == [200, 200, 429]
    assert key.ask("GET", "/bibs/collections").error == "PER_SECOND_THRESHOLD"
    assert [administrator.ask("GET", "/bibs/collections").status for _ in range(3)] == [200, 200, 200]


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"role": []}, {"role": ["king"]}, {"scope": ["sea:read"]}, {"days": 0}, {"days": 9999}]
)
def test_a_key_that_cannot_be_is_refused(administrator: Api, fields: dict[str, Any]) -> None:
    body = {"name": "script", "role": ["reader"]} | fields
    assert administrator.ask("POST", "/conf/api-keys", body=body).status == 400


def test_only_administrators_see_keys(cataloguer: Api) -> None:
    assert cataloguer.ask("GET", "/conf/api-keys").status == 403
    assert accounts.list_keys(10)[0][0].name == "tests"
