"""The API as API Gateway asks it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from armarium.accounts import service as accounts
from armarium.accounts.model import Role

NOW = datetime.now(UTC)


class Context:
    """What Lambda tells a function of itself."""

    function_name = "rest_api"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:000000000000:function:rest_api"
    aws_request_id = "11111111-1111-1111-1111-111111111111"


@dataclass(frozen=True)
class Answer:
    """Status, headers (lower case) and body; ``json`` reads the body."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The code of the first error."""
        code: str = self.json["errorList"]["error"][0]["errorCode"]
        return code


class Api:
    """A client with a key of these roles; without any, nobody's."""

    def __init__(self, *roles: Role) -> None:
        self.key = accounts.create_key("tests", frozenset(roles), NOW)[1] if roles else None

    def ask(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
        cookies: list[str] | None = None,
    ) -> Answer:
        """One request; a body that is no text is sent as JSON."""
        from functions.rest_api.handler import handler

        sent = {"host": "library.example", "x-forwarded-proto": "https", "content-type": "application/json"}
        if self.key:
            sent["authorization"] = f"apikey {self.key}"
        event = {
            "version": "2.0",
            "rawPath": f"/almaws/v1{path}",
            "rawQueryString": urlencode(query or {}),
            "queryStringParameters": query or {},
            "headers": sent | (headers or {}),
            "cookies": cookies or [],
            "requestContext": {
                "http": {"method": method, "path": f"/almaws/v1{path}", "sourceIp": "127.0.0.1"},
                "requestId": "req-1",
                "stage": "$default",
            },
            "body": body if isinstance(body, str) or body is None else json.dumps(body),
            "isBase64Encoded": False,
        }
        answer = handler(event, Context())  # type: ignore[arg-type]
        told = {name.lower(): value for name, value in answer.get("headers", {}).items()}
        told |= {name.lower(): value[0] for name, value in answer.get("multiValueHeaders", {}).items()}
        assert "content-type" in told
        return Answer(answer["statusCode"], told, answer.get("body") or "")

    def __call__(
        self, method: str, path: str, query: dict[str, str] | None = None, body: Any = None
    ) -> tuple[int, Any]:
        answer = self.ask(method, path, query, body)
        return answer.status, answer.json if answer.body.startswith("{") else answer.body


def path_of(template: str, things: dict[str, str]) -> str:
    for name, value in things.items():
        known, _, part = name.rpartition("/")
        template = template.replace(name, f"{known}/{value}") if part.startswith("<") else template
        template = template.replace(f"<{name}>", value)
    assert "<" not in template, f"make one for {template} in this test"
    return template
