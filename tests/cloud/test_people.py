"""People on the deployed stack, with the functions' own rights: tokens, libraries, and what administrators do."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from tests.cloud.conftest import Cloud


def tokens_of(cloud: Cloud, name: str) -> dict[str, str]:
    user, pool = cloud.outputs["users"][name], cloud.outputs["user_pool"]
    answer = cloud.client("cognito-idp").initiate_auth(
        ClientId=pool["client_id"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user["username"], "PASSWORD": user["password"]},
    )
    found: dict[str, str] = answer["AuthenticationResult"]
    return found


def with_token(cloud: Cloud, token: str, method: str, path: str, **request: Any) -> requests.Response:
    return cloud.api(method, path, key=None, headers={"Authorization": f"Bearer {token}"}, **request)


@pytest.mark.parametrize("kind", ["IdToken", "AccessToken"])
def test_a_persons_token_opens_the_api_for_their_library_alone(cloud: Cloud, kind: str) -> None:
    token = tokens_of(cloud, "branch")[kind]
    for library, status in (("MAIN", 403), ("BRANCH", 200)):
        body = {"name": f"Shelf {time.time_ns()}", "library": {"value": library}}
        answer = with_token(cloud, token, "POST", "/bibs/collections", json=body)
        assert answer.status_code == status, answer.text
    assert with_token(cloud, token[:-6] + "AAAAAA", "GET", "/bibs/collections").status_code == 401
    patron = tokens_of(cloud, "patron")[kind]
    assert with_token(cloud, patron, "GET", "/bibs/collections").status_code == 403


class Staff:
    """A browser without scripts that signed in."""

    def __init__(self, cloud: Cloud, name: str, password: str) -> None:
        self.session, self.base = requests.Session(), cloud.outputs["base_url"]
        self.landed = self.send("/sign-in", "/sign-in", username=name, password=password)

    def get(self, path: str) -> str:
        answer = self.session.get(self.base + path, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, path: str, page: str, **fields: str) -> requests.Response:
        """Send the form that stands on ``page``."""
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', self.get(page)))
        return self.session.post(self.base + path, data=hidden | fields, timeout=60)


def test_an_administrator_invites_somebody_who_signs_in_and_is_put_out_again(cloud: Cloud) -> None:
    user = cloud.outputs["users"]["admin"]
    admin = Staff(cloud, user["username"], user["password"])
    name = f"lark{time.time_ns()}"
    told = {"username": name, "email": f"{name}@library.example", "role": "cataloguer", "reach": "all"}
    answer = admin.send("/staff/people", "/staff/people/new", **told)
    assert answer.status_code == 200, answer.text
    person = re.sub(r".*(/staff/people/[^?]+).*", r"\1", answer.url)
    shown = admin.send(f"{person}/reset_password", f"{person}/reset_password").text
    found = re.search(r'<code id="secret" dir="ltr">([^<]+)</code>', shown)
    assert found, shown
    lark = Staff(cloud, name, found[1])
    assert "Choose a new password" in lark.landed.text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', lark.landed.text))
    chosen = {"password": "Seeds-and-song-44", "password_again": "Seeds-and-song-44"}
    lark.session.post(f"{lark.base}/sign-in/new-password", data=hidden | chosen, timeout=60)
    assert "Jobs" in lark.get("/staff/jobs")
    assert lark.session.get(f"{lark.base}/staff/people", timeout=60).status_code == 403
    admin.send(f"{person}/disable", f"{person}/disable")
    assert lark.session.get(f"{lark.base}/staff/jobs", timeout=60).url.startswith(f"{lark.base}/sign-in")
    assert "Disabled" in admin.get(person)
