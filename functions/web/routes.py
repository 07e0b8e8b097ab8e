"""Which page stands at which address, for whom; and what becomes of whatever goes wrong.

A route names who may come. One that named nobody would be open to nobody.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

from armarium.accounts import service as accounts
from armarium.accounts.errors import InvalidKeyError
from armarium.platform.errors import (
    ArmariumError,
    ForbiddenError,
    NotFoundError,
    UnauthenticatedError,
)
from armarium.platform.observability import logger
from functions.web import public, search, signing
from functions.web.exchange import Request, Response, redirect, set_cookie
from functions.web.language import COOKIE, language_of
from functions.web.rendering import page, security_headers
from functions.web.routing import Route
from functions.web.security import check_form
from functions.web.staff import (
    changes,
    collections,
    configuration,
    history,
    index,
    items,
    jobs,
    keys,
    people,
    profiles,
    quick,
    record,
    resource,
    resource_history,
    resource_properties,
    sets,
    titles,
)
from functions.web.staff import search as staff_search

_YEAR = 365 * 24 * 3600
_BODILESS = frozenset({"HEAD"})


_AREAS = (
    public,
    search,
    signing,
    staff_search,
    sets,
    index,
    changes,
    collections,
    items,
    jobs,
    configuration,
    people,
    keys,
    profiles,
    quick,  # before those that have a number in the place of "new"
    record,
    titles,
    resource,
    resource_properties,
    resource_history,
    history,
)
ROUTES: tuple[Route, ...] = tuple(route for area in _AREAS for route in area.ROUTES)


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
