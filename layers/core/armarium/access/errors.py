"""Access denied."""

from __future__ import annotations

from armarium.access.model import Decision
from armarium.platform.errors import ForbiddenError, UnauthenticatedError


class DeniedError(ForbiddenError):
    """The principal is known, and may not."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.explanation)
        self.decision = decision


class SignInNeededError(UnauthenticatedError):
    """Nobody is signed in; somebody who is might be allowed."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"{decision.explanation} Sign in if you belong to the library's staff.")
        self.decision = decision
