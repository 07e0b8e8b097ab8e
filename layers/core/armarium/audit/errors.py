"""What can go wrong with asking who changed what."""

from __future__ import annotations

from armarium.platform.errors import NotFoundError


class ChangeNotFoundError(NotFoundError):
    """The title's history has no such change."""
