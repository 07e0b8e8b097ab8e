"""A change of many titles on the deployed stack: previewed, started, followed, found, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.cloud.ingest_jobs import Librarian, counters, path_of

if TYPE_CHECKING:
    from tests.cloud.conftest import Cloud

RIGHTS = {"op": "add_element", "element": "dc:rights", "value": "No copyright"}


def loaded(cloud: Cloud, count: int) -> tuple[Librarian, list[str]]:
    """Titles out of a drop folder; answers their MMS ids."""
    librarian = Librarian(cloud)
    name = librarian.fresh("Changed")
    rows = "".join(f'"{name} {number}","{name}-{number}"\n' for number in range(count))
    job = librarian.load("csv", "change", {"values.csv": f"dc:title,originating_system_id\n{rows}".encode()})
    return librarian, [line["mms_id"] for line in librarian.report(job)]


def set_of(cloud: Cloud, mms_ids: list[str]) -> dict[str, Any]:
    body = {
        "name": f"To change {mms_ids[0]}",
        "type": {"value": "ITEMIZED"},
        "members": {"member": [{"id": mms_id} for mms_id in mms_ids]},
    }
    answer = cloud.api("POST", "/conf/sets", key="cataloguer", json=body)
    assert answer.status_code == 200, answer.text
    return {"id": answer.json()["id"]}


def started(cloud: Cloud, body: dict[str, Any]) -> dict[str, Any]:
    answer = cloud.api("POST", "/bibs/changes", key="cataloguer", params={"op": "start"}, json=body)
    assert answer.status_code == 200, answer.text
    job: dict[str, Any] = answer.json()
    return job


def test_a_set_is_changed_and_taken_back(cloud: Cloud) -> None:
    librarian, mms_ids = loaded(cloud, 3)
    change = {
        "name": "Rights",
        "set": set_of(cloud, mms_ids),
        "operations": [RIGHTS, {"op": "set_suppression", "suppressed": True}],
    }
    preview = cloud.api("POST", "/bibs/changes", key="cataloguer", params={"op": "preview"}, json=change).json()
    assert (preview["total_record_count"], preview["would_change"]) == (3, 3)
    before = [cloud.api("GET", f"/bibs/{mms_id}").json()["anies"] for mms_id in mms_ids]
    job = librarian.ended(started(cloud, change))
    assert (job["status"]["value"], counters(job)) == ("COMPLETED_SUCCESS", {"read": 3, "updated": 3}), job
    for mms_id in mms_ids:
        bib = cloud.api("GET", f"/bibs/{mms_id}").json()
        assert "No copyright" in bib["anies"][0] and bib["suppress_from_publishing"] == "true"
        assert cloud.page(f"/titles/{mms_id}").status_code == 404
    assert {line["result"] for line in librarian.report(job)} == {"updated"}

    def told() -> bool:
        history = cloud.api("GET", f"/bibs/{mms_ids[0]}/history").json()
        return any(job["id"] in str(each) for each in history["change"])

    cloud.wait_until(told, timeout=60)
    assert librarian.act(job, "undo", key="readonly").status_code == 403
    assert librarian.act(job, "undo").status_code == 200
    undone = librarian.ended(job)
    assert undone["undo_counts"] == {"taken_back": 3, "kept": 0}
    assert [cloud.api("GET", f"/bibs/{mms_id}").json()["anies"] for mms_id in mms_ids] == before


def test_what_a_search_finds_is_changed_even_where_the_change_moves_it_out_of_the_search(cloud: Cloud) -> None:
    librarian, mms_ids = loaded(cloud, 2)
    title = cloud.api("GET", f"/bibs/{mms_ids[0]}").json()["title"].rsplit(" ", 1)[0]
    searched = {"q": f'"{title}"', "suppressed": ["false"]}
    cloud.wait_until(lambda: cloud.api("GET", "/search", params=searched).json()["total_record_count"] == 2, timeout=60)
    change = {"search": searched, "operations": [{"op": "set_suppression", "suppressed": True}]}
    job = librarian.ended(started(cloud, change))
    assert counters(job) == {"read": 2, "updated": 2}
    assert librarian.act(job, "undo").status_code == 200
    librarian.ended(job)


def test_a_trial_run_writes_nothing_and_titles_that_stay_are_listed(cloud: Cloud) -> None:
    librarian, mms_ids = loaded(cloud, 2)
    before = [cloud.api("GET", f"/bibs/{mms_id}").json() for mms_id in mms_ids]
    replace = {"op": "replace_text", "field": "dc:title", "find": " 0", "replacement": " zero"}
    job = librarian.ended(started(cloud, {"set": set_of(cloud, mms_ids), "operations": [replace], "dry_run": True}))
    assert counters(job) == {"read": 2, "updated": 1, "unchanged": 1}
    (row,) = cloud.api("GET", f"{path_of(job)}/rows").json()["row"]
    assert row["reasons"] == ["dc:title: the text is not in it"]
    assert [cloud.api("GET", f"/bibs/{mms_id}").json() for mms_id in mms_ids] == before


def test_an_execution_for_a_job_that_is_not_there_ends(cloud: Cloud) -> None:
    import json

    client, machine = cloud.client("stepfunctions"), cloud.outputs["state_machines"]["bulk_change"]
    work = json.dumps({"job": "110000000000000000000001", "work": "CHANGE"})
    arn = client.start_execution(stateMachineArn=machine, name=Librarian(cloud).fresh("stray"), input=work)

    def ended() -> str | None:
        status = client.describe_execution(executionArn=arn["executionArn"])["status"]
        return None if status == "RUNNING" else str(status)

    assert cloud.wait_until(ended, 120) == "FAILED"
