"""What is told to the writers of the index, and to whom. Pure.

A message group is a queue of its own: ``<shard>`` for titles that changed, ``<generation>.<shard>`` for a generation
that is being built, ``below.<collection>`` for a collection that was moved.

Titles that people changed while bulk work fills the queue are told in a second one, *early*, besides: what is written
there anticipates the turn that they have in the first, which stays the one that counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from armarium.search.errors import StrangeMessageError
from armarium.search.model import Generation

TOGETHER = 100
"""Titles in one message."""


class Message(BaseModel):
    """Titles to index, a shard that is whole, or a page of what is below a moved collection."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    titles: tuple[str, ...] = ()
    generation: int | None = None  # None: the one that serves
    whole: int | None = None  # the shard of the generation to which everything has been sent
    below: str | None = None  # collection
    token: str | None = None
    listing: Literal["titles", "collections"] = "titles"
    early: bool = False  # before their turn: another message about them waits in the queue


class Received(BaseModel):
    """A message as it came."""

    model_config = ConfigDict(frozen=True)

    id: str
    group: str
    body: str

    @property
    def message(self) -> Message:
        """What it says. Raises :class:`StrangeMessageError`."""
        try:
            return Message.model_validate_json(self.body)
        except ValidationError as error:
            raise StrangeMessageError(f"Not a message about titles to index: {self.body[:200]!r}") from error


Sent = tuple[str, str, str]
"""Group, deduplication id, body."""


def changed_titles(records: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The titles that records of the inventory's stream tell of, each once, in order.

    A tombstone tells nothing: what was deleted is told by its own removal.
    """
    keys = (record["dynamodb"]["Keys"] for record in records)
    pairs = ((key["pk"]["S"], key["sk"]["S"]) for key in keys)
    return tuple(dict.fromkeys(pk.removeprefix("BIB#") for pk, sk in pairs if _is_title(pk, sk)))


def changed_by_hand(records: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The titles that people changed, each once: neither by a job, nor by derivation, nor by a deletion.

    None where they are more than one message holds: then somebody's program does bulk work.
    """
    made = (record["dynamodb"] for record in records)
    keys = (change["Keys"] for change in made if _is_title(*_key(change)) and _is_by_hand(change))
    titles = tuple(dict.fromkeys(key["pk"]["S"].removeprefix("BIB#") for key in keys))
    return titles if len(titles) <= TOGETHER else ()


def _key(change: Mapping[str, Any]) -> tuple[str, str]:
    return change["Keys"]["pk"]["S"], change["Keys"]["sk"]["S"]


def _is_by_hand(change: Mapping[str, Any]) -> bool:
    old, new = change.get("OldImage"), change.get("NewImage")
    if not new or "body" not in new:
        return False
    body = json.loads(new["body"]["S"])
    if old is None:
        return not body.get("origin")
    return old.get("version") != new.get("version") and not body.get("touched_by")


def _is_title(pk: str, sk: str) -> bool:
    return pk.startswith("BIB#") and not sk.startswith("DELETED#")


def moved_collections(records: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The collections that hang under another parent than before."""
    return tuple(dict.fromkeys(moved for record in records for moved in _moved(record["dynamodb"])))


def _moved(change: Mapping[str, Any]) -> Iterator[str]:
    old, new = change.get("OldImage"), change.get("NewImage")
    if old and new and new["sk"]["S"] == "COLL" and old.get("parent_pk") != new.get("parent_pk"):
        yield new["pk"]["S"].removeprefix("COLL#")


def about_titles(
    mms_ids: Sequence[str], generation: Generation, cause: str, *, building: bool = False, early: bool = False
) -> list[Sent]:
    """Messages to index titles, in the groups of their shards. The same ``cause`` is told once."""
    by_shard: dict[int, list[str]] = {}
    for mms_id in mms_ids:
        by_shard.setdefault(generation.shard_of(mms_id), []).append(mms_id)
    number = generation.number if building else None
    return [
        _sent(
            _group(shard, number),
            Message(titles=tuple(titles[at : at + TOGETHER]), generation=number, early=early),
            f"{cause}:{shard}:{at}",
        )
        for shard, titles in by_shard.items()
        for at in range(0, len(titles), TOGETHER)
    ]


def about_whole(generation: Generation) -> list[Sent]:
    """To each shard of a generation that is being built: everything has been sent to you."""
    return [
        _sent(_group(shard, generation.number), Message(generation=generation.number, whole=shard), "whole")
        for shard in range(generation.shards)
    ]


def about_collection(message: Message, cause: str) -> Sent:
    """Index what is below a collection, a page at a time."""
    return _sent(f"below.{message.below}", message, cause)


def _group(shard: int, number: int | None) -> str:
    return str(shard) if number is None else f"{number}.{shard}"


def _sent(group: str, message: Message, cause: str) -> Sent:
    body = message.model_dump_json(exclude_defaults=True)
    identity = hashlib.sha256(json.dumps([group, body, cause]).encode()).hexdigest()
    return group, identity, body
