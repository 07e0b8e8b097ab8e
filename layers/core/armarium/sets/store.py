"""Where sets are kept: the configuration table. Members are in a partition of their set, read in pages."""

from __future__ import annotations

from collections.abc import Iterable

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from armarium.platform import tables
from armarium.platform.settings import settings
from armarium.sets.model import TitleSet, name_key

_SETS = "SETS"  # as many as people name


class SetItem(Model):
    """A set, the claim of its name, or a member."""

    class Meta:
        table_name = settings().configuration_table
        billing_mode = "PAY_PER_REQUEST"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    body = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)
    owner = UnicodeAttribute(null=True)
    at = UnicodeAttribute(null=True)


def sets() -> list[TitleSet]:
    """Every set."""
    return [_set(each) for each in SetItem.query(_SETS)]


def title_set(set_id: str) -> TitleSet | None:
    """One set."""
    found = tables.batch_get(SetItem, [(_SETS, set_id)])
    return next(map(_set, found.values()), None)


def put(after: TitleSet, before: TitleSet | None) -> None:
    """Store a set, new or in the place of a version, with the claim of its name. Raises ConditionFailedError."""
    item = SetItem(_SETS, after.id, body=after.model_dump_json(exclude={"version"}), version=after.version)
    condition = SetItem.version == before.version if before else SetItem.pk.does_not_exist()
    writes: list[tables.Write] = [tables.Put(item, condition)]
    if before is None or name_key(before.name) != name_key(after.name):
        writes.append(tables.Put(_name(after), SetItem.pk.does_not_exist()))
        writes += [tables.Delete(_name(before))] if before else []
    tables.transact(writes)


def delete(before: TitleSet) -> None:
    """Delete a set at its version, and its name; its members are deleted apart."""
    tables.transact(
        [tables.Delete(SetItem(_SETS, before.id), SetItem.version == before.version), tables.Delete(_name(before))]
    )


def members(set_id: str, limit: int, token: str | None) -> tuple[list[str], str | None]:
    """A page of a set's members."""
    found, following = tables.page(SetItem, f"SET#{set_id}", None, limit, token, consistent_read=True)
    return [each.sk for each in found], following


def count(set_id: str) -> int:
    """How many members a set has: keys counted, ten thousand a request."""
    return int(SetItem.count(f"SET#{set_id}", consistent_read=True))


def add_members(set_id: str, mms_ids: Iterable[str], at: str) -> None:
    """Add members, twenty-five a request; one that is in already stays."""
    with SetItem.batch_write() as batch:
        for mms_id in mms_ids:
            batch.save(SetItem(f"SET#{set_id}", mms_id, at=at))


def remove_members(set_id: str, mms_ids: Iterable[str]) -> None:
    """Take members out, twenty-five a request."""
    with SetItem.batch_write() as batch:
        for mms_id in mms_ids:
            batch.delete(SetItem(f"SET#{set_id}", mms_id))


def _name(source: TitleSet) -> SetItem:
    return SetItem(f"SET_NAME#{name_key(source.name)}", "SET_NAME", owner=source.id)


def _set(item: SetItem) -> TitleSet:
    return TitleSet.model_validate_json(item.body or "{}").model_copy(update={"version": int(item.version or 1)})
