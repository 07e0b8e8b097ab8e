"""What can go wrong with the history."""

from __future__ import annotations

from armarium.platform.errors import NotFoundError


class ChangeNotFoundError(NotFoundError):
    """No such change in the history of the title."""
