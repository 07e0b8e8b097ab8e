"""No lost update: whatever can be written has an ETag, and is written only at the version that If-Match names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from armarium.accounts.model import Role
from armarium.inventory.model import Collection
from functions.rest_api.handler import DESCRIPTIONS
from tests.service.rest_api.client import Api
from tests.service.rest_api.test_writing import REPRESENTATION, marc

WITHOUT_A_VERSION = {
    "DELETE /bibs/collections/<pid>/bibs/<mms_id>": "that a bib is in a collection is there or not, never another",
    "DELETE /bibs/<mms_id>/representations/<rep_id>/uploads/<upload_id>": "an upload follows from what is uploaded",
    "DELETE /conf/api-keys/<key_id>": "a key is never changed, only taken back",
}
WRITES = sorted(f"{each.method} {each.path}" for each in DESCRIPTIONS if each.method in ("PUT", "PATCH", "DELETE"))


@pytest.fixture
def everything() -> Api:
    return Api(Role.CATALOGUER, Role.ADMINISTRATOR)


@pytest.fixture
def things(
    everything: Api, collection: Collection, drop: Callable[[str, bytes], str], wishes: list[Any]
) -> dict[str, str]:
    """One of everything that can be written: the parts of paths by name, or by what stands before them."""

    def made(path: str, body: Any, name: str) -> str:
        status, answer = everything("POST", path, body=body)
        assert status == 200, answer
        found = answer[name] if name in answer else answer["item_data"][name]
        return str(found)

    collected = [{"pid": {"value": collection.id}}]
    bib = made("/bibs", {"anies": [marc("Atlas")], "collection": collected}, "mms_id")
    rep = made(f"/bibs/{bib}/representations", REPRESENTATION, "id")
    held = made(f"/bibs/{bib}/holdings", {"library": "MAIN"}, "holding_id")
    return {
        "mms_id": bib,
        "rep_id": rep,
        "/files/<pid>": made(f"/bibs/{bib}/representations/{rep}/files", {"path": drop("a.tif", b"scan")}, "pid"),
        "holding_id": held,
        "item_pid": made(f"/bibs/{bib}/holdings/{held}/items", {"item_data": {"barcode": "B-1"}}, "pid"),
        "/collections/<pid>": collection.id,
        "set_id": made("/conf/sets", {"name": "To scan", "type": "LOGICAL", "query": "atlas"}, "id"),
        "profile_id": made("/conf/md-import-profiles", {"name": "Scans", "source_format": "CSV"}, "id"),
        "/libraries/<code>": "MAIN",
        "/departments/<code>": "DIGI_DEPT_INST",
        "/letters/<code>": "PickSlipLetter",
        "/code-tables/<code>": "UserGroups",
        "/deposit-profiles/<code>": "THESES",
    }


def path_of(template: str, things: dict[str, str]) -> str:
    for name, value in things.items():
        known, _, part = name.rpartition("/")
        template = template.replace(name, f"{known}/{value}") if part.startswith("<") else template
        template = template.replace(f"<{name}>", value)
    assert "<" not in template, f"make one for {template} in this test"
    return template


def test_every_write_is_refused_at_a_version_that_is_not_stored(everything: Api, things: dict[str, str]) -> None:
    everything("PUT", "/conf/deposit-profiles/THESES", body={"name": "Theses"})
    assert WITHOUT_A_VERSION.keys() < set(WRITES)
    for write in WRITES:
        if write in WITHOUT_A_VERSION:
            continue
        method, template = write.split(" ")
        path = path_of(template, things)
        before = everything.ask("GET", path)
        assert before.status == 200, (write, before.body)
        if not template.endswith("/files"):  # the order of files is the representation's
            assert before.headers["etag"].strip('"').isdecimal(), write
        body = None if method == "DELETE" else before.json
        refused = everything.ask(method, path, body=body, headers={"if-match": '"999"'})
        assert (refused.status, refused.error) == (412, "4022034"), (write, refused.body)
        assert everything.ask("GET", path).json == before.json
