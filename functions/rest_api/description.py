"""The REST API as its function describes itself, in OpenAPI 3.1."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from functions.rest_api import examples
from functions.rest_api.routing import DESCRIPTIONS, PREFIX, app

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
    "404": "There is no such path",
    "429": "More requests in a second than are allowed",
    "500": "Something went wrong on our side",
}
_PRECONDITION = {"412": "Somebody changed it since the version that `If-Match` names"}
_CONFLICT = {"409": "Somebody, or the job itself, was quicker: read again what it is now"}
_SIGNED_LINK = {
    "description": "To a signed link, good for five minutes",
    "headers": {"Location": {"required": True, "schema": {"type": "string", "format": "uri"}}},
}

_GOES_ON = "A large upload is being finished: ask for it until it is `finished` or has a `problem`"

_LISTS = ("list_", "find_bibs", "get_history", "get_representation_history")
"""How the names of operations begin that answer a list; search has an envelope of its own."""
_OTHERWISE = frozenset({"act_on_upload", "merge_collections", "find"})
"""Operations whose answer is of another shape than the resource they are about."""

_EDITS = ("put", "patch", "delete")
_FORMAT = {
    "name": "format",
    "in": "query",
    "required": False,
    "description": "Of the answer; without it `Accept` decides, and else it is JSON",
    "schema": {"type": "string", "enum": ["json", "xml"]},
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of the version that is to be changed",
    "schema": {"type": "string"},
}
_RECORD = '<record xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Atlas</dc:title></record>'
_EXAMPLES: dict[str, Any] = {
    "bulk_change": {
        "name": "Rights of the atlases",
        "search": {"q": "title:atlas", "library": ["MAIN"]},
        "operations": [
            {"op": "add_field", "tag": "540", "subfields": [{"code": "a", "value": "No copyright"}]},
            {"op": "set_element", "element": "dc:rights", "values": ["No copyright"]},
            {"op": "set_representations", "access_rights": "OPEN"},
        ],
        "dry_run": True,
    },
    "bib": {"anies": [_RECORD], "suppress_from_publishing": "false"},
    "representation": {"library": {"value": "MAIN"}, "usage_type": {"value": "PRESERVATION_MASTER"}, "label": "Scans"},
    "representation_file": {"path": "01ARM_INST/upload/scans/page1.tif", "label": "Page 1"},
    "representation_files": {
        "representation_file": [{"pid": "1300000000000000020001"}, {"pid": "1300000000000000010001"}]
    },
    "search_field": {"name": "Place", "source": ["751a", "dc:coverage"], "facet": True, "everywhere": True},
    "collection": {"name": "Maps", "description": "Maps and plans", "library": {"value": "MAIN"}},
    "job": {
        "parameter": [
            {"name": {"value": "folder"}, "value": "my-folder"},
            {"name": {"value": "dry_run"}, "value": "true"},
        ]
    },
}


def described() -> str:
    """The description, written the same way each time."""
    from aws_lambda_powertools.event_handler.openapi.models import APIKey, APIKeyIn, HTTPBearer, License, Server

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
            "bearer": HTTPBearer(bearerFormat="JWT", description="A token of the user pool"),
        },
        security=[{"header": []}, {"query": []}, {"bearer": []}],
    )
    document = json.loads(schema)
    shown = examples.answers()
    routes = {(each.method.lower(), re.sub(r"<(\w+)>", r"{\1}", each.path)): each for each in DESCRIPTIONS}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            route = routes[method, path]
            roles = sorted(role.value for role in route.roles)
            operation["description"] = f"For keys with one of the roles {', '.join(roles)}."
            operation["responses"] = _responses(method, operation, _content(route.answers, operation, shown))
            operation["parameters"] = [*operation.get("parameters", ()), *_headers(method)]
            if route.takes:
                operation["requestBody"] = _body(route.takes)
    document["paths"] = dict(sorted(document["paths"].items()))
    shapes = {name: examples.shape_of(answers) for name, answers in sorted(shown.items())}
    document["components"]["schemas"] = {"Error": _ERROR, **shapes}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _content(
    resource: str, operation: dict[str, Any], shown: Mapping[str, tuple[dict[str, Any], ...]]
) -> dict[str, Any]:
    """Shape and example of what an operation answers: a resource, or the list of them."""
    if resource not in shown or operation["operationId"] in _OTHERWISE:
        return {"schema": {"type": "object"}}
    shape, example = {"$ref": f"#/components/schemas/{resource}"}, shown[resource][0]
    if not operation["operationId"].startswith(_LISTS):
        return {"schema": shape, "example": example}
    listed = {
        "type": "object",
        "required": [resource, "total_record_count"],
        "properties": {
            resource: {"type": "array", "items": shape},
            "total_record_count": {"type": "integer"},
            "next_token": {"type": "string"},
        },
    }
    return {"schema": listed, "example": {resource: [example], "total_record_count": 1}}


def _responses(method: str, operation: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    """What an operation answers: Powertools knows neither redirects nor XML nor Alma's shape of errors."""
    is_link = operation["operationId"] == "get_report"
    refusals = (
        _REFUSALS | (_CONFLICT if method != "get" or is_link else {}) | (_PRECONDITION if method in _EDITS else {})
    )
    errors = {code: _answer(refusals[code], {"$ref": "#/components/schemas/Error"}) for code in sorted(refusals)}
    if is_link:
        return {"303": _SIGNED_LINK} | errors
    if operation["operationId"] == "act_on_upload":
        errors |= {"202": _answer(_GOES_ON, {"type": "object"})}
    if method == "delete":
        return {"204": {"description": "It is gone"}} | errors
    return {"200": _answer("The resource, or the list of them", **content)} | errors


def _answer(description: str, schema: dict[str, Any], **example: Any) -> dict[str, Any]:
    xml = {"schema": {"type": "string", "description": "The same in XML"}}
    return {
        "description": description,
        "content": {"application/json": {"schema": schema, **example}, "application/xml": xml},
    }


def _headers(method: str) -> list[dict[str, Any]]:
    """What every operation understands, and what edits do."""
    return [_FORMAT, *([_IF_MATCH] if method in _EDITS else [])]


def _body(resource: str) -> dict[str, Any]:
    example = _EXAMPLES.get(resource)
    content = {"schema": {"type": "object"}} | ({"example": example} if example else {})
    xml = {"schema": {"type": "string", "description": "Alma's XML of the resource"}}
    return {"required": False, "content": {"application/json": content, "application/xml": xml}}
