"""What is done at the scanner, and with the holdings and items of a title."""

from __future__ import annotations

import re

import pytest

from armarium.accounts.model import Role
from armarium.holdings import service as holdings
from armarium.holdings import store
from armarium.holdings.errors import HoldingHasItemsError
from armarium.holdings.model import Holding, Item
from armarium.inventory import service as inventory
from armarium.metadata import service as metadata
from armarium.metadata.model import RecordSchema, SourceRecord
from armarium.platform.errors import NotFoundError
from tests.service.web.conftest import NOW, Browser, make_title, signed_in


@pytest.fixture
def cataloguer() -> Browser:
    return signed_in(Role.CATALOGUER)


@pytest.fixture
def holding() -> Holding:
    bib = make_title("Atlas")
    return holdings.create_holding(bib.mms_id, {"library": "MAIN", "location": "STACKS"}, "ann", NOW)


@pytest.fixture
def item(holding: Holding) -> Item:
    return holdings.create_item(holding.mms_id, holding.id, {"barcode": "B 1/2"}, "ann", NOW)


def of_title(holding: Holding) -> str:
    return f"/staff/titles/{holding.mms_id}/items"


def at(holding: Holding, step: str = "") -> str:
    return f"/staff/titles/{holding.mms_id}/holdings/{holding.id}{step}"


# At the scanner


def test_a_barcode_shows_its_item_and_another_says_that_it_is_unknown(cataloguer: Browser, item: Item) -> None:
    page = cataloguer.get("/staff/items?barcode=B+1%2F2").text
    assert "Atlas" in page
    assert "In place" in page
    unknown = cataloguer.get("/staff/items?barcode=%3Cb%3E7")
    assert (unknown.status, "&lt;b&gt;7" in unknown.text) == (404, True)
    assert cataloguer.get("/staff/items").status == 200


def test_an_operator_scans_an_item_into_a_department_and_out_again(item: Item) -> None:
    operator = signed_in(Role.DIGITIZATION_OPERATOR)
    here = "/staff/items?barcode=B+1%2F2"
    fields = {"barcode": item.barcode, "department": "DIGI_DEPT_INST"}
    answer = operator.post("/staff/items/scan", here, step="begin", **fields)
    assert answer.status == 303
    assert holdings.find_item(item.barcode).department == "DIGI_DEPT_INST"
    assert "Digitization Department" in operator.get(answer.headers["Location"]).text
    operator.post("/staff/items/scan", here, step="done", **fields)
    assert holdings.find_item(item.barcode).process == ""
    assert operator.post("/staff/items/scan", here, step="begin", barcode=item.barcode).status == 400


def test_somebody_without_the_role_sees_an_item_and_no_button(item: Item) -> None:
    page = signed_in(Role.APPROVER).get("/staff/items?barcode=B+1%2F2").text
    assert "Atlas" in page
    assert "/staff/items/scan" not in page


# Holdings


def test_a_holding_is_made_with_a_record_that_says_where_it_stands(cataloguer: Browser) -> None:
    bib = make_title("Atlas")
    address = f"/staff/titles/{bib.mms_id}/holdings/new"
    answer = cataloguer.post(
        address, address, library="MAIN", location="STACKS", call_number="Z 720", note="Rare & old"
    )
    assert answer.status == 303
    (made,) = holdings.list_holdings(bib.mms_id)
    record = SourceRecord(schema_=RecordSchema.MARCXML, content=made.record.encode())
    said = dict(metadata.held_at(record))
    assert said == {"library": "MAIN", "location": "STACKS", "call_number": "Z 720"}
    assert metadata.holding_note(record) == "Rare & old"
    assert cataloguer.post(address, address, library="").status == 422
    assert cataloguer.post(address, address, library="NOWHERE").status == 422


def test_what_a_holdings_record_says_besides_stays_when_its_fields_are_changed(cataloguer: Browser) -> None:
    bib = make_title("Atlas")
    record = (
        "<record><leader>00000nx  a2200000   4500</leader>"
        '<controlfield tag="001">h1</controlfield><datafield tag="852" ind1="4" ind2=" ">'
        '<subfield code="b">MAIN</subfield><subfield code="h">Z</subfield><subfield code="x">private</subfield>'
        '</datafield><datafield tag="866" ind1=" " ind2="0"><subfield code="a">v.1-3</subfield></datafield></record>'
    )
    made = holdings.create_holding(bib.mms_id, {"library": "MAIN", "record": record}, "ann", NOW)
    answer = cataloguer.post(at(made), at(made), library="MAIN", location="VAULT", call_number="Z 1", note="")
    assert answer.status == 303
    kept = holdings.get_holding(bib.mms_id, made.id).record
    for said in ("h1", "private", "v.1-3", "VAULT", "Z 1", 'ind1="4"'):
        assert said in kept
    assert "xmlns" not in kept


def test_a_holding_with_items_is_not_deleted_and_one_without_is(cataloguer: Browser, item: Item) -> None:
    holding = holdings.get_holding(item.mms_id, item.holding_id)
    refused = cataloguer.post(at(holding, "/delete"), at(holding, "/delete"))
    assert (refused.status, "has items" in refused.text) == (409, True)
    there = at(holding, f"/items/{item.pid}/delete")
    assert cataloguer.post(there, there).status == 303
    assert cataloguer.post(at(holding, "/delete"), at(holding, "/delete")).status == 303
    assert holdings.list_holdings(item.mms_id) == ()


def test_an_item_that_joins_a_holding_while_it_is_deleted_keeps_it(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, waiting = store.item_count, [1]

    def counted(mms_id: str, holding_id: str | None) -> int:
        count = original(mms_id, holding_id)
        while waiting:
            waiting.pop()
            holdings.create_item(mms_id, holding.id, {}, "bob", NOW)
        return count

    monkeypatch.setattr(store, "item_count", counted)
    with pytest.raises(HoldingHasItemsError):
        holdings.delete_holding(holding.mms_id, holding.id, "ann", NOW)
    assert holdings.get_holding(holding.mms_id, holding.id) == holding


def test_an_item_does_not_join_a_holding_that_went_at_the_same_moment(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = store.put_item

    def late(*given: object) -> None:
        holdings.delete_holding(holding.mms_id, holding.id, "bob", NOW)
        original(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "put_item", late)
    with pytest.raises(NotFoundError):
        holdings.create_item(holding.mms_id, holding.id, {"barcode": "B"}, "ann", NOW)
    monkeypatch.undo()
    with pytest.raises(NotFoundError):
        holdings.find_item("B")
    assert inventory.existing_bibs([holding.mms_id]) == {holding.mms_id}


# Items


def test_an_item_is_added_changed_and_its_barcode_is_its_own(cataloguer: Browser, item: Item) -> None:
    holding = holdings.get_holding(item.mms_id, item.holding_id)
    new = at(holding, "/items/new")
    taken = cataloguer.post(new, new, barcode="B 1/2", description="v.2")
    assert (taken.status, "Another item has the barcode" in taken.text, "v.2" in taken.text) == (422, True, True)
    assert cataloguer.post(new, new, barcode="x" * 101).status == 422
    assert cataloguer.post(new, new, barcode="B2", description="v.2", physical_material_type="MAP").status == 303
    made = holdings.find_item("B2")
    assert (made.library, made.fields["physical_material_type"]) == ("MAIN", "MAP")
    page = cataloguer.get(of_title(holding)).text
    assert re.search(r"<bdi>B2</bdi>.*?v\.2.*?Map", page, re.S)
    edit = at(holding, f"/items/{made.pid}")
    assert cataloguer.post(edit, edit, barcode="B2", description="").status == 303
    assert holdings.find_item("B2").fields["description"] == ""


def test_an_item_that_somebody_overtook_is_not_overwritten(cataloguer: Browser, item: Item) -> None:
    edit = f"/staff/titles/{item.mms_id}/holdings/{item.holding_id}/items/{item.pid}"
    token = re.findall(r'name="csrf_token" value="([^"]+)"', cataloguer.get(edit).text)[0]
    theirs = {"fields": {"pages": "12 theirs"}}
    holdings.change_item(item.mms_id, item.holding_id, item.pid, theirs, "bob", NOW)
    answer = cataloguer.send(edit, csrf_token=token, version="1", barcode=item.barcode, pages="mine 9")
    assert answer.status == 412
    assert "12 theirs" in answer.text
    assert "mine 9" in answer.text
    assert holdings.find_item(item.barcode).fields["pages"] == "12 theirs"
