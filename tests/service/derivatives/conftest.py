"""The shelf, for every test of derivation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from armarium.platform import settings
from tests.service.derivatives.shelf import Shelf, empty_shelf


@pytest.fixture
def shelf(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """An empty shelf."""
    yield empty_shelf(monkeypatch)
    settings.settings.cache_clear()
