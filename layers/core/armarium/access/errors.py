"""Access denied."""

from __future__ import annotations

from collections.abc import Iterable

from armarium.access.model import Decision
from armarium.platform.errors import ForbiddenError, UnauthenticatedError


class DeniedError(ForbiddenError):
    """The principal is known, and may not."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.explanation)
        self.decision = decision


class OtherLibraryError(ForbiddenError):
    """Staff of some libraries wanted to change what is another's."""

    def __init__(self, libraries: Iterable[str], library: str) -> None:
        theirs = ", ".join(sorted(libraries))
        super().__init__(f"This belongs to the library {library}; you may change what belongs to {theirs}.")
        self.library = library


class WholeInstitutionError(ForbiddenError):
    """Administration of people and keys, by an administrator of some libraries: they could give themselves the rest."""

    def __init__(self, libraries: Iterable[str]) -> None:
        theirs = ", ".join(sorted(libraries))
        super().__init__(f"People and keys are for administrators of the whole institution; you work for {theirs}.")


class SignInNeededError(UnauthenticatedError):
    """Nobody is signed in; somebody who is might be allowed."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"{decision.explanation} Sign in if you belong to the library's staff.")
        self.decision = decision
