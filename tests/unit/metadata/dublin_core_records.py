"""Dublin Core records made in code."""

from __future__ import annotations

from armarium.metadata.model import RecordSchema, SourceRecord

NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)


def xml(*elements: str, container: str = "qualifieddc") -> bytes:
    """A container with these elements, each as markup."""
    return f"<{container} {NAMESPACES}>{''.join(elements)}</{container}>".encode()


def dublin_core(*elements: str) -> SourceRecord:
    """A record with these elements, each as markup: ``<dc:title>Birds</dc:title>``."""
    return SourceRecord(schema_=RecordSchema.QDC, content=xml(*elements))
