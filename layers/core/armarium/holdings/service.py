"""What can be done with holdings and items. ``expected`` is the version that the caller has seen (``If-Match``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from armarium.configuration import service as configuration
from armarium.holdings import store
from armarium.holdings.errors import (
    BarcodeTakenError,
    HoldingHasItemsError,
    HoldingNotFoundError,
    ItemChangedError,
    ItemNotFoundError,
)
from armarium.holdings.model import Holding, Item, ItemCount, scanned
from armarium.inventory import service as inventory
from armarium.inventory.model import Page, Stamped
from armarium.platform import clock, ids, tables
from armarium.platform.errors import InvalidInputError, PreconditionFailedError
from armarium.platform.settings import settings

ALL = "ALL"  # instead of a holding's id: the items of every holding
_ATTEMPTS = 5
_LONGEST_BARCODE = 100
T = TypeVar("T")


def list_holdings(mms_id: str) -> tuple[Holding, ...]:
    """The holdings of a bib. Raises BibNotFoundError."""
    inventory.get_bib(mms_id)
    return tuple(store.holdings(mms_id))


def get_holding(mms_id: str, holding_id: str) -> Holding:
    """One holding. Raises :class:`HoldingNotFoundError`."""
    found = store.holding(mms_id, holding_id)
    if found is None:
        raise HoldingNotFoundError(f"There is no holding {holding_id} under bib {mms_id}")
    return found


def create_holding(mms_id: str, fields: Mapping[str, Any], by: str, now: datetime) -> Holding:
    """A new holding. Raises BibNotFoundError, LibraryNotValidError."""
    configuration.require_library(fields.get("library", ""))
    inventory.get_bib(mms_id)
    holding_id = ids.fresh(ids.IdType.HOLDING, settings().id_suffix)
    holding = Holding(id=holding_id, mms_id=mms_id, **fields, **_made(by, now))
    try:
        store.put_new_holding(holding)
    except tables.ConditionFailedError as error:
        raise ItemChangedError(f"Bib {mms_id} was deleted at the same moment") from error
    return holding


def change_holding(
    mms_id: str, holding_id: str, fields: Mapping[str, Any], by: str, now: datetime, expected: int | None = None
) -> Holding:
    """Another record, or place, for a holding."""

    def attempt() -> Holding:
        before = get_holding(mms_id, holding_id)
        _require(before, expected)
        after = inventory.edited(before, by, now, **fields)
        _require_library(after.library, before.library)
        store.replace_holding(after, before.version)
        return after

    return _decided(expected, attempt)


def delete_holding(mms_id: str, holding_id: str, by: str, now: datetime, expected: int | None = None) -> None:
    """Delete a holding without items. Raises :class:`HoldingHasItemsError`."""

    def attempt() -> None:
        before = get_holding(mms_id, holding_id)
        _require(before, expected)
        if not store.delete_holding(before, by, clock.stamp(now)):
            raise HoldingHasItemsError(f"Holding {holding_id} has items: delete them first")

    _decided(expected, attempt)


def list_items(mms_id: str, holding_id: str, limit: int, token: str | None = None, offset: int = 0) -> Page[Item]:
    """A page of the items of a holding, or of all (``ALL``). Raises :class:`HoldingNotFoundError`."""
    holding = None if holding_id == ALL else get_holding(mms_id, holding_id).id
    found, following = store.items(mms_id, holding, limit + offset if limit else 0, token)
    return Page[Item](items=tuple(found[offset:]), next_token=following, total=store.item_count(mms_id, holding))


def get_item(mms_id: str, holding_id: str, pid: str) -> Item:
    """One item. Raises :class:`ItemNotFoundError`."""
    found = store.item(mms_id, holding_id, pid)
    if found is None:
        raise ItemNotFoundError(f"There is no item {pid} in holding {holding_id} of bib {mms_id}")
    return found


def find_item(barcode: str) -> Item:
    """The item with a barcode. Raises :class:`ItemNotFoundError`."""
    wanted = barcode.strip()
    found = store.barcode_owner(wanted) if wanted and len(wanted) <= _LONGEST_BARCODE else None
    if found is None:
        raise ItemNotFoundError(f"No items found for barcode {wanted[:100]}")
    return found


def barcodes(mms_id: str, most: int) -> tuple[str, ...]:
    """The barcodes of a bib's first ``most`` items."""
    found, _ = store.items(mms_id, None, most, None)
    return tuple(each.barcode for each in found if each.barcode)


def create_item(mms_id: str, holding_id: str, fields: Mapping[str, Any], by: str, now: datetime) -> Item:
    """A new item. Raises :class:`HoldingNotFoundError`, :class:`BarcodeTakenError`."""
    holding = get_holding(mms_id, holding_id)
    _require_library(fields.get("library") or holding.library, holding.library)
    place = {"library": holding.library, "location": holding.location}
    item = Item(
        pid=ids.fresh(ids.IdType.ITEM, settings().id_suffix),
        mms_id=mms_id,
        holding_id=holding_id,
        **(place | {name: value for name, value in fields.items() if value}),
        **_made(by, now),
    )
    return _put(item, None)


def change_item(
    mms_id: str,
    holding_id: str,
    pid: str,
    fields: Mapping[str, Any],
    by: str,
    now: datetime,
    expected: int | None = None,
) -> Item:
    """Other fields for an item; further fields that are not sent stay. Raises :class:`BarcodeTakenError`."""

    def attempt() -> Item:
        before = get_item(mms_id, holding_id, pid)
        _require(before, expected)
        changes = dict(fields) | {"fields": before.fields | fields.get("fields", {})}
        after = inventory.edited(before, by, now, **changes)
        _require_library(after.library, before.library)
        return _put(after, before)

    return _decided(expected, attempt)


def scan_item(
    mms_id: str, holding_id: str, pid: str, department: str, circ_desk: str, done: bool, by: str, now: datetime
) -> Item:
    """The item was scanned in a department, which begins with it or is done, or at a circulation desk."""
    if not department and not circ_desk:
        raise InvalidInputError("Say where the item was scanned: department or circ_desk")
    return change_item(mms_id, holding_id, pid, scanned(department, done), by, now)


def delete_item(mms_id: str, holding_id: str, pid: str, by: str, now: datetime, expected: int | None = None) -> None:
    """Delete an item; its barcode is free again."""

    def attempt() -> None:
        before = get_item(mms_id, holding_id, pid)
        _require(before, expected)
        store.delete_item(before, by, clock.stamp(now))

    _decided(expected, attempt)


def count_items(mms_id: str) -> dict[str, ItemCount]:
    """How many items each holding of a bib has, and how many are not in place."""
    counts: dict[str, ItemCount] = {}
    for each in store.items(mms_id, None, None, None)[0]:
        known = counts.get(each.holding_id, ItemCount())
        counts[each.holding_id] = known.with_one(each)
    return counts


def _require_library(code: str, known: str) -> None:
    """Raises LibraryNotValidError for a library that is named anew and not set up."""
    if code != known:
        configuration.require_library(code)


def _put(after: Item, before: Item | None) -> Item:
    _require_barcode(after.barcode)
    try:
        store.put_item(after, before)
    except tables.ConditionFailedError as error:
        if 0 in error.failed:
            raise
        if before is None and 1 in error.failed:
            raise HoldingNotFoundError(f"There is no holding {after.holding_id} under bib {after.mms_id}") from error
        raise BarcodeTakenError(f"Another item has the barcode {after.barcode}") from error
    return after


def _require_barcode(barcode: str) -> None:
    """Raises InvalidInputError for what no scanner reads."""
    if len(barcode) > _LONGEST_BARCODE or not barcode.isprintable() or barcode != barcode.strip():
        raise InvalidInputError(
            f"barcode: at most {_LONGEST_BARCODE} characters that print, without spaces around them"
        )


def _require(source: Stamped, expected: int | None) -> None:
    if expected is not None and source.version != expected:
        raise PreconditionFailedError(f"Version {source.version} is stored, not {expected}: read it again")


def _decided(expected: int | None, attempt: Callable[[], T]) -> T:
    for left in reversed(range(_ATTEMPTS)):
        try:
            return attempt()
        except tables.ConditionFailedError as error:
            if expected is not None:
                raise PreconditionFailedError("Somebody changed it meanwhile: read it again") from error
            if not left:
                raise ItemChangedError("Others keep changing it: read it again") from error
    raise AssertionError("unreachable")


def _made(by: str, now: datetime) -> dict[str, str]:
    at = clock.stamp(now)
    return {"created_by": by, "created_at": at, "modified_by": by, "modified_at": at}
