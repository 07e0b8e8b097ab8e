"""One pass over a metadata file: records as they come, and at the end what is to be said of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from armarium.ingest.model import (
    Finding,
    ImportProfile,
    InputFile,
    InputRecord,
    InputRepresentation,
    Severity,
    SourceFormat,
    Where,
)
from armarium.ingest.reading import iso2709, sheet, xmlfile
from armarium.ingest.reading.duplicates import Duplicates
from armarium.ingest.reading.entry import Entry, NamedFile, Part, Source, error, warning
from armarium.ingest.reading.files import Claims
from armarium.metadata import service as metadata
from armarium.metadata.model import Description, Identifier
from armarium.metadata.service import Examination, UnreadableRecordError


@dataclass
class Summary:
    """What was read so far. ``rows`` are rows of a sheet, or records."""

    records: int = 0
    rows: int = 0
    rejected: int = 0  # records with errors
    files_claimed: int = 0


class Reading:
    """Iterate once: each title of the file, with what is wrong with it. When that is done, the rest is complete.

    ``findings`` are about the file as a whole; an error among them keeps the whole file out.
    """

    def __init__(self, profile: ImportProfile, source: Source, name: str, listing: Mapping[str, int]) -> None:
        self._profile = profile
        self._entries = _entries(profile, source, name)
        self._claims = Claims(profile, listing)
        columns = sheet.COLUMNS_OF_IDS if profile.source_format is SourceFormat.CSV else {}
        self._duplicates = Duplicates(profile.match_by, columns)
        self.findings: list[Finding] = []
        self.summary = Summary()

    def __iter__(self) -> Iterator[InputRecord]:
        for each in self._entries:
            if isinstance(each, Finding):
                self.findings.append(each)
            else:
                yield self._counted(self._record(each))

    @property
    def unmatched_files(self) -> tuple[str, ...]:
        """The files of the drop folder that no record claims."""
        return self._claims.unmatched

    @property
    def missing_files(self) -> tuple[str, ...]:
        """The files that records name and the drop folder has not."""
        return self._claims.missing

    def _record(self, entry: Entry) -> InputRecord:
        ordinal = self.summary.records + 1
        entry.where = entry.where.model_copy(update={"record": ordinal})
        examined = _examined(entry)
        description = examined.description if examined else _description_of_ids(entry)
        found = list(self._duplicates.among(_ids(entry, description), ordinal, entry.where))
        doubled = [each for each in found if each.severity is Severity.ERROR]
        entry.errors += doubled
        entry.warnings += (each for each in found if each.severity is Severity.WARNING)
        representations = [] if doubled else self._representations(entry, examined)
        return InputRecord(
            ordinal=ordinal,
            rows=entry.rows,
            where=entry.where,
            record=entry.record,
            description=description,
            fingerprint=examined.fingerprint if examined else None,
            mms_id=entry.mms_id,
            collection_ids=entry.collection_ids,
            representations=tuple(representations),
            errors=tuple(_numbered(each, ordinal) for each in entry.errors),
            warnings=tuple(_numbered(each, ordinal) for each in entry.warnings),
        )

    def _representations(self, entry: Entry, examined: Examination | None) -> list[InputRepresentation]:
        """A record that names its files gets those; one that names none gets the files in its folder."""
        asked = [each for part in entry.parts for each in self._of_part(entry, part)]
        if any(part.files for part in entry.parts):
            return asked
        loose = self._claims.grouped(self._claimed(entry, self._named(examined) or self._in_folder(entry, examined)))
        return [*asked, *loose]

    def _of_part(self, entry: Entry, part: Part) -> Iterator[InputRepresentation]:
        files = self._claimed(entry, part.files)
        return iter([self._claims.whole(files, part)]) if part.is_described else self._claims.grouped(files, part)

    def _named(self, examined: Examination | None) -> list[NamedFile]:
        field = self._profile.file_field
        return self._claims.named(examined.values(field)) if field and examined else []

    def _in_folder(self, entry: Entry, examined: Examination | None) -> list[NamedFile]:
        known = examined.description if examined else None
        ids = [entry.mms_id or "", entry.originating_id or ""]
        if known:
            ids += [known.originating_system_id or "", *_identifiers(known, self._profile.folder_key)]
        return [] if self._profile.folder_key == "none" else self._claims.in_folder(ids)

    def _claimed(self, entry: Entry, files: list[NamedFile]) -> list[InputFile]:
        found, findings = self._claims.claim(files, self.summary.records + 1, entry.where)
        entry.errors += (each for each in findings if each.severity is Severity.ERROR)
        entry.warnings += (each for each in findings if each.severity is Severity.WARNING)
        return found

    def _counted(self, record: InputRecord) -> InputRecord:
        self.summary.records += 1
        self.summary.rows += record.rows
        self.summary.rejected += bool(record.errors)
        self.summary.files_claimed = self._claims.claimed
        return record


def read(profile: ImportProfile, source: Source, name: str, listing: Mapping[str, int]) -> Reading:
    """The titles of a metadata file, in one streaming pass.

    Parameters
    ----------
    source
        The file; only ``read(size)`` is asked of it.
    name
        How findings call the file.
    listing
        The size in bytes of each other file of the drop folder, by its path from there.

    Whatever the bytes are, they give records and findings and never an exception.
    """
    return Reading(profile, source, name, listing)


def _entries(profile: ImportProfile, source: Source, name: str) -> Iterator[Entry | Finding]:
    match profile.source_format:
        case SourceFormat.MARC21:
            return iso2709.entries(source, name)
        case SourceFormat.CSV:
            return sheet.entries(source, name, profile)
        case SourceFormat.MARCXML | SourceFormat.DC:
            return xmlfile.entries(source, name, is_marc=profile.source_format is SourceFormat.MARCXML)


def _examined(entry: Entry) -> Examination | None:
    """What the entry's record says; what is wrong with it goes to the entry."""
    if entry.record is None:
        return None
    try:
        if entry.originating_id:
            entry.record = metadata.from_system(entry.record, entry.originating_id)
        examined = metadata.examine(entry.record)
    except UnreadableRecordError as unreadable:
        entry.errors.append(
            error(unreadable.fault, _inside(entry.where, unreadable), unreadable.message, unreadable.mend)
        )
        return None
    entry.warnings += (warning(odd.code, entry.where, odd.message, odd.mend) for odd in examined.oddities)
    if not (examined.description.title or entry.errors or _may_lack_a_title(entry)):
        entry.errors.append(
            error("missing_title", entry.where, "The record has no title.", "Give it one: MARC 245 $a, or dc:title.")
        )
    return examined


def _may_lack_a_title(entry: Entry) -> bool:
    """An update of Dublin Core that is found by an id need not mention the title; a MARC record is whole."""
    is_marc = entry.record is not None and entry.record.schema_.is_marc
    return not is_marc and bool(entry.mms_id or entry.originating_id)


def _inside(where: Where, unreadable: UnreadableRecordError) -> Where:
    """The place in the file of a place in the record."""
    byte, row = where.byte, where.row
    if unreadable.offset is not None and byte is not None:
        byte += unreadable.offset
    if unreadable.line is not None and row is not None:
        row += unreadable.line - 1
    return where.model_copy(update={"byte": byte, "row": row})


def _description_of_ids(entry: Entry) -> Description | None:
    """A row that mentions no metadata still says which bib it means."""
    if not entry.originating_id:
        return None
    system = Identifier(scheme="system", value=entry.originating_id)
    return Description(title="", sort_title="", originating_system_id=entry.originating_id, identifiers=(system,))


def _ids(entry: Entry, description: Description | None) -> Iterator[tuple[str, str]]:
    if entry.mms_id:
        yield "mms_id", entry.mms_id
    if description:
        yield from ((each.scheme, each.value) for each in description.identifiers)


def _identifiers(description: Description, folder_key: str) -> list[str]:
    wanted = ("system",) if folder_key == "system_id" else None
    return [each.value for each in description.identifiers if wanted is None or each.scheme in wanted]


def _numbered(finding: Finding, ordinal: int) -> Finding:
    return finding.model_copy(update={"where": finding.where.model_copy(update={"record": ordinal})})
