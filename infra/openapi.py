"""Writes ``docs/openapi.json``: what the API answers at ``/almaws/v1/openapi.json``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from infra import ROOT

TARGET = ROOT / "docs" / "openapi.json"


def described() -> str:
    """The description, written the same way each time."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    from functions.rest_api.handler import described as description  # with every route registered

    return description()


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.write_text(described(), encoding="utf-8")
