"""Collections, items by barcode and configuration in the browser: by keyboard, on a telephone, in two directions."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_pages_for_everybody import check


def fresh(name: str) -> str:
    return f"{name} {uuid.uuid4().hex[:8]}"


def make(page: Page, name: str, parent: str = "") -> str:
    """A new collection by its form; answers its address."""
    page.goto(f"/staff/collections/new?parent={parent.rsplit('/', 1)[-1]}" if parent else "/staff/collections/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    return page.url.split("?")[0].split("/", 3)[-1].join(["/", ""])


def remove(page: Page, *addresses: str) -> None:
    for address in addresses:
        page.goto(f"{address}/delete")
        page.get_by_role("button", name="Delete the collection").click()
        page.wait_for_url("**done=collection_deleted*")


def a_title(page: Page, outputs: dict[str, Any]) -> tuple[str, str]:
    """The MMS id and name of a title of the demo collection."""
    page.goto(f"/staff/collections/{outputs['collection']}")
    link = page.locator("#titles ~ ul a[href^='/']").first
    mms_id = re.findall(r"99\d+", link.get_attribute("href") or "")
    return mms_id[0], (link.text_content() or "").strip()


def test_the_tree_is_opened_and_closed_by_keyboard(as_cataloguer: Page) -> None:
    page, top, below = as_cataloguer, fresh("Top"), fresh("Below")
    made = make(page, top)
    under = make(page, below, made)
    page.goto("/staff/collections")
    twig = page.get_by_role("button", name=f"Collections in {top}")
    while not twig.count():
        page.get_by_role("link", name="Next page").click()
    twig.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=below)).to_be_visible()
    expect(twig).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=below)).to_be_hidden()
    expect(twig).to_have_attribute("aria-expanded", "false")
    remove(page, under, made)


def test_collections_beside_each_other_change_places(as_cataloguer: Page) -> None:
    page = as_cataloguer
    top = make(page, fresh("Top"))
    ants, bees = fresh("Ants"), fresh("Bees")
    children = [make(page, ants, top), make(page, bees, top)]
    page.goto(top)
    page.get_by_role("button", name=f"Move {bees} up").click()
    expect(page.get_by_role("status")).to_have_text("The order was changed.")
    expect(page.locator("ol.shelf-list a")).to_have_text([bees, ants])
    remove(page, *children, top)


def test_a_collection_is_merged_into_another_with_its_titles_and_goes(
    as_cataloguer: Page, outputs: dict[str, Any]
) -> None:
    page = as_cataloguer
    mms_id, title = a_title(page, outputs)
    name = fresh("Target")
    source, target = make(page, fresh("Source")), make(page, name)
    page.goto(source)
    page.get_by_label("Add titles by their MMS IDs").fill(mms_id)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("link", name=title).first).to_be_visible()
    page.get_by_role("link", name="Merge into another").click()
    page.get_by_label("Find the collection that takes them").fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=name).click()
    page.wait_for_url("**/merge?into=*")
    page.get_by_role("button", name="Merge").click()
    page.wait_for_url(f"**{target}?done=collection_merged")
    expect(page.get_by_role("link", name=title).first).to_be_visible()
    answer = page.goto(source)
    assert answer
    assert answer.status == 404
    page.goto(target)
    page.get_by_role("button", name="Remove").click()
    remove(page, target)


def test_an_unknown_barcode_is_said_and_the_next_can_be_scanned_at_once(as_cataloguer: Page) -> None:
    page = as_cataloguer
    page.goto("/staff/items")
    page.keyboard.type("no-such-barcode")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("no-such-barcode")
    assert page.evaluate("document.activeElement.id") == "barcode"


def test_the_pages_of_a_collection_have_no_serious_fault_and_fit_a_telephone(
    as_cataloguer: Page, outputs: dict[str, Any]
) -> None:
    one = f"/staff/collections/{outputs['collection']}"
    for path in ("/staff/collections", "/staff/collections/new", one):
        check(as_cataloguer, path)
    for step in ("edit", "move", "merge", "delete", "titles", "thumbnail"):
        check(as_cataloguer, f"{one}/{step}")


def test_the_pages_of_items_have_no_serious_fault_and_fit_a_telephone(
    as_cataloguer: Page, outputs: dict[str, Any]
) -> None:
    page = as_cataloguer
    mms_id, _ = a_title(page, outputs)
    page.goto(f"/staff/titles/{mms_id}/holdings/new")
    page.get_by_label("Library", exact=True).select_option("MAIN")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add an item").last.click()
    barcode = fresh("B").replace(" ", "-")
    page.get_by_label("Barcode").fill(barcode)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name=barcode, exact=True).wait_for()
    item = page.get_by_role("link", name=f"Edit item {barcode}").get_attribute("href") or ""
    holding = item.split("/items/")[0]
    for path in (f"/staff/titles/{mms_id}/items", holding, item, f"{item}/delete"):
        check(page, path)
    page.goto(f"/staff/items?barcode={barcode}&lang=en")
    page.get_by_role("button", name="Scan in").click()
    expect(page.get_by_text("In a department")).to_be_visible()
    for path in (item, holding):
        page.goto(f"{path}/delete?lang=en")
        page.get_by_role("main").locator("button[type=submit]").click()
        page.wait_for_url("**_deleted*")


@pytest.fixture
def as_administrator(page: Page, outputs: dict[str, Any]) -> Page:
    """The page of an administrator who signed in."""
    sign_in(page, outputs["users"]["admin"])
    return page


def test_the_pages_of_configuration_have_no_serious_fault_and_fit_a_telephone(as_administrator: Page) -> None:
    room = "/staff/configuration"
    for path in ("", "/code-tables", "/code-tables/UserGroups", "/libraries", "/libraries/MAIN", "/libraries/new"):
        check(as_administrator, f"{room}{path}")
    for path in ("/departments", "/departments/DIGI_DEPT_INST", "/letters", "/letters/PickSlipLetter"):
        check(as_administrator, f"{room}{path}")
