"""Reading input that a test has at hand."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

from armarium.ingest import reading
from armarium.ingest.model import Finding, ImportProfile, InputRecord, Severity, SourceFormat


@dataclass
class Heard:
    """All that a reading gives."""

    records: list[InputRecord]
    reading: reading.Reading

    @property
    def record(self) -> InputRecord:
        """The only record."""
        (record,) = self.records
        return record

    @property
    def titles(self) -> list[str | None]:
        """The titles, None where there is no description."""
        return [each.description.title if each.description else None for each in self.records]

    @property
    def errors(self) -> list[Finding]:
        """Of records and file."""
        return [*self._of(Severity.ERROR), *(error for each in self.records for error in each.errors)]

    @property
    def warnings(self) -> list[Finding]:
        """Of records and file."""
        return [*self._of(Severity.WARNING), *(warning for each in self.records for warning in each.warnings)]

    @property
    def codes(self) -> list[str]:
        """The codes of the errors."""
        return [each.code for each in self.errors]

    @property
    def error(self) -> Finding:
        """The only error."""
        (error,) = self.errors
        return error

    def _of(self, severity: Severity) -> list[Finding]:
        return [each for each in self.reading.findings if each.severity is severity]


def profile(source_format: SourceFormat, **settings: object) -> ImportProfile:
    """An import profile with nothing but what a test is about."""
    return ImportProfile.model_validate({"id": "1", "name": "Test", "source_format": source_format, **settings})


def hear(
    content: bytes | str,
    source_format: SourceFormat,
    listing: Mapping[str, int] | tuple[str, ...] = (),
    name: str = "metadata",
    **settings: object,
) -> Heard:
    """Read everything; a listing may be just the paths."""
    sizes = listing if isinstance(listing, Mapping) else dict.fromkeys(listing, 1)
    data = content.encode() if isinstance(content, str) else content
    found = reading.read(profile(source_format, **settings), io.BytesIO(data), name, sizes)
    return Heard(list(found), found)
