"""Sets. Pure."""

from __future__ import annotations

import re
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from armarium.inventory.model import Stamped

MOST_AT_ONCE = 1_000
MOST_LINES = 5_000
MOST_COMBINED = 10_000
"""Members of a set that can be combined with another."""


class SetType(StrEnum):
    """How a set knows its members."""

    ITEMIZED = "ITEMIZED"
    LOGICAL = "LOGICAL"


class TitleSet(Stamped):
    """A set of titles; a logical one is the text of a search."""

    id: str
    name: str
    type: SetType
    description: str = ""
    note: str = ""
    query: str = ""
    private: bool = False
    active: bool = True


class Combination(StrEnum):
    """How two sets make a third."""

    BOTH = "AND"
    EITHER = "OR"
    WITHOUT = "NOT"

    def of(self, first: set[str], second: set[str]) -> set[str]:
        """The members of the third."""
        if self is Combination.BOTH:
            return first & second
        return first | second if self is Combination.EITHER else first - second


class Line(BaseModel):
    """A line of a list of titles: its number, counted from 1, and the first thing that it says."""

    model_config = ConfigDict(frozen=True)

    number: int
    text: str
    problem: str = ""  # code: no_number, no_title, twice

    @property
    def is_number(self) -> bool:
        """Whether it may be the number of a title."""
        return self.text.isascii() and self.text.isdecimal() and 5 <= len(self.text) <= 30


def lines_of(text: str) -> list[Line]:
    """The lines of a list, as people paste it or as a table has it first in each row, without its heading."""
    stated = ((number, _first(line)) for number, line in enumerate(text.splitlines(), start=1))
    lines = [Line(number=number, text=said) for number, said in stated if said]
    return lines[1:] if len(lines) > 1 and lines[1].is_number and not any(map(str.isdigit, lines[0].text)) else lines


def _first(line: str) -> str:
    """The first cell, without quotation marks and byte order mark."""
    return re.split(r"[,;\t]", line.strip("\ufeff \t"), maxsplit=1)[0].strip().strip("\"'").strip()[:100]


def name_key(name: str) -> str:
    """The name as it is compared."""
    return " ".join(name.split()).casefold()
