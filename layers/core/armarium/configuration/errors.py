"""What can go wrong with configuration; codes as in Alma's API."""

from __future__ import annotations

from armarium.platform.errors import NotFoundError


class NotConfiguredError(NotFoundError):
    """No library, department or letter with this code."""

    code = "402119"


class CodeTableNotFoundError(NotFoundError):
    """No code table with this name."""

    code = "90101"
