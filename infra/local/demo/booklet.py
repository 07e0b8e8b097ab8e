"""A booklet of six pages, drawn: what an armarium was."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

SIZE = (1400, 2000)
"""Width and height of a page, in pixels."""

_PAPER, _INK, _RED, _OAK, _DARK = "#f4ecd8", "#2b2118", "#9b2d1f", "#8a5a2b", "#4a2f17"
_BINDINGS = ("#7a1f1f", "#1f3f5b", "#34522f", "#6b4a1c", "#4b2a55")
_MARGIN = 140


@dataclass(frozen=True)
class Page:
    """Heading, text (a paragraph a line) and drawing of one page."""

    label: str
    heading: str
    paragraphs: tuple[str, ...]
    draw: Callable[[ImageDraw.ImageDraw], None]


def pages() -> list[tuple[str, bytes]]:
    """Each page as its label and a JPEG."""
    return [(page.label, _jpeg(_render(number, page))) for number, page in enumerate(PAGES, 1)]


def _render(number: int, page: Page) -> Image.Image:
    image = Image.new("RGB", SIZE, _PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((50, 50, SIZE[0] - 50, SIZE[1] - 50), outline=_RED, width=4)
    y = _text(draw, page.heading, _MARGIN, 76, _RED) + 30
    for paragraph in page.paragraphs:
        y = _text(draw, paragraph, y, 40, _INK) + 26
    page.draw(draw)
    draw.text((SIZE[0] / 2, SIZE[1] - 110), str(number), font=_font(36), fill=_INK, anchor="mm")
    return image


def _text(draw: ImageDraw.ImageDraw, text: str, top: int, size: int, ink: str) -> int:
    """Write ``text`` from margin to margin; answers where it ends."""
    font, line, y = _font(size), "", top
    for word in text.split():
        if draw.textlength(f"{line} {word}", font=font) > SIZE[0] - 2 * _MARGIN:
            draw.text((_MARGIN, y), line, font=font, fill=ink)
            line, y = word, y + int(size * 1.4)
        else:
            line = f"{line} {word}".strip()
    draw.text((_MARGIN, y), line, font=font, fill=ink)
    return y + int(size * 1.4)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _cupboard(draw: ImageDraw.ImageDraw) -> None:
    draw.polygon([(350, 1000), (700, 840), (1050, 1000)], fill=_OAK, outline=_DARK, width=6)
    draw.rectangle((370, 1000, 1030, 1750), fill=_OAK, outline=_DARK, width=8)
    for shelf in range(4):
        top = 1040 + shelf * 175
        draw.rectangle((410, top, 990, top + 145), fill=_DARK)
        for book in range(6):
            left = 430 + book * 92
            draw.rectangle(
                (left, top + 20 + (book * 37 + shelf * 23) % 40, left + 70, top + 145),
                fill=_BINDINGS[(book + shelf) % 5],
            )
            draw.line((left + 12, top + 90, left + 58, top + 90), fill="#d8b45a", width=5)


def _lying_books(draw: ImageDraw.ImageDraw) -> None:
    for book in range(5):
        top = 1050 + book * 120
        draw.rectangle((380 + book * 25, top, 1020 - book * 20, top + 95), fill=_BINDINGS[book], outline=_INK, width=4)
        draw.rectangle((400 + book * 25, top + 78, 1000 - book * 20, top + 92), fill="#e9dfc4")


def _keys(draw: ImageDraw.ImageDraw) -> None:
    for turn, colour in enumerate(("#b08d3c", "#8c8c8c")):
        left = 430 + turn * 330
        draw.ellipse((left, 1080, left + 200, 1280), outline=colour, width=36)
        draw.rectangle((left + 82, 1270, left + 118, 1660), fill=colour)
        for tooth in range(3):
            draw.rectangle((left + 118, 1480 + tooth * 65, left + 190, 1515 + tooth * 65), fill=colour)


def _catalogue(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((300, 1150, 1100, 1650), fill="#fffaf0", outline=_INK, width=4)
    for row, line in enumerate(
        ("shelf III, book 7", "a commentary on the psalms", "bound in red, clasps of brass", "lent to nobody")
    ):
        draw.text((350, 1210 + row * 95), line, font=_font(42), fill=_INK)
        draw.line((340, 1275 + row * 95, 1060, 1275 + row * 95), fill="#b9d0e0", width=3)
    draw.ellipse((680, 1585, 720, 1625), outline=_INK, width=4)


def _cloud(draw: ImageDraw.ImageDraw) -> None:
    for x, y, radius in ((520, 1350, 150), (700, 1260, 190), (890, 1350, 160), (700, 1410, 170)):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill="#c9d7e2")
    for book in range(4):
        draw.rectangle((560 + book * 75, 1290, 620 + book * 75, 1460), fill=_BINDINGS[book], outline=_INK, width=3)


def _seal(draw: ImageDraw.ImageDraw) -> None:
    draw.ellipse((540, 1180, 860, 1500), fill=_RED)
    draw.ellipse((570, 1210, 830, 1470), outline=_PAPER, width=6)
    draw.text((700, 1340), "A", font=_font(170), fill=_PAPER, anchor="mm")


PAGES = (
    Page(
        "Title page",
        "Armarium, or the cupboard of books",
        ("A booklet in six pages", "drawn by a program for the Armarium project"),
        _cupboard,
    ),
    Page(
        "What it was",
        "What it was",
        (
            "Armarium is Latin for a cupboard or chest. In a monastery it was the place where the books were kept, "
            "often a recess in the wall of the cloister, closed with doors.",
            "The portrait of Ezra in the Codex Amiatinus, made at Wearmouth-Jarrow in the early eighth century, shows "
            "one: its doors stand open, and the volumes lie flat on the shelves.",
        ),
        _lying_books,
    ),
    Page(
        "Who kept it",
        "Who kept it",
        (
            "The armarius had the keys. He lent the books, noted who had them, saw to their repair, and in many houses"
            " was cantor too.",
            "A proverb of the twelfth century says that a cloister without an armarium is like a fortress without an "
            "armoury: claustrum sine armario quasi castrum sine armamentario.",
        ),
        _keys,
    ),
    Page(
        "How a book was found",
        "How a book was found",
        (
            "A list said on which shelf a book lay, and the book's place was written in it too. What nobody wrote down"
            " could not be asked for.",
        ),
        _catalogue,
    ),
    Page(
        "What it is now",
        "What it is now",
        (
            "The shelves are buckets, the list is a table, and the doors are opened by rules that say why. The "
            "librarian still has the keys.",
        ),
        _cloud,
    ),
    Page(
        "Colophon",
        "Colophon",
        (
            "Text and drawings: the Armarium project, 2026. Dedicated to the public domain under CC0 1.0. You may copy"
            " this booklet and need not ask.",
        ),
        _seal,
    ),
)


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88, dpi=(200, 200))
    return out.getvalue()
