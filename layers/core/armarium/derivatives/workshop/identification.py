"""What a file is, by the PRONOM registry."""

from __future__ import annotations

from pathlib import Path

from armarium.derivatives.model import Findings, plain

_UNKNOWN = "UNKNOWN"


def identify(master: Path, findings: Findings) -> None:
    """Note PRONOM id, name and, where the bytes did not say it yet, media type."""
    import pygfried

    try:
        matches = pygfried.identify(str(master), detailed=True)["files"][0]["matches"]
    except (pygfried.GoError, pygfried.EmptySourceError) as error:
        findings.details["identification"] = f"could not be identified: {plain(error)}"
        return
    best = matches[0] if matches else {"id": _UNKNOWN}
    if best["id"] == _UNKNOWN:
        return
    findings.pronom = best["id"]
    findings.format_name = plain(" ".join(part for part in (best["format"], best["version"]) if part))
    findings.mime_type = findings.mime_type or plain(best["mime"].partition(",")[0]) or None
    if best["warning"]:
        findings.details["identification"] = plain(best["warning"])
