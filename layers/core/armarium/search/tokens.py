"""The token of the next page: opaque, bound to the search that it continues. Pure."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from armarium.search.errors import InvalidSearchError
from armarium.search.model import Search


def encode(search: Search, state: dict[str, Any]) -> str:
    """A token that continues ``search`` from ``state``."""
    content = json.dumps([_digest(search), state], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def decode(search: Search) -> dict[str, Any] | None:
    """The state in the search's token, None where it has none. Raises :class:`InvalidSearchError`."""
    if not search.token:
        return None
    try:
        digest, state = json.loads(base64.urlsafe_b64decode(search.token + "=" * (-len(search.token) % 4)))
    except (ValueError, TypeError) as error:
        raise InvalidSearchError("The token of the next page is damaged: begin again at the first page") from error
    if digest != _digest(search) or not isinstance(state, dict):
        raise InvalidSearchError("The token belongs to another search: begin again at the first page")
    return state


def _digest(search: Search) -> str:
    question = search.model_dump_json(exclude={"token", "limit", "offset", "facets"})
    return hashlib.sha256(question.encode()).hexdigest()[:16]
