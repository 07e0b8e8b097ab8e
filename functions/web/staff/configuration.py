"""What a library sets up: where to find it, and the pages of libraries, departments, letters and code tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from armarium.access import service as access
from armarium.configuration import service as configuration
from armarium.configuration.errors import CodeTableRowsError
from armarium.configuration.model import Channel, CodeTable, Department, Entry, Letter, Library, Row
from armarium.platform.errors import InvalidInputError, PreconditionFailedError
from functions.web.exchange import Request, Response, redirect
from functions.web.forms import Form, seen_version
from functions.web.rendering import page
from functions.web.routing import ADMINISTRATORS, CATALOGUERS, STAFF, Audience, Route, get, post

_NEW_ROWS = 3
"""Empty rows at the end of a code table, for as many new codes at once."""


@dataclass(frozen=True)
class Card:
    """A link of the landing page; its words are ``conf.<name>`` and ``conf.<name>.about``."""

    name: str
    address: str
    audience: Audience = STAFF


CARDS = (
    Card("code-tables", "/staff/configuration/code-tables"),
    Card("libraries", "/staff/configuration/libraries"),
    Card("departments", "/staff/configuration/departments"),
    Card("letters", "/staff/configuration/letters"),
    Card("profiles", "/staff/profiles"),
    Card("search-fields", "/staff/configuration/search-fields"),
    Card("search-index", "/staff/search-index"),
    Card("record-templates", "/staff/record-templates", CATALOGUERS),
    Card("people", "/staff/people", ADMINISTRATORS),
    Card("keys", "/staff/keys", ADMINISTRATORS),
)


@dataclass(frozen=True)
class Field:
    """A field of a form: its name in the model, and how it is drawn: text, long, number, tick, library, libraries …"""

    name: str
    control: str = "text"
    required: bool = False


@dataclass(frozen=True)
class Section:
    """One kind of thing that is set up: under which name, of which model, with which fields."""

    name: str
    kind: type[Entry]
    fields: tuple[Field, ...]
    columns: tuple[str, ...]
    can_add: bool = True

    @property
    def address(self) -> str:
        """Of its list."""
        return f"/staff/configuration/{self.name}"


_NAMED = (Field("name", required=True), Field("description", "long"))
SECTIONS = (
    Section("libraries", Library, (*_NAMED, Field("campus"), Field("closed", "tick")), ("campus",)),
    Section(
        "departments",
        Department,
        (
            *_NAMED,
            *(Field("library", "library"), Field("serves", "libraries")),
            *(Field("work_days", "number"), Field("closed", "tick")),
        ),
        ("library", "work_days"),
    ),
    Section(
        "letters",
        Letter,
        (*_NAMED, Field("enabled", "tick"), Field("channel", "channel"), Field("retention_days", "number")),
        ("channel", "retention_days"),
        can_add=False,
    ),
)


def landing(request: Request) -> Response:
    """What can be set up, as far as it is for the one who asks."""
    cards = [card for card in CARDS if request.principal in card.audience]
    return page(request, "staff/configuration.html", cards=cards)


# Libraries, departments, letters


def listing(request: Request, section: Section) -> Response:
    """All of a kind."""
    return page(
        request,
        "staff/configuration_list.html",
        section=section,
        entries=configuration.listed(section.kind),
        may_change=request.principal in ADMINISTRATORS,
    )


def new(request: Request, section: Section) -> Response:
    """An empty form."""
    return _form(request, section, Form({"work_days": "0"}))


def create(request: Request, section: Section) -> Response:
    """Set up one more, under a code that nothing of its kind has."""
    form = Form(request.form)
    code = form["code"].strip()
    if code in {each.code for each in configuration.listed(section.kind)}:
        form.refuse("code", f"{code} is there already: choose another code, or change that one.")
    if _store(request, section, code, form, 0):
        return redirect(f"{section.address}?done=saved")
    return _form(request, section, form)


def edit(request: Request, section: Section, code: str) -> Response:
    """The form with what is stored; for those who may not change it, the same to read."""
    found = configuration.get(section.kind, code)
    return _form(request, section, Form(_typed(section, found)), found)


def change(request: Request, section: Section, code: str) -> Response:
    """Store what the form says, unless somebody else was quicker."""
    configuration.get(section.kind, code)
    form, overtaken = Form(request.form), False
    try:
        if _store(request, section, code, form, seen_version(request)):
            return redirect(f"{section.address}?done=saved")
    except PreconditionFailedError:
        overtaken = True
    return _form(request, section, form, configuration.get(section.kind, code), overtaken)


def _store(request: Request, section: Section, code: str, form: Form, version: int) -> bool:
    """Whether what the form says could be stored; if not, the form says why."""
    _require(request, section.kind, code)
    fields = {field.name: _value(request, field) for field in section.fields}
    if form.problems:
        return False
    try:
        configuration.change(section.kind, code, fields, request.principal.name, request.now, version)
    except InvalidInputError as error:
        name, _, problem = error.message.partition(": ")
        known = {"code", *(field.name for field in section.fields)}
        form.refuse(name if name in known else "", problem if name in known else error.message)
    return not form.problems


def _require(request: Request, kind: type[Entry], code: str) -> None:
    """Somebody who works for some libraries only sets up those, and nothing else."""
    if kind is Library:
        access.require_library(request.principal, code)
    else:
        access.require_all_libraries(request.principal)


def _value(request: Request, field: Field) -> Any:
    typed = request.form.get(field.name, "").strip()
    if field.control == "tick":
        return typed == "true"
    if field.control == "libraries":
        return tuple(request.form_list(field.name))
    return typed


def _typed(section: Section, found: Entry) -> dict[str, str]:
    return {field.name: _as_text(getattr(found, field.name)) for field in section.fields}


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _form(
    request: Request, section: Section, form: Form, found: Entry | None = None, overtaken: bool = False
) -> Response:
    stored = _typed(section, found) if found and overtaken else {}
    typed = {**form.values, "serves": " ".join(request.form_list("serves"))} if overtaken else form.values
    libraries = configuration.listed(Library)
    return page(
        request,
        "staff/configuration_form.html",
        status=412 if overtaken else form.status,
        section=section,
        form=form,
        entry=found,
        serves=frozenset(request.form_list("serves") if request.method == "POST" else form["serves"].split()),
        libraries=[(each.code, each.name) for each in libraries if not each.closed or each.code == form["library"]],
        channels=tuple(Channel),
        overtaken=overtaken,
        theirs={name: value for name, value in stored.items() if value != typed.get(name, "")},
        may_change=request.principal in ADMINISTRATORS,
    )


# Code tables


def code_tables(request: Request) -> Response:
    """All code tables."""
    return page(request, "staff/code_tables.html", tables=configuration.listed(CodeTable))


def code_table(request: Request, code: str) -> Response:
    """The rows of a code table, to be changed by administrators."""
    found = configuration.get(CodeTable, code)
    return _rows(request, found, found.rows)


def change_code_table(request: Request, code: str) -> Response:
    """Store the rows, unless somebody else was quicker."""
    _require(request, CodeTable, code)
    rows = list(_typed_rows(request))
    try:
        configuration.change(
            CodeTable, code, {"rows": rows}, request.principal.name, request.now, seen_version(request)
        )
    except CodeTableRowsError as error:
        return _rows(request, configuration.get(CodeTable, code), rows, error.message)
    except PreconditionFailedError:
        return _rows(request, configuration.get(CodeTable, code), rows, overtaken=True)
    return redirect(f"/staff/configuration/code-tables/{code}?done=saved")


def _typed_rows(request: Request) -> Iterator[Row]:
    """The rows of the form in the order of their places, without those that are empty or to be removed.

    Raises InvalidInputError.
    """
    codes, descriptions, places = (request.form_list(name) for name in ("code", "description", "place"))
    enabled, removed = set(request.form_list("enabled")), set(request.form_list("remove"))
    typed = list(zip(codes, descriptions, places, strict=False))
    kept = [
        (float(place) if place.isdecimal() and len(place) < 7 else number + 1, number)
        for number, (code, _, place) in enumerate(typed)
        if code.strip() and str(number) not in removed
    ]
    for _, number in sorted(kept):
        code, description, _ = typed[number]
        if len(code) > 100 or len(description) > 500:
            raise InvalidInputError(f"Row {number + 1}: a code has at most 100 characters, its name at most 500")
        yield Row(
            code=code.strip(),
            description=" ".join(description.split()),
            enabled=str(number) in enabled,
            default=request.form.get("default") == str(number),
        )


def _rows(
    request: Request, found: CodeTable, rows: Sequence[Row], problem: str = "", overtaken: bool = False
) -> Response:
    return page(
        request,
        "staff/code_table.html",
        status=412 if overtaken else 422 if problem else 200,
        table=found,
        rows=rows,
        new_rows=_NEW_ROWS,
        problem=problem,
        overtaken=overtaken,
        may_change=request.principal in ADMINISTRATORS,
    )


def _routes(section: Section) -> Iterator[Route]:
    yield get(section.address, partial(listing, section=section), STAFF)
    if section.can_add:
        yield get(f"{section.address}/new", partial(new, section=section), ADMINISTRATORS)
        yield post(f"{section.address}/new", partial(create, section=section), ADMINISTRATORS)
    yield get(f"{section.address}/{{code}}", partial(edit, section=section), STAFF)
    yield post(f"{section.address}/{{code}}", partial(change, section=section), ADMINISTRATORS)


ROUTES = (
    get("/staff/configuration", landing, STAFF),
    get("/staff/configuration/code-tables", code_tables, STAFF),
    get("/staff/configuration/code-tables/{code}", code_table, STAFF),
    post("/staff/configuration/code-tables/{code}", change_code_table, ADMINISTRATORS),
    *(route for section in SECTIONS for route in _routes(section)),
)
