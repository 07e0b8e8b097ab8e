"""Promises of a change of many titles, kept on moto."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from armarium.access.errors import OtherLibraryError
from armarium.bulk_change import service as bulk_change
from armarium.bulk_change import store
from armarium.bulk_change.errors import ChangeNotValidError, NothingChosenError
from armarium.cataloguing import collections
from armarium.cataloguing import service as cataloguing
from armarium.configuration import service as configuration
from armarium.configuration.model import Library
from armarium.inventory import service as inventory
from armarium.inventory.model import Collection
from armarium.jobs import service as jobs
from armarium.jobs.errors import JobStateError
from armarium.jobs.model import JobStatus
from armarium.metadata.model import Identifier
from armarium.platform.blobs import ChangedMeanwhileError
from armarium.search import service as search
from armarium.search.messages import Received
from armarium.sets import service as sets
from armarium.sets.errors import SetNotFoundError
from tests.service.bulk_change.conftest import ANN, NOW, records, whole
from tests.service.inventory.test_titles import record

if TYPE_CHECKING:
    from tests.service.bulk_change.conftest import Cataloguer

RIGHTS = {"op": "add_element", "element": "dc:rights", "value": "No copyright"}
HIDE = {"op": "set_suppression", "suppressed": True}
OPEN = {"op": "set_representations", "access_rights": "OPEN", "library": "MAIN"}
LATER = NOW + timedelta(minutes=5)


def replace(find: str, replacement: str) -> dict[str, str]:
    return {"op": "replace_text", "field": "dc:title", "find": find, "replacement": replacement}


def test_records_rights_collection_and_visibility_change_in_one_job(cataloguer: Cataloguer, other: Collection) -> None:
    mms_ids = cataloguer.titles(3, files=1)
    move = {"op": "move_to_collection", "source": cataloguer.collection.id, "collection": other.id}
    job = cataloguer.changed(mms_ids, RIGHTS, HIDE, OPEN, move)
    assert job.status is JobStatus.COMPLETED_SUCCESS, job.alerts
    assert (job.counters.read, job.counters.updated) == (3, 3)
    for number, mms_id in enumerate(mms_ids, 1):
        title = whole(mms_id)
        assert b"No copyright" in title.bib.record.content
        assert (title.bib.suppressed, title.bib.collection_ids, title.bib.version) == (True, (other.id,), 2)
        assert title.bib.touched_by == f"{job.id}#{_ordinal(cataloguer, job, mms_id)}", number
        assert [(each.access_rights, each.library, each.version) for each in title.representations] == [
            ("OPEN", "MAIN", 2)
        ]
        assert job.id in title.bib.modified_by and "ann" in title.bib.modified_by
    assert (inventory.count_members(cataloguer.collection.id), inventory.count_members(other.id)) == (0, 3)


def _ordinal(cataloguer: Cataloguer, job: Any, mms_id: str) -> int:
    return next(each.ordinal for each in cataloguer.ledger(job) if each.mms_id == mms_id)


def test_a_new_title_is_found_in_its_place_in_the_collection(cataloguer: Cataloguer) -> None:
    mms_ids = cataloguer.titles(2)
    cataloguer.changed(mms_ids[:1], replace("Atlas 0001", "Zodiac"))
    listed = inventory.list_bibs_in_collection(cataloguer.collection.id).items
    assert [bib.description.title for bib in listed] == ["Atlas 0002", "Zodiac"]


def test_identifiers_are_claimed_and_given_up_with_the_record(cataloguer: Cataloguer) -> None:
    mms_ids = cataloguer.titles(2)
    shelfmark = {"op": "add_element", "element": "dc:identifier", "value": "urn:maps:1"}
    job = cataloguer.changed(mms_ids, shelfmark)
    claim = Identifier(scheme="dc", value="urn:maps:1")
    assert inventory.owners([claim]) == {claim: tuple(sorted(mms_ids))}
    cataloguer.undo(job)
    assert inventory.owners([claim]) == {}


def test_a_preview_shows_before_and_after_and_writes_nothing(cataloguer: Cataloguer) -> None:
    mms_ids = cataloguer.titles(5)
    change = cataloguer.change(mms_ids, replace("Atlas", "Great atlas"))
    before = records(mms_ids)
    page = bulk_change.preview(change, ANN, limit=2)
    assert (page.total, len(page.items), bool(page.next_token)) == (5, 2, True)
    (difference,) = page.items[0].differences
    assert difference.what == "dc:title"
    assert difference.after == (difference.before[0].replace("Atlas", "Great atlas"),)
    rest = bulk_change.preview(change, ANN, limit=50, token=page.next_token)
    assert {each.mms_id for each in (*page.items, *rest.items)} == set(mms_ids)
    assert records(mms_ids) == before
    assert jobs.list_jobs().items == ()


def test_a_dry_run_accounts_for_every_title_and_writes_nothing(cataloguer: Cataloguer) -> None:
    mms_ids = cataloguer.titles(3)
    before = records(mms_ids)
    job = cataloguer.run(cataloguer.start(cataloguer.change(mms_ids, RIGHTS), dry_run=True))
    assert (job.counters.updated, job.status) == (3, JobStatus.COMPLETED_SUCCESS)
    assert records(mms_ids) == before
    assert "No copyright" in cataloguer.report(job)
    with pytest.raises(JobStateError, match="dry run"):
        bulk_change.undo(job.id, "ann", NOW)


def test_titles_that_cannot_be_changed_are_told_with_their_reason_and_the_rest_goes_on(
    cataloguer: Cataloguer, other: Collection
) -> None:
    with_files, bare, elsewhere = cataloguer.titles(1, files=1), cataloguer.titles(1, name="Bare"), None
    collections.add_to_collection(bare[0], other.id, "ann", NOW)
    elsewhere = cataloguer.titles(1, files=1, name="Twice")
    collections.add_to_collection(elsewhere[0], other.id, "ann", NOW)
    gone = cataloguer.titles(1, name="Gone")
    mms_ids = [*with_files, *bare, *elsewhere, *gone]
    change = cataloguer.change(mms_ids, {"op": "remove_from_collection", "collection": cataloguer.collection.id})
    inventory.delete_title(whole(gone[0]), "bob", NOW)
    job = cataloguer.run(cataloguer.start(change))
    assert job.status is JobStatus.COMPLETED_WARNING
    assert (job.counters.updated, job.counters.rejected, job.counters.read) == (2, 2, 4)
    told = {row.mms_id: row.reasons[0] for row in bulk_change.problem_rows(job.id).items}
    assert "no other collection" in told[with_files[0]]
    assert "no such title" in told[gone[0]]
    assert whole(with_files[0]).bib.collection_ids == (cataloguer.collection.id,)
    assert whole(elsewhere[0]).bib.collection_ids == (other.id,)


def test_a_search_chooses_titles_and_the_change_does_not_move_its_target(
    cataloguer: Cataloguer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("armarium.bulk_change.choosing._PAGE", 2)
    mms_ids, others = cataloguer.titles(5), cataloguer.titles(2, name="Globe")
    index = ", ".join(f'"{each}"' for each in (*mms_ids, *others))
    assert search.index([Received(id="1", group="0", body=f'{{"titles": [{index}]}}')]) == []
    chosen = {"q": "title:atlas", "filters": {"collection": [cataloguer.collection.id], "suppressed": ["false"]}}
    change = bulk_change.change_of({"selection": chosen, "operations": [replace("Atlas", "Book")]})
    page = bulk_change.preview(change, ANN, limit=2)
    assert (page.total, [each.title for each in page.items]) == (5, ["Atlas 0001", "Atlas 0002"])
    job = cataloguer.run(cataloguer.start(change))
    assert [each.title for each in cataloguer.ledger(job)] == [f"Atlas {number:04d}" for number in range(1, 6)]
    assert {whole(each).bib.description.title[:5] for each in others} == {"Globe"}
    stored = sets.create_set({"name": "Globes", "type": "LOGICAL", "query": "title:globe"}, "ann", NOW)
    logical = bulk_change.change_of({"selection": {"set_id": stored.id}, "operations": [HIDE]})
    assert cataloguer.run(cataloguer.start(logical)).counters.updated == 2


def test_a_change_of_nothing_or_into_nowhere_is_refused(cataloguer: Cataloguer) -> None:
    with pytest.raises(NothingChosenError):
        cataloguer.start(
            bulk_change.change_of({"selection": {"set_id": cataloguer.set_of([], "Empty").id}, "operations": [HIDE]})
        )
    with pytest.raises(SetNotFoundError):
        cataloguer.start(
            bulk_change.change_of({"selection": {"set_id": "640000000000000000010001"}, "operations": [HIDE]})
        )
    nowhere = {"op": "add_to_collection", "collection": "810000000000000000990001"}
    with pytest.raises(ChangeNotValidError) as caught:
        cataloguer.start(cataloguer.change(cataloguer.titles(1), HIDE, nowhere))
    assert caught.value.faults[0][0] == "operations.1.collection"
    assert jobs.list_jobs().items == ()


def test_a_step_that_died_anywhere_changes_each_title_once(
    cataloguer: Cataloguer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mms_ids = cataloguer.titles(5, files=1)
    before = records(mms_ids)
    job = cataloguer.start(cataloguer.change(mms_ids, replace("Atlas", "Atlas of an atlas"), OPEN))
    bulk_change.freeze(job.id, NOW)
    (chunk,) = cataloguer.chunks(job.id)
    save, writes = inventory.save, []

    def die_before(*_: object) -> None:
        raise RuntimeError("the power went")

    def die_half_way(drafts: list[Any]) -> None:
        writes.append(save(drafts[:2]))
        raise RuntimeError("the power went")

    for place, die in (
        ("put_ledger", None),
        ("save", die_half_way),
        ("save", die_half_way),
        ("put_ledger", die_before),
    ):
        with monkeypatch.context() as dying:
            dying.setattr(inventory if place == "save" else store, place, die or die_before)
            if die is None:
                dying.setattr(inventory, "save", die_before)
            with pytest.raises(RuntimeError):
                bulk_change.change_titles(job.id, chunk, NOW)
    bulk_change.change_titles(job.id, chunk, NOW)
    bulk_change.change_titles(job.id, chunk, LATER)
    ended = bulk_change.settle(job.id, NOW)
    assert (ended.counters.updated, ended.status) == (5, JobStatus.COMPLETED_SUCCESS)
    for mms_id in mms_ids:
        title = whole(mms_id)
        assert title.bib.description.title.startswith("Atlas of an atlas 0")
        assert (title.bib.version, title.representations[0].version) == (2, 2)
    assert all(each.differences for each in cataloguer.ledger(ended))
    undone = cataloguer.undo(ended)
    assert undone.undo_counts == {"taken_back": 5, "kept": 0}
    assert records(mms_ids) == before


def test_somebodys_edit_between_two_tries_is_neither_lost_nor_changed_twice(
    cataloguer: Cataloguer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mms_id,) = cataloguer.titles(1)
    job = cataloguer.start(cataloguer.change([mms_id], replace("Atlas", "Atlas of an atlas")))
    bulk_change.freeze(job.id, NOW)
    (chunk,) = cataloguer.chunks(job.id)
    with monkeypatch.context() as dying:
        dying.setattr(store, "put_ledger", lambda *_: (_ for _ in ()).throw(RuntimeError("the power went")))
        with pytest.raises(RuntimeError):
            bulk_change.change_titles(job.id, chunk, NOW)
    edited = record(f"{whole(mms_id).bib.description.title}, second edition")
    cataloguing.change_bib(mms_id, "carol", NOW, record=edited)
    bulk_change.change_titles(job.id, chunk, NOW)
    assert whole(mms_id).bib.description.title == "Atlas of an atlas 0001, second edition"


def test_a_title_changed_by_somebody_else_meanwhile_is_decided_afresh(
    cataloguer: Cataloguer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mms_ids = cataloguer.titles(3)
    save, calls = inventory.save, []

    def after_carol(drafts: list[Any]) -> Any:
        calls.append(len(drafts))
        if len(calls) == 1:
            cataloguing.change_bib(mms_ids[1], "carol", NOW, record=record("Atlas by Carol"))
        return save(drafts)

    monkeypatch.setattr(inventory, "save", after_carol)
    job = cataloguer.changed(mms_ids, replace("Atlas", "Globe"))
    assert (calls, job.counters.updated) == ([3, 1], 3)
    assert whole(mms_ids[1]).bib.description.title == "Globe by Carol"


def test_a_title_that_others_keep_changing_fails_and_is_done_by_the_next_run(
    cataloguer: Cataloguer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mms_ids = cataloguer.titles(2)
    job = cataloguer.start(cataloguer.change(mms_ids, HIDE))
    save = inventory.save
    with monkeypatch.context() as busy:
        busy.setattr(inventory, "save", lambda drafts: tuple(each for each in drafts if each.mms_id == mms_ids[0]))
        half = cataloguer.run(job)
    assert (half.counters.failed, half.status) == (1, JobStatus.COMPLETED_WARNING)
    assert inventory.save is save
    again = bulk_change.rerun(job.id, "ann", NOW)
    assert again.runs == 2
    assert whole(mms_ids[0]).bib.suppressed is False
    ended = cataloguer.run(again)
    assert ended.counters.failed == 0
    assert whole(mms_ids[0]).bib.suppressed is True


def test_two_steps_for_one_chunk_at_the_same_time_never_lose_what_was_there_before(
    cataloguer: Cataloguer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mms_ids = cataloguer.titles(1)
    before = records(mms_ids)
    job = cataloguer.start(cataloguer.change(mms_ids, RIGHTS))
    bulk_change.freeze(job.id, NOW)
    (chunk,) = cataloguer.chunks(job.id)
    put, nested = store.put_traces, []

    def overtaken(*told: Any) -> str:
        if not nested:
            nested.append(True)
            bulk_change.change_titles(job.id, chunk, NOW)
        return put(*told)

    with monkeypatch.context() as racing:
        racing.setattr(store, "put_traces", overtaken)
        with pytest.raises(ChangedMeanwhileError):
            bulk_change.change_titles(job.id, chunk, NOW)
    bulk_change.change_titles(job.id, chunk, NOW)
    ended = bulk_change.settle(job.id, NOW)
    assert ended.counters.updated == 1
    cataloguer.undo(ended)
    assert records(mms_ids) == before


def test_a_re_run_does_only_what_is_left(cataloguer: Cataloguer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("armarium.bulk_change.choosing._CHUNK", 2)
    mms_ids = cataloguer.titles(5)
    job = cataloguer.start(cataloguer.change(mms_ids, replace("Atlas", "Atlas atlas")))
    half = cataloguer.run(job, only_chunks=1)
    assert (half.counters.updated, half.counters.failed, half.counters.read) == (2, 3, 5)
    whole_job = cataloguer.run(bulk_change.rerun(job.id, "ann", NOW))
    assert (whole_job.counters.updated, whole_job.status) == (5, JobStatus.COMPLETED_SUCCESS)
    assert {whole(each).bib.version for each in mms_ids} == {2}


def test_a_stopped_job_can_be_taken_back(cataloguer: Cataloguer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("armarium.bulk_change.choosing._CHUNK", 2)
    mms_ids = cataloguer.titles(4)
    before = records(mms_ids)
    job = cataloguer.start(cataloguer.change(mms_ids, RIGHTS))
    bulk_change.freeze(job.id, NOW)
    bulk_change.change_titles(job.id, cataloguer.chunks(job.id)[0], NOW)
    stopped = bulk_change.abort(job.id, "bob", NOW)
    assert (stopped.status, stopped.counters.updated) == (JobStatus.USER_ABORTED, 2)
    assert cataloguer.undo(stopped).undo_counts == {"taken_back": 2, "kept": 0}
    assert records(mms_ids) == before


def test_undo_gives_everything_back_byte_for_byte(cataloguer: Cataloguer, other: Collection) -> None:
    mms_ids = cataloguer.titles(3, files=1)
    before = records(mms_ids)
    move = {"op": "move_to_collection", "source": cataloguer.collection.id, "collection": other.id}
    job = cataloguer.changed(mms_ids, RIGHTS, HIDE, OPEN, move)
    undone = cataloguer.undo(job)
    assert undone.undo_counts == {"taken_back": 3, "kept": 0}
    assert records(mms_ids) == before
    for mms_id in mms_ids:
        title = whole(mms_id)
        assert (title.bib.suppressed, title.bib.collection_ids) == (False, (cataloguer.collection.id,))
        assert [(each.access_rights, each.library) for each in title.representations] == [("RESTRICTED", "")]
    assert inventory.count_members(cataloguer.collection.id) == 3
    assert "taken back" in cataloguer.report(job)
    with pytest.raises(JobStateError, match="already"):
        bulk_change.undo(job.id, "ann", NOW)
    with pytest.raises(JobStateError, match="taken back"):
        bulk_change.rerun(job.id, "ann", NOW)


def test_undo_keeps_what_somebody_changed_since_and_names_it(cataloguer: Cataloguer) -> None:
    mms_ids = cataloguer.titles(3, files=1)
    job = cataloguer.changed(mms_ids, RIGHTS, OPEN)
    cataloguing.change_bib(mms_ids[0], "carol", LATER, record=record("Atlas by Carol"))
    representation = whole(mms_ids[1]).representations[0]
    cataloguing.change_representation(mms_ids[1], representation.id, {"access_rights": "CLOSED"}, "carol", LATER)
    undone = cataloguer.undo(job)
    assert undone.undo_counts == {"taken_back": 1, "kept": 2}
    assert whole(mms_ids[0]).bib.description.title == "Atlas by Carol"
    assert whole(mms_ids[0]).representations[0].access_rights == "RESTRICTED"
    assert whole(mms_ids[1]).representations[0].access_rights == "CLOSED"
    assert b"No copyright" not in whole(mms_ids[1]).bib.record.content
    assert any("carol" in alert and mms_ids[0] in alert for alert in undone.alerts)
    assert "not taken back" in cataloguer.report(job)


def test_undo_that_died_half_way_is_finished_by_its_next_try(
    cataloguer: Cataloguer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mms_ids = cataloguer.titles(3)
    before = records(mms_ids)
    job = cataloguer.changed(mms_ids, RIGHTS)
    bulk_change.undo(job.id, "ann", NOW)
    (chunk,) = cataloguer.chunks(job.id)
    with monkeypatch.context() as dying:
        dying.setattr(store, "put_undone", lambda *_: (_ for _ in ()).throw(RuntimeError("the power went")))
        with pytest.raises(RuntimeError):
            bulk_change.take_back(job.id, chunk, NOW)
    bulk_change.take_back(job.id, chunk, NOW)
    bulk_change.take_back(job.id, chunk, NOW)
    assert bulk_change.settle_undo(job.id, "ann", NOW).undo_counts == {"taken_back": 3, "kept": 0}
    assert records(mms_ids) == before
    assert {whole(each).bib.version for each in mms_ids} == {3}


def test_a_title_of_very_many_representations_is_changed_and_taken_back_whole(cataloguer: Cataloguer) -> None:
    (mms_id,) = cataloguer.titles(1)
    for number in range(120):
        cataloguing.create_representation(mms_id, {"label": str(number)}, "ann", NOW)
    job = cataloguer.changed([mms_id], OPEN, HIDE)
    assert {each.access_rights for each in whole(mms_id).representations} == {"OPEN"}
    assert cataloguer.undo(job).undo_counts == {"taken_back": 1, "kept": 0}
    assert {each.access_rights for each in whole(mms_id).representations} == {"RESTRICTED"}


def test_a_thousand_titles_take_a_bounded_number_of_requests(
    cataloguer: Cataloguer, requests: Callable[[], dict[str, int]]
) -> None:
    mms_ids = cataloguer.many(1_000)
    change = cataloguer.change(mms_ids, HIDE)
    requests()
    preview = bulk_change.preview(change, ANN, limit=10)
    assert preview.total == 1_000
    assert requests()["dynamodb"] <= 8
    job = cataloguer.run(cataloguer.start(change))
    assert job.counters.updated == 1_000
    seen = requests()
    assert seen["dynamodb"] <= 100, seen  # ten chunks: a read, a transaction, an account; the list, the job
    assert seen["s3"] <= 100, seen  # … a list, traces, a ledger, each written and read once or twice
    assert cataloguer.undo(job).undo_counts["taken_back"] == 1_000
    assert requests()["dynamodb"] <= 100


def test_staff_of_some_libraries_change_what_is_theirs(cataloguer: Cataloguer) -> None:
    mine, others = cataloguer.titles(1, files=1), cataloguer.titles(1, files=1, name="Globe")
    for code in ("MAPS", "LAW"):
        configuration.change(Library, code, {"name": code.title()}, "ann", NOW)
    for mms_id, library in ((mine[0], "MAPS"), (others[0], "LAW")):
        representation = whole(mms_id).representations[0]
        cataloguing.change_representation(mms_id, representation.id, {"library": library}, "ann", NOW)
    wren = ANN.model_copy(update={"libraries": frozenset({"MAPS"})})
    with pytest.raises(OtherLibraryError):
        bulk_change.preview(cataloguer.change(mine, OPEN), wren)
    for operation in ({"op": "set_representations", "access_rights": "OPEN"}, HIDE):
        change = cataloguer.change([*mine, *others], operation)
        assert {each.result.value for each in bulk_change.preview(change, wren).items} == {"updated", "rejected"}
        job = cataloguer.run(cataloguer.start(change, by=wren))
        assert (job.counters.updated, job.counters.rejected) == (1, 1)
    assert [whole(each[0]).bib.suppressed for each in (mine, others)] == [True, False]
    bulk_change.require_keeper(wren, job.id)
    with pytest.raises(OtherLibraryError):
        bulk_change.require_keeper(ANN.model_copy(update={"libraries": frozenset({"LAW"})}), job.id)


def test_the_same_start_twice_is_one_job(cataloguer: Cataloguer) -> None:
    change = cataloguer.change(cataloguer.titles(1), HIDE)
    first = bulk_change.start(change, ANN, NOW, key="form")
    assert bulk_change.start(change, ANN, LATER, key="form").id == first.id
    assert len(jobs.list_jobs().items) == 1


def test_the_sweep_starts_what_was_lost_and_ends_what_died(
    cataloguer: Cataloguer, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = cataloguer.change(cataloguer.titles(1), HIDE)
    with monkeypatch.context() as dying:
        dying.setattr(store, "start_execution", lambda *_: (_ for _ in ()).throw(RuntimeError("the power went")))
        with pytest.raises(RuntimeError):
            cataloguer.start(change)
    (job,) = jobs.list_jobs().items
    from armarium.ingest import service as ingest

    assert ingest.sweep(NOW) == ()
    assert bulk_change.sweep(NOW) == (job.id,)
    assert bulk_change.sweep(NOW) == ()
    store.stop_execution(jobs.get_job(job.id).execution_arn or "", "killed")
    assert bulk_change.sweep(NOW) == (job.id,)
    assert jobs.get_job(job.id).status is JobStatus.SYSTEM_ABORTED
    assert cataloguer.run(bulk_change.rerun(job.id, "ann", NOW)).counters.updated == 1
