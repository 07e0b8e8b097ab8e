from __future__ import annotations

import pytest

from armarium.ingest.model import SourceFormat
from tests.unit.ingest.reading_aloud import Heard, hear
from tests.unit.metadata.marc_records import BIRDS, SHARED, changed, iso2709
from tests.unit.metadata.test_iso2709 import WRONG

MARC = SourceFormat.MARC21


def numbered(number: int) -> bytes:
    """A right record of its own."""
    return iso2709([("001", f"n{number}"), ("245", f"00$aTitle {number}")])


@pytest.mark.parametrize(("content", "fault"), [(bad, fault) for bad, fault, _ in WRONG.values()], ids=WRONG.keys())
def test_a_bad_record_never_swallows_the_next(content: bytes, fault: str) -> None:
    bad = content if content.endswith(b"\x1d") else content + b"\x1d"
    heard = hear(numbered(1) + bad + numbered(3), MARC)
    assert [each.ordinal for each in heard.records] == [1, 2, 3]
    assert [heard.titles[0], heard.titles[2]] == ["Title 1", "Title 3"]
    if content.endswith(b"\x1d"):
        error = heard.records[1].errors[0]
        assert error.code == fault
        assert error.where.record == 2
        assert error.where.byte is not None and error.where.byte >= len(numbered(1))
        assert error.message and error.mend


def test_an_error_stands_at_its_byte_in_the_file() -> None:
    bad = numbered(2).replace(b"Title 2", b"T\xfftle 2")
    heard = hear(numbered(1) + bad, MARC)
    assert heard.error.where.byte == len(numbered(1)) + bad.index(b"\xff")


def test_a_record_cut_off_by_the_end_of_the_file_is_accounted_for() -> None:
    heard = hear(numbered(1) + numbered(2)[:-20], MARC)
    assert len(heard.records) == 2
    assert heard.error.code == "truncated_record"


def test_a_record_without_245_is_kept_out() -> None:
    heard = hear(iso2709(changed(BIRDS, _245="")), MARC)
    assert heard.error.code == "missing_title"
    assert "245" in heard.error.mend


def test_line_ends_marks_and_end_of_file_bytes_between_records_are_passed_over() -> None:
    heard = hear(b"\xef\xbb\xbf" + numbered(1) + b"\r\n" + numbered(2) + b"\n\x00\x1a", MARC)
    assert heard.titles == ["Title 1", "Title 2"]
    assert heard.errors == []
    assert heard.records[1].where.byte == 3 + len(numbered(1)) + 2
    assert heard.records[1].record is not None
    assert heard.records[1].record.content == numbered(2)


def test_a_harmless_fault_is_a_warning_on_its_record() -> None:
    heard = hear(numbered(1) + iso2709([("245", "00$aПтицы")], leader="nam  22"), MARC)
    assert [(each.code, each.where.record) for each in heard.warnings] == [("encoding_unmarked", 2)]
    assert heard.errors == []


def test_an_empty_file_has_no_records() -> None:
    assert hear(b"", MARC).codes == ["no_records"]
    assert hear(b" \r\n", MARC).codes == ["no_records"]


def test_a_file_without_terminators_is_one_bad_record_and_little_memory() -> None:
    heard = hear(b"x" * 3_000_000 + b"\x1d" + numbered(2), MARC)
    assert heard.codes == ["endless_record"]
    assert heard.titles == [None, "Title 2"]
    assert heard.records[1].where.byte == 3_000_001


@pytest.mark.parametrize(
    ("doubled", "column"),
    [(("001", "u17"), "system"), (("035", "  $a(OCoLC)12345"), "035")],
    ids=["001 and 003", "035"],
)
def test_an_id_that_an_earlier_record_has_keeps_the_later_one_out(doubled: tuple[str, str], column: str) -> None:
    later = [doubled, ("003", "SIRSI"), ("245", "00$aAnother")]
    heard = hear(iso2709(BIRDS) + numbered(2) + iso2709(later), MARC)
    assert [each.errors == () for each in heard.records] == [True, True, False]
    assert (heard.error.code, heard.error.column) == ("duplicate_id", column)
    assert "record 1" in heard.error.message


def test_an_id_by_which_nothing_is_matched_may_be_shared() -> None:
    same_isbn = [("001", "n2"), ("020", "  $a0914378287"), ("245", "00$aAnother")]
    content = iso2709(BIRDS) + iso2709(same_isbn)
    assert hear(content, MARC).errors == []
    assert hear(content, MARC, match_by=("isbn",)).codes == ["duplicate_id"]


def test_two_records_with_ids_of_their_own_may_share_a_weaker_one() -> None:
    twin = [("001", "n2"), ("035", "  $a(OCoLC)12345"), ("245", "00$aAnother")]
    heard = hear(iso2709(BIRDS) + iso2709(twin), MARC, match_by=("system", "035"))
    assert heard.errors == []
    assert [finding.code for finding in heard.records[1].warnings] == ["shared_id"]


def test_a_record_may_repeat_its_own_id() -> None:
    assert hear(iso2709([*BIRDS, ("035", "  $a(OCoLC)12345")]), MARC).errors == []


def test_the_record_is_kept_byte_for_byte() -> None:
    heard = hear(iso2709(BIRDS), MARC)
    assert heard.record.record is not None
    assert heard.record.record.content == iso2709(BIRDS)
    assert heard.record.fingerprint is not None


def real(name: str, source_format: SourceFormat) -> Heard:
    file = SHARED / "marc" / name
    if not file.exists():
        pytest.skip("the real records in ../shared/data are not here")
    return hear(file.read_bytes(), source_format)


def test_the_eight_bad_records_of_pymarc_are_all_accounted_for() -> None:
    heard = real("pymarc__bad_records.mrc", MARC)
    assert [each.ordinal for each in heard.records] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [bool(each.errors) for each in heard.records] == [False, True, True, True, True, True, True, False]
    assert len({each.where.byte for each in heard.records}) == 8


def test_200_marc8_records_of_virginia_are_read() -> None:
    heard = real("solrmarc__uva_001-200.mrc", MARC)
    assert heard.reading.summary.records == 200
    assert heard.errors == []
    assert all(heard.titles)


def test_a_bad_record_between_two_good_ones_in_xml_is_the_only_one_unreadable() -> None:
    heard = real("ruby-marc__three-records-second-bad.xml", SourceFormat.MARCXML)
    assert [each.description is not None for each in heard.records] == [True, False, True]
    assert heard.records[1].errors[0].where.row == 72


def test_an_unimarc_file_is_told_by_its_missing_245() -> None:
    assert real("pymarc__testunimarc.dat", MARC).codes == ["missing_title"]
