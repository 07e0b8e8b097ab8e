"""The REST API on the deployed stack, with the functions' own rights: what a script writes, it reads back."""

from __future__ import annotations

import hashlib
import itertools
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from tests.cloud.conftest import Cloud

_numbers = itertools.count(int(time.time()))
_RECORD = '<dc xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></dc>'


def fresh(name: str) -> str:
    return f"{name} {next(_numbers)}"


@pytest.fixture
def bib(cloud: Cloud) -> dict[str, Any]:
    """A bib in a collection of its own, both made by the API."""
    collection = sent(cloud, "POST", "/bibs/collections", {"name": fresh("Maps"), "library": {"value": "MAIN"}})
    pid = collection["pid"]["value"]
    body = {"anies": [_RECORD.format(title=fresh("Atlas"))], "collection": [{"pid": {"value": pid}}]}
    return sent(cloud, "POST", "/bibs", body)


def sent(cloud: Cloud, method: str, path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
    answer = cloud.api(method, path, key="cataloguer", json=body)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def representation_of(cloud: Cloud, bib: dict[str, Any]) -> dict[str, Any]:
    body = {"label": "Scans", "library": {"value": "MAIN"}, "usage_type": {"value": "PRESERVATION_MASTER"}}
    return sent(cloud, "POST", f"/bibs/{bib['mms_id']}/representations/", body)


def test_a_title_is_made_changed_and_deleted_by_the_api(cloud: Cloud, bib: dict[str, Any]) -> None:
    path = f"/bibs/{bib['mms_id']}"
    read = cloud.api("GET", path)
    stale = {"If-Match": read.headers["ETag"]}
    changed = cloud.api("PATCH", path, key="cataloguer", json={"suppress_from_publishing": "true"}, headers=stale)
    assert changed.status_code == 200, changed.text
    assert changed.json()["suppress_from_publishing"] == "true"
    lost = cloud.api("PATCH", path, key="cataloguer", json={"suppress_from_publishing": "false"}, headers=stale)
    assert lost.status_code == 412
    assert cloud.page(f"/titles/{bib['mms_id']}").status_code == 404
    assert cloud.api("DELETE", path, key="readonly").status_code == 403
    sent(cloud, "DELETE", path, status=204)
    assert cloud.api("GET", path).json()["errorList"]["error"][0]["errorCode"] == "402203"
    history = cloud.wait_until(lambda: told(cloud, path, "deleted"), 30)
    assert history["by"]


def told(cloud: Cloud, path: str, action: str) -> dict[str, Any] | None:
    found = cloud.api("GET", f"{path}/history", params={"limit": 50}).json()["change"]
    return next((each for each in found if each["thing"] == "bib" and each["action"] == action), None)


def test_a_file_under_the_upload_prefix_moves_to_storage_and_goes_with_its_title(
    cloud: Cloud, bib: dict[str, Any]
) -> None:
    s3, content = cloud.client("s3"), b"plain text " * 10
    key = f"{cloud.outputs['institution']}/upload/{fresh('api').replace(' ', '-')}/note.txt"
    s3.put_object(Bucket=cloud.outputs["upload_bucket"], Key=key, Body=content)
    representation = representation_of(cloud, bib)
    base = f"/bibs/{bib['mms_id']}/representations/{representation['id']}"
    file = sent(cloud, "POST", f"{base}/files", {"path": key, "label": "Note"})
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert s3.get_object(Bucket=cloud.outputs["storage_bucket"], Key=file["path"])["Body"].read() == content
    assert cloud.api("DELETE", base, key="cataloguer").status_code == 400
    gone = cloud.api("DELETE", base, key="cataloguer", params={"override": "true", "bibs": "delete"})
    assert gone.status_code == 204, gone.text
    assert cloud.api("GET", f"/bibs/{bib['mms_id']}").status_code == 400
    found = s3.list_objects_v2(Bucket=cloud.outputs["storage_bucket"], Prefix=file["path"])
    assert found["KeyCount"] == 0


def test_a_file_is_uploaded_in_parts_that_survive_a_break(cloud: Cloud, bib: dict[str, Any]) -> None:
    content = bytes(range(256)) * 40_000  # two parts of 8 MiB, the second shorter
    representation = representation_of(cloud, bib)
    base = f"/bibs/{bib['mms_id']}/representations/{representation['id']}"
    wanted = {"name": "scan.bin", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    upload = sent(cloud, "POST", f"{base}/uploads", wanted)
    assert sent(cloud, "POST", f"{base}/uploads", wanted)["id"] == upload["id"]
    path = f"{base}/uploads/{upload['id']}"
    early = cloud.api("POST", path, key="cataloguer", params={"op": "finish"})
    assert early.json()["errorList"]["error"][0]["errorCode"] == "ARM-UPLOAD-INCOMPLETE"
    links = cloud.api("POST", path, key="cataloguer", params={"op": "links", "first": 1, "count": 10}).json()["part"]
    position = 0
    for link in links:
        part = content[position : position + link["size"]]
        answer = requests.put(link["url"], data=part, headers=link.get("headers", {}), timeout=60)
        assert answer.status_code == 200, answer.text
        position += link["size"]
    assert position == len(content)
    finished = cloud.api("POST", path, key="cataloguer", params={"op": "finish"})
    assert finished.status_code == 200, finished.text
    (file,) = cloud.api("GET", f"{base}/files").json()["representation_file"]
    assert (file["sha256"], file["size"]) == (wanted["sha256"], len(content))


def test_scripts_that_ask_for_xml_get_it(cloud: Cloud, bib: dict[str, Any]) -> None:
    answer = cloud.api("GET", f"/bibs/{bib['mms_id']}", headers={"Accept": "application/xml"})
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert f"<mms_id>{bib['mms_id']}</mms_id>" in answer.text
