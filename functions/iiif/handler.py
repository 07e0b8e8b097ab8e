"""HTTP API → IIIF Image API 3.0 and Presentation API 3.0."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import ServiceError
from aws_lambda_powertools.utilities.typing import LambdaContext

from armarium.accounts import service as accounts
from armarium.accounts.model import Principal
from armarium.delivery import service
from armarium.delivery.image import CONTEXT, PROFILE
from armarium.platform import clock
from armarium.platform.errors import ArmariumError, NotFoundError
from armarium.platform.observability import logger, metrics, tracer
from armarium.platform.settings import settings

log, meter, tracing = logger(), metrics(), tracer()
app = APIGatewayHttpResolver()

_ANYWHERE = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Link"}
_JSON_LD = f'application/ld+json;profile="{CONTEXT}"'
_PRESENTATION = 'application/ld+json;profile="http://iiif.io/api/presentation/3/context.json"'
_LIFETIME = {"image": 3_600, "json": 300}  # seconds
_RETRY_AFTER = {"Retry-After": "10"}


@log.inject_lambda_context(correlation_id_path="requestContext.requestId")
@tracing.capture_lambda_handler(capture_response=False)
@meter.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    answer = app.resolve(event, context)
    meter.add_metric(name=f"Answers{answer['statusCode'] // 100}xx", unit="Count", value=1)
    return answer


@app.get("/iiif/presentation/3/<identifier>/manifest", compress=True)
def manifest(identifier: str) -> Response[Any]:
    """The manifest of a representation or title."""
    from armarium.delivery import presentation

    written = presentation.manifest(identifier, _principal(), _base_url(), clock.now())
    return _document(written, _PRESENTATION)


@app.get("/iiif/presentation/3/collection/<collection_id>", compress=True)
def collection(collection_id: str) -> Response[Any]:
    """A page of a collection."""
    from armarium.delivery import presentation

    token = app.current_event.query_string_parameters.get("page")
    return _document(presentation.collection(collection_id, _principal(), _base_url(), token), _PRESENTATION)


@app.get("/iiif/3/.+")
def image_api() -> Response[Any]:
    """The addresses of the Image API (§2), split here: what is between the slashes may be anything."""
    parts = [unquote(part) for part in app.current_event.path.removeprefix("/iiif/3/").split("/")]
    match parts:
        case [identifier]:
            return _base(identifier)
        case [identifier, "info.json"]:
            return _information(identifier)
        case [identifier, region, size, rotation, last]:
            return _image(identifier, (region, size, rotation, last))
    return unknown()


def _base(identifier: str) -> Response[Any]:
    """The image's own address leads to its information (§2)."""
    location = f"{_base_url()}/iiif/3/{quote(identifier, safe='')}/info.json"
    return _answer(HTTPStatus.SEE_OTHER, headers={"Location": location})


def _information(identifier: str) -> Response[Any]:
    """Image information (§5)."""
    found = service.information(identifier, _base_url(), _principal(), clock.now())
    return _document(found.document, _JSON_LD, found.etag, found.public, {"Link": f'<{PROFILE}>;rel="profile"'})


def _image(identifier: str, parts: tuple[str, str, str, str]) -> Response[Any]:
    """An image (§4)."""
    found = service.image(identifier, parts, _base_url(), _principal(), clock.now(), _header("if-none-match"))
    link = f'<{found.canonical}>;rel="canonical",<{PROFILE}>;rel="profile"'
    headers = {"Link": link, "ETag": f'"{found.etag}"', **_caching("image", found.public)}
    if found.link:
        return _answer(HTTPStatus.FOUND, headers=headers | {"Location": found.link, "Cache-Control": "no-store"})
    if found.content is None:
        return _answer(HTTPStatus.NOT_MODIFIED, headers=headers)
    return _answer(HTTPStatus.OK, found.content, found.media_type, headers)


@app.route(".+", method="OPTIONS")
def preflight() -> Response[Any]:
    """Scripts of any origin may ask, with a key too."""
    allowed = {"Access-Control-Allow-Methods": "GET, OPTIONS", "Access-Control-Allow-Headers": "Authorization, Accept"}
    return _answer(HTTPStatus.NO_CONTENT, headers=allowed | {"Access-Control-Max-Age": "86400"})


@app.exception_handler(ArmariumError)
def refused(error: ArmariumError) -> Response[Any]:
    """What is wrong, in text; never kept by a cache."""
    # The domain's status is Alma's, where what is not there is a bad request too.
    status = HTTPStatus.NOT_FOUND if isinstance(error, NotFoundError) else HTTPStatus(error.status)
    headers = {"Cache-Control": "no-store"} | (_RETRY_AFTER if status is HTTPStatus.SERVICE_UNAVAILABLE else {})
    return _answer(status, error.message, "text/plain; charset=utf-8", headers)


@app.not_found
def unknown(_: ServiceError | None = None) -> Response[Any]:
    """No address of this server."""
    text = "Not an address of the IIIF Image or Presentation API: {id}/{region}/{size}/{rotation}/{quality}.{format}"
    return _answer(HTTPStatus.NOT_FOUND, text, "text/plain; charset=utf-8")


def _document(
    document: dict[str, Any],
    media_type: str,
    etag: str = "",
    public: bool = False,
    headers: dict[str, str] | None = None,
) -> Response[Any]:
    """JSON-LD, or plain JSON where that is asked for (Image API 3.0 §5.1)."""
    accepted = _header("accept")
    plain = "json" in accepted and "application/ld+json" not in accepted
    told = {"ETag": f'"{etag}"'} if etag else {}
    told |= _caching("json", public) | (headers or {})
    told["Vary"] = ", ".join(part for part in (told.get("Vary"), "Accept") if part)
    if etag and etag in _header("if-none-match"):
        return _answer(HTTPStatus.NOT_MODIFIED, headers=told)
    text = json.dumps(document, ensure_ascii=False)
    return _answer(HTTPStatus.OK, text, "application/json" if plain else media_type, told)


def _caching(what: str, public: bool) -> dict[str, str]:
    """What everybody may see, shared caches may keep; the rest is asked for again each time."""
    if public:
        return {"Cache-Control": f"public, max-age={_LIFETIME[what]}"}
    return {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}


def _answer(
    status: HTTPStatus, body: Any = "", media_type: str | None = None, headers: dict[str, str] | None = None
) -> Response[Any]:
    return Response(status_code=status.value, content_type=media_type, body=body, headers=_ANYWHERE | (headers or {}))


def _principal() -> Principal:
    event = app.current_event
    cookies = (
        {"cookie": "; ".join(event.cookies)} if event.cookies else {}
    )  # HTTP APIs keep them apart from the headers
    return accounts.principal_of({**event.headers, **cookies}, event.query_string_parameters, clock.now())


def _header(name: str) -> str:
    return app.current_event.headers.get(name) or ""


def _base_url() -> str:
    """The front door's address; without one, the address that the request came to."""
    return settings().base_url.rstrip("/") or f"https://{app.current_event.request_context.domain_name}"
