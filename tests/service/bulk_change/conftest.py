"""Titles, a set of them, and the workflow's steps run by hand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from armarium.accounts.model import Principal, PrincipalKind, Role
from armarium.bulk_change import service as bulk_change
from armarium.bulk_change import store
from armarium.bulk_change.model import Change, Outcome
from armarium.inventory import service as inventory
from armarium.inventory.model import Collection, Title
from armarium.jobs import service as jobs
from armarium.jobs.model import Chunk, Job
from armarium.platform.settings import settings
from armarium.search import service as search
from armarium.sets import service as sets
from armarium.sets.model import TitleSet
from tests.service.inventory.test_titles import draft

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ANN = Principal(id="ann", name="ann", roles=frozenset({Role.CATALOGUER}), kind=PrincipalKind.USER)
Operation = dict[str, Any]


@pytest.fixture(autouse=True)
def workflow(aws: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A state machine to start executions of; its steps are run by :class:`Cataloguer`."""
    role = boto3.client("iam").create_role(RoleName="sfn", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}})
    machine = boto3.client("stepfunctions").create_state_machine(
        name="bulk-change", definition=definition, roleArn=role
    )
    monkeypatch.setenv("ARMARIUM_BULK_CHANGE_STATE_MACHINE", machine["stateMachineArn"])
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    settings.cache_clear()
    search.forget()
    yield
    search.forget()
    settings.cache_clear()


class Cataloguer:
    """Somebody who changes many titles."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.s3 = boto3.client("s3")

    def titles(self, count: int, files: int = 0, name: str = "Atlas") -> list[str]:
        """New titles in the collection; answers their MMS ids in their order."""
        drafts = [draft(number, self.collection, f"{name} {number:04d}", files=files) for number in range(1, count + 1)]
        assert inventory.save(drafts) == ()
        return [each.mms_id for each in drafts]

    def many(self, count: int) -> list[str]:
        """Titles in no collection, stored without a transaction: moto takes its time over those."""
        from armarium.inventory import store as inventory_store
        from armarium.platform.items import InventoryItem

        made = [draft(number, self.collection, f"Atlas {number:04d}").bib for number in range(1, count + 1)]
        with InventoryItem.batch_write() as batch:
            for bib in made:
                assert bib is not None
                batch.save(inventory_store.put_bib(bib).item)
        return [bib.mms_id for bib in made if bib]

    def set_of(self, mms_ids: list[str], name: str = "To change") -> TitleSet:
        """A listed set of titles."""
        made = sets.create_set({"name": name, "type": "ITEMIZED"}, "ann", NOW)
        for at in range(0, len(mms_ids), 1000):
            sets.add_members(made.id, mms_ids[at : at + 1000], NOW)
        return made

    def change(self, mms_ids: list[str], *operations: Operation) -> Change:
        """A change of these titles."""
        chosen = {"set_id": self.set_of(mms_ids, f"To change {operations!r}"[:150]).id}
        return bulk_change.change_of({"selection": chosen, "operations": list(operations)})

    def start(self, change: Change, dry_run: bool = False, by: Principal = ANN) -> Job:
        return bulk_change.start(change, by, NOW, dry_run)

    def chunks(self, job_id: str) -> list[Chunk]:
        body = self.s3.get_object(Bucket="armarium-work", Key=jobs.chunk_list_key(job_id))["Body"].read()
        return [Chunk.model_validate(each) for each in json.loads(body)]

    def run(self, job: Job, *, only_chunks: int | None = None) -> Job:
        """The workflow's steps, in its order."""
        if bulk_change.freeze(job.id, NOW)["verdict"] == "CHANGE":
            for chunk in self.chunks(job.id)[:only_chunks]:
                bulk_change.change_titles(job.id, chunk, NOW)
        return bulk_change.settle(job.id, NOW)

    def changed(self, mms_ids: list[str], *operations: Operation) -> Job:
        """Start and run: the whole way."""
        return self.run(self.start(self.change(mms_ids, *operations)))

    def undo(self, job: Job) -> Job:
        """The workflow's steps of taking back."""
        bulk_change.undo(job.id, "ann", NOW)
        if bulk_change.prepare_undo(job.id)["verdict"] == "UNDO":
            for chunk in self.chunks(job.id):
                bulk_change.take_back(job.id, chunk, NOW)
        return bulk_change.settle_undo(job.id, "ann", NOW)

    def ledger(self, job: Job) -> list[Outcome]:
        return [each for chunk in self.chunks(job.id) for each in store.ledger(job.id, chunk.number) or ()]

    def report(self, job: Job) -> str:
        key = f"jobs/{job.id}/report.csv"
        content: bytes = self.s3.get_object(Bucket="armarium-work", Key=key)["Body"].read()
        return content.decode("utf-8-sig")


@pytest.fixture
def cataloguer() -> Cataloguer:
    return Cataloguer(inventory.create_collection(name="Maps", by="ann", now=NOW))


@pytest.fixture
def other() -> Collection:
    return inventory.create_collection(name="Charts", by="ann", now=NOW)


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, int]]:
    """Counts what is asked of AWS: service → requests, since it was last looked at.

    A transaction is one request; moto takes its time over those, so they are written thing by thing here.
    """
    from botocore.client import BaseClient

    from armarium.platform import tables

    made: Counter[str] = Counter()
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    inside: list[bool] = []

    def counted(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        made[self.meta.service_model.service_name] += not inside
        return call(self, operation, parameters)

    def transact(writes: Sequence[tables.Write]) -> None:
        assert len(writes) <= tables.MOST_ACTIONS
        made["dynamodb"] += 1
        inside.append(True)
        for write in writes:
            if isinstance(write, tables.Put):
                write.item.save(write.condition)
            else:
                assert isinstance(write, tables.Delete)
                write.item.delete(write.condition)
        inside.clear()

    monkeypatch.setattr(tables, "transact", transact)
    monkeypatch.setattr(BaseClient, "_make_api_call", counted)

    def look() -> dict[str, int]:
        seen = dict(made)
        made.clear()
        return seen

    return look


def records(mms_ids: list[str]) -> dict[str, bytes]:
    """The records of titles, byte for byte."""
    return {mms_id: bib.record.content for mms_id, bib in inventory.get_bibs(mms_ids).items()}


def whole(mms_id: str) -> Title:
    return inventory.get_title(mms_id)
