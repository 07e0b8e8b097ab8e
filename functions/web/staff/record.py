"""The record editor, the same frame for MARC and Dublin Core: lines, what is wrong with them, what changes, and saving.

A form has either rows (an input a part of each line) or ``record``, the whole record as text. Both come to the same
address, and both work without a script.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from armarium.access import service as access
from armarium.cataloguing import service as cataloguing
from armarium.cataloguing import templates
from armarium.cataloguing.errors import RecordNotValidError
from armarium.inventory import service as inventory
from armarium.inventory.model import Bib
from armarium.metadata import editing
from armarium.metadata import service as metadata
from armarium.metadata.editing import RowParts
from armarium.metadata.model import DC_TERMS, RecordSchema, SourceRecord
from armarium.metadata.validation import Severity
from armarium.platform.errors import InvalidInputError, NotFoundError, PreconditionFailedError
from functions.web.exchange import Request, Response, fresh_token, redirect
from functions.web.forms import seen_version
from functions.web.language import Words
from functions.web.rendering import page
from functions.web.routing import CATALOGUERS, STAFF, get, post
from functions.web.staff.titles import like, named_collection

_MOST_ROWS = 900  # a form has five thousand fields; what is longer is edited as text
_HELP_KEPT = "private, max-age=3600"
_CONFLICT = 412
_REFUSED = 422


@dataclass
class Sheet:
    """A record on somebody's desk."""

    action: str  # where the form goes
    back: str
    schema: RecordSchema
    lines: tuple[str, ...]
    bib: Bib | None = None  # None: a new one
    template: str = ""
    key: str = ""  # of a new one: it is made once
    collection: str = ""
    conflict: bool = False
    problems: list[str] = field(default_factory=list)
    matches: tuple[tuple[str, str], ...] = ()

    @property
    def version(self) -> int:
        """The version that was seen; 0 of a new record."""
        return self.bib.version if self.bib else 0

    @property
    def stored(self) -> tuple[str, ...]:
        """The lines as they are stored."""
        return metadata.lines(self.bib.record) if self.bib else ()

    def written(self) -> SourceRecord:
        """The record that the lines make. Raises UnreadableRecordError."""
        lines = templates.filled(templates.get(self.template), self.lines) if self.template else self.lines
        return metadata.written(self.schema, lines, self.bib.record if self.bib else None)


# Editing what is there


def edit(request: Request, mms_id: str) -> Response:
    """The record of a title in rows, or as text."""
    sheet = _of_title(mms_id)
    return _editor(request, sheet, as_text=request.query.get("as") == "text")


def save(request: Request, mms_id: str) -> Response:
    """One step with a changed record: another way of editing, a look at the changes, or saving."""
    sheet = _of_title(mms_id)
    seen = seen_version(request)
    sheet.lines = stated_lines(request, sheet.schema)
    sheet.conflict = seen != sheet.version
    answer = _before_saving(request, sheet)
    if answer is not None:
        return answer
    try:
        cataloguing.change_bib(mms_id, request.principal.name, request.now, seen, sheet.written())
    except PreconditionFailedError:
        sheet.bib, sheet.conflict = inventory.get_bib(mms_id), True
        return _review(request, sheet, _CONFLICT)
    except RecordNotValidError as error:
        sheet.problems.append(error.message)
        return _editor(request, sheet, status=_REFUSED)
    return redirect(f"/staff/titles/{mms_id}?done=record_saved")


def _of_title(mms_id: str) -> Sheet:
    bib = inventory.get_bib(mms_id)
    here = f"/staff/titles/{mms_id}"
    return Sheet(f"{here}/edit", here, bib.record.schema_, metadata.lines(bib.record), bib)


# A new record


def new(request: Request) -> Response:
    """A new record that begins with the lines of a template; without one, a choice of templates."""
    code = request.query.get("template", "")
    if not code:
        return page(request, "staff/record_new.html", templates=templates.listed())
    template = templates.get(code)
    sheet = Sheet(
        "/staff/titles/new/record",
        "/staff/titles/new",
        template.schema_,
        templates.begun(template, request.now),
        template=code,
        key=fresh_token(),
        collection=request.query.get("collection", ""),
    )
    return _editor(request, sheet, as_text=request.query.get("as") == "text")


def make(request: Request) -> Response:
    """One step with a new record; saving makes the title."""
    form = request.form
    template = templates.get(form.get("template", ""))
    sheet = Sheet(
        "/staff/titles/new/record",
        "/staff/titles/new",
        template.schema_,
        stated_lines(request, template.schema_),
        template=template.code,
        key=form.get("key", "")[:100],
        collection=form.get("collection", "").strip(),
    )
    answer = _before_saving(request, sheet)
    if answer is not None:
        return answer
    collection = named_collection(sheet.collection)
    if collection is None:
        sheet.problems.append(f"There is no collection with the number or name {sheet.collection[:100]!r}.")
        sheet.matches = tuple((each.id, each.name) for each in like(sheet.collection))
        return _review(request, sheet, _REFUSED)
    access.require_collections(request.principal, collection.id)
    by = request.principal.name
    bib = cataloguing.create_bib(sheet.written(), by, request.now, (collection.id,), key=sheet.key)
    return redirect(f"/staff/titles/{bib.mms_id}?done=title_made")


# Steps


def _before_saving(request: Request, sheet: Sheet) -> Response | None:
    """The answer to every step but saving; None where the record is to be saved."""
    step = request.form.get("step", "review")
    if step in ("rows", "text"):
        return _editor(request, sheet, as_text=step == "text")
    try:
        wrong = any(each.severity is Severity.ERROR for each in _remarks(sheet))
        sheet.written()
    except InvalidInputError as error:
        sheet.problems.append(error.message)
        wrong = True
    if wrong:
        return _editor(request, sheet, as_text="record" in request.form, status=_REFUSED)
    if step != "save":
        return _review(request, sheet)
    return _review(request, sheet, _CONFLICT) if sheet.conflict else None


def stated_lines(request: Request, schema: RecordSchema) -> tuple[str, ...]:
    """The lines of a form, whichever of the two ways it is filled in. Raises InvalidInputError."""
    if "record" in request.form:
        stated = request.form["record"].replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return tuple(filter(str.strip, stated))
    names = editing.ROW_PARTS[schema.is_marc]
    columns = [request.form_list(name) for name in names]
    if len({len(each) for each in columns}) != 1:
        raise InvalidInputError("The form's rows are not complete: open the record again.")
    rows = [tuple(map(_one_line, row)) for row in zip_longest(*columns, fillvalue="")]
    positions = {name.removeprefix("at-"): value for name, value in request.form_fields if name.startswith("at-")}
    return editing.from_rows(schema, rows, positions)


def _one_line(text: str) -> str:
    return " ".join(text.splitlines()) if "\n" in text or "\r" in text else text


def _remarks(sheet: Sheet) -> Sequence[metadata.Remark]:
    return metadata.check(sheet.schema, sheet.lines)


def _editor(request: Request, sheet: Sheet, as_text: bool = False, status: int = 200) -> Response:
    remarks = _remarks(sheet)
    too_long = len(sheet.lines) > _MOST_ROWS
    rows: tuple[RowParts, ...] = () if as_text or too_long else editing.rows(sheet.schema, sheet.lines)
    return page(
        request,
        "staff/record_edit.html",
        status=_CONFLICT if sheet.conflict and status == 200 else status,
        sheet=sheet,
        rows=rows,
        as_text=as_text or too_long,
        too_long=too_long,
        remarks=[each for each in remarks if as_text or too_long or each.line is None],
        by_line=_by_line(remarks),
        refused=status == _REFUSED,
        vocabulary=editing.VOCABULARY,
        new_row=editing.empty_row(sheet.schema),
        element_help={} if sheet.schema.is_marc else _element_help(request),
    )


def _element_help(request: Request) -> dict[str, str]:
    """What belongs into each element of Dublin Core, in the reader's language."""
    words = Words(request.language)
    return {term: found for term in DC_TERMS if (found := words.of("dc", term)) != term}


def _by_line(remarks: Sequence[metadata.Remark]) -> dict[int, list[metadata.Remark]]:
    found: dict[int, list[metadata.Remark]] = {}
    for each in remarks:
        if each.line is not None:
            found.setdefault(each.line, []).append(each)
    return found


def _review(request: Request, sheet: Sheet, status: int = 200) -> Response:
    after = sheet.written()
    differences = metadata.compare(sheet.stored, metadata.lines(after))
    says_the_same = sheet.bib is not None and metadata.fingerprint(after) == sheet.bib.fingerprint
    return page(
        request,
        "staff/record_review.html",
        status=_CONFLICT if sheet.conflict else status,
        sheet=sheet,
        differences=differences,
        says_the_same=says_the_same,
        remarks=_remarks(sheet),
        kept_as=after.schema_,
    )


# Templates


def list_templates(request: Request) -> Response:
    """All record templates."""
    return page(request, "staff/record_templates.html", templates=templates.listed())


def save_template(request: Request, mms_id: str) -> Response:
    """Keep a title's record as a template."""
    bib = inventory.get_bib(mms_id)
    lines = metadata.lines(bib.record)
    name = request.form.get("name", "")
    templates.save(
        name, bib.record.schema_, editing.as_template(bib.record.schema_, lines), request.principal.name, request.now
    )
    return redirect("/staff/record-templates?done=template_saved")


def delete_template(request: Request, code: str) -> Response:
    """Delete a template of the institution."""
    templates.delete(code)
    return redirect("/staff/record-templates?done=template_deleted")


def field_help(request: Request, record_format: str) -> Response:
    """What the standard says of each field, for the editor's script."""
    if record_format not in editing.HELP:
        raise NotFoundError("There is no such page.")
    headers = {"Content-Type": "application/json", "Cache-Control": _HELP_KEPT}
    return Response(json.dumps(editing.HELP[record_format]()).encode(), headers=headers)


ROUTES = (
    get("/staff/titles/new/record", new, CATALOGUERS),
    post("/staff/titles/new/record", make, CATALOGUERS),
    get("/staff/titles/{mms_id}/edit", edit, CATALOGUERS),
    post("/staff/titles/{mms_id}/edit", save, CATALOGUERS),
    post("/staff/titles/{mms_id}/template", save_template, CATALOGUERS),
    get("/staff/record-templates", list_templates, CATALOGUERS),
    post("/staff/record-templates/{code}/delete", delete_template, CATALOGUERS),
    get("/staff/field-help/{record_format}", field_help, STAFF),
)
