"""The front door: one address for everything, where CloudFront stands in AWS.

``/static/*`` comes from ``build/static``, all else goes to the HTTP API. ``python -m infra.local.front_door``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, web
from yarl import URL

from infra.local.deployed import Deployed
from infra.local.place import HOST, Place
from infra.static import IMMUTABLE, STATIC

if TYPE_CHECKING:
    from multidict import CIMultiDict, CIMultiDictProxy

_AS_IT_IS: dict[str, Any] = {
    "allow_redirects": False,
    "skip_auto_headers": ("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
}
LARGEST = 10 * 1024 * 1024
"""Bytes of a request's body: API Gateway's limit."""

_PLACE = web.AppKey("place", Place)
_CLIENT = web.AppKey("client", ClientSession)
_NOT_PASSED_ON = frozenset(
    {
        "connection",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-forwarded-host",
        "x-forwarded-proto",
    }
)


def application(place: Place) -> web.Application:
    """The door's routes."""
    app = web.Application(client_max_size=LARGEST)
    app[_PLACE] = place
    app.cleanup_ctx.append(_with_client)
    app.on_response_prepare.append(_keep_static_files)
    STATIC.mkdir(parents=True, exist_ok=True)
    app.router.add_static("/static/", STATIC)
    app.router.add_route("*", "/{path:.*}", _forward)
    return app


async def _with_client(app: web.Application) -> AsyncIterator[None]:
    async with ClientSession(
        cookie_jar=DummyCookieJar(), auto_decompress=False, timeout=ClientTimeout(total=120)
    ) as client:
        app[_CLIENT] = client
        yield


async def _keep_static_files(request: web.Request, response: web.StreamResponse) -> None:
    if request.path.startswith("/static/") and response.status < 400:
        response.headers["Cache-Control"] = IMMUTABLE


async def _forward(request: web.Request) -> web.StreamResponse:
    """Ask the HTTP API the same, and stream its answer."""
    place, deployed = request.app[_PLACE], Deployed.read(request.app[_PLACE])
    if deployed is None:
        return web.Response(status=503, text="Nothing is deployed yet: `make up` is at work, or has failed.\n")
    headers = _passed_on(request.headers)
    headers["Host"] = f"{deployed.outputs['ApiId']}.execute-api.localhost:{place.cloud_port}"
    headers["X-Forwarded-Host"], headers["X-Forwarded-Proto"] = request.host, request.scheme
    url = URL(f"{place.endpoint_url}{request.raw_path}", encoded=True)
    body = await request.read() if request.can_read_body else None
    try:
        async with request.app[_CLIENT].request(request.method, url, headers=headers, data=body, **_AS_IT_IS) as answer:
            response = web.StreamResponse(
                status=answer.status, reason=answer.reason, headers=_passed_on(answer.headers)
            )
            await response.prepare(request)
            if request.method != "HEAD":
                async for chunk in answer.content.iter_any():
                    await response.write(chunk)
            await response.write_eof()
            return response
    except ClientError as error:
        return web.Response(
            status=502, text=f"The local cloud at {place.endpoint_url} does not answer: {error}. `make up` starts it.\n"
        )


def _passed_on(headers: CIMultiDictProxy[str]) -> CIMultiDict[str]:
    copy = headers.copy()
    for name in _NOT_PASSED_ON & {name.lower() for name in headers}:
        copy.popall(name)
    return copy


if __name__ == "__main__":
    place = Place.from_environment()
    STATIC.mkdir(parents=True, exist_ok=True)
    web.run_app(application(place), host=HOST, port=place.port, print=None, access_log=None, handle_signals=True)
