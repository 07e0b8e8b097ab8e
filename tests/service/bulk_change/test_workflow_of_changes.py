"""The workflow of bulk changes, walked state by state with the function behind it, through every branch."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from armarium.bulk_change import service as bulk_change
from armarium.bulk_change import store
from armarium.jobs import service as jobs
from armarium.jobs.model import JobStatus
from tests.service.bulk_change.conftest import NOW, whole

if TYPE_CHECKING:
    from tests.service.bulk_change.conftest import Cataloguer

DEFINITION = json.loads(
    (Path(__file__).resolve().parents[3] / "statemachines" / "bulk_change.asl.json").read_text("utf-8")
)
HIDE = {"op": "set_suppression", "suppressed": True}


class Context:
    function_name = "bulk_change"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:000000000000:function:bulk_change"
    aws_request_id = "11111111-1111-1111-1111-111111111111"


class Walk:
    """Goes through a definition in States Language, as far as ours use it; ``seen`` are the states it came to."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def run(self, machine: dict[str, Any], data: dict[str, Any]) -> str:
        """Ends at a state of type Succeed or Fail, or with ``End``: its name is answered."""
        name = machine["StartAt"]
        while True:
            self.seen.append(name)
            state = machine["States"][name]
            step: Callable[..., str | None] = getattr(self, f"_{state['Type'].lower()}")
            try:
                following = step(state, data)
            except Exception as error:
                if "Catch" not in state:
                    raise
                self._put(state["Catch"][0], data, {"Error": type(error).__name__, "Cause": str(error)})
                following = state["Catch"][0]["Next"]
            if following is None:
                return name
            name = following

    def _task(self, state: dict[str, Any], data: dict[str, Any]) -> str | None:
        from functions.bulk_change.handler import handler

        payload = handler(self._filled(state["Parameters"]["Payload"], data), Context())  # type: ignore[arg-type]
        self._put(state, data, self._filled(state.get("ResultSelector", {}), {"Payload": payload}))
        return state.get("Next")

    def _choice(self, state: dict[str, Any], data: dict[str, Any]) -> str:
        taken = (each["Next"] for each in state["Choices"] if self._at(each["Variable"], data) == each["StringEquals"])
        return str(next(taken, state["Default"]))

    def _pass(self, state: dict[str, Any], data: dict[str, Any]) -> str:
        self._put(state, data, self._at(state["InputPath"], data))
        return str(state["Next"])

    def _map(self, state: dict[str, Any], data: dict[str, Any]) -> str:
        place = self._filled(state["ItemReader"]["Parameters"], data)
        listed = json.loads(boto3.client("s3").get_object(**place)["Body"].read())
        failed = 0
        for item in listed:
            try:
                self.run(state["ItemProcessor"], self._filled(state["ItemSelector"], data, item))
            except Exception:
                failed += 1
        if failed and state.get("ToleratedFailurePercentage", 0) < 100 * failed / len(listed):
            raise RuntimeError("too many children failed")
        return str(state["Next"])

    def _succeed(self, state: dict[str, Any], data: dict[str, Any]) -> None:
        return None

    def _fail(self, state: dict[str, Any], data: dict[str, Any]) -> None:
        assert self._at(state["CausePath"], data)

    def _filled(self, template: dict[str, Any], data: dict[str, Any], item: Any = None) -> dict[str, Any]:
        filled = {}
        for name, value in template.items():
            if not name.endswith(".$"):
                filled[name] = value
            else:
                filled[name.removesuffix(".$")] = item if value == "$$.Map.Item.Value" else self._at(value, data)
        return filled

    @staticmethod
    def _at(path: str, data: dict[str, Any]) -> Any:
        found: Any = data
        for part in path.split(".")[1:]:
            found = found[part]
        return found

    @staticmethod
    def _put(state: dict[str, Any], data: dict[str, Any], result: Any) -> None:
        path = state.get("ResultPath", "$")
        if path is not None:
            data[path.removeprefix("$.")] = json.loads(json.dumps(result))


def work(job_id: str, what: str) -> dict[str, str]:
    return {"job": job_id, "work": what} | ({"by": "ann"} if what == "UNDO" else {})


def test_titles_are_changed_and_written_back(cataloguer: Cataloguer) -> None:
    (mms_id,) = cataloguer.titles(1)
    job = cataloguer.start(cataloguer.change([mms_id], HIDE))
    walk = Walk()
    assert walk.run(DEFINITION, work(job.id, "CHANGE")) == "Every title is accounted for"
    assert whole(mms_id).bib.suppressed
    assert jobs.get_job(job.id).status is JobStatus.COMPLETED_SUCCESS
    bulk_change.undo(job.id, "ann", NOW)
    assert walk.run(DEFINITION, work(job.id, "UNDO")) == "What the job changed is taken back"
    assert not whole(mms_id).bib.suppressed
    unseen = {"The job cannot be run", "Record why it stopped", "The job stopped"}
    inner = ("Change a chunk of titles", "Write a chunk back")
    assert set(walk.seen) == (DEFINITION["States"].keys() | set(inner)) - unseen


def test_a_list_that_is_empty_by_now_is_settled(cataloguer: Cataloguer) -> None:
    mms_ids = cataloguer.titles(1)
    change = cataloguer.change(mms_ids, HIDE)
    job = cataloguer.start(change)
    from armarium.sets import service as sets

    assert change.selection.set_id is not None
    sets.remove_members(change.selection.set_id, mms_ids)
    walk = Walk()
    assert walk.run(DEFINITION, work(job.id, "CHANGE")) == "Every title is accounted for"
    assert "Change the titles" not in walk.seen
    assert jobs.get_job(job.id).counters.read == 0
    bulk_change.undo(job.id, "ann", NOW)
    assert walk.run(DEFINITION, work(job.id, "UNDO")) == "What the job changed is taken back"
    assert "Write the old values back" not in walk.seen


def test_a_set_that_is_gone_by_now_stops_the_job_with_its_reason(cataloguer: Cataloguer) -> None:
    change = cataloguer.change(cataloguer.titles(1), HIDE)
    job = cataloguer.start(change)
    from armarium.sets import service as sets

    assert change.selection.set_id is not None
    sets.delete_set(change.selection.set_id)
    walk = Walk()
    assert walk.run(DEFINITION, work(job.id, "CHANGE")) == "The job stopped"
    assert "The job cannot be run" in walk.seen
    stopped = jobs.get_job(job.id)
    assert stopped.status is JobStatus.SYSTEM_ABORTED
    assert "There is no set" in stopped.alerts[-1]


@pytest.mark.parametrize(("module", "place"), [(store, "put_targets"), (bulk_change, "settle")])
def test_a_step_that_fails_for_good_is_recorded(
    cataloguer: Cataloguer, monkeypatch: pytest.MonkeyPatch, module: Any, place: str
) -> None:
    def die(*_: object) -> None:
        raise RuntimeError("the power went")

    job = cataloguer.start(cataloguer.change(cataloguer.titles(1), HIDE))
    with monkeypatch.context() as dying:
        dying.setattr(module, place, die)
        assert Walk().run(DEFINITION, work(job.id, "CHANGE")) == "The job stopped"
    stopped = jobs.get_job(job.id)
    assert stopped.status is JobStatus.SYSTEM_ABORTED and "the power went" in stopped.alerts[-1]
    again = bulk_change.rerun(job.id, "ann", NOW)
    assert Walk().run(DEFINITION, work(again.id, "CHANGE")) == "Every title is accounted for"
    assert jobs.get_job(job.id).counters.updated == 1


def test_a_chunk_that_fails_for_good_is_accounted_for_and_run_again(
    cataloguer: Cataloguer, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = cataloguer.start(cataloguer.change(cataloguer.titles(1), HIDE))
    with monkeypatch.context() as dying:
        dying.setattr(store, "put_ledger", lambda *_: (_ for _ in ()).throw(RuntimeError("the power went")))
        assert Walk().run(DEFINITION, work(job.id, "CHANGE")) == "Every title is accounted for"
    half = jobs.get_job(job.id)
    assert (half.counters.failed, half.status) == (1, JobStatus.COMPLETED_FAILED)
    bulk_change.rerun(job.id, "ann", NOW)
    Walk().run(DEFINITION, work(job.id, "CHANGE"))
    assert jobs.get_job(job.id).status is JobStatus.COMPLETED_SUCCESS


def test_taking_back_that_fails_leaves_the_job_ended_and_can_be_asked_again(
    cataloguer: Cataloguer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mms_id,) = cataloguer.titles(1)
    job = cataloguer.changed([mms_id], HIDE)
    bulk_change.undo(job.id, "ann", NOW)
    with monkeypatch.context() as dying:
        dying.setattr(store, "put_undone", lambda *_: (_ for _ in ()).throw(RuntimeError("the power went")))
        assert Walk().run(DEFINITION, work(job.id, "UNDO")) == "The job stopped"
    stopped = jobs.get_job(job.id)
    assert (stopped.undo_running, stopped.undone_at) == (False, None)
    bulk_change.undo(job.id, "ann", NOW)
    assert Walk().run(DEFINITION, work(job.id, "UNDO")) == "What the job changed is taken back"
    assert jobs.get_job(job.id).undo_counts == {"taken_back": 1, "kept": 0}


def test_an_execution_for_a_job_that_is_not_there_ends() -> None:
    assert Walk().run(DEFINITION, work("110000000000000000000001", "CHANGE")) == "The job stopped"
    assert Walk().run(DEFINITION, work("110000000000000000000001", "UNDO")) == "The job stopped"
