"""Bibs: the record, and its history."""

from __future__ import annotations

from armarium.audit import service as audit
from armarium.cataloguing import service as cataloguing
from armarium.cataloguing.errors import RecordNotValidError
from armarium.inventory import service as inventory
from armarium.platform import clock
from functions.rest_api import dialect, incoming
from functions.rest_api.routing import (
    CATALOGUERS,
    READERS,
    Fields,
    Flag,
    Id,
    Limit,
    Resource,
    Token,
    api,
    caller,
    expected_version,
    given,
)

resource = Resource("bibs")


@resource.route("GET", "/bibs/<mms_id>", READERS, "One bib with its record", answers="bib")
def get_bib(mms_id: Id) -> Fields:
    return dialect.bib(inventory.get_title(mms_id).bib, api())


@resource.route("GET", "/bibs/<mms_id>/history", READERS, "Who changed what of a title", answers="change")
def get_history(mms_id: Id, limit: Limit = 10, token: Token = None) -> Fields:
    page = audit.history(mms_id, limit, token)
    return dialect.listed("change", (each.model_dump(mode="json") for each in page.items), None, page.next_token)


@resource.route("POST", "/bibs", CATALOGUERS, "A new bib, MARC or Dublin Core", answers="bib", takes="bib")
def create_bib() -> Fields:
    body = given()
    record = incoming.record(body)
    if record is None:
        raise RecordNotValidError(
            "There is no record in the bib: send <record> in XML, or its XML under 'anies' in JSON"
        )
    suppressed = incoming.flag("suppress_from_publishing", body.get("suppress_from_publishing"))
    by = caller().name
    bib = cataloguing.create_bib(record, by, clock.now(), incoming.collection_ids(body), suppressed)
    return dialect.bib(bib, api())


@resource.route("PUT", "/bibs/<mms_id>", CATALOGUERS, "Another record for a bib", answers="bib", takes="bib")
def replace_bib(mms_id: Id) -> Fields:
    body = given()
    if incoming.record(body) is None:
        raise RecordNotValidError("There is no record in the bib: send it whole, or use PATCH for single fields")
    return _changed(mms_id, body)


@resource.route("PATCH", "/bibs/<mms_id>", CATALOGUERS, "Fields of a bib that are sent", answers="bib", takes="bib")
def patch_bib(mms_id: Id) -> Fields:
    return _changed(mms_id, given())


def _changed(mms_id: str, body: Fields) -> Fields:
    suppressed = body.get("suppress_from_publishing")
    bib = cataloguing.change_bib(
        mms_id,
        caller().name,
        clock.now(),
        expected_version(),
        incoming.record(body),
        None if suppressed is None else incoming.flag("suppress_from_publishing", suppressed),
    )
    return dialect.bib(bib, api())


@resource.route("DELETE", "/bibs/<mms_id>", CATALOGUERS, "Delete a bib", answers="bib")
def delete_bib(mms_id: Id, override: Flag = False) -> None:
    cataloguing.delete_bib(mms_id, caller().name, clock.now(), expected_version(), override)
