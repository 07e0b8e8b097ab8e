"""The one place that says who may see what. Whatever no rule allows is denied."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from armarium.access.errors import DeniedError, OtherLibraryError, SignInNeededError, WholeInstitutionError
from armarium.access.model import Action, Decision, Reason, may_change
from armarium.accounts.model import Principal
from armarium.holdings import service as holdings
from armarium.inventory import service as inventory
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


# Staff of some libraries change what is theirs. Nothing is read for staff of all.


def require_library(principal: Principal, *libraries: str | None) -> None:
    """Raises OtherLibraryError unless the principal may change what belongs to each of these libraries.

    What belongs to no library is everybody's who has the role.
    """
    for library in libraries:
        if not may_change(principal.libraries, library or ""):
            raise OtherLibraryError(principal.libraries, library or "")


def require_all_libraries(principal: Principal) -> None:
    """Raises WholeInstitutionError for somebody who works for some libraries only."""
    if principal.libraries:
        raise WholeInstitutionError(principal.libraries)


def require_bib(principal: Principal, mms_id: str, with_all: bool = False) -> None:
    """Raises OtherLibraryError where all that hangs on a bib is of other libraries: it is not theirs to suppress.

    ``with_all``: all of it goes with the bib, so each must be theirs.
    """
    if not principal.libraries:
        return
    owners = [each.library for each in inventory.list_representations(mms_id)]
    owners += [each.library for each in holdings.list_holdings(mms_id)]
    others = [library for library in owners if not may_change(principal.libraries, library)]
    if others and (with_all or len(others) == len(owners)):
        raise OtherLibraryError(principal.libraries, others[0])


def require_representation(
    principal: Principal, mms_id: str, representation_id: str, fields: Mapping[str, Any] | None = None
) -> None:
    """Raises OtherLibraryError unless the representation is theirs, and would be with these fields."""
    if principal.libraries:
        found = inventory.get_representation(mms_id, representation_id)
        require_library(principal, found.library, (fields or {}).get("library"))


def require_holding(
    principal: Principal, mms_id: str, holding_id: str, fields: Mapping[str, Any] | None = None
) -> None:
    """Raises OtherLibraryError unless the holding is theirs, and would be with these fields."""
    if principal.libraries:
        found = holdings.get_holding(mms_id, holding_id)
        require_library(principal, found.library, (fields or {}).get("library"))


def require_item(
    principal: Principal, mms_id: str, holding_id: str, pid: str, fields: Mapping[str, Any] | None = None
) -> None:
    """Raises OtherLibraryError unless the item is theirs, and would be with these fields."""
    if principal.libraries:
        found = holdings.get_item(mms_id, holding_id, pid)
        require_library(principal, found.library, (fields or {}).get("library"))


def require_collections(
    principal: Principal, *collection_ids: str | None, fields: Mapping[str, Any] | None = None
) -> None:
    """Raises OtherLibraryError unless the collections are theirs; with these fields too, their new parent included."""
    if principal.libraries:
        named = [*collection_ids, (fields or {}).get("parent_id")]
        found = [inventory.get_collection(each) for each in named if each]
        require_library(principal, *(each.library for each in found), (fields or {}).get("library"))
