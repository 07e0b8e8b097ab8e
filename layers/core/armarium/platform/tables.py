"""DynamoDB, as the stores see it: a base item, transactions in groups, batch reads, tokens for the next page."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from armarium.platform.errors import InvalidInputError

MOST_ACTIONS = 100  # of one transaction
_MOST_BYTES = 3_000_000  # of one transaction; the service refuses 4 MB
_BATCH_READ = 100

M = TypeVar("M", bound=Model)


class ConditionFailedError(Exception):
    """A conditional write failed; ``failed`` are the positions of the writes that did."""

    def __init__(self, failed: Sequence[int]) -> None:
        super().__init__(f"conditions failed: {list(failed)}")
        self.failed = tuple(failed)


@dataclass(frozen=True)
class Put:
    """Store an item; with ``condition`` only if that holds of what is there."""

    item: Any
    condition: Condition | None = None
    size: int = 1000

    @property
    def key(self) -> tuple[str, str]:
        """Partition and sort key."""
        return self.item.pk, self.item.sk

    def into(self, transaction: TransactWrite) -> None:
        """Add this write to a transaction."""
        transaction.save(self.item, condition=self.condition)


@dataclass(frozen=True)
class Update:
    """Change attributes of an item in place; attributes not named stay."""

    item: Any
    actions: Sequence[Action]
    condition: Condition | None = None
    size: int = 1000

    @property
    def key(self) -> tuple[str, str]:
        """Partition and sort key."""
        return self.item.pk, self.item.sk

    def into(self, transaction: TransactWrite) -> None:
        """Add this write to a transaction."""
        transaction.update(self.item, actions=list(self.actions), condition=self.condition)


@dataclass(frozen=True)
class Delete:
    """Remove an item."""

    item: Any
    condition: Condition | None = None
    size: ClassVar[int] = 100

    @property
    def key(self) -> tuple[str, str]:
        """Partition and sort key."""
        return self.item.pk, self.item.sk

    def into(self, transaction: TransactWrite) -> None:
        """Add this write to a transaction."""
        transaction.delete(self.item, condition=self.condition)


Write = Put | Update | Delete


@lru_cache(maxsize=1)
def connection() -> Connection:
    """The DynamoDB connection of this process."""
    return Connection()


def transact(writes: Sequence[Write]) -> None:
    """All of these writes or none (at most 100 and 4 MB); a passing conflict is retried.

    Raises :class:`ConditionFailedError`.
    """
    if not writes:
        return
    for attempt in range(_CONFLICT_RETRIES):
        try:
            with TransactWrite(connection=connection()) as transaction:
                for write in writes:
                    write.into(transaction)
            return
        except TransactWriteError as error:
            reasons = error.cancellation_reasons
            failed = [
                at
                for at, reason in enumerate(reasons)
                if reason is not None and reason.code == "ConditionalCheckFailed"
            ]
            if failed:
                raise ConditionFailedError(failed) from error
            if attempt == _CONFLICT_RETRIES - 1 or not any(
                reason is not None and reason.code == "TransactionConflict" for reason in reasons
            ):
                raise
            _back_off(attempt)


_CONFLICT_RETRIES = 6


def _back_off(attempt: int) -> None:
    """Wait for the other transaction on the same item: 20 ms, doubled each time, with chance against meeting again."""
    import random
    import time

    time.sleep(0.02 * 2**attempt * (0.5 + random.random()))  # noqa: S311 - spreads retries, guards nothing


@dataclass
class Unit:
    """Writes that belong together: they succeed or fail as one. ``counts`` add to shared counters."""

    writes: list[Write]
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    tag: Any = None


def in_groups(units: Iterable[Unit]) -> Iterator[list[Unit]]:
    """Units packed into as few transactions as the limits allow, never two that touch one item."""
    group: list[Unit] = []
    keys: set[tuple[str, str]] = set()
    counters: set[tuple[str, str]] = set()
    actions = size = 0
    for unit in units:
        unit_keys = {write.key for write in unit.writes}
        unit_size = sum(write.size for write in unit.writes)
        more = actions + len(unit.writes) + len(counters | unit.counts.keys())
        if group and (more > MOST_ACTIONS or size + unit_size > _MOST_BYTES or keys & unit_keys):
            yield group
            group, keys, counters, actions, size = [], set(), set(), 0, 0
        group.append(unit)
        keys |= unit_keys
        counters |= unit.counts.keys()
        actions += len(unit.writes)
        size += unit_size
    if group:
        yield group


def batch_get(
    model: type[M], keys: Iterable[tuple[str, str]], attributes: Sequence[str] | None = None
) -> dict[tuple[str, str], M]:
    """The items that exist among ``keys``, read consistently, a hundred a request."""
    wanted = list(dict.fromkeys(keys))
    found: dict[tuple[str, str], M] = {}
    for at in range(0, len(wanted), _BATCH_READ):
        for item in model.batch_get(
            wanted[at : at + _BATCH_READ],
            consistent_read=True,
            attributes_to_get=list(attributes) if attributes else None,
        ):
            found[item.pk, item.sk] = item  # type: ignore[attr-defined]
    return found


def page(
    queried: Any, hash_key: str, condition: Condition | None, limit: int | None, token: str | None, **options: Any
) -> tuple[list[Any], str | None]:
    """A page of a query on a table or an index, and the token of the next. A foreign token is an error."""
    from pynamodb.exceptions import QueryError

    if limit == 0:
        return [], None
    key = from_token(token)
    try:
        found = queried.query(hash_key, condition, limit=limit, last_evaluated_key=key, **options)
        return list(found), to_token(found.last_evaluated_key)
    except QueryError as error:
        if key is None or error.cause_response_code != "ValidationException":
            raise
        raise _damaged_token() from error


def to_token(key: dict[str, Any] | None) -> str | None:
    """DynamoDB's last evaluated key as an opaque token for the next page."""
    return (
        base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=") if key else None
    )


def from_token(token: str | None) -> dict[str, Any] | None:
    """The key in a token; a token that is not ours is an :class:`InvalidInputError`."""
    if not token:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if not isinstance(key, dict) or not all(
            isinstance(value, dict) and set(value) <= {"S", "N"} for value in key.values()
        ):
            raise ValueError("not a key")
    except ValueError as error:
        raise _damaged_token() from error
    return key


def _damaged_token() -> InvalidInputError:
    return InvalidInputError("The token of the next page is damaged: begin again at the first page")
