"""Text as people read and sort it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_SORT_LENGTH = 200  # characters: more does not change an order that anybody sees, and keys of tables are bounded
_ISBD = " \t\r\n/:;,="
_FULL_STOP = re.compile(r"(?<=\w{3})\.$")
_SPACES = re.compile(r"\s+")
_ACCENTS = re.compile("[\u0300-\u036f]")
_NOT_SORTED = re.compile("\x98.*?\x9c")  # non-sorting text between its control characters (ISO 6630)
_NOT_SORTED_MARKS = str.maketrans("", "", "\x98\x9c")
_FIRST_SORTED = re.compile(r"^[\W_]+")
# MARC-8 halves a mark over two letters (FE20 and FE21, FE22 and FE23); its specification since 2007 has them whole.
_WHOLE_MARKS = str.maketrans({"\ufe20": "\u0361", "\ufe21": None, "\ufe22": "\u0360", "\ufe23": None})
_YEAR = re.compile(r"(?<!\d)(1\d{3}|20\d{2})(?!\d)")
_COMPACT_DATE = re.compile(r"^(1\d{3}|20\d{2})(0[1-9]|1[0-2])([0-2]\d|3[01])$")
_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")


def composed(text: str) -> str:
    """``text`` in the one way in which it is compared: NFC, marks over two letters whole."""
    return text if text.isascii() else unicodedata.normalize("NFC", text.translate(_WHOLE_MARKS))


def tidy(text: str) -> str:
    """One line, without the ISBD punctuation that leads to the next area of a description."""
    spaced = _SPACES.sub(" ", text.translate(_NOT_SORTED_MARKS)).strip()
    trimmed = spaced.rstrip(_ISBD)
    return _FULL_STOP.sub("", trimmed)


def joined(parts: Iterable[str], separator: str = " ") -> str:
    """The parts, tidied together."""
    return tidy(separator.join(filter(None, (part.strip() for part in parts))))


def sort_key(text: str, skip: int = 0) -> str:
    """What a title is sorted by: without its first ``skip`` characters, case, accents and leading punctuation."""
    sorted_part = _NOT_SORTED.sub("", text[skip:] if skip < len(text) else text).translate(_NOT_SORTED_MARKS)
    folded = sorted_part.casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", folded)))
    spaced = _SPACES.sub(" ", folded).strip()
    return (_FIRST_SORTED.sub("", spaced) or spaced)[:_SORT_LENGTH]


def year_in(text: str) -> int | None:
    """The first year that a date plainly names, 1000 to 2099: ``c1977.``, ``1920/1930``, ``19991231``; not ``19uu``."""
    found = _COMPACT_DATE.match(text.strip()) or _YEAR.search(text)
    return int(found[1]) if found else None


def is_url(text: str) -> bool:
    """Whether ``text`` begins with a URI scheme."""
    return _URL.match(text) is not None


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """The values that say something, each once, in order."""
    return tuple(dict.fromkeys(filter(None, values)))
