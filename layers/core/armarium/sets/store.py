"""Where sets are kept: the configuration table. Members are in a partition of their set, read in pages."""

from __future__ import annotations

from collections.abc import Iterable

from armarium.platform import tables
from armarium.platform.items import ConfigurationItem
from armarium.sets.model import TitleSet, name_key

_SETS = "SETS"  # as many as people name


def sets() -> list[TitleSet]:
    """Every set."""
    return [_set(each) for each in ConfigurationItem.query(_SETS)]


def title_set(set_id: str) -> TitleSet | None:
    """One set."""
    found = tables.batch_get(ConfigurationItem, [(_SETS, set_id)])
    return next(map(_set, found.values()), None)


def put(after: TitleSet, before: TitleSet | None) -> None:
    """Store a set, new or in the place of a version, with the claim of its name. Raises ConditionFailedError."""
    item = ConfigurationItem(_SETS, after.id, body=after.model_dump_json(exclude={"version"}), version=after.version)
    condition = ConfigurationItem.version == before.version if before else ConfigurationItem.pk.does_not_exist()
    writes: list[tables.Write] = [tables.Put(item, condition)]
    if before is None or name_key(before.name) != name_key(after.name):
        writes.append(tables.Put(_name(after), ConfigurationItem.pk.does_not_exist()))
        writes += [tables.Delete(_name(before))] if before else []
    tables.transact(writes)


def delete(before: TitleSet) -> None:
    """Delete a set at its version, and its name; its members are deleted apart."""
    tables.transact(
        [
            tables.Delete(ConfigurationItem(_SETS, before.id), ConfigurationItem.version == before.version),
            tables.Delete(_name(before)),
        ]
    )


def members(set_id: str, limit: int, token: str | None) -> tuple[list[str], str | None]:
    """A page of a set's members."""
    found, following = tables.page(ConfigurationItem, f"SET#{set_id}", None, limit, token, consistent_read=True)
    return [each.sk for each in found], following


def count(set_id: str) -> int:
    """How many members a set has: keys counted, ten thousand a request."""
    return int(ConfigurationItem.count(f"SET#{set_id}", consistent_read=True))


def add_members(set_id: str, mms_ids: Iterable[str], at: str) -> None:
    """Add members, twenty-five a request; one that is in already stays."""
    with ConfigurationItem.batch_write() as batch:
        for mms_id in mms_ids:
            batch.save(ConfigurationItem(f"SET#{set_id}", mms_id, at=at))


def remove_members(set_id: str, mms_ids: Iterable[str]) -> None:
    """Take members out, twenty-five a request."""
    with ConfigurationItem.batch_write() as batch:
        for mms_id in mms_ids:
            batch.delete(ConfigurationItem(f"SET#{set_id}", mms_id))


def _name(source: TitleSet) -> ConfigurationItem:
    return ConfigurationItem(f"SET_NAME#{name_key(source.name)}", "SET_NAME", owner=source.id)


def _set(item: ConfigurationItem) -> TitleSet:
    return TitleSet.model_validate_json(item.body or "{}").model_copy(update={"version": int(item.version or 1)})
