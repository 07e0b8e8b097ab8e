"""The import profiles of a new local cloud: one for each format."""

from __future__ import annotations

from armarium.ingest.model import ImportProfile, SourceFormat

PROFILES = {
    "marc": "1001",
    "marcxml": "1002",
    "dc": "1003",
    "csv": "1004",
}
"""Name in ``outputs.json`` → profile id."""


def profiles(collection_id: str) -> list[ImportProfile]:
    """The profiles; all load into the same collection, open to everybody."""
    marc = ("mms_id", "system", "035")
    wanted = (
        ("marc", "MARC 21 (ISO 2709)", SourceFormat.MARC21, "*.mrc", marc),
        ("marcxml", "MARCXML", SourceFormat.MARCXML, "*.xml", marc),
        ("dc", "Dublin Core (XML)", SourceFormat.DC, "*.xml", ("dc",)),
        ("csv", "Table (CSV or Excel)", SourceFormat.CSV, "*.csv|*.xlsx", ("mms_id", "system", "dc")),
    )
    return [
        ImportProfile(
            id=PROFILES[key],
            name=name,
            source_format=source_format,
            metadata_file=pattern,
            collection_id=collection_id,
            access_rights="OPEN",
            folder_key="any_identifier",
            match_by=match_by,
        )
        for key, name, source_format, pattern, match_by in wanted
    ]
