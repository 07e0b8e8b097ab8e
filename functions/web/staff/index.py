"""The search's own setup: the fields that the library configures, and how its index is."""

from __future__ import annotations

from typing import Any

from armarium.access import service as access
from armarium.configuration.model import SearchField
from armarium.platform.errors import InvalidInputError
from armarium.search import fields as search_fields
from armarium.search import service as search
from functions.web.exchange import Request, Response, redirect
from functions.web.forms import Form, seen_version
from functions.web.language import Words
from functions.web.rendering import page
from functions.web.routing import ADMINISTRATORS, STAFF, get, post

_PATH = "/staff/configuration/search-fields"


def fields(request: Request) -> Response:
    """The configured fields, and whether all titles are indexed with them."""
    return page(
        request,
        "staff/search_fields.html",
        fields=search_fields.listed(),
        outdated=search.state().outdated,
        may_change=request.principal in ADMINISTRATORS,
    )


def new_field(request: Request) -> Response:
    """The form of a new field."""
    return _form(request, Form({"everywhere": "true", "version": "0"}))


def make_field(request: Request) -> Response:
    """A new field; the form again where it cannot be."""
    form = Form(request.form)
    code = form["code"].strip().lower()
    if any(each.code == code for each in search_fields.listed()):
        form.refuse("code", Words(request.language)("fields.taken"))
    return _saved(request, form, code, 0, None)


def edit_field(request: Request, code: str) -> Response:
    """The form of a field."""
    found = search_fields.get(code)
    values = {
        "code": found.code,
        "name": found.name,
        "description": found.description,
        "sources": "\n".join(found.sources),
        "facet": "true" if found.facet else "",
        "everywhere": "true" if found.everywhere else "",
    }
    return _form(request, Form(values), found)


def change_field(request: Request, code: str) -> Response:
    """Another meaning of a field. Raises PreconditionFailedError."""
    return _saved(request, Form(request.form), code, seen_version(request), search_fields.get(code))


def ask_deletion(request: Request, code: str) -> Response:
    """Ask once more before a field is deleted."""
    return page(request, "staff/search_field_delete.html", field=search_fields.get(code))


def delete_field(request: Request, code: str) -> Response:
    """Take a field out of the search. Raises PreconditionFailedError."""
    access.require_all_libraries(request.principal)
    search_fields.remove(code, seen_version(request))
    search_fields.forget()
    return redirect(f"{_PATH}?done=field_deleted")


def index(request: Request) -> Response:
    """How the index is; only its figures for htmx."""
    state = search.state()
    running = bool(state.rebuild and state.rebuild.status == "RUNNING")
    content: dict[str, Any] = {"state": state, "running": running, "may_change": request.principal in ADMINISTRATORS}
    template = "staff/_search_index_state.html" if request.is_fragment else "staff/search_index.html"
    answer = page(request, template, **content)
    if request.is_fragment and not running:  # the button is there again
        answer.headers["HX-Refresh"] = "true"
    return answer


def rebuild(request: Request) -> Response:
    """Start building the index anew. Raises ConflictError while it is being built."""
    access.require_all_libraries(request.principal)
    search.start_rebuild(request.now)
    return redirect("/staff/search-index?done=index_started")


def _saved(request: Request, form: Form, code: str, version: int, source: SearchField | None) -> Response:
    access.require_all_libraries(request.principal)
    words = Words(request.language)
    for name in ("name", "sources"):
        if not form[name].strip():
            form.refuse(name, words("form.missing"))
    if not form.problems:
        values = {
            "name": form["name"].strip(),
            "description": form["description"].strip(),
            "sources": form["sources"].replace(",", " ").split(),
            "facet": form["facet"] == "true",
            "everywhere": form["everywhere"] == "true",
        }
        try:
            search_fields.change(code, values, request.principal.name, request.now, version)
            search_fields.forget()
            return redirect(f"{_PATH}?done=field_saved")
        except InvalidInputError as error:
            name, _, _ = error.message.partition(":")
            form.refuse(name if name in (*values, "code") else "code", error.message)
    return _form(request, form, source)


def _form(request: Request, form: Form, source: SearchField | None = None) -> Response:
    return page(request, "staff/search_field.html", status=form.status, form=form, field=source)


ROUTES = (
    get(_PATH, fields, STAFF),
    get(f"{_PATH}/new", new_field, ADMINISTRATORS),
    post(f"{_PATH}/new", make_field, ADMINISTRATORS),
    get(f"{_PATH}/{{code}}", edit_field, ADMINISTRATORS),
    post(f"{_PATH}/{{code}}", change_field, ADMINISTRATORS),
    get(f"{_PATH}/{{code}}/delete", ask_deletion, ADMINISTRATORS),
    post(f"{_PATH}/{{code}}/delete", delete_field, ADMINISTRATORS),
    get("/staff/search-index", index, STAFF),
    post("/staff/search-index", rebuild, ADMINISTRATORS),
)
