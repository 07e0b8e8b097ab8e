"""Import profiles in a browser: with script, without it, by keyboard, on a telephone."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_pages_for_everybody import check


@pytest.fixture
def administrator(page: Page, outputs: dict[str, Any]) -> Page:
    sign_in(page, outputs["users"]["admin"])
    return page


@pytest.fixture
def without_script(chromium: Browser, outputs: dict[str, Any]) -> Iterator[Page]:
    context = chromium.new_context(base_url=outputs["base_url"], locale="en-GB", java_script_enabled=False)
    context.set_default_timeout(60_000)
    page = context.new_page()
    sign_in(page, outputs["users"]["admin"])
    yield page
    context.close()


def make(page: Page) -> str:
    """A profile with two patterns, tried before it is saved; its address."""
    page.goto("/staff/profiles/new")
    page.get_by_label("Name", exact=True).fill(f"Map scans {secrets.token_hex(3)}")
    page.locator("#field-row_pattern_0").fill("high/*")
    page.get_by_role("button", name="Add a pattern").click()
    page.locator("#field-row_pattern_1").fill("low/*")
    page.get_by_label("Try the patterns").fill("high/1.tif\nelsewhere.tif")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator(".tried li")).to_contain_text(["Pattern 1", "No pattern"])
    page.get_by_role("button", name="Move pattern 2 up").click()
    expect(page.locator("#field-row_pattern_0")).to_have_value("low/*")
    page.get_by_role("button", name="Make the profile").click()
    expect(page.get_by_role("status").first).to_have_text("The profile is made. Folders can be dropped now.")
    return page.url.partition("?")[0]


def test_a_profile_is_made_tried_and_brought_back(administrator: Page) -> None:
    address = make(administrator)
    administrator.get_by_role("link", name="Edit").click()
    administrator.get_by_label("Hide new titles from readers").check()
    administrator.get_by_role("button", name="Save as a new version").click()
    expect(administrator.get_by_role("link", name="Version 2")).to_be_visible()
    administrator.goto(f"{address}/versions/1")
    expect(administrator.locator("ins")).to_have_text("Yes")
    administrator.get_by_role("button", name="Restore version 1").click()
    expect(administrator.get_by_role("link", name="Version 3")).to_be_visible()


def test_a_new_pattern_has_the_keyboard_when_it_comes(administrator: Page) -> None:
    administrator.goto("/staff/profiles/new")
    administrator.locator("#field-row_pattern_0").fill("*")
    administrator.get_by_role("button", name="Add a pattern").press("Enter")
    expect(administrator.locator("#field-row_pattern_1")).to_be_focused()


def test_the_form_needs_no_script(without_script: Page) -> None:
    assert "/staff/profiles/" in make(without_script)


def test_the_pages_of_profiles_have_no_serious_fault_and_fit_a_telephone(administrator: Page) -> None:
    address = make(administrator)
    for path in ("/staff/profiles", address, f"{address}/edit", f"{address}/versions", f"{address}/versions/1"):
        check(administrator, path)
