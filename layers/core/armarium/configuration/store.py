"""Where it is kept: the configuration table, a partition a kind, as many entries as people write by hand."""

from __future__ import annotations

from typing import TypeVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from armarium.configuration.model import Entry
from armarium.platform import tables
from armarium.platform.settings import settings

E = TypeVar("E", bound=Entry)


class SetUpItem(Model):
    """An entry of the configuration table that people changed."""

    class Meta:
        table_name = settings().configuration_table
        billing_mode = "PAY_PER_REQUEST"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    body = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)


def _key(kind: type[Entry], code: str) -> tuple[str, str]:
    return f"SETUP#{kind.__name__}", code


def entries(kind: type[E]) -> list[E]:
    """Every stored entry of a kind."""
    return [kind.model_validate_json(each.body or "{}") for each in SetUpItem.query(_key(kind, "")[0])]


def entry(kind: type[E], code: str) -> E | None:
    """One stored entry."""
    key = _key(kind, code)
    stored = tables.batch_get(SetUpItem, [key]).get(key)
    return kind.model_validate_json(stored.body or "{}") if stored else None


def put(after: Entry, replacing: int) -> None:
    """Store the next version of an entry; 0 is one that is not stored. Raises tables.ConditionFailedError."""
    item = SetUpItem(*_key(type(after), after.code), body=after.model_dump_json(), version=after.version)
    condition = SetUpItem.version == replacing if replacing else SetUpItem.pk.does_not_exist()
    tables.transact([tables.Put(item, condition)])


def delete(kind: type[Entry], code: str) -> None:
    """Forget a stored entry; one that is not there is no error."""
    SetUpItem(*_key(kind, code)).delete()
