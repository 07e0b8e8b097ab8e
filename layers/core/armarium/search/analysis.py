"""Text → terms, the same for what is indexed and for what is asked, whichever engine holds them. Pure.

Case, diacritics, vowel points and ligatures are folded. Scripts written without spaces become overlapping pairs of
characters; the last character of a run is a term too, so that one character alone is found as a prefix.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

_LONGEST_TERM = 100  # characters
# Marks that are left out where words are compared: accents, Hebrew points, Arabic vowels and tatweel.
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640\u20d0-\u20ff]"
)
_LETTERS = str.maketrans(
    {
        "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŧ": "t",
        "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ٱ": "ا",
        "ʹ": "", "ʻ": "", "ʼ": "", "ʾ": "", "ʿ": "", "’": "'", "ʺ": "",
    }
)  # fmt: skip
# Written without spaces: Thai, Lao, Myanmar, Khmer; kana, Han, Hangul.
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    r"\uf900-\ufaff\U00020000-\U0003ffff"
)
# Letters and digits of any script, and the vowel signs of Indic scripts, which are marks.
_TERM = re.compile(
    f"(?P<run>[{_UNSPACED}]+)|(?:(?![{_UNSPACED}])(?:[^\\W_]|[\u0900-\u0963\u0966-\u0dff\u0f00-\u0fff]))+"
)
_PAIRED = re.compile(f"[{_UNSPACED}]")


def folded(text: str) -> str:
    """``text`` as it is compared: ``Čapek, Ḥāfiẓ, Straße`` → ``capek, hafiz, strasse``."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", _MARKS.sub("", plain)).translate(_LETTERS)


def terms(text: str, *, asked: bool = False) -> list[str]:
    """The terms of ``text`` in their order. ``asked``: as a query wants them, without the last character of a run."""
    return [term for match in _TERM.finditer(folded(text)) for term in _of(match, asked)]


def is_prefix(term: str) -> bool:
    """Whether a term that was asked for is one character of a script in pairs, and so the beginning of others."""
    return len(term) == 1 and _PAIRED.match(term) is not None


def indexed(texts: Iterable[str]) -> Iterator[str]:
    """Each text as its terms with spaces between: what a tokenizer that splits at spaces reads back."""
    return (joined for text in texts if (joined := " ".join(terms(text))))


def compact(text: str) -> str:
    """An identifier without what people write into it: ``978-3-16-148410-0`` → ``9783161484100``."""
    return "".join(terms(text))[:_LONGEST_TERM] if text.isascii() else ""


def _of(match: re.Match[str], asked: bool) -> Iterator[str]:
    run = match["run"]
    if not run:
        yield match[0][:_LONGEST_TERM]
        return
    for at in range(len(run) - 1):
        yield run[at : at + 2]
    if not asked or len(run) == 1:
        yield run[-1]
