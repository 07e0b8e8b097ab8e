"""Changing many titles: which ones, what is done to them, before and after, and off to the job.

The form works without script: a button adds an operation, another takes one out, and what was typed stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from armarium.bulk_change import service as bulk_change
from armarium.bulk_change.errors import ChangeNotValidError, NothingChosenError
from armarium.bulk_change.model import MOST_OPERATIONS, Change, Preview, Selection
from armarium.configuration import service as configuration
from armarium.configuration.model import Library
from armarium.inventory import service as inventory
from armarium.inventory.model import UsageType
from armarium.metadata.model import DC_ELEMENTS
from armarium.platform.errors import InvalidInputError
from armarium.search.model import FACETS
from armarium.sets import service as sets
from functions.web.exchange import Request, Response, fresh_token, redirect
from functions.web.forms import Form
from functions.web.language import Words
from functions.web.rendering import page
from functions.web.routing import CATALOGUERS, get, post

_PREVIEWED = 10
_COLLECTIONS_OFFERED = 200
_SUBFIELD = re.compile(r"(?:^|\s)\$([0-9a-z])(?:\s|$)")


@dataclass(frozen=True)
class Field:
    """A field of an operation: ``text``, ``lines`` (a value a line), ``tick`` or ``choice``."""

    name: str
    kind: str = "text"
    required: bool = False
    offers: str = ""  # which list of choices, or of suggestions


_SIFTING = (Field("containing"), Field("regular_expression", "tick"), Field("ignore_case", "tick"))
OPERATIONS: Mapping[str, tuple[Field, ...]] = {
    "replace_text": (
        Field("field", required=True),
        Field("find", required=True),
        Field("replacement"),
        *_SIFTING[1:],
    ),
    "add_field": (
        Field("tag", required=True),
        Field("indicators"),
        Field("subfields", "lines", required=True),
    ),
    "remove_field": (Field("tag", required=True), Field("indicators"), *_SIFTING),
    "remove_subfields": (Field("tag", required=True), Field("codes", required=True), *_SIFTING),
    "set_element": (
        Field("element", required=True, offers="elements"),
        Field("values", "lines", required=True),
    ),
    "add_element": (Field("element", required=True, offers="elements"), Field("value", required=True)),
    "remove_element": (Field("element", required=True, offers="elements"), *_SIFTING),
    "set_representations": (
        Field("of_usage_type", "choice", offers="all_usages"),
        Field("access_rights", "choice", offers="rights"),
        Field("library", "choice", offers="libraries"),
        Field("usage_type", "choice", offers="usages"),
        Field("active", "choice", offers="yes_no"),
        Field("public_note"),
        Field("note"),
    ),
    "add_to_collection": (Field("collection", required=True, offers="collections"),),
    "remove_from_collection": (Field("collection", required=True, offers="collections"),),
    "move_to_collection": (
        Field("source", required=True, offers="collections"),
        Field("collection", required=True, offers="collections"),
    ),
    "set_suppression": (Field("suppressed", "choice", offers="hide_show"),),
}
"""What can be done → its fields in the order in which they stand on the page."""
EXPLAINED = frozenset(
    {"field", "indicators", "subfields", "codes", "containing", "regular_expression", "replacement"}
    | {"values", "element", "collection", "source"}
)
"""Fields with a line of help."""
PROPERTIES = tuple(field.name for field in OPERATIONS["set_representations"] if field.name != "of_usage_type")
RIGHTS = ("OPEN", "RESTRICTED")


# Views


def new(request: Request) -> Response:
    """The form of a change; without a set or a search in the address, the choice of one."""
    stated = _stated_selection(request)
    if not stated:
        return page(request, "staff/change_choose.html", sets=sets.list_sets(), form=Form(request.query))
    selection = _selection(stated)
    asked = request.query.get("op", "")
    return _form(request, selection, Form(), [asked] if asked in OPERATIONS else [])


def edit(request: Request) -> Response:
    """The form again with an operation more or less; or, where it is complete, before and after."""
    selection = _posted_selection(request)
    kinds = [kind for kind in request.form_list("op") if kind in OPERATIONS][:MOST_OPERATIONS]
    act = request.form.get("act", "preview")
    values = dict(request.form)
    if act == "add":
        kinds = [*kinds, request.form.get("more", "")][:MOST_OPERATIONS]
        return _form(request, selection, Form(values), [each for each in kinds if each in OPERATIONS], len(kinds) - 1)
    if act.startswith("remove-") and act.removeprefix("remove-").isdecimal():
        kinds, values = _without(int(act.removeprefix("remove-")), kinds, values)
        return _form(request, selection, Form(values), kinds)
    form = Form(values)
    if act == "back":
        return _form(request, selection, form, kinds)
    if not kinds:
        form.refuse("", Words(request.language)("change.no_operation"))
        return _form(request, selection, form, kinds)
    try:
        change = bulk_change.change_of(_given(selection, form, kinds))
        found = bulk_change.preview(change, request.principal, _PREVIEWED)
    except (ChangeNotValidError, InvalidInputError) as error:
        _refuse(form, error, kinds)
        return _form(request, selection, form, kinds)
    return _preview(request, change, found, form, kinds)


def start(request: Request) -> Response:
    """Start the job of a change that was previewed, or its trial run; sent twice it is one job."""
    change = _posted_change(request)
    dry_run = request.form.get("act") == "try"
    key = request.form.get("key", "")[:100]
    job = bulk_change.start(change, request.principal, request.now, dry_run, key)
    return redirect(f"/staff/jobs/{job.id}")


# Which titles


def _stated_selection(request: Request) -> dict[str, Any]:
    """The set or the search that an address names; nothing where it names none."""
    if request.query.get("set"):
        return {"set_id": request.query["set"]}
    given = {name: values for name in _facets(request) if (values := request.query_list(name))}
    return {"q": request.query.get("q", ""), "filters": given} if given or request.query.get("q") else {}


def _facets(request: Request) -> list[str]:
    """Which of an address's parameters narrow a search: the facets that are known, and fields that a library set up."""
    others = {"q", "set", "op", "lang", "done", "sort", "page", "token", "limit", "facets", "apikey", "view"}
    return [name for name in request.query if name in FACETS or name not in others]


def _selection(given: Mapping[str, Any]) -> Selection:
    try:
        return Selection.model_validate(given)
    except ValidationError as error:
        raise NothingChosenError("The address names no set, and no search: choose the titles again.") from error


def _posted_selection(request: Request) -> Selection:
    try:
        return Selection.model_validate_json(request.form.get("selection", ""))
    except ValidationError as error:
        raise NothingChosenError("The form does not say which titles: choose them again.") from error


def _posted_change(request: Request) -> Change:
    try:
        return Change.model_validate_json(request.form.get("change", ""))
    except ValidationError as error:
        raise InvalidInputError("The form does not say what is to be done: begin again.") from error


# What is done


def _given(selection: Selection, form: Form, kinds: Sequence[str]) -> dict[str, Any]:
    """What was typed, as a change is sent: an operation a row, fields that were left empty left out."""
    operations = [
        {"op": kind}
        | {field.name: value for field in OPERATIONS[kind] if (value := _value(field, form, at)) is not None}
        for at, kind in enumerate(kinds)
    ]
    return {"name": form["name"].strip(), "selection": selection, "operations": operations}


def _value(field: Field, form: Form, at: int) -> Any:
    typed = form[f"{at}-{field.name}"].replace("\r\n", "\n")
    if field.name == "subfields":
        return _subfields(typed)
    if field.kind == "lines":
        return [line.strip() for line in typed.split("\n") if line.strip()]
    if field.kind == "tick":
        return typed == "true"
    if field.name in ("find", "replacement", "containing"):  # a blank may be what is meant
        return typed
    if field.name == "indicators":
        return typed if typed.strip() else None
    return typed.strip() or None


def _subfields(typed: str) -> list[dict[str, str]]:
    """``$a No copyright $u http://…`` as subfields; text before the first code is subfield a."""
    lead, *rest = _SUBFIELD.split(" ".join(typed.split()))
    pairs = [("a", lead), *zip(rest[::2], rest[1::2], strict=True)]
    return [{"code": code, "value": text.strip()} for code, text in pairs if text.strip()]


def _without(place: int, kinds: Sequence[str], values: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The rows without one; the fields of those behind it move up."""
    kept: dict[str, str] = {}
    for name, value in values.items():
        row, dash, rest = name.partition("-")
        if not (dash and row.isdecimal()):
            kept[name] = value
        elif int(row) != place:
            kept[f"{int(row) - (int(row) > place)}-{rest}"] = value
    return [kind for at, kind in enumerate(kinds) if at != place], kept


def _refuse(form: Form, error: InvalidInputError, kinds: Sequence[str]) -> None:
    """Put what is wrong beside the fields that it names."""
    if not isinstance(error, ChangeNotValidError):
        form.refuse("", error.message)
        return
    for place, fault in error.faults:
        name, words = _field_at(place, fault, kinds)
        form.refuse(name, words)


def _field_at(place: str, fault: str, kinds: Sequence[str]) -> tuple[str, str]:
    """The form's field for ``operations.0.subfields.0.value``; one of a whole operation may begin with its field."""
    parts = place.split(".")
    if parts[0] != "operations" or len(parts) < 2 or not parts[1].isdecimal() or int(parts[1]) >= len(kinds):
        return (place if place == "name" else ""), fault
    at = int(parts[1])
    names = [field.name for field in OPERATIONS[kinds[at]]]
    named, colon, rest = fault.partition(": ")
    if len(parts) > 2 and parts[2] in names:
        return f"{at}-{parts[2]}", fault
    if colon and named in names:
        return f"{at}-{named}", rest
    return f"{at}-{names[0]}", fault


# Pages


def _form(
    request: Request, selection: Selection, form: Form, kinds: Sequence[str], focus: int | None = None
) -> Response:
    words = Words(request.language)
    return page(
        request,
        "staff/change_new.html",
        status=form.status,
        form=form,
        rows=[(at, kind, OPERATIONS[kind]) for at, kind in enumerate(kinds)],
        labels={f"{at}-{field.name}": words(f"change.field.{field.name}") for at, field in _fields(kinds)},
        operations=list(OPERATIONS),
        offered=_offered(words),
        explained=EXPLAINED,
        focus=focus,
        full=len(kinds) >= MOST_OPERATIONS,
        **_chosen(selection),
    )


def _fields(kinds: Sequence[str]) -> Iterable[tuple[int, Field]]:
    return ((at, field) for at, kind in enumerate(kinds) for field in OPERATIONS[kind])


def _preview(request: Request, change: Change, found: Preview, form: Form, kinds: Sequence[str]) -> Response:
    hidden = [(name, value) for name, value in request.form_fields if name not in ("csrf_token", "act", "more")]
    return page(
        request,
        "staff/change_preview.html",
        change=change,
        found=found,
        would_change=sum(each.result == "updated" for each in found.items),
        hidden=hidden,
        key=fresh_token(),
        **_chosen(change.selection),
    )


def _chosen(selection: Selection) -> dict[str, Any]:
    """Which titles, in words: the set's name, or the search."""
    return {
        "selection": selection,
        "chosen_set": sets.get_set(selection.set_id) if selection.set_id else None,
        "narrowed": [(name, ", ".join(values)) for name, values in selection.filters.items()],
    }


def _offered(words: Words) -> dict[str, list[tuple[str, str]]]:
    """The lists that fields choose from: pairs of value and words."""
    stays = ("", words("change.stays"))
    usages = [(usage.value, words(f"usage.{usage.value}")) for usage in UsageType]
    collections = inventory.list_collections(None, _COLLECTIONS_OFFERED).items
    return {
        "elements": [(f"dc:{term}", words.field(term)) for term in DC_ELEMENTS],
        "all_usages": [("", words("change.all_usages")), *usages],
        "usages": [stays, *usages],
        "rights": [stays, *((code, words(f"change.rights.{code}")) for code in RIGHTS)],
        "libraries": [stays, *((each.code, each.name or each.code) for each in configuration.listed(Library))],
        "yes_no": [stays, ("true", words("change.active")), ("false", words("change.inactive"))],
        "hide_show": [("true", words("change.hide")), ("false", words("change.show"))],
        "collections": [(each.id, each.name) for each in collections],
    }


ROUTES = (
    get("/staff/changes/new", new, CATALOGUERS),
    post("/staff/changes/new", edit, CATALOGUERS),
    post("/staff/changes", start, CATALOGUERS),
)
