"""What a route is: an address, a view, and who may come."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from armarium.accounts.model import STAFF_ROLES, Principal, Role
from functions.web.exchange import Response

_LONGEST_PART = 200
_PLACE = re.compile(r"{(\w+)}")

View = Callable[..., Response]


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


Audience = Everybody | Holders

EVERYBODY = Everybody()
STAFF = Holders(STAFF_ROLES)
CATALOGUERS = Holders(frozenset({Role.CATALOGUER, Role.ADMINISTRATOR}))
OPERATORS = Holders(frozenset({Role.DIGITIZATION_OPERATOR, Role.CATALOGUER, Role.ADMINISTRATOR}))
ADMINISTRATORS = Holders(frozenset({Role.ADMINISTRATOR}))


@dataclass(frozen=True)
class Route:
    """An address. ``{name}`` stands for one part of the path."""

    method: str
    template: str
    view: View
    audience: Audience

    def match(self, path: str) -> dict[str, str] | None:
        """The named parts of a path that this route answers."""
        found = re.fullmatch(_PLACE.sub(rf"(?P<\1>[^/]{{1,{_LONGEST_PART}}})", self.template), path)
        return {name: unquote(part) for name, part in found.groupdict().items()} if found else None


def get(template: str, view: View, audience: Audience) -> Route:
    """A page to look at."""
    return Route("GET", template, view, audience)


def post(template: str, view: View, audience: Audience) -> Route:
    """A form to send. Its token is checked before the view is called."""
    return Route("POST", template, view, audience)
