"""Where it is kept: the configuration table, a partition a kind, as many entries as people write by hand."""

from __future__ import annotations

from typing import TypeVar

from armarium.configuration.model import Entry
from armarium.platform import tables
from armarium.platform.items import ConfigurationItem

E = TypeVar("E", bound=Entry)


def _key(kind: type[Entry], code: str) -> tuple[str, str]:
    return f"SETUP#{kind.__name__}", code


def entries(kind: type[E]) -> list[E]:
    """Every stored entry of a kind."""
    return [kind.model_validate_json(each.body or "{}") for each in ConfigurationItem.query(_key(kind, "")[0])]


def entry(kind: type[E], code: str) -> E | None:
    """One stored entry."""
    key = _key(kind, code)
    stored = tables.batch_get(ConfigurationItem, [key]).get(key)
    return kind.model_validate_json(stored.body or "{}") if stored else None


def put(after: Entry, replacing: int) -> None:
    """Store the next version of an entry; 0 is one that is not stored. Raises tables.ConditionFailedError."""
    item = ConfigurationItem(*_key(type(after), after.code), body=after.model_dump_json(), version=after.version)
    condition = ConfigurationItem.version == replacing if replacing else ConfigurationItem.pk.does_not_exist()
    tables.transact([tables.Put(item, condition)])


def remove(before: Entry) -> None:
    """Delete an entry at its version. Raises tables.ConditionFailedError."""
    item = ConfigurationItem(*_key(type(before), before.code))
    tables.transact([tables.Delete(item, ConfigurationItem.version == before.version)])
