"""Holdings and items."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from armarium.access import service as access
from armarium.holdings import service as holdings
from armarium.holdings.model import Item
from armarium.inventory import service as inventory
from armarium.platform import clock
from armarium.platform.errors import MandatoryFieldError
from functions.rest_api import dialect, incoming
from functions.rest_api.routing import (
    CATALOGUERS,
    OPERATORS,
    READERS,
    Fields,
    Flag,
    Id,
    Limit,
    Offset,
    Resource,
    Token,
    api,
    caller,
    expected_version,
    given,
)

resource = Resource("holdings")
_ALL = "/bibs/<mms_id>/holdings"
_ONE = f"{_ALL}/<holding_id>"
_ITEMS = f"{_ONE}/items"
_ITEM = f"{_ITEMS}/<item_pid>"

HoldingOrAll = Annotated[str, Path(pattern="^([0-9]{5,30}|ALL)$")]
Text = Annotated[str, Query(max_length=100)]


@resource.route("GET", _ALL, READERS, "The holdings of a bib", answers="holding")
def list_holdings(mms_id: Id) -> Fields:
    found = holdings.list_holdings(mms_id)
    bib = dialect.bib_data(inventory.get_bib(mms_id), api())
    return dialect.listed("holding", (dialect.holding(each, api()) for each in found), len(found)) | {"bib_data": bib}


@resource.route("GET", _ONE, READERS, "One holding with its record", answers="holding")
def get_holding(mms_id: Id, holding_id: Id) -> Fields:
    return dialect.holding(holdings.get_holding(mms_id, holding_id), api(), full=True)


@resource.route("POST", _ALL, CATALOGUERS, "A new holding", answers="holding", takes="holding")
def create_holding(mms_id: Id) -> Fields:
    fields = incoming.holding(given())
    if not fields.get("library"):
        raise MandatoryFieldError("library (852 $b)")
    access.require_library(caller(), fields["library"])
    return dialect.holding(holdings.create_holding(mms_id, fields, caller().name, clock.now()), api(), full=True)


@resource.route("PUT", _ONE, CATALOGUERS, "Another record for a holding", answers="holding", takes="holding")
def change_holding(mms_id: Id, holding_id: Id) -> Fields:
    fields = incoming.holding(given())
    access.require_holding(caller(), mms_id, holding_id, fields)
    changed = holdings.change_holding(mms_id, holding_id, fields, caller().name, clock.now(), expected_version())
    return dialect.holding(changed, api(), full=True)


@resource.route("DELETE", _ONE, CATALOGUERS, "Delete a holding without items", answers="holding")
def delete_holding(mms_id: Id, holding_id: Id) -> None:
    access.require_holding(caller(), mms_id, holding_id)
    holdings.delete_holding(mms_id, holding_id, caller().name, clock.now(), expected_version())


@resource.route("GET", _ITEMS, READERS, "The items of a holding, or of ALL", answers="item")
def list_items(
    mms_id: Id, holding_id: HoldingOrAll, limit: Limit = 10, offset: Offset = 0, token: Token = None
) -> Fields:
    bib = inventory.get_bib(mms_id)
    page = holdings.list_items(mms_id, holding_id, limit, token, offset)
    by_id = {each.id: each for each in holdings.list_holdings(mms_id)}
    answered = (dialect.item(each, bib, by_id.get(each.holding_id), api()) for each in page.items)
    return dialect.listed("item", answered, page.total, page.next_token)


@resource.route("GET", _ITEM, READERS, "One item", answers="item")
def get_item(mms_id: Id, holding_id: Id, item_pid: Id) -> Fields:
    return _item(holdings.get_item(mms_id, holding_id, item_pid))


@resource.route("GET", "/items", READERS, "The item with a barcode", answers="item")
def find_item(item_barcode: Text) -> Fields:
    return _item(holdings.find_item(item_barcode))


@resource.route("POST", _ITEMS, CATALOGUERS, "A new item", answers="item", takes="item")
def create_item(mms_id: Id, holding_id: Id) -> Fields:
    fields = incoming.item(given())
    access.require_holding(caller(), mms_id, holding_id, fields)
    return _item(holdings.create_item(mms_id, holding_id, fields, caller().name, clock.now()))


@resource.route("PUT", _ITEM, CATALOGUERS, "Other fields for an item", answers="item", takes="item")
def change_item(mms_id: Id, holding_id: Id, item_pid: Id) -> Fields:
    fields = incoming.item(given())
    access.require_item(caller(), mms_id, holding_id, item_pid, fields)
    return _item(
        holdings.change_item(mms_id, holding_id, item_pid, fields, caller().name, clock.now(), expected_version())
    )


@resource.route("POST", _ITEM, OPERATORS, "op=scan: the item was scanned in a department", answers="item")
def scan_item(
    mms_id: Id,
    holding_id: Id,
    item_pid: Id,
    op: Annotated[str, Query(pattern="^scan$")],
    department: Text = "",
    circ_desk: Text = "",
    library: Text = "",
    done: Flag = False,
) -> Fields:
    access.require_item(caller(), mms_id, holding_id, item_pid)
    by = caller().name
    return _item(holdings.scan_item(mms_id, holding_id, item_pid, department, circ_desk, done, by, clock.now()))


@resource.route("DELETE", _ITEM, CATALOGUERS, "Delete an item", answers="item")
def delete_item(mms_id: Id, holding_id: Id, item_pid: Id) -> None:
    access.require_item(caller(), mms_id, holding_id, item_pid)
    holdings.delete_item(mms_id, holding_id, item_pid, caller().name, clock.now(), expected_version())


def _item(source: Item) -> Fields:
    holding = holdings.get_holding(source.mms_id, source.holding_id)
    return dialect.item(source, inventory.get_bib(source.mms_id), holding, api())
