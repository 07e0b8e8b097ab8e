"""People: who may sign in, in which roles, for which libraries. For administrators of the whole institution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from armarium.access import service as access
from armarium.accounts import people as accounts
from armarium.accounts.errors import PersonExistsError, PersonRefusedError
from armarium.accounts.model import Person, Session, Standing, libraries_of
from armarium.configuration import service as configuration
from armarium.configuration.model import CodeTable, Library
from armarium.platform.errors import ForbiddenError, MandatoryFieldError, NotFoundError
from functions.web.exchange import Request, Response, redirect
from functions.web.forms import Form
from functions.web.language import Words
from functions.web.rendering import page
from functions.web.routing import ADMINISTRATORS, get, post

_PEOPLE_A_PAGE = 20
STEPS = {
    "disable": accounts.disable,
    "enable": accounts.enable,
    "sign_out": accounts.sign_out_everywhere,
    "reset_password": accounts.reset_password,
}


def people(request: Request) -> Response:
    """A page of people: all, those found by the beginning of a name, or those in a role."""
    access.require_all_libraries(request.principal)
    beginning, by = request.query.get("q", "").strip()[:100], request.query.get("by", accounts.FOUND_BY[0])
    role = next((role for role in accounts.ROLES if role.value == request.query.get("role")), None)
    found, following = accounts.list_people(
        _PEOPLE_A_PAGE, request.query.get("page"), role=role, found_by=by, beginning=beginning
    )
    asked = Form({"q": beginning, "by": by, "role": role.value if role else ""})
    return page(
        request,
        "staff/people.html",
        people=found,
        next_token=following,
        asked=asked,
        roles=accounts.ROLES,
        found_by=accounts.FOUND_BY,
    )


def new_person(request: Request) -> Response:
    """The form of an invitation."""
    access.require_all_libraries(request.principal)
    return _invitation(request, Form({"reach": "all"}), {})


def invite(request: Request) -> Response:
    """Invite somebody; the form again where that cannot be."""
    access.require_all_libraries(request.principal)
    words, form = Words(request.language), Form(request.form)
    chosen = _chosen(request, form)
    for name in ("username", "email"):
        if not form[name].strip():
            form.refuse(name, words("form.missing"))
    if form.problems:
        return _invitation(request, form, chosen)
    try:
        made = accounts.invite(
            form["username"], form["email"], form["name"], by=_session(request), now=request.now, **chosen
        )
    except PersonExistsError:
        form.refuse("username", words("person.exists"))
        return _invitation(request, form, chosen)
    except (PersonRefusedError, MandatoryFieldError) as error:
        form.refuse("", error.message)
        return _invitation(request, form, chosen)
    return redirect(f"/staff/people/{made.id}?done=invited")


def person(request: Request, person_id: str) -> Response:
    """One person: what they may do, what can be done with the account, what was done with it."""
    access.require_all_libraries(request.principal)
    found = accounts.get_person(person_id)
    reach = "some" if found.libraries else "all"
    held = {"roles": found.roles, "libraries": found.libraries, "user_group": found.user_group}
    return _person(request, found, Form({"user_group": found.user_group, "reach": reach}), held)


def change(request: Request, person_id: str) -> Response:
    """Other roles, libraries and user group."""
    access.require_all_libraries(request.principal)
    form = Form(request.form)
    chosen = _chosen(request, form)
    if form.problems:
        return _person(request, accounts.get_person(person_id), form, chosen)
    accounts.change(person_id, **chosen, by=_session(request), now=request.now, expected=form["state"])
    return redirect(f"/staff/people/{person_id}?done=person_saved")


def confirm(request: Request, person_id: str, step: str) -> Response:
    """Ask once more before a step is taken."""
    access.require_all_libraries(request.principal)
    found = accounts.get_person(person_id)
    if step not in _steps(request, found):
        raise NotFoundError("There is no such page.")
    return page(request, "staff/people_confirm.html", person=found, step=step)


def take_step(request: Request, person_id: str, step: str) -> Response:
    """Take a step; a new password is shown this once."""
    access.require_all_libraries(request.principal)
    if step not in STEPS:
        raise NotFoundError("There is no such page.")
    told = STEPS[step](person_id, _session(request), request.now)
    if told is None:
        return redirect(f"/staff/people/{person_id}?done={step}")
    return page(request, "staff/people_password.html", person=accounts.get_person(person_id), password=told)


def _session(request: Request) -> Session:
    if request.session is None:
        raise ForbiddenError("People are administered by people: sign in, a key cannot do this.")
    return request.session


def chosen_libraries(request: Request, form: Form) -> frozenset[str]:
    """The libraries that a form names; none are all. Ticking none of "only these" is a problem, never all of them."""
    if form["reach"] == "all":
        return frozenset()
    ticked = libraries_of(" ".join(request.form_list("library")))
    if not ticked:
        form.refuse("library", Words(request.language)("libraries.none"))
    return ticked


def _chosen(request: Request, form: Form) -> dict[str, Any]:
    return {
        "roles": frozenset(role for role in accounts.ROLES if role.value in request.form_list("role")),
        "libraries": chosen_libraries(request, form),
        "user_group": form["user_group"].strip()[:100],
    }


def _steps(request: Request, found: Person) -> list[str]:
    own = found.id == request.principal.id
    possible = {
        "disable": found.standing is not Standing.DISABLED and not own,
        "enable": found.standing is Standing.DISABLED,
        "sign_out": True,
        "reset_password": found.standing not in (Standing.FEDERATED, Standing.DISABLED) and not own,
    }
    return [step for step in STEPS if possible[step]]


def _invitation(request: Request, form: Form, chosen: Mapping[str, Any]) -> Response:
    return page(request, "staff/people_new.html", form.status, form=form, chosen=chosen, **_choices(frozenset(), ""))


def _person(request: Request, found: Person, form: Form, chosen: Mapping[str, Any]) -> Response:
    return page(
        request,
        "staff/person.html",
        form.status,
        person=found,
        form=form,
        chosen=chosen,
        steps=_steps(request, found),
        history=accounts.history(found.id),
        own=found.id == request.principal.id,
        **_choices(found.libraries, found.user_group),
    )


def _choices(libraries: frozenset[str], user_group: str) -> dict[str, Any]:
    """What may be chosen; codes that somebody has and the configuration no longer knows stay choosable."""
    named = {code: code for code in sorted(libraries)}
    named |= {library.code: library.name for library in configuration.listed(Library)}
    groups = {user_group: user_group} if user_group else {}
    groups |= {row.code: row.description for row in configuration.get(CodeTable, "UserGroups").rows if row.enabled}
    return {"roles": accounts.ROLES, "libraries": list(named.items()), "user_groups": list(groups.items())}


ROUTES = (
    get("/staff/people", people, ADMINISTRATORS),
    get("/staff/people/new", new_person, ADMINISTRATORS),
    post("/staff/people", invite, ADMINISTRATORS),
    get("/staff/people/{person_id}", person, ADMINISTRATORS),
    post("/staff/people/{person_id}", change, ADMINISTRATORS),
    get("/staff/people/{person_id}/{step}", confirm, ADMINISTRATORS),
    post("/staff/people/{person_id}/{step}", take_step, ADMINISTRATORS),
)
