"""Schemathesis: whatever the description allows is answered as the description says, and never with a 500."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from jsonschema import Draft202012Validator
from schemathesis import checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from armarium.accounts.model import Role
from armarium.derivatives import store as derivatives
from functions.rest_api.handler import DESCRIPTIONS, described
from tests.service.rest_api.client import Api, path_of

CHECKS = (
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
DOCUMENT: dict[str, Any] = json.loads(described())
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)


class Gateway:
    """API Gateway as a WSGI application: each request becomes an event for the handler."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length).decode("utf-8", "replace") if length else None
        headers = {name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name[:5] == "HTTP_"}
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace").removeprefix("/almaws/v1")
        query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        kept = {name: headers[name] for name in ("accept", "if-match") if name in headers}
        answer = self._api.ask(environ["REQUEST_METHOD"], path, query, body, kept)
        start(f"{answer.status} Answer", [(name.title(), value) for name, value in answer.headers.items()])
        return [answer.body.encode()]


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    monkeypatch.setattr(derivatives, "send", lambda message: None)
    return Gateway(Api(Role.CATALOGUER, Role.ADMINISTRATOR))


TYPED_ELSEWHERE = {"report", "openapi", "search_field", "search_index", "suggestion"}


def test_everything_that_is_there_is_answered_in_the_shape_that_is_described(
    everything: Api, things: dict[str, str]
) -> None:
    queries = {"/bibs": {"mms_id": things["mms_id"]}, "/items": {"item_barcode": "B-1"}}
    components = {"components": DOCUMENT["components"]}
    seen = set()
    for route in DESCRIPTIONS:
        if route.method != "GET" or route.answers in TYPED_ELSEWHERE or route.path == "/search":
            continue
        answer = everything.ask("GET", path_of(route.path, things), queries.get(route.path))
        assert answer.status == 200, (route.path, answer.body)
        described = DOCUMENT["paths"][re.sub(r"<(\w+)>", r"{\1}", route.path)]["get"]["responses"]["200"]
        content = described["content"]["application/json"]
        for shown in (answer.json, content["example"]):
            Draft202012Validator(components | content["schema"]).validate(shown)
        seen.add(route.answers)
    assert seen == DOCUMENT["components"]["schemas"].keys() - {"Error"}


@SCHEMA.parametrize()
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_answers_as_described(case: schemathesis.Case, gateway: Gateway) -> None:
    case.call_and_validate(app=gateway, checks=CHECKS)
