"""The one place that says who may see what. Whatever no rule allows is denied."""

from __future__ import annotations

from datetime import datetime

from armarium.access.errors import DeniedError, SignInNeededError
from armarium.access.model import Action, Decision, Reason
from armarium.accounts.model import Principal
from armarium.inventory.model import Bib, Representation
from armarium.platform.errors import NotFoundError

OPEN_POLICY = "OPEN"
_DENIALS = {"RESTRICTED": Reason.RESTRICTED}


def decide(principal: Principal, representation: Representation, action: Action, now: datetime) -> Decision:
    """Whether the principal may do this with the representation's files at this moment, and why.

    Both actions and every moment are alike until policies say otherwise. Whether the title itself may be seen,
    :func:`sees` answers.
    """
    if principal.is_staff:
        return Decision(allow=True, why=Reason.STAFF)
    if not representation.active:
        return Decision(allow=False, why=Reason.INACTIVE)
    if representation.access_rights == OPEN_POLICY:
        return Decision(allow=True, why=Reason.OPEN)
    return Decision(allow=False, why=_DENIALS.get(representation.access_rights, Reason.UNKNOWN_POLICY))


def sees(principal: Principal, bib: Bib) -> bool:
    """Whether the title exists for this principal: a suppressed one does for staff alone."""
    return sees_suppressed(principal) or not bib.suppressed


def sees_suppressed(principal: Principal) -> bool:
    """Whether suppressed titles exist for this principal."""
    return principal.is_staff


def require(principal: Principal, bib: Bib, representation: Representation, action: Action, now: datetime) -> Decision:
    """The decision, where it allows.

    Raises NotFoundError for a title that does not exist for the principal; SignInNeededError or DeniedError.
    """
    if not sees(principal, bib):
        raise NotFoundError(f"There is no title {bib.mms_id}.")
    decision = decide(principal, representation, action, now)
    if decision.allow:
        return decision
    raise SignInNeededError(decision) if principal.is_anonymous else DeniedError(decision)
