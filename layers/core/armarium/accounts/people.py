"""People: who may sign in, in which roles, for which libraries. All of it is for administrators, and written down.

Cognito keeps the people. Whatever changes what somebody may do ends their sessions and tokens: it is in force at once.
``by`` is the session of the administrator who does it, so that nobody acts whose own account was just changed.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from armarium.accounts import store
from armarium.accounts.changes import note
from armarium.accounts.errors import EndedMeanwhileError, OwnAccountError, PersonNotFoundError
from armarium.accounts.model import AccountChange, Person, Role, Session, Standing
from armarium.platform import clock
from armarium.platform.errors import InvalidInputError, MandatoryFieldError, PreconditionFailedError
from armarium.platform.tables import ConditionFailedError

ROLES = tuple(role for role in Role if role is not Role.READER)  # that people have; reading is a machine's
FOUND_BY = ("username", "email", "name")
MOST_AT_ONCE = 60  # of a page: Cognito's limit
_TEMPORARY_LETTERS = string.ascii_letters + string.digits


def list_people(
    limit: int, token: str | None = None, *, role: Role | None = None, found_by: str = "username", beginning: str = ""
) -> tuple[tuple[Person, ...], str | None]:
    """A page of people and the token of the next: all, those in a role, or those whose name or address begins so."""
    if found_by not in FOUND_BY:
        raise InvalidInputError(f"People are found by {', '.join(FOUND_BY)}, not by {found_by[:50]}")
    if role and not beginning:
        found, following = store.people_in(role.value, limit, token)
    else:
        found, following = store.people(limit, token, found_by, beginning)
    return tuple(found), following


def get_person(person_id: str) -> Person:
    """A person by Cognito's ``sub``. Raises PersonNotFoundError."""
    found = store.person(person_id)
    if found is None:
        raise PersonNotFoundError(f"There is no person {person_id}.")
    return found


def history(person_id: str, limit: int = 20) -> tuple[AccountChange, ...]:
    """What was done with somebody's account and by whom, newest first."""
    return tuple(store.changes(store.of_person(person_id), limit))


def invite(
    username: str,
    email: str,
    name: str,
    roles: frozenset[Role],
    libraries: frozenset[str],
    user_group: str,
    by: Session,
    now: datetime,
) -> Person:
    """A new account; Cognito sends the first password to the address.

    Raises MandatoryFieldError, PersonExistsError, PersonRefusedError.
    """
    for field, value in (("username", username), ("email", email)):
        if not value.strip():
            raise MandatoryFieldError(field)
    person_id = store.invite(username.strip(), email.strip(), name.strip() or username.strip())
    note(store.of_person(person_id), "invited", by.user_name, now, {"username": username.strip()})
    return change(person_id, roles, libraries, user_group, by, now)


def change(
    person_id: str,
    roles: frozenset[Role],
    libraries: frozenset[str],
    user_group: str,
    by: Session,
    now: datetime,
    expected: str = "",
) -> Person:
    """Other roles, libraries (none: all) and user group for somebody; in force at once.

    ``expected`` is the :attr:`Person.state` that the administrator has seen. Raises PersonNotFoundError,
    PreconditionFailedError; OwnAccountError for administrators who would shut themselves out.
    """
    before = get_person(person_id)
    if expected and expected != before.state:
        raise PreconditionFailedError(f"Somebody else changed the account of {before.username} meanwhile.")
    if by.user_id == person_id:
        _refuse_own(before, roles, libraries)
    after = before.model_copy(update={"roles": roles, "libraries": libraries, "user_group": user_group})
    if after == before:
        return before
    with _in_force(before, by, now):
        store.set_groups(before.username, before.roles, roles)
        attributes = {"custom:libraries": " ".join(sorted(libraries)), "custom:user_group": user_group}
        store.set_attributes(before.username, attributes)
    note(store.of_person(person_id), "changed", by.user_name, now, _difference(before, after))
    return after


def _refuse_own(before: Person, roles: frozenset[Role], libraries: frozenset[str]) -> None:
    if Role.ADMINISTRATOR in before.roles - roles:
        raise OwnAccountError("take the administrator's role from yourself")
    if libraries:
        raise OwnAccountError("limit yourself to some libraries")


def disable(person_id: str, by: Session, now: datetime) -> None:
    """Let somebody sign in no more, and end what is open. Raises PersonNotFoundError, OwnAccountError."""
    if by.user_id == person_id:
        raise OwnAccountError("disable your own account")
    _do(person_id, "disabled", lambda username: store.set_enabled(username, False), by, now)


def enable(person_id: str, by: Session, now: datetime) -> None:
    """Let somebody sign in again. Raises PersonNotFoundError."""
    _do(person_id, "enabled", lambda username: store.set_enabled(username, True), by, now)


def sign_out_everywhere(person_id: str, by: Session, now: datetime) -> None:
    """End every session and token of somebody. Raises PersonNotFoundError."""
    _do(person_id, "signed_out", store.end_tokens, by, now)


def reset_password(person_id: str, by: Session, now: datetime) -> str:
    """A password for one sign-in, which then asks for another; told this once.

    Raises PersonNotFoundError; InvalidInputError for somebody who has no password here.
    """
    if get_person(person_id).standing is Standing.FEDERATED:
        raise InvalidInputError("This person signs in with another institution, which keeps the password.")
    password = _temporary_password()
    _do(person_id, "password_reset", lambda username: store.set_password(username, password), by, now)
    return password


def _do(person_id: str, what: str, act: Callable[[str], None], by: Session, now: datetime) -> None:
    person = get_person(person_id)
    with _in_force(person, by, now):
        act(person.username)
    note(store.of_person(person_id), what, by.user_name, now)


@contextmanager
def _in_force(person: Person, by: Session, now: datetime) -> Iterator[None]:
    """End somebody's sessions around a change in Cognito: before it, and those opened while it was made.

    The first end is refused to whoever's own sessions were ended: two administrators who take the role from each other
    at one moment do not both succeed. Raises EndedMeanwhileError.
    """
    try:
        store.end_sessions(person.id, now, by)
    except ConditionFailedError as error:
        raise EndedMeanwhileError from error
    try:
        yield
        store.end_tokens(person.username)
    finally:
        store.end_sessions(person.id, clock.now())


def _difference(before: Person, after: Person) -> dict[str, dict[str, object]]:
    told = [each.model_dump(mode="json", include={"roles", "libraries", "user_group"}) for each in (before, after)]
    return {
        name: {"before": told[0][name], "after": told[1][name]} for name in told[0] if told[0][name] != told[1][name]
    }


def _temporary_password() -> str:
    """Sixteen random letters and digits, and one of each kind that the pool wants."""
    return "".join(secrets.choice(_TEMPORARY_LETTERS) for _ in range(16)) + "-aA1"
