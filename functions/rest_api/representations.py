"""Representations and their files."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from armarium.access import service as access
from armarium.audit import service as audit
from armarium.cataloguing import restoring
from armarium.cataloguing import service as cataloguing
from armarium.cataloguing.model import Leftover
from armarium.cataloguing.restoring import is_restorable
from armarium.delivery import service as delivery
from armarium.derivatives import service as derivatives
from armarium.inventory import service as inventory
from armarium.inventory.model import File, Representation
from armarium.platform import clock
from armarium.platform.errors import MandatoryFieldError
from armarium.platform.settings import settings
from functions.rest_api import dialect, incoming
from functions.rest_api.routing import (
    CATALOGUERS,
    READERS,
    Fields,
    Flag,
    Id,
    Limit,
    Offset,
    Resource,
    Token,
    api,
    caller,
    expected_version,
    given,
    pages,
)

resource = Resource("representations")
_ALL = "/bibs/<mms_id>/representations"
_ONE = f"{_ALL}/<rep_id>"
_FILES = f"{_ONE}/files"
_FILE = f"{_FILES}/<pid>"
_HISTORY = f"{_ONE}/history"

Bibs = Annotated[str, Query(pattern="^(retain|suppress|delete)$", description="What becomes of an empty bib")]
Expand = Annotated[str | None, Query(description="`url`: with a signed link")]


@resource.route("GET", _ALL, READERS, "The representations of a bib", answers="representation")
def list_representations(
    mms_id: Id,
    limit: Limit = 10,
    offset: Offset = 0,
    use_updated_terminology: Flag = False,
    originating_record_id: Annotated[str, Query(description="What a remote repository calls it")] = "",
) -> Fields:
    found = [
        each
        for each in inventory.list_representations(mms_id)
        if originating_record_id in ("", each.originating_record_id)
    ]
    page = (_representation(each, use_updated_terminology) for each in found[offset : offset + limit])
    return dialect.listed("representation", page, len(found))


@resource.route("GET", _ONE, READERS, "One representation", answers="representation")
def get_representation(mms_id: Id, rep_id: Id, use_updated_terminology: Flag = False) -> Fields:
    return _representation(inventory.get_representation(mms_id, rep_id), use_updated_terminology)


@resource.route("GET", _FILES, READERS, "The files of a representation, in order", answers="representation_file")
def list_files(
    mms_id: Id, rep_id: Id, limit: Limit = 10, offset: Offset = 0, expand: Expand = None, token: Token = None
) -> Fields:
    page = inventory.list_files(mms_id, rep_id, limit, token, offset)
    first = inventory.place_of(page.items[0]) if token and page.items else offset + 1
    answers = (file_answer(each, expand, place) for place, each in enumerate(page.items, first))
    return dialect.listed("representation_file", answers, page.total, page.next_token)


@resource.route("GET", _FILE, READERS, "One file", answers="representation_file")
def get_file(mms_id: Id, rep_id: Id, pid: Id, expand: Expand = None) -> Fields:
    return file_answer(inventory.get_file(mms_id, rep_id, pid), expand)


@resource.route("POST", _ALL, CATALOGUERS, "A new representation", answers="representation", takes="representation")
def create_representation(mms_id: Id, generate_label: Flag = False) -> Fields:
    fields = incoming.representation(given(), new=True)
    access.require_library(caller(), fields.get("library"))
    if generate_label and not fields.get("label"):
        fields["label"] = dialect.usage_name(fields["usage_type"])
    return _representation(cataloguing.create_representation(mms_id, fields, caller().name, clock.now()))


@resource.route("PUT", _ONE, CATALOGUERS, "Other properties", answers="representation", takes="representation")
@resource.route("PATCH", _ONE, CATALOGUERS, "Fields that are sent", answers="representation", takes="representation")
def change_representation(mms_id: Id, rep_id: Id, bibs: Bibs = Leftover.RETAIN) -> Fields:
    fields = incoming.representation(given())
    now = clock.now()
    access.require_representation(caller(), mms_id, rep_id, fields)
    changed = cataloguing.change_representation(
        mms_id, rep_id, fields, caller().name, now, expected_version(), Leftover(bibs)
    )
    return _representation(changed)


@resource.route("DELETE", _ONE, CATALOGUERS, "Delete a representation", answers="representation")
def delete_representation(mms_id: Id, rep_id: Id, override: Flag = False, bibs: Bibs = Leftover.RETAIN) -> None:
    access.require_representation(caller(), mms_id, rep_id)
    cataloguing.delete_representation(
        mms_id, rep_id, caller().name, clock.now(), expected_version(), override, Leftover(bibs)
    )


@resource.route(
    "POST",
    _FILES,
    CATALOGUERS,
    "A new file: `path` names one under the upload prefix",
    answers="representation_file",
    takes="representation_file",
)
def create_file(mms_id: Id, rep_id: Id) -> Fields:
    body = given()
    access.require_representation(caller(), mms_id, rep_id)
    path = incoming.text("path", body.get("path"))
    if not path:
        raise MandatoryFieldError("path")
    label = incoming.text("label", body.get("label"))
    return file_answer(cataloguing.receive_file(mms_id, rep_id, path, label, caller().name, clock.now()))


@resource.route(
    "PUT",
    _FILES,
    CATALOGUERS,
    "The order of the files: their ids, those not named behind them",
    answers="representation",
    takes="representation_files",
)
def order_files(mms_id: Id, rep_id: Id) -> Fields:
    pids = _pids(given())
    access.require_representation(caller(), mms_id, rep_id)
    ordered = cataloguing.order_files(mms_id, rep_id, pids, caller().name, clock.now(), expected_version())
    return _representation(ordered)


@resource.route(
    "PATCH",
    _FILES,
    CATALOGUERS,
    "Move files together to the place `order`, from 1: at most a hundred; the others keep their sequence",
    answers="representation",
    takes="representation_files",
)
def move_files(mms_id: Id, rep_id: Id) -> Fields:
    body = given()
    access.require_representation(caller(), mms_id, rep_id)
    if not body.get("order"):
        raise MandatoryFieldError("order")
    place = incoming.number("order", body["order"])
    cataloguing.move_files(mms_id, rep_id, _pids(body), place, caller().name, clock.now(), expected_version())
    return _representation(inventory.get_representation(mms_id, rep_id))


@resource.route("DELETE", _FILES, CATALOGUERS, "Delete files: at most a hundred", answers="representation")
def delete_files(mms_id: Id, rep_id: Id, pid: Annotated[str, Query(description="Ids, between commas")]) -> None:
    pids = [each.strip() for each in pid.split(",")]
    access.require_representation(caller(), mms_id, rep_id)
    cataloguing.delete_files(mms_id, rep_id, pids, caller().name, clock.now(), expected_version())


@resource.route(
    "PUT", _FILE, CATALOGUERS, "Label, content, place", answers="representation_file", takes="representation_file"
)
@resource.route(
    "PATCH", _FILE, CATALOGUERS, "Fields that are sent", answers="representation_file", takes="representation_file"
)
def change_file(mms_id: Id, rep_id: Id, pid: Id) -> Fields:
    body = given()
    access.require_representation(caller(), mms_id, rep_id)
    before = inventory.get_file(mms_id, rep_id, pid)
    path = incoming.text("path", body.get("path"))
    changed = cataloguing.change_file(
        mms_id,
        rep_id,
        pid,
        caller().name,
        clock.now(),
        expected_version(),
        label=incoming.text("label", body["label"]) if "label" in body else None,
        path=path if path and path != before.key else None,
        place=incoming.number("order", body["order"]) if body.get("order") else None,
    )
    return file_answer(changed)


@resource.route("DELETE", _FILE, CATALOGUERS, "Delete a file", answers="representation_file")
def delete_file(
    mms_id: Id,
    rep_id: Id,
    pid: Id,
    representations: Annotated[str, Query(pattern="^(retain|delete)$")] = Leftover.RETAIN,
    bibs: Bibs = Leftover.RETAIN,
) -> None:
    access.require_representation(caller(), mms_id, rep_id)
    cataloguing.delete_file(
        mms_id,
        rep_id,
        pid,
        caller().name,
        clock.now(),
        expected_version(),
        Leftover(representations),
        Leftover(bibs),
    )


@resource.route(
    "POST", _FILE, CATALOGUERS, "op=derive: make the file's derivatives anew", answers="representation_file"
)
def derive_file(mms_id: Id, rep_id: Id, pid: Id, op: Annotated[str, Query(pattern="^derive$")]) -> Fields:
    access.require_representation(caller(), mms_id, rep_id)
    file = inventory.get_file(mms_id, rep_id, pid)
    derivatives.request(file)
    return file_answer(file)


@resource.route("GET", _HISTORY, READERS, "Who changed what of a representation and its files", answers="change")
def get_representation_history(
    mms_id: Id,
    rep_id: Id,
    pid: Annotated[str | None, Query(description="Of this file alone")] = None,
    limit: Limit = 10,
    token: Token = None,
) -> Fields:
    inventory.get_representation(mms_id, rep_id)
    found, following = audit.history_of_part(mms_id, rep_id, pid, limit, token)
    changes = [each.model_dump(mode="json") | {"id": each.id, "restorable": is_restorable(each)} for each in found]
    return dialect.listed("change", changes, len(changes), following)


@resource.route(
    "POST",
    _HISTORY,
    CATALOGUERS,
    "op=restore: put back what was there before a change, which `change` names by its id",
    answers="representation",
)
def restore(
    mms_id: Id, rep_id: Id, op: Annotated[str, Query(pattern="^restore$")], change: Annotated[str, Query()]
) -> Fields:
    access.require_representation(caller(), mms_id, rep_id)
    access.require_representation(caller(), mms_id, rep_id, audit.get_change(mms_id, change).before)
    restoring.restore_part(mms_id, rep_id, change, caller().name, clock.now(), expected_version())
    return _representation(inventory.get_representation(mms_id, rep_id))


def _pids(body: Fields) -> list[str]:
    entries = body.get("representation_file") or []
    listed = entries if isinstance(entries, list) else [entries]
    return [incoming.text("pid", each.get("pid") if isinstance(each, dict) else each) for each in listed]


def _representation(source: Representation, updated_terms: bool = False) -> Fields:
    usage = dialect.UPDATED_TERMS if updated_terms else None
    return dialect.representation(source, api(), pages(), settings().institution, usage)


def file_answer(source: File, expand: str | None = None, place: int | None = None) -> Fields:
    """A file as the API tells it, its place counted unless it is known; with a signed link where ``expand`` says so."""
    url = delivery.download_link(source) if expand and "url" in expand.split(",") else None
    return dialect.file(source, place or inventory.place_of(source), api(), pages(), settings().institution, url)
