"""Writes ``docs/openapi.json``: the REST API as its function describes itself."""

from __future__ import annotations

import json
import os
from pathlib import Path

from infra import ROOT

TARGET = ROOT / "docs" / "openapi.json"


def write(target: Path = TARGET) -> None:
    """Write the description; the same code gives the same bytes."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    from functions.rest_api.handler import app

    described = json.loads(app.get_openapi_json_schema(title="Armarium REST API", version="1"))
    target.write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    write()
