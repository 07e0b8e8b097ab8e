"""What all routes share: who may call them, how the body is read, in which format the answer goes."""

from __future__ import annotations

import base64
import functools
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_type_hints

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from armarium.accounts import service as accounts
from armarium.accounts.model import Principal, PrincipalKind, Role
from armarium.platform import clock
from armarium.platform.errors import ForbiddenError, InvalidInputError, UnauthenticatedError
from armarium.platform.settings import settings
from functions.rest_api import alma_xml, dialect

PREFIX = "/almaws/v1"
READERS = frozenset({Role.READER, Role.DIGITIZATION_OPERATOR, Role.CATALOGUER, Role.APPROVER, Role.ADMINISTRATOR})
CATALOGUERS = frozenset({Role.CATALOGUER, Role.ADMINISTRATOR})
OPERATORS = frozenset({Role.DIGITIZATION_OPERATOR, Role.CATALOGUER, Role.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})

Limit = Annotated[int, Query(ge=0, le=100, description="How many, at most 100")]
Offset = Annotated[int, Query(ge=0, le=10_000, description="How many to leave out; beyond 10 000 use `token`")]
Token = Annotated[str | None, Query(description="`next_token` of the page before")]
Flag = Annotated[bool, Query(description="`true` or `false`, in whichever capitals")]
Id = Annotated[str, Path(pattern=r"^[0-9]{5,30}$")]
Fields = dict[str, Any]
JSON, XML = "application/json", "application/xml"
FROM_PAGE_HEADER = "x-csrf-token"
_CALLER = "caller"
_AREAS = {"search": "bibs"}  # what scopes call it; the others have the first part of their path
_READING = frozenset({"GET", "HEAD", "OPTIONS"})

app = APIGatewayHttpResolver(enable_validation=True, strip_prefixes=[PREFIX])


@dataclass(frozen=True)
class RouteDescription:
    """One route: who may call it, what it answers and what it takes (the singular names of resources)."""

    method: str
    path: str
    roles: frozenset[Role]
    answers: str
    takes: str | None


DESCRIPTIONS: list[RouteDescription] = []
ROUTES: list[tuple[str, str, frozenset[Role]]] = []  # every route and who may call it

Register = Callable[[Callable[..., Any]], Callable[..., Any]]


class Resource:
    """The routes of one resource; without the roles named here, nobody calls them."""

    def __init__(self, tag: str) -> None:
        self.router = Router()
        self._tag = tag

    def route(
        self, method: str, path: str, roles: frozenset[Role], summary: str, *, answers: str, takes: str | None = None
    ) -> Register:
        """A route that these roles may call; it answers a resource (or a list of them) named ``answers``."""
        ROUTES.append((method, path, roles))
        DESCRIPTIONS.append(RouteDescription(method, path, roles, answers, takes))

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(function)
            def guarded(**arguments: Any) -> Response[Any]:
                authorize(roles)
                return answer(answers, function(**arguments))

            # The parameters' types are resolved where the function stands; the answer is not one for validation.
            hints = get_type_hints(function, include_extras=True)
            parameters = [
                each.replace(annotation=hints[each.name]) for each in inspect.signature(function).parameters.values()
            ]
            guarded.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
            guarded.__annotations__ = {}
            guarded.roles = roles  # type: ignore[attr-defined]
            name = function.__name__ if method != "PATCH" else f"patch_{function.__name__}"
            self.router.route(path, method=method, summary=summary, operation_id=name, tags=[self._tag])(guarded)
            return function

        return register


def caller() -> Principal:
    """Who sends the current request. Raises ForbiddenError for a change by a browser without its session's token."""
    event, known = app.context.get(_CALLER, (None, None))
    if event is not app.current_event:  # the context outlives a request that failed: never take its caller
        known = _recognized()
        app.append_context(**{_CALLER: (app.current_event, known)})
    return known


def _recognized() -> Principal:
    event = app.current_event
    # HTTP APIs keep cookies apart from the headers.
    headers = event.headers | ({"cookie": "; ".join(event.cookies)} if event.cookies else {})
    principal = accounts.principal_of(headers, event.query_string_parameters or {}, clock.now())
    if principal.kind is PrincipalKind.USER and event.http_method not in _READING:
        _require_token(headers)
    return principal


def _require_token(headers: Mapping[str, str]) -> None:
    """A page of another site can make a browser send its cookie, but not this header (no CSRF)."""
    session = accounts.session_of(headers, clock.now())
    if session and not session.accepts(headers.get(FROM_PAGE_HEADER, "")):
        raise ForbiddenError(f"A browser that changes something sends its session's token as {FROM_PAGE_HEADER}")


def authorize(roles: frozenset[Role]) -> None:
    """Raises UnauthenticatedError, ForbiddenError unless the current caller has one of the roles, and the scope."""
    principal = caller()
    if principal.is_anonymous:
        raise UnauthenticatedError(
            "This needs an API key: send it as 'Authorization: apikey KEY' or as ?apikey=KEY; "
            "or somebody's token of the user pool: 'Authorization: Bearer TOKEN'"
        )
    if not principal.has_any(roles):
        raise ForbiddenError(f"{principal.name} has no role that may do this")
    first = app.current_event.path.removeprefix(PREFIX).split("/")[1]
    accounts.admit(principal, _AREAS.get(first, first), app.current_event.http_method != "GET", clock.now())


# Bodies


def given() -> Fields:
    """The body of the current request as a dictionary, whether it is JSON or XML; empty for an empty body.

    Raises InvalidInputError.
    """
    event = app.current_event
    content = _bytes(event.body or "", bool(event.is_base64_encoded)).strip()
    if not content:
        return {}
    if content.lstrip(b"\xef\xbb\xbf").startswith(b"<"):
        return alma_xml.read(content)
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"The body is neither XML nor JSON: {error}") from error
    if not isinstance(body, dict):
        raise InvalidInputError("The body is not an object: send one resource, as its GET answers it")
    return body


def _bytes(body: str, is_base64: bool) -> bytes:
    return base64.b64decode(body) if is_base64 else body.encode()


def expected_version() -> int | None:
    """The version that ``If-Match`` names (RFC 9110 §13.1.1); None where the caller does not care."""
    stated = app.current_event.headers.get("if-match", "").strip()
    if stated in ("", "*"):
        return None
    number = stated.removeprefix("W/").strip('"')
    return int(number) if number.isdecimal() and len(number) < 10 else NO_VERSION


NO_VERSION = 0  # what nothing has: a tag that was not made here matches nothing


# Answers


def answer(singular: str, content: Any) -> Response[Any]:
    """A resource in the format asked for, its version as ``ETag``; nothing (None) is 204."""
    if isinstance(content, Response):
        return content
    if content is None:
        return Response(status_code=204, content_type=JSON, body="")
    version = content.get("version")
    headers = {"ETag": f'"{version}"'} if version is not None else {}
    if wants_xml():
        return Response(status_code=200, content_type=XML, body=alma_xml.write(singular, content), headers=headers)
    return Response(status_code=200, content_type=JSON, body=content, headers=headers)


def failure(status: int, code: str, message: str) -> Response[str]:
    """The error object in the format asked for."""
    body = dialect.errors(code, message, app.current_event.request_context.request_id)
    if wants_xml():
        return Response(status_code=status, content_type=XML, body=alma_xml.write_errors(body))
    return Response(status_code=status, content_type=JSON, body=json.dumps(body))


def wants_xml() -> bool:
    """Whether the answer is to be XML: by ``format=``, else by ``Accept``; JSON where neither says."""
    event = app.current_event
    asked = (event.query_string_parameters or {}).get("format", "").lower()
    if asked in ("xml", "json"):
        return asked == "xml"
    accepted = [each.partition(";")[0].strip().lower() for each in event.headers.get("accept", "").split(",")]
    kinds = [each for each in accepted if each in (XML, "text/xml", JSON)]
    return bool(kinds) and kinds[0] != JSON


def pages() -> str:
    """The public address: the setting's, else where the request came to."""
    headers = app.current_event.headers
    host = headers.get("x-forwarded-host") or headers.get("host", "")
    return settings().base_url or f"{headers.get('x-forwarded-proto', 'https')}://{host}"


def api() -> str:
    """The public address of the API."""
    return pages() + PREFIX
