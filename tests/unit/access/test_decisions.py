"""Who may see what."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armarium.access import service
from armarium.access.errors import DeniedError, OtherLibraryError, SignInNeededError, WholeInstitutionError
from armarium.access.model import EXPLANATIONS, Action, Reason, may_change
from armarium.accounts.model import ANONYMOUS, STAFF_ROLES, Principal, PrincipalKind, Role
from armarium.inventory.model import Bib, Representation
from armarium.metadata.model import Description, RecordSchema, SourceRecord
from armarium.platform.errors import NotFoundError

CODES = st.sampled_from(["MAIN", "LAW", "MED", ""])
NOW = datetime(2026, 11, 21, tzinfo=UTC)
OUTSIDERS = (
    ANONYMOUS,
    *(Principal(id="u", name="U", roles=frozenset({role}), kind=PrincipalKind.USER) for role in Role),
)
OUTSIDERS = tuple(principal for principal in OUTSIDERS if not principal.is_staff)
STAFF = tuple(Principal(id="s", name="S", roles=frozenset({role}), kind=PrincipalKind.USER) for role in STAFF_ROLES)


def representation(rights: str = "OPEN", active: bool = True) -> Representation:
    return Representation(id="121", mms_id="991", access_rights=rights, active=active)


def bib(suppressed: bool = False) -> Bib:
    record = SourceRecord(schema_=RecordSchema.DC, content=b"<dc/>")
    description = Description(title="Birds", sort_title="birds")
    return Bib(mms_id="991", description=description, record=record, fingerprint="f", suppressed=suppressed)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("principal", (*OUTSIDERS, *STAFF))
def test_an_open_representation_is_for_everybody(principal: Principal, action: Action) -> None:
    assert service.decide(principal, representation(), action, NOW).allow


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("principal", STAFF)
def test_staff_see_what_is_restricted_or_inactive(principal: Principal, action: Action) -> None:
    for closed in (representation("RESTRICTED"), representation(active=False), representation("POLICY-9")):
        assert service.decide(principal, closed, action, NOW).allow


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("principal", OUTSIDERS)
def test_nobody_else_sees_what_is_restricted_or_inactive(principal: Principal, action: Action) -> None:
    reasons = {
        Reason.RESTRICTED: representation("RESTRICTED"),
        Reason.INACTIVE: representation(active=False),
        Reason.UNKNOWN_POLICY: representation("POLICY-9"),
    }
    for why, closed in reasons.items():
        decision = service.decide(principal, closed, action, NOW)
        assert (decision.allow, decision.why) == (False, why)


@given(st.text().filter(lambda code: code != "OPEN"), st.sampled_from(OUTSIDERS), st.sampled_from(Action))
def test_only_the_exact_code_of_the_open_policy_opens(code: str, principal: Principal, action: Action) -> None:
    assert not service.decide(principal, representation(code), action, NOW).allow


def test_every_reason_is_explained() -> None:
    assert set(EXPLANATIONS) == set(Reason)


@pytest.mark.parametrize("principal", OUTSIDERS)
def test_a_suppressed_title_does_not_exist_for_the_public(principal: Principal) -> None:
    assert not service.sees(principal, bib(suppressed=True))
    with pytest.raises(NotFoundError):
        service.require(principal, bib(suppressed=True), representation(), Action.VIEW, NOW)


@pytest.mark.parametrize("principal", STAFF)
def test_a_suppressed_title_is_there_for_staff(principal: Principal) -> None:
    assert service.require(principal, bib(suppressed=True), representation(), Action.VIEW, NOW).why is Reason.STAFF


def test_a_denial_asks_strangers_to_sign_in_and_tells_the_others_why() -> None:
    patron = Principal(id="p", name="P", roles=frozenset({Role.PATRON}), kind=PrincipalKind.USER)
    with pytest.raises(SignInNeededError):
        service.require(ANONYMOUS, bib(), representation("RESTRICTED"), Action.VIEW, NOW)
    with pytest.raises(DeniedError):
        service.require(patron, bib(), representation("RESTRICTED"), Action.VIEW, NOW)


@given(st.frozensets(CODES.filter(bool)), CODES)
def test_staff_change_what_is_theirs_or_nobodys(libraries: frozenset[str], library: str) -> None:
    assert may_change(libraries, library) == (not libraries or library == "" or library in libraries)


def test_a_refusal_names_the_library_it_belongs_to_and_theirs() -> None:
    ann = Principal(id="a", name="Ann", kind=PrincipalKind.USER, libraries=frozenset({"LAW", "MED"}))
    service.require_library(ann, "LAW", None, "")
    with pytest.raises(OtherLibraryError, match=r"library MAIN; you may change what belongs to LAW, MED"):
        service.require_library(ann, "LAW", "MAIN")
    with pytest.raises(WholeInstitutionError, match="LAW, MED"):
        service.require_all_libraries(ann)
