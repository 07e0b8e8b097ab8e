"""Records as they came, and what they say. Pure: nothing here reads or writes anything."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class RecordSchema(StrEnum):
    """How a source record is written."""

    MARC21 = "marc21"  # ISO 2709, UTF-8 or MARC-8
    MARCXML = "marcxml"  # one <record> of http://www.loc.gov/MARC21/slim
    DC = "dc"  # simple Dublin Core in XML (oai_dc or a bare container)
    QDC = "qdc"  # qualified Dublin Core (dcterms) in XML

    @property
    def is_marc(self) -> bool:
        """Whether the record is MARC 21, in whichever writing."""
        return self in (RecordSchema.MARC21, RecordSchema.MARCXML)


class SourceRecord(BaseModel):
    """A record in the schema it came in, byte for byte (base64 where it is written as JSON)."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    schema_: RecordSchema
    content: bytes


class Identifier(BaseModel):
    """An identifier by which records are matched, normalized (ISBN-13 digits, no spaces, prefix kept).

    Schemes: ``system`` (originating system id: MARC 001 with 003), ``035``, ``024``, ``isbn``, ``issn``, ``dc``
    (dc:identifier).
    """

    model_config = ConfigDict(frozen=True)

    scheme: str
    value: str


class Description(BaseModel):
    """What lists, pages and search need of a record."""

    model_config = ConfigDict(frozen=True)

    title: str
    sort_title: str
    alternative_titles: tuple[str, ...] = ()  # also the title in its own script
    creators: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    publisher: str | None = None
    place: str | None = None
    date: str | None = None
    year: int | None = None
    languages: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    summary: str | None = None
    isbn: str | None = None
    issn: str | None = None
    network_numbers: tuple[str, ...] = ()
    originating_system: str | None = None
    originating_system_id: str | None = None
    identifiers: tuple[Identifier, ...] = ()


class DisplayField(BaseModel):
    """One labelled line of a record as people read it; ``label`` is a key for translation: ``title``, ``creator`` …"""

    model_config = ConfigDict(frozen=True)

    label: str
    values: tuple[str, ...]


class Statement(BaseModel):
    """A statement of Dublin Core: ``dcterms:subject.dcterms:LCSH`` is the term ``subject`` with the scheme ``LCSH``."""

    model_config = ConfigDict(frozen=True)

    prefix: str  # dc or dcterms
    term: str
    scheme: str | None = None
    language: str | None = None
    value: str


DC_ELEMENTS = (
    "title",
    "creator",
    "subject",
    "description",
    "publisher",
    "contributor",
    "date",
    "type",
    "format",
    "identifier",
    "source",
    "language",
    "relation",
    "coverage",
    "rights",
)
"""The fifteen elements of DCMES 1.1 (ISO 15836-1), namespace ``http://purl.org/dc/elements/1.1/``."""

DC_TERMS = (
    *DC_ELEMENTS,
    "abstract",
    "accessRights",
    "accrualMethod",
    "accrualPeriodicity",
    "accrualPolicy",
    "alternative",
    "audience",
    "available",
    "bibliographicCitation",
    "conformsTo",
    "created",
    "dateAccepted",
    "dateCopyrighted",
    "dateSubmitted",
    "educationLevel",
    "extent",
    "hasFormat",
    "hasPart",
    "hasVersion",
    "instructionalMethod",
    "isFormatOf",
    "isPartOf",
    "isReferencedBy",
    "isReplacedBy",
    "isRequiredBy",
    "issued",
    "isVersionOf",
    "license",
    "mediator",
    "medium",
    "modified",
    "provenance",
    "references",
    "replaces",
    "requires",
    "rightsHolder",
    "spatial",
    "tableOfContents",
    "temporal",
    "valid",
)
"""The properties of the DCMI Metadata Terms, namespace ``http://purl.org/dc/terms/``."""

DC_SCHEMES = (
    "Box",
    "DCMIType",
    "DDC",
    "IMT",
    "ISO3166",
    "ISO639-2",
    "ISO639-3",
    "LCC",
    "LCSH",
    "MESH",
    "NLM",
    "Period",
    "Point",
    "RFC1766",
    "RFC3066",
    "RFC4646",
    "RFC5646",
    "TGN",
    "UDC",
    "URI",
    "W3CDTF",
)
"""The vocabulary and syntax encoding schemes of the DCMI Metadata Terms."""
