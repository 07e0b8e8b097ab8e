"""Cataloguing by keyboard and by mouse: the record editor, quick cataloguing, history."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_pages_for_everybody import faults, too_wide

PAGES = ("", "?view=source", "/edit", "/edit?as=text", "/history", "/delete", "/new-representation")
NEW = (
    "/staff/titles/new",
    "/staff/titles/new/record",
    "/staff/titles/new/record?template=marc-book",
    "/staff/titles/new/record?template=dc-photograph",
    "/staff/record-templates",
)


@pytest.fixture
def desk(as_cataloguer: Page, outputs: dict[str, Any]) -> Iterator[str]:
    """The address of a new title of this test's own, in MARC 21; deleted afterwards."""
    page = as_cataloguer
    page.goto("/staff/titles/new/record?template=marc-book&as=text")
    page.get_by_label("Record", exact=True).fill(
        "=LDR  00000nam\\a2200000\\i\\4500\n"
        "=008  261122s1887\\\\\\\\enk\\\\\\\\\\\\\\\\\\\\\\000\\0\\eng\\d\n"
        f"=245  10$aThe harbour {uuid.uuid4().hex[:8]} :$bships and quays.\n"
        "=650  \\0$aHarbours$zLondon."
    )
    page.get_by_role("button", name="Look at the changes").click()
    page.get_by_label("Collection").fill(outputs["collection"])
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/staff/titles/\d+\?done=title_made"))
    address = page.url.partition("?")[0]
    yield address
    page.goto(f"{address}/delete")
    page.get_by_role("button", name="Delete the title").click()
    page.wait_for_url("**/history?done=title_deleted")


def test_pages_of_a_title_have_no_serious_fault_and_fit_a_telephone(as_cataloguer: Page, desk: str) -> None:
    for path in PAGES:
        check_at(as_cataloguer, desk + path)


@pytest.mark.parametrize("path", NEW)
def test_pages_for_new_titles_have_no_serious_fault_and_fit_a_telephone(as_cataloguer: Page, path: str) -> None:
    check_at(as_cataloguer, path)


def check_at(page: Page, path: str) -> None:
    """Nothing serious for axe and no sideways scrolling, in both languages, also for an address with a query."""
    for language in ("ar", "en"):
        page.set_viewport_size({"width": 1200, "height": 800})
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert faults(page) == [], path
        page.set_viewport_size({"width": 320, "height": 640})
        assert too_wide(page) <= 0, path


def test_a_field_is_added_filled_and_saved_by_keyboard_alone(as_cataloguer: Page, desk: str) -> None:
    page = as_cataloguer
    page.goto(f"{desk}/edit")
    page.locator("[data-row]", has=page.locator("[name=tag][value='245']")).locator("[name=text]").focus()
    page.keyboard.press("Alt+Enter")
    page.keyboard.type("246")
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("$aPort")
    assert "Varying form of title" in page.locator("#field-help").inner_text()
    page.get_by_role("button", name="Look at the changes").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".difference-added")).to_contain_text("=246  3\\$aPort")
    page.get_by_role("button", name="Save", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**?done=record_saved")
    page.goto(f"{desk}?view=source")
    expect(page.locator(".record-lines")).to_contain_text("=246  3\\$aPort")


def test_fields_are_duplicated_moved_and_removed_by_keyboard(as_cataloguer: Page, desk: str) -> None:
    page = as_cataloguer
    page.goto(f"{desk}/edit")
    tags = page.locator("#rows [name=tag]")
    before = tags.count()
    page.locator("[data-row]", has=page.locator("[name=tag][value='650']")).locator("[name=text]").focus()
    page.keyboard.press("Alt+d")
    expect(tags).to_have_count(before + 1)
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    values = [tags.nth(number).input_value() for number in range(5)]
    assert values == ["LDR", "008", "650", "245", "650"]
    page.keyboard.press("Alt+Delete")
    expect(tags).to_have_count(before)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Look at the changes").click()
    expect(page.get_by_text("Nothing changes.")).to_be_visible()


def test_several_lines_become_several_fields(as_cataloguer: Page, desk: str) -> None:
    page = as_cataloguer
    page.goto(f"{desk}/edit")
    row = page.locator("[data-row]", has=page.locator("[name=tag][value='245']")).locator("[name=text]")
    row.evaluate(
        """(target) => {
            const data = new DataTransfer();
            data.setData("text/plain", "=500  \\\\\\\\$aOne\\n504 ## $aTwo");
            target.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    page.get_by_role("button", name="Look at the changes").click()
    expect(page.locator(".difference-added").first).to_contain_text("=500  \\\\$aOne")
    expect(page.locator(".difference-added").nth(1)).to_contain_text("=504  \\\\$aTwo")


def test_a_position_of_a_fixed_field_is_chosen_by_name(as_cataloguer: Page, desk: str) -> None:
    page = as_cataloguer
    page.goto(f"{desk}/edit")
    page.locator("summary", has_text="s1887").click()
    page.get_by_label("33 Literary form").select_option("p")
    page.get_by_role("button", name="Look at the changes").click()
    expect(page.locator(".difference-changed")).to_contain_text("=008")


def test_what_somebody_else_saved_meanwhile_is_shown_and_not_lost(
    as_cataloguer: Page, context: BrowserContext, desk: str
) -> None:
    page, other = as_cataloguer, context.new_page()
    page.goto(f"{desk}/edit?as=text")
    other.goto(f"{desk}/edit?as=text")
    for each, word in ((other, "Ports"), (page, "Piers")):
        record = each.get_by_label("Record", exact=True)
        record.fill(record.input_value().replace("Harbours", word))
        each.get_by_role("button", name="Look at the changes").click()
        if each is other:
            each.get_by_role("button", name="Save", exact=True).click()
            each.wait_for_url("**?done=record_saved")
    expect(page.get_by_role("heading", name="Somebody else changed this meanwhile")).to_be_visible()
    expect(page.locator("del")).to_contain_text("Ports")
    expect(page.locator("ins")).to_contain_text("Piers")
    other.close()


def test_the_record_is_edited_without_any_script(
    chromium: Any, as_cataloguer: Page, desk: str, outputs: dict[str, Any]
) -> None:
    quiet = chromium.new_context(
        base_url=outputs["base_url"],
        java_script_enabled=False,
        storage_state=as_cataloguer.context.storage_state(),
        locale="en-GB",
    )
    page = quiet.new_page()
    page.goto(f"{desk}/edit")
    page.locator("[data-row]", has=page.locator("[name=tag][value='245']")).locator("[name=text]").fill("$aThe pier")
    page.get_by_role("button", name="Look at the changes").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="The pier")).to_be_visible()
    quiet.close()


def test_a_saved_change_is_in_the_history_and_is_taken_back(as_cataloguer: Page, desk: str) -> None:
    page = as_cataloguer
    page.goto(f"{desk}/edit?as=text")
    record = page.get_by_label("Record", exact=True)
    record.fill(record.input_value().replace("Harbours", "Wharves"))
    page.get_by_role("button", name="Look at the changes").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**?done=record_saved")
    details = page.get_by_role("link", name=re.compile("Details.*Title: changed", re.DOTALL))
    for _ in range(60):  # the stream brings it
        page.goto(f"{desk}/history")
        if details.count():
            break
        page.wait_for_timeout(500)
    details.first.click()
    check_shown(page)
    page.get_by_role("button", name="Go back").click()
    page.wait_for_url("**/history?done=restored")
    page.goto(desk)
    expect(page.locator(".record").first).to_contain_text("Harbours")


def check_shown(page: Page) -> None:
    """The change is marked for the eye and said in words."""
    expect(page.locator("ins").first).to_contain_text("Wharves")
    expect(page.locator("del").first).to_contain_text("was:")


def test_quick_cataloguing_leads_to_the_files(as_cataloguer: Page, outputs: dict[str, Any]) -> None:
    page = as_cataloguer
    page.goto(f"/staff/titles/new?collection={outputs['collection']}")
    page.get_by_label("Title", exact=True).fill(f"Quay {uuid.uuid4().hex[:8]}")
    page.get_by_label(re.compile("^Creator")).fill("Wren\nFinch")
    page.get_by_role("button", name="Make it and add files").click()
    page.wait_for_url(re.compile(r"/staff/titles/\d+/representations/\d+"))
    title = page.url.partition("/representations/")[0]
    page.goto(f"{title}/delete")
    page.get_by_label("Delete all of it with the title").check()
    page.get_by_role("button", name="Delete the title").click()
    page.wait_for_url("**/history?done=title_deleted")
