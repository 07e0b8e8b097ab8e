"""Chromium against the local cloud that ``ARMARIUM_OUTPUTS`` (path of ``.local/outputs.json``) names."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
_MOST_PAGES = 40
QUIETLY = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def outputs() -> dict[str, Any]:
    """What the local cloud says of itself."""
    path = os.environ.get("ARMARIUM_OUTPUTS")
    if not path or not Path(path).is_file():
        pytest.skip("no local cloud: ARMARIUM_OUTPUTS names no file (make up writes .local/outputs.json)")
    found: dict[str, Any] = json.loads(Path(path).read_text())
    return found


@pytest.fixture(scope="session")
def chromium(outputs: dict[str, Any]) -> Iterator[Browser]:
    """One browser for all tests."""
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIETLY))
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, outputs: dict[str, Any]) -> Iterator[BrowserContext]:
    """A reader's browser that knows nothing yet and speaks English."""
    made = chromium.new_context(base_url=outputs["base_url"], locale="en-GB", viewport={"width": 1200, "height": 800})
    made.set_default_timeout(60_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which nothing may break: no script error, nothing that the security policy had to stop."""
    made, broken = context.new_page(), []
    made.on("pageerror", lambda error: broken.append(str(error)))
    made.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)
    yield made
    assert broken == []


@pytest.fixture
def as_cataloguer(page: Page, outputs: dict[str, Any]) -> Page:
    """The page of a cataloguer who signed in."""
    sign_in(page, outputs["users"]["cataloguer"])
    return page


@pytest.fixture
def title_path(page: Page, outputs: dict[str, Any]) -> str:
    """A title of the demo collection with several images that anybody may open."""
    page.goto(f"/collections/{outputs['collection']}")
    for _ in range(_MOST_PAGES):
        for link in page.locator("ul.cards a[href^='/titles/']").all():
            path = link.get_attribute("href") or ""
            text = page.request.get(path).text()
            if "Open in viewer" in text and text.count('class="card-item"') > 1:
                return path
        following = page.get_by_role("link", name="Next page")
        if not following.count():
            break
        following.click()
    pytest.fail("no title of the demo collection has several open files")


def sign_in(page: Page, user: dict[str, str]) -> None:
    """Sign in by the form."""
    page.goto("/sign-in")
    page.get_by_label("User name").fill(user["username"])
    page.get_by_label("Password").fill(user["password"])
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
