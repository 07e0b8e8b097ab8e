"""PDF → page count, text, thumbnail of the first page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

from armarium.derivatives.errors import UnusableFileError
from armarium.derivatives.model import TEXT, THUMBNAIL, Findings, Format, Limits, confined, printable

_COPY_ALLOWED = 1 << 4  # ISO 32000-1 table 22, bit 5
_METADATA = {
    "Title": "title",
    "Author": "author",
    "Creator": "creator",
    "Producer": "producer",
    "CreationDate": "created",
}
_MOST_SIZES = 10


def work(master: Path, found: Format, folder: Path, limits: Limits, findings: Findings) -> None:
    """Text with a form feed between pages, a thumbnail, and what is known of the document. Raises UnusableFileError."""
    try:
        with pypdfium2.PdfDocument(master) as document:
            _describe(document, limits, findings)
            _text(document, folder, limits, findings)
            _thumbnail(document, folder, limits, findings)
    except pypdfium2.PdfiumError as error:
        raise UnusableFileError(_reason(error)) from error


def _reason(error: pypdfium2.PdfiumError) -> str:
    if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
        return "the PDF is encrypted: it opens only with a password"
    if getattr(error, "err_code", None) == raw.FPDF_ERR_SECURITY:
        return "the PDF is encrypted in a way that is not supported"
    return "the PDF is cut off or damaged, or no PDF at all"


def _describe(document: pypdfium2.PdfDocument, limits: Limits, findings: Findings) -> None:
    findings.page_count = len(document)
    if not findings.page_count:
        raise UnusableFileError("the PDF has no pages")
    if findings.page_count > limits.pdf_pages:
        raise UnusableFileError(f"the PDF claims {findings.page_count} pages; at most {limits.pdf_pages} are processed")
    if raw.FPDF_GetSecurityHandlerRevision(document) >= 0:
        copying = "allowed" if raw.FPDF_GetDocPermissions(document) & _COPY_ALLOWED else "forbidden by the PDF's author"
        findings.details |= {"encrypted": True, "copying": copying}
    if stated := printable((label, document.get_metadata_value(name)) for name, label in _METADATA.items()):
        findings.details["stated"] = stated


def _text(document: pypdfium2.PdfDocument, folder: Path, limits: Limits, findings: Findings) -> None:
    """The text of all pages, as far as the limit goes, and the sizes of pages in points."""
    sizes: Counter[str] = Counter()
    unreadable: list[int] = []
    path, written = folder / TEXT, 0
    with path.open("w", encoding="utf-8", errors="replace", newline="\n") as out:
        for number in range(len(document)):
            if number:
                out.write("\f")
            try:
                text, size = _page(document, number, limits.text_characters - written)
            except pypdfium2.PdfiumError:
                unreadable.append(number + 1)
                continue
            out.write(text)
            written += len(text)
            sizes[size] += 1
    findings.details["page_sizes"] = dict(sizes.most_common(_MOST_SIZES))
    findings.text_length = written
    findings.reason = _shortfall(unreadable, written, limits)
    if written:
        findings.made(TEXT, path.stat().st_size)
    else:
        path.unlink()


def _page(document: pypdfium2.PdfDocument, number: int, most: int) -> tuple[str, str]:
    """At most ``most`` characters of a page, and its size in points."""
    page = document[number]
    try:
        width, height = page.get_size()
        textpage = page.get_textpage()
        try:
            count = min(textpage.count_chars(), max(most, 0))
            text = textpage.get_text_range(0, count) if count else ""
        finally:
            textpage.close()
    finally:
        page.close()
    return text.replace("\r\n", "\n").replace("\f", "\n").replace("\0", ""), f"{width:.0f} × {height:.0f} pt"


def _shortfall(unreadable: list[int], written: int, limits: Limits) -> str | None:
    if unreadable:
        return f"{len(unreadable)} pages cannot be read, the first of them page {unreadable[0]}"
    if written >= limits.text_characters:
        return f"the text is longer than {limits.text_characters} characters; what follows is not searchable"
    return None


def _thumbnail(document: pypdfium2.PdfDocument, folder: Path, limits: Limits, findings: Findings) -> None:
    try:
        page = document[0]
    except pypdfium2.PdfiumError:
        return
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        return
    image = page.render(scale=limits.thumbnail / max(width, height)).to_pil().convert("RGB")
    image = (
        image.resize(confined(image.width, image.height, limits.thumbnail))
        if max(image.size) > limits.thumbnail
        else image
    )
    path = folder / THUMBNAIL
    image.save(path, "JPEG", quality=limits.jpeg_quality, optimize=True)
    findings.made(THUMBNAIL, path.stat().st_size, image.width, image.height)
