"""Files of any size, in parts that go straight to S3: start, send, go on after a break, finish or give up.

The same file started again in the same representation is the same upload: it goes on where it stopped.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from enum import StrEnum

from armarium.cataloguing import service, store
from armarium.cataloguing.errors import FixityError, UploadIncompleteError, UploadNotFoundError
from armarium.cataloguing.model import LARGEST_UPLOAD, UPLOAD_LIFETIME, Upload, content_type, label_of, safe_name
from armarium.inventory import service as inventory
from armarium.inventory.model import File
from armarium.platform import clock, ids
from armarium.platform.blobs import Blob
from armarium.platform.errors import ArmariumError, ConflictError, InvalidInputError, MandatoryFieldError
from armarium.platform.settings import settings

MOST_LINKS = 100
_ASKED_AGAIN_AFTER = timedelta(minutes=20)  # longer than one try of the function that goes on
_SHA256 = re.compile(r"^[0-9a-f]{64}$")


def start(
    mms_id: str,
    representation_id: str,
    name: str,
    size: int,
    sha256: str,
    label: str,
    by: str,
    now: datetime,
    replaces: str = "",
) -> Upload:
    """Begin to upload a file, or go on with it; with ``replaces``, other content for the file with that pid.

    Raises RepresentationNotFoundError, FileNotFoundInRepresentationError, InvalidInputError.
    """
    service.require_files_here(inventory.get_representation(mms_id, representation_id))
    kept = safe_name(name)
    digest = sha256.strip().lower()
    if not kept:
        raise MandatoryFieldError("name")
    if not 0 < size <= LARGEST_UPLOAD:
        raise InvalidInputError(f"size: from 1 to {LARGEST_UPLOAD} bytes, not {size}")
    if not _SHA256.match(digest):
        raise InvalidInputError("sha256: the file's SHA-256 in 64 hexadecimal digits is wanted here")
    if replaces:
        inventory.get_file(mms_id, representation_id, replaces)
    seed = [representation_id, kept, str(size), digest, *([replaces] if replaces else [])]
    upload_id = ids.derived(ids.IdType.FILE, settings().id_suffix, *seed)
    known = store.upload(upload_id)
    if known is not None and _goes_on(known, now):
        return known
    key = store.upload_key(upload_id, kept)
    begun = Upload(
        id=upload_id,
        mms_id=mms_id,
        representation_id=representation_id,
        name=kept,
        label=label or label_of(kept),
        size=size,
        sha256=digest,
        key=key,
        s3_id=store.start_parts(key, content_type(kept)),
        replaces=replaces,
        created_by=by,
        created_at=clock.stamp(now),
        expires_at=int((now + UPLOAD_LIFETIME).timestamp()),
    )
    if store.put_upload(begun, known):
        return begun
    store.abort_parts(begun)  # somebody else began the same at the same moment
    return get(mms_id, representation_id, upload_id)


def _goes_on(known: Upload, now: datetime) -> bool:
    if known.problem:
        return False
    return _recorded(known) is not None if known.finished else known.expires_at > now.timestamp()


def _recorded(finished: Upload) -> File | None:
    """The file that has the bytes of a finished upload; None where it was deleted or replaced since."""
    if not finished.finished:
        return None
    file = inventory.file_or_none(finished.mms_id, finished.representation_id, finished.replaces or finished.id)
    return file if file is not None and file.key == _target(finished) else None


def _target(upload: Upload) -> str:
    """Where in storage the bytes go."""
    name = f"{upload.id}-{upload.name}" if upload.replaces else upload.name
    return inventory.storage_key(upload.mms_id, upload.representation_id, upload.replaces or upload.id, name)


def get(mms_id: str, representation_id: str, upload_id: str) -> Upload:
    """An upload. Raises :class:`UploadNotFoundError`."""
    found = store.upload(upload_id)
    if found is None or (found.mms_id, found.representation_id) != (mms_id, representation_id):
        raise UploadNotFoundError(
            f"There is no upload {upload_id} in representation {representation_id}: start it anew"
        )
    return found


def parts(upload: Upload, after: int = 0) -> tuple[list[tuple[int, int, str]], int | None]:
    """Number, size and ETag of up to a thousand parts that are there, and after which the next page begins."""
    return store.parts(upload, after) or ([], None)


def links(upload: Upload, first: int, count: int) -> list[tuple[int, int, str]]:
    """Number, size and link of up to a hundred parts from ``first`` on; each takes its part by PUT for an hour."""
    if upload.finished:
        raise ConflictError("The upload is finished")
    numbers = range(first, min(upload.part_count, first + min(count, MOST_LINKS) - 1) + 1)
    return [(number, upload.size_of(number), store.part_link(upload, number)) for number in numbers]


class Outcome(StrEnum):
    """What became of a large upload that somebody finished."""

    FINISHED = "finished"
    REFUSED = "refused"  # the upload says why
    GONE = "gone"  # given up meanwhile


def finish(upload: Upload, by: str, now: datetime) -> File | None:
    """Put the parts together, check the SHA-256 and record the file. May be called again.

    None for a large one: its parts are all there, and the rest goes on by itself. The upload says when it is finished.
    Over 5 GiB S3 knows no SHA-256 of the whole: derivation, which reads every byte, checks it.
    Raises :class:`UploadIncompleteError`, :class:`FixityError`.
    """
    known = _recorded(upload)
    if known is not None:
        return known
    if not upload.is_large:
        return _finish(upload, by, now)
    if upload.problem:
        raise FixityError(upload.problem)
    _complete_parts(upload)
    _go_on_later(upload, by, now)
    return None


def _go_on_later(upload: Upload, by: str, now: datetime) -> None:
    """Ask for the rest to be done, unless that was asked a moment ago."""
    if upload.processing_since and clock.parse(upload.processing_since) > now - _ASKED_AGAIN_AFTER:
        return
    store.put_upload(upload.model_copy(update={"processing_since": clock.stamp(now)}), upload)
    store.ask_to_finish(upload, by)


def go_on(message: str, now: datetime) -> Outcome:
    """Finish the large upload that a message names. May be called again with the same message."""
    asked = json.loads(message)
    try:
        upload = get(asked["mms_id"], asked["representation_id"], asked["upload_id"])
        if _recorded(upload) is None:
            _finish(upload, asked["by"], now)
    except UploadNotFoundError:
        return Outcome.GONE
    except ArmariumError as error:
        told = upload.model_copy(update={"processing_since": "", "problem": error.message})
        store.put_upload(told, store.upload(upload.id))
        return Outcome.REFUSED
    return Outcome.FINISHED


def _finish(upload: Upload, by: str, now: datetime) -> File:
    stored_parts = _complete_parts(upload)
    if stored_parts:
        store.finish_parts(upload, stored_parts)
    target = _target(upload)
    stored = inventory.receive_file(store.source(upload.key), target, content_type(upload.name))
    if stored.size != upload.size or stored.sha256 not in (None, upload.sha256):
        inventory.discard_master(target)
        abort(upload)
        raise FixityError(f"{upload.name}: the bytes that arrived are not those that were announced: upload it again")
    recorded = _record(upload, stored, by, now)
    store.put_upload(upload.model_copy(update={"finished": True, "processing_since": ""}), upload)
    store.remove_dropped(upload.key)
    return recorded


def _record(upload: Upload, stored: Blob, by: str, now: datetime) -> File:
    """The new file, or the one that has new content."""
    content = {
        "key": stored.key,
        "name": upload.name,
        "size": stored.size,
        "sha256": upload.sha256,
        "mime_type": content_type(upload.name),
        "source_etag": stored.etag,
    }
    if upload.replaces:
        return service.replace_content(upload.mms_id, upload.representation_id, upload.replaces, content, by, now)
    at = clock.stamp(now)
    file = File(
        pid=upload.id,
        mms_id=upload.mms_id,
        representation_id=upload.representation_id,
        order=0,
        label=upload.label,
        created_by=by,
        created_at=at,
        modified_by=by,
        modified_at=at,
        **content,
    )
    return service.add_file(file, by, now)


def _complete_parts(upload: Upload) -> list[tuple[int, str]]:
    """Number and ETag of all parts; nothing where they are put together already. Raises UploadIncompleteError."""
    arrived: dict[int, tuple[int, str]] = {}
    after: int | None = 0
    while after is not None:
        page = store.parts(upload, after)
        if page is None:
            break
        arrived |= {number: (size, etag) for number, size, etag in page[0]}
        after = page[1]
    if not arrived and store.dropped(upload.key) is not None:
        return []
    wanted = range(1, upload.part_count + 1)
    wrong = [number for number in wanted if arrived.get(number, (0, ""))[0] != upload.size_of(number)]
    if wrong:
        some = ", ".join(map(str, wrong[:10]))
        raise UploadIncompleteError(f"{len(wrong)} of {upload.part_count} parts are missing or of another size: {some}")
    return [(number, arrived[number][1]) for number in wanted]


def abort(upload: Upload) -> None:
    """Give up an upload; what arrived is thrown away."""
    if not upload.finished:
        store.abort_parts(upload)
        store.remove_dropped(upload.key)
    store.forget_upload(upload.id)
