"""Physical items: found by barcode, scanned in departments; the holdings and items of a title."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from armarium.access import service as access
from armarium.configuration import service as configuration
from armarium.configuration.model import CodeTable, Department, Library
from armarium.holdings import service as holdings
from armarium.holdings.errors import BarcodeTakenError, ItemNotFoundError
from armarium.holdings.model import Holding, Item
from armarium.inventory import service as inventory
from armarium.metadata import service as metadata
from armarium.metadata.errors import UnreadableRecordError
from armarium.metadata.model import RecordSchema, SourceRecord
from armarium.platform.errors import InvalidInputError, PreconditionFailedError
from functions.web.exchange import Request, Response, redirect
from functions.web.forms import Form, seen_version
from functions.web.rendering import page
from functions.web.routing import CATALOGUERS, OPERATORS, STAFF, get, post

HOLDING_FIELDS = ("library", "location", "call_number", "note")
ITEM_TEXTS = (
    *("description", "enumeration_a", "chronology_i", "inventory_number", "alternative_call_number"),
    *("pages", "pieces", "public_note", "internal_note_1"),
)
ITEM_FIELDS = ("barcode", "physical_material_type", "library", "location", *ITEM_TEXTS)
_OWN = ("barcode", "library", "location")  # the others are further fields under Alma's names
_ITEMS_A_PAGE = 50
_LONGEST = 4_000

T = TypeVar("T")


# At the scanner


def desk(request: Request) -> Response:
    """A field for a barcode; and the item that has it, with what can be done."""
    return _desk(request)


def _desk(request: Request, problem: str = "") -> Response:
    barcode = request.query.get("barcode", "").strip()
    found: dict[str, Any] = {"item": None}
    if barcode and not problem:
        try:
            found = _about(holdings.find_item(barcode))
        except ItemNotFoundError as error:
            problem = error.message
    return page(
        request,
        "staff/items.html",
        status=404 if problem else 200,
        barcode=barcode,
        problem=problem,
        departments=[each for each in configuration.listed(Department) if not each.closed],
        department=request.query.get("department", ""),
        may_scan=request.principal in OPERATORS,
        may_change=request.principal in CATALOGUERS,
        **found,
    )


def scan(request: Request) -> Response:
    """The item was scanned in a department, which begins with it, is done, or puts it back on the shelf."""
    barcode, department = request.form.get("barcode", ""), request.form.get("department", "")
    item = holdings.find_item(barcode)
    if department not in {each.code for each in configuration.listed(Department)}:
        raise InvalidInputError("department: choose the department in which the item is")
    access.require_item(request.principal, item.mms_id, item.holding_id, item.pid)
    done = request.form.get("step") == "done"
    holdings.scan_item(
        item.mms_id, item.holding_id, item.pid, department, "", done, request.principal.name, request.now
    )
    query = {"barcode": item.barcode, "department": department, "done": "item_done" if done else "item_begun"}
    return redirect(f"/staff/items?{urlencode(query)}")


def _about(item: Item) -> dict[str, Any]:
    """What a page tells of an item."""
    return {
        "item": item,
        "bib": inventory.get_bib(item.mms_id),
        "holding": holdings.get_holding(item.mms_id, item.holding_id),
        "materials": _codes("PhysicalMaterialType"),
        "processes": _codes("PROCESSTYPE"),
        "department_names": {each.code: each.name for each in configuration.listed(Department)},
        "libraries": {each.code: each.name for each in configuration.listed(Library)},
    }


def _codes(table: str) -> dict[str, str]:
    return {each.code: each.description for each in configuration.get(CodeTable, table).rows}


# Of one title


def of_title(request: Request, mms_id: str) -> Response:
    """The holdings of a title, and a page of the items in them."""
    found = holdings.list_items(mms_id, holdings.ALL, _ITEMS_A_PAGE, request.query.get("page"))
    held: dict[str, list[Item]] = {}
    for item in found.items:
        held.setdefault(item.holding_id, []).append(item)
    return page(
        request,
        "staff/title_items.html",
        bib=inventory.get_bib(mms_id),
        holdings=holdings.list_holdings(mms_id),
        held=held,
        total=found.total,
        next_token=found.next_token,
        materials=_codes("PhysicalMaterialType"),
        processes=_codes("PROCESSTYPE"),
        libraries={each.code: each.name for each in configuration.listed(Library)},
        may_change=request.principal in CATALOGUERS,
    )


# Holdings


def new_holding(request: Request, mms_id: str) -> Response:
    """An empty form."""
    return _holding_form(request, mms_id, Form())


def create_holding(request: Request, mms_id: str) -> Response:
    """Make the holding."""
    form = Form(request.form)
    fields = _read_holding(form, None)
    access.require_library(request.principal, fields["library"])
    done, _ = _tried(form, lambda: holdings.create_holding(mms_id, fields, request.principal.name, request.now))
    if done is None:
        return _holding_form(request, mms_id, form)
    return redirect(f"/staff/titles/{mms_id}/items?done=saved")


def edit_holding(request: Request, mms_id: str, holding_id: str) -> Response:
    """The form with what is stored."""
    found = holdings.get_holding(mms_id, holding_id)
    return _holding_form(request, mms_id, Form(_typed_holding(found)), found)


def change_holding(request: Request, mms_id: str, holding_id: str) -> Response:
    """Store what the form says, unless somebody else was quicker."""
    form, version = Form(request.form), seen_version(request)
    fields = _read_holding(form, holdings.get_holding(mms_id, holding_id))
    access.require_holding(request.principal, mms_id, holding_id, fields)
    done, overtaken = _tried(
        form,
        lambda: holdings.change_holding(mms_id, holding_id, fields, request.principal.name, request.now, version),
    )
    if done is None:
        return _holding_form(request, mms_id, form, holdings.get_holding(mms_id, holding_id), overtaken)
    return redirect(f"/staff/titles/{mms_id}/items?done=saved")


def _holding_form(
    request: Request, mms_id: str, form: Form, found: Holding | None = None, overtaken: bool = False
) -> Response:
    return page(
        request,
        "staff/holding_form.html",
        status=412 if overtaken else form.status,
        form=form,
        bib=inventory.get_bib(mms_id),
        holding=found,
        libraries=_libraries(form["library"]),
        **_conflict(form, _typed_holding(found) if found else {}, overtaken),
    )


def _typed_holding(found: Holding) -> dict[str, str]:
    record = _record_of(found)
    return {
        "library": found.library,
        "location": found.location,
        "call_number": found.call_number,
        "note": metadata.holding_note(record) if record else "",
        "suppressed": "true" if found.suppressed else "",
    }


def _record_of(found: Holding | None) -> SourceRecord | None:
    """The record of a holding; None where it has none that can be read."""
    if found is None or not found.record:
        return None
    record = SourceRecord(schema_=RecordSchema.MARCXML, content=found.record.encode())
    try:
        metadata.held_at(record)
    except UnreadableRecordError:
        return None
    return record


def _read_holding(form: Form, before: Holding | None) -> dict[str, Any]:
    typed = _texts(form, HOLDING_FIELDS)
    if not typed["library"]:
        form.refuse("library", "Choose the library that has it.")
    record = metadata.holding_record(
        _record_of(before), typed["library"], typed["location"], typed["call_number"], typed["note"]
    )
    return {name: typed[name] for name in ("library", "location", "call_number")} | {
        "record": metadata.plain_marcxml(record),
        "suppressed": form["suppressed"] == "true",
    }


def ask_holding_deletion(request: Request, mms_id: str, holding_id: str) -> Response:
    """Ask once more."""
    found = holdings.get_holding(mms_id, holding_id)
    return _deleting(request, mms_id, found.version, f"/staff/titles/{mms_id}/holdings/{holding_id}", "holding")


def delete_holding(request: Request, mms_id: str, holding_id: str) -> Response:
    """Delete a holding without items."""
    access.require_holding(request.principal, mms_id, holding_id)
    try:
        holdings.delete_holding(mms_id, holding_id, request.principal.name, request.now, seen_version(request))
    except InvalidInputError as error:
        here = f"/staff/titles/{mms_id}/holdings/{holding_id}"
        return _deleting(request, mms_id, seen_version(request), here, "holding", error.message)
    return redirect(f"/staff/titles/{mms_id}/items?done=holding_deleted")


# Items


def new_item(request: Request, mms_id: str, holding_id: str) -> Response:
    """An empty form, with the place of the holding."""
    held = holdings.get_holding(mms_id, holding_id)
    rows = configuration.get(CodeTable, "PhysicalMaterialType").rows
    default = next((each.code for each in rows if each.default), "")
    typed = {"library": held.library, "location": held.location, "physical_material_type": default}
    return _item_form(request, held, Form(typed))


def create_item(request: Request, mms_id: str, holding_id: str) -> Response:
    """Make the item."""
    form = Form(request.form)
    fields = _read_item(form)
    access.require_holding(request.principal, mms_id, holding_id, fields)
    done, _ = _tried(
        form, lambda: holdings.create_item(mms_id, holding_id, fields, request.principal.name, request.now)
    )
    if done is None:
        return _item_form(request, holdings.get_holding(mms_id, holding_id), form)
    return redirect(f"/staff/titles/{mms_id}/items?done=saved")


def edit_item(request: Request, mms_id: str, holding_id: str, pid: str) -> Response:
    """The form with what is stored."""
    found = holdings.get_item(mms_id, holding_id, pid)
    return _item_form(request, holdings.get_holding(mms_id, holding_id), Form(_typed_item(found)), found)


def change_item(request: Request, mms_id: str, holding_id: str, pid: str) -> Response:
    """Store what the form says, unless somebody else was quicker."""
    form, version = Form(request.form), seen_version(request)
    fields = _read_item(form)
    access.require_item(request.principal, mms_id, holding_id, pid, fields)
    done, overtaken = _tried(
        form,
        lambda: holdings.change_item(mms_id, holding_id, pid, fields, request.principal.name, request.now, version),
    )
    if done is None:
        found = holdings.get_item(mms_id, holding_id, pid)
        return _item_form(request, holdings.get_holding(mms_id, holding_id), form, found, overtaken)
    return redirect(f"/staff/titles/{mms_id}/items?done=saved")


def _item_form(
    request: Request, held: Holding, form: Form, found: Item | None = None, overtaken: bool = False
) -> Response:
    return page(
        request,
        "staff/item_form.html",
        status=412 if overtaken else form.status,
        form=form,
        bib=inventory.get_bib(held.mms_id),
        holding=held,
        item=found,
        texts=ITEM_TEXTS,
        materials=_materials(form["physical_material_type"]),
        libraries=_libraries(form["library"]),
        **_conflict(form, _typed_item(found) if found else {}, overtaken),
    )


def _typed_item(found: Item) -> dict[str, str]:
    return {name: getattr(found, name) if name in _OWN else found.fields.get(name, "") for name in ITEM_FIELDS}


def _read_item(form: Form) -> dict[str, Any]:
    typed = _texts(form, ITEM_FIELDS)
    further = {name: value for name, value in typed.items() if name not in _OWN}
    return {name: typed[name] for name in _OWN} | {"fields": further}


def ask_item_deletion(request: Request, mms_id: str, holding_id: str, pid: str) -> Response:
    """Ask once more."""
    found = holdings.get_item(mms_id, holding_id, pid)
    here = f"/staff/titles/{mms_id}/holdings/{holding_id}/items/{pid}"
    return _deleting(request, mms_id, found.version, here, "item", barcode=found.barcode)


def delete_item(request: Request, mms_id: str, holding_id: str, pid: str) -> Response:
    """Delete an item; its barcode is free again."""
    access.require_item(request.principal, mms_id, holding_id, pid)
    holdings.delete_item(mms_id, holding_id, pid, request.principal.name, request.now, seen_version(request))
    return redirect(f"/staff/titles/{mms_id}/items?done=item_deleted")


# What forms share


def _texts(form: Form, names: tuple[str, ...]) -> dict[str, str]:
    for name in names:
        if len(form[name]) > _LONGEST:
            form.refuse(name, f"At most {_LONGEST} characters, not {len(form[name])}.")
    return {name: form[name].strip() for name in names}


def _tried(form: Form, step: Callable[[], T]) -> tuple[T | None, bool]:
    """What a step comes to, or None where the form says what is wrong; and whether somebody else was quicker."""
    if form.problems:
        return None, False
    try:
        return step(), False
    except PreconditionFailedError:
        return None, True
    except InvalidInputError as error:
        about_barcode = isinstance(error, BarcodeTakenError) or error.message.startswith("barcode:")
        form.refuse("barcode" if about_barcode else "", error.message)
        return None, False


def _conflict(form: Form, stored: Mapping[str, str], overtaken: bool) -> dict[str, Any]:
    """What is stored where it differs from what was typed, after somebody else was quicker."""
    differing = {name: value for name, value in stored.items() if value != form[name]}
    return {"overtaken": overtaken, "theirs": differing if overtaken else {}}


def _deleting(
    request: Request, mms_id: str, version: int, here: str, kind: str, problem: str = "", barcode: str = ""
) -> Response:
    return page(
        request,
        "staff/item_delete.html",
        status=409 if problem else 200,
        bib=inventory.get_bib(mms_id),
        version=version,
        here=here,
        kind=kind,
        problem=problem,
        barcode=barcode,
    )


def _libraries(chosen: str) -> list[tuple[str, str]]:
    found = {each.code: each.name for each in configuration.listed(Library) if not each.closed or each.code == chosen}
    return list(({chosen: chosen} | found if chosen else found).items())


def _materials(chosen: str) -> list[tuple[str, str]]:
    rows = configuration.get(CodeTable, "PhysicalMaterialType").rows
    found = {each.code: each.description or each.code for each in rows if each.enabled or each.code == chosen}
    return list(({chosen: chosen} | found if chosen else found).items())


_TITLE = "/staff/titles/{mms_id}"
_HOLDING = f"{_TITLE}/holdings/{{holding_id}}"
_ITEM = f"{_HOLDING}/items/{{pid}}"
ROUTES = (
    get("/staff/items", desk, STAFF),
    post("/staff/items/scan", scan, OPERATORS),
    get(f"{_TITLE}/items", of_title, STAFF),
    get(f"{_TITLE}/holdings/new", new_holding, CATALOGUERS),
    post(f"{_TITLE}/holdings/new", create_holding, CATALOGUERS),
    get(_HOLDING, edit_holding, CATALOGUERS),
    post(_HOLDING, change_holding, CATALOGUERS),
    get(f"{_HOLDING}/delete", ask_holding_deletion, CATALOGUERS),
    post(f"{_HOLDING}/delete", delete_holding, CATALOGUERS),
    get(f"{_HOLDING}/items/new", new_item, CATALOGUERS),
    post(f"{_HOLDING}/items/new", create_item, CATALOGUERS),
    get(_ITEM, edit_item, CATALOGUERS),
    post(_ITEM, change_item, CATALOGUERS),
    get(f"{_ITEM}/delete", ask_item_deletion, CATALOGUERS),
    post(f"{_ITEM}/delete", delete_item, CATALOGUERS),
)
