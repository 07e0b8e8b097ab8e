from __future__ import annotations

import re
from pathlib import Path

import pytest

from armarium.ingest.reading.columns import IDS, REPRESENTATION, known

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "librarians" / "bulk-ingest-formats.md"
CODE = ROOT / "layers" / "core" / "armarium"
SOURCES = (*(CODE / "ingest" / "reading").glob("*.py"), CODE / "metadata" / "marc.py", CODE / "metadata" / "xml.py")
_CODES = re.compile(r'\b(?:error|warning|_fail|Fault|Oddity|UnreadableRecordError|otherwise)\(\s*"([a-z_0-9]+)"')


def test_every_code_of_a_finding_is_explained_to_librarians_and_no_other() -> None:
    raised = {code for source in SOURCES for code in _CODES.findall(source.read_text("utf-8"))}
    messages = PAGE.read_text("utf-8").partition("## Messages")[2]
    first_cells = [line.split("|")[1] for line in messages.splitlines() if line.startswith("|")]
    explained = {code for cell in first_cells for code in re.findall(r"`(\w+)`", cell)}
    assert len(raised) > 30
    assert explained == raised


@pytest.mark.parametrize("column", [*IDS, *REPRESENTATION, "file_name_1", "file_label_1"])
def test_every_column_is_explained_to_librarians(column: str) -> None:
    assert f"`{column}`" in PAGE.read_text("utf-8")
    assert known(column)
