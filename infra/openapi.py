"""Writes ``docs/openapi.json``: the REST API as its function describes itself, in OpenAPI 3.1."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from infra import ROOT

TARGET = ROOT / "docs" / "openapi.json"

_ABOUT = """Titles, representations, files, collections, import profiles and jobs, in the dialect of Alma's API.

Lists answer an object with the entries under their singular name, `total_record_count`, and `next_token` where there
is more; history, and the runs of a job, give the number of entries of the page. Coded values are `{"value", "desc"}`.
A trailing slash changes nothing. What is not found is a 400, as it is in Alma."""

_ERROR = {
    "title": "Error",
    "type": "object",
    "required": ["errorsExist", "errorList", "result"],
    "properties": {
        "errorsExist": {"const": True},
        "errorList": {
            "type": "object",
            "required": ["error"],
            "properties": {
                "error": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["errorCode", "errorMessage", "trackingId"],
                        "properties": {
                            "errorCode": {"type": "string", "description": "Alma's code, or one of ours: ARM-…"},
                            "errorMessage": {"type": "string", "description": "What is wrong, and how to mend it"},
                            "trackingId": {"type": "string", "description": "Finds the request in the log"},
                        },
                    },
                }
            },
        },
        "result": {"type": "null"},
    },
}

_REFUSALS = {
    "400": "The request is wrong, or what it asks for is not there",
    "401": "No API key, or one that is not valid",
    "403": "The key has no role that may do this",
    "500": "Something went wrong on our side",
}
_CONFLICT = {"409": "Somebody, or the job itself, was quicker: read again what it is now"}
_SIGNED_LINK = {
    "description": "To a signed link, good for five minutes",
    "headers": {"Location": {"required": True, "schema": {"type": "string", "format": "uri"}}},
}


def described() -> str:
    """The description, written the same way each time."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    from aws_lambda_powertools.event_handler.openapi.models import APIKey, APIKeyIn, License, Server

    from functions.rest_api.handler import PREFIX, ROUTES, app

    schema = app.get_openapi_json_schema(
        title="Armarium REST API",
        version="1",
        openapi_version="3.1.0",
        description=_ABOUT,
        license_info=License(name="Apache-2.0", identifier="Apache-2.0"),
        servers=[Server(url=PREFIX, description="Under the address of the front door")],
        security_schemes={
            "header": APIKey(name="Authorization", in_=APIKeyIn.header, description="`apikey KEY`"),
            "query": APIKey(name="apikey", in_=APIKeyIn.query),
        },
        security=[{"header": []}, {"query": []}],
    )
    document = json.loads(schema)
    audiences = {(method.lower(), re.sub(r"<(\w+)>", r"{\1}", path)): roles for method, path, roles in ROUTES}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            roles = sorted(role.value for role in audiences[method, path])
            operation["description"] = f"For keys with one of the roles {', '.join(roles)}."
            operation["responses"] = _responses(method, operation)
    document["paths"] = dict(sorted(document["paths"].items()))
    document["components"]["schemas"] = {"Error": _ERROR}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _responses(method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """What an operation answers: Powertools knows neither redirects nor Alma's shape of errors."""
    is_link = operation["operationId"] == "get_report"
    success = {"303": _SIGNED_LINK} if is_link else {"200": operation["responses"]["200"]}
    refusals = _REFUSALS | (_CONFLICT if method == "post" or is_link else {})
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return success | {code: {"description": refusals[code], "content": content} for code in sorted(refusals)}


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.write_text(described(), encoding="utf-8")
