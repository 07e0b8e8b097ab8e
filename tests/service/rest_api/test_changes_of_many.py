"""One change of many titles, asked of the REST API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
from tests.service.inventory.test_titles import draft
from tests.service.rest_api.client import NOW, Api

RIGHTS = {"op": "add_element", "element": "dc:rights", "value": "No copyright"}


@pytest.fixture(autouse=True)
def workflow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    role = boto3.client("iam").create_role(RoleName="sfn", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    definition = '{"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": true}}}'
    machine = boto3.client("stepfunctions").create_state_machine(name="change", definition=definition, roleArn=role)
    monkeypatch.setenv("ARMARIUM_BULK_CHANGE_STATE_MACHINE", machine["stateMachineArn"])
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def chosen(collection: Collection) -> str:
    """A set of three titles."""
    drafts = [draft(number, collection, f"Atlas {number}") for number in range(3)]
    inventory.save(drafts)
    made = sets.create_set({"name": "Atlases", "type": "ITEMIZED"}, "ann", NOW)
    sets.add_members(made.id, [each.mms_id for each in drafts], NOW)
    return made.id


def test_a_change_is_previewed_started_followed_and_taken_back(
    cataloguer: Api, collection: Collection, chosen: str
) -> None:
    body = {"name": "Rights", "set": {"id": chosen}, "operations": [RIGHTS]}
    status, preview = cataloguer("POST", "/bibs/changes", {"op": "preview", "limit": "2"}, body)
    assert status == 200, preview
    assert (preview["total_record_count"], preview["would_change"], len(preview["title"])) == (3, 2, 2)
    assert preview["title"][0]["differences"] == [{"what": "dc:rights", "before": [], "after": ["No copyright"]}]
    status, job = cataloguer("POST", "/bibs/changes", {"op": "start"}, body)
    assert (status, job["name"], job["job_info"]["id"]) == (200, "Rights", "BULK_CHANGE")
    worker = Cataloguer(collection)
    worker.run(jobs.get_job(job["id"]))
    path = f"/conf/jobs/BULK_CHANGE/instances/{job['id']}"
    _, ended = cataloguer("GET", path)
    assert ended["link"].endswith(path)
    assert {each["type"]["value"]: each["value"] for each in ended["counter"]}["c.updated"] == "3"
    _, listed = cataloguer("GET", "/conf/jobs/BULK_CHANGE/instances")
    assert [each["id"] for each in listed["job_instance"]] == [job["id"]]
    assert cataloguer.ask("GET", f"{path}/report").status == 303
    status, undoing = cataloguer("POST", path, {"op": "undo"})
    assert (status, undoing["undo_running"]) == (200, True)
    bulk_change.prepare_undo(job["id"])
    for chunk in worker.chunks(job["id"]):
        bulk_change.take_back(job["id"], chunk, NOW)
    bulk_change.settle_undo(job["id"], "ann", NOW)
    assert cataloguer("GET", path)[1]["undo_counts"] == {"taken_back": 3, "kept": 0}


def test_titles_that_stay_as_they_were_are_listed_with_their_reason(
    cataloguer: Api, collection: Collection, chosen: str
) -> None:
    body = {
        "set": chosen,
        "operations": [{"op": "replace_text", "field": "dc:title", "find": "Atlas 1", "replacement": "Globe"}],
        "dry_run": "true",
    }
    job = cataloguer("POST", "/bibs/changes", {"op": "start"}, body)[1]
    assert job["dry_run"] is True
    Cataloguer(collection).run(jobs.get_job(job["id"]))
    _, rows = cataloguer("GET", f"/conf/jobs/BULK_CHANGE/instances/{job['id']}/rows")
    assert rows["total_record_count"] == 2
    assert {row["reasons"][0] for row in rows["row"]} == {"dc:title: the text is not in it"}


def test_the_job_of_bulk_changes_is_among_the_jobs(reader: Api) -> None:
    _, listed = reader("GET", "/conf/jobs")
    assert [each["id"] for each in listed["job"]] == ["BULK_CHANGE"]
    assert reader("GET", "/conf/jobs/BULK_CHANGE")[1]["name"] == "Bulk change"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "say which titles"),
        ({"set": {"id": "640000000000000000990001"}, "operations": [RIGHTS]}, "There is no set"),
        ({"search": {"q": "x", "colour": "red"}, "operations": [RIGHTS]}, "colour"),
        ({"search": {"q": "x"}, "operations": [{**RIGHTS, "element": "dc:colour"}]}, "operations.0.element"),
        ({"search": {"q": "x"}, "operations": {"op": RIGHTS}}, "operations"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_the_field_that_is_wrong(
    cataloguer: Api, body: dict[str, object], told: str
) -> None:
    for op in ("preview", "start"):
        answer = cataloguer.ask("POST", "/bibs/changes", {"op": op}, body)
        assert answer.status == 400
        assert told in answer.json["errorList"]["error"][0]["errorMessage"]
    assert jobs.list_jobs().items == ()


def test_only_cataloguers_and_administrators_change_many_titles(chosen: str) -> None:
    body = {"set": {"id": chosen}, "operations": [RIGHTS]}
    for role in (Role.READER, Role.DIGITIZATION_OPERATOR, Role.APPROVER):
        assert Api(role).ask("POST", "/bibs/changes", {"op": "preview"}, body).status == 403
    assert Api(Role.ADMINISTRATOR).ask("POST", "/bibs/changes", {"op": "preview"}, body).status == 200
