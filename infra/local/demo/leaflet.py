"""A leaflet of two pages, as a PDF with real text."""

from __future__ import annotations

import ctypes
import io
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

PAGES = (
    (
        "How to drop a folder",
        "Put the files of your titles and one metadata file into a folder of the upload bucket, under the number of an"
        " import profile. While you are still copying, keep an empty object named .lock beside them. Take it away when"
        " everything is there: the work begins.",
        "Nothing is written before all of it has been read. What is wrong is listed, each line with its row or its "
        "byte and with how to mend it. Mend it, drop the folder again: what was loaded already is recognized and left "
        "alone.",
    ),
    (
        "What happens then",
        "Each row of your file gets an outcome: created, updated, unchanged, skipped, rejected, or left to a person. "
        "The outcomes add up to the rows you gave, and the report names every one.",
        "The files move into storage with their checksum. From them thumbnails, zoomable images, text and technical "
        "metadata are made, and a few minutes later a reader can turn the pages. A run can be taken back as long as "
        "nobody has changed what it made.",
    ),
)
"""A heading and paragraphs for each page."""

_A4 = (595, 842)


def pdf() -> bytes:
    """The leaflet; its text can be selected and searched."""
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    for heading, *paragraphs in PAGES:
        page = document.new_page(*_A4)
        y = _write(document, page, heading, "Helvetica-Bold", 22, 760)
        for paragraph in paragraphs:
            for line in textwrap.wrap(paragraph, 78):
                y = _write(document, page, line, "Helvetica", 12, y)
            y -= 12
        page.gen_content()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _write(document: PdfDocument, page: PdfPage, text: str, font: str, size: int, y: float) -> float:
    """One line of text at height ``y``, in points; answers where the next one goes."""
    from pypdfium2 import raw

    item = raw.FPDFPageObj_NewTextObj(document, font.encode(), size)
    encoded = (text + "\0").encode("utf-16-le")
    buffer = (ctypes.c_ushort * (len(encoded) // 2)).from_buffer_copy(encoded)
    raw.FPDFText_SetText(item, buffer)
    raw.FPDFPageObj_Transform(item, 1, 0, 0, 1, 72, y)
    raw.FPDFPage_InsertObject(page, item)
    return y - size * 1.6
