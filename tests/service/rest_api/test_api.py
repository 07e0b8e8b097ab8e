"""Promises of the REST API, asked as API Gateway asks it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from armarium.accounts.model import Role
from armarium.ingest import service as ingest
from armarium.ingest.model import ImportProfile, SourceFormat
from armarium.inventory import service as inventory
from armarium.inventory.model import Collection
from tests.service.inventory.test_titles import draft
from tests.service.rest_api.client import NOW, Api

RECORDED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "alma"


@pytest.fixture
def collection() -> Collection:
    return inventory.create_collection(name="Maps", by="ann", now=NOW)


@pytest.fixture
def reader() -> Api:
    return Api(Role.READER)


def test_a_bib_is_answered_with_its_record_and_links(reader: Api, collection: Collection) -> None:
    made = draft(1, collection, "Atlas &amp; more")
    inventory.save([made])
    status, bib = reader("GET", f"/bibs/{made.mms_id}")
    assert status == 200
    assert (bib["mms_id"], bib["title"], bib["record_format"]) == (made.mms_id, "Atlas & more", "dc")
    assert "Atlas &amp; more" in bib["anies"][0]
    assert bib["collection"][0]["pid"]["value"] == collection.id
    assert bib["link"] == f"https://library.example/almaws/v1/bibs/{made.mms_id}"


def test_what_is_not_there_is_answered_400_with_almas_code(reader: Api) -> None:
    for path, code in (
        ("/bibs/990000000000000000000001", "402203"),
        ("/bibs/990000000000000000000001/representations/120000000000000000000001", "401652"),
        ("/bibs/collections/810000000000000000000001", "402550"),
    ):
        status, answer = reader("GET", path)
        assert status == 400
        assert answer["errorsExist"] is True
        assert answer["result"] is None
        (error,) = answer["errorList"]["error"]
        assert error["errorCode"] == code
        assert error["trackingId"]


def test_a_route_that_is_not_there_is_answered_in_the_error_shape(reader: Api) -> None:
    status, answer = reader("GET", "/nothing/here")
    assert (status, answer["errorsExist"]) == (404, True)


def test_parameters_beyond_their_bounds_are_refused_by_name(reader: Api, collection: Collection) -> None:
    status, answer = reader("GET", f"/bibs/collections/{collection.id}/bibs", {"limit": "101"})
    assert status == 400
    assert "limit" in answer["errorList"]["error"][0]["errorMessage"]


def test_lists_have_almas_envelope_and_page(reader: Api, collection: Collection) -> None:
    inventory.save(
        [draft(number, collection, f"Book {number}", files=3 if number == 1 else 0) for number in range(1, 4)]
    )
    status, page = reader("GET", f"/bibs/collections/{collection.id}/bibs", {"limit": "2", "offset": "1"})
    assert (status, page["total_record_count"]) == (200, 3)
    assert [bib["title"] for bib in page["bib"]] == ["Book 2", "Book 3"]
    mms_id = reader("GET", f"/bibs/collections/{collection.id}/bibs")[1]["bib"][0]["mms_id"]
    _, representations = reader("GET", f"/bibs/{mms_id}/representations/")
    (representation,) = representations["representation"]
    assert representations["total_record_count"] == 1
    _, files = reader("GET", f"/bibs/{mms_id}/representations/{representation['id']}/files", {"limit": "2"})
    assert [file["label"] for file in files["representation_file"]] == ["Page 1", "Page 2"]
    assert files["total_record_count"] == 3
    assert files["representation_file"][0]["url"] is None
    pid = files["representation_file"][0]["pid"]
    _, file = reader("GET", f"/bibs/{mms_id}/representations/{representation['id']}/files/{pid}", {"expand": "url"})
    assert "X-Amz-Signature" in file["url"]


def test_fields_are_named_as_in_the_recorded_answers(reader: Api, collection: Collection) -> None:
    if not RECORDED.is_dir():
        pytest.skip("the recorded answers of the Alma API are not beside this checkout")
    made = draft(1, collection, "Atlas", files=1)
    inventory.save([made])
    base = f"/bibs/{made.mms_id}/representations"
    rep = made.representations[0].id
    for path, recorded in (
        (f"/bibs/{made.mms_id}", "spec_data_bib_response.json"),
        (f"{base}/{rep}", "spec_data_representation_response.json"),
        (f"{base}/{rep}/files/{made.files[0].pid}", "spec_data_file_response.json"),
        (base, "spec_data_representations_response.json"),
    ):
        ours = reader("GET", path)[1]
        theirs = json.loads((RECORDED / recorded).read_text())
        assert theirs.keys() - ours.keys() <= set(), recorded


def test_a_drop_folder_is_run_by_the_api(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3

    from armarium.ingest import store

    profile = ingest.save_profile(
        ImportProfile(id="51001", name="CSV", source_format=SourceFormat.CSV, collection_id=collection.id)
    )
    boto3.client("s3").put_object(
        Bucket="armarium-upload", Key=f"{store.folder_of(profile.id, 'maps')}values.csv", Body=b"dc:title\nOne\n"
    )
    monkeypatch.setattr(store, "start_execution", lambda name, work: f"arn:{name}")
    cataloguer = Api(Role.CATALOGUER)
    body = {
        "parameter": [{"name": {"value": "folder"}, "value": "maps"}, {"name": {"value": "dry_run"}, "value": "true"}]
    }
    status, job = cataloguer("POST", "/conf/jobs/M51001", {"op": "run"}, body)
    assert status == 200, job
    instance = cataloguer("GET", f"/conf/jobs/M51001/instances/{job['instance'][0]['id']}")[1]
    assert (instance["status"]["value"], instance["dry_run"]) == ("QUEUED", True)
    assert cataloguer("GET", "/conf/jobs/M51001/instances")[1]["job_instance"][0]["id"] == instance["id"]
    status, refused = cataloguer("POST", "/conf/jobs/M51001", {"op": "run"}, {})
    assert status == 400
    assert "folder" in refused["errorList"]["error"][0]["errorMessage"]
    assert Api(Role.READER)("POST", "/conf/jobs/M51001", {"op": "run"}, body)[0] == 403
