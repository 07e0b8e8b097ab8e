from __future__ import annotations

import pytest

from armarium.ingest.model import SourceFormat
from armarium.inventory.model import UsageType
from armarium.metadata import service as metadata
from tests.unit.ingest.reading_aloud import Heard, hear
from tests.unit.ingest.workbooks import package, workbook, worksheet
from tests.unit.metadata.marc_records import SHARED

CSV = SourceFormat.CSV


def sheet(*lines: str, **how: object) -> Heard:
    """A CSV of these lines, read."""
    return hear("\n".join(lines) + "\n", CSV, name="values.csv", **how)  # type: ignore[arg-type]


def elements(heard: Heard) -> list[tuple[str, str]]:
    """The only record in simple Dublin Core."""
    assert heard.record.record is not None
    return list(metadata.as_dc(heard.record.record))


# Dialects


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_sheet_is_read_whatever_separates_its_cells_and_lines(delimiter: str, end: str, encoding: str) -> None:
    rows = [["dc:title", "dc:creator", "mms_id"], ["Élégie", '"A; B, C"', ""], ['"Two\nlines"', "Ö", "991234567"]]
    content = end.join(delimiter.join(row) for row in rows)
    heard = hear(content.encode(encoding), CSV)
    assert heard.errors == []
    assert heard.titles == ["Élégie", "Two lines"]
    assert [each.description.creators for each in heard.records if each.description] == [("A; B, C",), ("Ö",)]
    assert [each.mms_id for each in heard.records] == [None, "991234567"]
    assert [each.where.row for each in heard.records] == [2, 3]


def test_a_line_that_names_the_separator_is_not_the_header() -> None:
    heard = sheet("sep=;", "dc:title;dc:creator", "Birds;A")
    assert (heard.titles, heard.record.where.row) == (["Birds"], 3)


def test_blank_rows_count_as_rows_and_give_no_titles() -> None:
    heard = sheet("", "dc:title,dc:creator", ",", "", "Birds,A")
    assert (heard.titles, heard.record.where.row) == (["Birds"], 5)


def test_an_empty_cell_mentions_nothing() -> None:
    heard = sheet("mms_id,dc:title,dc:creator,rep_label,file_name_1", "991234567,,A,,")
    assert elements(heard) == [("creator", "A")]
    assert heard.record.representations == ()
    assert heard.errors == []


def test_a_row_of_an_id_alone_mentions_no_metadata() -> None:
    heard = sheet("originating_system_id,rep_label", "u17,Scans")
    assert heard.record.record is None
    assert heard.record.fingerprint is None
    assert heard.record.description is not None
    assert heard.record.description.identifiers[0].value == "u17"
    assert heard.record.representations[0].label == "Scans"


def test_repeated_columns_are_repeated_values() -> None:
    heard = sheet("dc:title,dc:subject,dc:subject,collection_id,collection_id", "Birds,Aves,Fowl,811,812")
    assert elements(heard) == [("title", "Birds"), ("subject", "Aves"), ("subject", "Fowl")]
    assert heard.record.collection_ids == ("811", "812")


def test_qualified_columns_carry_their_scheme() -> None:
    heard = sheet("dc:title,dcterms:subject.dcterms:LCSH,dcterms:identifier.dcterms:URI", "Birds,Aves,http://x.org/1")
    assert heard.record.record is not None
    assert b'<dcterms:subject xsi:type="dcterms:LCSH">Aves</dcterms:subject>' in heard.record.record.content


def test_the_same_row_gives_the_same_bytes() -> None:
    rows = ("originating_system_id,dc:title", "u17,<Birds & more>")
    assert sheet(*rows).record.record == sheet(*rows).record.record


def test_a_cell_that_looks_like_a_formula_is_data() -> None:
    assert sheet("dc:title", "=1+2").titles == ["=1+2"]
    assert sheet("dc:title", "@SUM(A1)").titles == ["@SUM(A1)"]


# Groups


def test_rows_of_one_group_are_one_title_with_a_representation_each() -> None:
    heard = sheet(
        "group_id,dc:title,rep_label,file_name_1",
        "g1,Birds,Scans,a.tif",
        ",Alone,,b.tif",
        "g2,Owls,Scans,c.tif",
        "g1,Birds,Text,a.pdf",
        listing=("a.tif", "a.pdf", "b.tif", "c.tif"),
    )
    assert heard.errors == []
    assert heard.titles == ["Birds", "Alone", "Owls"]
    assert [(each.rows, each.where.row) for each in heard.records] == [(2, 2), (1, 3), (1, 4)]
    birds = heard.records[0].representations
    assert [(each.key, each.label, [file.path for file in each.files]) for each in birds] == [
        ("r1", "Scans", ["a.tif"]),
        ("r2", "Text", ["a.pdf"]),
    ]
    assert (heard.reading.summary.records, heard.reading.summary.rows) == (3, 4)


def test_rows_of_one_group_that_disagree_on_the_bib_are_kept_out() -> None:
    heard = sheet("group_id,mms_id,dc:title", "g,991234567,Birds", "g,997654321,Birds")
    assert (heard.error.code, heard.error.column) == ("conflicting_group", "mms_id")


def test_a_group_takes_its_id_and_title_from_any_of_its_rows() -> None:
    heard = sheet("group_id,mms_id,dc:title,dc:subject", "g,,,Aves", "g,991234567,Birds,")
    assert heard.record.mms_id == "991234567"
    assert elements(heard) == [("subject", "Aves"), ("title", "Birds")]


def test_a_bad_row_keeps_its_whole_group_out() -> None:
    heard = sheet("group_id,dc:title,dc:creator", "g,Birds,A", "g,Birds,B,too much")
    assert (heard.record.rows, heard.error.code, heard.error.where.row) == (2, "ragged_row", 3)


# Representations


def test_what_a_row_says_of_its_representation_is_kept() -> None:
    heard = sheet(
        "dc:title,rep_label,rep_public_note,rep_access_rights,rep_usage_type,rep_library,rep_note,file_name_2,file_label_2,file_name_1",
        "Birds,Scans,Note,open,derivative copy,MAIN,Internal,b.tif,Back,a.tif",
        listing={"a.tif": 10, "b.tif": 20},
    )
    (found,) = heard.record.representations
    assert (found.label, found.public_note, found.note, found.library) == ("Scans", "Note", "Internal", "MAIN")
    assert (found.access_rights, found.usage_type) == ("OPEN", UsageType.DERIVATIVE)
    assert [(each.path, each.label, each.size) for each in found.files] == [("a.tif", "", 10), ("b.tif", "Back", 20)]
    assert found.from_profile == ()


@pytest.mark.parametrize(("column", "value"), [("rep_usage_type", "Master copy"), ("rep_access_rights", "STAFF")])
def test_a_code_that_is_not_known_is_said_with_those_that_are(column: str, value: str) -> None:
    heard = sheet(f"dc:title,{column}", f"Birds,{value}")
    assert (heard.error.code, heard.error.column, heard.error.value, heard.error.where.row) == (
        "bad_value",
        column,
        value,
        2,
    )
    assert "OPEN" in heard.error.mend or "PRESERVATION_MASTER" in heard.error.mend


# Headers


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("dc:titel", "dc:title"),
        ("dcterms:tableofcontents", "dcterms:tableOfContents"),
        ("rep_lable", "rep_label"),
        ("mmsid", "mms_id"),
        ("file_nme_1", "file_name_1"),
        ("DC:Title", "dc:title"),
        ("dcterms:subject.dcterms:LSCH", "dcterms:subject.dcterms:LCSH"),
        ("collectionid", "collection_id"),
    ],
)
def test_a_misspelt_column_keeps_the_file_out_and_says_what_was_meant(written: str, meant: str) -> None:
    heard = sheet(f"dc:creator,{written}", "A,x")
    (finding,) = heard.reading.findings
    assert (finding.severity, finding.code, finding.column, finding.where.row) == (
        "error",
        "unknown_column",
        written,
        1,
    )
    assert meant in finding.mend


@pytest.mark.parametrize("column", ["dc:colour", "dcterms:subject.dcterms:Mine", "file_name_0", "file_label_x"])
def test_a_column_unknown_in_a_namespace_that_is_known_keeps_the_file_out(column: str) -> None:
    (finding,) = sheet(f"dc:title,{column}", "A,x").reading.findings
    assert (finding.severity, finding.column) == ("error", column)


def test_a_column_of_another_world_is_one_warning_or_refused_as_the_profile_says() -> None:
    rows = ("dc:title,googlesheetsource,dginfo", "Birds,x,y", "Owls,x,y")
    heard = sheet(*rows)
    assert [(each.severity, each.column) for each in heard.reading.findings] == [
        ("warning", "googlesheetsource"),
        ("warning", "dginfo"),
    ]
    assert heard.titles == ["Birds", "Owls"]
    assert [each.severity for each in sheet(*rows, unknown_columns="refuse").reading.findings] == ["error", "error"]


def test_a_column_without_a_name_is_told_by_its_letter() -> None:
    (finding,) = sheet("dc:title,,dc:creator,", "Birds,,A,").reading.findings
    assert (finding.severity, finding.column) == ("warning", "B")


def test_labels_without_files_are_warned_of() -> None:
    (finding,) = sheet("dc:title,file_label_2", "Birds,Back").reading.findings
    assert (finding.severity, finding.column) == ("warning", "file_label_2")


def test_a_sheet_with_no_known_column_is_refused() -> None:
    assert sheet("name,year", "Birds,1983").codes == ["no_known_column"]
    assert hear(b"", CSV).codes == ["empty_file"]


def test_the_header_that_alma_accepts_gives_warnings_only() -> None:
    file = SHARED / "csv" / "alma-d_header.csv"
    if not file.exists():
        pytest.skip("the real sheets in ../shared/data are not here")
    header = file.read_text().strip()
    values = {"dc:title": "Birds", "file_name_1": "a.tif", "rep_usage_type": "PRESERVATION_MASTER"}
    heard = sheet(header, ",".join(values.get(name, "") for name in header.split(",")), listing=("a.tif",))
    assert heard.errors == []
    assert {each.column for each in heard.warnings} == {
        "bib custom field",
        "rep_custom field",
        "googlesheetsource",
        "compoundrelationship",
        "oldalttitle",
        "dginfo",
    }
    assert [file.path for file in heard.record.representations[0].files] == ["a.tif"]


# Rows


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Birds,A,too much", "ragged_row"),
        ("Birds", "ragged_row"),
        ("Bi\x00rds,A", "nul_byte"),
        ('"Birds" again,A', "bad_quoting"),
        ("Bi\x07rds,A", "control_character"),
        (",", None),
        ("Bi\ufffdrds,A", "bad_encoding"),
        (",A", "missing_title"),
        ("x" * 140_000 + ",A", "bad_quoting"),
        ("x" * 1_100_000 + ",A", "bad_quoting"),
    ],
    ids=["long", "short", "NUL", "quotes", "control", "blank", "lost character", "no title", "long cell", "long line"],
)
def test_a_bad_row_is_the_only_one_lost(row: str, code: str | None) -> None:
    heard = sheet("dc:title,dc:creator", "First,A", row, "Last,B")
    assert heard.titles[0] == "First"
    assert heard.records[0].errors == heard.records[-1].errors == ()
    assert heard.titles[-1] == "Last"
    assert heard.records[-1].where.row == 4
    if code is None:
        assert len(heard.records) == 2
    else:
        assert [(each.code, each.where.row, each.where.record) for each in heard.errors] == [(code, 3, 2)]


def test_a_ragged_row_says_how_many_cells_it_has_and_should_have() -> None:
    heard = sheet("dc:title,dc:creator", "Birds,A,B,C")
    assert "4 cells" in heard.error.message
    assert "header has 2" in heard.error.message


def test_empty_cells_after_the_last_column_do_no_harm() -> None:
    assert sheet("dc:title,dc:creator", "Birds,A,,").errors == []


def test_a_quotation_mark_that_is_never_closed_loses_its_own_row_alone() -> None:
    heard = sheet("dc:title,dc:creator", "First,A", '"Open,A', *(f"Title {number},B" for number in range(50)))
    assert heard.codes == ["bad_quoting"]
    assert heard.error.where.row == 3
    assert heard.titles == ["First", None, *(f"Title {number}" for number in range(50))]


def test_bytes_that_are_not_utf8_keep_their_row_out_and_the_encoding_is_guessed() -> None:
    lines = ["dc:title,dc:creator", "First,A", "Été à l'île,Éluard", "Último,B"]
    heard = hear("\n".join(lines).encode("cp1252"), CSV)
    assert [(each.code, each.where.row) for each in heard.errors] == [("bad_encoding", 3), ("bad_encoding", 4)]
    assert heard.titles[0] == "First"
    assert "CSV UTF-8" in heard.errors[0].mend


def test_a_bad_byte_far_into_a_large_file_is_found() -> None:
    content = b"dc:title\n" + b"".join(b"Title %d\n" % number for number in range(20_000)) + b"B\xe9\n"
    heard = hear(content, CSV)
    assert [(each.code, each.where.row) for each in heard.errors] == [("bad_encoding", 20_002)]


@pytest.mark.parametrize("value", ["9.91235E+17", "17", "abc"])
def test_an_mms_id_that_is_none_is_said(value: str) -> None:
    heard = sheet("mms_id,dc:title", f"{value},Birds")
    assert (heard.error.code, heard.error.value) == ("bad_mms_id", value)


def test_a_row_with_neither_metadata_nor_id_is_said() -> None:
    heard = sheet("dc:title,file_name_1", ",a.tif", listing=("a.tif",))
    assert heard.codes == ["nothing_named"]


@pytest.mark.parametrize("column", ["mms_id", "originating_system_id"])
def test_an_id_in_two_rows_keeps_the_later_out(column: str) -> None:
    heard = sheet(f"{column},dc:title", "991234567,Birds", "991234568,Owls", "991234567,Again")
    assert (heard.error.code, heard.error.where.row) == ("duplicate_id", 4)
    assert "row 2" in heard.error.message


def test_an_update_by_id_need_not_mention_the_title() -> None:
    heard = sheet("mms_id,originating_system_id,dc:creator", "991234567,,A", ",u17,B", ",,C")
    assert [(each.code, each.where.row) for each in heard.errors] == [("missing_title", 4)]


# Workbooks


def test_every_sheet_of_a_workbook_is_read() -> None:
    content = workbook(
        {
            "Books": [["dc:title", "dc:date", "mms_id"], ["Birds", 1983, None], ["Owls", 1.5, "991234567"]],
            "Empty": [],
            "Notes": [["Ask Anna"]],
            "Maps": [[None], ["dc:title"], [None], ["Russia"]],
        }
    )
    heard = hear(content, CSV)
    assert heard.errors == []
    assert heard.titles == ["Birds", "Owls", "Russia"]
    assert [(each.where.sheet, each.where.row) for each in heard.records] == [("Books", 2), ("Books", 3), ("Maps", 4)]
    assert [each.description.date for each in heard.records if each.description] == ["1983", "1.5", None]
    assert [(each.code, each.where.sheet) for each in heard.warnings] == [("sheet_ignored", "Notes")]


def test_a_number_that_a_spreadsheet_rounded_is_said_with_its_column() -> None:
    heard = hear(workbook({"S": [["dc:title", "mms_id"], ["Birds", 9.91234567890123e17]]}), CSV)
    assert (heard.error.code, heard.error.column, heard.error.where.sheet) == ("number_cut", "mms_id", "S")
    assert "text" in heard.error.mend


def test_an_id_in_two_sheets_is_found() -> None:
    rows: list[list[str | int | float | None]] = [["mms_id", "dc:title"], ["991234567", "Birds"]]
    assert hear(workbook({"A": rows, "B": rows}), CSV).codes == ["duplicate_id"]


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 and nothing else",
        workbook({"S": [["dc:title"]]})[:-40],
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        package({"sheet1.xml": worksheet('<row r="1"><c r="A1"><v>1</v></c></row>')[:60]}, ["S"]),
        package({}, ["S"]),
        package(
            {
                "sheet1.xml": worksheet(
                    '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
                )
            },
            ["S"],
        ),
    ],
    ids=["no archive", "cut off", "old Excel", "broken sheet", "missing sheet", "cells at both ends of the sheet"],
)
def test_a_workbook_that_cannot_be_read_is_refused(content: bytes) -> None:
    heard = hear(content, CSV)
    assert heard.codes == ["unreadable_workbook"]
    assert ".xlsx" in heard.error.mend
