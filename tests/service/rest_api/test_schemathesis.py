"""Schemathesis: whatever the description allows is answered as the description says, and never with a 500."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from armarium.accounts.model import Role
from armarium.derivatives import store as derivatives
from functions.rest_api.handler import described
from tests.service.rest_api.client import Api

CHECKS = (
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
SCHEMA = schemathesis.openapi.from_dict(json.loads(described()))


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
