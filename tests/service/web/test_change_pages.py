"""What cataloguers see of a change of many titles, and do with it. Without script."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import boto3
import pytest

from armarium.accounts.model import Role
from armarium.bulk_change import service as bulk_change
from armarium.inventory import service as inventory
from armarium.inventory.model import Collection
from armarium.jobs import service as jobs
from armarium.platform.settings import settings
from armarium.sets import service as sets
from tests.service.bulk_change.conftest import Cataloguer
from tests.service.web.conftest import NOW, Answer, Browser, make_title, signed_in

FORM = "/staff/changes/new"


@pytest.fixture(autouse=True)
def workflow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    role = boto3.client("iam").create_role(RoleName="sfn", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    definition = '{"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": true}}}'
    machine = boto3.client("stepfunctions").create_state_machine(name="change", definition=definition, roleArn=role)
    monkeypatch.setenv("ARMARIUM_BULK_CHANGE_STATE_MACHINE", machine["stateMachineArn"])
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def wren() -> Browser:
    return signed_in(Role.CATALOGUER)


@pytest.fixture
def shelf(nature: str) -> tuple[Collection, str, list[str]]:
    """A collection, a set of its titles, and their MMS ids."""
    mms_ids = [
        make_title(f"Bird {number} &lt;b&gt;", ("RESTRICTED", 1), collection=nature).mms_id for number in range(3)
    ]
    made = sets.create_set({"name": "Birds & eggs", "type": "ITEMIZED"}, "ann", NOW)
    sets.add_members(made.id, mms_ids, NOW)
    return inventory.get_collection(nature), made.id, mms_ids


def filled(page: Answer, **fields: str) -> list[tuple[str, str]]:
    """The form of a page as a browser would send it, with these fields filled in."""
    form = page.text.split('class="form-sheet"')[1].split("</form>")[0]
    found = re.findall(r'<input (?![^>]*type="checkbox")[^>]*name="([^"]+)"[^>]*?value="([^"]*)"', form)
    sent = [(name, html.unescape(value)) for name, value in found if name not in fields]
    return [*sent, *fields.items()]


def send(browser: Browser, address: str, fields: list[tuple[str, str]]) -> Answer:
    return browser._ask("POST", address, urlencode(fields).encode(), {})


def previewed(browser: Browser, set_id: str, op: str = "replace_text", **fields: str) -> Answer:
    page = browser.get(f"{FORM}?set={set_id}&op={op}")
    return send(browser, FORM, filled(page, act="preview", **fields))


REPLACE = {"0-field": "dc:title", "0-find": "Bird", "0-replacement": "Fowl"}


def hidden(page: Answer, form: str) -> dict[str, str]:
    part = page.text.split(f'action="{form}"')[1].split("</form>")[0]
    return {name: html.unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', part)}


def test_titles_are_chosen_by_a_set_or_by_a_search(wren: Browser, shelf: tuple[Collection, str, list[str]]) -> None:
    page = wren.get(FORM)
    assert page.status == 200
    assert f"{FORM}?set={shelf[1]}" in page.text and "Birds &amp; eggs" in page.text
    assert "a search for “birds”" in wren.get(f"{FORM}?q=birds&library=MAIN&library=LAW").text
    assert "MAIN, LAW" in wren.get(f"{FORM}?q=birds&library=MAIN&library=LAW").text
    assert wren.get(f"{FORM}?set=640000000000000000990001").status == 404


def test_operations_are_added_and_taken_out_and_what_was_typed_stays(
    wren: Browser, shelf: tuple[Collection, str, list[str]]
) -> None:
    first = wren.get(f"{FORM}?set={shelf[1]}&op=replace_text")
    two = send(wren, FORM, filled(first, act="add", more="add_element", **REPLACE))
    assert two.status == 200
    assert re.findall(r'name="op" value="(\w+)"', two.text) == ["replace_text", "add_element"]
    three = send(wren, FORM, filled(two, act="add", more="set_suppression", **{"1-element": "dc:rights"}))
    left = send(wren, FORM, filled(three, act="remove-0"))
    assert re.findall(r'name="op" value="(\w+)"', left.text) == ["add_element", "set_suppression"]
    assert re.search(r'name="0-element" value="dc:rights"', left.text)


def test_before_and_after_are_shown_and_nothing_is_written(
    wren: Browser, shelf: tuple[Collection, str, list[str]]
) -> None:
    page = previewed(wren, shelf[1], **REPLACE)
    assert page.status == 200
    assert "Titles chosen: 3. Of the first 3, 3 would change." in page.text
    assert re.search(r"<del[^>]*>Bird 0 &lt;b&gt;</del>", page.text)
    assert "Fowl" in page.text
    assert jobs.list_jobs().items == ()


def test_what_is_wrong_stands_beside_its_field(wren: Browser, shelf: tuple[Collection, str, list[str]]) -> None:
    page = previewed(wren, shelf[1], **{**REPLACE, "0-field": "dc:colour"})
    assert page.status == 422
    assert 'id="problem-0-field"' in page.text and 'href="#field-0-field"' in page.text
    assert 'value="dc:colour"' in page.text
    pattern = previewed(wren, shelf[1], **{**REPLACE, "0-find": "(", "0-regular_expression": "true"})
    assert 'id="problem-0-find"' in pattern.text
    nowhere = previewed(wren, shelf[1], "add_to_collection", **{"0-collection": "810000000000000000990001"})
    assert 'id="problem-0-collection"' in nowhere.text
    subfields = previewed(wren, shelf[1], "add_field", **{"0-tag": "540", "0-subfields": ""})
    assert 'id="problem-0-subfields"' in subfields.text


def test_a_confirmed_change_is_one_job_that_its_page_shows_and_takes_back(
    wren: Browser, shelf: tuple[Collection, str, list[str]]
) -> None:
    collection, set_id, mms_ids = shelf
    page = previewed(wren, set_id, name="Fowls", **REPLACE)
    fields = [*hidden(page, "/staff/changes").items(), ("act", "start")]
    answers = [send(wren, "/staff/changes", fields) for _ in range(2)]
    assert {answer.status for answer in answers} == {303}
    (job,) = jobs.list_jobs().items
    assert {answer.headers["Location"] for answer in answers} == {f"/staff/jobs/{job.id}"}
    Cataloguer(collection).run(job)
    shown = wren.get(f"/staff/jobs/{job.id}").text
    assert "Fowls" in shown and "Every title was changed." in shown and "Input rows" not in shown
    assert re.search(r'Changed</th><td class="number">3', shown)
    assert "Change of titles" in wren.get("/staff/jobs").text
    assert "gets back what it had" in wren.get(f"/staff/jobs/{job.id}/undo").text
    assert wren.post(f"/staff/jobs/{job.id}/undo", f"/staff/jobs/{job.id}/undo").status == 303
    assert jobs.get_job(job.id).undo_running
    assert inventory.get_bib(mms_ids[0]).description.title.startswith("Fowl")


def test_a_trial_run_is_a_job_that_says_so(wren: Browser, shelf: tuple[Collection, str, list[str]]) -> None:
    page = previewed(wren, shelf[1], **REPLACE)
    send(wren, "/staff/changes", [*hidden(page, "/staff/changes").items(), ("act", "try")])
    (job,) = jobs.list_jobs().items
    assert job.dry_run
    Cataloguer(shelf[0]).run(job)
    shown = wren.get(f"/staff/jobs/{job.id}").text
    assert "Trial run" in shown and f"/staff/jobs/{job.id}/undo" not in shown


def test_a_forged_form_starts_nothing(wren: Browser, shelf: tuple[Collection, str, list[str]]) -> None:
    page = previewed(wren, shelf[1], **REPLACE)
    honest = hidden(page, "/staff/changes")
    assert send(wren, "/staff/changes", [*(honest | {"csrf_token": "x"}).items()]).status == 403
    for change in ("", "{}", honest["change"].replace("replace_text", "explode")):
        assert send(wren, "/staff/changes", [*(honest | {"change": change}).items()]).status == 400
    assert send(wren, FORM, [("csrf_token", honest["csrf_token"]), ("selection", "{}")]).status == 400
    assert jobs.list_jobs().items == ()


def test_a_job_with_titles_that_stay_lists_them(wren: Browser, shelf: tuple[Collection, str, list[str]]) -> None:
    page = previewed(wren, shelf[1], **{**REPLACE, "0-find": "Bird 1"})
    assert "the text is not in it" in page.text
    send(wren, "/staff/changes", [*hidden(page, "/staff/changes").items(), ("act", "start")])
    (job,) = jobs.list_jobs().items
    Cataloguer(shelf[0]).run(job)
    shown = wren.get(f"/staff/jobs/{job.id}").text
    assert shown.count("dc:title: the text is not in it") == 2
    assert bulk_change.change_of_job(job.id).operations[0].op == "replace_text"
