"""Decisions on access. Pure."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Action(StrEnum):
    """What somebody wants to do with a representation."""

    VIEW = "view"
    DOWNLOAD = "download"


class Reason(StrEnum):
    """Why it is allowed or denied; pages translate it."""

    OPEN = "open"
    STAFF = "staff"
    SUPPRESSED = "suppressed"
    INACTIVE = "inactive"
    RESTRICTED = "restricted"
    UNKNOWN_POLICY = "unknown_policy"


EXPLANATIONS = {
    Reason.OPEN: "The representation is open to everybody.",
    Reason.STAFF: "The library's staff may see every representation.",
    Reason.SUPPRESSED: "The title is not published.",
    Reason.INACTIVE: "The representation is not active.",
    Reason.RESTRICTED: "The representation is restricted to the library's staff.",
    Reason.UNKNOWN_POLICY: "The representation names an access policy that does not exist: only staff may see it.",
}


def may_change(libraries: Collection[str], library: str) -> bool:
    """Whether staff of these libraries (none: of all) may change what is a library's (empty: everybody's)."""
    return not libraries or not library or library in libraries


class Decision(BaseModel):
    """An answer and its reason."""

    model_config = ConfigDict(frozen=True)

    allow: bool
    why: Reason

    @property
    def explanation(self) -> str:
        """The reason in a sentence."""
        return EXPLANATIONS[self.why]
