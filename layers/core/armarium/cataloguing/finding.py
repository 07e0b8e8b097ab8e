"""Finding without the search index: by id, by a claimed identifier, and in the tree of collections, all bounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from armarium.inventory import service as inventory
from armarium.inventory.errors import BibNotFoundError
from armarium.inventory.model import Bib, Collection, Page
from armarium.metadata import service as metadata
from armarium.platform.errors import InvalidInputError

MOST_IDS = 100
MOST_COLLECTIONS = 1_000
_DEEPEST = 10
_PAGE = 100
SEARCHED = ("name", "title", "library", "external_system", "external_id")


@dataclass(frozen=True)
class Branch:
    """A collection with those under it, as deep as was asked for."""

    collection: Collection
    children: tuple[Branch, ...] = ()


def bibs_with_ids(mms_ids: list[str], with_record: bool = True) -> tuple[Bib, ...]:
    """The bibs with these ids, in their order; those that are not there are left out.

    Raises InvalidInputError for more than a hundred, BibNotFoundError where there is none at all.
    """
    if len(mms_ids) > MOST_IDS:
        raise InvalidInputError(f"mms_id: at most {MOST_IDS} ids at once, not {len(mms_ids)}")
    found = inventory.get_bibs(mms_ids)
    if mms_ids and not found:
        raise BibNotFoundError("There is none of the bibs named in mms_id")
    return tuple(found[each] for each in dict.fromkeys(mms_ids) if each in found)


def bibs_with_system_id(other_id: str) -> tuple[Bib, ...]:
    """The bibs that have an id of another system: 035, 024, 001, ``dc:identifier``. At most ten."""
    owners = inventory.owners(metadata.identifiers_named(other_id))
    mms_ids = list(dict.fromkeys(mms_id for named in owners.values() for mms_id in named))[:10]
    found = inventory.get_bibs(mms_ids)
    return tuple(found[each] for each in mms_ids if each in found)


def branches(parent_id: str | None, levels: int, limit: int, token: str | None = None, offset: int = 0) -> Page[Branch]:
    """A page of the collections under one (None: at the top), with ``levels`` - 1 levels below each.

    At most a thousand collections in all, ten levels deep; each needs one request.
    """
    page = inventory.list_collections(parent_id, limit, token, offset)
    left = [MOST_COLLECTIONS]
    items = tuple(_branch(each, min(levels, _DEEPEST), left) for each in page.items)
    return Page[Branch](items=items, next_token=page.next_token, total=page.total)


def branch(collection_id: str, levels: int) -> Branch:
    """One collection with ``levels`` - 1 levels below it. Raises CollectionNotFoundError."""
    return _branch(inventory.get_collection(collection_id), min(levels, _DEEPEST), [MOST_COLLECTIONS])


def _branch(collection: Collection, levels: int, left: list[int]) -> Branch:
    if levels <= 1 or left[0] <= 0:
        return Branch(collection)
    children = inventory.list_collections(collection.id, min(_PAGE, left[0])).items
    left[0] -= len(children)
    return Branch(collection, tuple(_branch(each, levels - 1, left) for each in children))


def collections_like(wanted: Mapping[str, str], limit: int, offset: int) -> Page[Collection]:
    """Collections whose fields have all words (each a beginning of a word), whatever the case.

    Looks through the first thousand collections of the tree, level by level. Raises InvalidInputError for a field that
    is not searched.
    """
    unknown = wanted.keys() - set(SEARCHED)
    if unknown:
        raise InvalidInputError(f"q: {min(unknown)} cannot be asked for; these can: {', '.join(SEARCHED)}")
    found = [each for each in islice(_level_by_level(), MOST_COLLECTIONS) if _is_like(each, wanted)]
    return Page[Collection](items=tuple(found[offset : offset + limit]), total=len(found))


def _level_by_level() -> Iterator[Collection]:
    waiting: list[str | None] = [None]
    while waiting:
        parent_id, token = waiting.pop(0), None
        while True:
            page = inventory.list_collections(parent_id, _PAGE, token)
            yield from page.items
            waiting += [each.id for each in page.items]
            token = page.next_token
            if token is None:
                break


def _is_like(collection: Collection, wanted: Mapping[str, str]) -> bool:
    for field, text in wanted.items():
        words = str(getattr(collection, field)).casefold().split()
        if not all(any(word.startswith(each) for word in words) for each in text.casefold().split()):
            return False
    return True
