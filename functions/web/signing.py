"""Signing in and out."""

from __future__ import annotations

import base64
from typing import Any

from armarium.accounts import federation
from armarium.accounts import service as accounts
from armarium.accounts.errors import SignInFailedError, WeakPasswordError
from armarium.accounts.model import SESSION_LIFETIME, NewPasswordNeeded, Session
from armarium.accounts.service import cookie
from armarium.platform.errors import NotFoundError
from armarium.platform.settings import settings
from functions.web.exchange import Request, Response, redirect, safe_return, set_cookie
from functions.web.rendering import page
from functions.web.routing import EVERYBODY, get, post
from functions.web.security import give_token


def sign_in_page(request: Request) -> Response:
    """The form."""
    return _form(request, "sign_in.html", return_to=safe_return(request.query.get("return")))


def sign_in(request: Request) -> Response:
    """Name and password → a session, the page for a new password, or the form again."""
    return_to = safe_return(request.form.get("return"))
    username = request.form.get("username", "").strip()
    try:
        outcome = accounts.sign_in(username, request.form.get("password", ""), request.now, replacing=request.session)
    except SignInFailedError:
        return _form(request, "sign_in.html", 401, return_to=return_to, username=username, failed=True)
    if isinstance(outcome, NewPasswordNeeded):
        return _form(request, "new_password.html", return_to=return_to, challenge=outcome)
    return _welcome(*outcome, return_to)


def new_password(request: Request) -> Response:
    """The new password that an invited person chooses."""
    return_to = safe_return(request.form.get("return"))
    challenge = NewPasswordNeeded(
        username=request.form.get("username", ""), challenge=request.form.get("challenge", "")
    )
    chosen = request.form.get("password", "")
    if chosen != request.form.get("password_again", ""):
        return _form(request, "new_password.html", 400, return_to=return_to, challenge=challenge, problem="different")
    try:
        return _welcome(*accounts.set_new_password(challenge, chosen, request.now), return_to)
    except WeakPasswordError:
        return _form(request, "new_password.html", 400, return_to=return_to, challenge=challenge, problem="weak")
    except SignInFailedError:  # the challenge ran out: begin again
        return _form(request, "sign_in.html", 401, return_to=return_to, failed=True)


def to_institution(request: Request) -> Response:
    """Off to the identity provider, with a cookie by which the way back is known."""
    if not federation.offered():
        raise NotFoundError("No other institution signs in here.")
    visit = federation.Visit.begin()
    answer = redirect(federation.address(visit, _callback(request)), 302)
    kept = f"{visit.secret}.{_packed(safe_return(request.query.get('return')))}"
    answer.cookies.append(set_cookie(_visit_cookie(), kept, int(federation.LIFETIME.total_seconds())))
    return answer


def from_institution(request: Request) -> Response:
    """Back from the identity provider with a code → a session, or the form again."""
    secret, _, packed = (cookie(request.headers, _visit_cookie()) or "").partition(".")
    code, state = request.query.get("code", ""), request.query.get("state", "")
    return_to = safe_return(_unpacked(packed))
    try:
        visit = federation.Visit(secret=secret)
        opened = accounts.sign_in_federated(visit, code, state, _callback(request), request.now, request.session)
        answer = _welcome(*opened, return_to)
    except SignInFailedError:
        answer = _form(request, "sign_in.html", 401, return_to=return_to, came_back=True)
    answer.cookies.append(set_cookie(_visit_cookie(), "", 0))
    return answer


def _callback(request: Request) -> str:
    return f"{request.base_url}/sign-in/callback"


def _visit_cookie() -> str:
    return "armarium_visit" if settings().secure_cookies == "false" else "__Host-armarium_visit"


def _packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unpacked(packed: str) -> str:
    try:
        return base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
    except ValueError:
        return ""


def sign_out(request: Request) -> Response:
    """End the session here and in the browser."""
    if request.session:
        accounts.sign_out(request.session)
    answer = redirect("/")
    answer.cookies.append(set_cookie(accounts.session_cookie_name(), "", 0))
    return answer


def _welcome(session: Session, token: str, return_to: str) -> Response:
    answer = redirect(return_to)
    lifetime = int(SESSION_LIFETIME.total_seconds())
    answer.cookies.append(set_cookie(accounts.session_cookie_name(), token, lifetime))
    return answer


def _form(request: Request, template: str, status: int = 200, **content: Any) -> Response:
    cookies = give_token(request)
    said: dict[str, Any] = {"username": "", "failed": False, "came_back": False, "problem": "", **content}
    said["institution_of_readers"] = federation.offered()
    answer = page(request, template, status, **said)
    answer.cookies += cookies
    return answer


ROUTES = (
    get("/sign-in", sign_in_page, EVERYBODY),
    post("/sign-in", sign_in, EVERYBODY),
    post("/sign-in/new-password", new_password, EVERYBODY),
    get("/sign-in/federated", to_institution, EVERYBODY),
    get("/sign-in/callback", from_institution, EVERYBODY),
    post("/sign-out", sign_out, EVERYBODY),
)
