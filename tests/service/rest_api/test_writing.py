"""Promises of writing: bibs, representations, files, collections."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from armarium.inventory import service as inventory
from armarium.inventory import store
from armarium.inventory.model import Collection
from armarium.metadata.model import Identifier
from tests.service.rest_api.client import Api

NOWHERE = "990000000000000000000001"
MARC = """<record><leader>00000nam a2200000 a 4500</leader>
<datafield tag="020" ind1=" " ind2=" "><subfield code="a">{isbn}</subfield></datafield>
<datafield tag="245" ind1="0" ind2="0"><subfield code="a">{title}</subfield></datafield></record>"""
DC = (
    '<record xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title>'
    "<dc:identifier>{identifier}</dc:identifier></record>"
)
REPRESENTATION = {"library": {"value": "MAIN"}, "usage_type": {"value": "PRESERVATION_MASTER"}, "label": "Scans"}


def marc(title: str, isbn: str = "9780306406157") -> str:
    return MARC.format(title=title, isbn=isbn)


@pytest.fixture
def bib(cataloguer: Api, collection: Collection) -> dict[str, Any]:
    """A bib in a collection."""
    body = {"anies": [marc("Atlas")], "collection": [{"pid": {"value": collection.id}}]}
    status, made = cataloguer("POST", "/bibs", body=body)
    assert status == 200, made
    return made


@pytest.fixture
def representation(cataloguer: Api, bib: dict[str, Any]) -> str:
    """The path of a representation of the bib."""
    status, made = cataloguer("POST", f"/bibs/{bib['mms_id']}/representations/", body=REPRESENTATION)
    assert status == 200, made
    return f"/bibs/{bib['mms_id']}/representations/{made['id']}"


def add_files(cataloguer: Api, representation: str, drop: Callable[[str, bytes], str], *names: str) -> list[str]:
    """New files; their ids."""
    pids = []
    for name in names:
        status, made = cataloguer("POST", f"{representation}/files", body={"path": drop(name, name.encode())})
        assert status == 200, made
        pids.append(made["pid"])
    return pids


def labels(api: Api, representation: str) -> list[str]:
    return [each["label"] for each in api("GET", f"{representation}/files", {"limit": "100"})[1]["representation_file"]]


# Bibs


def test_a_bib_is_made_from_almas_xml_and_found_by_its_isbn(cataloguer: Api) -> None:
    xml = f"<bib><suppress_from_publishing>true</suppress_from_publishing>{marc('Atlas of the sea')}</bib>"
    answer = cataloguer.ask("POST", "/bibs", {"validate": "false", "format": "json"}, xml)
    made = answer.json
    assert (answer.status, made["title"], made["isbn"]) == (200, "Atlas of the sea", "9780306406157")
    assert made["suppress_from_publishing"] == "true"
    isbn = Identifier(scheme="isbn", value="9780306406157")
    assert inventory.owners([isbn]) == {isbn: (made["mms_id"],)}


def test_a_bib_is_made_from_dublin_core(cataloguer: Api) -> None:
    body = {"record_format": "dc", "anies": [DC.format(title="Views", identifier="urn:views")]}
    status, made = cataloguer("POST", "/bibs", body=body)
    assert (status, made["title"], made["record_format"]) == (200, "Views", "dc")


def test_what_get_answers_can_be_put_back_and_changes_nothing(cataloguer: Api, bib: dict[str, Any]) -> None:
    path = f"/bibs/{bib['mms_id']}"
    assert cataloguer("PUT", path, body=cataloguer("GET", path)[1])[1]["version"] == 1
    xml = cataloguer.ask("GET", path, {"format": "xml"}).body
    assert cataloguer.ask("PUT", path, {"format": "json"}, xml).json["version"] == 1


def test_a_new_record_gives_up_the_identifiers_that_it_no_longer_has(cataloguer: Api, bib: dict[str, Any]) -> None:
    body = {"anies": [marc("Zoology", "9783161484100")]}
    status, changed = cataloguer("PUT", f"/bibs/{bib['mms_id']}", body=body)
    assert (status, changed["title"], changed["version"]) == (200, "Zoology", 2)
    old, new = (Identifier(scheme="isbn", value=each) for each in ("9780306406157", "9783161484100"))
    assert inventory.owners([old, new]) == {new: (bib["mms_id"],)}
    collection = bib["collection"][0]["pid"]["value"]
    cataloguer("POST", "/bibs", body={"anies": [marc("Maps")], "collection": [{"pid": {"value": collection}}]})
    _, listed = cataloguer("GET", f"/bibs/collections/{collection}/bibs")
    assert [each["title"] for each in listed["bib"]] == ["Maps", "Zoology"]


def test_patch_changes_what_is_sent_and_nothing_else(cataloguer: Api, bib: dict[str, Any]) -> None:
    status, changed = cataloguer("PATCH", f"/bibs/{bib['mms_id']}", body={"suppress_from_publishing": "true"})
    assert (status, changed["suppress_from_publishing"], changed["title"]) == (200, "true", "Atlas")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<bib/>", "402209"),
        ("<bib><record>", "ARM-RECORD-UNREADABLE"),
        ('<!DOCTYPE x [<!ENTITY e "x">]><bib>&e;</bib>', "ARM-RECORD-UNREADABLE"),
        ({"anies": ["<record><leader>x</leader></record>"]}, "402209"),
        ({"anies": [marc("")]}, "401664"),
        ("[1]", "ARM-INVALID"),
        ("{", "ARM-INVALID"),
        ({"anies": [marc("Atlas")], "collection": [{"pid": {"value": "810000000000000000000001"}}]}, "402550"),
    ],
)
def test_a_bib_that_cannot_be_made_is_refused_with_its_code(cataloguer: Api, body: Any, code: str) -> None:
    answer = cataloguer.ask("POST", "/bibs", body=body)
    assert (answer.status, answer.error) == (400, code)


@pytest.mark.parametrize(
    ("query", "record", "code"),
    [
        ({"validate": "true"}, marc("Atlas"), None),
        ({"validate": "true"}, marc("Atlas", isbn="1234567890"), None),
        ({"validate": "true", "override_warning": "false"}, marc("Atlas", isbn="1234567890"), "4022032"),
        ({"validate": "true"}, marc("Atlas \x80 two"), "4022032"),
        ({"override_warning": "false"}, marc("Atlas", isbn="1234567890"), None),
    ],
)
def test_a_record_is_checked_where_that_is_asked_for(
    cataloguer: Api, bib: dict[str, Any], query: dict[str, str], record: str, code: str | None
) -> None:
    for method, path in (("POST", "/bibs"), ("PUT", f"/bibs/{bib['mms_id']}")):
        status, answer = cataloguer(method, path, query, body={"anies": [record]})
        assert (status == 200) == (code is None), answer
        assert code is None or answer["errorList"]["error"][0]["errorCode"] == code


def test_a_change_to_a_version_that_passed_is_refused_and_nothing_is_lost(
    cataloguer: Api, bib: dict[str, Any], representation: str
) -> None:
    path = f"/bibs/{bib['mms_id']}"
    collection = f"/bibs/collections/{bib['collection'][0]['pid']['value']}"
    for each, body in (
        (path, {"suppress_from_publishing": "true"}),
        (representation, {"label": "First"}),
        (collection, {"description": "First"}),
    ):
        tag = cataloguer.ask("GET", each).headers["etag"]
        first = cataloguer.ask("PATCH", each, body=body, headers={"if-match": tag})
        assert first.status == 200
        assert first.headers["etag"] != tag
        second = cataloguer.ask("PATCH", each, body={"label": "Second"}, headers={"if-match": tag})
        deletion = cataloguer.ask("DELETE", each, {"override": "true"}, headers={"if-match": tag})
        assert (second.status, deletion.status) == (412, 412)
    assert cataloguer("GET", representation)[1]["label"] == "First"


def test_a_writer_who_comes_between_is_never_overwritten(
    cataloguer: Api, representation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = store.representation
    interferences = iter([{"public_note": "from somebody else"}])

    def read_then_be_overtaken(mms_id: str, representation_id: str) -> Any:
        found = read(mms_id, representation_id)
        for change in interferences:
            assert cataloguer("PATCH", representation, body=change)[0] == 200
        return found

    monkeypatch.setattr(store, "representation", read_then_be_overtaken)
    status, changed = cataloguer("PATCH", representation, body={"note": "mine"})
    assert (status, changed["note"], changed["public_note"]) == (200, "mine", "from somebody else")


def test_a_bib_with_representations_is_deleted_only_with_override(
    cataloguer: Api, bib: dict[str, Any], representation: str, drop: Callable[[str, bytes], str]
) -> None:
    add_files(cataloguer, representation, drop, "a.tif")
    path = f"/bibs/{bib['mms_id']}"
    refused = cataloguer.ask("DELETE", path)
    assert (refused.status, refused.error) == (400, "4022020")
    gone = cataloguer.ask("DELETE", path, {"override": "True"})
    assert (gone.status, gone.body) == (204, "")
    assert cataloguer.ask("GET", path).error == "402203"
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket="armarium-storage")
    assert cataloguer("GET", f"/bibs/collections/{bib['collection'][0]['pid']['value']}/bibs")[1]["bib"] == []


def test_the_bib_of_a_collection_goes_only_with_its_collection(cataloguer: Api, collection: Collection) -> None:
    assert cataloguer.ask("DELETE", f"/bibs/{collection.mms_id}", {"override": "true"}).error == "4022020"
    assert cataloguer.ask("DELETE", f"/bibs/collections/{collection.id}").status == 204
    assert cataloguer.ask("GET", f"/bibs/{collection.mms_id}").error == "402203"


# Representations


def test_a_representation_needs_a_collection_a_library_and_a_usage_type(cataloguer: Api, bib: dict[str, Any]) -> None:
    path = f"/bibs/{bib['mms_id']}/representations"
    for name in ("library", "usage_type"):
        answer = cataloguer.ask("POST", path, body={**REPRESENTATION, name: None})
        assert (answer.error, name in answer.body) == ("401664", True)
    _, alone = cataloguer("POST", "/bibs", body={"anies": [marc("Alone", "9783161484100")]})
    assert cataloguer.ask("POST", f"/bibs/{alone['mms_id']}/representations", body=REPRESENTATION).error == "402260"
    assert cataloguer.ask("POST", f"/bibs/{NOWHERE}/representations", body=REPRESENTATION).error == "402203"


def test_a_representation_in_xml_and_in_the_newer_terms_is_the_same(cataloguer: Api, bib: dict[str, Any]) -> None:
    xml = (
        '<representation is_remote="false"><library desc="Main">MAIN</library><usage_type>PRIMARY</usage_type>'
        "<public_note>Part 4</public_note><active>True</active><volume>4</volume></representation>"
    )
    _, made = cataloguer("POST", f"/bibs/{bib['mms_id']}/representations/", {"generate_label": "True"}, xml)
    assert (made["usage_type"]["value"], made["label"], made["volume"]) == ("PRESERVATION_MASTER", "Master", "4")
    path = f"/bibs/{bib['mms_id']}/representations/{made['id']}"
    assert cataloguer("GET", path, {"use_updated_terminology": "true"})[1]["usage_type"]["value"] == "PRIMARY"


def test_a_field_that_is_not_sent_is_not_erased_and_null_empties_one(cataloguer: Api, representation: str) -> None:
    cataloguer("PUT", representation, body={"public_note": "Part 4", "note": "to be checked"})
    status, changed = cataloguer("PATCH", representation, body={"note": None, "active": {"value": "false"}})
    assert (status, changed["label"], changed["public_note"], changed["note"]) == (200, "Scans", "Part 4", "")
    assert changed["active"]["value"] == "false"


@pytest.mark.parametrize(("choice", "left"), [("retain", "false"), ("suppress", "true"), ("delete", None)])
def test_the_last_representation_takes_its_bib_along_as_the_caller_says(
    cataloguer: Api, bib: dict[str, Any], representation: str, choice: str, left: str | None
) -> None:
    assert cataloguer.ask("DELETE", representation, {"bibs": choice}).status == 204
    answer = cataloguer.ask("GET", f"/bibs/{bib['mms_id']}")
    assert (answer.json.get("suppress_from_publishing") if answer.status == 200 else None) == left


def test_a_representation_with_files_is_deleted_only_with_override(
    cataloguer: Api, representation: str, drop: Callable[[str, bytes], str]
) -> None:
    add_files(cataloguer, representation, drop, "a.tif", "b.tif")
    assert cataloguer.ask("DELETE", representation).status == 400
    assert cataloguer.ask("DELETE", representation, {"override": "true"}).status == 204
    assert cataloguer.ask("GET", representation).error == "401652"
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket="armarium-storage")


# Files


def test_an_uploaded_file_moves_to_storage_once(
    cataloguer: Api, representation: str, drop: Callable[[str, bytes], str]
) -> None:
    path = drop("Seite 1.tif", b"scan")
    status, made = cataloguer("POST", f"{representation}/files", body={"path": path, "label": "Page 1"})
    assert (status, made["label"], made["size"]) == (200, "Page 1", 4)
    assert made["sha256"] == hashlib.sha256(b"scan").hexdigest()
    s3 = boto3.client("s3")
    assert "Contents" not in s3.list_objects_v2(Bucket="armarium-upload")
    assert s3.get_object(Bucket="armarium-storage", Key=made["path"])["Body"].read() == b"scan"
    assert cataloguer("GET", representation)[1]["files"]["total_record_count"] == 1
    again = cataloguer.ask("POST", f"{representation}/files", body={"path": path})
    assert (again.status, again.error) == (400, "401652")


@pytest.mark.parametrize(
    "path",
    ["", "other/upload/x.tif", "01ARM_INST/upload/../storage/x.tif", "01ARM_INST/upload/", "01ARM_INST/upload/x"],
)
def test_a_path_outside_the_upload_prefix_is_refused(cataloguer: Api, representation: str, path: str) -> None:
    assert cataloguer.ask("POST", f"{representation}/files", body={"path": path}).status == 400


def test_files_are_put_in_order_moved_and_paged_after_deletions(
    cataloguer: Api, representation: str, drop: Callable[[str, bytes], str]
) -> None:
    a, b, c, d = add_files(cataloguer, representation, drop, "a.tif", "b.tif", "c.tif", "d.tif")
    ordered = {"representation_file": [{"pid": each} for each in (d, a)]}
    assert cataloguer("PUT", f"{representation}/files", body=ordered)[0] == 200
    assert labels(cataloguer, representation) == ["d", "a", "b", "c"]
    status, moved = cataloguer("PUT", f"{representation}/files/{c}", body={"order": 2, "label": "see"})
    assert (status, moved["order"], moved["label"]) == (200, 2, "see")
    assert labels(cataloguer, representation) == ["d", "see", "a", "b"]
    assert cataloguer.ask("DELETE", f"{representation}/files/{d}").status == 204
    _, page = cataloguer("GET", f"{representation}/files", {"offset": "1", "limit": "1"})
    assert [each["pid"] for each in page["representation_file"]] == [a]
    assert page["total_record_count"] == 3
    assert cataloguer("GET", f"{representation}/files", {"offset": "3"})[1]["representation_file"] == []
    assert cataloguer("GET", f"{representation}/files/{b}")[1]["label"] == "b"


def test_new_content_takes_the_place_of_the_old_and_is_derived_anew(
    cataloguer: Api, representation: str, drop: Callable[[str, bytes], str], wishes: list[Any]
) -> None:
    (pid,) = add_files(cataloguer, representation, drop, "a.tif")
    before = cataloguer("GET", f"{representation}/files/{pid}")[1]
    status, after = cataloguer("PUT", f"{representation}/files/{pid}", body={"path": drop("a.tif", b"better scan")})
    assert (status, after["pid"], after["size"]) == (200, pid, 11)
    assert after["sha256"] != before["sha256"]
    s3 = boto3.client("s3")
    stored = [each["Key"] for each in s3.list_objects_v2(Bucket="armarium-storage")["Contents"]]
    assert stored == [after["path"]]
    assert len(wishes) == 1


def test_the_last_file_takes_its_representation_and_bib_along_as_the_caller_says(
    cataloguer: Api, bib: dict[str, Any], representation: str, drop: Callable[[str, bytes], str]
) -> None:
    a, b = add_files(cataloguer, representation, drop, "a.tif", "b.tif")
    choice = {"representations": "delete", "bibs": "suppress"}
    assert cataloguer.ask("DELETE", f"{representation}/files/{a}", choice).status == 204
    assert cataloguer.ask("GET", representation).status == 200
    assert cataloguer.ask("DELETE", f"{representation}/files/{b}", choice).status == 204
    assert cataloguer.ask("GET", representation).status == 400
    assert cataloguer("GET", f"/bibs/{bib['mms_id']}")[1]["suppress_from_publishing"] == "true"


# Collections


def test_collection_names_are_unique_and_mandatory(cataloguer: Api, collection: Collection) -> None:
    assert cataloguer.ask("POST", "/bibs/collections", body={"name": " maps "}).error == "402471"
    assert cataloguer.ask("POST", "/bibs/collections", body={"description": "x"}).error == "402472"
    assert (
        cataloguer.ask("POST", "/bibs/collections", body={"name": "X", "parent_pid": "81" + 20 * "0"}).error == "402550"
    )
    status, made = cataloguer("POST", "/bibs/collections", {"record_format": "dc"}, {"name": "Towns"})
    assert (status, made["name"]) == (200, "Towns")
    path = f"/bibs/collections/{made['pid']['value']}"
    assert cataloguer.ask("PUT", path, body={"name": "Maps"}).error == "402471"
    assert cataloguer("PUT", path, body={"name": "Cities", "external_id": "c-1"})[1]["name"] == "Cities"
    assert cataloguer("POST", "/bibs/collections", body={"name": "Towns"})[0] == 200
    assert cataloguer("GET", f"/bibs/{made['mms_id']['value']}")[1]["title"] == "Cities"


def test_a_collection_moves_in_the_tree_but_not_under_itself(cataloguer: Api, collection: Collection) -> None:
    _, child = cataloguer("POST", "/bibs/collections", body={"name": "Towns", "parent_pid": {"value": collection.id}})
    path = f"/bibs/collections/{child['pid']['value']}"
    above = f"/bibs/collections/{collection.id}"
    assert cataloguer.ask("PUT", above, body={"parent_pid": child["pid"]["value"]}).error == "402554"
    assert cataloguer.ask("DELETE", above).error == "402555"
    assert cataloguer("PATCH", path, body={"parent_pid": None})[1]["parent_pid"]["value"] is None
    assert [each["name"] for each in cataloguer("GET", "/bibs/collections")[1]["collection"]] == ["Maps", "Towns"]
    assert cataloguer.ask("DELETE", above).status == 204


def test_a_bib_is_put_into_collections_and_taken_out(
    cataloguer: Api, bib: dict[str, Any], representation: str, collection: Collection
) -> None:
    _, other = cataloguer("POST", "/bibs/collections", body={"name": "Towns"})
    members = f"/bibs/collections/{other['pid']['value']}/bibs"
    status, added = cataloguer("POST", members, body=f"<bib><mms_id>{bib['mms_id']}</mms_id></bib>")
    assert (status, len(added["collection"])) == (200, 2)
    assert cataloguer.ask("POST", members, body={"mms_id": bib["mms_id"]}).error == "701115"
    assert cataloguer.ask("POST", members, body={"mms_id": NOWHERE}).error == "402203"
    assert cataloguer.ask("DELETE", f"/bibs/collections/{collection.id}").error == "402553"
    assert cataloguer.ask("DELETE", f"/bibs/collections/{collection.id}/bibs/{bib['mms_id']}").status == 204
    assert cataloguer.ask("DELETE", f"/bibs/collections/{collection.id}/bibs/{bib['mms_id']}").error == "701116"
    assert cataloguer.ask("DELETE", f"{members}/{bib['mms_id']}").error == "701117"
    assert cataloguer("GET", members)[1]["total_record_count"] == 1


def test_a_collection_is_merged_into_another(cataloguer: Api, bib: dict[str, Any], collection: Collection) -> None:
    _, other = cataloguer("POST", "/bibs/collections", body={"name": "Towns"})
    into = other["pid"]["value"]
    cataloguer("POST", f"/bibs/collections/{into}/bibs", body={"mms_id": bib["mms_id"]})
    body = {"anies": [marc("Second", "9783161484100")], "collection": [collection.id]}
    cataloguer("POST", "/bibs", body=body)
    status, merged = cataloguer("POST", f"/bibs/collections/{collection.id}", {"op": "merge", "into": into})
    assert (status, merged["left"]) == (200, 0)
    assert cataloguer("GET", f"/bibs/collections/{into}/bibs")[1]["total_record_count"] == 2
    assert cataloguer.ask("DELETE", f"/bibs/collections/{collection.id}").status == 204
