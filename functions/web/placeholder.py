"""Drawn stand-ins for pictures that are not there or not to be seen."""

from __future__ import annotations

from functions.web.exchange import Response

_DRAWINGS = {
    "lock": '<path d="M130 180h140v110H130z" fill="currentColor"/><path d="M155 180v-35a45 45 0 0 1 90 0v35"/>',
    "page": '<path d="M130 90h100l40 40v180H130zM230 90v40h40M155 170h90M155 205h90M155 240h60"/>',
    "audio": '<path d="M165 265V130l90-20v135"/><circle cx="145" cy="265" r="20"/><circle cx="235" cy="245" r="20"/>',
    "video": '<path d="M110 130h180v140H110z"/><path d="M180 165l55 35-55 35z" fill="currentColor"/>',
    "image": '<path d="M110 120h180v160H110zM110 255l55-60 45 45 30-30 50 50"/><circle cx="245" cy="165" r="16"/>',
}
_FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400">'
    '<path d="M0 0h400v400H0z" fill="#efece4"/>'
    '<g color="#8a8172" fill="none" stroke="#8a8172" stroke-width="8" stroke-linejoin="round">{drawing}</g></svg>'
)


def placeholder(kind: str) -> Response:
    """A drawing for ``lock``, ``page`` or a media type; 400 pixels square, as manifests say."""
    drawing = _DRAWINGS.get(kind.partition("/")[0], _DRAWINGS["page"])
    headers = {"Content-Type": "image/svg+xml", "Cache-Control": "private, max-age=60"}
    return Response(_FRAME.format(drawing=drawing).encode(), headers=headers)
