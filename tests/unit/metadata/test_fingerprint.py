from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given

from armarium.metadata import service
from armarium.metadata.model import RecordSchema, SourceRecord
from tests.unit.metadata.dublin_core_records import dublin_core
from tests.unit.metadata.marc_records import BIRDS, SHARED, changed, iso2709, marc, marc_in_xml, marcxml
from tests.unit.metadata.test_iso2709 import FIELDS


def test_the_same_record_in_marc8_utf8_and_marcxml_has_one_fingerprint() -> None:
    fields = changed(BIRDS, _245="14$aThe bird\u00e9s")
    in_marc8 = iso2709(changed(BIRDS, _245="14$aThe birdXes"), leader="nam  22").replace(b"birdXes", b"bird\xe2es")
    records = [
        SourceRecord(schema_=RecordSchema.MARC21, content=in_marc8),
        marc(fields),
        marc([(tag, unicodedata.normalize("NFD", field)) for tag, field in fields]),
        marc_in_xml(fields),
        SourceRecord(schema_=RecordSchema.MARCXML, content=b"\xef\xbb\xbf<?xml version='1.0'?>" + marcxml(fields)),
    ]
    assert len({service.fingerprint(each) for each in records}) == 1
    assert len({service.describe(each) for each in records}) == 1


@pytest.mark.parametrize(
    "other",
    [
        changed(BIRDS, _245="14$aThe birds :$bA survey /$cAndrei Fedorov."),
        changed(BIRDS, _245="04$aThe birds :$ba survey /$cAndrei Fedorov."),
        changed(BIRDS, _020=""),
        [*BIRDS, ("650", " 0$aFowl")],
        [("001", "u18"), *BIRDS[1:]],
    ],
    ids=["a letter", "an indicator", "a field less", "a field more", "a control field"],
)
def test_any_difference_in_what_is_said_shows(other: list[tuple[str, str]]) -> None:
    assert service.fingerprint(marc(other)) != service.fingerprint(marc(BIRDS))


def test_order_matters_within_a_tag_and_not_between_tags() -> None:
    twice = [*BIRDS, ("650", " 0$aFowl")]
    swapped = [*BIRDS[:-1], ("650", " 0$aFowl"), BIRDS[-1]]
    assert service.fingerprint(marc(list(reversed(BIRDS)))) == service.fingerprint(marc(BIRDS))
    assert service.fingerprint(marc(swapped)) != service.fingerprint(marc(twice))


def test_the_leader_counts_only_where_it_says_something_of_the_title() -> None:
    assert service.fingerprint(marc(BIRDS, leader="cam a22")) != service.fingerprint(marc(BIRDS))
    assert service.fingerprint(marc(BIRDS, tail=" a 45xx")) == service.fingerprint(marc(BIRDS))


@given(FIELDS)
def test_a_generated_record_has_one_fingerprint_in_both_writings(fields: list[tuple[str, str]]) -> None:
    assert service.fingerprint(marc(fields)) == service.fingerprint(marc_in_xml(fields))


def test_dublin_core_says_the_same_with_either_prefix_container_and_spacing() -> None:
    one = dublin_core("<dc:title>The  birds</dc:title><dc:creator>A</dc:creator>")
    other = SourceRecord(
        schema_=RecordSchema.DC,
        content=b'<x><r xmlns:d="http://purl.org/dc/terms/">\n<d:creator>A</d:creator> '
        b"<d:title>The birds</d:title></r></x>",
    )
    assert service.fingerprint(one) == service.fingerprint(other)
    assert service.fingerprint(one) != service.fingerprint(dublin_core("<dc:title>The birds</dc:title>"))


def test_the_76_spec_records_say_the_same_in_their_four_forms() -> None:
    folder = SHARED / "marc"
    if not folder.exists():
        pytest.skip("the real records in ../shared/data are not here")
    whole = (folder / "solrmarc__specTestRecs.mrc").read_bytes().split(b"\x1d")[:-1]
    binary = [SourceRecord(schema_=RecordSchema.MARC21, content=each + b"\x1d") for each in whole]
    expected = [(service.fingerprint(each), service.describe(each).identifiers) for each in binary]
    assert len(expected) == 76
    for form in ("", "_no_Prolog", "_withBOM"):
        content = (folder / f"solrmarc__specTestRecs{form}.xml").read_bytes()
        parts = content.split(b"<record>")[1:]
        records = [
            SourceRecord(
                schema_=RecordSchema.MARCXML,
                content=b'<record xmlns="http://www.loc.gov/MARC21/slim">' + part.split(b"</record>")[0] + b"</record>",
            )
            for part in parts
        ]
        assert [(service.fingerprint(each), service.describe(each).identifiers) for each in records] == expected
