"""What staff see of jobs, and do with them."""

from __future__ import annotations

import re

import pytest

from armarium.accounts.model import Role
from armarium.ingest import store as ingest_store
from armarium.ingest.model import Finding, Outcome, Result, Severity, Where
from armarium.jobs import service as jobs
from armarium.jobs.model import Counters, Job, JobStatus
from armarium.platform import clock
from functions.web.staff import jobs as staff
from functions.web.staff.jobs import OUTCOMES
from tests.service.web.conftest import NOW, signed_in

MIXED = Counters(read=10, created=3, updated=1, unchanged=1, skipped=1, rejected=2, manual=1, failed=1, files=7)


def make_job(job_id: str = "autumn", status: JobStatus = JobStatus.COMPLETED_WARNING, **more: object) -> Job:
    job = Job(
        id=job_id,
        profile_id="marc",
        name=f"{job_id} <delivery>",
        folder=f"01ARM_INST/upload/marc/{job_id}/",
        metadata_key=f"01ARM_INST/upload/marc/{job_id}/values.mrc",
        status=status,
        submitted_at=clock.stamp(NOW),
        **{"counters": MIXED, "expected": 10} | more,
    )
    jobs.submit(job)
    return job


def counted(page: str) -> dict[str, int]:
    """The first table of counters: row heading → number."""
    table = page.split('class="table counters"')[1].split("</table>")[0]
    return {
        name: int(number) for name, number in re.findall(r'<th scope="row">([^<]+)</th><td class="number">(\d+)', table)
    }


def test_the_counters_of_a_job_add_up() -> None:
    make_job()
    numbers = counted(signed_in(Role.CATALOGUER).get("/staff/jobs/autumn").text)
    total = numbers.pop("In the input")
    assert len(numbers) == len(OUTCOMES)
    assert sum(numbers.values()) == total == 10


def test_rows_still_to_come_are_part_of_the_sum() -> None:
    make_job(status=JobStatus.RUNNING, counters=Counters(created=4))
    numbers = counted(signed_in(Role.CATALOGUER).get("/staff/jobs/autumn").text)
    assert numbers["Still to come"] == 6
    assert numbers["In the input"] == 10


def test_rows_that_a_broken_job_never_reached_are_counted_as_such() -> None:
    make_job(status=JobStatus.SYSTEM_ABORTED, counters=Counters(created=4))
    assert counted(signed_in(Role.CATALOGUER).get("/staff/jobs/autumn").text)["Not reached"] == 6


def test_a_job_says_what_is_wrong_where_and_how_to_mend_it() -> None:
    make_job()
    finding = Finding(
        severity=Severity.ERROR,
        code="missing_file",
        where=Where(file="values.csv", sheet="Sheet 2", row=7),
        column="file_name_1",
        value="<scan>.tif",
        message="The file is not in the drop folder.",
        mend="Add the file.",
    )
    ingest_store.put_lines("autumn", "findings.jsonl", [finding.model_dump_json()])
    outcome = Outcome(
        ordinal=3,
        where=Where(file="values.mrc", byte=900),
        result=Result.MANUAL,
        reasons=("Two match.",),
        candidates=("991",),
    )
    ingest_store.put_lines("autumn", "problems.jsonl", [outcome.model_dump_json()])
    page = signed_in(Role.APPROVER).get("/staff/jobs/autumn").text
    for words in (
        "Sheet 2",
        "row 7",
        "file_name_1",
        "&lt;scan&gt;.tif",
        "Add the file.",
        "byte 900",
        "Two match.",
        "/titles/991",
    ):
        assert words in page
    assert "<scan>" not in page


def test_files_that_nobody_names_are_listed() -> None:
    make_job(counters=MIXED.model_copy(update={"unmatched_files": 2}))
    ingest_store.put_lines("autumn", "unmatched.txt", ["a/<b>.tif"])
    page = signed_in(Role.APPROVER).get("/staff/jobs/autumn").text
    assert "a/&lt;b&gt;.tif" in page
    assert "The report lists them all." in page


def test_findings_are_shown_by_the_page() -> None:
    make_job()
    findings = (
        Finding(
            severity=Severity.WARNING, code="c", where=Where(file="v", row=row), message="m", mend="n"
        ).model_dump_json()
        for row in range(60)
    )
    ingest_store.put_lines("autumn", "findings.jsonl", findings)
    browser = signed_in(Role.APPROVER)
    first = browser.get("/staff/jobs/autumn").text
    following = re.search(r'href="([^"]*findings=[^"]*)">Next page', first)
    assert following
    assert first.count(">Warning<") == 50
    assert browser.get(following[1].split("#")[0]).text.count(">Warning<") == 10


def test_jobs_are_listed_newest_first_by_the_page() -> None:
    for number in range(30):
        job = make_job(f"job-{number:02d}", JobStatus.COMPLETED_SUCCESS)
        assert job.submitted_at
    browser = signed_in(Role.DIGITIZATION_OPERATOR)
    first = browser.get("/staff/jobs").text
    following = re.search(r'href="([^"]*page=[^"]*)">Next page', first)
    assert following
    second = browser.get(following[1].replace("&amp;", "&")).text
    listed = re.findall(r'id="job-(job-\d\d)"', first + second)
    assert sorted(listed) == [f"job-{number:02d}" for number in range(30)]


def test_a_running_job_refreshes_itself_until_it_has_ended() -> None:
    make_job(status=JobStatus.RUNNING)
    browser = signed_in(Role.APPROVER)
    assert 'hx-trigger="every 2s"' in browser.get("/staff/jobs/autumn").text
    part = browser.get("/staff/jobs/autumn", hx_request="true")
    assert "<html" not in part.text
    assert 'role="status"' in part.text
    assert "HX-Refresh" not in part.headers
    jobs.change("autumn", lambda job: {"status": JobStatus.COMPLETED_SUCCESS})
    assert browser.get("/staff/jobs/autumn", hx_request="true").headers["HX-Refresh"] == "true"
    assert "hx-trigger" not in browser.get("/staff/jobs/autumn").text


STEPS_OFFERED = {
    JobStatus.RUNNING: {"abort"},
    JobStatus.COMPLETED_SUCCESS: {"undo"},
    JobStatus.COMPLETED_WARNING: {"undo", "rerun"},
    JobStatus.SYSTEM_ABORTED: {"undo", "rerun"},
}


@pytest.mark.parametrize("status", STEPS_OFFERED)
def test_a_job_offers_what_can_be_done_with_it(status: JobStatus) -> None:
    make_job(status=status)
    page = signed_in(Role.CATALOGUER).get("/staff/jobs/autumn").text
    assert set(re.findall(r'href="/staff/jobs/autumn/(abort|rerun|undo)"', page)) == STEPS_OFFERED[status]


def test_a_job_that_was_undone_or_only_tried_is_not_undone() -> None:
    make_job("undone", undone_at=clock.stamp(NOW))
    make_job("tried", dry_run=True)
    for job_id in ("undone", "tried"):
        assert f"/staff/jobs/{job_id}/undo" not in signed_in(Role.CATALOGUER).get(f"/staff/jobs/{job_id}").text


def test_operators_look_at_jobs_and_do_not_change_them() -> None:
    make_job()
    browser = signed_in(Role.DIGITIZATION_OPERATOR)
    assert "/staff/jobs/autumn/undo" not in browser.get("/staff/jobs/autumn").text
    assert browser.get("/staff/jobs/autumn/undo").status == 403


@pytest.mark.parametrize("step", ["abort", "rerun", "undo"])
def test_a_step_is_taken_after_it_was_confirmed_and_in_somebodys_name(
    monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    taken: list[tuple[str, str]] = []

    def take(job_id: str, by: str, now: object) -> None:
        taken.append((job_id, by))

    monkeypatch.setitem(staff.STEPS, step, staff.Step(take, staff.STEPS[step].possible))
    make_job(status=JobStatus.RUNNING if step == "abort" else JobStatus.COMPLETED_WARNING)
    browser = signed_in(Role.CATALOGUER)
    assert browser.get(f"/staff/jobs/autumn/{step}").status == 200
    assert taken == []
    answer = browser.post(f"/staff/jobs/autumn/{step}", f"/staff/jobs/autumn/{step}")
    assert (answer.status, answer.headers["Location"]) == (303, "/staff/jobs/autumn")
    assert taken == [("autumn", "Wren")]


def test_a_step_that_came_too_late_says_in_which_state_the_job_is() -> None:
    make_job(status=JobStatus.COMPLETED_SUCCESS)
    browser = signed_in(Role.CATALOGUER)
    assert browser.get("/staff/jobs/autumn/abort").status == 409
    late = browser.post("/staff/jobs/autumn/abort", "/staff/jobs")
    assert (late.status, "has ended" in late.text) == (409, True)


def test_a_step_that_does_not_exist_is_not_found() -> None:
    make_job()
    assert signed_in(Role.CATALOGUER).get("/staff/jobs/autumn/explode").status == 404


def test_the_report_is_a_signed_link_once_there_is_one(tmp_path) -> None:
    make_job()
    browser = signed_in(Role.APPROVER)
    assert browser.get("/staff/jobs/autumn/report").status == 409
    report = tmp_path / "report.csv"
    report.write_text("row\n1\n")
    ingest_store.put_report("autumn", str(report))
    answer = browser.get("/staff/jobs/autumn/report")
    assert (answer.status, "X-Amz-Signature" in answer.headers["Location"]) == (302, True)


def test_a_job_that_is_not_there_is_not_found() -> None:
    assert signed_in(Role.CATALOGUER).get("/staff/jobs/none").status == 404


def test_staff_without_jobs_are_told_how_to_start_one() -> None:
    assert "01ARM_INST/upload/" in signed_in(Role.CATALOGUER).get("/staff/jobs").text
