"""The drop folders of the demo, as a library would drop them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

from infra.local.demo import bell, booklet, leaflet

RIGHTS = "https://creativecommons.org/publicdomain/zero/1.0/"


@dataclass(frozen=True)
class DropFolder:
    """A folder under the upload prefix of a profile: path → bytes, the metadata file last."""

    profile: str
    name: str
    files: Callable[[], dict[str, bytes]]


def _booklet() -> dict[str, bytes]:
    pages = booklet.pages()
    names = [f"pages/{number:03d}.jpg" for number in range(1, len(pages) + 1)]
    row = {
        "group_id": "booklet",
        "dc:title": "Armarium, or the cupboard of books",
        "dc:creator": "Armarium project",
        "dc:date": "2026",
        "dc:language": "eng",
        "dc:type": "StillImage",
        "dc:subject": "Libraries -- History",
        "dc:description": "Six drawn pages on what an armarium was, who kept it, and how a book was found.",
        "dc:rights": RIGHTS,
        "originating_system_id": "demo-booklet",
        "rep_label": "Pages",
    }
    for number, ((label, _), name) in enumerate(zip(pages, names, strict=True), 1):
        row |= {f"file_name_{number}": name, f"file_label_{number}": label}
    return {name: content for name, (_, content) in zip(names, pages, strict=True)} | {"values.csv": _csv(row)}


def _bell() -> dict[str, bytes]:
    row = {
        "group_id": "bell",
        "dc:title": "The scale of A major, on a bell",
        "dc:creator": "Armarium project",
        "dc:date": "2026",
        "dc:type": "Sound",
        "dc:format": "audio/x-wav",
        "dc:description": "Eight notes from a' to a'', computed from the partials of a struck bar; six seconds.",
        "dc:rights": RIGHTS,
        "originating_system_id": "demo-bell",
        "rep_label": "Sound",
        "file_name_1": "scale.wav",
        "file_label_1": "Scale of A major",
    }
    return {"scale.wav": bell.wav(), "values.csv": _csv(row)}


def _leaflet() -> dict[str, bytes]:
    record = f"""<?xml version="1.0" encoding="UTF-8"?>
<records xmlns:dc="http://purl.org/dc/elements/1.1/">
  <record>
    <dc:identifier>demo-leaflet</dc:identifier>
    <dc:title>How to drop a folder</dc:title>
    <dc:creator>Armarium project</dc:creator>
    <dc:date>2026</dc:date>
    <dc:language>eng</dc:language>
    <dc:type>Text</dc:type>
    <dc:format>application/pdf</dc:format>
    <dc:subject>Digital libraries</dc:subject>
    <dc:description>A leaflet of two pages for whoever loads titles into Armarium.</dc:description>
    <dc:rights>{RIGHTS}</dc:rights>
  </record>
</records>
"""
    return {"demo-leaflet/leaflet.pdf": leaflet.pdf(), "leaflet.xml": record.encode()}


def _frontispiece() -> dict[str, bytes]:
    """A MARC record whose sub-folder holds the first two pages as TIFF."""
    from pymarc import Field, Indicators, Record, Subfield

    record = Record(force_utf8=True)
    record.add_field(
        Field(tag="001", data="demo-frontispiece"),
        Field(tag="003", data="ARMARIUM"),
        Field(tag="008", data="261121s2026    xx a          000 0 eng d"),
    )
    for tag, indicators, subfields in (
        ("040", "  ", {"a": "ARMARIUM", "b": "eng"}),
        ("245", "10", {"a": "Two leaves from the cupboard of books /", "c": "drawn by the Armarium project."}),
        ("264", " 1", {"a": "[Place of publication not identified] :", "b": "Armarium project,", "c": "2026."}),
        ("300", "  ", {"a": "2 leaves :", "b": "colour illustrations"}),
        ("500", "  ", {"a": "The first two pages of the booklet, as TIFF."}),
        ("540", "  ", {"a": "Public domain (CC0 1.0)", "u": RIGHTS}),
        ("650", " 0", {"a": "Libraries", "x": "History."}),
        ("710", "2 ", {"a": "Armarium project,", "e": "artist."}),
    ):
        record.add_field(
            Field(
                tag=tag, indicators=Indicators(*indicators), subfields=[Subfield(*pair) for pair in subfields.items()]
            )
        )
    leaves = {
        f"demo-frontispiece/{number:03d}.tif": _tiff(content)
        for number, (_, content) in enumerate(booklet.pages()[:2], 1)
    }
    return leaves | {"records.mrc": record.as_marc()}


def _tiff(jpeg: bytes) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.open(io.BytesIO(jpeg)).save(out, "TIFF", compression="tiff_deflate", dpi=(200, 200))
    return out.getvalue()


def _csv(row: dict[str, str]) -> bytes:
    out = io.StringIO()
    table = csv.DictWriter(out, row.keys())
    table.writeheader()
    table.writerow(row)
    return out.getvalue().encode()


FOLDERS = (
    DropFolder("csv", "demo-booklet", _booklet),
    DropFolder("csv", "demo-bell", _bell),
    DropFolder("dc", "demo-leaflet", _leaflet),
    DropFolder("marc", "demo-frontispiece", _frontispiece),
)
