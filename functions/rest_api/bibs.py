"""Bibs: the record, and its history."""

from __future__ import annotations

from armarium.audit import service as audit
from armarium.inventory import service as inventory
from functions.rest_api import dialect
from functions.rest_api.routing import READERS, Fields, Id, Limit, Resource, Token, api

resource = Resource("bibs")


@resource.route("GET", "/bibs/<mms_id>", READERS, "One bib with its record", answers="bib")
def get_bib(mms_id: Id) -> Fields:
    return dialect.bib(inventory.get_title(mms_id).bib, api())


@resource.route("GET", "/bibs/<mms_id>/history", READERS, "Who changed what of a title", answers="change")
def get_history(mms_id: Id, limit: Limit = 10, token: Token = None) -> Fields:
    page = audit.history(mms_id, limit, token)
    return dialect.listed("change", (each.model_dump(mode="json") for each in page.items), None, page.next_token)
