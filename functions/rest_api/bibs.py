"""Bibs: the record, and its history."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from armarium.access import service as access
from armarium.audit import service as audit
from armarium.cataloguing import finding
from armarium.cataloguing import service as cataloguing
from armarium.cataloguing.errors import RecordNotValidError
from armarium.configuration import service as configuration
from armarium.configuration.model import Library
from armarium.holdings import service as holdings
from armarium.holdings.model import ItemCount
from armarium.inventory import service as inventory
from armarium.inventory.model import Bib
from armarium.platform import clock
from armarium.platform.errors import MandatoryFieldError
from armarium.platform.settings import settings
from functions.rest_api import availability, dialect, incoming
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
    pages,
)

resource = Resource("bibs")

Validate = Annotated[bool, Query(description="Refuse a record that has errors (4022032)")]
OverrideWarning = Annotated[bool, Query(description="With `validate`: take a record in spite of warnings")]

View = Annotated[str, Query(description="`brief`: without the record")]
Expand = Annotated[
    str | None,
    Query(description="With commas between: `p_avail` (AVA), `d_avail` (AVD), `e_avail`, `requests`, in a full record"),
]


@resource.route("GET", "/bibs", READERS, "Bibs by their ids, or by the id of another system", answers="bib")
def find_bibs(
    mms_id: Annotated[str | None, Query(description="Up to a hundred, with commas between")] = None,
    other_system_id: Annotated[str | None, Query(description="As in 035, 024, 001 or dc:identifier")] = None,
    representation_id: Annotated[str | None, Query(description="Of a representation of the bib")] = None,
    view: View = "full",
    expand: Expand = None,
) -> Fields:
    if mms_id:
        found = finding.bibs_with_ids([each.strip() for each in mms_id.split(",") if each.strip()])
    elif other_system_id:
        found = finding.bibs_with_system_id(other_system_id)
    elif representation_id:
        found = (inventory.get_bib(inventory.find_representation(representation_id).mms_id),)
    else:
        raise MandatoryFieldError("mms_id, other_system_id or representation_id")
    return dialect.listed("bib", (_bib(each, view, expand) for each in found), len(found))


@resource.route("GET", "/bibs/<mms_id>", READERS, "One bib with its record", answers="bib")
def get_bib(mms_id: Id, view: View = "full", expand: Expand = None) -> Fields:
    return _bib(inventory.get_title(mms_id).bib, view, expand)


def _bib(source: Bib, view: str, expand: str | None) -> Fields:
    """A bib as it was asked for; each expansion is one or two queries."""
    wanted = {each.strip() for each in (expand or "").split(",")}
    full = view != "brief"
    further = _further(source, wanted) if full else ""
    requests = 0 if availability.REQUESTS in wanted else None  # none can be placed yet
    return dialect.bib(source, api(), full, further, requests)


def _further(source: Bib, wanted: set[str]) -> str:
    institution, found = settings().institution, []
    if availability.PHYSICAL in wanted and source.record.schema_.is_marc:
        counts = holdings.count_items(source.mms_id)
        names = {each.code: each.name for each in configuration.listed(Library)}
        for number, each in enumerate(holdings.list_holdings(source.mms_id), 1):
            found.append(availability.held(each, counts.get(each.id, ItemCount()), institution, names, number))
    if availability.DIGITAL in wanted:
        there = inventory.list_representations(source.mms_id)
        found += [availability.digital(source, each, institution, pages()) for each in there if each.active]
    return "".join(found)


@resource.route("GET", "/bibs/<mms_id>/history", READERS, "Who changed what of a title", answers="change")
def get_history(mms_id: Id, limit: Limit = 10, token: Token = None) -> Fields:
    page = audit.history(mms_id, limit, token)
    return dialect.listed("change", (each.model_dump(mode="json") for each in page.items), None, page.next_token)


@resource.route("POST", "/bibs", CATALOGUERS, "A new bib, MARC or Dublin Core", answers="bib", takes="bib")
def create_bib(validate: Validate = False, override_warning: OverrideWarning = True) -> Fields:
    body = given()
    record = incoming.record(body)
    if record is None:
        raise RecordNotValidError(
            "There is no record in the bib: send <record> in XML, or its XML under 'anies' in JSON"
        )
    if validate:
        cataloguing.require_valid(record, override_warning)
    suppressed = incoming.flag("suppress_from_publishing", body.get("suppress_from_publishing"))
    collections = incoming.collection_ids(body)
    access.require_collections(caller(), *collections)
    bib = cataloguing.create_bib(record, caller().name, clock.now(), collections, suppressed)
    return dialect.bib(bib, api())


@resource.route("PUT", "/bibs/<mms_id>", CATALOGUERS, "Another record for a bib", answers="bib", takes="bib")
def replace_bib(mms_id: Id, validate: Validate = False, override_warning: OverrideWarning = True) -> Fields:
    body = given()
    record = incoming.record(body)
    if record is None:
        raise RecordNotValidError("There is no record in the bib: send it whole, or use PATCH for single fields")
    if validate:
        cataloguing.require_valid(record, override_warning)
    return _changed(mms_id, body)


@resource.route("PATCH", "/bibs/<mms_id>", CATALOGUERS, "Fields of a bib that are sent", answers="bib", takes="bib")
def patch_bib(mms_id: Id) -> Fields:
    return _changed(mms_id, given())


def _changed(mms_id: str, body: Fields) -> Fields:
    suppressed = body.get("suppress_from_publishing")
    if suppressed is not None:
        access.require_bib(caller(), mms_id)
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
    access.require_bib(caller(), mms_id, with_all=True)
    cataloguing.delete_bib(mms_id, caller().name, clock.now(), expected_version(), override)
