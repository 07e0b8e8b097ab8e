"""Loading one chunk: match, decide, move the files, write, and account for every record."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from armarium.access.errors import OtherLibraryError
from armarium.access.model import may_change
from armarium.derivatives import service as derivatives
from armarium.ingest import store
from armarium.ingest.model import ImportProfile, InputFile, InputRecord, InputRepresentation, Mode, Outcome, Result
from armarium.inventory import service as inventory
from armarium.inventory.model import (
    Bib,
    DerivativeStatus,
    Draft,
    File,
    Representation,
    Technical,
    UsageType,
    stands_at,
)
from armarium.jobs.model import Job
from armarium.metadata import service as metadata
from armarium.metadata.model import Identifier
from armarium.platform import clock, ids
from armarium.platform.errors import InvalidInputError
from armarium.platform.settings import settings

_COPIES_AT_ONCE = 16
MISSING_FILE = "missing_file"
_MANY_FILES, _MANY_BYTES = 200, 5 * 1024**3  # so many that storing them outlasts the patience of their events
_ATTEMPTS = 4  # to write a record while others change what it matches


@dataclass
class Loaded:
    """A record on its way into the inventory."""

    record: InputRecord
    outcome: Outcome
    draft: Draft | None = None
    copies: list[tuple[InputFile, File]] = field(default_factory=list)
    unsettled: bool = False  # it met somebody else's change, or its own traces: decide it anew


class Loading:
    """One chunk of one job. ``mode`` says whether anything is written."""

    def __init__(self, job: Job, profile: ImportProfile, mode: Mode, now: datetime, chunk: int) -> None:
        self.job, self.profile, self.mode = job, profile, mode
        self.at = clock.stamp(now)
        self.spread = f"{job.id}#{chunk}"

    def load(self, records: Sequence[InputRecord]) -> list[Outcome]:
        """An outcome for each record, in their order. Whatever one record causes stays with that record."""
        if self.mode is Mode.REFUSE:
            return [self._refuse(record) for record in records]
        outcomes = {record.ordinal: self._reject(record) for record in records if not _may_be_mended(record)}
        undecided = [record for record in records if _may_be_mended(record)]
        for attempt in range(_ATTEMPTS):
            if not undecided:
                break
            loaded = self._attempt(undecided, again=attempt > 0)
            outcomes |= {ordinal: each.outcome for ordinal, each in loaded.items()}
            undecided = [each.record for each in loaded.values() if each.unsettled]
        return [outcomes[record.ordinal] for record in records]

    def _attempt(self, records: Sequence[InputRecord], again: bool) -> dict[int, Loaded]:
        loaded = self._decide(records, again)
        if self.mode is Mode.LOAD:
            self._move_files(loaded)
            for draft in inventory.save([each.draft for each in loaded.values() if each.draft]):
                each = loaded[draft.tag]
                each.unsettled = True
                each.outcome.result = Result.FAILED
                each.outcome.reasons = ("others were changing the same bib all the while: run the job again",)
            self._see_to_derivatives([file for each in loaded.values() if each.draft for _, file in each.copies])
        return loaded

    def _see_to_derivatives(self, files: list[File]) -> None:
        if len(files) > _MANY_FILES or sum(file.size for file in files) > _MANY_BYTES:
            derivatives.expect(files)

    # Deciding

    def _decide(self, records: Sequence[InputRecord], again: bool) -> dict[int, Loaded]:
        keys = {record.ordinal: self._match_keys(record) for record in records}
        wanted = {identifier for per_record in keys.values() for identifier in per_record}
        described = {
            identifier for record in records if record.description for identifier in record.description.identifiers
        }
        owners = inventory.owners(wanted | described)
        ours = inventory.get_bibs(self._own_id(record) for record in records) if again else {}
        matches = {
            record.ordinal: (self._own_id(record),)
            if self._own_id(record) in ours
            else self._matches(record, keys[record.ordinal], owners)
            for record in records
        }
        bibs = inventory.get_bibs({mms_id for found in matches.values() for mms_id in found})
        matches = {record.ordinal: self._but_siblings(record, matches[record.ordinal], bibs) for record in records}
        targets = {
            record.ordinal: record.collection_ids or tuple(filter(None, (self.profile.collection_id,)))
            for record in records
        }
        collections = inventory.existing_collections({each for per_record in targets.values() for each in per_record})
        pairs = {(found[0], each) for ordinal, found in matches.items() if len(found) == 1 for each in targets[ordinal]}
        members = inventory.memberships(pairs)
        return {
            record.ordinal: self._decide_one(
                record, matches[record.ordinal], bibs, targets[record.ordinal], collections, members, owners
            )
            for record in records
        }

    def _match_keys(self, record: InputRecord) -> list[Identifier]:
        identifiers = record.description.identifiers if record.description else ()
        return [each for scheme in self.profile.match_by for each in identifiers if each.scheme == scheme]

    def _matches(
        self, record: InputRecord, keys: list[Identifier], owners: dict[Identifier, tuple[str, ...]]
    ) -> tuple[str, ...]:
        """The bibs that the first matching scheme finds, in the profile's order of schemes."""
        if record.mms_id and "mms_id" in self.profile.match_by:
            return (record.mms_id,)
        for scheme in self.profile.match_by:
            found = {mms_id for key in keys if key.scheme == scheme for mms_id in owners.get(key, ())}
            if found:
                return tuple(sorted(found))
        return ()

    def _but_siblings(self, record: InputRecord, matches: tuple[str, ...], bibs: dict[str, Bib]) -> tuple[str, ...]:
        """A bib that another record of this very file made is no match: the check found the two to be two titles."""
        ours, this = f"{self.job.id}#", self._origin(record)
        return tuple(
            mms_id
            for mms_id in matches
            if mms_id not in bibs or bibs[mms_id].origin == this or not (bibs[mms_id].origin or "").startswith(ours)
        )

    def _decide_one(
        self,
        record: InputRecord,
        matches: tuple[str, ...],
        bibs: dict[str, Bib],
        targets: tuple[str, ...],
        collections: set[str],
        members: set[tuple[str, str]],
        owners: dict[Identifier, tuple[str, ...]],
    ) -> Loaded:
        unknown = [each for each in targets if each not in collections]
        if unknown or not targets:
            what = f"there is no collection {unknown[0]}" if unknown else "no collection is named"
            return self._ended(
                record, Result.REJECTED, f"{what}: name one that exists in collection_id or in the import profile"
            )
        if len(matches) > 1:
            return self._ended(
                record, Result.MANUAL, f"{len(matches)} bibs match: choose one by its MMS id", candidates=matches
            )
        if not matches and record.errors:
            return Loaded(record, self._reject(record))
        if not matches:
            return self._new(record, targets, owners)
        if matches[0] not in bibs:
            return self._ended(
                record, Result.REJECTED, f"there is no bib {matches[0]}: correct mms_id or leave it empty"
            )
        bib = bibs[matches[0]]
        if record.errors and not self._in_storage(record, bib):
            return Loaded(record, self._reject(record))
        if bib.origin == self._origin(record):
            return self._again(record, bib)
        if self.profile.on_match == "skip":
            return self._ended(
                record, Result.SKIPPED, "the profile leaves matched bibs alone", mms_id=bib.mms_id, matched=True
            )
        stays_in = [each for each in targets if (bib.mms_id, each) in members]
        return self._changed(record, bib, [each for each in targets if each not in stays_in], stays_in, owners)

    def _new(self, record: InputRecord, targets: tuple[str, ...], owners: dict[Identifier, tuple[str, ...]]) -> Loaded:
        if self.profile.on_no_match == "skip":
            return self._ended(record, Result.SKIPPED, "no bib matches, and the profile makes none")
        if record.record is None or record.description is None or not record.description.title:
            return self._ended(
                record, Result.REJECTED, "the row names no bib that is here and has no title: give mms_id or dc:title"
            )
        mms_id = self._own_id(record)
        bib = Bib(
            mms_id=mms_id,
            record=record.record,
            description=inventory.lean(record.description),
            fingerprint=record.fingerprint or metadata.fingerprint(record.record),
            suppressed=self.profile.suppressed,
            **self._stamp(record),
        )
        identifiers = bib.description.identifiers
        loaded = self._ended(record, Result.CREATED, mms_id=mms_id)
        representations = [self._representation(record, mms_id, each) for each in record.representations]
        try:
            self._require_theirs(representations)
        except OtherLibraryError as error:
            return self._ended(record, Result.REJECTED, error.message)
        for asked, representation in zip(record.representations, representations, strict=True):
            loaded.copies += self._files(record, representation, asked.files, 1)
        loaded.draft = self._draft(
            record,
            mms_id,
            bib=bib,
            collection_ids=tuple(dict.fromkeys(targets)),
            claims=tuple(each for each in identifiers if each not in owners),
            shares=tuple(each for each in identifiers if each in owners),
            representations=tuple(representations),
        )
        loaded.outcome.version = bib.version
        loaded.outcome.created_representations = tuple(each.id for each in representations)
        loaded.outcome.files = len(loaded.copies)
        return loaded

    def _changed(
        self,
        record: InputRecord,
        bib: Bib,
        joining: list[str],
        stays_in: list[str],
        owners: dict[Identifier, tuple[str, ...]],
    ) -> Loaded:
        loaded = self._ended(record, Result.UNCHANGED, mms_id=bib.mms_id, matched=True)
        draft = self._draft(record, bib.mms_id, collection_ids=tuple(joining), join=bib)
        try:
            self._change_metadata(record, bib, draft, owners)
            if draft.bib and stands_at(draft.bib.description) != stands_at(bib.description):
                draft.reorder = draft.bib.model_copy(update={"collection_ids": tuple(stays_in)})
            if record.representations:
                self._change_representations(record, bib, draft, loaded)
        except (InvalidInputError, OtherLibraryError) as error:
            return self._ended(record, Result.REJECTED, error.message, mms_id=bib.mms_id, matched=True)
        now_at = draft.bib.version if draft.bib else bib.version
        loaded.outcome.version = now_at
        if draft.is_empty and not loaded.copies:
            ours = bib.touched_by == self._origin(record)
            loaded.outcome.result = Result.UPDATED if ours else Result.UNCHANGED
            return loaded
        loaded.outcome.result = Result.UPDATED
        loaded.draft = draft
        return loaded

    def _change_metadata(
        self, record: InputRecord, bib: Bib, draft: Draft, owners: dict[Identifier, tuple[str, ...]]
    ) -> None:
        if record.record is None or record.fingerprint == bib.fingerprint:
            return
        merged = metadata.merge(bib.record, record.record)
        fingerprint = metadata.fingerprint(merged)
        if fingerprint == bib.fingerprint:
            return
        description = inventory.lean(metadata.describe(merged))
        before, after = set(bib.description.identifiers), set(description.identifiers)
        draft.bib = bib.model_copy(
            update={
                "record": merged,
                "description": description,
                "fingerprint": fingerprint,
                "version": bib.version + 1,
                "modified_by": self.job.submitted_by,
                "modified_at": self.at,
                "touched_by": self._origin(record),
            }
        )
        draft.replacing[bib.mms_id] = bib.version
        draft.claims = tuple(sorted(after - before - owners.keys(), key=str))
        draft.shares = tuple(
            sorted((each for each in after - before if bib.mms_id not in owners.get(each, (bib.mms_id,))), key=str)
        )
        draft.releases = tuple(sorted(before - after, key=str))

    def _change_representations(self, record: InputRecord, bib: Bib, draft: Draft, loaded: Loaded) -> None:
        existing = {each.id: each for each in inventory.list_representations(bib.mms_id)}
        for asked in record.representations:
            drafted = self._representation(record, bib.mms_id, asked)
            here = existing.get(drafted.id)
            self._require_theirs([here or drafted])
            if here is None:
                draft.representations += (drafted,)
                loaded.outcome.created_representations += (drafted.id,)
                loaded.copies += self._files(record, drafted, asked.files, 1)
                continue
            if here.origin == self._origin(record) and here.version == 1:
                loaded.outcome.created_representations += (here.id,)
            self._change_files(record, here, asked, draft, loaded)
        loaded.outcome.files = len(loaded.copies)

    def _change_files(
        self, record: InputRecord, here: Representation, asked: InputRepresentation, draft: Draft, loaded: Loaded
    ) -> None:
        files = {file.name: file for file in inventory.all_files(here.mms_id, here.id)} if asked.files else {}
        fresh = [each for each in asked.files if each.path not in files]
        added = self._files(record, here, fresh, max((int(file.order) for file in files.values()), default=0) + 1)
        for each in asked.files:
            if each.path in files:
                added += self._replaced(record, each, files[each.path], draft, loaded)
        said = {name: value for name, value in _said(asked).items() if name not in asked.from_profile}
        changes = said | ({"file_count": len(files) + len(fresh)} if fresh else {})
        if any(getattr(here, name) != value for name, value in changes.items()):
            stamp = {"version": here.version + 1, "modified_by": self.job.submitted_by, "modified_at": self.at}
            draft.representations += (here.model_copy(update=changes | stamp | {"touched_by": self._origin(record)}),)
            draft.replacing[here.id] = here.version
        loaded.copies += added

    def _replaced(
        self, record: InputRecord, asked: InputFile, file: File, draft: Draft, loaded: Loaded
    ) -> list[tuple[InputFile, File]]:
        """A file that is dropped again: taken anew only where its bytes or its label differ."""
        dropped = store.folder_entry(self.job.folder + asked.path) if self.mode is Mode.LOAD else None
        label = asked.label or file.label
        if dropped is None or (dropped.etag, dropped.size) == (file.source_etag, file.size):
            if dropped is not None:
                loaded.outcome.taken += (asked.path,)
            if label == file.label:
                return []
        stamp = {"version": file.version + 1, "modified_by": self.job.submitted_by, "modified_at": self.at}
        changed = file.model_copy(update={"label": label, "touched_by": self._origin(record), **stamp})
        draft.replacing[file.pid] = file.version
        if dropped is None or dropped.etag == file.source_etag:
            draft.files += (changed,)
            return []
        return [(asked, changed)]

    def _again(self, record: InputRecord, bib: Bib) -> Loaded:
        """This job made the bib in a run that died before it could say so: see that all of it is there."""
        loaded = self._ended(record, Result.CREATED, mms_id=bib.mms_id)
        draft = self._draft(record, bib.mms_id)
        if record.representations:
            self._change_representations(record, bib, draft, loaded)
        loaded.outcome.version = bib.version
        loaded.outcome.files = sum(len(each.files) for each in record.representations)
        if not draft.is_empty or loaded.copies:
            loaded.draft = draft
        return loaded

    def _in_storage(self, record: InputRecord, bib: Bib) -> bool:
        """Whether the files that the drop folder lacks came with an earlier drop: a mended table names them again."""
        held = {
            file.name
            for each in inventory.list_representations(bib.mms_id)
            for file in inventory.all_files(each.mms_id, each.id)
        }
        return {finding.value for finding in record.errors} <= held

    def _require_theirs(self, representations: Iterable[Representation]) -> None:
        """Raises OtherLibraryError where staff of some libraries started the load and it touches another's."""
        for each in representations:
            if not may_change(self.job.libraries, each.library):
                raise OtherLibraryError(self.job.libraries, each.library)

    # Making

    def _representation(self, record: InputRecord, mms_id: str, asked: InputRepresentation) -> Representation:
        defaults = {
            "usage_type": UsageType.MASTER,
            "library": self.profile.library,
            "access_rights": self.profile.access_rights,
            "file_count": len(asked.files),
        }
        return Representation(
            id=ids.derived(ids.IdType.REPRESENTATION, settings().id_suffix, mms_id, asked.key),
            mms_id=mms_id,
            key=asked.key,
            **{**defaults, **_said(asked), **self._stamp(record)},
        )

    def _files(
        self, record: InputRecord, representation: Representation, asked: Iterable[InputFile], first: int
    ) -> list[tuple[InputFile, File]]:
        made = []
        for order, each in enumerate(asked, first):
            mms_id, rep_id = representation.mms_id, representation.id
            pid = ids.derived(ids.IdType.FILE, settings().id_suffix, rep_id, each.path)
            base = each.path.rsplit("/", 1)[-1]
            file = File(
                pid=pid,
                mms_id=mms_id,
                representation_id=rep_id,
                order=order,
                name=each.path,
                label=each.label or base.rsplit(".", 1)[0],
                key=inventory.storage_key(mms_id, rep_id, pid, base),
                size=each.size,
                mime_type=mimetypes.guess_type(base)[0] or "application/octet-stream",
                **self._stamp(record),
            )
            made.append((each, file))
        return made

    def _stamp(self, record: InputRecord) -> dict[str, str]:
        by = self.job.submitted_by
        return {
            "created_by": by,
            "created_at": self.at,
            "modified_by": by,
            "modified_at": self.at,
            "origin": self._origin(record),
        }

    def _draft(self, record: InputRecord, mms_id: str, **fields: Any) -> Draft:
        return Draft(
            tag=record.ordinal, by=self.job.submitted_by, at=self.at, mms_id=mms_id, spread=self.spread, **fields
        )

    def _own_id(self, record: InputRecord) -> str:
        """The MMS id that this record has if this job makes a bib of it: the same in every attempt."""
        return ids.derived(ids.IdType.BIB, settings().id_suffix, self._origin(record))

    def _origin(self, record: InputRecord) -> str:
        return f"{self.job.id}#{record.ordinal}"

    # Files

    def _move_files(self, loaded: dict[int, Loaded]) -> None:
        """Copy every file of the chunk into storage; a record whose file cannot be copied fails, the others go on."""
        work = [(each, asked, file) for each in loaded.values() for asked, file in each.copies]
        with ThreadPoolExecutor(_COPIES_AT_ONCE) as pool:
            stored = list(pool.map(lambda item: self._copy(item[1], item[2]), work))
        for (each, asked, _), file in zip(work, stored, strict=True):
            if isinstance(file, str):
                each.outcome.result = Result.FAILED
                each.outcome.reasons += (file,)
                each.draft = None
            elif each.draft:
                each.draft.files += (file,)
                each.outcome.taken += (asked.path,)

    def _copy(self, asked: InputFile, file: File) -> File | str:
        """The file as it is stored, or why it is not."""
        source = self.job.folder + asked.path
        dropped = store.folder_entry(source)
        if dropped is None:
            return f"{asked.path} went from the drop folder while the job ran: drop it again and run the job again"
        try:
            blob = inventory.receive_file(store.dropped(source), file.key, file.mime_type)
        except OSError as error:
            return f"{asked.path} could not be stored: {error}; run the job again"
        if dropped.sha256 and blob.sha256 and dropped.sha256 != blob.sha256:
            return f"{asked.path}: storage holds other bytes than were dropped; drop it again and run the job again"
        return file.model_copy(
            update={
                "size": blob.size,
                "sha256": blob.sha256 or dropped.sha256,
                "source_etag": dropped.etag,
                "technical": Technical(status=DerivativeStatus.PENDING),
            }
        )

    # Ending

    def _ended(
        self,
        record: InputRecord,
        result: Result,
        reason: str | None = None,
        *,
        mms_id: str | None = None,
        matched: bool = False,
        candidates: tuple[str, ...] = (),
    ) -> Loaded:
        outcome = Outcome(
            ordinal=record.ordinal,
            rows=record.rows,
            where=record.where,
            result=result,
            mms_id=mms_id,
            title=record.description.title if record.description else None,
            matched=matched or bool(candidates),
            reasons=(reason,) if reason else (),
            candidates=candidates,
        )
        return Loaded(record, outcome)

    def _reject(self, record: InputRecord) -> Outcome:
        outcome = self._ended(record, Result.REJECTED).outcome
        outcome.reasons = tuple(finding.sentence for finding in record.errors)
        outcome.missing = sum(finding.code == MISSING_FILE for finding in record.errors)
        return outcome

    def _refuse(self, record: InputRecord) -> Outcome:
        if record.errors:
            return self._reject(record)
        return self._ended(
            record,
            Result.REJECTED,
            "the file has bad rows and its profile refuses it whole: mend them and drop it again",
        ).outcome


def _may_be_mended(record: InputRecord) -> bool:
    """Whether nothing is wrong with a record but that files are missing, which storage may hold already."""
    return all(finding.code == MISSING_FILE for finding in record.errors)


def _said(asked: InputRepresentation) -> dict[str, object]:
    """The properties that the input or the profile gives; what nobody mentions keeps its default, or stays as it is."""
    return {name: value for name, value in asked if name not in _NOT_PROPERTIES and value is not None}


_NOT_PROPERTIES = frozenset({"key", "files", "from_profile"})
