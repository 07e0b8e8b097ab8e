"""Workbooks made in code: the least that makes an .xlsx."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

Cell = str | int | float | None


def workbook(sheets: dict[str, list[list[Cell]]]) -> bytes:
    """An .xlsx with these sheets; text as inline strings, numbers as numbers."""
    return package({f"sheet{number}.xml": _sheet(rows) for number, rows in enumerate(sheets.values(), 1)}, list(sheets))


def package(parts: dict[str, str], names: list[str]) -> bytes:
    """An .xlsx with worksheets given as XML."""
    related = "".join(
        f'<Relationship Id="r{number}" Type="{_DOCUMENT}/worksheet" Target="worksheets/{part}"/>'
        for number, part in enumerate(parts, 1)
    )
    listed = "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(names, 1))
    root = f'<Relationship Id="r1" Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/>'
    files = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONSHIPS}">{root}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONSHIPS}">{related}</Relationships>',
        **{f"xl/worksheets/{part}": content for part, content in parts.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def worksheet(rows: str) -> str:
    """The XML of a sheet with these rows, given as XML."""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def _sheet(rows: list[list[Cell]]) -> str:
    return worksheet("".join(f'<row r="{number}">{_cells(number, row)}</row>' for number, row in enumerate(rows, 1)))


def _cells(number: int, row: list[Cell]) -> str:
    return "".join(_cell(f"{chr(65 + at)}{number}", value) for at, value in enumerate(row))


def _cell(reference: str, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{reference}"><v>{value}</v></c>'
