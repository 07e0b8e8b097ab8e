"""Representations and their files."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from armarium.delivery import service as delivery
from armarium.derivatives import service as derivatives
from armarium.inventory import service as inventory
from armarium.inventory.model import File, Representation
from armarium.platform.settings import settings
from functions.rest_api import dialect
from functions.rest_api.routing import CATALOGUERS, READERS, Fields, Id, Limit, Offset, Resource, Token, api, pages

resource = Resource("representations")
_ALL = "/bibs/<mms_id>/representations"
_ONE = f"{_ALL}/<rep_id>"
_FILES = f"{_ONE}/files"
_FILE = f"{_FILES}/<pid>"

Expand = Annotated[str | None, Query(description="`url`: with a signed link")]


@resource.route("GET", _ALL, READERS, "The representations of a bib", answers="representation")
def list_representations(mms_id: Id, limit: Limit = 10, offset: Offset = 0) -> Fields:
    found = inventory.list_representations(mms_id)
    return dialect.listed(
        "representation", (_representation(each) for each in found[offset : offset + limit]), len(found)
    )


@resource.route("GET", _ONE, READERS, "One representation", answers="representation")
def get_representation(mms_id: Id, rep_id: Id) -> Fields:
    return _representation(inventory.get_representation(mms_id, rep_id))


@resource.route("GET", _FILES, READERS, "The files of a representation, in order", answers="representation_file")
def list_files(
    mms_id: Id, rep_id: Id, limit: Limit = 10, offset: Offset = 0, expand: Expand = None, token: Token = None
) -> Fields:
    page = inventory.list_files(mms_id, rep_id, limit, token, offset)
    return dialect.listed(
        "representation_file", (_file(each, expand) for each in page.items), page.total, page.next_token
    )


@resource.route("GET", _FILE, READERS, "One file", answers="representation_file")
def get_file(mms_id: Id, rep_id: Id, pid: Id, expand: Expand = None) -> Fields:
    return _file(inventory.get_file(mms_id, rep_id, pid), expand)


@resource.route(
    "POST", _FILE, CATALOGUERS, "op=derive: make the file's derivatives anew", answers="representation_file"
)
def derive_file(mms_id: Id, rep_id: Id, pid: Id, op: Annotated[str, Query(pattern="^derive$")]) -> Fields:
    file = inventory.get_file(mms_id, rep_id, pid)
    derivatives.request(file)
    return _file(file)


def _representation(source: Representation) -> Fields:
    return dialect.representation(source, api(), pages(), settings().institution)


def _file(source: File, expand: str | None = None) -> Fields:
    url = delivery.download_link(source) if expand and "url" in expand.split(",") else None
    return dialect.file(source, api(), pages(), settings().institution, url)
