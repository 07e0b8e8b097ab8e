"""MARC-8 text to Unicode, strictly: what cannot be decoded is an error with its position, never a blank.

Follows "MARC 21 Specifications: Character Sets, MARC-8" (Library of Congress), with pymarc's tables.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from armarium.metadata.text import composed

_BASIC_LATIN, _ANSEL, _EACC = 0x42, 0x45, 0x31
_ESCAPE = 0x1B
# Technique 1 names the set in one byte: Greek symbols, subscripts, superscripts, and `s` back to Basic Latin.
_TECHNIQUE_1 = {0x67: 0x67, 0x62: 0x62, 0x70: 0x70, 0x73: _BASIC_LATIN}
_TO_G0, _TO_G1 = b"(,", b")-"
_C1 = {0x88: "\x98", 0x89: "\x9c", 0x8D: "\u200d", 0x8E: "\u200c"}


class Marc8DecodeError(ValueError):
    """``offset`` is the first byte that has no meaning."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset


def decode(data: bytes) -> str:
    """The Unicode (NFC) of MARC-8 ``data``; each call begins in Basic Latin and ANSEL, as each subfield does.

    Raises
    ------
    Marc8DecodeError
        A byte, an escape sequence or a combining mark at the end that the specification does not know.
    """
    if data.isascii() and _ESCAPE not in data:
        return data.decode("ascii")
    text: list[str] = []
    marks: list[str] = []  # MARC-8 writes combining marks before their letter
    g0, g1 = _BASIC_LATIN, _ANSEL
    position = 0
    while position < len(data):
        byte = data[position]
        if byte == _ESCAPE:
            g0, g1, position = _escape(data, position, g0, g1)
            continue
        width = 3 if g0 == _EACC and 0x20 < byte < 0x80 else 1
        character, combining = _character(data[position : position + width], width, g0, g1, position)
        if combining:
            marks.append(character)
        else:
            text.append(character)
            text.extend(marks)
            marks.clear()
        position += width
    if marks:
        raise Marc8DecodeError(len(data) - 1, "a combining mark with no letter after it")
    return composed("".join(text))


def _escape(data: bytes, start: int, g0: int, g1: int) -> tuple[int, int, int]:
    """The sets after the escape sequence at ``start`` (Techniques 1 and 2), and where the text goes on."""
    rest = data[start + 1 : start + 5]
    if rest and rest[0] in _TECHNIQUE_1:
        return _TECHNIQUE_1[rest[0]], g1, start + 2
    at = 1 if rest[:1] == b"$" else 0
    is_g1 = rest[at : at + 1] != b"" and rest[at] in _TO_G1
    if is_g1 or (rest[at : at + 1] != b"" and rest[at] in _TO_G0):
        at += 1
    elif not at:
        raise Marc8DecodeError(start, "an unknown escape sequence")
    if rest[at : at + 1] == b"!":  # ANSEL is `!E`
        at += 1
    final = rest[at] if at < len(rest) else -1
    if final not in _codesets():
        raise Marc8DecodeError(start, "an escape sequence to a character set that MARC-8 does not have")
    sets = (g0, final) if is_g1 else (final, g1)
    return *sets, start + 2 + at


def _character(code: bytes, width: int, g0: int, g1: int, position: int) -> tuple[str, bool]:
    """The character that ``code`` stands for, and whether it combines with the next."""
    byte = code[0]
    if byte in _C1:
        return _C1[byte], False
    if byte <= 0x20 or byte == 0x7F:  # controls and space are the same in every set
        return chr(byte), False
    if len(code) < width:
        raise Marc8DecodeError(position, "an East Asian character cut short")
    number = int.from_bytes(code, "big")
    codeset = _codesets()[g1 if byte > 0x80 else g0]
    # A set may be used as G0 or as G1: its table lists one of the two, which differ in the high bit.
    found = codeset.get(number) or (codeset.get(number ^ 0x80) if width == 1 else None)
    if found:
        return chr(found[0]), bool(found[1])
    odd = _odd_characters().get(number) if width > 1 else None
    if odd is None:
        raise Marc8DecodeError(position, f"the byte 0x{code.hex().upper()} has no meaning in its character set")
    return chr(odd), False


@cache
def _codesets() -> dict[int, dict[int, tuple[int, int]]]:
    from pymarc import marc8_mapping  # heavy: only a record in MARC-8 beyond ASCII pays

    tables: Any = marc8_mapping.CODESETS
    return dict(tables)


@cache
def _odd_characters() -> dict[int, int]:
    from pymarc import marc8_mapping

    odd: Any = marc8_mapping.ODD_MAP
    return dict(odd)
