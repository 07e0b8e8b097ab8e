"""What a MARC 21 bibliographic record says, for lists and search. Field numbers are the standard's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from armarium.metadata import identifiers
from armarium.metadata.marc import Field, MarcRecord
from armarium.metadata.model import Description, Identifier
from armarium.metadata.text import distinct, joined, sort_key, tidy, year_in

TITLE = "abnp"
NAME = {"100": "abcdq", "110": "abcdn", "111": "acdenq", "700": "abcdq", "710": "abcdn", "711": "acdenq", "720": "a"}
CREATORS, CONTRIBUTORS = ("100", "110", "111"), ("700", "710", "711", "720")
SUBJECTS = {
    "600": "abcdqtnp",
    "610": "abcdtnp",
    "611": "acdenqt",
    "630": "adnpt",
    "648": "a",
    "650": "abcd",
    "651": "a",
    "653": "a",
    "655": "a",
}
_SUBDIVISIONS = "vxyz"
_FILE_TITLES = ("130", "240", "246", "247")
_NO_LANGUAGE = {"", "|||", "und", "zxx", "mul"}
_CODE = re.compile(r"^[a-z]{3}$")

# Leader/06, type of record: the DCMI Type first, then the narrower word.
_TYPES: dict[str, tuple[str, ...]] = {
    "a": ("Text",),
    "c": ("Text", "Notated music"),
    "d": ("Text", "Notated music", "Manuscript"),
    "e": ("Image", "Map"),
    "f": ("Image", "Map", "Manuscript"),
    "g": ("MovingImage",),
    "i": ("Sound",),
    "j": ("Sound", "Music"),
    "k": ("StillImage",),
    "m": ("Software",),
    "o": ("Collection", "Kit"),
    "p": ("Collection", "Mixed materials"),
    "r": ("PhysicalObject",),
    "t": ("Text", "Manuscript"),
}
# Leader/07, bibliographic level, where leader/06 is language material.
_LEVELS = {"a": "Article", "b": "Article", "c": "Collection", "i": "Integrating resource", "m": "Book", "s": "Serial"}
# 024 first indicator: the source of a standard number; 7 names it in $2.
_SOURCES = {"0": "isrc", "1": "upc", "2": "ismn", "3": "ean", "4": "sici"}


def describe(record: MarcRecord) -> Description:
    """The description; ``title`` is empty where there is no 245."""
    statements = [*record.tagged("245"), *vernacular(record, "245")]
    main = statements[0] if statements else None
    imprint = publication(record)
    found = list(match_identifiers(record))
    by_scheme = {each.scheme: each.value for each in reversed(found)}
    date = tidy(imprint.first("c") or "") if imprint else ""
    return Description(
        title=title_of(main) if main else "",
        sort_title=_sort_title(main) if main else "",
        alternative_titles=distinct(
            [*map(title_of, statements[1:]), *(joined(each.all("afnp")) for each in record.tagged(*_FILE_TITLES))]
        ),
        creators=names(record, *CREATORS),
        contributors=names(record, *CONTRIBUTORS),
        publisher=_text(imprint, "b"),
        place=_text(imprint, "a"),
        date=date or _date1(record) or None,
        year=_year(record, date),
        languages=languages(record),
        subjects=distinct(map(subject, record.tagged(*SUBJECTS))),
        types=types(record),
        summary=" ".join(distinct(joined(each.all("ab")) for each in record.tagged("520"))) or None,
        isbn=by_scheme.get("isbn"),
        issn=by_scheme.get("issn"),
        network_numbers=distinct("".join(text.split()) for each in record.tagged("035") for text in each.all("a")),
        originating_system=record.control("003").strip() or None,
        originating_system_id=record.control("001").strip() or None,
        identifiers=tuple(found),
    )


def title_of(statement: Field) -> str:
    """The title proper, remainder, number and name of the part (245 $a $b $n $p)."""
    return joined(statement.all(TITLE)) or joined(statement.all("k"))


def vernacular(record: MarcRecord, tag: str) -> Iterator[Field]:
    """The 880 fields that give fields of this tag in another script ($6 begins with the tag)."""
    return (each for each in record.tagged("880") if (each.first("6") or "").startswith(tag))


def names(record: MarcRecord, *tags: str) -> tuple[str, ...]:
    """The names in the fields of these tags, each in its scripts; with $t a field names a work, not somebody."""
    fields = [(tag, each) for tag in tags for each in (*record.tagged(tag), *vernacular(record, tag))]
    return distinct(joined(each.all(NAME[tag])) for tag, each in fields if each.first("t") is None)


def subject(heading: Field) -> str:
    """A heading with its subdivisions: ``Libraries--History``."""
    main = joined(heading.all(SUBJECTS[heading.tag]))
    return "--".join(distinct([main, *map(tidy, heading.all(_SUBDIVISIONS))]))


def publication(record: MarcRecord) -> Field | None:
    """The statement of publication: 264 of a publisher, else 260, else any 264."""
    published = (each for each in record.tagged("264") if each.indicators[1:] == "1")
    return next(chain(published, record.tagged("260", "264")), None)


def languages(record: MarcRecord) -> tuple[str, ...]:
    """The MARC language codes of 008/35-37 and 041 $a $d; old records run several together in one $a."""
    codes = [record.control("008")[35:38]]
    for each in record.tagged("041"):
        if each.indicators[1:] != "7":  # 7: of another source than the MARC list
            codes += [text[at : at + 3] for text in map(str.strip, each.all("ad")) for at in range(0, len(text), 3)]
    return distinct(code for code in map(str.lower, codes) if code not in _NO_LANGUAGE and _CODE.match(code))


def types(record: MarcRecord) -> tuple[str, ...]:
    """The types that leader/06-07 name, DCMI Type first."""
    kind, level = record.leader[6:7], record.leader[7:8]
    return distinct((*_TYPES.get(kind, ()), _LEVELS.get(level, "") if kind in "at" else ""))


def match_identifiers(record: MarcRecord) -> Iterator[Identifier]:
    """What a record is matched by, the surest first, each once."""
    seen = dict.fromkeys(_identifiers(record))
    return (Identifier(scheme=scheme, value=value) for scheme, value in seen)


def _identifiers(record: MarcRecord) -> Iterator[tuple[str, str]]:
    number = record.control("001").strip()
    if number:
        yield "system", identifiers.system_id(record.control("003").strip(), number)
    for each in record.tagged("035"):
        yield from (("035", value) for value in map(identifiers.system_number, each.all("a")) if value)
    for each in record.tagged("024"):
        yield from (("024", value) for value in _standard_numbers(each))
    for scheme, tag, normal in (("isbn", "020", identifiers.isbn13), ("issn", "022", identifiers.issn)):
        for each in record.tagged(tag):
            yield from ((scheme, value) for value in map(normal, each.all("a")) if value)


def _standard_numbers(each: Field) -> Iterator[str]:
    """``doi:10.1000/182``; a number whose source nobody names stands alone."""
    first = each.indicators[:1]
    source = (each.first("2") or "").strip() if first == "7" else _SOURCES.get(first, "")
    for text in each.all("a"):
        value = "".join(text.split())
        if value:
            yield f"{source}:{value}" if source and not value.lower().startswith(f"{source.lower()}:") else value


def _sort_title(statement: Field) -> str:
    """245 second indicator: how many characters do not file. In an 880 it counts in that script."""
    skip = int(statement.indicators[1]) if statement.indicators[1:].isdigit() else 0
    return sort_key(title_of(statement), skip)


def _text(each: Field | None, code: str) -> str | None:
    return (joined(map(tidy, each.all(code)), "; ") or None) if each else None


def _date1(record: MarcRecord) -> str:
    date = record.control("008")[7:11]
    return date if date.isdigit() else ""


def _year(record: MarcRecord, date: str) -> int | None:
    """008/07-10; where it is blank, partly unknown or B.C. (type b), what the statement of publication says."""
    coded = "" if record.control("008")[6:7] == "b" else _date1(record)
    return year_in(coded) or year_in(date)
