"""What can be done with sets of titles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from armarium.inventory import service as inventory
from armarium.inventory.model import Bib, Page
from armarium.platform import clock, ids, tables
from armarium.platform.errors import ConflictError, MandatoryFieldError, PreconditionFailedError
from armarium.platform.settings import settings
from armarium.sets import store
from armarium.sets.errors import (
    MemberNotValidError,
    MembersLimitError,
    MembersMissingError,
    SetNameTakenError,
    SetNotFoundError,
    SetTypeError,
)
from armarium.sets.model import MOST_AT_ONCE, MOST_COMBINED, MOST_LINES, Combination, Line, SetType, TitleSet, lines_of

_REMOVED_AT_ONCE = 500


def list_sets(type_: str = "", words: str = "") -> tuple[TitleSet, ...]:
    """Every set by name, of one type and with these words in its name where they are given."""
    wanted = words.casefold().split()
    found = [
        each
        for each in store.sets()
        if type_ in ("", each.type.value) and all(word in each.name.casefold() for word in wanted)
    ]
    return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.id)))


def get_set(set_id: str) -> TitleSet:
    """One set. Raises :class:`SetNotFoundError`."""
    found = store.title_set(set_id)
    if found is None:
        raise SetNotFoundError(f"There is no set {set_id}")
    return found


def create_set(fields: Mapping[str, Any], by: str, now: datetime) -> TitleSet:
    """A new set. Raises MandatoryFieldError, :class:`SetTypeError`, :class:`SetNameTakenError`."""
    at = clock.stamp(now)
    if not fields.get("name"):
        raise MandatoryFieldError("name")
    if fields.get("type") not in set(SetType):
        raise SetTypeError("The type of a set is ITEMIZED or LOGICAL")
    if fields["type"] == SetType.LOGICAL and not fields.get("query"):
        raise MandatoryFieldError("query")
    set_id = ids.fresh(ids.IdType.SET, settings().id_suffix)
    made = TitleSet(id=set_id, created_by=by, created_at=at, modified_by=by, modified_at=at, **fields)
    return _put(made, None)


def change_set(set_id: str, fields: Mapping[str, Any], by: str, now: datetime, expected: int | None = None) -> TitleSet:
    """Another name, description or search for a set; its type stays."""
    before = get_set(set_id)
    _require(before, expected)
    changes = {name: value for name, value in fields.items() if name != "type"}
    return _put(inventory.edited(before, by, now, **changes), before)


def delete_set(set_id: str, expected: int | None = None) -> None:
    """Delete a set; its titles stay."""
    before = get_set(set_id)
    _require(before, expected)
    store.delete(before)
    _clear(set_id)


def list_members(set_id: str, limit: int, token: str | None = None, offset: int = 0) -> Page[Bib]:
    """A page of the members of a listed set, without their records; the deleted among them are left out.

    Raises :class:`SetTypeError` for a logical set: a search answers that.
    """
    _itemized(set_id)
    mms_ids, following = store.members(set_id, limit + offset if limit else 0, token)
    wanted = mms_ids[offset:]
    found = inventory.get_bibs(wanted)
    items = tuple(found[each] for each in wanted if each in found)
    return Page[Bib](items=items, next_token=following, total=store.count(set_id))


def member_ids(set_id: str, limit: int, token: str | None = None) -> tuple[tuple[str, ...], str | None]:
    """A page of the MMS ids in a listed set, whether the titles are still there or not, and where the next begins.

    Raises :class:`SetTypeError` for a logical set.
    """
    _itemized(set_id)
    mms_ids, following = store.members(set_id, limit, token)
    return tuple(mms_ids), following


def count_members(source: TitleSet) -> int:
    """How many members a listed set has."""
    return store.count(source.id) if source.type is SetType.ITEMIZED else 0


def add_members(set_id: str, mms_ids: Sequence[str], now: datetime, fail_on_invalid: bool = True) -> TitleSet:
    """Put titles into a listed set, up to a thousand at once.

    Raises :class:`MemberNotValidError` for what is no title, unless that may be left out.
    """
    found = _itemized(set_id)
    wanted = _named(mms_ids)
    there = inventory.existing_bibs(wanted)
    missing = [each for each in wanted if each not in there]
    if missing and fail_on_invalid:
        raise MemberNotValidError(f"There is no title {missing[0]} ({len(missing)} of the members are not there)")
    store.add_members(set_id, (each for each in wanted if each in there), clock.stamp(now))
    return found


def check_lines(text: str) -> tuple[list[str], list[Line]]:
    """The titles that a list of up to five thousand lines names, and its lines in which something is wrong.

    Raises :class:`MembersLimitError`.
    """
    lines = lines_of(text)
    if len(lines) > MOST_LINES:
        raise MembersLimitError(f"At most {MOST_LINES} lines at once, not {len(lines)}: add the rest afterwards")
    there = inventory.existing_bibs(each.text for each in lines if each.is_number)
    seen: set[str] = set()
    wrong = []
    for each in lines:
        problem = "no_number" if not each.is_number else "no_title" if each.text not in there else ""
        problem = problem or ("twice" if each.text in seen else "")
        wrong += [each.model_copy(update={"problem": problem})] if problem else []
        seen.add(each.text)
    return list(dict.fromkeys(each.text for each in lines if each.text in there)), wrong


def add_checked(set_id: str, mms_ids: Sequence[str], now: datetime) -> TitleSet:
    """Put titles that :func:`check_lines` found into a listed set."""
    found = _itemized(set_id)
    store.add_members(set_id, mms_ids, clock.stamp(now))
    return found


def combine(first_id: str, second_id: str, how: Combination, name: str, by: str, now: datetime) -> TitleSet:
    """A new listed set out of two, of up to ten thousand members each.

    Raises :class:`SetTypeError`, :class:`MembersLimitError`, :class:`SetNameTakenError`.
    """
    sources = [_itemized(first_id), _itemized(second_id)]
    members = how.of(*(_every_member(each) for each in sources))
    made = create_set({"name": name, "type": SetType.ITEMIZED}, by, now)
    store.add_members(made.id, sorted(members), clock.stamp(now))
    return made


def _every_member(source: TitleSet) -> set[str]:
    if store.count(source.id) > MOST_COMBINED:
        raise MembersLimitError(f"{source.name!r} has more than {MOST_COMBINED} members: too many to combine")
    members: set[str] = set()
    token: str | None = None
    while True:
        found, token = store.members(source.id, MOST_COMBINED, token)
        members.update(found)
        if token is None:
            return members


def remove_members(set_id: str, mms_ids: Sequence[str]) -> TitleSet:
    """Take titles out of a listed set, up to a thousand at once."""
    found = _itemized(set_id)
    store.remove_members(set_id, _named(mms_ids))
    return found


def replace_members(set_id: str, mms_ids: Sequence[str], now: datetime, fail_on_invalid: bool = True) -> TitleSet:
    """Have these titles, and no others, in a listed set."""
    _itemized(set_id)
    _named(mms_ids)
    _clear(set_id)
    return add_members(set_id, mms_ids, now, fail_on_invalid)


def _named(mms_ids: Sequence[str]) -> list[str]:
    if not mms_ids:
        raise MembersMissingError("No members are named: members.member[].id")
    if len(mms_ids) > MOST_AT_ONCE:
        raise MembersLimitError(f"At most {MOST_AT_ONCE} members at once, not {len(mms_ids)}")
    return list(dict.fromkeys(mms_ids))


def _itemized(set_id: str) -> TitleSet:
    found = get_set(set_id)
    if found.type is not SetType.ITEMIZED:
        raise SetTypeError(f"Set {set_id} is a stored search: it has no list of members")
    return found


def _clear(set_id: str) -> None:
    while mms_ids := store.members(set_id, _REMOVED_AT_ONCE, None)[0]:
        store.remove_members(set_id, mms_ids)


def _require(source: TitleSet, expected: int | None) -> None:
    if expected is not None and source.version != expected:
        raise PreconditionFailedError(f"Version {source.version} is stored, not {expected}: read it again")


def _put(after: TitleSet, before: TitleSet | None) -> TitleSet:
    try:
        store.put(after, before)
    except tables.ConditionFailedError as error:
        if 0 not in error.failed:
            raise SetNameTakenError(f"Another set has the name {after.name!r}") from error
        raise ConflictError(f"Set {after.id} was changed by somebody else at the same moment: read it again") from error
    return after
