"""What can be done with the index: ask it, keep it up with the inventory, build it anew."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any
from urllib.parse import parse_qsl, urlencode

from armarium.access import service as access
from armarium.access.model import Action
from armarium.accounts.model import Principal
from armarium.inventory import service as inventory
from armarium.platform import clock
from armarium.platform.errors import ConflictError
from armarium.platform.observability import logger
from armarium.platform.settings import settings
from armarium.search import fields, indexing, messages, store, words
from armarium.search.errors import InvalidSearchError
from armarium.search.languages import language
from armarium.search.messages import Message, Received
from armarium.search.model import (
    FACETS,
    MOST_HITS,
    Found,
    Generation,
    Generations,
    Hit,
    Hits,
    IndexState,
    Search,
    Snippet,
    Sort,
    Text,
)
from armarium.search.port import SearchEngine
from armarium.search.snippets import snippet

_FRESH = 1.0  # seconds
_LONGEST_PREFIX = 100
_MOST_OFFSET = 10_000
_BATCH = 200
"""Titles that are written together: their documents are in memory at the same time."""
_SCANNED = 5_000
"""Titles that one step of a rebuild sends to the writers."""
_ATTEMPTS = 8
_MOST_KEPT = 200
"""Values by which a kept search is narrowed."""
_YEARS = re.compile(r"(?P<first>\d{1,4})?(?P<to>-)?(?P<last>\d{1,4})?")


# Asking


def question(
    typed: str = "",
    *,
    filters: Mapping[str, Sequence[str]] | None = None,
    sort: str = Sort.RELEVANCE,
    limit: int = 10,
    offset: int = 0,
    token: str | None = None,
    facets: Sequence[str] = (),
) -> Search:
    """A search out of what somebody typed and chose. The words are never an error.

    Raises :class:`InvalidSearchError` for a filter, facet or order that does not exist.
    """
    given = {name: tuple(values) for name, values in (filters or {}).items() if values}
    known = narrowing()
    for name in (*given, *facets):
        if name not in known:
            raise InvalidSearchError(f"{name!r} is not something to narrow a search by: {', '.join(known)} are")
    if sort not in tuple(Sort):
        raise InvalidSearchError(f"{sort!r} is not an order: {', '.join(Sort)} are")
    if "language" in given:
        given["language"] = tuple(map(language, given["language"]))
    return Search(
        words=words.parse(typed, {each.code for each in fields.known()}),
        years=_years(given.pop("year", ())),
        filters=given,
        sort=Sort(sort),
        limit=min(max(limit, 1), MOST_HITS),
        offset=min(max(offset, 0), _MOST_OFFSET),
        token=token,
        facets=tuple(facets),
    )


def kept(typed: str, filters: Mapping[str, Sequence[str]], always: bool = False) -> str:
    """A search as one line of text, as logical sets keep it: the words; narrowed (or ``always``) ``?q=…&library=…``."""
    pairs = [(name, value) for name, values in filters.items() for value in values]
    return f"?{urlencode([('q', typed), *pairs])}" if pairs or always else typed


def recalled(line: str) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The words and filters of a search that :func:`kept` wrote, or that somebody wrote as words alone."""
    if not line.startswith("?"):
        return line, {}
    typed, filters = "", dict[str, tuple[str, ...]]()
    for name, value in parse_qsl(line[1:], max_num_fields=_MOST_KEPT):
        if name == "q":
            typed = value
        else:
            filters[name] = (*filters.get(name, ()), value)
    return typed, filters


def narrowing() -> tuple[str, ...]:
    """By what a search can be narrowed and counted: the facets of every search, and those of configured fields."""
    return (*FACETS, *(each.code for each in fields.known() if each.facet))


def search(asked: Search, principal: Principal, now: datetime) -> Hits:
    """A page of hits, as far as they exist for ``principal``; passages of full text where they may view its files.

    What the index finds is read afresh from the inventory, so a title that was suppressed, restricted or deleted
    a moment ago reveals nothing. ``total`` and counts are the index's. Raises :class:`InvalidSearchError`.
    """
    asked = asked.model_copy(update={"with_suppressed": access.sees_suppressed(principal)})
    found = _engine().search(_serving(), asked)
    bibs = inventory.get_bibs(found.mms_ids, with_record=False)
    passages = _passages(asked, found)
    viewable = _viewable(passages, principal, now)
    hits = [
        Hit(
            bib=bibs[mms_id],
            snippets=tuple(each for each in passages.get(mms_id, ()) if _key(mms_id, each) in viewable),
        )
        for mms_id in found.mms_ids
        if mms_id in bibs and access.sees(principal, bibs[mms_id])
    ]
    return Hits(items=tuple(hits), total=found.total, facets=found.facets, next_token=found.next_token)


def find_ids(asked: Search, principal: Principal) -> tuple[tuple[str, ...], int, str | None]:
    """A page of the MMS ids that the index finds, how many it finds in all, and the token of the next page.

    For work on all that is found: nothing is read from the inventory, and the page may be longer than one of hits.
    """
    asked = asked.model_copy(update={"with_suppressed": access.sees_suppressed(principal)})
    found = _engine().search(_serving(), asked)
    return found.mms_ids, found.total, found.next_token


def suggest(prefix: str, principal: Principal, limit: int = 10) -> tuple[str, ...]:
    """Titles, names and subjects that begin with what somebody has typed so far."""
    begun = prefix.strip()[:_LONGEST_PREFIX]
    if not begun:
        return ()
    return _engine().suggest(_serving(), begun, min(max(limit, 1), MOST_HITS), access.sees_suppressed(principal))


def _years(given: Sequence[str]) -> tuple[int | None, int | None]:
    if not given:
        return None, None
    match = _YEARS.fullmatch(given[0].strip())
    if len(given) > 1 or match is None or not (match["first"] or match["last"]):
        raise InvalidSearchError(
            "Give one year or one range of years: year=1851, year=1850-1900, year=-1900, year=1850-"
        )
    first = int(match["first"]) if match["first"] else None
    last = int(match["last"]) if match["last"] else None
    return (first, last) if match["to"] else (first, first)


def _passages(asked: Search, found: Found) -> dict[str, list[Snippet]]:
    return {mms_id: _snippets(texts, asked) for mms_id, texts in found.texts.items()}


def _snippets(texts: Iterable[Text], asked: Search) -> list[Snippet]:
    """One passage for each representation that has one."""
    made = (snippet(each, asked.words) for each in texts)
    first: dict[str, Snippet] = {}
    for each in made:
        if each:
            first.setdefault(each.representation_id, each)
    return list(first.values())


def _viewable(passages: Mapping[str, Sequence[Snippet]], principal: Principal, now: datetime) -> set[tuple[str, str]]:
    """Those of the representations with passages whose files the principal may view now."""
    keys = [_key(mms_id, each) for mms_id, snippets in passages.items() for each in snippets]
    found = inventory.get_representations(keys) if keys else {}
    return {(each.mms_id, each.id) for each in found.values() if access.decide(principal, each, Action.VIEW, now).allow}


def _key(mms_id: str, passage: Snippet) -> tuple[str, str]:
    return mms_id, passage.representation_id


# Keeping up with the inventory


def announce(stream_records: Sequence[Mapping[str, Any]]) -> int:
    """Tell the writers which titles a batch of the inventory's stream is about. Answers how many titles."""
    titles = messages.changed_titles(stream_records)
    cause = f"{stream_records[0]['eventID']}:{stream_records[-1]['eventID']}" if stream_records else ""
    moved = messages.moved_collections(stream_records)
    by_hand = messages.changed_by_hand(stream_records) if settings().early_index_queue_url else ()
    early = messages.about_titles(by_hand, Generation(shards=_shards()), cause, early=True)
    if early and store.waiting():
        store.send(early, early=True)
    store.send(
        [
            *messages.about_titles(titles, Generation(shards=_shards()), cause),
            *(messages.about_collection(Message(below=each), cause) for each in moved),
        ]
    )
    return len(titles)


def index(received: Sequence[Received]) -> list[str]:
    """Do what messages say, those of a group in their order. Answers the ids of those that have to come again.

    Titles are read from the tables when they are written: the order of messages about one title does not matter.
    """
    generations = _generations()
    failed: list[str] = []
    by_group: dict[str, list[Received]] = {}
    for each in received:
        by_group.setdefault(each.group, []).append(each)
    for group, waiting in by_group.items():
        try:
            _do(waiting, generations)
        except Exception:  # one group's trouble is not another's
            logger().exception("titles could not be indexed", extra={"group": group})
            failed += [each.id for each in waiting]
    return failed


def _do(received: Sequence[Received], generations: Generations) -> None:
    read = [(each, each.message) for each in received]
    for number, run in groupby(read, key=lambda pair: _kind(pair[1])):
        pairs = list(run)
        if number != _OTHER:
            _index_titles([message for _, message in pairs], "-".join(each.id for each, _ in pairs), generations)
            continue
        for each, message in pairs:
            if message.below:
                _index_below(message, each.id)
            elif message.whole is not None and message.generation is not None:
                _mark(message.generation, message.whole)


_OTHER = "other"


def _kind(message: Message) -> str:
    return str(message.generation) if message.titles else _OTHER


def _index_titles(told: Sequence[Message], cause: str, generations: Generations) -> None:
    """Index the titles of messages to one generation; where another is being built, it is told of them too."""
    generation = generations.number(told[0].generation)
    if generation is None:
        return
    titles = list(dict.fromkeys(title for message in told for title in message.titles))
    if told[0].generation is None and generations.building and not told[0].early:
        store.send(messages.about_titles(titles, generations.building, cause, building=True))
    for at in range(0, len(titles), _BATCH):
        _write(generation, titles[at : at + _BATCH])


def _write(generation: Generation, titles: Sequence[str]) -> None:
    found, gone = indexing.documents(titles)
    for shard in sorted({generation.shard_of(title) for title in titles}):
        _engine().update(
            generation,
            shard,
            [each for each in found if generation.shard_of(each.mms_id) == shard],
            [each for each in gone if generation.shard_of(each) == shard],
        )


def _index_below(message: Message, cause: str) -> None:
    """Tell the writers of a page of what is below a collection; the rest of it is another message."""
    collection_id = message.below or ""
    if message.listing == "titles":
        titles, token = inventory.titles_in_collection(collection_id, messages.TOGETHER, message.token)
        sent = messages.about_titles(titles, Generation(shards=_shards()), cause)
    else:
        page = inventory.list_collections(collection_id, messages.TOGETHER, message.token)
        token = page.next_token
        sent = [messages.about_collection(Message(below=each.id), cause) for each in page.items]
    if token:
        sent.append(messages.about_collection(message.model_copy(update={"token": token}), cause))
    elif message.listing == "titles":
        sent.append(messages.about_collection(Message(below=collection_id, listing="collections"), cause))
    store.send(sent)


# Building it anew


def begin_rebuild() -> Generation:
    """Begin a new generation beside the one that serves; what was left of one that was not finished is deleted.

    From here on the new one is told of every change too.
    """
    before = _generations()
    if before.building:
        _engine().drop(before.building)
    digest = fields.digest(fields.listed())
    begun = _change(lambda current: current.begun(_shards(), digest))
    building = begun.building or Generation()
    _engine().create(building)
    return building


def send_titles(generation: int, part: int, parts: int, token: str | None) -> str | None:
    """Tell a new generation's writers of some thousand titles of one part of the inventory; answers the next token."""
    building = _generations().number(generation)
    if building is None:
        return None
    titles, following = inventory.scan_titles(part, parts, token, _SCANNED)
    store.send(messages.about_titles(titles, building, f"scan:{part}:{token}", building=True))
    return following


def end_rebuild(generation: int) -> None:
    """Tell the new generation's shards that all has been sent: the last one to have written it makes it serve."""
    building = _generations().number(generation)
    if building:
        store.send(messages.about_whole(building))


def serving() -> int:
    """Which generation serves."""
    return _generations().serving.number


def drop_generation(number: int) -> None:
    """Delete a generation that no longer serves."""
    if _generations().number(number) is None:
        _engine().drop(Generation(number=number))


def state() -> IndexState:
    """How the index is, as far as one may look at it without fetching it."""
    generations, engine = _generations(), _engine()
    serving, building = generations.serving, generations.building
    extent = engine.extent(serving)
    return IndexState(
        serving=serving,
        titles=extent.titles,
        outdated=not extent.complete or serving.fields != fields.digest(fields.listed()),
        waiting=store.waiting() if settings().index_queue_url else None,
        building=building,
        built=engine.extent(building).titles if building else 0,
        rebuild=store.last_rebuild(),
    )


def start_rebuild(now: datetime) -> None:
    """Start the workflow that builds the index anew. Raises ConflictError while it runs."""
    if not settings().search_rebuild_state_machine:
        raise ConflictError("This deployment names no workflow that builds the index: search_rebuild_state_machine")
    last = store.last_rebuild()
    if last and last.status == "RUNNING":
        raise ConflictError("The index is being built anew already: look at how far it is")
    store.start_rebuild(f"pressed-{re.sub('[^0-9]', '', clock.stamp(now)[:19])}")


def _mark(number: int, shard: int) -> None:
    _change(lambda current: current.with_mark(number, shard))


def _change(to: Any) -> Generations:
    """Change the generations as they are now, whoever else does."""
    for attempt in range(_ATTEMPTS):
        current, etag = store.generations() or (Generations(), None)
        changed: Generations = to(current)
        if changed == current:
            return current
        try:
            store.swap_generations(changed, etag)
            return changed
        except store.Changed:
            time.sleep(0.05 * attempt)
    raise OSError("the generations of the index are changed by others all the time")


# Pieces


@lru_cache(maxsize=1)
def _engine() -> SearchEngine:
    """The engine of this deployment."""
    if settings().search_engine == "opensearch":
        from armarium.search.opensearch import OpenSearchEngine

        return OpenSearchEngine()
    from armarium.search.embedded.engine import EmbeddedEngine

    return EmbeddedEngine()


def _shards() -> int:
    return max(1, int(settings().search_shards))


def _generations() -> Generations:
    found = store.generations()
    return found[0] if found else Generations()


@lru_cache(maxsize=1)
def _known() -> _Known:
    return _Known()


class _Known:
    """The generation that serves, as it was a second ago at most."""

    def __init__(self) -> None:
        self._generations = Generations()
        self._etag: str | None = None
        self._looked = float("-inf")

    def serving(self) -> Generation:
        if time.monotonic() - self._looked >= _FRESH:
            self._looked = time.monotonic()
            found = store.generations(self._etag)
            if found:
                self._generations, self._etag = found
        return self._generations.serving


def _serving() -> Generation:
    return _known().serving()


def forget() -> None:
    """Forget what this process knows of the index (tests have a cloud of their own each)."""
    _engine.cache_clear()
    _known.cache_clear()
    fields.forget()
