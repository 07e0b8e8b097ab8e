"""Bulk ingest on the deployed stack: from the drop folder to what the API answers, with its failures."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.cloud.ingest_jobs import Librarian, accounted, counters, path_of

if TYPE_CHECKING:
    from tests.cloud.conftest import Cloud

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
real_input = pytest.mark.skipif(not DATA.is_dir(), reason="the real input is not beside this checkout")


@pytest.fixture
def librarian(cloud: Cloud) -> Librarian:
    return Librarian(cloud)


def picture(colour: str = "navy", width: int = 1200, height: int = 900) -> bytes:
    """A small scan."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG")
    return out.getvalue()


def table(*rows: dict[str, str]) -> bytes:
    """A CSV of these rows."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def test_a_dropped_folder_can_be_opened_and_its_pages_turned(cloud: Cloud, librarian: Librarian) -> None:
    title = librarian.fresh("Two pages")
    row = {
        "originating_system_id": title,
        "dc:title": title,
        "rep_label": "Scans",
        "file_name_1": "1.jpg",
        "file_name_2": "2.jpg",
    }
    scans = [picture(), picture("olive")]
    job = librarian.load("csv", "pages", {"values.csv": table(row), "1.jpg": scans[0], "2.jpg": scans[1]})
    assert job["status"]["value"] == "COMPLETED_SUCCESS", job
    assert counters(job) == {"read": 1, "created": 1, "files": 2}
    mms_id = librarian.mms_id(job, title)
    files = librarian.files(mms_id)
    assert [file["technical"]["status"] for file in files] == ["DONE", "DONE"]
    assert [file["sha256"] for file in files] == [hashlib.sha256(scan).hexdigest() for scan in scans]
    assert [(file["technical"]["width"], file["technical"]["height"]) for file in files] == [(1200, 900)] * 2
    representation = cloud.api("GET", f"/bibs/{mms_id}/representations").json()["representation"][0]
    manifest = cloud.page(f"/iiif/presentation/3/{representation['id']}/manifest").json()
    assert len(manifest["items"]) == 2
    service = manifest["items"][0]["items"][0]["items"][0]["body"]["service"][0]["id"]
    tile = requests.get(f"{service}/0,0,512,512/256,/0/default.jpg", timeout=60)
    assert (tile.status_code, tile.headers["content-type"], tile.content[:2]) == (200, "image/jpeg", b"\xff\xd8")
    assert title in cloud.page(f"/titles/{mms_id}").text


def test_a_folder_starts_once_although_its_events_come_twice(cloud: Cloud, librarian: Librarian) -> None:
    title = librarian.fresh("Once")
    prefix = cloud.drop(
        "csv", title.replace(" ", "-"), {"values.csv": table({"dc:title": title, "originating_system_id": title})}
    )
    job = librarian.ended(librarian.job_of("csv", prefix))
    events = cloud.client("events")
    entry = {
        "Source": "aws.s3.again",
        "DetailType": "Object Created",
        "Detail": json.dumps(
            {"bucket": {"name": cloud.outputs["upload_bucket"]}, "object": {"key": f"{prefix}values.csv"}}
        ),
    }
    events.put_events(Entries=[entry])
    cloud.client("s3").put_object(Bucket=cloud.outputs["upload_bucket"], Key=f"{prefix}notes.txt", Body=b"later")
    later = librarian.load("csv", "after", {"values.csv": table({"dc:title": f"{title} after"})})
    assert later["id"] != job["id"]
    path = f"/conf/jobs/{job['job_info']['id']}/instances"
    runs = cloud.api("GET", path, params={"limit": 100}).json()["job_instance"]
    assert [each["id"] for each in runs if each["folder"] == prefix] == [job["id"]]


def test_what_is_wrong_is_told_with_its_row_and_how_to_mend_it(cloud: Cloud, librarian: Librarian) -> None:
    good, bad = librarian.fresh("Good"), librarian.fresh("Bad")
    rows = table({"dc:title": good, "file_name_1": ""}, {"dc:title": bad, "file_name_1": "nowhere.tif"})
    job = librarian.load("csv", "mixed", {"values.csv": rows, "stray.tif": b"II*\x00"})
    assert job["status"]["value"] == "COMPLETED_WARNING"
    assert accounted(job)
    told = counters(job)
    assert (told["created"], told["rejected"], told["unmatched_files"], told["missing_files"]) == (1, 1, 1, 1)
    (row,) = cloud.api("GET", f"{path_of(job)}/rows").json()["row"]
    assert row["where"]["row"] == 3
    assert "nowhere.tif" in row["reasons"][0]
    (finding,) = cloud.api("GET", f"{path_of(job)}/findings").json()["finding"]
    assert (finding["code"], finding["column"]) == ("missing_file", "file_name_1")
    assert finding["mend"]


def test_the_report_has_a_line_for_every_record(cloud: Cloud, librarian: Librarian) -> None:
    rows = [{"dc:title": librarian.fresh("Row"), "originating_system_id": librarian.fresh("r")} for _ in range(5)]
    job = librarian.load("csv", "report", {"values.csv": table(*rows)})
    lines = librarian.report(job)
    assert [line["title"] for line in lines] == [row["dc:title"] for row in rows]
    assert {line["result"] for line in lines} == {"created"}


def test_undo_takes_back_the_titles_and_returns_the_files(cloud: Cloud, librarian: Librarian) -> None:
    title = librarian.fresh("Taken back")
    row = {"originating_system_id": title, "dc:title": title, "file_name_1": "1.jpg"}
    job = librarian.load("csv", "undo", {"values.csv": table(row), "1.jpg": picture()})
    mms_id = librarian.mms_id(job, title)
    librarian.files(mms_id)
    assert librarian.act(job, "undo", key="readonly").status_code == 403
    assert librarian.act(job, "undo").status_code == 200
    undone = librarian.ended(job)
    assert undone["undo_counts"] == {"taken_back": 1, "kept": 0}
    assert cloud.api("GET", f"/bibs/{mms_id}").json()["errorList"]["error"][0]["errorCode"] == "402203"
    s3 = cloud.client("s3")
    back = s3.list_objects_v2(Bucket=cloud.outputs["upload_bucket"], Prefix=job["folder"])["Contents"]
    assert {each["Key"].removeprefix(job["folder"]) for each in back} == {".lock", "1.jpg"}
    for bucket in ("storage_bucket", "derivatives_bucket"):
        prefix = f"{cloud.outputs['institution']}/" + ("storage/" if bucket == "storage_bucket" else "") + mms_id
        assert s3.list_objects_v2(Bucket=cloud.outputs[bucket], Prefix=prefix)["KeyCount"] == 0
    refused = librarian.act(job, "undo").json()
    assert "taken back already" in refused["errorList"]["error"][0]["errorMessage"]


def test_a_dry_run_by_the_api_writes_nothing(cloud: Cloud, librarian: Librarian) -> None:
    title, folder = librarian.fresh("A dry run"), librarian.fresh("dry")
    bibs = f"/bibs/collections/{cloud.outputs['collection']}/bibs"
    s3, profile = cloud.client("s3"), cloud.outputs["import_profiles"]["csv"]
    prefix = f"{cloud.outputs['institution']}/upload/{profile}/{folder}/"
    s3.put_object(Bucket=cloud.outputs["upload_bucket"], Key=f"{prefix}.lock", Body=b"")
    s3.put_object(Bucket=cloud.outputs["upload_bucket"], Key=f"{prefix}values.csv", Body=table({"dc:title": title}))
    body = {
        "parameter": [{"name": {"value": "folder"}, "value": folder}, {"name": {"value": "dry_run"}, "value": "true"}]
    }
    path, run = f"/conf/jobs/M{profile}", {"key": "cataloguer", "params": {"op": "run"}}
    locked = cloud.api("POST", path, **run, json={"parameter": body["parameter"][:1]})
    assert "locked" in locked.json()["errorList"]["error"][0]["errorMessage"]
    assert cloud.api("POST", path, **run, json=body).status_code == 200
    dry = librarian.ended(librarian.job_of("csv", prefix))
    assert (dry["dry_run"], counters(dry)) == (True, {"read": 1, "created": 1})
    assert librarian.report(dry)[0]["result"] == "created"
    assert title not in [line["title"] for line in cloud.api("GET", bibs, params={"limit": 100}).json()["bib"]]
    s3.delete_object(Bucket=cloud.outputs["upload_bucket"], Key=f"{prefix}.lock")
    real = librarian.ended(librarian.job_of("csv", prefix, dry_run=False))
    assert counters(real) == {"read": 1, "created": 1}
    s3.put_object(Bucket=cloud.outputs["upload_bucket"], Key=f"{prefix}.lock", Body=b"")
    assert librarian.act(real, "undo").status_code == 200
    librarian.ended(real)


@pytest.mark.parametrize(
    ("work", "steps"), [("LOAD", ["check", "load", "settle"]), ("UNDO", ["prepare_undo", "take_back", "settle_undo"])]
)
def test_the_workflow_goes_through_its_states(cloud: Cloud, librarian: Librarian, work: str, steps: list[str]) -> None:
    title = librarian.fresh("States")
    job = librarian.load("csv", "states", {"values.csv": table({"dc:title": title, "originating_system_id": title})})
    if work == "UNDO":
        librarian.act(job, "undo")
        librarian.ended(job)
    executions = cloud.client("stepfunctions").list_executions(
        stateMachineArn=cloud.outputs["state_machines"]["bulk_ingest"]
    )
    names = [each for each in executions["executions"] if each["name"].startswith(job["id"])]
    ended = next(each for each in names if each["name"].endswith("-undo") is (work == "UNDO"))
    assert ended["status"] == "SUCCEEDED"
    definition = json.loads(
        (Path(__file__).resolve().parents[2] / "statemachines" / "bulk_ingest.asl.json").read_text()
    )
    assert all(f'"step": "{step}"' in json.dumps(definition) for step in steps)


def test_an_execution_for_a_job_that_has_ended_changes_nothing(cloud: Cloud, librarian: Librarian) -> None:
    title = librarian.fresh("Ended")
    job = librarian.load("csv", "ended", {"values.csv": table({"dc:title": title, "originating_system_id": title})})
    assert _run_again(cloud, librarian.fresh("stray"), {"job": job["id"], "work": "LOAD"}) == "FAILED"
    assert librarian.again(job) == job


def test_an_execution_for_a_job_that_is_not_there_ends(cloud: Cloud, librarian: Librarian) -> None:
    assert _run_again(cloud, librarian.fresh("stray"), {"job": "110000000000000000000001", "work": "LOAD"}) == "FAILED"


def _run_again(cloud: Cloud, name: str, work: dict[str, str]) -> str:
    client = cloud.client("stepfunctions")
    machine = cloud.outputs["state_machines"]["bulk_ingest"]
    arn = client.start_execution(stateMachineArn=machine, name=name, input=json.dumps(work))["executionArn"]

    def ended() -> str | None:
        status = client.describe_execution(executionArn=arn)["status"]
        return None if status == "RUNNING" else status

    return cloud.wait_until(ended, 120)


def test_a_job_that_cannot_go_on_says_why_and_is_run_again_when_it_can(cloud: Cloud, librarian: Librarian) -> None:
    title = librarian.fresh("Interrupted")
    rows = table({"dc:title": title, "originating_system_id": title}, {"dc:title": "", "file_name_1": "nowhere.tif"})
    job = librarian.load("csv", "interrupted", {"values.csv": rows})
    s3, bucket, key = cloud.client("s3"), cloud.outputs["work_bucket"], f"jobs/{job['id']}/chunks.json"
    chunks = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.delete_object(Bucket=bucket, Key=key)
    librarian.act(job, "rerun")
    stopped = librarian.ended(job)
    assert stopped["status"]["value"] == "SYSTEM_ABORTED"
    assert any("stopped" in alert["desc"] for alert in stopped["alert"])
    s3.put_object(Bucket=bucket, Key=key, Body=chunks)
    librarian.act(job, "rerun")
    again = librarian.ended(job)
    assert counters(again) == counters(job)


@real_input
def test_real_marc_is_one_inventory_whatever_its_writing(cloud: Cloud, librarian: Librarian) -> None:
    marc = DATA / "marc"
    virginia = librarian.load("marc", "uva", {"uva.mrc": (marc / "solrmarc__uva_001-200.mrc").read_bytes()})
    assert (counters(virginia)["read"], counters(virginia)["created"]) == (200, 200)
    librarian.load("marc", "spec", {"spec.mrc": (marc / "solrmarc__specTestRecs.mrc").read_bytes()})
    for form in ("", "_withBOM", "_no_Prolog"):
        content = (marc / f"solrmarc__specTestRecs{form}.xml").read_bytes()
        job = librarian.load("marcxml", "spec", {"spec.xml": content})
        assert counters(job) == {"read": 76, "unchanged": 76, "matched": 76}
    bad = librarian.load("marc", "bad", {"bad.mrc": (marc / "pymarc__bad_records.mrc").read_bytes()})
    assert counters(bad)["read"] == 8
    assert accounted(bad)


@real_input
def test_real_media_under_the_alma_d_header_end_each_with_a_status(cloud: Cloud, librarian: Librarian) -> None:
    header = (DATA / "csv" / "alma-d_header.csv").read_text().strip().split(",")
    wanted: dict[str, dict[str, Any]] = {
        "hopper_orientation_6.jpg": {"status": "DONE"},
        "multipage.tiff": {"status": "DONE", "page_count": 3},
        "tiff_16bit_RGB.tiff": {"status": "DONE"},
        "pil_sample_cmyk.jpg": {"status": "DONE"},
        "balloon_intact.jp2": {"status": "DONE", "width": 2717, "height": 3701},
        "truncated_jpeg.jpg": {"status": "FAILED"},
        "encryption_nocopy.pdf": {"status": "DONE", "page_count": 1},
    }
    rows = [
        dict.fromkeys(header, "")
        | {
            "group_id": name,
            "originating_system_id": librarian.fresh(name),
            "dc:title": name,
            "rep_label": "Scan",
            "file_name_1": name,
        }
        for name in wanted
    ]
    media = {name: (DATA / "media" / name).read_bytes() for name in wanted}
    job = librarian.load("csv", "media", {"values.csv": table(*rows), **media})
    assert (counters(job)["created"], counters(job)["files"]) == (len(wanted), len(wanted))
    for name, expected in wanted.items():
        (file,) = librarian.files(librarian.mms_id(job, name))
        technical = file["technical"]
        assert {key: technical.get(key) for key in expected} == expected, (name, technical)
        assert technical["status"] == "DONE" or technical["reason"]
