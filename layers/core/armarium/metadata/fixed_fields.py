# ruff: noqa: E501 (tables)
"""The positions of leader and 008 of MARC 21 for bibliographic data, by kind of material. Data, and how it is looked up.

A line is first position | length | name | codes. Codes are ``code=meaning``; ``#`` is a blank and ``|`` (written
``fill``) no attempt to code. Without codes anything may stand there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

LEADER, DATA_ELEMENTS = "LDR", "008"
LENGTHS = {LEADER: 24, DATA_ELEMENTS: 40}

_LEADER = """
5|1|Record status|a=Increase in encoding level;c=Corrected or revised;d=Deleted;n=New;p=Increase from prepublication
6|1|Type of record|a=Language material;c=Notated music;d=Manuscript notated music;e=Cartographic material;f=Manuscript cartographic material;g=Projected medium;i=Nonmusical sound recording;j=Musical sound recording;k=Two-dimensional nonprojectable graphic;m=Computer file;o=Kit;p=Mixed materials;r=Three-dimensional artifact or natural object;t=Manuscript language material
7|1|Bibliographic level|a=Monographic component part;b=Serial component part;c=Collection;d=Subunit;i=Integrating resource;m=Monograph or item;s=Serial
8|1|Type of control|#=No specified type;a=Archival
17|1|Encoding level|#=Full level;1=Full level, material not examined;2=Less-than-full level, material not examined;3=Abbreviated level;4=Core level;5=Partial (preliminary) level;7=Minimal level;8=Prepublication level;u=Unknown;z=Not applicable;I=Full level (OCLC);J=Deleted record (OCLC);K=Minimal level (OCLC);L=Full level, batch (OCLC);M=Less-than-full, batch (OCLC)
18|1|Descriptive cataloguing form|#=Non-ISBD;a=AACR2;c=ISBD, punctuation omitted;i=ISBD, punctuation included;n=Non-ISBD, punctuation omitted;u=Unknown;p=Partial ISBD (obsolete);r=Provisional (obsolete)
19|1|Multipart resource record level|#=Not specified;a=Set;b=Part with independent title;c=Part with dependent title
"""
_ALL = """
0|6|Date entered on file|
6|1|Type of date|b=No dates given, B.C. date involved;c=Continuing resource currently published;d=Continuing resource ceased publication;e=Detailed date;i=Inclusive dates of collection;k=Range of years of bulk of collection;m=Multiple dates;n=Dates unknown;p=Date of distribution and production;q=Questionable date;r=Reprint date and original date;s=Single known date;t=Publication date and copyright date;u=Continuing resource status unknown;fill=No attempt to code
7|4|Date 1|
11|4|Date 2|
15|3|Place of publication|
"""
_END = """
35|3|Language|
38|1|Modified record|#=Not modified;d=Dashed-on information omitted;o=Completely romanized, printed cards romanized;r=Completely romanized, printed cards in script;s=Shortened;x=Missing characters;fill=No attempt to code
39|1|Cataloguing source|#=National bibliographic agency;c=Cooperative cataloguing program;d=Other;u=Unknown;fill=No attempt to code
"""
_FORM = "#=None of these;a=Microfilm;b=Microfiche;c=Microopaque;d=Large print;f=Braille;o=Online;q=Direct electronic;r=Regular print reproduction;s=Electronic;fill=No attempt to code"
_AUDIENCE = "#=Unknown or not specified;a=Preschool;b=Primary;c=Pre-adolescent;d=Adolescent;e=Adult;f=Specialized;g=General;j=Juvenile;fill=No attempt to code"
_GOVERNMENT = "#=Not a government publication;a=Autonomous or semi-autonomous;c=Multilocal;f=Federal or national;i=International intergovernmental;l=Local;m=Multistate;o=Government publication, level undetermined;s=State, provincial, territorial;u=Unknown;z=Other;fill=No attempt to code"
_NO_YES = "0=No;1=Yes;fill=No attempt to code"
_MATERIALS = {
    "books": f"""
18|4|Illustrations|
22|1|Target audience|{_AUDIENCE}
23|1|Form of item|{_FORM}
24|4|Nature of contents|
28|1|Government publication|{_GOVERNMENT}
29|1|Conference publication|{_NO_YES}
30|1|Festschrift|{_NO_YES}
31|1|Index|{_NO_YES}
33|1|Literary form|0=Not fiction;1=Fiction;c=Comic strips;d=Dramas;e=Essays;f=Novels;h=Humor, satires;i=Letters;j=Short stories;m=Mixed forms;p=Poetry;s=Speeches;u=Unknown;fill=No attempt to code
34|1|Biography|#=No biographical material;a=Autobiography;b=Individual biography;c=Collective biography;d=Contains biographical information;fill=No attempt to code
""",
    "continuing": f"""
18|1|Frequency|#=No determinable frequency;a=Annual;b=Bimonthly;c=Semiweekly;d=Daily;e=Biweekly;f=Semiannual;g=Biennial;h=Triennial;i=Three times a week;j=Three times a month;k=Continuously updated;m=Monthly;q=Quarterly;s=Semimonthly;t=Three times a year;u=Unknown;w=Weekly;z=Other;fill=No attempt to code
19|1|Regularity|n=Normalized irregular;r=Regular;u=Unknown;x=Completely irregular;fill=No attempt to code
21|1|Type of continuing resource|#=None of these;d=Updating database;g=Magazine;h=Blog;j=Journal;l=Updating loose-leaf;m=Monographic series;n=Newspaper;p=Periodical;r=Repository;s=Newsletter;t=Directory;w=Updating web site;fill=No attempt to code
22|1|Form of original item|{_FORM};e=Newspaper format
23|1|Form of item|{_FORM}
24|1|Nature of entire work|
25|3|Nature of contents|
28|1|Government publication|{_GOVERNMENT}
29|1|Conference publication|{_NO_YES}
33|1|Original alphabet or script of title|#=No alphabet or script given;a=Basic Roman;b=Extended Roman;c=Cyrillic;d=Japanese;e=Chinese;f=Arabic;g=Greek;h=Hebrew;i=Thai;j=Devanagari;k=Korean;l=Tamil;u=Unknown;z=Other;fill=No attempt to code
34|1|Entry convention|0=Successive entry;1=Latest entry;2=Integrated entry;fill=No attempt to code
""",
    "maps": f"""
18|4|Relief|
22|2|Projection|
25|1|Type of cartographic material|a=Single map;b=Map series;c=Map serial;d=Globe;e=Atlas;f=Separate supplement to another work;g=Bound as part of another work;u=Unknown;z=Other;fill=No attempt to code
28|1|Government publication|{_GOVERNMENT}
29|1|Form of item|{_FORM}
31|1|Index|{_NO_YES}
33|2|Special format characteristics|
""",
    "music": f"""
18|2|Form of composition|
20|1|Format of music|a=Full score;b=Miniature or study score;c=Accompaniment reduced for keyboard;d=Voice score with accompaniment omitted;e=Condensed score;g=Close score;h=Chorus score;i=Condensed score;j=Performer-conductor part;k=Vocal score;l=Score;m=Multiple score formats;n=Not applicable;p=Piano score;u=Unknown;z=Other;fill=No attempt to code
21|1|Music parts|#=No parts or not specified;d=Instrumental and vocal parts;e=Instrumental parts;f=Vocal parts;n=Not applicable;u=Unknown;fill=No attempt to code
22|1|Target audience|{_AUDIENCE}
23|1|Form of item|{_FORM}
24|6|Accompanying matter|
30|2|Literary text for sound recordings|
33|1|Transposition and arrangement|#=Not arrangement or transposition;a=Transposition;b=Arrangement;c=Both;n=Not applicable;u=Unknown;fill=No attempt to code
""",
    "visual": f"""
18|3|Running time (three digits, nnn or ---)|
22|1|Target audience|{_AUDIENCE}
28|1|Government publication|{_GOVERNMENT}
29|1|Form of item|{_FORM}
33|1|Type of visual material|a=Art original;b=Kit;c=Art reproduction;d=Diorama;f=Filmstrip;g=Game;i=Picture;k=Graphic;l=Technical drawing;m=Motion picture;n=Chart;o=Flash card;p=Microscope slide;q=Model;r=Realia;s=Slide;t=Transparency;v=Videorecording;w=Toy;z=Other;fill=No attempt to code
34|1|Technique|a=Animation;c=Animation and live action;l=Live action;n=Not applicable;u=Unknown;z=Other;fill=No attempt to code
""",
    "computer": f"""
22|1|Target audience|{_AUDIENCE}
23|1|Form of item|#=Unknown or not specified;o=Online;q=Direct electronic;fill=No attempt to code
26|1|Type of computer file|a=Numeric data;b=Computer program;c=Representational;d=Document;e=Bibliographic data;f=Font;g=Game;h=Sound;i=Interactive multimedia;j=Online system or service;m=Combination;u=Unknown;z=Other;fill=No attempt to code
28|1|Government publication|{_GOVERNMENT}
""",
    "mixed": f"""
23|1|Form of item|{_FORM}
""",
}  # fmt: skip
# Leader/06, and for language material leader/07, say which of them 008/18-34 follows.
_MATERIAL_OF = {"c": "music", "d": "music", "i": "music", "j": "music", "e": "maps", "f": "maps", "m": "computer"}
_MATERIAL_OF |= {"g": "visual", "k": "visual", "o": "visual", "r": "visual", "p": "mixed", "t": "books"}
_CONTINUING = frozenset("bis")


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a fixed field; ``codes`` maps what may stand there to its meaning, and is empty where all may."""

    start: int
    length: int
    name: str
    codes: dict[str, str]

    @property
    def span(self) -> str:
        """``06`` or ``07-10``, as the standard names positions."""
        return f"{self.start:02d}" if self.length == 1 else f"{self.start:02d}-{self.start + self.length - 1:02d}"

    def of(self, value: str) -> str:
        """What a field has in this place."""
        return value[self.start : self.start + self.length]

    def put(self, value: str, text: str) -> str:
        """The field with another text in this place, cut or filled with blanks to fit."""
        fitting = text[: self.length].ljust(self.length)
        return value[: self.start].ljust(self.start) + fitting + value[self.start + self.length :]


def positions(tag: str, leader: str) -> tuple[Position, ...]:
    """The positions of ``LDR`` or ``008`` in a record with this leader; none for other fields."""
    if tag == LEADER:
        return _parsed(_LEADER)
    return _parsed(f"{_ALL}{_MATERIALS[material(leader)]}{_END}") if tag == DATA_ELEMENTS else ()


def material(leader: str) -> str:
    """Which kind of material 008/18-34 describes: ``books``, ``continuing``, ``maps`` …"""
    kind, level = leader[6:7], leader[7:8]
    if kind == "a" and level in _CONTINUING:
        return "continuing"
    return _MATERIAL_OF.get(kind, "books")


@cache
def _parsed(table: str) -> tuple[Position, ...]:
    return tuple(map(_position, filter(None, table.splitlines())))


def _position(line: str) -> Position:
    start, length, name, codes = line.split("|", 3)
    pairs = (each.split("=", 1) for each in codes.split(";") if each)
    named = {code.replace("#", " ").replace("fill", "|"): meaning for code, meaning in pairs}
    return Position(int(start), int(length), name, named)
