"""Administrators at work in Chromium: people, and keys that are shown once."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_pages_for_everybody import faults, too_wide


@pytest.fixture
def as_administrator(page: Page, outputs: dict[str, Any]) -> Page:
    sign_in(page, outputs["users"]["admin"])
    return page


@pytest.mark.parametrize("path", ["/staff/people", "/staff/people/new", "/staff/keys", "/staff/keys/new"])
def test_the_pages_for_people_and_keys_have_no_serious_fault_and_fit_a_telephone(
    as_administrator: Page, path: str
) -> None:
    for language in ("en", "ar"):
        as_administrator.goto(f"{path}?lang={language}")
        assert faults(as_administrator) == []
        as_administrator.set_viewport_size({"width": 320, "height": 700})
        assert too_wide(as_administrator) <= 0
        as_administrator.set_viewport_size({"width": 1200, "height": 800})
    as_administrator.goto(f"{path}?lang=en")


def test_somebodys_libraries_are_chosen_by_keyboard_alone(as_administrator: Page) -> None:
    page = as_administrator
    page.goto("/staff/people?q=approver")
    page.get_by_role("link", name="approver", exact=True).press("Enter")
    page.get_by_label("Only these").press("Space")
    page.get_by_label("Main Library").press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(page.get_by_label("Main Library")).to_be_checked()
    assert faults(page) == []
    page.get_by_label("Main Library").press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("at least one library")
    expect(page.locator("#problems")).to_be_focused()
    page.get_by_label("All libraries").press("Space")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Saved")


def test_a_key_is_shown_once_works_and_is_taken_back(as_administrator: Page, outputs: dict[str, Any]) -> None:
    page, name = as_administrator, f"Script {time.time_ns()}"
    page.goto("/staff/keys/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Reader", exact=True).check()
    page.get_by_role("button", name="Make the key").click()
    secret = page.locator("#secret").inner_text()
    assert faults(page) == []
    ask = f"{outputs['api_url']}/bibs/collections"
    headers = {"Authorization": f"apikey {secret}"}
    assert page.request.get(ask, headers=headers).ok
    page.get_by_role("link", name="I have kept it").click()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("main")).not_to_contain_text(secret)
    assert faults(page) == []
    page.get_by_role("link", name="Take the key back").click()
    page.get_by_role("button", name="Take the key back").click()
    expect(page.locator(".page-head")).to_contain_text(re.compile("taken back"))
