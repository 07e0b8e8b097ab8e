"""Sets of titles: listed one by one, or as a search that is asked anew each time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from armarium.platform.errors import ArmariumError, MandatoryFieldError
from armarium.search import service as search
from armarium.sets import service as sets
from armarium.sets.errors import MembersLimitError, SetNameTakenError
from armarium.sets.model import Combination, Line, SetType, TitleSet
from functions.web.exchange import Request, Response, redirect
from functions.web.forms import Form, seen_version
from functions.web.language import Words
from functions.web.rendering import page
from functions.web.routing import CATALOGUERS, STAFF, get, post

_SETS_A_PAGE = 50
_MEMBERS_A_PAGE = 50
_PROBLEMS_SHOWN = 100
_FIELD_OF: Mapping[type[ArmariumError], str] = {SetNameTakenError: "name", MembersLimitError: "ids"}


def list_sets(request: Request) -> Response:
    """Every set, by name; with words, those that have them in their names."""
    words, type_ = request.query.get("q", "").strip()[:200], request.query.get("type", "")
    found = sets.list_sets(type_, words)
    start = _start(request)
    shown = found[start : start + _SETS_A_PAGE]
    following = start + _SETS_A_PAGE
    return page(
        request,
        "staff/sets.html",
        sets=shown,
        total=len(found),
        words=words,
        type=type_,
        next_start=str(following) if following < len(found) else None,
        may_change=request.principal in CATALOGUERS,
    )


def new_set(request: Request) -> Response:
    """The form of a new set; ``query`` is a search to keep."""
    query = request.query.get("query", "")
    kind = SetType.LOGICAL if query else SetType.ITEMIZED
    return _form(request, Form({"type": kind.value, "query": query}))


def start_of_rows(request: Request) -> Response:
    """The form of a new set with the ticked rows in it."""
    return _form(request, Form({"type": SetType.ITEMIZED.value, "ids": "\n".join(request.form_list("title"))}))


def make_set(request: Request) -> Response:
    """A new set; the form again where something is wrong with it, and then nothing is made."""
    form, words = Form(request.form), Words(request.language)
    listed = form["type"] != SetType.LOGICAL.value
    members, wrong = _members(form, words) if listed else ([], [])
    fields = {name: form[name].strip() for name in ("name", "description", "query")}
    if not form.problems:
        made = _tried(form, words, lambda: sets.create_set(_kept(fields, listed), request.principal.name, request.now))
        if made:
            sets.add_checked(made.id, members, request.now) if members else None
            return redirect(f"/staff/sets/{made.id}?done=set_made")
    return _form(request, form, wrong)


def show_set(request: Request, set_id: str) -> Response:
    """One set: a page of its members, or its search."""
    return _set(request, sets.get_set(set_id), Form())


def edit_set(request: Request, set_id: str) -> Response:
    """The form of a set."""
    found = sets.get_set(set_id)
    values = {"name": found.name, "description": found.description, "query": found.query, "type": found.type.value}
    return _form(request, Form(values), source=found)


def change_set(request: Request, set_id: str) -> Response:
    """Another name, description or search. Raises PreconditionFailedError."""
    found, form, words = sets.get_set(set_id), Form(request.form), Words(request.language)
    fields = {name: form[name].strip() for name in ("name", "description", "query")}
    version = seen_version(request)
    if not fields["name"]:
        form.refuse("name", words("form.missing"))
    if found.type is SetType.LOGICAL and not fields["query"]:
        form.refuse("query", words("form.missing"))
    changes = _kept(fields, found.type is SetType.ITEMIZED)
    if not form.problems and _tried(
        form, words, lambda: sets.change_set(set_id, changes, request.principal.name, request.now, version)
    ):
        return redirect(f"/staff/sets/{set_id}?done=set_saved")
    return _form(request, form, source=found)


def add_members(request: Request, set_id: str) -> Response:
    """Put the titles of a pasted list into a set; where a line is wrong nothing, unless such lines are left out."""
    found, form, words = sets.get_set(set_id), Form(request.form), Words(request.language)
    members, wrong = _members(form, words)
    if not members:
        form.refuse("ids", words("sets.no_lines"))
    if form.problems:
        return _set(request, found, form, wrong)
    sets.add_checked(set_id, members, request.now)
    return redirect(f"/staff/sets/{set_id}?done=set_added")


def remove_members(request: Request, set_id: str) -> Response:
    """Take the ticked members out."""
    ticked = request.form_list("title")
    if ticked:
        sets.remove_members(set_id, ticked)
    return redirect(f"/staff/sets/{set_id}?done=set_removed" if ticked else f"/staff/sets/{set_id}")


def combine(request: Request, set_id: str) -> Response:
    """A new set out of this and another one."""
    found, form, words = sets.get_set(set_id), Form(request.form), Words(request.language)
    for name in ("other", "name"):
        if not form[name].strip():
            form.refuse(name, words("form.missing"))
    how = form["how"] if form["how"] in tuple(Combination) else Combination.BOTH
    made = None
    if not form.problems:
        made = _tried(
            form,
            words,
            lambda: sets.combine(
                set_id, form["other"], Combination(how), form["name"].strip(), request.principal.name, request.now
            ),
        )
    return redirect(f"/staff/sets/{made.id}?done=set_made") if made else _set(request, found, form)


def ask_deletion(request: Request, set_id: str) -> Response:
    """Ask once more before a set is deleted."""
    return page(request, "staff/set_delete.html", set=sets.get_set(set_id))


def delete_set(request: Request, set_id: str) -> Response:
    """Delete a set; its titles stay. Raises PreconditionFailedError."""
    sets.delete_set(set_id, seen_version(request))
    return redirect("/staff/sets?done=set_deleted")


def _set(request: Request, found: TitleSet, form: Form, wrong: list[Line] | None = None) -> Response:
    listed = found.type is SetType.ITEMIZED
    content: dict[str, Any] = _listed(request, found) if listed else _asked(request, found)
    return page(
        request,
        "staff/set.html",
        status=form.status,
        set=found,
        listed=listed,
        form=form,
        wrong=(wrong or [])[:_PROBLEMS_SHOWN],
        may_change=request.principal in CATALOGUERS,
        combinations=[each.value for each in Combination],
        **content,
    )


def _listed(request: Request, found: TitleSet) -> dict[str, Any]:
    members = sets.list_members(found.id, _MEMBERS_A_PAGE, request.query.get("page"))
    others = [(each.id, each.name) for each in sets.list_sets(SetType.ITEMIZED) if each.id != found.id]
    return {"members": members, "others": others}


def _asked(request: Request, found: TitleSet) -> dict[str, Any]:
    """How many titles the set's search finds now, and where they are looked at."""
    typed, filters = search.recalled(found.query)
    address = found.query if found.query.startswith("?") else search.kept(typed, {}, always=True)
    try:
        hits = search.search(search.question(typed, filters=filters, limit=1), request.principal, request.now)
    except ArmariumError as error:
        return {"total": None, "problem": error.message, "address": f"/staff/search{address}"}
    return {"total": hits.total, "problem": "", "address": f"/staff/search{address}"}


def _form(request: Request, form: Form, wrong: list[Line] | None = None, source: TitleSet | None = None) -> Response:
    shown = (wrong or [])[:_PROBLEMS_SHOWN]
    return page(request, "staff/set_form.html", status=form.status, form=form, wrong=shown, set=source)


def _members(form: Form, words: Words) -> tuple[list[str], list[Line]]:
    """The titles that the form's list names, and its wrong lines; they are a problem unless they may be left out."""
    try:
        members, wrong = sets.check_lines(form["ids"])
    except MembersLimitError as error:
        form.refuse("ids", error.message)
        return [], []
    serious = [each for each in wrong if each.problem != "twice"]
    if serious and form["leave_out"] != "true":
        form.refuse("ids", words("sets.lines_wrong", count=len(serious)))
        return members, wrong
    return members, []


def _kept(fields: dict[str, str], listed: bool) -> dict[str, Any]:
    kind = SetType.ITEMIZED if listed else SetType.LOGICAL
    return {**fields, "query": "" if listed else fields["query"], "type": kind}


def _tried(form: Form, words: Words, act: Callable[[], TitleSet]) -> TitleSet | None:
    """What ``act`` makes; None where it refuses, which is then said beside the field that it concerns."""
    try:
        return act()
    except MandatoryFieldError as error:
        form.refuse(error.message.rpartition(": ")[2], words("form.missing"))
    except (SetNameTakenError, MembersLimitError) as error:
        form.refuse(_FIELD_OF[type(error)], error.message)
    return None


def _start(request: Request) -> int:
    stated = request.query.get("page", "0")
    return int(stated) if stated.isdecimal() and len(stated) < 7 else 0


ROUTES = (
    get("/staff/sets", list_sets, STAFF),
    get("/staff/sets/new", new_set, CATALOGUERS),
    post("/staff/sets/new", make_set, CATALOGUERS),
    post("/staff/sets/rows", start_of_rows, CATALOGUERS),
    get("/staff/sets/{set_id}", show_set, STAFF),
    get("/staff/sets/{set_id}/edit", edit_set, CATALOGUERS),
    post("/staff/sets/{set_id}/edit", change_set, CATALOGUERS),
    post("/staff/sets/{set_id}/add", add_members, CATALOGUERS),
    post("/staff/sets/{set_id}/remove", remove_members, CATALOGUERS),
    post("/staff/sets/{set_id}/combine", combine, CATALOGUERS),
    get("/staff/sets/{set_id}/delete", ask_deletion, CATALOGUERS),
    post("/staff/sets/{set_id}/delete", delete_set, CATALOGUERS),
)
