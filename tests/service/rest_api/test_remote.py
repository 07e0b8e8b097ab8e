"""Promises of remote representations: the files stay in another repository."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from armarium.inventory.model import Collection
from tests.service.rest_api.client import Api
from tests.service.rest_api.test_writing import REPRESENTATION, marc

REMOTE = REPRESENTATION | {
    "is_remote": True,
    "repository": {"value": "DSPACE"},
    "originating_record_id": "oai:dspace:1/2",
    "linking_parameter_1": "1/2",
    "linking_parameter_5": "view",
}


@pytest.fixture
def path(cataloguer: Api, collection: Collection) -> str:
    body = {"anies": [marc("Atlas")], "collection": [{"pid": {"value": collection.id}}]}
    return f"/bibs/{cataloguer('POST', '/bibs', body=body)[1]['mms_id']}/representations"


def test_a_remote_representation_keeps_where_it_is(cataloguer: Api, path: str) -> None:
    status, made = cataloguer("POST", path, body=REMOTE)
    assert (status, made["is_remote"], made["repository"]["value"]) == (200, True, "DSPACE")
    assert (made["originating_record_id"], made["linking_parameter_1"]) == ("oai:dspace:1/2", "1/2")
    assert (made["linking_parameter_2"], made["linking_parameter_5"]) == (None, "view")
    one = f"{path}/{made['id']}"
    assert cataloguer("GET", one)[1] == made
    assert cataloguer("PUT", one, body=made)[1] == made
    _, changed = cataloguer("PUT", one, body={"linking_parameter_1": "3/4"})
    assert (changed["linking_parameter_1"], changed["linking_parameter_5"]) == ("3/4", None)
    assert changed["originating_record_id"] == "oai:dspace:1/2"


def test_remote_representations_are_found_by_their_name_in_the_repository(cataloguer: Api, path: str) -> None:
    cataloguer("POST", path, body=REPRESENTATION)
    made = cataloguer("POST", path, body=REMOTE)[1]["id"]
    _, found = cataloguer("GET", path, {"originating_record_id": "oai:dspace:1/2"})
    assert ([each["id"] for each in found["representation"]], found["total_record_count"]) == ([made], 1)
    assert cataloguer("GET", path, {"originating_record_id": "oai:dspace:9"})[1]["total_record_count"] == 0


def test_xml_says_by_an_attribute_that_a_representation_is_remote(cataloguer: Api, path: str) -> None:
    xml = (
        '<representation is_remote="true"><library>MAIN</library><usage_type>PRESERVATION_MASTER</usage_type>'
        "<repository>FEDORA</repository><originating_record_id>a:1</originating_record_id></representation>"
    )
    _, made = cataloguer("POST", path, {"format": "json"}, xml)
    assert (made["is_remote"], made["repository"]["value"]) == (True, "FEDORA")


@pytest.mark.parametrize("missing", ["repository", "originating_record_id"])
def test_a_remote_representation_says_where_it_is(cataloguer: Api, path: str, missing: str) -> None:
    answer = cataloguer.ask("POST", path, body={name: value for name, value in REMOTE.items() if name != missing})
    assert (answer.status, answer.error, missing in answer.body) == (400, "401652", True)


def test_a_remote_representation_gets_no_files(
    cataloguer: Api, path: str, drop: Callable[[str, bytes], str], wishes: list[Any]
) -> None:
    remote = f"{path}/{cataloguer('POST', path, body=REMOTE)[1]['id']}"
    dropped = {"path": drop("a.tif", b"scan")}
    assert cataloguer.ask("POST", f"{remote}/files", body=dropped).error == "401652"
    upload = {"name": "a.tif", "size": 4, "sha256": "0" * 64}
    assert cataloguer.ask("POST", f"{remote}/uploads", body=upload).error == "401652"
    here = f"{path}/{cataloguer('POST', path, body=REPRESENTATION)[1]['id']}"
    assert cataloguer.ask("POST", f"{here}/files", body=dropped).status == 200
    assert cataloguer.ask("PUT", here, body=REMOTE).error == "401652"


def test_a_representation_of_ours_is_not_remote_whatever_its_repository_is_called(cataloguer: Api, path: str) -> None:
    for name in ("Alma", "Armarium"):
        _, made = cataloguer("POST", path, body=REPRESENTATION | {"repository": {"value": name}})
        assert (made["is_remote"], made["repository"]["value"]) == (False, "Armarium")
        assert "originating_record_id" not in made
