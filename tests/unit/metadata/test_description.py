from __future__ import annotations

import pytest

from armarium.metadata import service
from armarium.metadata.model import Identifier
from tests.unit.metadata.dublin_core_records import dublin_core
from tests.unit.metadata.marc_records import BIRDS, changed, marc

ISBN = "9780914378280"  # of 0-914378-28-7

# MARC


def test_a_marc_record_is_described_by_its_fields() -> None:
    said = service.describe(marc(BIRDS))
    assert said.title == "The birds : a survey"
    assert said.sort_title == "birds : a survey"
    assert said.creators == ("Fedorov, Andrei, 1906-1997",)
    assert (said.place, said.publisher, said.date, said.year) == ("Leningrad", "Sov. pisatel", "1983", 1983)
    assert said.languages == ("rus",)
    assert said.subjects == ("Birds--Russia--History",)
    assert said.types == ("Text", "Book")
    assert (said.originating_system, said.originating_system_id) == ("SIRSI", "u17")


def test_identifiers_are_normalized_for_matching() -> None:
    assert set(service.describe(marc(BIRDS)).identifiers) == {
        Identifier(scheme="system", value="(SIRSI)u17"),
        Identifier(scheme="035", value="(OCoLC)12345"),
        Identifier(scheme="isbn", value=ISBN),
    }


def test_the_title_has_number_and_name_of_the_part() -> None:
    assert service.describe(marc([("245", "00$aFaust.$nPart 2,$pThe prelude /$cGoethe.")])).title == (
        "Faust. Part 2, The prelude"
    )


def test_a_record_without_245_has_an_empty_title() -> None:
    assert service.describe(marc([("100", "1 $aSomebody")])).title == ""


def test_names_in_their_own_script_stand_beside_the_romanized_ones() -> None:
    fields = [
        ("100", "1 $6880-01$aTolstoi, Lev."),
        ("245", "10$6880-02$aVoina i mir /$cL. Tolstoi."),
        ("880", "1 $6100-01$aТолстой, Лев."),
        ("880", "10$6245-02$aВойна и мир /$cЛ. Толстой."),
    ]
    said = service.describe(marc(fields))
    assert said.title == "Voina i mir"
    assert said.alternative_titles == ("Война и мир",)
    assert said.creators == ("Tolstoi, Lev", "Толстой, Лев")


def test_264_of_the_publisher_comes_before_other_statements() -> None:
    fields = [
        ("245", "00$aTitle"),
        ("260", "  $aOld place"),
        ("264", " 2$aDistributor"),
        ("264", " 1$aOslo :$bForlag,$c[2001?]"),
    ]
    said = service.describe(marc(fields))
    assert (said.place, said.publisher, said.year) == ("Oslo", "Forlag", 2001)


@pytest.mark.parametrize(
    ("coded", "written", "year"),
    [
        ("s1983    ", "", 1983),
        ("s19uu    ", "[between 1900 and 1950]", 1900),
        ("b        ", "44 B.C.", None),
        ("|||||||||", "c1977.", 1977),
        ("n        ", "", None),
    ],
)
def test_the_year_comes_from_008_or_from_the_statement(coded: str, written: str, year: int | None) -> None:
    fields = [("008", f"840827{coded}ru"), ("245", "00$aTitle"), ("260", f"  $c{written}")]
    assert service.describe(marc(fields)).year == year


def test_languages_come_from_008_and_041_each_once() -> None:
    fields = [*changed(BIRDS), ("041", "1 $arus$afre$hger"), ("041", "0 $aengspa"), ("041", " 7$aen$2iso639-1")]
    assert service.describe(marc(fields)).languages == ("rus", "fre", "eng", "spa")


@pytest.mark.parametrize(
    ("leader", "types"),
    [
        ("nam", ("Text", "Book")),
        ("nas", ("Text", "Serial")),
        ("ncm", ("Text", "Notated music")),
        ("njm", ("Sound", "Music")),
        ("nem", ("Image", "Map")),
        ("nkm", ("StillImage",)),
    ],
)
def test_the_type_comes_from_the_leader(leader: str, types: tuple[str, ...]) -> None:
    assert service.describe(marc([("245", "00$aTitle")], leader=f"{leader} a22")).types == types


def test_a_standard_number_carries_its_source() -> None:
    fields = [("245", "00$aTitle"), ("024", "7 $a10.1000/182$2doi"), ("024", "2 $aM 571 10051 3"), ("024", "8 $a77")]
    found = [each.value for each in service.describe(marc(fields)).identifiers if each.scheme == "024"]
    assert found == ["doi:10.1000/182", "ismn:M571100513", "77"]


def test_cancelled_and_wrong_numbers_match_nothing() -> None:
    fields = [("245", "00$aTitle"), ("020", "  $z0914378287"), ("020", "  $a1234567890"), ("022", "  $a1111-1111")]
    assert service.describe(marc(fields)).identifiers == ()


@pytest.mark.parametrize("written", ["0914378287", "0-914378-28-7 (v. 1)", ISBN, "978-0-914378-28-0 :"])
def test_an_isbn_is_thirteen_digits_however_it_is_written(written: str) -> None:
    assert service.describe(marc([("245", "00$aTitle"), ("020", f"  $a{written}")])).isbn == ISBN


@pytest.mark.parametrize("written", ["(OCoLC)ocm00012345", "(OCoLC)on12345", "(OCoLC) 12345", "(OCOLC)012345"])
def test_an_oclc_number_is_the_same_with_and_without_its_ornaments(written: str) -> None:
    said = service.describe(marc([("245", "00$aTitle"), ("035", f"  $a{written}")]))
    assert said.identifiers == (Identifier(scheme="035", value="(OCoLC)12345"),)


def test_001_stands_alone_where_no_system_is_named() -> None:
    said = service.describe(marc(changed(BIRDS, _003="")))
    assert said.identifiers[0] == Identifier(scheme="system", value="u17")


def test_titles_sort_without_case_accents_and_leading_marks() -> None:
    def key(title: str) -> str:
        return service.describe(marc([("245", f"00$a{title}")])).sort_title

    assert key("[Élégies]") == "elegies]"
    assert key("«Птицы»") == "птицы»"
    assert key("...") == "..."


# Dublin Core


def test_dublin_core_is_described_by_its_elements() -> None:
    said = service.describe(
        dublin_core(
            "<dc:title>Birds</dc:title><dc:title>Птицы</dc:title><dcterms:alternative>Fowl</dcterms:alternative>",
            "<dc:creator>Fedorov</dc:creator><dcterms:issued>1983-05</dcterms:issued><dc:language>ru</dc:language>",
            "<dcterms:abstract>About  birds</dcterms:abstract><dc:subject>Aves</dc:subject>",
            "<dc:identifier>urn:isbn:0914378287</dc:identifier><dcterms:spatial>Russia</dcterms:spatial>",
        )
    )
    assert (said.title, said.alternative_titles) == ("Birds", ("Птицы", "Fowl"))
    assert (said.creators, said.year, said.languages, said.summary) == (("Fedorov",), 1983, ("ru",), "About birds")
    assert said.subjects == ("Aves", "Russia")
    assert said.isbn == ISBN
    assert Identifier(scheme="dc", value="urn:isbn:0914378287") in said.identifiers


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("1939-01-01T08:00:00Z", 1939),
        ("1920/1930", 1920),
        ("ca. 1850", 1850),
        ("19991231", 1999),
        ("196X", None),
        ("12/05/1999", 1999),
        ("17831", None),
    ],
)
def test_a_year_is_taken_only_where_it_is_plain(date: str, year: int | None) -> None:
    assert service.describe(dublin_core(f"<dc:date>{date}</dc:date><dc:title>x</dc:title>")).year == year


def test_an_element_of_another_namespace_is_no_dublin_core_whatever_its_name() -> None:
    said = service.describe(dublin_core("<dc:creator>A</dc:creator>", '<t:title xmlns:t="urn:t">No</t:title>'))
    assert (said.title, said.creators) == ("", ("A",))


def test_the_id_of_the_originating_system_is_kept_in_the_record() -> None:
    record = service.from_system(dublin_core("<dc:title>Birds</dc:title>"), "oai:host:17")
    said = service.describe(record)
    assert said.originating_system_id == "oai:host:17"
    assert said.identifiers == (Identifier(scheme="system", value="oai:host:17"),)
