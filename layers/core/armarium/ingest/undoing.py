"""Taking back what a job created from one record. May die anywhere and be called again."""

from __future__ import annotations

from datetime import datetime

from armarium.derivatives import service as derivatives
from armarium.ingest import store
from armarium.ingest.model import Outcome, Result, Undone
from armarium.inventory import service as inventory
from armarium.inventory.errors import BibNotFoundError, RepresentationNotFoundError, VersionConflictError
from armarium.inventory.model import File, Title
from armarium.jobs.model import Job


def take_back(job: Job, outcome: Outcome, by: str, now: datetime) -> Undone:
    """Delete what a job created from one record, unless somebody changed it since; its files go back first."""
    undone = Undone(ordinal=outcome.ordinal, mms_id=outcome.mms_id or "")
    try:
        title = inventory.get_title(undone.mms_id)
    except BibNotFoundError:
        _let_go(inventory.finish_deletion(undone.mms_id, by, now))
        return undone
    changed = _changed_since(title, outcome, f"{job.id}#{outcome.ordinal}")
    if changed:
        return undone.model_copy(update={"reason": changed})
    for file in _files_of(title, outcome.created_representations):
        store.give_back(file.key, job.folder + file.name)
    try:
        if outcome.result is Result.CREATED:
            _let_go(inventory.delete_title(title, by, now))
        else:
            _let_go(_delete_representations(undone.mms_id, outcome.created_representations, by, now))
    except VersionConflictError as error:
        return undone.model_copy(update={"reason": error.message})
    return undone


def _files_of(title: Title, representation_ids: tuple[str, ...]) -> list[File]:
    return [
        file
        for each in title.representations
        if each.id in representation_ids
        for file in inventory.all_files(each.mms_id, each.id)
    ]


def _delete_representations(
    mms_id: str, representation_ids: tuple[str, ...], by: str, now: datetime
) -> tuple[File, ...]:
    files: tuple[File, ...] = ()
    for representation_id in representation_ids:
        try:
            files += inventory.delete_representation(inventory.get_representation(mms_id, representation_id), by, now)
        except RepresentationNotFoundError:
            continue
    return files


def _changed_since(title: Title, outcome: Outcome, origin: str) -> str | None:
    """Why a title is no longer as the job left it, or None. What derivation adds is no change."""
    if outcome.result is Result.CREATED and title.bib.version != outcome.version:
        return f"its record was changed by {title.bib.modified_by} on {title.bib.modified_at[:10]}"
    for each in title.representations:
        ours = each.id in outcome.created_representations
        if not ours and outcome.result is Result.CREATED:
            return f"representation {each.id} was added by {each.created_by} on {each.created_at[:10]}"
        if ours and (
            each.version > 1
            or any(file.version > 1 or file.origin != origin for file in inventory.all_files(each.mms_id, each.id))
        ):
            return f"representation {each.id} or a file in it was changed since"
    return None


def _let_go(files: tuple[File, ...]) -> None:
    """Storage lets go of files that are in the drop folder again."""
    inventory.delete_masters(files)
    derivatives.discard(files)
