"""Import profiles as staff see them, and as administrators change them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from armarium.accounts.model import Role
from armarium.ingest import profiles
from armarium.ingest.model import ImportProfile
from armarium.jobs import service as jobs
from armarium.jobs.model import Job
from armarium.platform import clock
from tests.service.web.conftest import NOW, Answer, Browser, signed_in

FIELDS: dict[str, Any] = {"name": "Map <scans>", "source_format": "CSV", "library": "MAIN"}
TYPED = {
    "name": "Plans",
    "source_format": "CSV",
    "metadata_file": "*.csv",
    "active": "true",
    "library": "MAIN",
    "access_rights": "OPEN",
    "folder_key": "system_id",
    "match_0": "mms_id",
    "match_1": "dc",
    "on_match": "update",
    "on_no_match": "create",
    "bad_rows": "load_without",
    "unknown_columns": "warn",
}
ROWS = [("high/*", "Masters", "PRESERVATION_MASTER", "RESTRICTED"), ("low/*", "", "DERIVATIVE_COPY", "")]
COLUMNS = ("row_pattern", "row_label", "row_usage_type", "row_access_rights")


@pytest.fixture
def administrator() -> Browser:
    return signed_in(Role.ADMINISTRATOR)


@pytest.fixture
def known() -> ImportProfile:
    return profiles.create_profile(FIELDS, "ann", NOW)


def send(browser: Browser, path: str, rows: list[tuple[str, ...]] = ROWS, **typed: str) -> Answer:
    """A form as a browser sends it: single fields, and the rows of patterns."""
    pairs = list((TYPED | typed).items())
    pairs += [(column, cell) for row in rows for column, cell in zip(COLUMNS, row, strict=True)]
    return post(browser, path, pairs)


def post(browser: Browser, path: str, pairs: list[tuple[str, str]] | dict[str, str]) -> Answer:
    token = re.findall(r'name="csrf_token" value="([^"]*)"', browser.get("/staff/profiles").text)[0]
    fields = [("csrf_token", token), *(pairs.items() if isinstance(pairs, dict) else pairs)]
    return browser._ask("POST", path, urlencode(fields).encode(), {})


def test_a_profile_is_told_in_plain_words_with_the_address_of_its_folders(known: ImportProfile) -> None:
    page = signed_in(Role.CATALOGUER).get(f"/staff/profiles/{known.id}").text
    assert "s3://armarium-upload/01ARM_INST/upload/1001/" in page
    assert "Map &lt;scans&gt;" in page
    assert "Table (CSV or Excel)" in page
    assert "No folder has been loaded" in page
    assert "Switch off" not in page
    job = Job(
        id="7", profile_id=known.id, name="scans: maps", folder="f/", metadata_key="f/v", submitted_at=clock.stamp(NOW)
    )
    jobs.submit(job)
    assert "scans: maps" in signed_in(Role.DIGITIZATION_OPERATOR).get(f"/staff/profiles/{known.id}").text
    assert "Map &lt;scans&gt;" in signed_in(Role.APPROVER).get("/staff/profiles").text


def test_a_profile_is_made_by_the_form_with_its_patterns_in_order(administrator: Browser) -> None:
    answer = send(administrator, "/staff/profiles")
    assert (answer.status, answer.headers["Location"]) == (303, "/staff/profiles/1001?done=profile_made")
    made = profiles.get_profile("1001")
    assert [(each.pattern, each.usage_type, each.access_rights) for each in made.representations] == [
        ("high/*", "PRESERVATION_MASTER", "RESTRICTED"),
        ("low/*", "DERIVATIVE_COPY", None),
    ]
    assert (made.match_by, made.collection_id, made.saved_by) == (("mms_id", "dc"), None, "Wren")


def test_only_administrators_change_profiles(known: ImportProfile) -> None:
    cataloguer = signed_in(Role.CATALOGUER)
    assert cataloguer.get("/staff/profiles/new").status == 403
    assert send(cataloguer, f"/staff/profiles/{known.id}", version="1").status == 403
    assert profiles.get_profile(known.id) == known


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(administrator: Browser) -> None:
    rows = [("high/*", "", "PRESERVATION_MASTER", ""), ("", "Label without pattern", "AUXILIARY", "")]
    answer = send(administrator, "/staff/profiles", rows, name="", collection_id="999", file_field="856u")
    assert answer.status == 422
    for field in ("name", "collection_id", "file_field", "row_pattern_1"):
        assert f'href="#field-{field}"' in answer.text
        assert f'id="problem-{field}"' in answer.text
    assert "Label without pattern" in answer.text
    assert profiles.list_profiles() == ()


def test_a_form_from_an_earlier_version_changes_nothing_and_keeps_what_was_typed(
    administrator: Browser, known: ImportProfile
) -> None:
    path = f"/staff/profiles/{known.id}"
    assert send(administrator, path, version="1", name="Theirs").status == 303
    refused = send(administrator, path, version="1", name="Mine")
    assert (refused.status, "Mine" in refused.text, "Somebody else changed" in refused.text) == (422, True, True)
    assert profiles.get_profile(known.id).name == "Theirs"


@pytest.mark.parametrize(
    ("action", "patterns"),
    [
        ("add", ["high/*", "low/*", ""]),
        ("remove-0", ["low/*"]),
        ("up-1", ["low/*", "high/*"]),
        ("down-0", ["low/*", "high/*"]),
        ("down-9", ["high/*", "low/*"]),
    ],
)
def test_rows_are_added_moved_and_removed_without_script_and_nothing_is_saved(
    administrator: Browser, action: str, patterns: list[str]
) -> None:
    page = send(administrator, "/staff/profiles", action=action).text
    shown = [line.split('value="')[1].split('"')[0] for line in page.splitlines() if 'name="row_pattern"' in line]
    assert shown == patterns
    assert 'value="Plans"' in page
    assert profiles.list_profiles() == ()


def test_patterns_are_tried_on_file_names(administrator: Browser) -> None:
    samples = "high/1.tif\r\n/low/2.jpg\r\nelsewhere.tif\r\nvalues.csv"
    page = send(administrator, "/staff/profiles", action="try", samples=samples).text
    tried = page.split('class="tried"')[1].split("</ul>")[0]
    assert [mark in tried for mark in ("Pattern 1", "Masters", "Pattern 2", "No pattern", "metadata file")] == [
        True
    ] * 5
    assert profiles.list_profiles() == ()


def test_versions_are_compared_and_brought_back(administrator: Browser, known: ImportProfile) -> None:
    profiles.change_profile(known.id, {"suppressed": True, "match_by": ("dc",)}, "bob", NOW)
    listed = administrator.get(f"/staff/profiles/{known.id}/versions").text
    assert "versions/2?against=1" in listed
    compared = administrator.get(f"/staff/profiles/{known.id}/versions/1").text
    assert ("<ins>Yes</ins>" in compared, "<del>No</del>" in compared, "Restore version 1" in compared) == (True,) * 3
    assert "Restore" not in signed_in(Role.CATALOGUER).get(f"/staff/profiles/{known.id}/versions/1").text
    path = f"/staff/profiles/{known.id}/versions/1"
    assert post(administrator, path, {"version": "1"}).status == 412
    assert post(administrator, path, {"version": "2"}).headers["Location"].endswith("done=profile_restored")
    assert profiles.differences(profiles.get_profile(known.id), known) == ()
    for nowhere in ("9", "0", "x", "1" * 40):
        assert administrator.get(f"/staff/profiles/{known.id}/versions/{nowhere}").status == 404


def test_a_profile_is_switched_off_and_on(administrator: Browser, known: ImportProfile) -> None:
    path = f"/staff/profiles/{known.id}"
    post(administrator, f"{path}/active", {"version": "1", "active": "false"})
    assert "switched off" in administrator.get(path).text
    assert post(administrator, f"{path}/active", {"version": "1", "active": "true"}).status == 412
    post(administrator, f"{path}/active", {"version": "2", "active": "true"})
    assert profiles.get_profile(known.id).active


def test_a_copy_begins_with_what_the_other_says(administrator: Browser, known: ImportProfile) -> None:
    page = administrator.get(f"/staff/profiles/new?from={known.id}").text
    assert 'value="Copy of Map &lt;scans&gt;"' in page
    assert 'name="version"' not in page
    assert administrator.get("/staff/profiles/new?from=77").status == 404


def test_the_form_can_be_sent_back_as_it_is_and_makes_no_version(administrator: Browser) -> None:
    fields = FIELDS | {"representations": [{"pattern": "*", "access_rights": "OPEN"}], "match_by": ["isbn"]}
    made = profiles.create_profile(fields, "ann", NOW)
    sent = {"name": made.name, "metadata_file": made.metadata_file, "access_rights": "RESTRICTED", "match_0": "isbn"}
    rows = [("*", "", "PRESERVATION_MASTER", "OPEN")]
    assert send(administrator, f"/staff/profiles/{made.id}", rows, version="1", match_1="", **sent).status == 303
    assert profiles.get_profile(made.id) == made
