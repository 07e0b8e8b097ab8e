"""Promises of bulk ingest, kept on moto."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
import pytest

from armarium.configuration import model as configured
from armarium.configuration import service as configuration
from armarium.ingest import service as ingest
from armarium.ingest import store
from armarium.ingest.errors import DropFolderError
from armarium.ingest.model import Mode, Result, SourceFormat
from armarium.inventory import service as inventory
from armarium.inventory.model import Draft
from armarium.jobs import service as jobs
from armarium.jobs.errors import JobStateError
from armarium.jobs.model import JobStatus

if TYPE_CHECKING:
    from tests.service.ingest.conftest import Library

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
Rows = Callable[..., bytes]
PAGE = b"II*\x00 not really an image, but bytes all the same"


def test_a_dropped_folder_becomes_a_title_with_its_files(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV)
    table = rows("originating_system_id,dc:title,rep_label,file_name_1,file_name_2", "b1,Atlas,Scans,p1.tif,p2.tif")
    job = library.load(profile, "atlas", {"values.csv": table, "p1.tif": PAGE, "p2.tif": PAGE + b"2"})
    assert job.status is JobStatus.COMPLETED_SUCCESS, job
    assert (job.counters.read, job.counters.created, job.counters.files) == (1, 1, 2)
    (bib,) = inventory.list_bibs_in_collection(library.collection.id).items
    (representation,) = inventory.list_representations(bib.mms_id)
    files = inventory.list_files(bib.mms_id, representation.id).items
    assert [file.name for file in files] == ["p1.tif", "p2.tif"]
    assert representation.access_rights == "OPEN"
    for file, content in zip(files, (PAGE, PAGE + b"2"), strict=True):
        import hashlib

        assert file.sha256 == hashlib.sha256(content).hexdigest()
        assert library.s3.get_object(Bucket="armarium-storage", Key=file.key)["Body"].read() == content
    assert library.dropped(profile, "atlas") == set()


def test_the_door_opens_once_whichever_comes_last(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV)
    keys = library.drop(profile, "locked", {".lock": b"", "values.csv": rows("dc:title", "Locked")})
    assert ingest.notice(keys, NOW) == ()
    lock = store.folder_of(profile.id, "locked") + ".lock"
    library.s3.delete_object(Bucket="armarium-upload", Key=lock)
    (job,) = ingest.notice([lock], NOW)
    assert [each.id for each in ingest.notice([lock, *keys], NOW)] == [job.id]
    assert len(boto3.client("stepfunctions").list_executions(stateMachineArn=_machine())["executions"]) == 1
    assert jobs.list_jobs().items == (jobs.get_job(job.id),)


def _machine() -> str:
    from armarium.platform.settings import settings

    return settings().bulk_ingest_state_machine


def test_files_that_are_not_the_metadata_file_open_no_door(library: Library) -> None:
    profile = library.profile(SourceFormat.CSV)
    keys = library.drop(profile, "scans", {"p1.tif": PAGE, "sub/values.csv": b"dc:title\nNo\n"})
    assert ingest.notice([*keys, "elsewhere/upload/1/x/values.csv", "nonsense"], NOW) == ()


def test_the_same_drop_again_changes_nothing(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV)
    folder = {"values.csv": rows("originating_system_id,dc:title,file_name_1", "b1,Atlas,p1.tif"), "p1.tif": PAGE}
    library.load(profile, "first", folder)
    (before,) = inventory.list_bibs_in_collection(library.collection.id).items
    job = library.load(profile, "second", folder)
    assert (job.counters.unchanged, job.counters.created, job.counters.updated) == (1, 0, 0)
    (after,) = inventory.list_bibs_in_collection(library.collection.id).items
    assert after.version == before.version
    (representation,) = inventory.list_representations(after.mms_id)
    assert (representation.version, representation.file_count) == (1, 1)
    assert library.dropped(profile, "second") == set()


def test_what_the_input_does_not_mention_stays(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV)
    library.load(
        profile,
        "full",
        {
            "values.csv": rows(
                "originating_system_id,dc:title,dc:creator,rep_label,rep_note,file_name_1",
                "b1,Atlas,Mercator,Scans,kept,p.tif",
            ),
            "p.tif": PAGE,
        },
    )
    job = library.load(
        profile, "part", {"values.csv": rows("originating_system_id,dc:title,dc:creator", "b1,Great Atlas,")}
    )
    assert job.counters.updated == 1
    (bib,) = inventory.list_bibs_in_collection(library.collection.id).items
    assert (bib.description.title, bib.description.creators) == ("Great Atlas", ("Mercator",))
    (representation,) = inventory.list_representations(bib.mms_id)
    assert (representation.note, representation.file_count) == ("kept", 1)


def test_bad_rows_stay_out_and_the_rest_comes_in(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV)
    table = rows(
        "originating_system_id,dc:title,file_name_1", "b1,Good,", "b2,Missing,nowhere.tif", "b1,Twice,", "b4,Fine,"
    )
    job = library.load(profile, "mixed", {"values.csv": table, "stray.tif": PAGE})
    assert job.status is JobStatus.COMPLETED_WARNING
    assert (job.counters.read, job.counters.created, job.counters.rejected) == (4, 2, 2)
    assert job.counters.accounted == job.counters.read
    assert job.counters.unmatched_files == 1
    assert library.titles() == ["Fine", "Good"]
    told = {row.where.row: " ".join(row.reasons) for row in ingest.problem_rows(job.id).items}
    assert "nowhere.tif" in told[3]
    assert "b1" in told[4]
    codes = {finding.code for finding in ingest.findings(job.id).items}
    assert {"missing_file", "duplicate_id"} <= codes
    assert library.dropped(profile, "mixed") == {"stray.tif"}


def test_a_mended_table_may_name_files_that_came_with_the_first_drop(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV)
    header, one = "originating_system_id,dc:title,file_name_1", "b1,One,p1.tif"
    library.load(profile, "first", {"values.csv": rows(header, one, "b2,Two,p2.tif"), "p1.tif": PAGE})
    assert library.titles() == ["One"]
    job = library.load(profile, "first", {"values.csv": rows(header, "b2,Two,p2.tif", one), "p2.tif": PAGE})
    assert (job.counters.unchanged, job.counters.created, job.counters.rejected) == (1, 1, 0)
    assert (job.status, job.counters.missing_files) == (JobStatus.COMPLETED_SUCCESS, 0)
    assert library.titles() == ["One", "Two"]


def test_a_row_without_a_title_makes_no_bib(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV)
    job = library.load(profile, "untitled", {"values.csv": rows("originating_system_id,dc:creator", "b1,Mercator")})
    assert (job.counters.rejected, library.titles()) == (1, [])


def test_a_profile_may_refuse_a_file_with_bad_rows_whole(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV, bad_rows="refuse_file")
    job = library.load(profile, "strict", {"values.csv": rows("dc:title,file_name_1", "Good,", "Bad,nowhere.tif")})
    assert job.status is JobStatus.COMPLETED_FAILED
    assert (job.counters.read, job.counters.rejected) == (2, 2)
    assert library.titles() == []


def test_a_dry_run_gives_the_same_account_and_writes_nothing(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV)
    library.drop(
        profile, "try", {"values.csv": rows("dc:title,file_name_1", "Good,p.tif", "Bad,nowhere.tif"), "p.tif": PAGE}
    )
    (job,) = ingest.submit(profile.id, "try", "ann", NOW, dry_run=True)
    ended = library.run(job.id)
    assert (ended.counters.created, ended.counters.rejected) == (1, 1)
    assert library.titles() == []
    assert library.dropped(profile, "try") == {"values.csv", "p.tif"}
    with pytest.raises(JobStateError):
        ingest.undo(job.id, "ann", NOW)


def test_several_matches_go_to_a_person(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV, match_by=("mms_id",))
    library.load(profile, "two", {"values.csv": rows("dc:title,dc:identifier", "One,urn:x", "Two,urn:x")})
    by_identifier = library.profile(SourceFormat.CSV, match_by=("dc",))
    job = library.load(by_identifier, "third", {"values.csv": rows("dc:title,dc:identifier", "Three,urn:x")})
    assert job.status is JobStatus.MANUAL_HANDLING_REQUIRED
    (row,) = ingest.problem_rows(job.id).items
    assert len(row.candidates) == 2
    assert library.titles() == ["One", "Two"]


def test_a_step_that_died_anywhere_leaves_the_same_inventory(
    library: Library, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = library.profile(SourceFormat.CSV, match_by=("mms_id",))
    lines = [f"Book {number},p{number}.tif" for number in range(5)]
    files = {f"p{number}.tif": PAGE for number in range(5)}
    (job,) = ingest.notice(
        library.drop(profile, "fragile", {"values.csv": rows("dc:title,file_name_1", *lines), **files}), NOW
    )
    plan = ingest.check(job.id, NOW)
    (chunk,) = library.chunks(job.id)

    def die(*_: object) -> None:
        raise RuntimeError("the power went")

    for place in ("put_lines", "remove_dropped"):
        with monkeypatch.context() as dying:
            dying.setattr(store, place, die)
            with pytest.raises(RuntimeError):
                ingest.load(job.id, chunk, Mode(plan["mode"]), NOW)
    ingest.load(job.id, chunk, Mode(plan["mode"]), NOW)
    ended = ingest.settle(job.id, NOW)
    assert (ended.counters.read, ended.counters.created, ended.counters.files) == (5, 5, 5)
    assert library.titles() == [f"Book {number}" for number in range(5)]
    assert inventory.count_members(library.collection.id) == 5
    assert library.dropped(profile, "fragile") == set()


def test_a_re_run_does_only_what_is_left(library: Library, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("armarium.ingest.staging._CHUNK_RECORDS", 2)
    profile = library.profile(SourceFormat.CSV)
    table = rows("originating_system_id,dc:title", *(f"b{number},Book {number}" for number in range(5)))
    (job,) = ingest.notice(library.drop(profile, "half", {"values.csv": table}), NOW)
    half = library.run(job.id, only_chunks=1)
    assert (half.counters.created, half.counters.failed, half.counters.read) == (2, 3, 5)
    again = ingest.rerun(job.id, "ann", NOW)
    assert again.runs == 2
    whole = library.run(job.id)
    assert whole.status is JobStatus.COMPLETED_SUCCESS
    assert (whole.counters.created, whole.counters.failed) == (5, 0)
    assert len(library.titles()) == 5


def test_undo_takes_back_what_was_created_and_gives_the_files_back(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV)
    table = rows("originating_system_id,dc:title,file_name_1", "b1,One,p1.tif", "b2,Two,p2.tif")
    job = library.load(profile, "oops", {"values.csv": table, "p1.tif": PAGE, "p2.tif": PAGE + b"2"})
    two = next(
        bib for bib in inventory.list_bibs_in_collection(library.collection.id).items if bib.description.title == "Two"
    )
    stored = inventory.get_bib(two.mms_id)
    changed = stored.model_copy(
        update={"version": 2, "modified_by": "carol", "modified_at": "2026-11-22T00:00:00.000Z"}
    )
    inventory.save([Draft(tag=1, by="carol", at="", mms_id=two.mms_id, bib=changed, replacing={two.mms_id: 1})])
    undone = library.undo(job.id)
    assert library.titles() == ["Two"]
    assert undone.undo_counts == {"taken_back": 1, "kept": 1}
    assert any("carol" in alert and two.mms_id in alert for alert in undone.alerts)
    report = library.s3.get_object(Bucket="armarium-work", Key=f"jobs/{job.id}/report.csv")["Body"].read().decode()
    assert "taken back" in report
    assert "not taken back: its record was changed by carol" in report
    assert library.dropped(profile, "oops") == {".lock", "p1.tif"}
    with pytest.raises(JobStateError):
        ingest.undo(job.id, "ann", NOW)


def test_undo_that_died_half_way_is_finished_by_its_next_run(
    library: Library, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = library.profile(SourceFormat.CSV)
    job = library.load(
        profile,
        "oops",
        {"values.csv": rows("originating_system_id,dc:title,file_name_1", "b1,One,p1.tif"), "p1.tif": PAGE},
    )
    ingest.undo(job.id, "ann", NOW)
    ingest.prepare_undo(job.id)
    (chunk,) = library.chunks(job.id)

    def die(*_: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as dying:
        dying.setattr("armarium.inventory.store.delete_items", die)
        with pytest.raises(RuntimeError):
            ingest.take_back(job.id, chunk, "ann", NOW)
    ingest.take_back(job.id, chunk, "ann", NOW)
    assert ingest.settle_undo(job.id, "ann", NOW).undo_counts == {"taken_back": 1, "kept": 0}
    assert library.titles() == []
    assert "p1.tif" in library.dropped(profile, "oops")
    again = library.load(profile, "again", {"values.csv": rows("originating_system_id,dc:title", "b1,One")})
    assert again.counters.created == 1


def test_a_file_that_cannot_be_copied_fails_its_row_and_no_other(
    library: Library, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = library.profile(SourceFormat.CSV)
    table = rows("originating_system_id,dc:title,file_name_1", "b1,One,p1.tif", "b2,Two,p2.tif")
    (job,) = ingest.notice(
        library.drop(profile, "partly", {"values.csv": table, "p1.tif": PAGE, "p2.tif": PAGE + b"2"}), NOW
    )
    receive = inventory.receive_file

    def refuse_the_first(source: tuple[str, str], key: str, content_type: str) -> object:
        if source[1].endswith("p1.tif"):
            raise OSError("AccessDenied")
        return receive(source, key, content_type)

    with monkeypatch.context() as failing:
        failing.setattr(inventory, "receive_file", refuse_the_first)
        half = library.run(job.id)
    assert (half.counters.created, half.counters.failed) == (1, 1)
    assert "AccessDenied" in ingest.problem_rows(job.id).items[0].reasons[0]
    ingest.rerun(job.id, "ann", NOW)
    assert library.run(job.id).counters.created == 2
    assert library.titles() == ["One", "Two"]


def test_a_group_of_rows_is_one_bib_with_a_representation_each(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV)
    table = rows("group_id,dc:title,rep_label,file_name_1", "g1,Postcard,Front,f.tif", "g2,Other,,", "g1,,Back,b.tif")
    job = library.load(profile, "cards", {"values.csv": table, "f.tif": PAGE, "b.tif": PAGE + b"b"})
    assert (job.counters.read, job.counters.created) == (3, 3)
    assert library.titles() == ["Other", "Postcard"]
    card = next(
        bib
        for bib in inventory.list_bibs_in_collection(library.collection.id).items
        if bib.description.title == "Postcard"
    )
    assert sorted(each.label for each in inventory.list_representations(card.mms_id)) == ["Back", "Front"]


def test_a_row_that_names_a_bib_adds_a_representation_to_it(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV)
    library.load(profile, "bib", {"values.csv": rows("originating_system_id,dc:title", "b1,One")})
    (bib,) = inventory.list_bibs_in_collection(library.collection.id).items
    table = rows(
        "mms_id,rep_label,file_name_1", f"{bib.mms_id},New scans,p.tif", "990000000000000000000001,Nowhere,q.tif"
    )
    job = library.load(profile, "rep", {"values.csv": table, "p.tif": PAGE, "q.tif": PAGE})
    assert (job.counters.updated, job.counters.rejected) == (1, 1)
    assert [each.label for each in inventory.list_representations(bib.mms_id)] == ["New scans"]
    undone = library.undo(job.id)
    assert undone.undo_counts == {"taken_back": 1, "kept": 0}
    assert inventory.list_representations(bib.mms_id) == ()
    assert library.titles() == ["One"]


def test_a_file_that_is_nothing_but_noise_fails_with_a_finding(library: Library) -> None:
    profile = library.profile(SourceFormat.MARC21)
    job = library.load(profile, "noise", {"values.mrc": b"this is no MARC at all"})
    assert job.status is JobStatus.COMPLETED_FAILED
    assert ingest.findings(job.id).items
    assert job.counters.accounted == job.counters.read


def test_a_folder_without_a_metadata_file_says_so(library: Library) -> None:
    profile = library.profile(SourceFormat.CSV)
    library.drop(profile, "empty", {"p.tif": PAGE})
    with pytest.raises(DropFolderError, match=r"values\.\*"):
        ingest.submit(profile.id, "empty", "ann", NOW)


def test_the_sweep_starts_what_was_never_started(library: Library, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = library.profile(SourceFormat.CSV)
    keys = library.drop(profile, "lost", {"values.csv": rows("dc:title", "Lost")})

    def die(*_: object) -> str:
        raise RuntimeError("the power went")

    with monkeypatch.context() as dying:
        dying.setattr(store, "start_execution", die)
        with pytest.raises(RuntimeError):
            ingest.notice(keys, NOW)
    (job,) = jobs.list_jobs().items
    assert ingest.sweep(NOW) == (job.id,)
    assert jobs.get_job(job.id).execution_arn


def test_the_sweep_says_of_a_job_whose_execution_died_that_it_did(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV)
    (job,) = ingest.notice(library.drop(profile, "dead", {"values.csv": rows("dc:title", "Dead")}), NOW)
    ingest.check(job.id, NOW)
    boto3.client("stepfunctions").stop_execution(executionArn=jobs.get_job(job.id).execution_arn or "")
    ingest.sweep(NOW)
    assert jobs.get_job(job.id).status is JobStatus.SYSTEM_ABORTED
    assert jobs.active_jobs() == ()


def test_a_job_is_never_changed_without_the_mark_by_which_the_sweep_finds_it(
    library: Library, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = library.profile(SourceFormat.CSV)
    job = library.load(profile, "marked", {"values.csv": rows("dc:title", "Marked")})
    assert jobs.active_jobs() == ()

    def die(*_: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as dying, contextlib.suppress(RuntimeError):
        dying.setattr("armarium.jobs.store.set_active", die, raising=False)
        ingest.rerun(job.id, "ann", NOW)
    assert jobs.get_job(job.id).status is JobStatus.QUEUED
    assert jobs.active_jobs() == (job.id,)


def test_staff_may_stop_a_job_and_run_it_again(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV)
    (job,) = ingest.notice(library.drop(profile, "stop", {"values.csv": rows("dc:title", "Stopped")}), NOW)
    assert ingest.abort(job.id, "ann", NOW).status is JobStatus.USER_ABORTED
    ingest.rerun(job.id, "ann", NOW)
    assert library.run(job.id).counters.created == 1


def test_the_report_has_a_line_for_every_record_and_no_formula(library: Library, rows: Rows) -> None:
    profile = library.profile(SourceFormat.CSV)
    table = rows("originating_system_id,dc:title,file_name_1", "b1,=HYPERLINK(1),", "b2,Two,nowhere.tif")
    job = library.load(profile, "report", {"values.csv": table, "stray.tif": PAGE})
    body = (
        library.s3.get_object(Bucket="armarium-work", Key=f"jobs/{job.id}/report.csv")["Body"]
        .read()
        .decode("utf-8-sig")
    )
    lines = body.strip().splitlines()
    assert len(lines) == 1 + 2 + 1
    assert "'=HYPERLINK(1)" in body
    assert "X-Amz-Signature" in jobs.report_link(job.id)


@pytest.mark.parametrize("results", [[Result.CREATED, Result.REJECTED]])
def test_every_record_of_the_ledger_has_a_place_in_the_input(
    library: Library, rows: Rows, results: list[Result]
) -> None:
    profile = library.profile(SourceFormat.CSV)
    job = library.load(profile, "places", {"values.csv": rows("dc:title,file_name_1", "One,", "Two,nowhere.tif")})
    ledger = library.ledger(job.id)
    assert [line.result for line in ledger] == results
    assert [line.where.row for line in ledger] == [2, 3]


def test_a_load_that_staff_of_a_library_start_leaves_what_is_anothers(library: Library, rows: Rows) -> None:
    for code in ("LAW", "MED"):
        configuration.change(configured.Library, code, {"name": code}, "ann", NOW)
    profile = library.profile(SourceFormat.CSV)
    header = "originating_system_id,dc:title,rep_library,rep_label,file_name_1"
    library.load(profile, "first", {"values.csv": rows(header, "m-1,Of medicine,MED,Scans,a.tif"), "a.tif": PAGE})
    more = rows(header, "m-1,Of medicine,MED,Scans,b.tif", "m-2,Of bones,MED,Scans,c.tif", "l-1,Of law,LAW,Scans,d.tif")
    library.drop(profile, "second", {"values.csv": more, "b.tif": PAGE, "c.tif": PAGE, "d.tif": PAGE})
    (job,) = ingest.submit(profile.id, "second", "wren", NOW, libraries=frozenset({"LAW"}))
    ended = library.run(job.id)
    assert (ended.counters.created, ended.counters.rejected) == (1, 2)
    reasons = [reason for row in ingest.problem_rows(job.id).items for reason in row.reasons]
    assert all("MED" in reason for reason in reasons)
    titles = inventory.list_bibs_in_collection(library.collection.id).items
    assert {bib.description.title for bib in titles} == {"Of medicine", "Of law"}
    (medicine,) = (bib for bib in titles if bib.description.title == "Of medicine")
    (scans,) = inventory.list_representations(medicine.mms_id)
    assert scans.file_count == 1
