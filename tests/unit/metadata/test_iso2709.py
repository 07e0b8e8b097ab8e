"""One record of ISO 2709 or MARCXML: our walk against pymarc's, and what is said of bad ones."""

from __future__ import annotations

import contextlib
import io
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armarium.metadata import marc, service
from armarium.metadata.errors import UnreadableRecordError
from armarium.metadata.model import RecordSchema, SourceRecord
from armarium.metadata.text import composed
from tests.unit.metadata.marc_records import BIRDS, SHARED, iso2709, marcxml

_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x1b\x1d\x1e\x1f$", exclude_categories=("Cc", "Cs")))
_SUBFIELD = st.tuples(st.sampled_from("abcdx0123"), _TEXT).map("".join)
_DATA_FIELD = st.tuples(
    st.sampled_from(["020", "100", "245", "500", "650", "880", "999"]),
    st.tuples(st.sampled_from(["  ", "10", " 4"]), st.lists(_SUBFIELD, max_size=4)).map(
        lambda field: "$".join((field[0], *field[1]))
    ),
)
_CONTROL_FIELD = st.tuples(st.sampled_from(["001", "003", "008"]), _TEXT)
FIELDS = st.lists(st.one_of(_CONTROL_FIELD, _DATA_FIELD), min_size=1, max_size=12)


def _by_pymarc(content: bytes) -> list[tuple[str, ...]]:
    import pymarc

    with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings(action="ignore"):
        record = pymarc.Record(content, to_unicode=True)
    return [
        (each.tag, composed(each.data or ""))
        if each.control_field
        else (each.tag, "".join(each.indicators), *(f"{sub.code}{composed(sub.value)}" for sub in each.subfields))
        for each in record.fields
    ]


def _by_us(content: bytes) -> list[tuple[str, ...]]:
    return [
        (each.tag, each.value) if not each.indicators else (each.tag, each.indicators, *map("".join, each.subfields))
        for each in marc.read_iso2709(content).fields
    ]


@given(FIELDS)
def test_a_generated_record_reads_as_in_pymarc(fields: list[tuple[str, str]]) -> None:
    content = iso2709(fields)
    assert _by_us(content) == _by_pymarc(content)


def _real_records() -> list[bytes]:
    folder = SHARED / "marc"
    if not folder.exists():
        pytest.skip("the real records in ../shared/data are not here")
    files = sorted((*folder.glob("*.mrc"), *folder.glob("*.dat")))
    return [
        part + b"\x1d" for file in files if "10k" not in file.name for part in file.read_bytes().split(b"\x1d")[:-1]
    ]


def test_every_real_record_that_we_read_reads_as_in_pymarc() -> None:
    read = 0
    for content in _real_records():
        try:
            ours = _by_us(content)
        except UnreadableRecordError:
            continue
        oddities = {odd.code for odd in marc.read_iso2709(content).oddities}
        if "encoding_unmarked" not in oddities:  # pymarc believes the leader
            assert ours == _by_pymarc(content)
            read += 1
    assert read > 1300


def test_what_we_refuse_of_the_real_records_is_what_is_known_to_be_bad() -> None:
    faults = []
    for content in _real_records():
        try:
            marc.read_iso2709(content)
        except UnreadableRecordError as unreadable:
            faults.append(unreadable.fault)
    assert sorted(faults) == sorted(
        ["bad_base_address"] * 3 + ["bad_directory"] * 3 + ["no_fields"] + ["bad_marc8"] * 6 + ["bad_subfield_code"]
    )


RIGHT = iso2709(BIRDS)
_AT_245 = RIGHT.index(b"14\x1fa")

WRONG: dict[str, tuple[bytes, str, int | None]] = {
    "a leader alone": (RIGHT[:20] + b"\x1d", "truncated_record", 0),
    "no record terminator": (RIGHT[:-1], "truncated_record", len(RIGHT) - 1),
    "base address beyond the record": (RIGHT[:12] + b"99999" + RIGHT[17:], "bad_base_address", 12),
    "base address that is no number": (RIGHT[:12] + b"f0123" + RIGHT[17:], "bad_base_address", 12),
    "base address where no directory ends": (RIGHT[:12] + b"00040" + RIGHT[17:], "bad_base_address", 12),
    "directory with a byte too many": (
        RIGHT[:12] + b"%05d" % (int(RIGHT[12:17]) + 1) + RIGHT[17:24] + b"1" + RIGHT[24:],
        "bad_directory",
        24,
    ),
    "directory entry without numbers": (RIGHT[:27] + b"00x" + RIGHT[30:], "bad_directory", 24),
    "field longer than it is": (RIGHT[:27] + b"0009" + RIGHT[31:], "bad_directory", None),
    "no fields": (b"00026nam a2200025 a 4500\x1e\x1d", "no_fields", 24),
    "no indicators": (iso2709([*BIRDS, ("500", "$aNote")]), "bad_indicator", None),
    "a control character as indicator": (RIGHT.replace(b"14\x1fa", b"1\x07\x1fa"), "bad_indicator", _AT_245),
    "a subfield code beyond ASCII": (iso2709([("245", "00$éa title")]), "bad_subfield_code", None),
    "bytes that are not UTF-8": (
        RIGHT.replace(b"birds", b"b\xe9rds"),
        "bad_encoding",
        RIGHT.index(b"birds") + 1,
    ),
    "bytes that are not MARC-8": (
        iso2709(BIRDS, leader="nam  22").replace(b"birds", b"b\xffrds"),
        "bad_marc8",
        RIGHT.index(b"birds") + 1,
    ),
}


@pytest.mark.parametrize(("content", "fault", "offset"), WRONG.values(), ids=WRONG.keys())
def test_a_bad_record_is_refused_with_its_fault_and_its_place(content: bytes, fault: str, offset: int | None) -> None:
    with pytest.raises(UnreadableRecordError) as found:
        marc.read_iso2709(content)
    assert found.value.fault == fault
    assert found.value.mend.endswith(".")
    assert offset is None or found.value.offset == offset


def test_a_wrong_length_is_said_and_does_no_harm() -> None:
    record = marc.read_iso2709(b"99999" + RIGHT[5:])
    assert [odd.code for odd in record.oddities] == ["bad_record_length"]
    assert record.fields == marc.read_iso2709(RIGHT).fields


def test_utf8_that_the_leader_calls_marc8_is_read_as_utf8() -> None:
    record = marc.read_iso2709(iso2709([("245", "00$aПтицы")], leader="nam  22"))
    assert [odd.code for odd in record.oddities] == ["encoding_unmarked"]
    assert record.fields[0].all("a") == ["Птицы"]


def test_the_mend_of_wrong_utf8_says_when_the_field_is_marc8() -> None:
    content = iso2709([("245", "00$aX communaut\xe2e")], encoding="latin-1")
    with pytest.raises(UnreadableRecordError) as found:
        marc.read_iso2709(content)
    assert "leader/09" in found.value.mend


def test_tags_out_of_order_and_a_damaged_leader_are_read() -> None:
    fields = list(reversed(BIRDS))
    content = iso2709(fields)
    damaged = content[:5] + b"       " + content[12:17] + b"       " + content[24:]
    assert [each.tag for each in marc.read_iso2709(damaged).fields] == [tag for tag, _ in fields]


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=200), st.tuples(st.integers(0, len(RIGHT) - 1), st.integers(0, 255))))
def test_any_bytes_are_a_record_or_a_typed_error(damage: bytes | tuple[int, int]) -> None:
    content = damage if isinstance(damage, bytes) else RIGHT[: damage[0]] + bytes([damage[1]]) + RIGHT[damage[0] + 1 :]
    with contextlib.suppress(UnreadableRecordError):
        service.examine(SourceRecord(schema_=RecordSchema.MARC21, content=content))


@given(FIELDS)
def test_what_is_written_reads_as_it_was(fields: list[tuple[str, str]]) -> None:
    record = marc.read_iso2709(iso2709(fields))
    written = marc.write_iso2709(record)
    assert written is not None
    assert marc.read_iso2709(written).fields == record.fields
    assert marc.read_iso2709(written).oddities == []
    assert marc.read_marcxml(marc.write_marcxml(record)).fields == record.fields


def test_a_record_too_long_for_iso2709_is_not_written_as_such() -> None:
    assert marc.write_iso2709(marc.read_marcxml(marcxml([("245", "00$a" + "x" * 10_000)]))) is None
    assert marc.write_iso2709(marc.read_marcxml(marcxml([("500", "  $a" + "x" * 9_000)] * 12))) is None


XML_WRONG = {
    "not closed": (b"<record><leader>", "not_well_formed"),
    "a tag of four": (marcxml([("2455", "00$aTitle")]), "bad_tag"),
    "an empty subfield code": (marcxml(BIRDS).replace(b'code="a"', b'code=""'), "bad_subfield_code"),
    "an indicator of two": (marcxml(BIRDS).replace(b'ind1="1"', b'ind1="12"'), "bad_indicator"),
    "no fields": (b"<record><leader>x</leader></record>", "no_fields"),
    "no record": (b"<collection/>", "no_record"),
}


@pytest.mark.parametrize(("content", "fault"), XML_WRONG.values(), ids=XML_WRONG.keys())
def test_a_bad_marcxml_record_is_refused_with_its_fault(content: bytes, fault: str) -> None:
    with pytest.raises(UnreadableRecordError) as found:
        marc.read_marcxml(content)
    assert found.value.fault == fault


@pytest.mark.parametrize(
    "prolog", [b"", b'<?xml version="1.0"?>\n', b"\xef\xbb\xbf", b"\xef\xbb\xbf<?xml version='1.0'?>"]
)
@pytest.mark.parametrize("namespace", [True, False])
def test_marcxml_is_read_with_and_without_prolog_mark_and_namespace(prolog: bytes, namespace: bool) -> None:
    assert marc.read_marcxml(prolog + marcxml(BIRDS, namespace=namespace)).fields == marc.read_iso2709(RIGHT).fields
