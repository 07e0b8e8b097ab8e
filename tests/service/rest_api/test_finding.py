"""Promises of filters and views."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from armarium.inventory import service as inventory
from armarium.inventory.model import Collection
from tests.service.inventory.test_titles import draft
from tests.service.rest_api.client import NOW, Api


@pytest.fixture
def titles(collection: Collection) -> list[str]:
    drafts = [draft(number, collection, f"Book {number}", f"(OCoLC){number}") for number in (1, 2, 3)]
    inventory.save(drafts)
    return [each.mms_id for each in drafts]


def test_bibs_are_found_by_their_ids_in_the_order_asked_for(reader: Api, titles: list[str]) -> None:
    asked = ",".join([titles[2], "990000000000000000000001", titles[0]])
    status, found = reader("GET", "/bibs", {"mms_id": asked, "view": "brief", "expand": "p_avail,d_avail"})
    assert (status, found["total_record_count"]) == (200, 2)
    assert [each["mms_id"] for each in found["bib"]] == [titles[2], titles[0]]
    assert found["bib"][0]["anies"] == []
    assert reader.ask("GET", "/bibs", {"mms_id": "990000000000000000000001"}).error == "402203"
    assert reader.ask("GET", "/bibs", {"mms_id": ",".join(["1"] * 101)}).status == 400
    assert reader.ask("GET", "/bibs").error == "401664"


def test_a_bib_is_found_by_the_id_of_another_system(reader: Api, titles: list[str]) -> None:
    _, found = reader("GET", "/bibs", {"other_system_id": "(OCoLC)2"})
    assert [each["mms_id"] for each in found["bib"]] == [titles[1]]
    assert found["bib"][0]["anies"]
    assert reader("GET", "/bibs", {"other_system_id": "(OCoLC)9"})[1] == {"bib": [], "total_record_count": 0}


def nested(collection: dict[str, Any]) -> Any:
    return {collection["name"]: [nested(each) for each in collection.get("collection", [])]}


def test_the_tree_of_collections_is_told_as_deep_as_asked_for(reader: Api, collection: Collection) -> None:
    towns = inventory.create_collection(name="Towns", parent_id=collection.id, by="ann", now=NOW)
    inventory.create_collection(name="Ports", parent_id=towns.id, by="ann", now=NOW)
    for level, tree in (
        ("1", {"Maps": []}),
        ("2", {"Maps": [{"Towns": []}]}),
        ("3", {"Maps": [{"Towns": [{"Ports": []}]}]}),
    ):
        assert [nested(each) for each in reader("GET", "/bibs/collections", {"level": level})[1]["collection"]] == [
            tree
        ]
    assert nested(reader("GET", f"/bibs/collections/{collection.id}", {"level": "2"})[1]) == {"Maps": [{"Towns": []}]}
    xml = reader.ask("GET", "/bibs/collections", {"level": "2", "format": "xml"}).body
    assert etree.fromstring(xml.encode()).findtext("collection/collection/name") == "Towns"


def test_collections_are_found_by_words_of_their_fields(reader: Api, collection: Collection) -> None:
    below = inventory.create_collection(
        name="Old town maps", parent_id=collection.id, library="MAIN", by="ann", now=NOW
    )
    for query, names in (
        ("name~map", ["Maps", "Old town maps"]),
        ("name~town_OLD", ["Old town maps"]),
        ("name~maps AND library~main", ["Old town maps"]),
        ("name~charts", []),
    ):
        _, found = reader("GET", "/bibs/collections", {"q": query})
        assert [each["name"] for each in found["collection"]] == names, query
    _, page = reader("GET", "/bibs/collections", {"q": "name~map", "offset": "1", "limit": "1"})
    assert ([each["pid"]["value"] for each in page["collection"]], page["total_record_count"]) == ([below.id], 2)
    assert reader.ask("GET", "/bibs/collections", {"q": "maps"}).error == "60106"
    assert reader.ask("GET", "/bibs/collections", {"q": "colour~red"}).status == 400
