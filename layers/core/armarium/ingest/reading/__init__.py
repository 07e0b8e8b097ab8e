"""Reading the metadata file of a drop folder: records and everything that is wrong with them, in one pass. Pure."""

from __future__ import annotations

from armarium.ingest.reading.files import place_of
from armarium.ingest.reading.line import from_line, to_line
from armarium.ingest.reading.reading import Reading, Summary, read

__all__ = ["Reading", "Summary", "from_line", "place_of", "read", "to_line"]
