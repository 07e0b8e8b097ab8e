"""What is wrong with a record, and what changed in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armarium.metadata import fixed_fields, marc_standard
from armarium.metadata import service as metadata
from armarium.metadata.comparison import Kind
from armarium.metadata.model import RecordSchema, SourceRecord
from armarium.metadata.validation import MOST_LINES, Severity

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "marc"
MARC21, QDC = RecordSchema.MARC21, RecordSchema.QDC
TITLE = "=245  10$aTitle"


def errors(schema: RecordSchema, *lines: str) -> list[str]:
    return [each.message for each in metadata.check(schema, lines) if each.severity is Severity.ERROR]


def warnings(schema: RecordSchema, *lines: str) -> list[tuple[int | None, str]]:
    return [(each.line, each.message) for each in metadata.check(schema, lines) if each.severity is Severity.WARNING]


def test_a_sound_record_has_no_remark() -> None:
    lines = (
        "=LDR  00000nam\\a2200000\\i\\4500",
        "=020  \\\\$a9780914378280",
        TITLE,
        "=650  \\0$aX$zY",
        "=949  99$qlocal",
    )
    assert metadata.check(MARC21, lines) == ()


@pytest.mark.parametrize("line", ["=500  \\\\$aNote", "=245  10$a", "=245  10$cSomebody"])
def test_a_record_without_a_title_is_an_error(line: str) -> None:
    assert errors(MARC21, line) == ["The record has no title: field 245 needs a $a."]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hello", "does not begin with a tag"),
        ("=LDR  short", "leader has 24 characters"),
        ("=500  \\\\$aBad {U+0000} sign", "U+0000"),
        ("=500  \\\\$aBad {U+001F} sign", "U+001F"),
        ("=001  a{U+001E}b", "U+001E"),
    ],
)
def test_what_no_record_can_carry_is_an_error_at_its_line(line: str, said: str) -> None:
    found = [each for each in metadata.check(MARC21, (TITLE, line)) if each.severity is Severity.ERROR]
    assert [each.line for each in found] == [1]
    assert said in found[0].message


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("=666  \\\\$aX", "666 is not a common field"),
        ("=500  9\\$aX", "first indicator is blank"),
        ("=500  \\\\$qX", "500 has no subfield $q"),
        ("=250  \\\\$aX$aY", "$a (Edition statement) is not repeated"),
        ("=020  \\\\$a1234567890", "not a valid ISBN"),
        ("=022  \\\\$a1234-5678", "not a valid ISSN"),
        ("=008  short", "008 has 40 characters"),
        ("=245  00$aAgain", "245 is not repeated"),
        ("=500  \\\\$aTwo{U+000A}lines", "line break"),
    ],
)
def test_what_the_standard_does_not_know_is_a_warning_at_its_line(line: str, said: str) -> None:
    found = warnings(MARC21, TITLE, line)
    assert any(number == 1 and said in message for number, message in found), found
    assert errors(MARC21, TITLE, line) == []


def test_a_code_that_a_fixed_field_does_not_have_is_a_warning() -> None:
    value = " " * 6 + "?" + " " * 33
    found = warnings(MARC21, "=LDR  00000nam\\a2200000\\i\\4500", f"=008  {value}", TITLE)
    assert any("008/06, Type of date: '?'" in message for _, message in found)


def test_two_main_entries_are_a_warning() -> None:
    assert (None, "There is more than one main entry (100, 110, 111, 130).") in warnings(
        MARC21, TITLE, "=100  1\\$aX", "=110  2\\$aY"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("dc:date: about 1890", "not a date of EDTF"),
        ("dcterms:created.W3CDTF: 1890-13-40", "not a date of EDTF"),
        (f"dc:date: {'1' * 5000}", "not a date of EDTF"),
        ("dc:language: English", "not a code of ISO 639"),
        ("dc:type.DCMIType: Photo", "not a type of DCMI"),
        ("dc:format.IMT: tiff", "not a media type"),
        ("dc:identifier.URI: 5", "not a URI"),
        ("dc:subject.MINE: X", "not an encoding scheme"),
        ("dc:subject@12_3: X", "not a language tag"),
        ("dc:subject@qq: X", "ISO 639"),
    ],
)
def test_values_of_dublin_core_are_checked_by_element_and_scheme(line: str, said: str) -> None:
    ((number, message),) = warnings(QDC, "dc:title: T", line)
    assert number == 1
    assert said in message
    assert len(message) < 400


@pytest.mark.parametrize(
    "line",
    [
        *(f"dc:date: {date}" for date in ("1897", "1897-05", "1897-05-14", "1890/1899", "189X", "1897~", "../1900")),
        *(f"dc:language: {code}" for code in ("en", "eng", "ara", "zh-Hant", "mul")),
        *("dc:type: Photograph", "dc:type.DCMIType: StillImage", "dc:subject@ar: ميناء", "title: Short"),
        *("dcterms:created.W3CDTF: 1897", "dc:format.IMT: image/tiff", "dcterms:subject.LCSH: Harbors"),
    ],
)
def test_what_is_right_in_dublin_core_is_not_remarked(line: str) -> None:
    assert metadata.check(QDC, ("dc:title: T", line)) == ()


def test_an_element_that_does_not_exist_is_an_error() -> None:
    assert any("'dcterms:colour'" in each for each in errors(QDC, "dc:title: T", "colour: red"))
    assert any("'dc:abstract'" in each for each in errors(QDC, "dc:title: T", "dc:abstract: it is of dcterms"))


def test_a_record_of_endless_lines_is_refused_at_once() -> None:
    assert len(metadata.check(MARC21, (TITLE,) * (MOST_LINES + 1))) == 1


def test_the_table_of_fields_is_whole() -> None:
    rules = marc_standard.rules()
    assert len(rules) > 200
    for tag, rule in rules.items():
        assert rule.name, tag
        assert rule.is_control or rule.subfields is None or {"6", "8"} <= rule.subfields.keys(), tag
        assert tag == "841" or rule.is_control or all(each is None or each for each in rule.indicators), tag


@pytest.mark.parametrize(
    "leader", [f"00000n{kind} a2200000 i 4500" for kind in ("am", "as", "em", "jm", "km", "mm", "pc")]
)
def test_positions_of_a_fixed_field_do_not_overlap(leader: str) -> None:
    for tag, length in fixed_fields.LENGTHS.items():
        taken: set[int] = set()
        for each in fixed_fields.positions(tag, leader):
            places = set(range(each.start, each.start + each.length))
            assert not places & taken
            assert max(places) < length
            assert all(len(code) == each.length for code in each.codes)
            taken |= places


def test_few_real_records_are_remarked_and_none_as_an_error() -> None:
    if not REAL.is_dir():
        pytest.skip("the real records of ../shared are not here")
    remarks, count = 0, 0
    for raw in (REAL / "solrmarc__uva_001-200.mrc").read_bytes().split(b"\x1d")[:-1]:
        lines = metadata.lines(SourceRecord(schema_=MARC21, content=raw + b"\x1d"))
        found = metadata.check(MARC21, lines)
        assert not [each for each in found if each.severity is Severity.ERROR]
        remarks += sum("035 has no subfield $b" not in each.message for each in found)
        count += 1
    assert count == 200
    assert remarks < count / 4


# What changed

lines = st.lists(
    st.sampled_from(("=245  10$aOne", "=500  \\\\$aTwo three", "=500  \\\\$aTwo four", "=650  \\0$aX")), max_size=8
)


@given(lines, lines)
def test_a_comparison_holds_both_versions_whole(before: list[str], after: list[str]) -> None:
    found = metadata.compare(before, after)
    old = [
        "".join(p.text for p in each.pieces if p.kind is not Kind.ADDED)
        for each in found
        if each.kind is not Kind.ADDED
    ]
    new = [
        "".join(p.text for p in each.pieces if p.kind is not Kind.REMOVED)
        for each in found
        if each.kind is not Kind.REMOVED
    ]
    assert sorted(old) == sorted(before)
    assert new == after


def test_a_changed_word_is_marked_within_its_line() -> None:
    (change,) = metadata.compare(["=245  10$aThe old title"], ["=245  10$aThe new title"])
    assert change.kind is Kind.CHANGED
    assert [(each.kind, each.text) for each in change.pieces if each.kind is not Kind.SAME] == [
        (Kind.REMOVED, "old"),
        (Kind.ADDED, "new"),
    ]


def test_another_field_is_not_a_change_of_this_one() -> None:
    assert [each.kind for each in metadata.compare(["=500  \\\\$aX"], ["=520  \\\\$aX"])] == [Kind.REMOVED, Kind.ADDED]


def test_very_long_records_are_compared_in_bounded_time() -> None:
    before, after = (
        [f"=500  \\\\$a{number}" for number in range(9000)],
        [f"=501  \\\\$a{number}" for number in range(9000)],
    )
    assert len(metadata.compare(before, after)) == 18_000
    assert len(metadata.compare(["=500  \\\\$a" + "x y " * 20_000], ["=500  \\\\$a" + "z y " * 20_000])) == 1
