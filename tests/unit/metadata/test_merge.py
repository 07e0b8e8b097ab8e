from __future__ import annotations

import pytest
from hypothesis import given

from armarium.metadata import marc as parsed_marc
from armarium.metadata import service
from armarium.metadata.errors import DifferentFormatsError
from armarium.metadata.model import RecordSchema, SourceRecord
from tests.unit.metadata.dublin_core_records import dublin_core
from tests.unit.metadata.marc_records import BIRDS, changed, marc, marc_in_xml
from tests.unit.metadata.test_iso2709 import FIELDS


def lines(record: SourceRecord) -> list[str]:
    """The fields of a MARC record, each as text."""
    fields = parsed_marc.read(record).fields
    return [f"{each.tag} {each.value}{''.join(code + text for code, text in each.subfields)}" for each in fields]


def test_fields_that_the_update_does_not_mention_stay() -> None:
    merged = service.merge(marc(BIRDS), marc([("245", "00$aNew title")]))
    said = service.describe(merged)
    assert said.title == "New title"
    assert said.creators == ("Fedorov, Andrei, 1906-1997",)
    assert (said.originating_system, said.originating_system_id) == ("SIRSI", "u17")
    assert [line[:3] for line in lines(merged)] == [tag for tag, _ in BIRDS]


def test_fields_that_the_update_mentions_are_replaced_with_all_their_repetitions() -> None:
    merged = service.merge(marc([*BIRDS, ("650", " 0$aFowl")]), marc([("245", "00$aT"), ("650", " 0$aOwls")]))
    assert service.describe(merged).subjects == ("Owls",)


def test_local_fields_stay_beside_those_of_the_update() -> None:
    existing = [*BIRDS, ("035", "9 $alocal"), ("949", "  $aours"), ("949", "  $aboth")]
    merged = lines(service.merge(marc(existing), marc([("035", "  $anew"), ("245", "00$aT"), ("949", "  $aboth")])))
    assert [line for line in merged if line[:3] in ("035", "949")] == [
        "035 anew",
        "035 alocal",
        "949 aboth",
        "949 aours",
    ]


def test_an_880_stays_with_the_tag_that_it_belongs_to() -> None:
    existing = [*BIRDS, ("880", "1 $6100-01$aФедоров"), ("880", "10$6245-02$aПтицы")]
    merged = service.merge(marc(existing), marc([("245", "10$6880-02$aT"), ("880", "10$6245-02$aЗаглавие")]))
    assert [line for line in lines(merged) if line.startswith("880")] == ["880 6245-02aЗаглавие", "880 6100-01aФедоров"]


def test_an_update_that_says_all_is_taken_byte_for_byte() -> None:
    incoming = marc_in_xml(changed(BIRDS, _245="00$aOther"))
    assert service.merge(marc(BIRDS), incoming) is incoming


def test_an_update_that_says_nothing_new_leaves_the_record_byte_for_byte() -> None:
    existing = marc(BIRDS)
    assert service.merge(existing, marc_in_xml(BIRDS[3:7])) is existing


def test_two_iso2709_records_give_iso2709_and_any_marcxml_gives_marcxml() -> None:
    update = [("245", "00$aПтицы")]
    assert service.merge(marc(BIRDS), marc(update)).schema_ is RecordSchema.MARC21
    assert service.merge(marc_in_xml(BIRDS), marc(update)).schema_ is RecordSchema.MARCXML
    assert service.merge(marc(BIRDS), marc_in_xml(update)).schema_ is RecordSchema.MARCXML


@given(FIELDS, FIELDS)
def test_a_merge_is_settled_and_loses_no_tag(before: list[tuple[str, str]], update: list[tuple[str, str]]) -> None:
    existing, incoming = marc(before), marc(update)
    merged = service.merge(existing, incoming)
    assert {line[:3] for line in lines(merged)} == {tag for tag, _ in (*before, *update)}
    assert service.fingerprint(service.merge(merged, incoming)) == service.fingerprint(merged)


def test_dublin_core_elements_not_mentioned_stay_and_those_mentioned_are_replaced() -> None:
    existing = dublin_core(
        "<dc:title>Birds</dc:title><dc:subject>Aves</dc:subject><dc:subject>Fowl</dc:subject><dc:creator>A</dc:creator>"
    )
    merged = service.merge(
        existing, dublin_core("<dcterms:title>Owls</dcterms:title><dc:subject>Strigidae</dc:subject>")
    )
    assert service.as_dc(merged) == (("title", "Owls"), ("subject", "Strigidae"), ("creator", "A"))


def test_a_qualified_element_says_nothing_of_the_plain_one() -> None:
    existing = dublin_core("<dc:title>Birds</dc:title><dc:identifier>17</dc:identifier>")
    update = dublin_core('<dcterms:identifier xsi:type="dcterms:URI">http://x.org/17</dcterms:identifier>')
    assert [each.value for each in service.describe(service.merge(existing, update)).identifiers] == [
        "17",
        "http://x.org/17",
    ]


def test_what_is_no_dublin_core_in_the_container_is_kept() -> None:
    existing = dublin_core("<dc:title>Birds</dc:title>", '<t:degree xmlns:t="urn:thesis">PhD</t:degree>')
    merged = service.merge(existing, dublin_core("<dc:creator>A</dc:creator>"))
    assert b"PhD" in merged.content
    assert service.fingerprint(service.merge(merged, merged)) == service.fingerprint(merged)


def test_the_originating_id_stays_in_a_merged_record() -> None:
    existing = service.from_system(dublin_core("<dc:title>Birds</dc:title>"), "17")
    merged = service.merge(existing, dublin_core("<dc:creator>A</dc:creator>"))
    assert service.describe(merged).originating_system_id == "17"


def test_dublin_core_that_says_the_same_is_taken_byte_for_byte() -> None:
    existing = dublin_core("<dc:title>Birds</dc:title><dc:creator>A</dc:creator>")
    whole = dublin_core("<dc:creator>B</dc:creator><dc:title>Birds</dc:title>")
    assert service.merge(existing, whole) is whole
    assert service.merge(existing, dublin_core("<dc:creator>A</dc:creator>")) is existing


def test_marc_and_dublin_core_do_not_merge() -> None:
    with pytest.raises(DifferentFormatsError, match="dc record cannot be updated by a marc21 record"):
        service.merge(dublin_core("<dc:title>Birds</dc:title>"), marc(BIRDS))
