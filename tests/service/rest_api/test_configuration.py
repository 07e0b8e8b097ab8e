"""Promises of libraries, departments, letters, code tables and sets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from armarium.accounts.model import Role
from armarium.ingest import service as ingest
from armarium.ingest.model import ImportProfile, SourceFormat
from armarium.inventory import service as inventory
from armarium.inventory.model import Collection
from tests.service.inventory.test_titles import draft
from tests.service.rest_api.client import Api
from tests.service.rest_api.test_formats import schema


def test_what_nobody_set_up_is_there_with_sensible_values(reader: Api) -> None:
    assert [each["code"] for each in reader("GET", "/conf/libraries")[1]["library"]] == ["MAIN"]
    assert reader("GET", "/conf/departments", {"type": "DIGI"})[1]["total_record_count"] == 1
    assert reader("GET", "/conf/letters")[1]["total_record_count"] >= 8
    assert reader("GET", "/conf/letters/PickSlipLetter")[1]["channel"] == "PRINT"
    assert reader.ask("GET", "/conf/libraries/NONE").error == "402119"
    assert reader.ask("GET", "/conf/code-tables/NONE").error == "90101"


def test_an_import_profile_is_answered_by_its_number_however_short(reader: Api) -> None:
    ingest.save_profile(ImportProfile(id="1001", name="MARC 21", source_format=SourceFormat.MARC21))
    listed = reader("GET", "/conf/md-import-profiles")[1]["import_profile"]
    assert reader("GET", "/conf/md-import-profiles/1001") == (200, listed[0])
    assert reader.ask("GET", "/conf/md-import-profiles/1001x").status == 400


def test_an_administrator_sets_up_libraries_and_code_tables_and_nobody_else(reader: Api, cataloguer: Api) -> None:
    administrator = Api(Role.ADMINISTRATOR)
    status, made = administrator("PUT", "/conf/libraries/SCI", body={"name": "Science Library"})
    assert (status, made["name"], made["version"]) == (200, "Science Library", 1)
    assert [each["code"] for each in reader("GET", "/conf/libraries")[1]["library"]] == ["MAIN", "SCI"]
    assert administrator.ask("PUT", "/conf/libraries/ART", body={}).status == 400
    assert cataloguer.ask("PUT", "/conf/libraries/SCI", body={"name": "Mine"}).status == 403
    rows = {"row": [{"code": "FRIEND", "description": "Friend of the library", "default": True}]}
    answer = administrator.ask("PUT", "/conf/code-tables/UserGroups", body=rows, headers={"if-match": '"0"'})
    assert (answer.status, answer.json["row"][0]["enabled"]) == (200, True)
    again = administrator.ask("PUT", "/conf/code-tables/UserGroups", body=rows, headers={"if-match": '"0"'})
    assert again.status == 412
    assert reader("GET", "/conf/code-tables/UserGroups")[1]["row"][0]["code"] == "FRIEND"


def test_code_tables_in_xml_hold_to_the_published_schema(reader: Api, tmp_path: Path) -> None:
    answer = reader.ask("GET", "/conf/code-tables/UserGroups", {"format": "xml"})
    table = etree.fromstring(answer.body.encode())
    assert table.findtext("rows/row/code") == "UNDRGRD"
    schema("rest_code_table.xsd", tmp_path).assertValid(table)


def test_a_listed_set_has_the_titles_that_were_put_into_it(cataloguer: Api, collection: Collection) -> None:
    titles = [draft(number, collection, f"Book {number}") for number in (1, 2, 3)]
    inventory.save(titles)
    ids = [each.mms_id for each in titles]
    body = {"name": "To scan", "type": {"value": "ITEMIZED"}, "content": {"value": "BIB_MMS"}}
    _, made = cataloguer("POST", "/conf/sets", body=body)
    path = f"/conf/sets/{made['id']}"
    members = {"members": {"member": [{"id": each} for each in ids[:2]]}}
    status, filled = cataloguer("POST", path, {"op": "add_members"}, members)
    assert (status, filled["number_of_members"]["value"]) == (200, 2)
    assert cataloguer("POST", path, {"op": "add_members"}, members)[1]["number_of_members"]["value"] == 2
    wrong = {"members": {"member": [{"id": "990000000000000000000001"}, {"id": ids[2]}]}}
    assert cataloguer.ask("POST", path, {"op": "add_members"}, wrong).error == "60116"
    lenient = {"op": "add_members", "fail_on_invalid_id": "False"}
    assert cataloguer("POST", path, lenient, wrong)[1]["number_of_members"]["value"] == 3
    _, page = cataloguer("GET", f"{path}/members", {"limit": "2", "offset": "1"})
    assert ([each["id"] for each in page["member"]], page["total_record_count"]) == (sorted(ids)[1:], 3)
    assert cataloguer("POST", path, {"op": "delete_members"}, members)[1]["number_of_members"]["value"] == 1
    replaced = cataloguer("POST", path, {"op": "replace_members"}, members)[1]
    assert replaced["number_of_members"]["value"] == 2
    assert cataloguer.ask("POST", path, {"op": "add_members"}, {}).error == "60113"
    assert cataloguer.ask("DELETE", path).status == 204
    assert cataloguer.ask("GET", f"{path}/members").error == "60107"


def test_a_logical_set_is_a_stored_search_and_names_are_unique(cataloguer: Api) -> None:
    body = {"name": "Atlases", "type": {"value": "LOGICAL"}, "query": {"value": "title ~ atlas"}}
    _, made = cataloguer("POST", "/conf/sets", body=body)
    path = f"/conf/sets/{made['id']}"
    assert cataloguer("GET", path)[1]["query"]["value"] == "title ~ atlas"
    assert cataloguer.ask("GET", f"{path}/members").error == "402262"
    assert cataloguer.ask("POST", "/conf/sets", body={**body, "name": "atlases "}).error == "402263"
    assert cataloguer.ask("POST", "/conf/sets", body={**body, "name": "X", "type": "OTHER"}).error == "402262"
    assert cataloguer("PUT", path, body={"name": "Old atlases"})[1]["name"] == "Old atlases"
    assert cataloguer("POST", "/conf/sets", body=body)[0] == 200
    _, found = cataloguer("GET", "/conf/sets", {"q": "name~old", "set_type": "LOGICAL"})
    assert [each["name"] for each in found["set"]] == ["Old atlases"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/bibs/{mms_id}/representations", {"usage_type": {"value": "PRESERVATION_MASTER"}}),
        ("PUT", "/bibs/{mms_id}/representations/{rep}", {}),
        ("POST", "/bibs/{mms_id}/holdings", {}),
        ("POST", "/bibs/collections", {"name": "Plans"}),
        ("PUT", "/bibs/collections/{collection}", {}),
        ("PUT", "/conf/deposit-profiles/THESES", {"name": "Theses"}),
    ],
)
def test_a_library_that_is_not_set_up_is_refused_wherever_one_is_named(
    collection: Collection, method: str, path: str, body: dict[str, Any]
) -> None:
    everything = Api(Role.CATALOGUER, Role.ADMINISTRATOR)
    made = draft(1, collection, "Atlas", files=1)
    inventory.save([made])
    names = {"mms_id": made.mms_id, "rep": made.representations[0].id, "collection": collection.id}
    answer = everything.ask(method, path.format(**names), body=body | {"library": {"value": "NONE"}})
    assert (answer.status, answer.error) == (400, "402469")
    assert "MAIN" in answer.body
    everything("PUT", "/conf/libraries/NONE", body={"name": "Not here before"})
    assert everything.ask(method, path.format(**names), body=body | {"library": {"value": "NONE"}}).status == 200


def test_departments_are_set_up_and_letters_changed_at_the_version_that_was_seen() -> None:
    administrator = Api(Role.ADMINISTRATOR)
    body = {"name": "Map scanning", "type": {"value": "DIGI"}, "work_days": 3, "library": [{"value": "MAIN"}]}
    made = administrator.ask("PUT", "/conf/departments/MAPS", body=body, headers={"if-match": '"0"'})
    assert (made.status, made.headers["etag"], made.json["library"][0]["value"]) == (200, '"1"', "MAIN")
    assert administrator("GET", "/conf/departments/MAPS")[1] == made.json
    xml = "<department><name>Maps</name><served_libraries/></department>"
    assert administrator("PUT", "/conf/departments/MAPS", body=xml)[1]["library"] == []
    wrong = administrator.ask("PUT", "/conf/departments/X", body={"name": "X", "owner": {"value": "NO"}})
    assert wrong.error == "402469"
    path = "/conf/letters/PickSlipLetter"
    _, letter = administrator("GET", path)
    assert (letter["enabled"]["value"], letter["customized"]["value"]) == ("true", "false")
    changed = administrator.ask("PUT", path, body=letter | {"enabled": {"value": "false"}}, headers={"if-match": '"0"'})
    assert (changed.status, changed.json["enabled"]["value"]) == (200, "false")
    assert changed.json["customized"]["value"] == "true"
    assert administrator.ask("PUT", path, body=letter, headers={"if-match": '"0"'}).status == 412
    assert administrator.ask("PUT", "/conf/letters/Mine", body=letter).error == "40166411"
    assert administrator.ask("PUT", path, body={"retention_period": "many"}).status == 400


def test_a_deposit_profile_has_the_published_fields(reader: Api, cataloguer: Api) -> None:
    administrator = Api(Role.ADMINISTRATOR)
    body = {
        "name": "Theses",
        "instructions": "One file",
        "library": {"value": "MAIN"},
        "approval_method": "AUTO",
        "unsuppress_on_approval": False,
        "user_group": [{"value": "GRAD"}],
    }
    status, made = administrator("PUT", "/conf/deposit-profiles/THESES", body=body)
    assert (status, made["id"], made["approval_method"]) == (200, "THESES", "AUTO")
    assert (made["unsuppress_on_approval"], made["instructions"]) == (False, "One file")
    assert reader("GET", "/conf/deposit-profiles/THESES")[1] == made
    assert reader("GET", "/conf/deposit-profiles", {"user_group": "GRAD"})[1]["total_record_count"] == 1
    assert reader("GET", "/conf/deposit-profiles", {"user_group": "FACULTY"})[1]["total_record_count"] == 0
    assert reader.ask("GET", "/conf/deposit-profiles/NONE").error == "402119"
    assert cataloguer.ask("PUT", "/conf/deposit-profiles/THESES", body=body).status == 403
    assert administrator.ask("PUT", "/conf/deposit-profiles/THESES", body={"approval_method": "MAYBE"}).status == 400


def test_an_import_profile_is_made_and_changed_in_versions(reader: Api, cataloguer: Api) -> None:
    administrator = Api(Role.ADMINISTRATOR)
    body = {"name": "Scans", "source_format": {"value": "CSV"}, "representations": [{"pattern": "high/*"}]}
    path = "/conf/md-import-profiles"
    made = administrator.ask("POST", path, body=body)
    assert (made.status, made.json["id"], made.headers["etag"]) == (200, "1001", '"1"')
    assert (made.json["type"]["value"], made.json["source_format"]["value"]) == ("DIGITAL", "CSV")
    assert made.json["digital_details"]["representation"][0]["group_files_by"] == "high/*"
    assert made.json["job_id"]["value"] == "M1001"
    one = f"{path}/1001"
    changed = administrator.ask("PUT", one, body=made.json | {"name": "Plans"}, headers={"if-match": '"1"'})
    assert (changed.json["version"], changed.json["name"], changed.json["representations"][0]["pattern"]) == (
        2,
        "Plans",
        "high/*",
    )
    assert administrator.ask("PUT", one, body={"name": "Mine"}, headers={"if-match": '"1"'}).status == 412
    wrong = administrator.ask("PUT", one, body={"on_match": "replace", "library": "NONE"})
    assert (wrong.status, wrong.error, "on_match" in wrong.body) == (400, "402123", True)
    _, versions = reader("GET", f"{one}/versions")
    assert [each["version"] for each in versions["import_profile"]] == [2, 1]
    assert cataloguer.ask("PUT", one, body={"name": "Mine"}).status == 403
    assert reader.ask("GET", f"{path}/77").error == "401871"
    xml = (
        "<import_profile><name>XML</name><source_format>DC</source_format><active>false</active><match_by>dc</match_by>"
        "<representations><representation><pattern>*.tif</pattern></representation></representations></import_profile>"
    )
    _, by_xml = administrator("POST", path, {"format": "json"}, xml)
    assert (by_xml["active"], by_xml["match_by"], by_xml["representations"][0]["pattern"]) == (False, ["dc"], "*.tif")
