"""An input record as one line of staged input."""

from __future__ import annotations

from armarium.ingest.model import InputRecord


def to_line(record: InputRecord) -> bytes:
    """One line of JSON with its line feed; the record's bytes in base64, what is not mentioned left out."""
    return record.model_dump_json(exclude_defaults=True).encode() + b"\n"


def from_line(line: bytes) -> InputRecord:
    """The record that :func:`to_line` wrote."""
    return InputRecord.model_validate_json(line)
