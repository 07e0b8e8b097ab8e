"""A public client of Alma's API, as it comes from PyPI: only the wire is replaced."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import almapipy
import pytest
import requests

from armarium.accounts.model import Role
from armarium.ingest import service as ingest
from armarium.ingest.model import ImportProfile, SourceFormat
from armarium.inventory.model import Collection
from tests.service.rest_api.client import Api

RECORD = """<bib><record><leader>00000nam a2200000 a 4500</leader>
<datafield tag="245" ind1="0" ind2="0"><subfield code="a">{title}</subfield></datafield></record></bib>"""
HOLDING = """<holding><record><leader>00000nx  a2200000   4500</leader>
<datafield tag="852" ind1="0" ind2=" "><subfield code="b">MAIN</subfield></datafield></record></holding>"""


class Wire:
    """What almapipy takes for ``requests``: it asks the handler with what requests would have sent."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def get(self, url: str, **options: Any) -> requests.Response:
        return self._send("GET", url, **options)

    def post(self, url: str, **options: Any) -> requests.Response:
        return self._send("POST", url, **options)

    def _send(self, method: str, url: str, **options: Any) -> requests.Response:
        prepared = requests.Session().prepare_request(requests.Request(method, url, **options))
        address = urlsplit(str(prepared.url))
        headers = {name.lower(): str(value) for name, value in prepared.headers.items()}
        body = prepared.body.decode() if isinstance(prepared.body, bytes) else prepared.body
        path = address.path.removeprefix("/almaws/v1")
        answer = self._api.ask(method, path, dict(parse_qsl(address.query)), body, headers)
        response = requests.Response()
        response.status_code, response.url = answer.status, str(prepared.url)
        response.headers.update({name.title(): value for name, value in answer.headers.items()})
        response._content = answer.body.encode()
        return response


@pytest.fixture(params=["json", "xml"])
def client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> almapipy.AlmaCnxn:
    key = Api(Role.CATALOGUER).key
    monkeypatch.setattr(almapipy.client, "requests", Wire(Api()))
    return almapipy.AlmaCnxn(key, data_format=request.param)


def said(answer: Any, name: str) -> Any:
    """A field of an answer, whichever its format."""
    if isinstance(answer, dict):
        value = answer[name]
        return value["value"] if isinstance(value, dict) else value
    return answer.find(name).text


def count(answer: Any) -> int:
    return int(answer["total_record_count"] if isinstance(answer, dict) else answer.attrib["total_record_count"])


def sent(client: almapipy.AlmaCnxn, name: str, fields: dict[str, str]) -> Any:
    """A resource in the client's format."""
    if client.cnxn_params["format"] == "json":
        return fields
    return f"<{name}>{''.join(f'<{key}>{value}</{key}>' for key, value in fields.items())}</{name}>"


def test_titles_representations_and_files(
    client: almapipy.AlmaCnxn, collection: Collection, drop: Callable[[str, bytes], str]
) -> None:
    made = client.bibs.catalog.post(RECORD.format(title="Atlas"))
    mms_id = made.find("mms_id").text
    assert said(client.bibs.catalog.get(mms_id, expand="p_avail,d_avail"), "title") == "Atlas"
    assert count(client.bibs.catalog.get([mms_id, mms_id])) == 1
    with pytest.raises(almapipy.utils.AlmaError, match="402260"):
        client.bibs.representations.post(
            sent(client, "representation", {"library": "MAIN", "usage_type": "PRIMARY"}), mms_id
        )
    client.bibs.collections.post_bib(sent(client, "bib", {"mms_id": mms_id}), collection.id)
    assert count(client.bibs.collections.get_bibs(collection.id)) == 1
    fields = {"library": "MAIN", "usage_type": "PRESERVATION_MASTER"}
    representation = client.bibs.representations.post(
        sent(client, "representation", fields), mms_id, generate_label=True
    )
    rep_id = said(representation, "id")
    assert said(representation, "label") == "Master"
    file = client.bibs.representations.post_file(
        sent(client, "representation_file", {"path": drop("a.tif", b"scan"), "label": "Page 1"}), mms_id, rep_id
    )
    assert said(file, "sha256") == hashlib.sha256(b"scan").hexdigest()
    assert count(client.bibs.representations.get(mms_id)) == 1
    assert said(client.bibs.representations.get_details(mms_id, rep_id), "library") == "MAIN"
    assert count(client.bibs.representations.get_details(mms_id, rep_id, files=True, q_params={"expand": "url"})) == 1


def test_collections(client: almapipy.AlmaCnxn, collection: Collection) -> None:
    made = client.bibs.collections.post(sent(client, "collection", {"name": "Old towns"}), record_format="dc")
    assert said(made, "name") == "Old towns"
    assert count(client.bibs.collections.get()) == 2
    assert count(client.bibs.collections.get(query={"name": "old towns"})) == 1
    assert said(client.bibs.collections.get(collection.id, q_params={"level": 2}), "name") == "Maps"


def test_holdings_and_items(client: almapipy.AlmaCnxn, collection: Collection) -> None:
    mms_id = client.bibs.catalog.post(RECORD.format(title="Atlas")).find("mms_id").text
    holding_id = client.bibs.catalog.post_holding(HOLDING, mms_id).find("holding_id").text
    is_json = client.cnxn_params["format"] == "json"
    item = (
        {"item_data": {"barcode": "B-1"}} if is_json else "<item><item_data><barcode>B-1</barcode></item_data></item>"
    )
    made = client.bibs.catalog.post_holding_item(item, mms_id, holding_id)
    pid = said(made["item_data"] if is_json else made.find("item_data"), "pid")
    assert count(client.bibs.catalog.get_holdings(mms_id)) == 1
    assert said(client.bibs.catalog.get_holdings(mms_id, holding_id), "holding_id") == holding_id
    assert count(client.bibs.catalog.get_holding_items(mms_id, holding_id)) == 1
    assert client.bibs.catalog.get_holding_items(mms_id, holding_id, pid) is not None


def test_configuration_jobs_and_sets(client: almapipy.AlmaCnxn, collection: Collection) -> None:
    ingest.save_profile(
        ImportProfile(id="51001", name="CSV", source_format=SourceFormat.CSV, collection_id=collection.id)
    )
    assert count(client.conf.units.get_libaries()) == 1
    assert said(client.conf.units.get_libaries("MAIN"), "code") == "MAIN"
    assert count(client.conf.units.get_departments()) == 1
    assert said(client.conf.general.get_code_table("UserGroups"), "name") == "UserGroups"
    assert count(client.conf.jobs.get()) == 2
    assert said(client.conf.jobs.get("M51001"), "name") == "CSV"
    assert count(client.conf.jobs.get_instances("M51001")) == 0
    assert count(client.conf.import_profiles.get()) == 1
    assert count(client.conf.sets.get(query={"name": "scan"})) == 0


def test_what_is_not_there_is_an_error_of_the_client(client: almapipy.AlmaCnxn) -> None:
    with pytest.raises(almapipy.utils.AlmaError, match="402203"):
        client.bibs.catalog.get("990000000000000000000001")
