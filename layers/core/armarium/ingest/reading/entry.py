"""What the readers of the formats hand on: one title, before it is held against other titles and the files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from armarium.ingest.model import Finding, Severity, Where
from armarium.inventory.model import UsageType
from armarium.metadata.model import SourceRecord


class Source(Protocol):
    """A file to read: an S3 body, an open file."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most ``size``; none at the end."""


class NamedFile(NamedTuple):
    """A file that the input names."""

    path: str
    label: str = ""
    row: int | None = None
    column: str | None = None


@dataclass
class Part:
    """A representation that a row of a sheet asks for; None means: the row does not mention it."""

    key: str
    label: str | None = None
    public_note: str | None = None
    note: str | None = None
    usage_type: UsageType | None = None
    library: str | None = None
    access_rights: str | None = None
    files: list[NamedFile] = field(default_factory=list)

    @property
    def is_described(self) -> bool:
        """Whether the row says anything of the representation but its files."""
        said = (self.label, self.public_note, self.note, self.usage_type, self.library, self.access_rights)
        return any(value is not None for value in said)


@dataclass
class Entry:
    """One title: its record as it stands in the input, or the reason why there is none."""

    where: Where
    record: SourceRecord | None = None
    rows: int = 1
    mms_id: str | None = None
    originating_id: str | None = None
    collection_ids: tuple[str, ...] = ()
    parts: list[Part] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)


def error(
    code: str, where: Where, message: str, mend: str, *, column: str | None = None, value: str | None = None
) -> Finding:
    """A finding that keeps its record (or the file) out."""
    return _finding(Severity.ERROR, code, where, message, mend, column, value)


def warning(
    code: str, where: Where, message: str, mend: str, *, column: str | None = None, value: str | None = None
) -> Finding:
    """A finding that keeps nothing out."""
    return _finding(Severity.WARNING, code, where, message, mend, column, value)


Report = Callable[..., Finding]
"""Either of the two."""

_SHOWN = 200  # characters of a wrong value


def _finding(
    severity: Severity, code: str, where: Where, message: str, mend: str, column: str | None, value: str | None
) -> Finding:
    shown = None if value is None else value.encode("utf-8", "replace").decode()[:_SHOWN]
    return Finding(severity=severity, code=code, where=where, column=column, value=shown, message=message, mend=mend)
