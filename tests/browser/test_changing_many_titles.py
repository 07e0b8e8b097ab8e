"""A change of many titles in a browser: from the set to before and after, to the job, and back."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

DC = '<record xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></record>'
_A_JOB_TAKES = 90_000  # milliseconds


@pytest.fixture
def chosen(outputs: dict[str, Any]) -> tuple[str, str]:
    """A set of two titles, and the word that their titles share."""
    word = f"q{uuid.uuid4().hex[:8]}"

    def send(path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"apikey {outputs['api_keys']['admin']}", "Accept": "application/json"}
        answer = requests.post(f"{outputs['base_url']}/almaws/v1{path}", json=body, headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    bibs = [send("/bibs", {"anies": [DC.format(title=f"Atlas {word} {number}")]}) for number in range(2)]
    members = {"member": [{"id": bib["mms_id"]} for bib in bibs]}
    listed = send("/conf/sets", {"name": f"Atlases {word}", "type": {"value": "ITEMIZED"}, "members": members})
    return listed["id"], word


def test_a_change_is_looked_at_started_and_taken_back(as_cataloguer: Page, chosen: tuple[str, str]) -> None:
    page, word = as_cataloguer, chosen[1]
    page.goto("/staff/changes/new")
    with page.expect_navigation():  # whole: a half-loaded page asks for pictures that its own style sheet replaces
        page.get_by_role("link", name=f"Atlases {word}").click()
    page.get_by_label("What is to be done?").select_option("replace_text")
    with page.expect_navigation():
        page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("group", name="1. Replace a text")).to_be_focused()
    page.get_by_label("Field").fill("dc:title")
    page.get_by_label("Text to find").fill("Atlas")
    page.get_by_label("Put in its place").fill("Globe")
    page.get_by_label("Name of the job").fill(f"Globes {word}")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Before and after")).to_be_visible()
    expect(page.locator("del").first).to_have_text(re.compile(f"Atlas {word}"))
    expect(page.locator("ins").first).to_have_text(re.compile(f"Globe {word}"))
    page.get_by_role("button", name="Start: change 2 titles").click()
    page.wait_for_url("**/staff/jobs/*")
    expect(page.locator(".status").first).to_have_text("Completed", timeout=_A_JOB_TAKES)
    page.get_by_role("link", name="Undo this job").click()
    page.get_by_role("button", name="Yes, undo it").click()
    expect(page.get_by_text("Undone", exact=True).first).to_be_visible(timeout=_A_JOB_TAKES)
    expect(page.get_by_role("heading", name="What was undone")).to_be_visible()


def test_a_form_that_was_refused_says_what_to_mend_and_keeps_what_was_typed(
    as_cataloguer: Page, chosen: tuple[str, str]
) -> None:
    page = as_cataloguer
    page.goto(f"/staff/changes/new?set={chosen[0]}&op=add_field")
    page.get_by_label("Tag").fill("54")
    page.get_by_label("Subfields").fill("$a No copyright")
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name="Show before and after").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link", name="Tag").click()
    expect(page.get_by_label("Tag")).to_be_focused()
    expect(page.get_by_label("Subfields")).to_have_value("$a No copyright")
