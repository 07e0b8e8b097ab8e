"""Searching in a browser: readers and staff, with the keyboard, on a telephone, from right to left."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_pages_for_everybody import LANGUAGES, check, faults, too_wide

PUBLIC = ("/search", "/search?q=cupboard", "/search?q=qqqzzz", "/search/advanced")
STAFF = ("/staff/search", "/staff/sets", "/staff/sets/new", "/staff/configuration/search-fields", "/staff/search-index")


def press(page: Page, button: str) -> None:
    """Press a button that leads to another page, and let that page come with all its styles."""
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state("load")


@pytest.mark.parametrize("path", PUBLIC)
def test_search_has_no_serious_fault_and_fits_a_telephone(page: Page, path: str) -> None:
    for language in LANGUAGES:
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        page.set_viewport_size({"width": 1200, "height": 800})
        assert faults(page) == []
        page.set_viewport_size({"width": 320, "height": 640})
        assert too_wide(page) <= 0, path


def test_staff_pages_of_search_and_sets_have_no_serious_fault(as_cataloguer: Page) -> None:
    for path in STAFF:
        check(as_cataloguer, path)


def test_a_reader_searches_from_any_page_and_narrows_by_links(page: Page) -> None:
    page.goto("/")
    page.get_by_role("banner").get_by_role("combobox").fill("cupboard")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=cupboard")
    expect(page.locator(".hit").first).to_be_visible()
    page.locator(".facet-values a").first.click()
    page.wait_for_url("**/search?q=cupboard&*")
    chip = page.locator(".search-chip")
    expect(chip).to_have_count(1)
    chip.click()
    page.wait_for_url("**/search?q=cupboard")


def test_suggestions_are_taken_by_keyboard_alone(page: Page) -> None:
    page.goto("/search")
    box = page.get_by_role("combobox", name="Words, names, titles, numbers")
    box.press_sequentially("arma", delay=20)
    option = page.get_by_role("option").first
    expect(option).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    assert box.input_value() == "arma", "what was typed stays"
    box.press_sequentially("r", delay=20)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=%22*")
    expect(page.locator(".hit").first).to_be_visible()


def test_search_works_without_script(page: Page, outputs: dict[str, Any]) -> None:
    assert page.context.browser
    plain = page.context.browser.new_context(base_url=outputs["base_url"], java_script_enabled=False)
    try:
        bare = plain.new_page()
        bare.goto("/search?lang=en")
        bare.get_by_role("searchbox").fill("cupboard")
        bare.get_by_role("button", name="Search", exact=True).click()
        expect(bare.locator(".hit").first).to_be_visible()
        bare.get_by_text("Narrow the results").click()
        bare.locator(".facet-values a").first.click()
        expect(bare.locator(".search-chip")).to_have_count(1)
    finally:
        plain.close()


def test_a_cataloguer_ticks_rows_into_a_new_set_and_deletes_it(as_cataloguer: Page) -> None:
    page, name = as_cataloguer, f"Set {uuid.uuid4().hex[:8]}"
    page.goto("/staff/search?q=cupboard")
    page.get_by_label("Choose all rows of this page").check()
    ticked = page.locator("tbody input:checked").count()
    press(page, "Make a new set of the chosen rows")
    page.get_by_label("Name", exact=True).fill(name)
    press(page, "Save the set")
    expect(page.get_by_role("heading", name=f"Titles in this set: {ticked}")).to_be_visible()
    page.locator("tbody input").first.check()
    press(page, "Take the chosen titles out")
    expect(page.get_by_role("heading", name=f"Titles in this set: {ticked - 1}")).to_be_visible()
    page.get_by_role("link", name="Delete this set").click()
    press(page, "Yes, delete it")
    page.wait_for_url("**/staff/sets?done=*")
    expect(page.get_by_role("link", name=name)).to_have_count(0)


def test_a_list_of_numbers_is_read_from_a_file(as_cataloguer: Page) -> None:
    page = as_cataloguer
    page.goto("/staff/sets/new")
    file = {"name": "titles.csv", "mimeType": "text/csv", "buffer": b"MMS id,Title\nabc,Atlas\n"}
    page.get_by_label("A file with the numbers").set_input_files([file])  # type: ignore[list-item]
    expect(page.get_by_label("MMS IDs")).to_have_value("MMS id,Title\nabc,Atlas\n")
    page.get_by_label("Name", exact=True).fill(f"Set {uuid.uuid4().hex[:8]}")
    press(page, "Save the set")
    expect(page.get_by_text("this is no MMS ID").first).to_be_visible()


def test_an_administrator_sets_up_a_field_and_builds_the_index_anew(page: Page, outputs: dict[str, Any]) -> None:
    sign_in(page, outputs["users"]["admin"])
    code = f"f{uuid.uuid4().hex[:8]}"
    page.goto("/staff/configuration/search-fields/new")
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_label("Name", exact=True).fill(f"Wording {code}")
    page.get_by_label("Where it stands in the records").fill("245a\ndc:title")
    press(page, "Save")
    expect(page.get_by_text("has to be built anew")).to_be_visible()
    page.goto(f"/staff/search?q={code}:cupboard")
    expect(page.get_by_text("Titles found: 0")).to_be_visible()
    page.goto("/staff/search-index")
    press(page, "Build the index anew")
    page.wait_for_url("**/staff/search-index?done=*")
    expect(page.locator("progress")).to_be_visible()
    expect(page.get_by_role("button", name="Build the index anew")).to_be_visible(timeout=240_000)
    expect(page.get_by_text("has to be built anew")).to_have_count(0)
    page.goto(f"/staff/search?q={code}:cupboard")
    expect(page.locator("tbody tr").first).to_be_visible()
    page.goto(f"/staff/configuration/search-fields/{code}/delete")
    press(page, "Yes, delete it")
    page.wait_for_url("**/search-fields?done=*")
