"""Manifests of titles that no table holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from armarium.accounts.model import ANONYMOUS, Principal
from armarium.delivery import presentation
from armarium.inventory.model import Bib, File, Representation
from tests.unit.delivery.titles import REPRESENTATION_ID, OneTitle, bib, representation

BASE = "https://library.example"
NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def write(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Writes the manifest of a representation with these files."""

    def written(
        *files: File,
        of: Bib | None = None,
        under: Representation | None = None,
        principal: Principal = ANONYMOUS,
        identifier: str = REPRESENTATION_ID,
    ) -> dict[str, Any]:
        inventory = OneTitle(of or bib(), under or representation(), list(files))
        monkeypatch.setattr(presentation, "inventory", inventory)
        return presentation.manifest(identifier, principal, BASE, NOW)

    return written
