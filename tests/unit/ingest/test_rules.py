"""The rules of bulk ingest that need no storage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armarium.ingest.model import ImportProfile, Mode, Outcome, Result, SourceFormat, Where
from armarium.ingest.report import safe_cell
from armarium.ingest.rules import counters_of, is_metadata_file, parse_key, summary, verdict
from armarium.jobs.model import Counters, Job, JobStatus

JOB = Job(id="11", profile_id="5", name="n", folder="f/", metadata_key="f/m", submitted_at="2026-11-21T12:00:00.000Z")


def profile(**fields: object) -> ImportProfile:
    return ImportProfile.model_validate({"id": "5", "name": "p", "source_format": SourceFormat.CSV} | fields)


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("INST/upload/5/maps/values.csv", ("5", "maps", "values.csv")),
        ("INST/upload/5/maps/high/p1.tif", ("5", "maps", "high/p1.tif")),
        ("INST/upload/5/values.csv", None),
        ("OTHER/upload/5/maps/values.csv", None),
        ("INST/storage/5/maps/values.csv", None),
        ("INST/upload//maps/values.csv", None),
        ("INST/upload/5/maps/", None),
        ("", None),
    ],
)
def test_a_key_is_read_as_profile_folder_and_path(key: str, place: tuple[str, str, str] | None) -> None:
    found = parse_key("INST", key)
    assert (found and (found.profile_id, found.folder, found.path)) == place


@pytest.mark.parametrize(
    ("pattern", "path", "is_one"),
    [
        ("values.csv", "values.csv", True),
        ("values.csv", "VALUES.CSV", True),
        ("values.csv", "sub/values.csv", False),
        ("*.mrc", "march.mrc", True),
        ("*.mrc", "march.mrc.bak", False),
        ("*.csv|*.xlsx", "book.xlsx", True),
    ],
)
def test_a_profile_names_its_metadata_file(pattern: str, path: str, is_one: bool) -> None:
    assert is_metadata_file(profile(metadata_file=pattern), path) is is_one


@pytest.mark.parametrize(
    ("seen", "dry_run", "bad_rows", "mode"),
    [
        ({}, False, "load_without", Mode.LOAD),
        ({}, True, "load_without", Mode.DRY_RUN),
        ({"bad_rows": 1}, False, "load_without", Mode.LOAD),
        ({"bad_rows": 1}, False, "refuse_file", Mode.REFUSE),
        ({"fatal": True}, False, "load_without", Mode.REFUSE),
        ({"records": 0}, False, "load_without", Mode.REFUSE),
    ],
)
def test_the_check_says_what_loading_may_do(seen: dict[str, int], dry_run: bool, bad_rows: str, mode: Mode) -> None:
    found, alerts = verdict(profile(bad_rows=bad_rows), dry_run, {"records": 3, "fatal": False, "bad_rows": 0} | seen)
    assert found is mode
    assert bool(alerts) is (mode is not Mode.LOAD)


outcomes = st.lists(
    st.builds(
        Outcome,
        ordinal=st.integers(1, 9),
        rows=st.integers(1, 5),
        where=st.just(Where(file="f")),
        result=st.sampled_from(Result),
        matched=st.booleans(),
        files=st.integers(0, 3),
    )
)


@given(outcomes)
def test_counters_add_up_to_the_rows_of_the_ledger(ledger: list[Outcome]) -> None:
    assert counters_of(ledger).accounted == sum(outcome.rows for outcome in ledger)


@pytest.mark.parametrize(
    ("counters", "status"),
    [
        ({"created": 2}, JobStatus.COMPLETED_SUCCESS),
        ({"unchanged": 2}, JobStatus.COMPLETED_SUCCESS),
        ({"created": 2, "rejected": 1}, JobStatus.COMPLETED_WARNING),
        ({"created": 2, "unmatched_files": 1}, JobStatus.COMPLETED_WARNING),
        ({"created": 2, "manual": 1}, JobStatus.MANUAL_HANDLING_REQUIRED),
        ({"rejected": 3}, JobStatus.COMPLETED_FAILED),
        ({}, JobStatus.COMPLETED_FAILED),
    ],
)
def test_the_status_follows_from_the_account(counters: dict[str, int], status: JobStatus) -> None:
    assert summary(JOB, Counters(**counters), {}, 0)[0] is status


@given(st.text())
def test_no_cell_of_a_report_begins_like_a_formula(text: str) -> None:
    assert not safe_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
