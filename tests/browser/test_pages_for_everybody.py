"""Every page, for people with a keyboard, a screen reader, a telephone, or a script that runs from the right."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PUBLIC = ("/", "/sign-in", "/nothing/here")
LANGUAGES = ("en", "ar")


def faults(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci")
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {[node['html'][:200] for node in fault['nodes']]}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


def too_wide(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def check(page: Page, path: str) -> None:
    for language in LANGUAGES:
        page.goto(f"{path}?lang={language}")
        assert page.locator("html").get_attribute("dir") == {"en": "ltr", "ar": "rtl"}[language]
        page.set_viewport_size({"width": 1200, "height": 800})
        assert faults(page) == []
        page.set_viewport_size({"width": 320, "height": 640})
        assert too_wide(page) <= 0, path


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_has_no_serious_fault_and_fits_a_telephone(page: Page, path: str) -> None:
    check(page, path)


def test_a_collection_has_no_serious_fault_and_fits_a_telephone(page: Page, outputs: dict[str, Any]) -> None:
    check(page, f"/collections/{outputs['collection']}")


def test_a_title_has_no_serious_fault_and_fits_a_telephone(page: Page, title_path: str) -> None:
    check(page, title_path)


def test_staff_pages_have_no_serious_fault_and_fit_a_telephone(as_cataloguer: Page) -> None:
    as_cataloguer.goto("/staff/jobs")
    first_job = as_cataloguer.locator("tbody a[href^='/staff/jobs/']").first.get_attribute("href") or ""
    steps = [first_job]
    as_cataloguer.goto(first_job)
    steps += [link.get_attribute("href") or "" for link in as_cataloguer.locator(f"a[href^='{first_job}/']").all()]
    for path in ("/staff/jobs", *(step for step in steps if not step.endswith("/report"))):
        check(as_cataloguer, path)


def test_the_first_tab_offers_to_skip_to_the_content(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    assert skip.evaluate("link => link === document.activeElement")
    assert skip.bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_a_title_is_opened_by_keyboard_alone_and_the_focus_is_seen(page: Page, title_path: str) -> None:
    page.goto(title_path)
    for _ in range(40):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML")
        if "Open in viewer" in page.evaluate("document.activeElement.textContent"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/view/*")


def test_signing_in_and_out_works_by_keyboard_alone(page: Page, outputs: dict[str, Any]) -> None:
    user = outputs["users"]["cataloguer"]
    page.goto("/staff/jobs")
    page.get_by_label("User name").focus()
    page.keyboard.type(user["username"])
    page.keyboard.press("Tab")
    page.keyboard.type(user["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/jobs")
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Sign in").wait_for()


def test_an_arabic_page_is_laid_out_from_the_right(page: Page) -> None:
    page.goto("/?lang=ar")
    brand, navigation = page.locator(".brand").bounding_box(), page.locator("nav .site-nav").first.bounding_box()
    assert brand
    assert navigation
    assert brand["x"] > navigation["x"]


def test_a_patron_is_told_that_staff_pages_are_not_for_them(page: Page, outputs: dict[str, Any]) -> None:
    from tests.browser.conftest import sign_in

    sign_in(page, outputs["users"]["patron"])
    answer = page.goto("/staff/jobs")
    assert answer
    assert answer.status == 403
    page.get_by_role("heading", name="Not allowed").wait_for()
    assert page.get_by_role("link", name="Jobs").count() == 0
