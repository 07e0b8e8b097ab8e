"""Search, asked of the REST API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from armarium.accounts.model import Role
from armarium.inventory import service as inventory
from armarium.inventory.model import Collection
from armarium.search import service as search
from armarium.search.messages import Received
from tests.service.inventory.test_titles import draft
from tests.service.rest_api.test_api import NOW, Api


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    search.forget()
    yield
    search.forget()


@pytest.fixture
def collection() -> Collection:
    collection = inventory.create_collection(name="Maps", by="ann", now=NOW)
    drafts = [draft(number, collection, f"Atlas {number}") for number in range(3)]
    inventory.save(drafts)
    titles = ", ".join(f'"{each.mms_id}"' for each in drafts)
    assert search.index([Received(id="1", group="0", body=f'{{"titles": [{titles}]}}')]) == []
    return collection


def test_titles_are_found_in_almas_envelope_and_paged_by_token(collection: Collection) -> None:
    reader = Api(Role.READER)
    asked = {"q": "atlas", "sort": "title", "limit": "2", "collection": collection.id, "facets": "collection,year"}
    status, page = reader("GET", "/search", asked)
    assert status == 200, page
    assert [bib["title"] for bib in page["bib"]] == ["Atlas 0", "Atlas 1"]
    assert page["total_record_count"] == 3
    assert page["facets"] == {"collection": [{"value": collection.id, "count": 3}], "year": []}
    assert page["bib"][0]["link"].endswith(page["bib"][0]["mms_id"])
    _, rest = reader("GET", "/search", asked | {"token": page["next_token"]})
    assert [bib["title"] for bib in rest["bib"]] == ["Atlas 2"] and "next_token" not in rest


def test_beginnings_are_completed(collection: Collection) -> None:
    status, answer = Api(Role.READER)("GET", "/search/suggestions", {"q": "atl", "limit": "2"})
    assert (status, answer) == (200, {"suggestion": ["Atlas 0", "Atlas 1"], "total_record_count": 2})


@pytest.mark.parametrize("asked", [{"sort": "colour"}, {"facets": "colour"}, {"year": "soon"}, {"token": "x"}])
def test_a_choice_that_does_not_exist_is_answered_400_with_advice(
    collection: Collection, asked: dict[str, Any]
) -> None:
    status, answer = Api(Role.READER)("GET", "/search", asked)
    assert status == 400
    assert answer["errorList"]["error"][0]["errorCode"] == "ARM-INVALID"


def test_words_are_never_an_error(collection: Collection) -> None:
    for typed in ('"', "OR", "title:", "*~", "a:b:c", "(((", "-", "\\"):
        assert Api(Role.READER)("GET", "/search", {"q": typed})[0] == 200, typed
