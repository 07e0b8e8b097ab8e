"""Uploads of files in parts: what Alma's API lacks."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from armarium.access import service as access
from armarium.cataloguing import uploads
from armarium.cataloguing.model import Upload
from armarium.platform import clock
from armarium.platform.errors import MandatoryFieldError
from functions.rest_api import dialect, incoming
from functions.rest_api.representations import file_answer
from functions.rest_api.routing import CATALOGUERS, Fields, Id, Resource, answer, api, caller, given

resource = Resource("uploads")
_ALL = "/bibs/<mms_id>/representations/<rep_id>/uploads"
_ONE = f"{_ALL}/<upload_id>"

UploadId = Annotated[str, Path(pattern=r"^[0-9]{5,30}$", description="Also the file's id to be")]
First = Annotated[int, Query(ge=1, le=10_000, description="The first part")]
Count = Annotated[int, Query(ge=1, le=100, description="How many parts")]


@resource.route(
    "POST",
    _ALL,
    CATALOGUERS,
    "Begin an upload in parts, or go on with it; `replaces` names a file",
    answers="upload",
    takes="upload",
)
def start_upload(mms_id: Id, rep_id: Id) -> Fields:
    body = given()
    for name in ("name", "size", "sha256"):
        if not dialect.code(body.get(name)):
            raise MandatoryFieldError(name)
    access.require_representation(caller(), mms_id, rep_id)
    begun = uploads.start(
        mms_id,
        rep_id,
        incoming.text("name", body["name"]),
        incoming.size("size", body["size"]),
        incoming.text("sha256", body["sha256"]),
        incoming.text("label", body.get("label")),
        caller().name,
        clock.now(),
        incoming.text("replaces", body.get("replaces")),
    )
    return _answer(begun)


@resource.route("GET", _ONE, CATALOGUERS, "An upload with the parts that arrived", answers="upload")
def get_upload(
    mms_id: Id, rep_id: Id, upload_id: UploadId, after: Annotated[int, Query(ge=0, le=10_000)] = 0
) -> Fields:
    upload = uploads.get(mms_id, rep_id, upload_id)
    arrived, following = uploads.parts(upload, after)
    found = [{"number": number, "size": size, "etag": etag} for number, size, etag in arrived]
    return _answer(upload) | {"part": found, "after": following}


@resource.route("POST", _ONE, CATALOGUERS, "op=links: where to PUT parts; op=finish: record the file", answers="upload")
def act_on_upload(
    mms_id: Id,
    rep_id: Id,
    upload_id: UploadId,
    op: Annotated[str, Query(pattern="^(links|finish)$")],
    first: First = 1,
    count: Count = 100,
) -> Fields | Response[Any]:
    access.require_representation(caller(), mms_id, rep_id)
    upload = uploads.get(mms_id, rep_id, upload_id)
    if op == "finish":
        file = uploads.finish(upload, caller().name, clock.now())
        return {"representation_file": file_answer(file)} if file else _accepted(mms_id, rep_id, upload_id)
    found = uploads.links(upload, first, count)
    return _answer(upload) | {"part": [{"number": number, "size": size, "url": url} for number, size, url in found]}


@resource.route("DELETE", _ONE, CATALOGUERS, "Give up an upload", answers="upload")
def abort_upload(mms_id: Id, rep_id: Id, upload_id: UploadId) -> None:
    access.require_representation(caller(), mms_id, rep_id)
    uploads.abort(uploads.get(mms_id, rep_id, upload_id))


def _accepted(mms_id: str, rep_id: str, upload_id: str) -> Response[Any]:
    """202: it goes on by itself; the upload says when it is finished."""
    accepted = answer("upload", _answer(uploads.get(mms_id, rep_id, upload_id)))
    accepted.status_code = 202
    return accepted


def _answer(source: Upload) -> Fields:
    return dialect.upload(source, api())
