"""What the bar of staff pages leads to."""

from __future__ import annotations

from dataclasses import dataclass

from armarium.accounts.model import Principal
from functions.web.routing import CATALOGUERS, STAFF, Audience


@dataclass(frozen=True)
class Entry:
    """A link of the bar: an address, its word in the catalogues, and who sees it."""

    address: str
    word: str
    audience: Audience = STAFF


ENTRIES = (
    Entry("/staff/search", "nav.search"),
    Entry("/staff/titles/new", "nav.new_title", CATALOGUERS),
    Entry("/staff/collections", "nav.shelves"),
    Entry("/staff/items", "nav.items"),
    Entry("/staff/sets", "nav.sets"),
    Entry("/staff/changes/new", "nav.changes", CATALOGUERS),
    Entry("/staff/jobs", "nav.jobs"),
    Entry("/staff/configuration", "nav.configuration"),
)


def entries_for(principal: Principal) -> list[Entry]:
    """The links that lead somebody to pages they may open."""
    return [entry for entry in ENTRIES if principal in entry.audience]
