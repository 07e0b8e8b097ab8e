"""Promises to libraries: staff of one change what is theirs or nobody's, and nothing of another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from armarium.accounts import service as accounts
from armarium.accounts.model import Role
from armarium.configuration import service as configuration
from armarium.configuration.model import Library
from armarium.holdings import service as holdings
from armarium.ingest import service as ingest
from armarium.ingest.model import ImportProfile, SourceFormat
from armarium.inventory import service as inventory
from tests.service.rest_api.client import NOW, Answer, Api

RECORD = (
    '<record><leader>     nam a22     uu 4500</leader><datafield tag="245" ind1="0" ind2="0">'
    '<subfield code="a">Atlas</subfield></datafield></record>'
)


@dataclass(frozen=True)
class Shelf:
    """A title with a thing of the law library and one of the medical library."""

    bib: str
    law: str  # representations
    med: str
    law_holding: str
    med_holding: str
    med_item: str
    law_collection: str
    med_collection: str

    def path(self, *parts: str) -> str:
        return "/".join(("", "bibs", self.bib, *parts))


def scoped(*libraries: str, role: Role = Role.CATALOGUER) -> Api:
    api = Api()
    api.key = accounts.create_key("branch", frozenset({role}), NOW, libraries=frozenset(libraries))[1]
    return api


@pytest.fixture
def law() -> Api:
    return scoped("LAW")


def made(answer: Answer) -> Any:
    assert answer.status == 200, answer.body
    return answer.json


@pytest.fixture
def shelf() -> Shelf:
    everywhere = Api(Role.CATALOGUER)
    for code in ("LAW", "MED", "ART"):
        configuration.change(Library, code, {"name": code}, "ann", NOW)

    def ask(path: str, **body: Any) -> Any:
        return made(everywhere.ask("POST", path, body=body))

    collections = [ask("/bibs/collections", name=code, library=code)["pid"]["value"] for code in ("LAW", "MED")]
    bib = ask("/bibs", anies=[RECORD], collection=[{"pid": collections[0]}])["mms_id"]
    representations = [
        ask(f"/bibs/{bib}/representations", library=code, usage_type="PRESERVATION_MASTER")["id"]
        for code in ("LAW", "MED")
    ]
    held = [ask(f"/bibs/{bib}/holdings", library=code)["holding_id"] for code in ("LAW", "MED")]
    item = ask(f"/bibs/{bib}/holdings/{held[1]}/items", item_data={"barcode": "B1"})["item_data"]["pid"]
    return Shelf(bib, *representations, *held, item, *collections)


@pytest.fixture
def foreign(shelf: Shelf, drop: Callable[[str, bytes], str]) -> list[tuple[str, str, dict[str, str], Any]]:
    """Every change of what belongs to the medical library."""
    med, holding = shelf.path("representations", shelf.med), shelf.path("holdings", shelf.med_holding)
    file = made(Api(Role.CATALOGUER).ask("POST", f"{med}/files", body={"path": drop("a.txt", b"a")}))["pid"]
    upload = {"name": "b.txt", "size": 1, "sha256": "0" * 64}
    begun = made(Api(Role.CATALOGUER).ask("POST", f"{med}/uploads", body=upload))["id"]
    rep = {"library": "MED", "usage_type": "PRESERVATION_MASTER"}
    return [
        ("POST", shelf.path("representations"), {}, rep),
        ("PUT", med, {}, {"label": "x"}),
        ("PATCH", med, {}, {"library": "LAW"}),
        ("DELETE", med, {"override": "true"}, None),
        ("POST", f"{med}/files", {}, {"path": "01ARM_INST/upload/api/a.txt"}),
        ("PUT", f"{med}/files", {}, {"representation_file": [{"pid": file}]}),
        ("PATCH", f"{med}/files", {}, {"representation_file": [{"pid": file}], "order": 1}),
        ("DELETE", f"{med}/files", {"pid": file}, None),
        ("POST", f"{med}/history", {"op": "restore", "change": "x"}, None),
        ("PUT", f"{med}/files/{file}", {}, {"label": "x"}),
        ("PATCH", f"{med}/files/{file}", {}, {"label": "x"}),
        ("POST", f"{med}/files/{file}", {"op": "derive"}, None),
        ("DELETE", f"{med}/files/{file}", {}, None),
        ("POST", f"{med}/uploads", {}, upload),
        ("POST", f"{med}/uploads/{begun}", {"op": "links"}, None),
        ("POST", f"{med}/uploads/{begun}", {"op": "finish"}, None),
        ("DELETE", f"{med}/uploads/{begun}", {}, None),
        ("POST", shelf.path("holdings"), {}, {"library": "MED"}),
        ("PUT", holding, {}, {"call_number": "x"}),
        ("DELETE", holding, {}, None),
        ("POST", f"{holding}/items", {}, {"item_data": {"barcode": "B2"}}),
        ("PUT", f"{holding}/items/{shelf.med_item}", {}, {"item_data": {"barcode": "B2"}}),
        ("POST", f"{holding}/items/{shelf.med_item}", {"op": "scan", "department": "DIGI"}, None),
        ("DELETE", f"{holding}/items/{shelf.med_item}", {}, None),
        ("POST", "/bibs/collections", {}, {"name": "x", "library": "MED"}),
        ("POST", "/bibs/collections", {}, {"name": "x", "parent_pid": shelf.med_collection}),
        ("PUT", f"/bibs/collections/{shelf.med_collection}", {}, {"name": "x"}),
        ("PATCH", f"/bibs/collections/{shelf.law_collection}", {}, {"parent_pid": shelf.med_collection}),
        ("DELETE", f"/bibs/collections/{shelf.med_collection}", {}, None),
        ("POST", f"/bibs/collections/{shelf.med_collection}", {"op": "merge", "into": shelf.law_collection}, None),
        ("POST", f"/bibs/collections/{shelf.law_collection}", {"op": "merge", "into": shelf.med_collection}, None),
        ("POST", f"/bibs/collections/{shelf.med_collection}/bibs", {}, {"mms_id": shelf.bib}),
        ("DELETE", f"/bibs/collections/{shelf.med_collection}/bibs/{shelf.bib}", {}, None),
        ("POST", "/bibs", {}, {"anies": [RECORD], "collection": [{"pid": shelf.med_collection}]}),
        ("DELETE", shelf.path(), {"override": "true"}, None),
        ("PATCH", shelf.path("representations", shelf.law), {}, {"library": "MED"}),
        ("PUT", shelf.path("holdings", shelf.law_holding), {}, {"library": "MED"}),
        ("PATCH", f"/bibs/collections/{shelf.law_collection}", {}, {"library": "MED"}),
        ("PUT", "/conf/libraries/MED", {}, {"name": "x"}),
        ("PUT", "/conf/departments/SCAN", {}, {"name": "x", "owner": "MED"}),
    ]


def test_nothing_of_another_library_is_changed_and_the_refusal_says_whose_it_is(
    shelf: Shelf, foreign: list[tuple[str, str, dict[str, str], Any]]
) -> None:
    cataloguer, administrator = scoped("LAW", "ART"), scoped("LAW", "ART", role=Role.ADMINISTRATOR)
    before = inventory.get_title(shelf.bib), holdings.list_holdings(shelf.bib)
    for method, path, query, body in foreign:
        api = administrator if path.startswith("/conf") else cataloguer
        answer = api.ask(method, path.rstrip("/"), query, body)
        assert answer.status == 403, (method, path, query, answer.body)
        assert "MED" in answer.body, (method, path)
    assert (inventory.get_title(shelf.bib), holdings.list_holdings(shelf.bib)) == before


def test_the_list_of_foreign_changes_names_every_route_that_changes_what_may_be_a_librarys(
    foreign: list[tuple[str, str, dict[str, str], Any]], shelf: Shelf
) -> None:
    from functions.rest_api.handler import ROUTES

    def shape(path: str) -> str:
        return "/".join("<>" if part[:1].isdigit() or part[:1] == "<" else part for part in path.rstrip("/").split("/"))

    tried = {(method, shape(path)) for method, path, _, _ in foreign}
    of_libraries = {
        (method, shape(path))
        for method, path, _ in ROUTES
        if method != "GET" and path.startswith("/bibs") and (method, shape(path)) not in BIBS_ALONE
    }
    assert of_libraries <= tried


# The institution's (suppression has its own test); and bulk change, which asks each title whose it is.
BIBS_ALONE = {("PUT", "/bibs/<>"), ("PATCH", "/bibs/<>"), ("POST", "/bibs/changes")}


def test_staff_change_what_is_theirs_and_what_is_nobodys(law: Api, shelf: Shelf) -> None:
    made(law.ask("PUT", shelf.path("representations", shelf.law), body={"label": "x"}))
    made(law.ask("PUT", shelf.path("holdings", shelf.law_holding), body={"call_number": "x"}))
    nobodys = made(law.ask("POST", "/bibs/collections", body={"name": "nobody's"}))["pid"]["value"]
    made(law.ask("PUT", f"/bibs/collections/{nobodys}", body={"name": "ours now", "library": "LAW"}))
    made(law.ask("PUT", shelf.path(), body={"anies": [RECORD.replace("Atlas", "Atlas of law")]}))
    assert law.ask("GET", shelf.path("representations", shelf.med)).status == 200


def test_a_bib_is_suppressed_by_whoever_has_something_on_it(law: Api, shelf: Shelf) -> None:
    made(law.ask("PATCH", shelf.path(), body={"suppress_from_publishing": True}))
    art = scoped("ART")
    assert art.ask("PATCH", shelf.path(), body={"suppress_from_publishing": False}).status == 403
    empty = made(law.ask("POST", "/bibs", body={"anies": [RECORD]}))["mms_id"]
    assert art.ask("PATCH", f"/bibs/{empty}", body={"suppress_from_publishing": True}).status == 200
    assert art.ask("DELETE", f"/bibs/{empty}").status == 204


def test_an_import_runs_for_its_own_library(law: Api) -> None:
    for number, library in (("51001", "MED"), ("51002", "LAW")):
        ingest.save_profile(
            ImportProfile(id=number, name=library, source_format=SourceFormat.CSV, library=library, collection_id="81")
        )
    administrator = scoped("LAW", role=Role.ADMINISTRATOR)
    assert administrator.ask("PUT", "/conf/md-import-profiles/51001", body={"description": "x"}).status == 403
    assert administrator.ask("PUT", "/conf/md-import-profiles/51002", body={"library": "MED"}).status == 403
    assert administrator.ask("POST", "/conf/md-import-profiles", body={"name": "x", "library": "MED"}).status == 403
    body = {"parameter": [{"name": {"value": "folder"}, "value": "maps"}]}
    assert law.ask("POST", "/conf/jobs/M51001", {"op": "run"}, body).status == 403
    assert law.ask("POST", "/conf/jobs/M51002", {"op": "run"}, body).status == 400  # theirs; the folder is not there


def test_keys_are_made_by_administrators_of_the_whole_institution() -> None:
    key = made(
        Api(Role.ADMINISTRATOR).ask(
            "POST", "/conf/api-keys", body={"name": "law", "role": ["reader"], "library": ["LAW"]}
        )
    )
    assert key["library"] == ["LAW"]
    of_law = scoped("LAW", role=Role.ADMINISTRATOR)
    for method, path, query in (
        ("POST", "/conf/api-keys", {}),
        ("POST", f"/conf/api-keys/{key['id']}", {"op": "rotate"}),
        ("DELETE", f"/conf/api-keys/{key['id']}", {}),
    ):
        assert of_law.ask(method, path, query, {"name": "x", "role": ["reader"]}).status == 403
    rotated = made(Api(Role.ADMINISTRATOR).ask("POST", f"/conf/api-keys/{key['id']}", {"op": "rotate"}))
    assert rotated["library"] == ["LAW"]
    xml = Api(Role.ADMINISTRATOR).ask("GET", f"/conf/api-keys/{key['id']}", {"format": "xml"})
    assert "LAW" in xml.body
