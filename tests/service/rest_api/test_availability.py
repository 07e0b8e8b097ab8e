"""Promises of `expand`: what a bib's record says of its inventory where that is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from armarium.accounts.model import Role
from armarium.inventory.model import Collection
from tests.service.rest_api.client import Api
from tests.service.rest_api.test_writing import DC, REPRESENTATION, marc


def made(cataloguer: Api, collection: Collection, record: str) -> dict[str, Any]:
    body = {"anies": [record], "collection": [{"pid": {"value": collection.id}}]}
    status, bib = cataloguer("POST", "/bibs", body=body)
    assert status == 200, bib
    return bib


@pytest.fixture
def bib(cataloguer: Api, collection: Collection) -> dict[str, Any]:
    return made(cataloguer, collection, marc("Atlas"))


def fields(bib: dict[str, Any], tag: str) -> list[dict[str, str]]:
    record = etree.fromstring(bib["anies"][0])
    found = record.iterfind(f"datafield[@tag='{tag}']")
    return [{each.get("code"): each.text for each in field} for field in found]


def test_a_holding_says_how_many_of_its_items_are_in_place(cataloguer: Api, bib: dict[str, Any]) -> None:
    path = f"/bibs/{bib['mms_id']}"
    body = {"library": "MAIN", "location": "stacks", "call_number": "G1019 <1>"}
    held = cataloguer("POST", f"{path}/holdings", body=body)[1]["holding_id"]
    (empty,) = fields(cataloguer("GET", path, {"expand": "p_avail"})[1], "AVA")
    assert (empty["e"], empty["f"]) == ("check_holdings", "0")
    for barcode in ("B-1", "B-2"):
        cataloguer("POST", f"{path}/holdings/{held}/items", body={"item_data": {"barcode": barcode}})
    pid = cataloguer("GET", "/items", {"item_barcode": "B-1"})[1]["item_data"]["pid"]
    scan = {"op": "scan", "department": "DIGI_DEPT_INST"}
    cataloguer("POST", f"{path}/holdings/{held}/items/{pid}", scan)
    (found,) = fields(cataloguer("GET", path, {"expand": "e_avail,p_avail"})[1], "AVA")
    assert found == {
        "0": bib["mms_id"], "8": held, "a": "01ARM_INST", "b": "MAIN", "c": "stacks", "d": "G1019 <1>",
        "e": "available", "f": "2", "g": "1", "j": "stacks", "p": "1", "q": "Main Library",
    }  # fmt: skip


def test_an_active_representation_is_an_avd_and_a_remote_one_says_where_it_is(
    cataloguer: Api, bib: dict[str, Any]
) -> None:
    path = f"/bibs/{bib['mms_id']}"
    here = cataloguer("POST", f"{path}/representations", body=REPRESENTATION)[1]["id"]
    cataloguer("POST", f"{path}/representations", body=REPRESENTATION | {"active": {"value": "false"}})
    remote = REPRESENTATION | {"repository": {"value": "FEDORA"}, "originating_record_id": "fedora:1"}
    there = cataloguer("POST", f"{path}/representations", body=remote)[1]["id"]
    _, listed = cataloguer("GET", "/bibs", {"mms_id": bib["mms_id"], "expand": "d_avail"})
    found = fields(listed["bib"][0], "AVD")
    assert {(each["b"], each["c"], each["d"]) for each in found} == {
        (here, "REPRESENTATION", "Armarium"),
        (there, "REMOTE_REPRESENTATION", "FEDORA"),
    }
    assert all((each["0"], each["a"], each["e"]) == (bib["mms_id"], "01ARM_INST", "Scans") for each in found)


def test_dublin_core_has_a_link_to_each_representation(cataloguer: Api, collection: Collection) -> None:
    bib = made(cataloguer, collection, DC.format(title="Plans", identifier="P-1"))
    path = f"/bibs/{bib['mms_id']}"
    made_id = cataloguer("POST", f"{path}/representations", body=REPRESENTATION)[1]["id"]
    expanded = cataloguer.ask("GET", path, {"expand": "d_avail,p_avail", "format": "xml"})
    links = etree.fromstring(expanded.body.encode()).findall("record/{http://purl.org/dc/elements/1.1/}identifier")
    assert f"https://library.example/view/delivery/01ARM_INST/{made_id}" in [each.text for each in links]


def test_what_expand_adds_to_marc_is_never_stored(cataloguer: Api, bib: dict[str, Any]) -> None:
    path = f"/bibs/{bib['mms_id']}"
    cataloguer("POST", f"{path}/holdings", body={"library": "MAIN"})
    cataloguer("POST", f"{path}/representations", body=REPRESENTATION)
    _, expanded = cataloguer("GET", path, {"expand": "p_avail,d_avail,e_avail,requests"})
    assert (fields(expanded, "AVA"), expanded["requests"]["value"]) != ([], None)
    _, stored = cataloguer("PUT", path, body=expanded)
    assert (stored["version"], stored["anies"]) == (1, bib["anies"])
    assert "AV" not in cataloguer("GET", path)[1]["anies"][0]


def test_a_brief_bib_has_no_record_to_expand(cataloguer: Api, bib: dict[str, Any]) -> None:
    assert cataloguer("GET", f"/bibs/{bib['mms_id']}", {"view": "brief", "expand": "p_avail"})[1]["anies"] == []
    assert Api(Role.READER)("GET", f"/bibs/{bib['mms_id']}", {"expand": "nonsense"})[1]["anies"] == bib["anies"]
