"""Addresses of the static files. A file that changes gets another address, so browsers may keep each for a year."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

OWN = Path(__file__).parent / "static"
PACKAGES = {
    "bootstrap/bootstrap.min.css": ("bootstrap", "5.3.9"),
    "bootstrap/bootstrap.rtl.min.css": ("bootstrap", "5.3.9"),
    "htmx/htmx.min.js": ("htmx.org", "2.0.11"),
    "mirador/mirador.min.js": ("mirador", "4.0.0"),
    "noble-hashes-2.4.0/sha2.js": ("@noble/hashes", "2.4.0"),  # its modules name each other: the version is in the path
}
"""Files of npm packages, as published, with the version that ``package.json`` pins."""


def address_of(name: str) -> str:
    """Where a static file is, with its version."""
    version = PACKAGES[name][1] if name in PACKAGES else _own_version()
    return f"/static/{name}?v={version}"


@lru_cache(maxsize=1)
def _own_version() -> str:
    digest = hashlib.sha256()
    for path in sorted(OWN.rglob("*")):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
