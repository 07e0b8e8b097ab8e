"""Pages from templates, and the headers that keep them safe."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from armarium.platform.settings import settings
from functions.web.assets import address_of
from functions.web.exchange import Request, Response
from functions.web.language import Words, catalogues, direction_of
from functions.web.navigation import entries_for
from functions.web.security import form_token

HTML = "text/html; charset=utf-8"
_UNITS = ("B", "kB", "MB", "GB", "TB")


def page(
    request: Request, template: str, status: int = 200, viewer: bool = False, uploads: bool = False, **content: Any
) -> Response:
    """A page in the reader's language.

    ``viewer`` allows what Mirador needs: styles of its own, blobs. ``uploads`` allows to send files to the upload
    bucket, and a worker that computes their checksums.
    """
    html = _environment().get_template(template).render(**_around(request), **content)
    headers = {"Content-Type": HTML, "Content-Language": request.language, "Cache-Control": "private, no-store"}
    return Response(html.encode(), status, headers | security_headers(viewer, uploads))


def security_headers(viewer: bool = False, uploads: bool = False) -> dict[str, str]:
    """Headers of every page. No script is inline, so none needs a nonce."""
    return {
        "Content-Security-Policy": _content_security_policy(viewer, uploads),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


def _content_security_policy(viewer: bool, uploads: bool) -> str:
    known = settings()
    stores = " ".join(_origins(known.storage_bucket, known.derivatives_bucket))
    asked = f" {stores}" if viewer else f" {' '.join(_origins(known.upload_bucket))}" if uploads else ""
    sources = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'" if viewer else "'self'",
        "img-src": f"'self' data:{' blob:' if viewer else ''} {stores}",  # data: as Bootstrap draws its ticks
        "media-src": f"'self' {stores}",
        "connect-src": f"'self'{asked}",
        "font-src": "'self' data:" if viewer else "'self'",
        "worker-src": "'self' blob:" if viewer else "'self'" if uploads else "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in sources.items())


def _origins(*buckets: str) -> list[str]:
    """The origins that signed links to these buckets lead to."""
    known = settings()
    if known.s3_public_url:
        return [known.s3_public_url.rstrip("/")]
    region = os.environ.get("AWS_REGION", "us-east-1")
    return [f"https://{bucket}.s3.{host}amazonaws.com" for bucket in buckets for host in ("", f"{region}.")]


def _around(request: Request) -> dict[str, Any]:
    """What every template may use."""
    return {
        "t": Words(request.language),
        "request": request,
        "principal": request.principal,
        "language": request.language,
        "languages": sorted(catalogues()),
        "direction": direction_of(request.language),
        "institution": settings().institution,
        "institution_name": settings().institution_name,
        "csrf_token": form_token(request),
        "staff_entries": entries_for(request.principal),
    }


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["static"] = address_of
    environment.filters |= {"size": readable_size, "moment": readable_moment, "path_part": _path_part}
    return environment


def readable_size(count: int) -> str:
    """``3.4 MB``: decimal units, as S3 and readers count."""
    amount = float(count)
    for unit in _UNITS[:-1]:
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} {_UNITS[-1]}"


def readable_moment(stamp: str | None) -> str:
    """``2026-11-21 20:30 UTC`` of a stamp of the clock."""
    return f"{stamp[:10]} {stamp[11:16]} UTC" if stamp else ""


def _path_part(text: str) -> str:
    return quote(text, safe="")
