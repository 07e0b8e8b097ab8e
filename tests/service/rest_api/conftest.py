"""Keys of each role, a collection, a place to ask for derivatives."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from armarium.accounts.model import Role
from armarium.derivatives import store as derivatives
from armarium.inventory import service as inventory
from armarium.inventory.model import Collection
from armarium.jobs import service as jobs
from armarium.jobs.model import Job
from armarium.platform import clock
from tests.service.rest_api.client import NOW, Api

UPLOAD = "01ARM_INST/upload/api"


@pytest.fixture
def collection() -> Collection:
    return inventory.create_collection(name="Maps", by="ann", now=NOW)


@pytest.fixture
def reader() -> Api:
    return Api(Role.READER)


@pytest.fixture
def cataloguer() -> Api:
    return Api(Role.CATALOGUER)


@pytest.fixture
def drop() -> Callable[[str, bytes], str]:
    """Puts a file under the upload prefix; answers its path."""

    def put(name: str, content: bytes) -> str:
        key = f"{UPLOAD}/{name}"
        boto3.client("s3").put_object(Bucket="armarium-upload", Key=key, Body=content)
        return key

    return put


@pytest.fixture
def wishes(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the derivation of files is asked for."""
    asked: list[Any] = []
    monkeypatch.setattr(derivatives, "send", lambda message: asked.append(json.loads(message)))
    return asked


@pytest.fixture
def everything() -> Api:
    return Api(Role.CATALOGUER, Role.ADMINISTRATOR)


@pytest.fixture
def things(
    everything: Api, collection: Collection, drop: Callable[[str, bytes], str], wishes: list[Any]
) -> dict[str, str]:
    """One of everything: the parts of paths by name, or by what stands before them."""
    from tests.service.rest_api.test_writing import REPRESENTATION, marc

    def made(path: str, body: Any, name: str) -> str:
        status, answer = everything("POST", path, body=body)
        assert status == 200, answer
        found = answer[name] if name in answer else answer["item_data"][name]
        return str(found)

    collected = [{"pid": {"value": collection.id}}]
    bib = made("/bibs", {"anies": [marc("Atlas")], "collection": collected}, "mms_id")
    rep = made(f"/bibs/{bib}/representations", REPRESENTATION, "id")
    held = made(f"/bibs/{bib}/holdings", {"library": "MAIN"}, "holding_id")
    upload = {"name": "b.tif", "size": 4, "sha256": "0" * 64}
    everything("PUT", "/conf/deposit-profiles/THESES", body={"name": "Theses"})
    everything("PUT", "/conf/search-fields/place", body={"name": "Places", "source": ["751a"]})
    profile = made("/conf/md-import-profiles", {"name": "Scans", "source_format": "CSV"}, "id")
    run = Job(id="1100000000000000010001", profile_id=profile, name="Scans: maps", submitted_at=clock.stamp(NOW))
    jobs.submit(run)
    return {
        "mms_id": bib,
        "rep_id": rep,
        "/files/<pid>": made(f"/bibs/{bib}/representations/{rep}/files", {"path": drop("a.tif", b"scan")}, "pid"),
        "holding_id": held,
        "item_pid": made(f"/bibs/{bib}/holdings/{held}/items", {"item_data": {"barcode": "B-1"}}, "pid"),
        "/collections/<pid>": collection.id,
        "set_id": made(
            "/conf/sets", {"name": "To scan", "type": "ITEMIZED", "members": {"member": [{"id": bib}]}}, "id"
        ),
        "profile_id": profile,
        "job_id": f"M{profile}",
        "instance_id": run.id,
        "upload_id": made(f"/bibs/{bib}/representations/{rep}/uploads", upload, "id"),
        "key_id": made("/conf/api-keys", {"name": "Scanner", "role": "reader"}, "id"),
        "/search-fields/<code>": "place",
        "/libraries/<code>": "MAIN",
        "/departments/<code>": "DIGI_DEPT_INST",
        "/letters/<code>": "PickSlipLetter",
        "/code-tables/<code>": "UserGroups",
        "/deposit-profiles/<code>": "THESES",
    }
