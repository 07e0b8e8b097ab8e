"""Sets. Pure."""

from __future__ import annotations

from enum import StrEnum

from armarium.inventory.model import Stamped

MOST_AT_ONCE = 1_000


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


def name_key(name: str) -> str:
    """The name as it is compared."""
    return " ".join(name.split()).casefold()
