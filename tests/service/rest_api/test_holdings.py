"""Promises of holdings and items."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from armarium.accounts.model import Role
from armarium.inventory import service as inventory
from armarium.inventory.model import Collection
from tests.service.inventory.test_titles import draft
from tests.service.rest_api.client import Api
from tests.service.rest_api.test_formats import schema

HOLDING = """<holding><record><leader>00000nx  a2200000   4500</leader><datafield tag="852" ind1="0" ind2=" ">
<subfield code="b">MAIN</subfield><subfield code="c">stacks</subfield><subfield code="h">PR6068</subfield>
<subfield code="i">.O93</subfield></datafield></record></holding>"""


@pytest.fixture
def bib(collection: Collection) -> str:
    made = draft(1, collection, "Atlas", files=0)
    inventory.save([made])
    return f"/bibs/{made.mms_id}"


@pytest.fixture
def holding(cataloguer: Api, bib: str) -> str:
    answer = cataloguer.ask("POST", f"{bib}/holdings", {"format": "json"}, HOLDING)
    assert answer.status == 200, answer.body
    return f"{bib}/holdings/{answer.json['holding_id']}"


def test_a_holding_says_where_its_items_stand(cataloguer: Api, bib: str, holding: str) -> None:
    _, listed = cataloguer("GET", f"{bib}/holdings")
    (found,) = listed["holding"]
    assert (found["library"]["value"], found["location"]["value"]) == ("MAIN", "stacks")
    assert (found["call_number"], listed["bib_data"]["title"]) == ("PR6068 .O93", "Atlas")
    xml = etree.fromstring(cataloguer.ask("GET", holding, {"format": "xml"}).body.encode())
    assert xml.findtext("record/datafield[@tag='852']/subfield[@code='b']") == "MAIN"
    assert holding.split("/")[-1].startswith("22")


def test_an_item_is_found_by_its_barcode_and_nobody_else_gets_it(cataloguer: Api, holding: str) -> None:
    body = {"item_data": {"barcode": "B-1", "description": "v.1", "physical_material_type": {"value": "BOOK"}}}
    status, made = cataloguer("POST", f"{holding}/items", body=body)
    assert (status, made["item_data"]["library"]["value"]) == (200, "MAIN")
    assert made["item_data"]["pid"].startswith("23")
    assert cataloguer("GET", "/items", {"item_barcode": "B-1"})[1] == made
    assert cataloguer.ask("POST", f"{holding}/items", body=body).error == "401873"
    item = f"{holding}/items/{made['item_data']['pid']}"
    _, changed = cataloguer("PUT", item, body={"item_data": {"barcode": "B-2"}})
    assert (changed["item_data"]["description"], changed["version"]) == ("v.1", 2)
    assert cataloguer.ask("GET", "/items", {"item_barcode": "B-1"}).error == "401689"
    assert cataloguer("POST", f"{holding}/items", body=body)[0] == 200
    assert cataloguer("GET", f"{holding.rsplit('/', 1)[0]}/ALL/items")[1]["total_record_count"] == 2
    stale = cataloguer.ask("PUT", item, body=body, headers={"if-match": '"1"'})
    assert stale.status == 412
    assert cataloguer.ask("DELETE", item).status == 204
    assert cataloguer.ask("DELETE", holding).error == "60214"


def test_a_scan_in_a_department_takes_the_item_off_the_shelf_until_it_is_done(cataloguer: Api, holding: str) -> None:
    pid = cataloguer("POST", f"{holding}/items", body={"item_data": {"barcode": "B-1"}})[1]["item_data"]["pid"]
    operator = Api(Role.DIGITIZATION_OPERATOR)
    scan = {"op": "scan", "library": "MAIN", "department": "DIGI"}
    _, scanned = operator("POST", f"{holding}/items/{pid}", scan)
    data = scanned["item_data"]
    assert (data["base_status"]["value"], data["work_order_at"]["value"]) == ("0", "DIGI")
    _, done = operator("POST", f"{holding}/items/{pid}", {**scan, "done": "True"})
    assert (done["item_data"]["base_status"]["value"], done["item_data"]["process_type"]["value"]) == ("1", None)
    assert operator.ask("POST", f"{holding}/items/{pid}", {"op": "scan"}).status == 400


def test_a_bib_that_goes_takes_its_items_along_and_frees_their_barcodes(
    cataloguer: Api, bib: str, holding: str, collection: Collection
) -> None:
    cataloguer("POST", f"{holding}/items", body={"item_data": {"barcode": "B-1"}})
    assert cataloguer.ask("DELETE", bib).error == "4022020"
    assert cataloguer.ask("DELETE", bib, {"override": "true"}).status == 204
    assert cataloguer.ask("GET", "/items", {"item_barcode": "B-1"}).error == "401689"
    other = draft(2, collection, "Another")
    inventory.save([other])
    path = f"/bibs/{other.mms_id}/holdings"
    held = cataloguer("POST", path, body={"library": "MAIN"})[1]["holding_id"]
    assert cataloguer("POST", f"{path}/{held}/items", body={"item_data": {"barcode": "B-1"}})[0] == 200


def test_items_in_xml_hold_to_the_published_schema(cataloguer: Api, holding: str, tmp_path: Path) -> None:
    body = {"item_data": {"barcode": "B-1", "description": "v.1", "physical_material_type": {"value": "BOOK"}}}
    cataloguer("POST", f"{holding}/items", body=body)
    items = cataloguer.ask("GET", f"{holding}/items", {"format": "xml"})
    schema("rest_items.xsd", tmp_path).assertValid(etree.fromstring(items.body.encode()))
