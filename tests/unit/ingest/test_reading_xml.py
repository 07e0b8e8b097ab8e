from __future__ import annotations

import pytest

from armarium.ingest.model import SourceFormat
from armarium.metadata import service as metadata
from armarium.metadata.model import RecordSchema
from tests.unit.ingest.reading_aloud import hear
from tests.unit.metadata.dublin_core_records import NAMESPACES
from tests.unit.metadata.marc_records import BIRDS, marcxml

XML, DC = SourceFormat.MARCXML, SourceFormat.DC
SLIM = 'xmlns="http://www.loc.gov/MARC21/slim"'
OAI = 'xmlns="http://www.openarchives.org/OAI/2.0/"'


def record(number: int, prefix: str = "") -> str:
    """A MARCXML record that takes its namespace from around it."""
    p = f"{prefix}:" if prefix else ""
    return (
        f"<{p}record><{p}leader>00000nam a2200000 a 4500</{p}leader>"
        f'<{p}controlfield tag="001">n{number}</{p}controlfield>'
        f'<{p}datafield tag="245" ind1="0" ind2="0"><{p}subfield code="a">Title {number}</{p}subfield></{p}datafield>'
        f"</{p}record>"
    )


def collection(*records: str) -> str:
    return f"<?xml version='1.0'?>\n<collection {SLIM}>\n" + "\n".join(records) + "\n</collection>"


@pytest.mark.parametrize(
    "content",
    [
        collection(record(1), record(2)),
        "\ufeff" + collection(record(1), record(2)),
        f"<collection {SLIM}>{record(1)}{record(2)}</collection>",
        f'<m:collection xmlns:m="http://www.loc.gov/MARC21/slim">{record(1, "m")}{record(2, "m")}</m:collection>',
        f"<collection>{record(1)}{record(2)}</collection>",
        record(1) + record(2),
        f"<!-- <record/> --><collection {SLIM}><![CDATA[<record>]]>{record(1)}<?x <record>?>{record(2)}</collection>",
        f"<OAI-PMH {OAI}><ListRecords><record><header><identifier>a</identifier></header><metadata>"
        '<m:record xmlns:m="http://www.loc.gov/MARC21/slim">'
        + record(1, "m").removeprefix("<m:record>")
        + f"</metadata></record><record><metadata><collection {SLIM}>{record(2)}</collection></metadata></record>"
        "</ListRecords></OAI-PMH>",
    ],
    ids=["collection", "mark", "no prolog", "prefix", "no namespace", "no wrapper", "comments", "OAI-PMH"],
)
def test_records_are_found_whatever_stands_around_them(content: str) -> None:
    heard = hear(content, XML)
    assert heard.errors == []
    assert heard.titles == ["Title 1", "Title 2"]


def test_a_record_stands_alone_with_the_namespaces_it_needs() -> None:
    content = (
        f'<m:collection xmlns:m="http://www.loc.gov/MARC21/slim" xmlns:no="urn:no">{record(1, "m")}</m:collection>'
    )
    found = hear(content, XML).record.record
    assert found is not None
    assert found.content.startswith(b'<m:record xmlns:m="http://www.loc.gov/MARC21/slim"><m:leader>')
    assert metadata.describe(found).title == "Title 1"


def test_a_record_with_its_own_namespace_is_kept_byte_for_byte() -> None:
    found = hear(b"\xef\xbb\xbf<collection>" + marcxml(BIRDS) + b"</collection>", XML).record.record
    assert found is not None
    assert (found.schema_, found.content) == (RecordSchema.MARCXML, marcxml(BIRDS))


BROKEN = {
    "an end tag is missing inside": record(2).replace("</subfield>", ""),
    "the record's end tag is missing": record(2).replace("</record>", ""),
    "a quotation mark is missing": record(2).replace('code="a"', 'code="a'),
    "a quotation mark is missing in the start tag": record(2).replace("<record>", '<record id="2>'),
    "a comment does not end": record(2).replace("Title", "<!-- Title"),
    "an entity is not known": record(2).replace("Title", "&nbsp;"),
    "a control character": record(2).replace("Title", "\x07"),
    "an ampersand": record(2).replace("Title", "A & B"),
}


@pytest.mark.parametrize("bad", BROKEN.values(), ids=BROKEN.keys())
def test_a_record_that_is_not_well_formed_is_the_only_one_lost(bad: str) -> None:
    heard = hear(collection(record(1), bad, record(3)), XML)
    assert heard.titles == ["Title 1", None, "Title 3"]
    error = heard.records[1].errors[0]
    assert error.code == "not_well_formed"
    assert error.where.row == 4
    assert error.where.byte is not None
    assert error.where.byte >= collection(record(1), bad, record(3)).index(bad)


def test_bytes_that_are_not_utf8_are_the_fault_of_one_record() -> None:
    content = collection(record(1), record(2), record(3)).encode().replace(b"Title 2", b"T\xefle")
    assert hear(content, XML).titles == ["Title 1", None, "Title 3"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "iso-8859-1", "windows-1252"])
def test_another_encoding_is_read_as_mark_or_declaration_say(encoding: str) -> None:
    declaration = f"<?xml version='1.0' encoding='{encoding}'?>\n"
    content = declaration + collection(record(1).replace("Title", "Élégie")).partition("\n")[2]
    assert hear(content.encode(encoding), XML).titles == ["Élégie 1"]


@pytest.mark.parametrize("encoding", ["klingon", "zlib", "rot13"])
def test_an_encoding_that_is_none_is_refused(encoding: str) -> None:
    assert hear(f"<?xml version='1.0' encoding='{encoding}'?><a/>", XML).codes == ["bad_encoding"]


def test_a_file_cut_off_inside_a_record_keeps_what_came_before() -> None:
    content = collection(record(1), record(2))
    heard = hear(content[: content.index("Title 2")], XML)
    assert heard.titles == ["Title 1", None]
    assert heard.codes == ["not_well_formed"]


def test_a_file_cut_off_between_records_is_warned_of() -> None:
    heard = hear(collection(record(1)).removesuffix("</collection>"), XML)
    assert heard.titles == ["Title 1"]
    assert [each.code for each in heard.warnings] == ["file_cut_off"]


def test_a_doctype_is_refused_with_its_line() -> None:
    bomb = '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>\n' + collection(record(1))
    heard = hear(bomb, XML)
    assert heard.records == []
    assert (heard.error.code, heard.error.where.row) == ("doctype", 2)


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "not_xml"), ("broken xml", "not_xml"), ("{}", "not_xml"), ("<html><body/></html>", "no_records")],
)
def test_a_file_that_is_something_else_is_refused(content: str, code: str) -> None:
    assert hear(content, XML).codes == [code]
    assert hear(content, DC).codes == [code]


def test_markup_that_never_comes_does_not_fill_the_memory() -> None:
    heard = hear("<a>" + " " * (33 << 20), XML)
    assert "not_well_formed" in heard.codes


# Dublin Core


def title(number: int) -> str:
    return f"<dc:title>Title {number}</dc:title><dc:identifier>id{number}</dc:identifier>"


@pytest.mark.parametrize(
    "content",
    [
        f"<records {NAMESPACES}><record>{title(1)}</record><record>{title(2)}</record></records>",
        f"<r {NAMESPACES}><o:dc xmlns:o='http://www.openarchives.org/OAI/2.0/oai_dc/'>{title(1)}</o:dc>"
        f"<o:dc xmlns:o='http://www.openarchives.org/OAI/2.0/oai_dc/'>{title(2)}</o:dc></r>",
        f"<qualifieddc {NAMESPACES}>{title(1)}</qualifieddc><qualifieddc {NAMESPACES}>{title(2)}</qualifieddc>",
        f"<r {NAMESPACES}><Work>\n  <!-- first -->{title(1)}</Work><Work>{title(2)}</Work></r>",
    ],
    ids=["record", "oai_dc", "bare containers", "any container"],
)
def test_dublin_core_is_found_in_any_container(content: str) -> None:
    heard = hear(content, DC)
    assert heard.errors == []
    assert heard.titles == ["Title 1", "Title 2"]


def test_qualified_dublin_core_is_told_from_simple() -> None:
    simple = f'<dc xmlns:dc="http://purl.org/dc/elements/1.1/">{title(1)}</dc>'
    qualified = f"<r {NAMESPACES}>{title(2)}<dcterms:issued>2001</dcterms:issued></r>"
    found = [each.record.schema_ for each in hear(simple + qualified, DC).records if each.record]
    assert found == [RecordSchema.DC, RecordSchema.QDC]


def envelope(*records: str) -> str:
    return f"<OAI-PMH {OAI}><ListRecords>{''.join(records)}</ListRecords></OAI-PMH>"


def harvested(number: int, metadata: str, attributes: str = "") -> str:
    header = f"<header{attributes}><identifier>oai:x&amp;y:{number}</identifier></header>"
    return f"<record>{header}{metadata}</record>"


def test_the_header_of_an_envelope_gives_the_originating_id() -> None:
    container = f"<oai_dc:dc xmlns:oai_dc='urn:o' {NAMESPACES}>{title(1)}</oai_dc:dc>"
    content = envelope(harvested(1, f"<metadata>{container}</metadata>"))
    heard = hear(content, DC)
    assert heard.record.description is not None
    assert heard.record.description.originating_system_id == "oai:x&y:1"
    assert heard.record.record is not None
    assert metadata.describe(heard.record.record) == heard.record.description


def test_deleted_and_empty_records_of_an_envelope_are_accounted_for() -> None:
    whole = f"<metadata><q:dc xmlns:q='urn:q' {NAMESPACES}>{title(3)}</q:dc></metadata>"
    other = "<metadata><mods xmlns='http://www.loc.gov/mods/v3'/></metadata>"
    content = envelope(harvested(1, "", ' status="deleted"'), harvested(2, other), harvested(3, whole))
    heard = hear(content, DC)
    assert heard.codes == ["deleted_record", "no_record"]
    assert heard.titles == [None, None, "Title 3"]


def test_a_record_without_title_is_kept_out_unless_an_id_says_which_bib_it_updates() -> None:
    content = f"<r {NAMESPACES}><a><dc:creator>A</dc:creator></a></r>"
    assert hear(content, DC).codes == ["missing_title"]
    by_id = envelope(harvested(1, f"<metadata><dc {NAMESPACES}><dc:creator>A</dc:creator></dc></metadata>"))
    assert hear(by_id, DC).errors == []


def test_a_container_with_nothing_in_it_is_accounted_for() -> None:
    heard = hear(f"<r {NAMESPACES}><x:dc xmlns:x='urn:x'/><x:dc xmlns:x='urn:x'>{title(2)}</x:dc></r>", DC)
    assert heard.codes == ["no_fields"]
    assert heard.titles == [None, "Title 2"]
