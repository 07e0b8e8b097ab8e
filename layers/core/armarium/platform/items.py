"""The items of the tables that several stores share: one pynamodb model a table, whichever kind an item is.

`docs/architecture.md` lists the kinds, and the keys that only the store of each kind knows.
"""

from __future__ import annotations

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from armarium.platform.settings import settings


class _ByCollection(GlobalSecondaryIndex["InventoryItem"]):  # type: ignore[no-untyped-call]
    """The bibs of a collection in the order of their titles, the files of a representation in theirs."""

    class Meta:
        index_name = "by_collection"
        projection = KeysOnlyProjection()

    collection_pk = UnicodeAttribute(hash_key=True)
    collection_sk = UnicodeAttribute(range_key=True)


class _ByDate(GlobalSecondaryIndex["InventoryItem"]):  # type: ignore[no-untyped-call]
    """The bibs of a collection in the order of their years."""

    class Meta:
        index_name = "by_date"
        projection = KeysOnlyProjection()

    collection_pk = UnicodeAttribute(hash_key=True)
    date_sk = UnicodeAttribute(range_key=True)


class _ByCreator(GlobalSecondaryIndex["InventoryItem"]):  # type: ignore[no-untyped-call]
    """The bibs of a collection in the order of their first creators."""

    class Meta:
        index_name = "by_creator"
        projection = KeysOnlyProjection()

    collection_pk = UnicodeAttribute(hash_key=True)
    creator_sk = UnicodeAttribute(range_key=True)


class _ById(GlobalSecondaryIndex["InventoryItem"]):  # type: ignore[no-untyped-call]
    """A representation or file by its id alone."""

    class Meta:
        index_name = "by_id"
        projection = KeysOnlyProjection()

    id = UnicodeAttribute(hash_key=True)


class _ByParent(GlobalSecondaryIndex["InventoryItem"]):  # type: ignore[no-untyped-call]
    """The collections under a collection."""

    class Meta:
        index_name = "by_parent"
        projection = AllProjection()

    parent_pk = UnicodeAttribute(hash_key=True)
    parent_sk = UnicodeAttribute(range_key=True)


class InventoryItem(Model):
    """An item of the inventory table."""

    class Meta:
        table_name = settings().inventory_table
        billing_mode = "PAY_PER_REQUEST"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    by_collection = _ByCollection()
    by_date = _ByDate()
    by_creator = _ByCreator()
    by_id = _ById()
    by_parent = _ByParent()
    collection_pk = UnicodeAttribute(null=True)
    collection_sk = UnicodeAttribute(null=True)
    date_sk = UnicodeAttribute(null=True)
    creator_sk = UnicodeAttribute(null=True)
    id = UnicodeAttribute(null=True)
    parent_pk = UnicodeAttribute(null=True)
    parent_sk = UnicodeAttribute(null=True)
    body = UnicodeAttribute(null=True)  # the pydantic model as JSON
    version = NumberAttribute(null=True)
    record = BinaryAttribute(legacy_encoding=False, null=True)  # the source record, byte for byte
    record_key = UnicodeAttribute(null=True)  # … or where it is in the storage bucket
    technical = UnicodeAttribute(null=True)  # of a file: written by derivation, apart from what people edit
    sha256 = UnicodeAttribute(null=True)
    owner = UnicodeAttribute(null=True)  # of a claim: whose it is
    shared = NumberAttribute(null=True)  # of a claim: 1 when further bibs have the identifier
    members = NumberAttribute(null=True)  # of a count
    moved_from = UnicodeAttribute(null=True)  # of a file that was moved: its order before, for the audit
    deleted_by = UnicodeAttribute(null=True)
    deleted_at = UnicodeAttribute(null=True)


class _ByMonth(GlobalSecondaryIndex["WorkflowItem"]):  # type: ignore[no-untyped-call]
    """Jobs by the month in which they were submitted."""

    class Meta:
        index_name = "by_month"
        projection = AllProjection()

    month_pk = UnicodeAttribute(hash_key=True)
    month_sk = UnicodeAttribute(range_key=True)


class _ByProfile(GlobalSecondaryIndex["WorkflowItem"]):  # type: ignore[no-untyped-call]
    """The runs of one profile."""

    class Meta:
        index_name = "by_profile"
        projection = AllProjection()

    profile_pk = UnicodeAttribute(hash_key=True)
    profile_sk = UnicodeAttribute(range_key=True)


class WorkflowItem(Model):
    """An item of the workflow table."""

    class Meta:
        table_name = settings().workflow_table
        billing_mode = "PAY_PER_REQUEST"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    by_month = _ByMonth()
    by_profile = _ByProfile()
    month_pk = UnicodeAttribute(null=True)
    month_sk = UnicodeAttribute(null=True)
    profile_pk = UnicodeAttribute(null=True)
    profile_sk = UnicodeAttribute(null=True)
    body = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)  # TTL, seconds since 1970


class ConfigurationItem(Model):
    """An item of the configuration table."""

    class Meta:
        table_name = settings().configuration_table
        billing_mode = "PAY_PER_REQUEST"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    body = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)
    owner = UnicodeAttribute(null=True)  # of the claim of a name: whose it is
    at = UnicodeAttribute(null=True)  # of a member of a set: since when
