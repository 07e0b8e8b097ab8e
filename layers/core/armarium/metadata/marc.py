"""MARC 21 records: ISO 2709 and MARCXML in, one light form inside, both out.

As in "MARC 21 Specifications for Record Structure, Character Sets, and Exchange Media" (Library of Congress).
The walk over a record is our own because it is what a load of a million records spends its time on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, NoReturn

from armarium.metadata import marc8, xml
from armarium.metadata.errors import UnreadableRecordError
from armarium.metadata.model import RecordSchema, SourceRecord
from armarium.metadata.text import composed

_LEADER, _ENTRY = 24, 12
_RECORD_END, _FIELD_END, _DELIMITER = b"\x1d", b"\x1e", b"\x1f"
_LONGEST_RECORD, _LONGEST_FIELD = 99_999, 9_999
_BLANK_LEADER = "00000nam a2200000   4500"
_CORRECT = "Correct the record in the system it comes from and export it again."
_EXPORT = "Export the file again from the system it comes from; if it was sent by FTP, use binary mode."


class Field(NamedTuple):
    """A control field has a ``value``; a data field has two ``indicators`` and ``subfields`` of (code, text)."""

    tag: str
    value: str = ""
    indicators: str = ""
    subfields: tuple[tuple[str, str], ...] = ()

    def all(self, codes: str) -> list[str]:
        """The texts of the subfields with one of these codes, in the field's order."""
        return [text for code, text in self.subfields if code in codes]

    def first(self, code: str) -> str | None:
        """The text of the first subfield with this code."""
        return next((text for found, text in self.subfields if found == code), None)


class Oddity(NamedTuple):
    """Something wrong with a record that reading could do without."""

    code: str
    message: str
    mend: str


@dataclass
class MarcRecord:
    """Leader (24 characters) and fields in the record's order, their text in NFC."""

    leader: str
    fields: list[Field]
    oddities: list[Oddity] = field(default_factory=list)

    @cached_property
    def by_tag(self) -> dict[str, list[Field]]:
        """The fields of each tag, in the record's order."""
        found: dict[str, list[Field]] = {}
        for each in self.fields:
            found.setdefault(each.tag, []).append(each)
        return found

    def tagged(self, *tags: str) -> Iterator[Field]:
        """The fields of these tags, tag by tag."""
        for tag in tags:
            yield from self.by_tag.get(tag, ())

    def control(self, tag: str) -> str:
        """The value of the first control field with this tag, or nothing."""
        fields = self.by_tag.get(tag)
        return fields[0].value if fields else ""


def read(record: SourceRecord) -> MarcRecord:
    """The record, whichever of the two writings it has."""
    return read_iso2709(record.content) if record.schema_ is RecordSchema.MARC21 else read_marcxml(record.content)


def is_control(tag: str) -> bool:
    """Whether fields of this tag have neither indicators nor subfields (00X)."""
    return tag[:2] == "00"


# --- ISO 2709 --------------------------------------------------------------------------------------------------------


def read_iso2709(content: bytes) -> MarcRecord:
    """One record, with its record terminator.

    Errors carry the fault and the byte where it stands: ``truncated_record``, ``bad_base_address``, ``bad_directory``,
    ``no_fields``, ``bad_indicator``, ``bad_subfield_code``, ``bad_encoding``, ``bad_marc8``. A wrong length or a wrong
    leader/09 does no harm and is an oddity.
    """
    oddities = list(_length_oddity(content))
    base = _base_address(content)
    decode = _decoder(content, oddities)
    fields = [_field(content, entry, base, decode) for entry in _directory(content, base)]
    return MarcRecord(content[:_LEADER].decode("ascii", "replace"), fields, oddities)


def _length_oddity(content: bytes) -> Iterator[Oddity]:
    if len(content) < _LEADER + 2:
        _fail(
            "truncated_record", f"The record has {len(content)} bytes, less than a leader and a directory.", 0, _EXPORT
        )
    stated = content[:5]
    if content[-1:] != _RECORD_END:
        _fail(
            "truncated_record",
            f"The file ends inside the record: {len(content)} bytes of {stated.decode('latin-1')} are there.",
            len(content),
            _EXPORT,
        )
    if stated != b"%05d" % len(content):
        yield Oddity(
            "bad_record_length",
            f"The leader says that the record has {stated.decode('latin-1')!r} bytes; it has {len(content)}.",
            "Nothing is lost: the record was read up to its terminator. The exporting system should count bytes.",
        )


def _base_address(content: bytes) -> int:
    stated = content[12:17]
    base = int(stated) if stated.isdigit() else 0
    if not _LEADER < base < len(content) or content[base - 1 : base] != _FIELD_END:
        _fail(
            "bad_base_address",
            f"The leader says that the data begins at byte {stated.decode('latin-1')!r}, where no directory ends.",
            12,
            _CORRECT,
        )
    return base


def _directory(content: bytes, base: int) -> Iterator[bytes]:
    size = base - 1 - _LEADER
    if size % _ENTRY:
        _fail("bad_directory", f"The directory has {size} bytes, which is not a multiple of 12.", _LEADER, _CORRECT)
    if not size:
        _fail("no_fields", "The record has no fields.", _LEADER, _CORRECT)
    for start in range(_LEADER, base - 1, _ENTRY):
        entry = content[start : start + _ENTRY]
        if not (entry[:3].isalnum() and entry[3:].isdigit()):
            _fail(
                "bad_directory",
                f"The directory entry {entry!r} is not a tag, a length and a position.",
                start,
                _CORRECT,
            )
        yield entry


def _field(content: bytes, entry: bytes, base: int, decode: Callable[[bytes], str]) -> Field:
    tag = entry[:3].decode("ascii")
    start = base + int(entry[7:])
    end = start + int(entry[3:7]) - 1
    if end < start or content[end : end + 1] != _FIELD_END or _FIELD_END in content[start:end]:
        _fail("bad_directory", f"The directory places field {tag} where no field is.", _LEADER, _CORRECT)
    try:
        text = decode(content[start:end])
    except UnicodeDecodeError as error:
        _fail("bad_encoding", f"Field {tag} is not valid UTF-8.", start + error.start, _utf8_mend(content[start:end]))
    except marc8.Marc8DecodeError as error:
        _fail(
            "bad_marc8",
            f"Field {tag} is not valid MARC-8: {error}.",
            start + error.offset,
            "Export the file as UTF-8; if it is in another encoding, convert it first.",
        )
    return Field(tag, text) if is_control(tag) else _data_field(tag, text, start)


def _data_field(tag: str, text: str, start: int) -> Field:
    indicators, *rest = text.split("\x1f")
    if len(indicators) != 2 or not (indicators.isascii() and indicators.isprintable()):
        _fail(
            "bad_indicator",
            f"Field {tag} does not begin with two indicators, but with {indicators[:20]!r}.",
            start,
            _CORRECT,
        )
    subfields = tuple((each[0], each[1:]) for each in rest if each)
    for code, _ in subfields:
        if not "!" <= code <= "~":
            _fail("bad_subfield_code", f"Field {tag} has a subfield with the code {code!r}.", start, _CORRECT)
    return Field(tag, "", indicators, subfields)


def _decoder(content: bytes, oddities: list[Oddity]) -> Callable[[bytes], str]:
    """How the fields are written: leader/09 says, unless the bytes plainly say otherwise."""
    if content[9:10] == b"a":
        return _from_utf8
    if content.isascii():
        return _from_marc8 if b"\x1b" in content else _from_utf8
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _from_marc8
    oddities.append(
        Oddity(
            "encoding_unmarked",
            "Leader/09 says MARC-8, the bytes are UTF-8; the record was read as UTF-8.",
            "Set leader/09 to `a` in the exporting system.",
        )
    )
    return _from_utf8


def _from_utf8(data: bytes) -> str:
    return composed(data.decode("utf-8"))


def _from_marc8(data: bytes) -> str:
    """A field, subfield by subfield: each begins in the default sets."""
    texts = []
    offset = 0
    for part in data.split(_DELIMITER):
        try:
            texts.append(marc8.decode(part))
        except marc8.Marc8DecodeError as error:
            raise marc8.Marc8DecodeError(offset + error.offset, str(error)) from None
        offset += len(part) + 1
    return "\x1f".join(texts)


def _utf8_mend(data: bytes) -> str:
    try:
        _from_marc8(data)
    except marc8.Marc8DecodeError:
        return "Export the file as UTF-8; if it is in another encoding, convert it first."
    return "The field reads as MARC-8: leader/09 should be blank, or the file be exported as UTF-8."


def _fail(fault: str, message: str, offset: int, mend: str) -> NoReturn:
    raise UnreadableRecordError(fault, message, mend, offset=offset)


# --- MARCXML ---------------------------------------------------------------------------------------------------------


def read_marcxml(content: bytes) -> MarcRecord:
    """The first ``record`` of a MARCXML document, with or without namespace, prolog, byte order mark or collection."""
    root = xml.parse(content)
    element = (
        root if xml.name_of(root)[1] == "record" else next(iter(root.iter(f"{{{xml.MARC}}}record", "record")), None)
    )
    if element is None:
        raise UnreadableRecordError(
            "no_record", "There is no MARCXML record in the XML.", "Send one <record> of MARCXML."
        )
    leader, fields = "", []
    for child in element:
        name = xml.name_of(child)[1]
        if name == "leader":
            leader = xml.text_of(child)
        elif name == "controlfield":
            fields.append(Field(_tag(child.get("tag"), xml.line_of(child)), composed(xml.text_of(child))))
        elif name == "datafield":
            subfields = [
                (each.get("code") or "", composed(xml.text_of(each)))
                for each in child
                if xml.name_of(each)[1] == "subfield"
            ]
            fields.append(
                _xml_data_field(child.get("tag"), child.get("ind1"), child.get("ind2"), subfields, xml.line_of(child))
            )
    if not fields:
        raise UnreadableRecordError("no_fields", "The record has no fields.", _CORRECT, line=xml.line_of(element))
    return MarcRecord(leader[:_LEADER].ljust(_LEADER), fields)


def _xml_data_field(
    tag: str | None, first: str | None, second: str | None, subfields: list[tuple[str, str]], line: int | None
) -> Field:
    tag = _tag(tag, line)
    indicators = (first or " ") + (second or " ")
    if len(indicators) != 2:
        raise UnreadableRecordError(
            "bad_indicator", f"Field {tag} has the indicators {first!r} and {second!r}.", _CORRECT, line=line
        )
    for code, _ in subfields:
        if len(code) != 1 or not "!" <= code <= "~":
            raise UnreadableRecordError(
                "bad_subfield_code", f"Field {tag} has a subfield with the code {code!r}.", _CORRECT, line=line
            )
    return Field(tag, "", indicators, tuple(subfields))


def _tag(tag: str | None, line: int | None) -> str:
    if tag is None or len(tag) != 3 or not (tag.isascii() and tag.isalnum()):
        raise UnreadableRecordError("bad_tag", f"A field has the tag {tag!r}.", _CORRECT, line=line)
    return tag


# --- writing ---------------------------------------------------------------------------------------------------------


def write_marcxml(record: MarcRecord) -> bytes:
    """One ``record`` with its namespace, in UTF-8; the same fields always give the same bytes."""
    leader = record.leader if record.leader.strip() else _BLANK_LEADER
    lines = [f'<record xmlns="{xml.MARC}">', f"  <leader>{xml.escape(leader[:9] + 'a' + leader[10:])}</leader>"]
    for each in record.fields:
        lines.extend(_xml_lines(each))
    return "\n".join((*lines, "</record>")).encode()


def _xml_lines(each: Field) -> Iterator[str]:
    if not each.indicators:
        yield f'  <controlfield tag="{each.tag}">{xml.escape(each.value)}</controlfield>'
        return
    first, second = map(xml.escape, each.indicators)
    yield f'  <datafield tag="{each.tag}" ind1="{first}" ind2="{second}">'
    for code, text in each.subfields:
        yield f'    <subfield code="{xml.escape(code)}">{xml.escape(text)}</subfield>'
    yield "  </datafield>"


def write_iso2709(record: MarcRecord) -> bytes | None:
    """The record in UTF-8, or None where it is too long for ISO 2709 (99 999 bytes, 9 999 a field)."""
    directory, data = b"", b""
    for each in record.fields:
        body = _bytes_of(each)
        if len(body) > _LONGEST_FIELD:
            return None
        directory += f"{each.tag}{len(body):04d}{len(data):05d}".encode()
        data += body
    base = _LEADER + len(directory) + 1
    length = base + len(data) + 1
    if length > _LONGEST_RECORD:
        return None
    kept = record.leader if record.leader.strip() else _BLANK_LEADER
    leader = f"{length:05d}{kept[5:9]}a22{base:05d}{kept[17:20]}4500"
    return leader.encode("ascii", "replace") + directory + _FIELD_END + data + _RECORD_END


def _bytes_of(each: Field) -> bytes:
    subfields = "".join(f"\x1f{code}{text}" for code, text in each.subfields)
    return (each.value + each.indicators + subfields).encode("utf-8", "replace") + _FIELD_END


# --- what it says, whatever its writing ------------------------------------------------------------------------------


def fingerprint(record: MarcRecord) -> str:
    """SHA-256 of what the record says: leader/05-08 and /17-19 and the fields, in order within a tag."""
    leader = record.leader
    says = "\x1d".join((leader[5:9] + leader[17:20], *map(_canonical, sorted(record.fields, key=_by_tag))))
    return hashlib.sha256(_lines(says).encode("utf-8", "surrogatepass")).hexdigest()


def _by_tag(each: Field) -> str:
    return each.tag


def _canonical(each: Field) -> str:
    return f"{each.tag}{each.value}{each.indicators}" + "".join(f"\x1f{code}{text}" for code, text in each.subfields)


def _lines(text: str) -> str:
    """Line ends as XML has them."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
