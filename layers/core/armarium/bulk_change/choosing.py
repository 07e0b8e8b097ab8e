"""Which titles a change is about: a page of them for a preview, all of them frozen for a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from armarium.accounts.model import Principal, PrincipalKind, Role
from armarium.bulk_change.errors import NothingChosenError
from armarium.bulk_change.model import MOST_TITLES, Selection, Target
from armarium.jobs.model import Chunk
from armarium.search import service as search
from armarium.search.model import Search, Sort
from armarium.sets import service as sets
from armarium.sets.model import SetType

_PAGE = 1_000
_CHUNK = 100
_SEARCHER = Principal(
    id="bulk-change", name="Bulk change", roles=frozenset({Role.CATALOGUER}), kind=PrincipalKind.USER
)  # may be asked for hidden titles too, as everybody who may start a change


def page(selection: Selection, limit: int, token: str | None) -> tuple[tuple[str, ...], int, str | None]:
    """A page of the MMS ids that are chosen, how many there are in all, and the token of the next page.

    Raises SetNotFoundError, InvalidSearchError.
    """
    listed = _listed_set(selection)
    if listed is not None:
        mms_ids, following = sets.member_ids(listed, limit, token)
        return mms_ids, sets.count_members(sets.get_set(listed)), following
    return search.find_ids(_search(selection).model_copy(update={"limit": limit, "token": token}), _SEARCHER)


def freeze(selection: Selection, target: Path) -> list[Chunk]:
    """Write the list of all titles that are chosen, each once: a JSON line each. Answers its chunks.

    Raises :class:`NothingChosenError` where they are more than a job can take.
    """
    seen: set[str] = set()
    chunks: list[Chunk] = []
    start = length = 0
    with target.open("wb") as out:
        for mms_id in _all(selection):
            if mms_id in seen:
                continue
            if len(seen) == MOST_TITLES:
                raise NothingChosenError(
                    f"More than {MOST_TITLES} titles are chosen: narrow the search, and change them in several jobs"
                )
            seen.add(mms_id)
            line = Target(ordinal=len(seen), mms_id=mms_id).model_dump_json().encode() + b"\n"
            out.write(line)
            length += len(line)
            if len(seen) % _CHUNK == 0:
                chunks.append(Chunk(number=len(chunks) + 1, start=start, length=length))
                start, length = start + length, 0
    return [*chunks, Chunk(number=len(chunks) + 1, start=start, length=length)] if length else chunks


def _all(selection: Selection) -> Iterator[str]:
    token: str | None = None
    while True:
        mms_ids, _, token = page(selection, _PAGE, token)
        yield from mms_ids
        if token is None:
            return


def _listed_set(selection: Selection) -> str | None:
    if selection.set_id and sets.get_set(selection.set_id).type is SetType.ITEMIZED:
        return selection.set_id
    return None


def _search(selection: Selection) -> Search:
    """The search in the order of titles, which a change of access or of notes does not move."""
    chosen: tuple[str, Mapping[str, Sequence[str]]] = (selection.q, selection.filters)
    if selection.set_id:
        chosen = search.recalled(sets.get_set(selection.set_id).query)
    typed, filters = chosen
    return search.question(typed, filters=filters, sort=Sort.TITLE)
