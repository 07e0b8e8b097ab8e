"""What cataloguers do by hand: bibs, representations, files and collections, one at a time, never a lost update.

``expected`` is the version that the caller has seen (``If-Match``): where it is another, PreconditionFailedError.
Without it an edit is decided again on what is there by then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from armarium.cataloguing import store
from armarium.cataloguing.errors import (
    DroppedFileError,
    RecordNotAcceptedError,
    RecordNotValidError,
    RemoteRepresentationError,
)
from armarium.cataloguing.model import Leftover, content_type, file_name, label_of, path_of
from armarium.configuration import service as configuration
from armarium.derivatives import service as derivatives
from armarium.holdings import service as holdings
from armarium.inventory import service as inventory
from armarium.inventory.errors import (
    BibInUseError,
    BibNotFoundError,
    NotInCollectionError,
    RepresentationHasFilesError,
    RepresentationNotFoundError,
    VersionConflictError,
)
from armarium.inventory.model import Bib, File, Representation, Stamped, Technical, Title
from armarium.metadata import service as metadata
from armarium.metadata.model import SourceRecord
from armarium.metadata.service import UnreadableRecordError
from armarium.metadata.validation import Severity
from armarium.platform import clock, ids
from armarium.platform.errors import InvalidInputError, MandatoryFieldError, PreconditionFailedError
from armarium.platform.settings import settings

_ATTEMPTS = 5
_LONGEST_ID = 30
MOST_FILES_TOGETHER = 100
_REMARKS_TOLD = 10

T = TypeVar("T")


# Bibs


def create_bib(
    record: SourceRecord,
    by: str,
    now: datetime,
    collection_ids: Sequence[str] = (),
    suppressed: bool = False,
    key: str = "",
) -> Bib:
    """A new bib; sent twice with the same ``key`` it is made once.

    Raises RecordNotValidError, CollectionNotFoundError; MandatoryFieldError where it has no title.
    """
    mms_id = _new_id(ids.IdType.BIB, by, key)
    known = inventory.get_bibs([mms_id]) if key else {}
    if known:
        return known[mms_id]
    bib = Bib(
        mms_id=mms_id,
        **_described(record),
        suppressed=suppressed,
        **_made(by, now),
    )
    return decided(None, lambda: inventory.create_bib(bib, tuple(dict.fromkeys(collection_ids))))


def change_bib(
    mms_id: str,
    by: str,
    now: datetime,
    expected: int | None = None,
    record: SourceRecord | None = None,
    suppressed: bool | None = None,
) -> Bib:
    """Another record, or another visibility, for a bib; what is not given stays, and no change writes nothing."""
    described = {} if record is None else _described(record)

    def attempt() -> Bib:
        bib = inventory.get_title(mms_id).bib
        require(bib, expected)
        changes = {} if described.get("fingerprint") in (None, bib.fingerprint) else dict(described)
        if suppressed is not None and suppressed != bib.suppressed:
            changes["suppressed"] = suppressed
        return inventory.replace_bib(bib, inventory.edited(bib, by, now, **changes)) if changes else bib

    return decided(expected, attempt)


def require_valid(record: SourceRecord, override_warnings: bool = True) -> None:
    """Raises RecordNotAcceptedError for a record with errors, or with warnings that are not to be overridden."""
    try:
        found = metadata.check(record.schema_, metadata.lines(record))
    except UnreadableRecordError as error:
        raise RecordNotValidError(f"{error.message} {error.mend}") from error
    wrong = [each.message for each in found if each.severity is Severity.ERROR or not override_warnings]
    if wrong:
        more = f" (and {len(wrong) - _REMARKS_TOLD} more)" if len(wrong) > _REMARKS_TOLD else ""
        raise RecordNotAcceptedError(f"The record failed validation: {' '.join(wrong[:_REMARKS_TOLD])}{more}")


def delete_bib(mms_id: str, by: str, now: datetime, expected: int | None = None, override: bool = False) -> None:
    """Delete a bib; with ``override`` also the representations and items that hang on it.

    Raises BibNotFoundError, BibInUseError.
    """

    def attempt() -> None:
        title = inventory.get_title(mms_id)
        require(title.bib, expected)
        _refuse_if_in_use(title, override)
        _forget(inventory.delete_title(title, by, now))

    try:
        decided(expected, attempt)
    except BibNotFoundError:
        _forget(inventory.finish_deletion(mms_id, by, now))
        raise


def _refuse_if_in_use(title: Title, override: bool) -> None:
    mms_id, origin = title.bib.mms_id, title.bib.origin or ""
    collection_id = origin.removeprefix("collection#")
    if origin == inventory.collection_origin(collection_id) and inventory.existing_collections([collection_id]):
        raise BibInUseError(f"Bib {mms_id} describes collection {collection_id}: delete the collection")
    if override:
        return
    if title.representations:
        count = len(title.representations)
        raise BibInUseError(f"Bib {mms_id} has {count} representation(s): delete them first, or send override=true")
    if holdings.list_holdings(mms_id):
        raise BibInUseError(f"Bib {mms_id} has holdings: delete them first, or send override=true")


def _described(record: SourceRecord) -> dict[str, Any]:
    try:
        described = inventory.described(record)
    except UnreadableRecordError as error:
        raise RecordNotValidError(f"{error.message} {error.mend}") from error
    if not described["description"].title:
        raise MandatoryFieldError("title")
    return described


# Representations


def create_representation(
    mms_id: str, fields: Mapping[str, Any], by: str, now: datetime, key: str = ""
) -> Representation:
    """A new, empty representation; sent twice with the same ``key`` it is made once.

    Raises BibNotFoundError, NotInCollectionError, LibraryNotValidError, RemoteRepresentationError.
    """
    configuration.require_library(fields.get("library", ""))
    title = inventory.get_title(mms_id)
    if not title.bib.collection_ids:
        raise NotInCollectionError(f"Bib record {mms_id} is not assigned to a collection: put it into one first")
    representation_id = _new_id(ids.IdType.REPRESENTATION, mms_id, key)
    known = next((each for each in title.representations if each.id == representation_id), None)
    if known is not None:
        return known
    representation = Representation(id=representation_id, mms_id=mms_id, **fields, **_made(by, now))
    _require_origin(representation)
    return inventory.put_representation(representation)


def change_representation(
    mms_id: str,
    representation_id: str,
    fields: Mapping[str, Any],
    by: str,
    now: datetime,
    expected: int | None = None,
    bibs: Leftover = Leftover.RETAIN,
) -> Representation:
    """Other properties for a representation; ``bibs=suppress`` hides a bib that is left without an active one."""

    def attempt() -> Representation:
        before = inventory.get_representation(mms_id, representation_id)
        require(before, expected)
        if all(getattr(before, name) == value for name, value in fields.items()):
            return before
        if fields.get("library", before.library) != before.library:
            configuration.require_library(fields["library"])
        if fields.get("thumbnail"):
            inventory.get_file(mms_id, representation_id, fields["thumbnail"])
        after = inventory.edited(before, by, now, **fields)
        _require_origin(after)
        return inventory.put_representation(after, before.version)

    changed = decided(expected, attempt)
    if bibs is Leftover.SUPPRESS and not any(each.active for each in inventory.list_representations(mms_id)):
        change_bib(mms_id, by, now, suppressed=True)
    return changed


def delete_representation(
    mms_id: str,
    representation_id: str,
    by: str,
    now: datetime,
    expected: int | None = None,
    override: bool = False,
    bibs: Leftover = Leftover.RETAIN,
) -> None:
    """Delete a representation; with ``override`` also its files. ``bibs`` says what becomes of a bib left without any.

    Raises RepresentationNotFoundError, RepresentationHasFilesError.
    """

    def attempt() -> None:
        before = inventory.get_representation(mms_id, representation_id)
        require(before, expected)
        if before.file_count and not override:
            raise RepresentationHasFilesError(
                f"Representation {representation_id} has {before.file_count} file(s): send override=true to delete them"
            )
        _forget(inventory.delete_representation(before, by, now))

    try:
        decided(expected, attempt)
    except RepresentationNotFoundError:
        _forget(inventory.finish_representation(mms_id, representation_id, by, now))
        raise
    _settle_bib(mms_id, bibs, by, now)


def require_files_here(representation: Representation) -> None:
    """Raises RemoteRepresentationError for a representation that has its files elsewhere."""
    if representation.is_remote:
        raise RemoteRepresentationError(
            f"Representation {representation.id} is remote: its files stay in {representation.repository}"
        )


def _require_origin(representation: Representation) -> None:
    """Raises RemoteRepresentationError for a remote representation with files, or without its place elsewhere."""
    if not representation.is_remote:
        return
    if representation.file_count:
        raise RemoteRepresentationError(
            f"Representation {representation.id} has {representation.file_count} file(s) here: delete them first"
        )
    if not representation.repository or not representation.originating_record_id:
        raise RemoteRepresentationError(
            "A remote representation says where it is: send repository, and originating_record_id, its name there"
        )


def _settle_bib(mms_id: str, bibs: Leftover, by: str, now: datetime) -> None:
    if bibs is Leftover.RETAIN or inventory.list_representations(mms_id):
        return
    if bibs is Leftover.DELETE:
        delete_bib(mms_id, by, now)
    else:
        change_bib(mms_id, by, now, suppressed=True)


# Files


def receive_file(mms_id: str, representation_id: str, path: str, label: str, by: str, now: datetime) -> File:
    """Move an uploaded file into storage, behind the representation's other files. The same path again is one file.

    Raises RepresentationNotFoundError, DroppedFileError.
    """
    require_files_here(inventory.get_representation(mms_id, representation_id))
    key = path_of(path, settings().institution)
    name = file_name(key)
    dropped = store.dropped(key)
    if dropped is None:
        raise DroppedFileError(f"There is no file {key} in the upload bucket: upload it first")
    pid = ids.derived(
        ids.IdType.FILE, settings().id_suffix, representation_id, key, dropped.etag, dropped.last_modified
    )
    target = inventory.storage_key(mms_id, representation_id, pid, name)
    stored = inventory.receive_file(store.source(key), target, content_type(name))
    file = File(
        pid=pid,
        mms_id=mms_id,
        representation_id=representation_id,
        order=0,
        name=name,
        label=label or label_of(name),
        key=target,
        size=stored.size,
        sha256=stored.sha256 or dropped.sha256,
        mime_type=content_type(name),
        source_etag=dropped.etag,
        **_made(by, now),
    )
    added = add_file(file, by, now)
    store.remove_dropped(key)
    return added


def add_file(file: File, by: str, now: datetime) -> File:
    """Record a file that is in storage, behind the others of its representation; one that is recorded is answered."""

    def attempt() -> File:
        before = inventory.get_representation(file.mms_id, file.representation_id)
        known = inventory.file_or_none(file.mms_id, file.representation_id, file.pid)
        if known is not None:
            return known
        require_files_here(before)
        placed = file.model_copy(update={"order": inventory.last_place(before) + 1})
        return inventory.add_file(placed, before, by, now)

    return decided(None, attempt)


def change_file(
    mms_id: str,
    representation_id: str,
    pid: str,
    by: str,
    now: datetime,
    expected: int | None = None,
    label: str | None = None,
    path: str | None = None,
    place: int | None = None,
) -> File:
    """Another label, other content (an uploaded file takes the master's place) or another place, from 1."""

    def attempt() -> File:
        before = inventory.get_file(mms_id, representation_id, pid)
        require(before, expected)
        changes: dict[str, Any] = {} if label in (None, before.label) else {"label": label}
        if path is not None:
            changes |= _content(before, path_of(path, settings().institution))
        return inventory.change_file(before, inventory.edited(before, by, now, **changes)) if changes else before

    was = inventory.get_file(mms_id, representation_id, pid)
    changed = decided(expected, attempt)
    if changed.key != was.key:
        _replaced(was, changed)
        store.remove_dropped(path_of(path or "", settings().institution))
    if place is not None and place != inventory.place_of(changed):
        move_files(mms_id, representation_id, (pid,), place, by, now)
        changed = inventory.get_file(mms_id, representation_id, pid)
    return changed


def _content(before: File, key: str) -> dict[str, Any]:
    dropped = store.dropped(key)
    if dropped is None:
        raise DroppedFileError(f"There is no file {key} in the upload bucket: upload it first")
    name = file_name(key)
    target = inventory.storage_key(before.mms_id, before.representation_id, before.pid, f"{before.version + 1}-{name}")
    stored = inventory.receive_file(store.source(key), target, content_type(name))
    return {
        "name": name,
        "key": target,
        "size": stored.size,
        "sha256": stored.sha256 or dropped.sha256,
        "mime_type": content_type(name),
        "source_etag": dropped.etag,
        "technical": Technical(),
    }


def replace_content(
    mms_id: str,
    representation_id: str,
    pid: str,
    content: Mapping[str, Any],
    by: str,
    now: datetime,
    expected: int | None = None,
) -> File:
    """Give a file a master that is in storage already: its place and label stay. The same master again changes nothing.

    ``content``: the fields ``key``, ``name``, ``size``, ``sha256``, ``mime_type`` and ``source_etag`` of a file.
    """

    def attempt() -> tuple[File, File]:
        before = inventory.get_file(mms_id, representation_id, pid)
        require(before, expected)
        if before.key == content["key"]:
            return before, before
        after = inventory.edited(before, by, now, **content, technical=Technical())
        return before, inventory.change_file(before, after)

    was, changed = decided(expected, attempt)
    if changed.key != was.key:
        _replaced(was, changed)
    return changed


def _replaced(was: File, changed: File) -> None:
    """What is left to do when a file has new content: the old goes, and what was made from it is made anew."""
    _forget((was,))
    derivatives.request(changed)


def move_files(
    mms_id: str,
    representation_id: str,
    pids: Sequence[str],
    place: int,
    by: str,
    now: datetime,
    expected: int | None = None,
) -> None:
    """Put up to a hundred files together, in this order, to a place from 1; those behind it stay behind them.

    ``expected`` is the version of the representation, which a move of files leaves as it is.
    The requests do not grow with the representation but by one for each five thousand files before the place.
    Raises FileNotFoundInRepresentationError, InvalidInputError.
    """
    _require_some(pids)
    if place < 1:
        raise InvalidInputError(f"order: a place from 1 is wanted here, not {place}")
    if expected is not None:
        require(inventory.get_representation(mms_id, representation_id), expected)
    inventory.get_files(mms_id, representation_id, pids)
    decided(None, lambda: inventory.move_files(mms_id, representation_id, pids, place, by, now))


def _require_some(pids: Sequence[str]) -> None:
    if not 0 < len(pids) <= MOST_FILES_TOGETHER:
        raise InvalidInputError(f"pid: from 1 to {MOST_FILES_TOGETHER} files at once, not {len(pids)}")
    if not all(0 < len(each) <= _LONGEST_ID for each in pids):
        raise InvalidInputError("pid: the numbers of files are wanted here")
    if len(set(pids)) != len(pids):
        raise InvalidInputError("pid: a file is named twice")


def order_files(
    mms_id: str, representation_id: str, pids: Sequence[str], by: str, now: datetime, expected: int | None = None
) -> Representation:
    """Put the files of a representation in this order; those not named stay behind them in theirs."""
    if len(set(pids)) != len(pids):
        raise InvalidInputError("A file is named twice in the order")

    def attempt() -> Representation:
        before = inventory.get_representation(mms_id, representation_id)
        require(before, expected)
        return inventory.order_files(before, pids, by, now)

    return decided(expected, attempt)


def delete_file(
    mms_id: str,
    representation_id: str,
    pid: str,
    by: str,
    now: datetime,
    expected: int | None = None,
    representations: Leftover = Leftover.RETAIN,
    bibs: Leftover = Leftover.RETAIN,
) -> None:
    """Delete a file; say what becomes of a representation left without files, and of a bib left without any."""
    left = _delete_together(mms_id, representation_id, (pid,), by, now, expected)
    if not left.file_count and representations is Leftover.DELETE:
        delete_representation(mms_id, representation_id, by, now, bibs=bibs)


def delete_files(
    mms_id: str, representation_id: str, pids: Sequence[str], by: str, now: datetime, expected: int | None = None
) -> None:
    """Delete up to a hundred files; ``expected`` is the representation's version.

    Raises FileNotFoundInRepresentationError, InvalidInputError.
    """
    _require_some(pids)
    for at in range(0, len(pids), inventory.FILES_TOGETHER):
        together = pids[at : at + inventory.FILES_TOGETHER]
        _delete_together(mms_id, representation_id, together, by, now, seen=None if at else expected)


def _delete_together(
    mms_id: str,
    representation_id: str,
    pids: Sequence[str],
    by: str,
    now: datetime,
    expected: int | None = None,
    seen: int | None = None,
) -> Representation:
    """``expected`` is the version of each file, ``seen`` that of the representation."""

    def attempt() -> tuple[tuple[File, ...], Representation]:
        files = inventory.get_files(mms_id, representation_id, pids)
        for file in files:
            require(file, expected)
        before = inventory.get_representation(mms_id, representation_id)
        require(before, seen)
        return files, inventory.delete_files(files, before, by, now)

    files, left = decided(expected if seen is None else seen, attempt)
    _forget(files)
    return left


def _forget(files: Sequence[File]) -> None:
    """Take the bytes of deleted files out of storage, and what was made from them."""
    if files:
        inventory.delete_masters(tuple(files))
        derivatives.discard(files)


# Versions


def require(source: Stamped, expected: int | None) -> None:
    """Raises PreconditionFailedError where something is not in the version that the caller has seen."""
    if expected is not None and source.version != expected:
        raise PreconditionFailedError(
            f"Version {source.version} is stored, not {expected}: somebody changed it meanwhile. Read it again."
        )


def decided(expected: int | None, attempt: Callable[[], T]) -> T:
    """What an edit comes to; decided again where somebody else was quicker, unless the caller named a version."""
    for left in reversed(range(_ATTEMPTS)):
        try:
            return attempt()
        except VersionConflictError as error:
            if expected is not None:
                raise PreconditionFailedError(error.message) from error
            if not left:
                raise
    raise AssertionError("unreachable")


def _new_id(kind: ids.IdType, scope: str, key: str) -> str:
    """A random id, or the one that follows from a key in its scope."""
    suffix = settings().id_suffix
    return ids.derived(kind, suffix, scope, key) if key else ids.fresh(kind, suffix)


def _made(by: str, now: datetime) -> dict[str, str]:
    at = clock.stamp(now)
    return {"created_by": by, "created_at": at, "modified_by": by, "modified_at": at}
