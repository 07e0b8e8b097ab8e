from __future__ import annotations

import pytest

from armarium.ingest.model import SourceFormat
from armarium.ingest.reading.files import folder_name, natural
from armarium.inventory.model import UsageType
from tests.unit.ingest.reading_aloud import Heard, hear
from tests.unit.metadata.dublin_core_records import NAMESPACES
from tests.unit.metadata.marc_records import BIRDS, iso2709

MARC, DC, CSV = SourceFormat.MARC21, SourceFormat.DC, SourceFormat.CSV

HIGH_AND_LOW = (
    {"pattern": "high/*", "label": "Masters", "usage_type": "PRESERVATION_MASTER"},
    {"pattern": "low/*.jpg", "usage_type": "DERIVATIVE_COPY", "access_rights": "OPEN"},
)


def paths(heard: Heard, at: int = 0) -> list[list[str]]:
    """The files of each representation of a record."""
    return [[file.path for file in each.files] for each in heard.records[at].representations]


def row(name: str, *listing: str, **settings: object) -> Heard:
    """A sheet of one title with one file, read."""
    return hear(f"dc:title,file_name_1\nBirds,{name}\n", CSV, listing, **settings)


# By name


def test_a_row_gets_the_files_that_it_names_in_their_order() -> None:
    heard = hear("dc:title,file_name_1,file_name_2\nBirds,b.tif,a.tif\n", CSV, ("a.tif", "b.tif", "c.tif"))
    assert paths(heard) == [["b.tif", "a.tif"]]
    assert heard.reading.unmatched_files == ("c.tif",)
    assert heard.reading.missing_files == ()
    assert heard.reading.summary.files_claimed == 2


def test_a_file_that_is_not_there_keeps_its_row_out_and_is_listed() -> None:
    heard = hear("dc:title,file_name_1\nBirds,a.tif\nOwls,b.tif\n", CSV, ("b.tif",))
    assert (heard.error.code, heard.error.column, heard.error.value) == ("missing_file", "file_name_1", "a.tif")
    assert (heard.error.where.row, heard.error.where.record) == (2, 1)
    assert heard.records[1].errors == ()
    assert heard.reading.missing_files == ("a.tif",)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../other/a.tif", "a/../../b.tif", "..", r"scans\a.tif", "C:/a.tif", "~/a.tif"]
)
def test_a_path_out_of_the_drop_folder_is_refused_even_where_such_a_file_is_listed(path: str) -> None:
    heard = row(path, path)
    assert (heard.error.code, heard.error.value) == ("unsafe_path", path)
    assert paths(heard) == []


def test_two_records_cannot_have_one_file() -> None:
    heard = hear("dc:title,file_name_1\nBirds,a.tif\nOwls,a.tif\n", CSV, ("a.tif",))
    assert (heard.error.code, heard.error.where.row) == ("file_claimed_twice", 3)
    assert "record 1" in heard.error.message


def test_one_record_cannot_have_a_file_twice() -> None:
    heard = hear("dc:title,file_name_1,file_name_2\nBirds,a.tif,./a.tif\n", CSV, ("a.tif",))
    assert (heard.error.code, heard.error.column) == ("file_claimed_twice", "file_name_2")


@pytest.mark.parametrize(
    ("written", "listed"),
    [("Scan.TIF", "scan.tif"), ("E\u0301t\u00e9.tif", "\u00c9te\u0301.tif"), ("stra\u00dfe.tif", "STRASSE.tif")],
)
def test_a_name_that_differs_in_capitals_or_accents_is_found_with_a_warning(written: str, listed: str) -> None:
    heard = row(written, listed)
    assert heard.errors == []
    assert paths(heard) == [[listed]]
    assert [(each.code, each.value) for each in heard.warnings] == [("file_written_differently", written)]


def test_a_name_that_could_be_two_files_is_said() -> None:
    heard = row("scan.tif", "Scan.tif", "SCAN.tif")
    assert heard.codes == ["ambiguous_file"]
    assert row("Scan.tif", "Scan.tif", "SCAN.tif").errors == []


# By a field of the record


def test_856_names_files_and_not_urls() -> None:
    field = ("856", "40$ufiles/1.tif$uhttps://x.org/2.tif$uwww.x.org/3.tif")
    heard = hear(iso2709([*BIRDS, field]), MARC, ("files/1.tif",), file_field="856u")
    assert heard.errors == []
    assert paths(heard) == [["files/1.tif"]]


def test_a_file_that_856_names_and_is_missing_keeps_the_record_out() -> None:
    heard = hear(iso2709([*BIRDS, ("856", "40$u1.tif")]), MARC, file_field="856u")
    assert (heard.error.code, heard.error.value) == ("missing_file", "1.tif")


def test_an_identifier_is_a_file_only_where_it_looks_like_one_or_is_one() -> None:
    values = ("12345", "10.1000/182.abc", "urn:isbn:0914378287", "https://x.org/1.tif", "a.tif", "plain")
    identifiers = "".join(f"<dc:identifier>{each}</dc:identifier>" for each in values)
    content = f"<r {NAMESPACES}><dc:title>T</dc:title>{identifiers}</r>"
    heard = hear(content, DC, ("a.tif", "plain"), file_field="dc:identifier")
    assert heard.errors == []
    assert paths(heard) == [["a.tif", "plain"]]


def test_without_a_file_field_the_record_names_nothing() -> None:
    heard = hear(iso2709([*BIRDS, ("856", "40$u1.tif")]), MARC, ("1.tif",))
    assert heard.reading.unmatched_files == ("1.tif",)


# By folder


def test_the_files_in_the_folder_of_a_record_are_its_own_in_natural_order() -> None:
    listing = ("u17/10.tif", "u17/2.tif", "u17/1.tif", "u18/1.tif", "loose.tif")
    heard = hear(iso2709(BIRDS), MARC, listing)
    assert paths(heard) == [["u17/1.tif", "u17/2.tif", "u17/10.tif"]]
    assert heard.reading.unmatched_files == ("loose.tif", "u18/1.tif")


@pytest.mark.parametrize("folder", ["u17", "U17", "SIRSI_u17", "(SIRSI)u17", "scans/u17", "u17/deep/er"])
def test_a_folder_may_be_written_as_file_systems_allow(folder: str) -> None:
    assert paths(hear(iso2709(BIRDS), MARC, (f"{folder}/1.tif",))) == [[f"{folder}/1.tif"]]


def test_any_identifier_names_a_folder_where_the_profile_says_so() -> None:
    listing = ("9780914378280/1.tif",)
    assert paths(hear(iso2709(BIRDS), MARC, listing)) == []
    assert paths(hear(iso2709(BIRDS), MARC, listing, folder_key="any_identifier")) == [["9780914378280/1.tif"]]


def test_no_folder_is_looked_at_where_the_profile_says_none() -> None:
    assert paths(hear(iso2709(BIRDS), MARC, ("u17/1.tif",), folder_key="none")) == []


def test_a_row_that_names_files_does_not_get_its_folder_too() -> None:
    content = "originating_system_id,dc:title,file_name_1\nu17,Birds,u17/1.tif\nu18,Owls,\n"
    heard = hear(content, CSV, ("u17/1.tif", "u17/2.tif", "u18/1.tif"))
    assert (paths(heard, 0), paths(heard, 1)) == ([["u17/1.tif"]], [["u18/1.tif"]])
    assert heard.reading.unmatched_files == ("u17/2.tif",)


def test_a_record_with_an_id_twice_in_the_file_claims_nothing() -> None:
    heard = hear(iso2709(BIRDS) + iso2709(BIRDS), MARC, ("u17/1.tif",))
    assert set(heard.codes) == {"duplicate_id"}
    assert paths(heard, 1) == []


# Representations


def test_patterns_form_representations_and_the_first_that_matches_wins() -> None:
    listing = ("high/u17/1.tif", "low/u17/1.jpg", "low/u17/2.jpg", "other/u17/notes.txt")
    heard = hear(iso2709(BIRDS), MARC, listing, representations=HIGH_AND_LOW)
    high, low = heard.record.representations
    assert (high.key, high.label, high.usage_type, high.access_rights) == ("p1", "Masters", UsageType.MASTER, None)
    assert (low.key, low.label, low.usage_type, low.access_rights) == ("p2", None, UsageType.DERIVATIVE, "OPEN")
    assert high.from_profile == ("label", "usage_type")
    assert [file.path for file in low.files] == ["low/u17/1.jpg", "low/u17/2.jpg"]
    assert heard.reading.unmatched_files == ("other/u17/notes.txt",)


def test_patterns_divide_the_files_of_a_row_that_does_not_describe_its_representation() -> None:
    content = "dc:title,file_name_1,file_name_2,rep_label\nBirds,high/1.tif,low/1.jpg,{}\n"
    listing = ("high/1.tif", "low/1.jpg")
    divided = hear(content.format(""), CSV, listing, representations=HIGH_AND_LOW)
    assert [each.key for each in divided.record.representations] == ["r1", "r1p2"]
    whole = hear(content.format("Scans"), CSV, listing, representations=HIGH_AND_LOW)
    assert paths(whole) == [["high/1.tif", "low/1.jpg"]]
    assert (whole.record.representations[0].label, whole.record.representations[0].from_profile) == (
        "Scans",
        ("usage_type",),
    )


def test_a_file_named_and_in_no_pattern_is_a_master_of_its_own() -> None:
    heard = row("else.pdf", "else.pdf", representations=HIGH_AND_LOW)
    assert [(each.key, each.usage_type) for each in heard.record.representations] == [("r1", UsageType.MASTER)]


def test_the_same_input_gives_the_same_keys() -> None:
    listing = ("high/u17/1.tif", "low/u17/1.jpg")
    first, again = (hear(iso2709(BIRDS), MARC, listing, representations=HIGH_AND_LOW) for _ in range(2))
    assert first.records == again.records


def test_a_pattern_made_to_hang_does_not() -> None:
    pattern = {"pattern": "*a" * 60 + "b"}
    heard = hear(iso2709(BIRDS), MARC, ("u17/" + "a" * 5_000,), representations=(pattern,))
    assert paths(heard) == []


def test_a_dot_in_a_pattern_is_a_dot() -> None:
    assert paths(hear(iso2709(BIRDS), MARC, ("u17/1xtif",), representations=({"pattern": "*.tif"},))) == []


def test_page_two_comes_before_page_ten() -> None:
    assert sorted(["p10", "p2", "p02a", "a/p1", "p"], key=natural) == ["a/p1", "p", "p2", "p02a", "p10"]


def test_a_folder_name_is_what_every_file_system_bears() -> None:
    assert folder_name("(OCoLC)123/4:5") == "ocolc_123_4_5"
    assert folder_name("../..") == ""
