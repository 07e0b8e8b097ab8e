"""Manifests and collections against the IIIF Presentation 3.0 JSON schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from armarium.accounts.model import ANONYMOUS
from armarium.delivery import presentation
from armarium.inventory.model import DerivativeStatus, DerivedFile, File
from tests.unit.delivery.titles import COLLECTION_ID, REPRESENTATION_ID, OneTitle, bib, file, image, representation

SCHEMA = (
    Path(__file__).resolve().parents[2].parent / "shared" / "data" / "schemas" / "iiif_presentation_3_0.schema.json"
)
BASE = "https://library.example"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
THUMBNAIL = DerivedFile(name="thumbnail.jpg", size=1, width=283, height=400)
KINDS = {
    "images": [image(1, (3000, 4000)), image(2, (10, 20), (30, 40))],
    "sound": [file(1, "audio/mpeg", duration=61.5)],
    "film": [file(1, "video/mp4", duration=9.0, width=640, height=480)],
    "pdf": [file(1, "application/pdf", "paper.pdf", status=DerivativeStatus.DONE, derived=(THUMBNAIL,))],
    "broken": [file(1, status=DerivativeStatus.FAILED, reason="The file is cut off.")],
    "pending": [file(1)],
}


@pytest.fixture(scope="module")
def errors() -> Callable[[dict[str, Any]], list[str]]:
    """What the schema says against a document."""
    if not SCHEMA.exists():
        pytest.skip("the IIIF schema is not here: ../shared/data/schemas is absent")
    validator = Draft7Validator(json.loads(SCHEMA.read_text()), format_checker=FormatChecker())
    return lambda document: [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(document)]


def test_the_schema_refuses_a_manifest_without_canvases(errors: Callable[[dict[str, Any]], list[str]]) -> None:
    assert errors({"@context": presentation.CONTEXT, "id": BASE, "type": "Manifest", "label": {"none": ["Birds"]}})


@pytest.mark.parametrize("kind", KINDS)
def test_a_manifest_keeps_to_the_schema(
    errors: Callable[[dict[str, Any]], list[str]], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    said = {
        "description": "Eggs & <nests>",
        "language": "ara",
        "rights": "https://creativecommons.org/licenses/by/4.0/",
    }
    files: list[File] = KINDS[kind]
    monkeypatch.setattr(presentation, "inventory", OneTitle(bib(**said), representation(label="Scans"), files))
    document = presentation.manifest(REPRESENTATION_ID, ANONYMOUS, BASE, NOW)
    assert errors(document) == []


@pytest.mark.parametrize("token", [None, "next"])
def test_a_collection_keeps_to_the_schema(
    errors: Callable[[dict[str, Any]], list[str]], monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    monkeypatch.setattr(presentation, "inventory", OneTitle(bib(), representation(), [], children=2))
    assert errors(presentation.collection(COLLECTION_ID, ANONYMOUS, BASE, token)) == []
