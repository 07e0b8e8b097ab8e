"""Which page stands at which address, for whom; and what becomes of whatever goes wrong.

A route names who may come. One that named nobody would be open to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, unquote

from armarium.accounts import service as accounts
from armarium.accounts.errors import InvalidKeyError
from armarium.accounts.model import STAFF_ROLES, Principal, Role
from armarium.platform.errors import ArmariumError, ForbiddenError, NotFoundError, UnauthenticatedError
from armarium.platform.observability import logger
from functions.web import public, signing, staff
from functions.web.exchange import Request, Response, redirect, set_cookie
from functions.web.language import COOKIE, language_of
from functions.web.rendering import page, security_headers
from functions.web.security import check_form

_YEAR = 365 * 24 * 3600
_LONGEST_PART = 200
_BODILESS = frozenset({"HEAD"})
_PLACE = re.compile(r"{(\w+)}")


class Everybody:
    """The audience of a public page."""

    def __contains__(self, principal: Principal) -> bool:
        return True


@dataclass(frozen=True)
class Holders:
    """The audience of those who hold one of some roles."""

    roles: frozenset[Role]

    def __contains__(self, principal: Principal) -> bool:
        return principal.has_any(self.roles)


EVERYBODY = Everybody()
STAFF = Holders(STAFF_ROLES)
JOB_KEEPERS = Holders(staff.MAY_CHANGE_JOBS)


@dataclass(frozen=True)
class Route:
    """An address. ``{name}`` stands for one part of the path."""

    method: str
    template: str
    view: Callable[..., Response]
    audience: Everybody | Holders

    def match(self, path: str) -> dict[str, str] | None:
        """The named parts of a path that this route answers."""
        found = re.fullmatch(_PLACE.sub(rf"(?P<\1>[^/]{{1,{_LONGEST_PART}}})", self.template), path)
        return {name: unquote(part) for name, part in found.groupdict().items()} if found else None


ROUTES = (
    Route("GET", "/", public.collections, EVERYBODY),
    Route("GET", "/collections", public.collections, EVERYBODY),
    Route("GET", "/collections/{collection_id}", public.collection, EVERYBODY),
    Route("GET", "/titles/{mms_id}", public.title, EVERYBODY),
    Route("GET", "/titles/{mms_id}/record", public.record, EVERYBODY),
    Route("GET", "/titles/{mms_id}/view/{representation_id}", public.viewer, EVERYBODY),
    Route("GET", "/view/delivery/{institution}/{identifier}", public.delivery_link, EVERYBODY),
    Route("GET", "/view/delivery/thumbnail/{institution}/{identifier}", public.thumbnail, EVERYBODY),
    Route("GET", "/view/file/{pid}", public.file, EVERYBODY),
    Route("GET", "/robots.txt", public.robots, EVERYBODY),
    Route("GET", "/sign-in", signing.sign_in_page, EVERYBODY),
    Route("POST", "/sign-in", signing.sign_in, EVERYBODY),
    Route("POST", "/sign-in/new-password", signing.new_password, EVERYBODY),
    Route("POST", "/sign-out", signing.sign_out, EVERYBODY),
    Route("GET", "/staff/jobs", staff.jobs, STAFF),
    Route("GET", "/staff/jobs/{job_id}", staff.job, STAFF),
    Route("GET", "/staff/jobs/{job_id}/report", staff.report, STAFF),
    Route("GET", "/staff/jobs/{job_id}/{step}", staff.confirm, JOB_KEEPERS),
    Route("POST", "/staff/jobs/{job_id}/{step}", staff.take_step, JOB_KEEPERS),
)


def answer(request: Request) -> Response:
    """The answer to a request, whatever happens on the way."""
    try:
        request.language = language_of(request)
        response = _respond(request)
    except ArmariumError as error:
        response = _of_error(request, error)
    except Exception:
        logger().exception("a page failed", extra={"path": request.path})
        response = _error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR, "")
    if request.query.get("lang") == request.language:
        response.cookies.append(set_cookie(COOKIE, request.language, _YEAR))
    if request.method in _BODILESS:
        response.body = b""
    response.headers = {"Cache-Control": "private, no-store", **security_headers(), **response.headers}
    return response


def _respond(request: Request) -> Response:
    route, parts = _route(request)
    _recognize(request)
    if request.principal not in route.audience:
        raise _SignInFirstError if request.principal.is_anonymous else ForbiddenError("This page is for library staff.")
    if route.method == "POST":
        check_form(request)
    return route.view(request, **parts)


def _route(request: Request) -> tuple[Route, dict[str, str]]:
    method = "GET" if request.method == "HEAD" else request.method
    path = request.path.rstrip("/") or "/"
    for route in ROUTES:
        if route.method == method and (parts := route.match(path)) is not None:
            return route, parts
    raise NotFoundError("There is no such page.")


def _recognize(request: Request) -> None:
    request.session = accounts.session_of(request.headers, request.now)
    if request.session:
        request.principal = request.session.principal
    else:
        request.principal = accounts.principal_of(request.headers, request.query, request.now)


class _SignInFirstError(UnauthenticatedError):
    def __init__(self) -> None:
        super().__init__("Sign in to see this page.")


def _of_error(request: Request, error: ArmariumError) -> Response:
    """What the browser sees of an error of the domain: the only place that decides this."""
    if isinstance(error, UnauthenticatedError) and not isinstance(error, InvalidKeyError):
        return _to_sign_in(request)
    status = HTTPStatus.NOT_FOUND if isinstance(error, NotFoundError) else HTTPStatus(error.status)
    return _error_page(request, status, error.message)


def _to_sign_in(request: Request) -> Response:
    address = f"/sign-in?return={quote(request.here if request.method == 'GET' else '/', safe='')}"
    if request.is_fragment:  # a redirect would put the sign-in page into the middle of this one
        return Response(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": address})
    return redirect(address)


def _error_page(request: Request, status: HTTPStatus, message: str) -> Response:
    return page(request, "error.html", status=status.value, error_status=status.value, message=message)
