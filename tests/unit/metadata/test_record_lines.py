"""A record as lines that people edit, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armarium.metadata import editing, marc_lines
from armarium.metadata import service as metadata
from armarium.metadata.marc import Field, MarcRecord, write_iso2709, write_marcxml
from armarium.metadata.model import DC_TERMS, RecordSchema, SourceRecord, Statement

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "marc"
MARC21, MARCXML, DC, QDC = RecordSchema.MARC21, RecordSchema.MARCXML, RecordSchema.DC, RecordSchema.QDC

text = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x1d\x1e\x1f"), max_size=30)
words = text.map(lambda each: "".join(each.split())).filter(bool).map(lambda each: f"x{each}x")
indicators = st.text("0123456789 ", min_size=2, max_size=2)
subfields = st.lists(st.tuples(st.sampled_from("abcxyz0129"), words), min_size=1, max_size=5).map(tuple)
data_fields = st.builds(
    lambda tag, marks, parts: Field(f"{tag:03d}", "", marks, parts), st.integers(10, 999), indicators, subfields
)
control_fields = st.builds(lambda tag, value: Field(f"00{tag}", value), st.integers(1, 9), words)
fields = st.lists(st.one_of(data_fields, control_fields), min_size=1, max_size=12)
BLANK = marc_lines.BLANK
LEADER = "00000nam a2200000 i 4500"


def composed(record: MarcRecord) -> list[Field]:
    """The fields as reading them from bytes gives them: in NFC."""
    from armarium.metadata.text import composed as normal

    return [
        Field(
            each.tag, normal(each.value), each.indicators, tuple((code, normal(said)) for code, said in each.subfields)
        )
        for each in record.fields
    ]


@given(fields)
def test_lines_of_a_record_make_that_record_again(made: list[Field]) -> None:
    record = MarcRecord(LEADER, made)
    assert marc_lines.record(marc_lines.lines(record)).fields == composed(record)


@given(fields)
def test_no_line_holds_a_break_or_another_character_that_an_input_could_not_keep(made: list[Field]) -> None:
    for line in marc_lines.lines(MarcRecord(LEADER, made)):
        assert not any(ord(sign) < 32 or 0x7F <= ord(sign) <= 0x9F or sign in "\u2028\u2029" for sign in line)


@given(fields)
def test_rows_of_a_form_make_the_lines_they_came_from(made: list[Field]) -> None:
    lines = marc_lines.lines(MarcRecord(LEADER, made))
    rows = [tuple(row.parts.values()) for row in editing.rows(MARC21, lines)]
    assert editing.from_rows(MARC21, rows, {}) == lines


@given(text, text)
def test_any_text_at_all_is_taken_for_lines_and_never_breaks(one: str, other: str) -> None:
    lines = tuple(filter(str.strip, (one, other)))
    for schema in (MARC21, QDC):
        metadata.check(schema, lines)
        editing.rows(schema, lines)


@given(st.lists(st.tuples(st.sampled_from(DC_TERMS), words, st.sampled_from(("", "en", "zh-Hant"))), min_size=1))
def test_lines_of_dublin_core_make_that_record_again(made: list[tuple[str, str, str]]) -> None:
    record = metadata.dublin_core_record(
        [
            Statement(prefix="dcterms", term=term, language=tag or None, value=metadata.carried(said))
            for term, said, tag in made
        ]
    )
    lines = metadata.lines(record)
    assert metadata.lines(metadata.written(QDC, lines)) == lines


@pytest.mark.parametrize(
    "typed",
    [
        "=245  10$aTitle :$brest",
        "245 10 $a Title : $b rest",
        "24510$aTitle :$brest",
        "245 10 Title : ǂb rest",
        "=245  10$$aTitle :$$brest",
        "  =245  10‡aTitle :‡brest",
    ],
)
def test_a_field_is_understood_however_cataloguers_write_it(typed: str) -> None:
    record = marc_lines.record((typed,))
    assert record.fields == [Field("245", "", "10", (("a", "Title :"), ("b", "rest")))]


def test_a_line_without_subfields_is_its_a() -> None:
    assert marc_lines.record(("=500  A note, $5 each",)).fields[0].subfields[0] == ("a", "A note,")
    assert marc_lines.record(("=500  A note",)).fields == [Field("500", "", "  ", (("a", "A note"),))]


def test_what_is_empty_is_left_out() -> None:
    assert marc_lines.record(("=100  1\\$a$d", "=245  00$aT$b ", "=001  ")).fields == [
        Field("245", "", "00", (("a", "T"),))
    ]


def test_the_blanks_of_a_control_number_stay() -> None:
    assert marc_lines.record(("=010  \\\\$a   85000002 ",)).fields[0].first("a") == "   85000002"


def iso(*made: Field, leader: str = LEADER) -> SourceRecord:
    content = write_iso2709(MarcRecord(leader, list(made)))
    assert content
    return SourceRecord(schema_=MARC21, content=content)


TITLE = Field("245", "", "10", (("a", "T"),))
ODD = Field("500", "", "#A", (("-", " odd  "), ("a", ""), ("a", "two\nlines $5 {x} \\")))


def test_a_record_whose_lines_did_not_change_is_byte_for_byte_the_same() -> None:
    record = iso(TITLE, ODD)
    assert metadata.written(MARC21, metadata.lines(record), record) is record


def test_a_field_that_was_not_touched_stays_as_it_was_however_odd_it_is() -> None:
    record = iso(TITLE, ODD)
    changed = metadata.written(MARC21, (*metadata.lines(record), "=650  \\0$aNew"), record)
    parsed = metadata.examine(changed).parsed
    assert isinstance(parsed, MarcRecord)
    assert parsed.fields[1] == Field("500", "", "#A", (("-", " odd  "), ("a", ""), ("a", "two\nlines $5 {x} \\")))
    assert changed.schema_ is MARC21


def test_marcxml_stays_marcxml_with_its_leader() -> None:
    leader = "01142cam a2200301 a 4500"
    record = SourceRecord(schema_=MARCXML, content=write_marcxml(MarcRecord(leader, [TITLE])))
    changed = metadata.written(MARCXML, (*metadata.lines(record), "=500  \\\\$aNew"), record)
    assert changed.schema_ is MARCXML
    assert f"<leader>{leader}</leader>".encode() in changed.content


def test_lengths_that_are_counted_anew_are_no_change() -> None:
    short, long = iso(TITLE), iso(TITLE, Field("500", "", "  ", (("a", "x" * 300),)))
    assert short.content[:5] != long.content[:5]
    assert metadata.lines(short)[0] == metadata.lines(long)[0] == "=LDR  00000nam\\a2200000\\i\\4500"


def test_marc_too_long_for_iso_2709_becomes_marcxml() -> None:
    long = metadata.written(MARC21, ("=245  00$aT", f"=500  \\\\$a{'x' * 10_000}"))
    assert long.schema_ is MARCXML
    assert any("ISO 2709" in each.message for each in metadata.check(MARC21, metadata.lines(long)))


def test_what_else_a_dublin_core_container_holds_stays() -> None:
    content = b'<dc xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:x="urn:x"><dc:title>T</dc:title><x:y>z</x:y></dc>'
    record = metadata.from_system(SourceRecord(schema_=DC, content=content), "remote-1")
    changed = metadata.written(DC, ("dc:title: T", "dc:creator: Wren"), record)
    assert b"<x:y" in changed.content
    assert metadata.describe(changed).originating_system_id == "remote-1"
    assert changed.schema_ is DC


def test_nothing_is_no_record() -> None:
    for schema in RecordSchema:
        with pytest.raises(metadata.UnreadableRecordError):
            metadata.written(schema, ("", "  "))


@pytest.mark.parametrize(
    "name", ["solrmarc__specTestRecs.mrc", "solrmarc__uva_001-200.mrc", "traject__test_data.utf8.mrc"]
)
def test_real_records_come_through_lines_and_rows_unharmed(name: str) -> None:
    if not REAL.is_dir():
        pytest.skip("the real records of ../shared are not here")
    count = 0
    for raw in (REAL / name).read_bytes().split(b"\x1d")[:-1]:
        record = SourceRecord(schema_=MARC21, content=raw + b"\x1d")
        lines = metadata.lines(record)
        rows = [tuple(row.parts.values()) for row in editing.rows(MARC21, lines)]
        assert editing.from_rows(MARC21, rows, {}) == lines
        assert metadata.written(MARC21, lines, record) is record
        changed = metadata.written(MARC21, (*lines, "=999  \\\\$anew"), record)
        assert metadata.lines(changed)[1:-1] == lines[1:]
        count += 1
    assert count > 20


def test_positions_of_fixed_fields_are_put_where_they_belong() -> None:
    lines = ("=LDR  00000nam\\a2200000\\i\\4500", f"=008  {BLANK * 40}", "=245  00$aT")
    rows = [tuple(row.parts.values()) for row in editing.rows(MARC21, lines)]
    placed = editing.from_rows(
        MARC21, rows, {"008/35-37": "eng", "LDR/06": "e", "008/07-10": "18", "008/99": "x", "x": "y"}
    )
    assert placed[0] == "=LDR  00000nem\\a2200000\\i\\4500"
    assert placed[1] == f"=008  {BLANK * 7}18{BLANK * 26}eng{BLANK * 2}"
    names = [position.name for position, _ in editing.rows(MARC21, placed)[1].positions]
    assert "Type of cartographic material" in names


def test_a_template_leaves_out_what_names_one_record_alone() -> None:
    lines = ("=001  u1", "=020  \\\\$a0914378287", "=245  10$aT", "=856  40$uhttps://x")
    assert editing.as_template(MARC21, lines) == ("=020  \\\\$a", "=245  10$aT", "=856  40$a")
    assert editing.as_template(QDC, ("dc:identifier: 5", "dc:rights: Free")) == ("dc:identifier: ", "dc:rights: Free")
