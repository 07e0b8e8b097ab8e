from __future__ import annotations

import pytest
from lxml import etree

from armarium.metadata import service
from armarium.metadata.display import LABELS
from armarium.metadata.model import DC_ELEMENTS, DC_SCHEMES, DC_TERMS, RecordSchema, SourceRecord, Statement
from tests.unit.metadata.dublin_core_records import dublin_core
from tests.unit.metadata.marc_records import BIRDS, SHARED, marc

EVERYTHING = [Statement(prefix="dcterms", term=term, value=f"{term} of birds") for term in DC_TERMS]


def test_a_marc_record_in_dublin_core() -> None:
    fields = [
        *BIRDS,
        ("300", "  $a350 p. ;$c21 cm."),
        ("500", "  $aA note."),
        ("506", "  $aIn the reading room only."),
        ("655", " 7$aSurveys.$2local"),
        ("700", "1 $aHelper, A."),
        ("773", "0 $tAll animals"),
        ("856", "40$uhttps://x.org/17$qimage/jpeg"),
    ]
    assert service.as_dc(marc(fields)) == (
        ("title", "The birds : a survey"),
        ("creator", "Fedorov, Andrei, 1906-1997"),
        ("subject", "Birds--Russia--History"),
        ("subject", "Surveys"),
        ("description", "A note"),
        ("publisher", "Sov. pisatel"),
        ("contributor", "Helper, A."),
        ("date", "1983"),
        ("type", "Text"),
        ("type", "Surveys"),
        ("format", "image/jpeg"),
        ("format", "350 p. ; 21 cm."),
        ("identifier", "(OCoLC)12345"),
        ("identifier", "urn:isbn:9780914378280"),
        ("identifier", "https://x.org/17"),
        ("language", "rus"),
        ("relation", "All animals"),
        ("rights", "In the reading room only"),
    )


def test_qualified_dublin_core_is_dumbed_down_to_the_fifteen_elements() -> None:
    pairs = service.as_dc(service.dublin_core_record(EVERYTHING))
    assert {element for element, _ in pairs} == set(DC_ELEMENTS)
    assert ("title", "alternative of birds") in pairs
    assert ("coverage", "spatial of birds") in pairs


def test_a_dublin_core_record_in_marcxml() -> None:
    record = dublin_core(
        "<dc:title>Birds</dc:title><dc:title>Fowl</dc:title><dc:creator>A</dc:creator><dc:type>Still Image</dc:type>",
        "<dc:publisher>P</dc:publisher><dc:date>1983</dc:date><dc:identifier>https://x.org/1</dc:identifier>",
        "<dcterms:abstract>About</dcterms:abstract><dcterms:mediator>M</dcterms:mediator>",
    )
    as_marc = SourceRecord(schema_=RecordSchema.MARCXML, content=service.as_marcxml(record).encode())
    said = service.describe(as_marc)
    assert (said.title, said.alternative_titles, said.year, said.publisher) == ("Birds", ("Fowl",), 1983, "P")
    assert said.types == ("StillImage",)
    assert said.contributors == ("A",)
    assert said.summary == "About"
    assert 'tag="856" ind1="4" ind2="0"' in service.as_marcxml(record)
    assert "mediator: M" in service.as_marcxml(record)


@pytest.mark.parametrize(
    "record",
    [marc(BIRDS), service.dublin_core_record(EVERYTHING, "17"), dublin_core("<dc:creator>only &lt;a&gt;</dc:creator>")],
    ids=["MARC", "every term", "no title"],
)
def test_marcxml_is_valid_by_the_schema_of_the_library_of_congress(record: SourceRecord) -> None:
    schema = SHARED / "schemas" / "MARC21slim.xsd"
    if not schema.exists():
        pytest.skip("the schemas in ../shared/data are not here")
    etree.XMLSchema(etree.parse(schema)).assertValid(etree.fromstring(service.as_marcxml(record).encode()))


def test_every_term_and_scheme_is_written_and_read_again() -> None:
    statements = [
        *EVERYTHING,
        *(Statement(prefix="dc", term=term, value=f"<{term}> & more", language="en") for term in DC_ELEMENTS),
        *(Statement(prefix="dcterms", term="subject", scheme=scheme, value=scheme) for scheme in DC_SCHEMES),
    ]
    record = service.dublin_core_record(statements, 'a "17" <&')
    assert record == service.dublin_core_record(statements, 'a "17" <&')
    assert service.examine(record).parsed.statements == statements
    assert service.describe(record).originating_system_id == 'a "17" <&'


def test_display_gives_people_labelled_lines_in_their_scripts() -> None:
    record = marc([*BIRDS, ("880", "14$6245-01$aПтицы"), ("505", "0 $aOne -- Two"), ("856", "40$uhttps://x.org$yView")])
    shown = {each.label: each.values for each in service.display(record)}
    assert shown["title"] == ("The birds : a survey", "Птицы")
    assert shown["responsibility"] == ("Andrei Fedorov",)
    assert shown["publication"] == ("Leningrad : Sov. pisatel, 1983",)
    assert shown["subject"] == ("Birds--Russia--History",)
    assert shown["contents"] == ("One -- Two",)
    assert shown["isbn"] == ("0-914378-28-7 (v. 1)",)


def test_display_leaves_out_no_dublin_core_term() -> None:
    shown = service.display(service.dublin_core_record(EVERYTHING))
    assert {value for each in shown for value in each.values} == {each.value for each in EVERYTHING}
    assert {each.label for each in shown} <= set(LABELS)


def test_a_record_tells_its_family() -> None:
    assert service.record_format(marc(BIRDS)) == "marc21"
    assert service.record_format(dublin_core("<dc:title>x</dc:title>")) == "dc"


def test_values_of_a_field_are_those_that_profiles_name() -> None:
    assert service.examine(marc([*BIRDS, ("856", "4 $ua.tif$ub.tif"), ("856", "4 $uc.tif")])).values("856u") == (
        "a.tif",
        "b.tif",
        "c.tif",
    )
    record = dublin_core("<dc:identifier>a.tif</dc:identifier><dc:title>x</dc:title>")
    assert service.examine(record).values("dc:identifier") == ("a.tif",)
