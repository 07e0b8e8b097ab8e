"""Places in records, as a library writes them down for a search field."""

from __future__ import annotations

import pytest

from armarium.metadata import service as metadata
from armarium.metadata.model import RecordSchema, SourceRecord

MARC = """<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000 a 4500</leader>
<controlfield tag="008">850101s1985    fr</controlfield>
<datafield tag="264" ind1=" " ind2="1"><subfield code="6">880-01</subfield><subfield code="a">Paris :</subfield>
<subfield code="b">Plon,</subfield><subfield code="c">1985.</subfield></datafield>
<datafield tag="264" ind1=" " ind2="1"><subfield code="a">Rome</subfield></datafield>
<datafield tag="880" ind1=" " ind2="1"><subfield code="6">264-01</subfield>
<subfield code="a">Париж</subfield></datafield>
</record>"""
DC = """<dc xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:coverage>Paris</dc:coverage><dc:coverage>Rome</dc:coverage></dc>"""


@pytest.mark.parametrize("place", ["264", "264ab", "008", "dc:coverage", "dcterms:spatial"])
def test_a_field_and_an_element_are_places(place: str) -> None:
    assert metadata.problem_with_place(place) is None


@pytest.mark.parametrize("place", ["", "26", "264 a", "008a", "dc:spatial", "dc:", "mods:title", "264A", "٢٦٤"])
def test_anything_else_is_refused_in_words(place: str) -> None:
    assert metadata.problem_with_place(place)


def test_each_field_gives_a_value_and_its_own_script_another() -> None:
    record = SourceRecord(schema_=RecordSchema.MARCXML, content=MARC.encode())
    said = metadata.said_in(record, ["264a", "264", "008", "245a", "dc:coverage"])
    assert said["264a"] == ("Paris", "Rome", "Париж")
    assert said["264"] == ("Paris : Plon, 1985", "Rome", "Париж")
    assert said["008"] == ("850101s1985    fr",)
    assert said["245a"] == said["dc:coverage"] == ()


def test_dublin_core_says_nothing_in_fields_of_marc() -> None:
    record = SourceRecord(schema_=RecordSchema.DC, content=DC.encode())
    assert metadata.said_in(record, ["dc:coverage", "264a"]) == {"dc:coverage": ("Paris", "Rome"), "264a": ()}
