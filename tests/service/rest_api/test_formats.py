"""JSON and XML: the same resources, as asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from armarium.accounts.model import Role
from armarium.inventory import service as inventory
from armarium.inventory.model import Draft
from armarium.metadata import service as metadata
from armarium.metadata.model import RecordSchema, SourceRecord
from tests.service.inventory.test_titles import draft
from tests.service.rest_api.client import NOW, Api

SCHEMAS = Path(__file__).resolve().parents[3].parent / "shared" / "reference" / "alma-api" / "xsd"
MARC = "http://www.loc.gov/MARC21/slim"
ERRORS = "{http://com/exlibris/urm/general/xmlbeans}"
RECORD = f"""<record xmlns="{MARC}"><leader>00000nam a2200000 a 4500</leader>
<datafield tag="020" ind1=" " ind2=" "><subfield code="a">9780306406157</subfield></datafield>
<datafield tag="035" ind1=" " ind2=" "><subfield code="a">(OCoLC)42</subfield></datafield>
<datafield tag="245" ind1="0" ind2="0"><subfield code="a">Maps &amp; charts</subfield></datafield></record>"""
NETWORK_NUMBERS = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
<xs:complexType name="network_numbers"><xs:sequence>
<xs:element name="network_number" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
</xs:sequence></xs:complexType></xs:schema>"""


@pytest.fixture
def reader() -> Api:
    return Api(Role.READER)


@pytest.fixture
def title() -> Draft:
    """A MARC title with a representation of two files."""
    made = draft(1, inventory.create_collection(name="Maps", by="ann", now=NOW), "Atlas", files=2)
    assert made.bib is not None
    record = SourceRecord(schema_=RecordSchema.MARCXML, content=RECORD.encode())
    bib = made.bib.model_copy(update={"record": record, "description": metadata.describe(record)})
    made = made.model_copy(update={"bib": bib})
    inventory.save([made])
    return made


@pytest.mark.parametrize(
    ("accept", "asked", "kind"),
    [
        ("", None, "application/json"),
        ("*/*", None, "application/json"),
        ("*/*", "json", "application/json"),
        ("*/*", "xml", "application/xml"),
        ("application/xml", None, "application/xml"),
        ("application/xml", "json", "application/json"),
        ("text/html, application/xml;q=0.9", None, "application/xml"),
        ("application/json, application/xml", None, "application/json"),
    ],
)
def test_the_format_parameter_decides_and_else_the_accept_header(
    reader: Api, accept: str, asked: str | None, kind: str
) -> None:
    answer = reader.ask("GET", "/bibs/collections", {"format": asked} if asked else {}, headers={"accept": accept})
    assert answer.headers["content-type"].split(";")[0] == kind


def test_a_bib_in_xml_has_its_record_as_scripts_for_alma_find_it(reader: Api, title: Draft) -> None:
    answer = reader.ask("GET", f"/bibs/{title.mms_id}", {"format": "xml"})
    bib = etree.fromstring(answer.body.encode())
    assert bib.tag == "bib"
    assert bib.get("link") == f"https://library.example/almaws/v1/bibs/{title.mms_id}"
    assert bib.findtext("record/datafield[@tag='245']/subfield") == "Maps & charts"
    assert bib.findtext("network_numbers/network_number") == "(OCoLC)42"
    assert bib.find("holdings").get("link").endswith(f"/bibs/{title.mms_id}/holdings")
    assert answer.headers["etag"] == '"1"'


def test_lists_in_xml_carry_their_count_and_coded_values_their_description(reader: Api, title: Draft) -> None:
    answer = reader.ask("GET", f"/bibs/{title.mms_id}/representations", headers={"accept": "application/xml"})
    listed = etree.fromstring(answer.body.encode())
    assert (listed.tag, listed.get("total_record_count")) == ("representations", "1")
    usage = listed.find("representation/usage_type")
    assert (usage.text, usage.get("desc")) == ("PRESERVATION_MASTER", "Master")
    assert listed.find("representation/files").get("total_record_count") == "2"
    assert listed.findtext("representation/is_remote") == "false"


def test_errors_in_xml_are_a_web_service_result(reader: Api) -> None:
    answer = reader.ask("GET", "/bibs/990000000000000000000001", {"format": "xml"})
    result = etree.fromstring(answer.body.encode())
    assert (answer.status, result.tag) == (400, f"{ERRORS}web_service_result")
    assert result.findtext(f"{ERRORS}errorList/{ERRORS}error/{ERRORS}errorCode") == "402203"
    nowhere = reader.ask("GET", "/nothing", {"format": "xml"})
    assert (nowhere.status, nowhere.headers["content-type"]) == (404, "application/xml")


def schema(name: str, tmp_path: Path) -> etree.XMLSchema:
    """A published schema, with the one file that it includes and that is not published beside it."""
    if not SCHEMAS.is_dir():
        pytest.skip("the published XML schemas of the Alma API are not beside this checkout")
    for each in SCHEMAS.glob("*.xsd"):
        (tmp_path / each.name).write_bytes(each.read_bytes())
    (tmp_path / "rest_network_numbers.xsd").write_text(NETWORK_NUMBERS)
    return etree.XMLSchema(etree.parse(str(tmp_path / name)))


def test_bibs_and_errors_in_xml_hold_to_the_published_schemas(reader: Api, title: Draft, tmp_path: Path) -> None:
    bib = etree.fromstring(reader.ask("GET", f"/bibs/{title.mms_id}", {"format": "xml"}).body.encode())
    for each in bib.find("record").iter():  # the schema wants a namespace that Alma's own answers do not have
        each.tag = f"{{{MARC}}}{each.tag}"
    schema("rest_bib.xsd", tmp_path).assertValid(bib)
    collection = title.collection_ids[0]
    bibs = reader.ask("GET", f"/bibs/collections/{collection}/bibs", {"format": "xml"})
    schema("rest_bibs.xsd", tmp_path).assertValid(etree.fromstring(bibs.body.encode()))
    error = reader.ask("GET", "/bibs/990000000000000000000001", {"format": "xml"})
    schema("web_service_result.xsd", tmp_path).assertValid(etree.fromstring(error.body.encode()))
