"""Forms that another site cannot send for a reader.

A signed-in form carries the session's token. Before signing in there is no session: then a cookie and the form carry
the same random token, and another site can neither set nor read the cookie.
"""

from __future__ import annotations

from armarium.accounts.model import same_secret
from armarium.accounts.service import cookie
from armarium.platform.errors import ForbiddenError
from armarium.platform.settings import settings
from functions.web.exchange import Request, fresh_token, set_cookie

FIELD = "csrf_token"


class ForgedFormError(ForbiddenError):
    """A form without the token of the page it was sent from."""

    def __init__(self) -> None:
        super().__init__("The form did not come from this site, or its page was open too long. Open it again.")


def cookie_name() -> str:
    """The cookie of forms before sign-in."""
    return "armarium_form" if settings().secure_cookies == "false" else "__Host-armarium_form"


def form_token(request: Request) -> str:
    """The token that this request's forms carry; empty where nothing was given to the browser yet."""
    if request.session:
        return request.session.csrf_token
    return cookie(request.headers, cookie_name()) or request.new_form_token


def give_token(request: Request) -> list[str]:
    """The cookies to set with a form before sign-in, so that :func:`form_token` has something to say."""
    if form_token(request):
        return []
    request.new_form_token = fresh_token()
    return [set_cookie(cookie_name(), request.new_form_token)]


def check_form(request: Request) -> None:
    """Raises ForgedFormError unless the form carries the token."""
    if not same_secret(form_token(request), request.form.get(FIELD, "")):
        raise ForgedFormError
