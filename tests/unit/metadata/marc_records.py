"""MARC records made in code: right ones, and wrong ones byte by byte."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from armarium.metadata.model import RecordSchema, SourceRecord

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"

Fields = list[tuple[str, str]]
"""Tag, and the field as ISO 2709 has it, ``$`` for the subfield delimiter: ``("245", "10$aTitle /$cby somebody.")``."""

BIRDS: Fields = [
    ("001", "u17"),
    ("003", "SIRSI"),
    ("008", "840827s1983    ru       b    00010 ruso "),
    ("020", "  $a0-914378-28-7 (v. 1)"),
    ("035", "  $a(OCoLC)ocm00012345"),
    ("100", "1 $aFedorov, Andrei,$d1906-1997."),
    ("245", "14$aThe birds :$ba survey /$cAndrei Fedorov."),
    ("260", "  $aLeningrad :$bSov. pisatel,$c1983."),
    ("650", " 0$aBirds$zRussia$xHistory."),
]


def iso2709(fields: Fields, encoding: str = "utf-8", leader: str = "nam a22", tail: str = " a 4500") -> bytes:
    """A right record; ``leader`` is positions 05 to 11."""
    directory, data = b"", b""
    for tag, field in fields:
        body = field.replace("$", "\x1f").encode(encoding) + b"\x1e"
        directory += f"{tag}{len(body):04d}{len(data):05d}".encode()
        data += body
    base = 24 + len(directory) + 1
    return f"{base + len(data) + 1:05d}{leader}{base:05d}{tail}".encode() + directory + b"\x1e" + data + b"\x1d"


def marcxml(fields: Fields, leader: str = "00000nam a2200000 a 4500", namespace: bool = True) -> bytes:
    """The same as one MARCXML record."""
    lines = [f"<leader>{leader}</leader>"]
    for tag, field in fields:
        if tag < "010":
            lines.append(f'<controlfield tag="{tag}">{escape(field)}</controlfield>')
            continue
        indicators, *subfields = field.split("$")
        inner = "".join(f"<subfield code={quoteattr(each[0])}>{escape(each[1:])}</subfield>" for each in subfields)
        lines.append(f'<datafield tag="{tag}" ind1="{indicators[0]}" ind2="{indicators[1]}">{inner}</datafield>')
    opening = '<record xmlns="http://www.loc.gov/MARC21/slim">' if namespace else "<record>"
    return (opening + "".join(lines) + "</record>").encode()


def marc(fields: Fields, **how: str) -> SourceRecord:
    """A record in ISO 2709."""
    return SourceRecord(schema_=RecordSchema.MARC21, content=iso2709(fields, **how))


def marc_in_xml(fields: Fields, **how: str) -> SourceRecord:
    """A record in MARCXML."""
    return SourceRecord(schema_=RecordSchema.MARCXML, content=marcxml(fields, **how))


def changed(fields: Fields, **by_tag: str) -> Fields:
    """The fields with other values: ``changed(BIRDS, _245="00$aOther")``; an empty value takes the field out."""
    values = {tag.removeprefix("_"): value for tag, value in by_tag.items()}
    return [(tag, values.get(tag, field)) for tag, field in fields if values.get(tag, field)]
