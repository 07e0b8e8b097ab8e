"""Changing titles, a chunk at a time: read, decide, write down what they had, write. May die anywhere and begin again.

What a title had is in the work bucket before the title is written. A title that was written already is known by the
mark that it carries, so that nothing is done to it twice; one that somebody else changed meanwhile is decided afresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from armarium.access import service as access
from armarium.access.errors import OtherLibraryError
from armarium.accounts.model import Principal, PrincipalKind
from armarium.bulk_change import records, rules, store
from armarium.bulk_change.model import Change, Outcome, Result, Target
from armarium.inventory import service as inventory
from armarium.inventory.errors import BibNotFoundError
from armarium.inventory.model import Bib, Draft, Representation, Title, stands_at
from armarium.jobs.model import Job
from armarium.metadata.model import Identifier
from armarium.platform import clock

_ATTEMPTS = 4
_GONE = "There is no such title any more."


def actor(job: Job) -> str:
    """Whom the history names: the job, and who started it."""
    return f"{job.submitted_by} (job {job.id})"


def origin(job: Job, ordinal: int) -> str:
    """The mark of what a job wrote of one title of its list."""
    return f"{job.id}#{ordinal}"


def read_titles(mms_ids: Sequence[str], *, whole: bool) -> dict[str, Title]:
    """Those of the titles that exist. ``whole``: with collections and representations, two requests a title; else none
    of them, a hundred titles a request."""
    if not whole:
        return {mms_id: Title(bib=bib, representations=()) for mms_id, bib in inventory.get_bibs(mms_ids).items()}
    found = {}
    for mms_id in mms_ids:
        try:
            found[mms_id] = inventory.get_title(mms_id)
        except BibNotFoundError:
            continue
    return found


def tried(change: Change, targets: Sequence[Target], libraries: frozenset[str]) -> list[Outcome]:
    """What would become of titles, changed by staff of these libraries (none: of all); nothing is written."""
    titles = read_titles([each.mms_id for each in targets], whole=change.looks_at_whole_titles(libraries))
    missing = _missing_collections(change)
    return [_outcome(target, titles.get(target.mms_id), change, missing, libraries)[0] for target in targets]


class Changing:
    """The change of one chunk of a job's titles."""

    def __init__(self, job: Job, change: Change, chunk: int, now: datetime) -> None:
        self.job = job
        self.change = change
        self.chunk = chunk
        self.at = clock.stamp(now)
        found, self.etag = store.traces(job.id, chunk)
        self.traces = {each.ordinal: each for each in found}

    def run(self, targets: Sequence[Target]) -> list[Outcome]:
        """Change these titles; answers what became of each."""
        outcomes: dict[int, Outcome] = {}
        left = list(targets)
        for _ in range(_ATTEMPTS):
            left = self._attempt(left, outcomes)
            if not left:
                break
        for target in left:
            why = "Others kept changing it: run the job again."
            outcomes[target.ordinal] = Outcome(**target.model_dump(), result=Result.FAILED, reasons=(why,))
        return [outcomes[target.ordinal] for target in targets]

    def _attempt(self, targets: Sequence[Target], outcomes: dict[int, Outcome]) -> list[Target]:
        """Decide and write; answers the titles that somebody else changed in between."""
        titles = read_titles(
            [each.mms_id for each in targets], whole=self.change.looks_at_whole_titles(self.job.libraries)
        )
        missing = _missing_collections(self.change)
        drafts: list[tuple[Target, Title, Title]] = []
        for target in targets:
            title = titles.get(target.mms_id)
            outcome, after = self._decide(target, title, missing)
            outcomes[target.ordinal] = outcome
            if title is not None and after is not None and after != title:
                drafts.append((target, title, after))
        self._keep_traces()
        by_ordinal = {target.ordinal: target for target in targets}
        unexpected = inventory.save(drafted([(t.ordinal, b, a) for t, b, a in drafts], self.job, self.chunk, self.at))
        return [by_ordinal[draft.tag] for draft in unexpected]

    def _decide(self, target: Target, title: Title | None, missing: frozenset[str]) -> tuple[Outcome, Title | None]:
        """The outcome of a title, as it will be; what a run that died has written of it is not done again."""
        known = self.traces.pop(target.ordinal, None)
        if title is None or known is None:
            outcome, after = _outcome(target, title, self.change, missing, self.job.libraries)
            if title is not None and after is not None and after != title:
                self.traces[target.ordinal] = rules.traced(target.ordinal, title, after)
            return outcome, after
        stood = rules.standing(known, title, origin(self.job, target.ordinal))
        change = self.change if stood.record is None else self.change.without_records()
        outcome, after = _outcome(target, title, change, missing, self.job.libraries)
        fresh = rules.traced(target.ordinal, title, after) if after is not None else None
        trace = rules.together(stood, fresh) if fresh else stood
        if trace.is_empty:
            return outcome, after
        self.traces[target.ordinal] = trace
        done = records.differences(stood.record, title.bib.record) if stood.record else []
        found = (*done, *outcome.differences)
        return outcome.model_copy(update={"result": Result.UPDATED, "reasons": (), "differences": found}), after

    def _keep_traces(self) -> None:
        """Store what the titles had, before they are written; another step for the same chunk makes this fail."""
        if self.traces or self.etag:
            self.etag = store.put_traces(self.job.id, self.chunk, self.traces.values(), self.etag)


def _missing_collections(change: Change) -> frozenset[str]:
    """The collections into which titles are put and that are no more."""
    return change.collection_ids - inventory.existing_collections(change.collection_ids)


def _outcome(
    target: Target, title: Title | None, change: Change, missing: frozenset[str], libraries: frozenset[str]
) -> tuple[Outcome, Title | None]:
    if title is None:
        return Outcome(**target.model_dump(), result=Result.REJECTED, reasons=(_GONE,)), None
    named = {"ordinal": target.ordinal, "mms_id": target.mms_id, "title": title.bib.description.title}
    if missing:
        why = f"There is no collection {min(missing)} any more."
        return Outcome(**named, result=Result.REJECTED, reasons=(why,)), None
    decision = rules.decide(title, change)
    others = rules.belongs_to_others(title, decision.after, libraries) or _not_theirs(title, decision.after, libraries)
    if others:
        return Outcome(**named, result=Result.REJECTED, reasons=(others,)), None
    found = rules.differences(title, decision.after) if decision.result is Result.UPDATED else ()
    reasons = decision.reasons if decision.result is not Result.UPDATED else ()
    return Outcome(**named, result=decision.result, reasons=reasons, differences=found), decision.after


def _not_theirs(before: Title, after: Title, libraries: frozenset[str]) -> str | None:
    """Why staff of these libraries may not hide or show a title; asked of access for those of some libraries alone."""
    if not libraries or before.bib.suppressed == after.bib.suppressed:
        return None
    staff = Principal(id="bulk-change", name="Bulk change", kind=PrincipalKind.USER, libraries=libraries)
    try:
        access.require_bib(staff, before.bib.mms_id)
    except OtherLibraryError as error:
        return error.message
    return None


# Drafts


def drafted(changes: Sequence[tuple[int, Title, Title]], job: Job, chunk: int, at: str) -> list[Draft]:
    """What is to be written of titles: (ordinal, as it was read, as it will be)."""
    fresh = {
        each
        for _, before, after in changes
        for each in set(after.bib.description.identifiers) - set(before.bib.description.identifiers)
    }
    owners = inventory.owners(sorted(fresh, key=str))
    return [_draft(ordinal, before, after, owners, job, chunk, at) for ordinal, before, after in changes]


def _draft(
    ordinal: int,
    before: Title,
    after: Title,
    owners: dict[Identifier, tuple[str, ...]],
    job: Job,
    chunk: int,
    at: str,
) -> Draft:
    was, bib, mark = before.bib, after.bib, origin(job, ordinal)
    stamp = {"modified_by": actor(job), "modified_at": at, "touched_by": mark}
    draft = Draft(tag=ordinal, by=actor(job), at=at, mms_id=bib.mms_id, spread=f"{job.id}#{chunk}")
    if _said(was) != _said(bib):
        lean = inventory.lean(bib.description)
        update = stamp | {"description": lean, "version": was.version + 1, "bulk_change": mark}
        bib = draft.bib = bib.model_copy(update=update)
        draft.replacing[bib.mms_id] = was.version
        _claim(draft, set(was.description.identifiers), set(lean.identifiers), owners)
    draft.collection_ids = tuple(each for each in bib.collection_ids if each not in was.collection_ids)
    draft.leaves = tuple(each for each in was.collection_ids if each not in bib.collection_ids)
    draft.join = bib if draft.collection_ids else None
    if stands_at(was.description) != stands_at(bib.description):
        draft.reorder = _among(bib, was)
    draft.representations = tuple(_changed(before.representations, after.representations, stamp))
    draft.replacing |= {each.id: each.version - 1 for each in draft.representations}
    return draft


def _said(bib: Bib) -> tuple[Any, ...]:
    return bib.record, bib.suppressed


def _claim(draft: Draft, had: set[Identifier], has: set[Identifier], owners: dict[Identifier, tuple[str, ...]]) -> None:
    fresh = has - had
    draft.claims = tuple(sorted(fresh - owners.keys(), key=str))
    draft.shares = tuple(
        sorted((each for each in fresh if draft.mms_id not in owners.get(each, (draft.mms_id,))), key=str)
    )
    draft.releases = tuple(sorted(had - has, key=str))


def _among(bib: Bib, was: Bib) -> Bib:
    """The bib with the collections that it stays in: in their lists it has another place."""
    known = was.collection_ids or inventory.get_title(bib.mms_id).bib.collection_ids
    staying = tuple(each for each in known if not was.collection_ids or each in bib.collection_ids)
    return bib.model_copy(update={"collection_ids": staying})


def _changed(
    before: Iterable[Representation], after: Iterable[Representation], stamp: dict[str, str]
) -> Iterable[Representation]:
    for was, now in zip(before, after, strict=True):
        if was != now:
            yield now.model_copy(update=stamp | {"version": was.version + 1})
