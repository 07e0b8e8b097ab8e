"""Synthetic MARC: the same seed gives the same records, with the lengths and identifiers that catalogues have."""

from __future__ import annotations

import random

_WORDS = [
    "history",
    "of",
    "the",
    "city",
    "library",
    "its",
    "books",
    "and",
    "readers",
    "from",
    "early",
    "times",
    "to",
    "present",
    "with",
    "notes",
    "on",
    "collections",
    "art",
    "law",
    "medicine",
    "travels",
    "maps",
    "music",
    "birds",
    "plants",
    "rivers",
    "mountains",
    "letters",
    "poems",
    "essays",
    "lectures",
    "reports",
    "atlas",
    "guide",
]


def marc_file(count: int, seed: str) -> bytes:
    """``count`` records in ISO 2709, UTF-8, each with ids of its own."""
    from pymarc import Field, Indicators, Record, Subfield

    chance = random.Random(seed)
    out = []
    for number in range(1, count + 1):

        def words(least: int, most: int) -> str:
            return " ".join(chance.choices(_WORDS, k=chance.randint(least, most)))

        record = Record(leader="00000nam a2200000 a 4500", force_utf8=True)
        record.add_field(
            Field("001", data=f"{seed}{number:08d}"),
            Field("003", data="BENCH"),
            Field("008", data=f"850101s{chance.randint(1800, 2020)}    xx            000 0 eng d"),
        )

        def add(record: Record, tag: str, *pairs: tuple[str, str], indicators: str = "  ") -> None:
            subfields = [Subfield(code, value) for code, value in pairs]
            record.add_field(Field(tag, Indicators(*indicators), subfields))

        add(record, "035", ("a", f"(BENCH){seed}{number:08d}"))
        add(
            record, "100", ("a", f"{words(1, 1).title()}, {words(1, 2).title()},"), ("d", "1900-1980."), indicators="1 "
        )
        add(record, "245", ("a", f"{words(3, 9).capitalize()} /"), ("c", f"{words(2, 3)}."), indicators="10")
        add(record, "260", ("a", "London :"), ("b", f"{words(2, 3).title()},"), ("c", "1985."))
        add(record, "300", ("a", f"{chance.randint(50, 900)} p. ;"), ("c", "24 cm."))
        add(record, "500", ("a", f"{words(10, 40).capitalize()}."))
        for _ in range(chance.randint(1, 4)):
            add(record, "650", ("a", f"{words(1, 3).capitalize()}."), indicators=" 0")
        out.append(record.as_marc())
    return b"".join(out)
