"""The front-end files served under ``/static/``: from npm packages, pinned in ``package.json``, and our own."""

from __future__ import annotations

import shutil
from pathlib import Path

from infra import ROOT

IMMUTABLE = "public, max-age=31536000, immutable"
"""For files whose address changes when they change: pages ask for ``/static/<file>?v=<version>``."""

STATIC = ROOT / "build" / "static"

FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
    "bootstrap/dist/css/bootstrap.rtl.min.css": "bootstrap/bootstrap.rtl.min.css",
    "bootstrap/dist/js/bootstrap.bundle.min.js": "bootstrap/bootstrap.bundle.min.js",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "mirador/dist/mirador.min.js": "mirador/mirador.min.js",
    **{f"@noble/hashes/{module}.js": f"noble-hashes-2.4.0/{module}.js" for module in ("sha2", "_md", "_u64", "utils")},
}
"""File of an npm package → its path under ``/static/``."""


class MissingFileError(Exception):
    """An npm package does not hold what the table names."""


def publish(
    folder: Path = STATIC, packages: Path = ROOT / "node_modules", own: Path = ROOT / "functions" / "web" / "static"
) -> Path:
    """Lay out the folder anew, file by file, so that a server that reads from it never sees it empty."""
    wanted = {folder / path: packages / source for source, path in FILES.items()}
    wanted |= {folder / source.relative_to(own): source for source in own.rglob("*") if source.is_file()}
    for path, source in wanted.items():
        if not source.is_file():
            raise MissingFileError(
                f"{source} is missing: run `npm ci`, and look at infra/static.py if the package has changed"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, path)
    for left in {entry for entry in folder.rglob("*") if entry.is_file()} - wanted.keys():
        left.unlink()
    return folder


if __name__ == "__main__":
    publish()
