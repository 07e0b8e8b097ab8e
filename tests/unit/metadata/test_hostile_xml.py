from __future__ import annotations

import pytest

from armarium.metadata import service
from armarium.metadata.errors import UnreadableRecordError
from armarium.metadata.model import RecordSchema, SourceRecord
from tests.unit.metadata.dublin_core_records import xml
from tests.unit.metadata.marc_records import BIRDS, marcxml

BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
RECORDS = {
    RecordSchema.MARCXML: marcxml(BIRDS).replace(b"survey", b"&b;"),
    RecordSchema.DC: xml("<dc:title>&b;</dc:title>"),
}


@pytest.mark.parametrize("schema", RECORDS)
@pytest.mark.parametrize("prolog", [BOMB, OUTSIDE, b"<!doctype html>", b"<!DOCTYPE record>"])
def test_a_doctype_is_refused_before_anything_is_expanded(schema: RecordSchema, prolog: bytes) -> None:
    with pytest.raises(UnreadableRecordError) as found:
        service.describe(SourceRecord(schema_=schema, content=prolog + RECORDS[schema]))
    assert found.value.fault == "doctype"


def test_a_doctype_in_another_encoding_is_refused_too() -> None:
    content = (BOMB + xml("<dc:title>Birds</dc:title>")).decode().encode("utf-16")
    with pytest.raises(UnreadableRecordError) as found:
        service.describe(SourceRecord(schema_=RecordSchema.DC, content=content))
    assert found.value.fault == "doctype"


def test_an_entity_that_nobody_declared_is_not_well_formed() -> None:
    with pytest.raises(UnreadableRecordError) as found:
        service.describe(SourceRecord(schema_=RecordSchema.DC, content=xml("<dc:title>&secret;</dc:title>")))
    assert found.value.fault == "not_well_formed"


def test_elements_nested_without_end_are_refused() -> None:
    content = b"<a>" * 100_000 + b"</a>" * 100_000
    with pytest.raises(UnreadableRecordError):
        service.describe(SourceRecord(schema_=RecordSchema.DC, content=content))


def test_markup_in_values_comes_out_as_text() -> None:
    record = SourceRecord(schema_=RecordSchema.MARCXML, content=marcxml([("245", "00$a<script>&\"'")]))
    assert service.describe(record).title == "<script>&\"'"
    again = SourceRecord(schema_=RecordSchema.MARCXML, content=service.as_marcxml(record).encode())
    assert service.fingerprint(again) == service.fingerprint(record)
