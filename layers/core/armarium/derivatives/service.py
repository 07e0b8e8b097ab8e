"""What can be done with masters: derive from them, ask for it again, give up."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from armarium.derivatives import store
from armarium.derivatives.errors import NotYetRecordedError, StrangeMessageError, TooLittleTimeError
from armarium.derivatives.model import (
    FINDINGS,
    LAST_LOOK,
    TEXT,
    Findings,
    Limits,
    Order,
    arrival,
    is_derivative,
    order,
    pause,
)
from armarium.inventory import service as inventory
from armarium.inventory.model import DerivativeStatus, DerivedFile, File, Technical
from armarium.platform import clock
from armarium.platform.blobs import Blob
from armarium.platform.errors import NotFoundError

LEAST_SECONDS = 20.0
"""With less time than this nothing is begun."""

FIXITY = "the stored bytes are not those that were received"
GAVE_UP = "derivatives could not be made after several attempts; ask for them again, or see the function's log"
_SOURCE = "source_etag"
_LOG = "workshop.log"
_DEATHS: dict[int, str] = {
    signal.SIGXCPU: "the file needs more processor time than one file is given",
    signal.SIGKILL: "the file needs more memory than one file is given",
}
_CRASHED = "the program that reads this format broke down on the file: it is damaged, or needs too much memory"


class Outcome(StrEnum):
    """What became of a message."""

    DERIVED = "derived"
    REFUSED = "refused"  # the file is marked with the reason
    UNCHANGED = "unchanged"  # done before, with the same bytes
    GONE = "gone"  # the file was deleted, or replaced by another
    FOREIGN = "foreign"  # not a master


def request(file: File) -> None:
    """Ask for a file's derivatives to be made anew."""
    store.send(Order(file.mms_id, file.representation_id, file.pid).message())


def expect(files: Sequence[File]) -> None:
    """Derive from files that took so long to store that their events may have come, and gone, before their records."""
    store.send_all([arrival(file.key) for file in files])


def derive(body: str, receive_count: int, limits: Limits, now: datetime) -> Outcome:
    """Make the derivatives that a message asks for and note on the file what was found.

    Whatever is wrong with the file ends as its reason, never as an error here. Raises NotYetRecordedError where the
    file has no record yet, TooLittleTimeError, StrangeMessageError.
    """
    if limits.seconds < LEAST_SECONDS:
        raise TooLittleTimeError(f"Only {limits.seconds:.0f} s are left")
    asked = order(body)
    if asked is None:
        return Outcome.FOREIGN
    try:
        file = inventory.get_file(asked.mms_id, asked.representation_id, asked.pid)
    except NotFoundError as error:
        return _unrecorded(asked, receive_count, error)
    blob = store.master(file)
    if blob is None or (asked.key and asked.key != file.key):
        return Outcome.GONE
    if not asked.again and _is_done(file, blob):
        return Outcome.UNCHANGED
    return _derive(file, blob, limits, now)


def postpone(queue_arn: str, receipt_handle: str, receive_count: int) -> None:
    """Look at a message again soon: the record of its file is on its way."""
    store.postpone(queue_arn, receipt_handle, pause(receive_count))


def gave_up(body: str, now: datetime) -> Outcome:
    """Mark the file of a message that failed too often, unless it has been dealt with meanwhile."""
    try:
        asked = order(body)
    except StrangeMessageError:
        return Outcome.FOREIGN
    if asked is None:
        return Outcome.FOREIGN
    try:
        file = inventory.get_file(asked.mms_id, asked.representation_id, asked.pid)
        if file.technical.status is not DerivativeStatus.PENDING:
            return Outcome.UNCHANGED
        _record(file, Findings(reason=GAVE_UP, failed=True), None, file.sha256 or "", now)
    except NotFoundError:
        return Outcome.GONE
    return Outcome.REFUSED


def _unrecorded(asked: Order, receive_count: int, error: NotFoundError) -> Outcome:
    """The event overtook the record, or the file was deleted since: after some looks, it was deleted."""
    if receive_count < LAST_LOOK:
        raise NotYetRecordedError(f"File {asked.pid} is not in the inventory yet") from error
    store.clear(store.prefix(asked.mms_id, asked.representation_id, asked.pid))
    return Outcome.GONE


def _is_done(file: File, blob: Blob) -> bool:
    technical = file.technical
    return technical.status is not DerivativeStatus.PENDING and technical.details.get(_SOURCE) == blob.etag


def _derive(file: File, blob: Blob, limits: Limits, now: datetime) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="derive-") as folder:
        findings, sha256 = _examine(file, blob, Path(folder), limits)
        prefix = store.prefix(file.mms_id, file.representation_id, file.pid)
        for made in findings.derived:
            store.keep(prefix, Path(folder) / made["name"])
        try:
            _record(file, findings, blob, sha256, now)
        except NotFoundError:
            store.clear(prefix)
            return Outcome.GONE
        store.clear(prefix, frozenset(made["name"] for made in findings.derived))
    return Outcome.REFUSED if findings.failed else Outcome.DERIVED


def _examine(file: File, blob: Blob, folder: Path, limits: Limits) -> tuple[Findings, str]:
    """What the workshop finds, and the SHA-256 of the bytes it was given."""
    findings = Findings()
    if blob.size > min(limits.file_bytes, shutil.disk_usage(folder).free // 2):
        findings.fail(f"the file has {blob.size / 1e9:.1f} GB: too large to make derivatives of")
        return findings, file.sha256 or ""
    master = folder / f"master{_suffix(file.name)}"
    store.fetch_master(file, master)
    with master.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    if file.sha256 and file.sha256 != sha256:
        findings.fail(FIXITY)
        findings.details["sha256_found"] = sha256
        return findings, file.sha256
    return _in_workshop(master, folder, limits), sha256


def _suffix(name: str) -> str:
    """The extension, which helps identification, if it is a harmless one."""
    suffix = Path(name).suffix
    return suffix if suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) < 10 else ""


def _in_workshop(master: Path, folder: Path, limits: Limits) -> Findings:
    """Work on the master in a process that may break down, with no credentials in its environment."""
    command = [
        sys.executable,
        "-m",
        "armarium.derivatives.workshop",
        str(master),
        str(folder),
        json.dumps(asdict(limits)),
    ]
    with (
        (folder / _LOG).open("wb") as log,
        subprocess.Popen(
            command,
            env=_environment(folder),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            death = _death(process.wait(limits.seconds))
        except subprocess.TimeoutExpired:
            death = f"the file takes longer than the {limits.seconds:.0f} seconds that one file is given"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    return _findings(folder, death)


def _findings(folder: Path, death: str | None) -> Findings:
    """What the workshop left. It may have been broken into: what it claims to have made must be derivatives."""
    try:
        findings = Findings.from_json((folder / FINDINGS).read_text())
        sound = all(is_derivative(made["name"]) and _is_plain(folder / made["name"]) for made in findings.derived)
    except (OSError, ValueError, TypeError, KeyError):
        return Findings(reason=death or _CRASHED, failed=True)
    if death or not sound:
        findings.fail(death or _CRASHED)
    return findings


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _death(code: int) -> str | None:
    """Why a process ended otherwise than well, for a librarian."""
    return None if code == 0 else _DEATHS.get(-code, _CRASHED)


def _environment(folder: Path) -> dict[str, str]:
    """Where Python and its libraries are, and no more: above all no credentials."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "LANG") if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "TMPDIR": str(folder),
        "HOME": str(folder),
        "VIPS_CONCURRENCY": "2",
        "VIPS_DISC_THRESHOLD": "256m",
        "MALLOC_ARENA_MAX": "2",
    }


def _record(file: File, findings: Findings, blob: Blob | None, sha256: str, now: datetime) -> None:
    fields: dict[str, Any] = asdict(findings)
    failed, derived = fields.pop("failed"), fields.pop("derived")
    if blob:
        fields["details"][_SOURCE] = blob.etag
    technical = Technical(
        **fields,
        status=DerivativeStatus.FAILED if failed else DerivativeStatus.DONE,
        derived=tuple(DerivedFile(**made) for made in derived),
        derived_at=clock.stamp(now),
    )
    inventory.record_technical(file, technical, sha256)


def discard(files: Iterable[File]) -> None:
    """Forget what was made from files that are deleted."""
    store.discard(
        [
            store.prefix(file.mms_id, file.representation_id, file.pid) + derived.name
            for file in files
            for derived in file.technical.derived
        ]
    )


def full_text(file: File, most: int) -> str:
    """The first ``most`` characters of what a file says; nothing where it has no text."""
    if not file.technical.text_length or not any(each.name == TEXT for each in file.technical.derived):
        return ""
    key = store.prefix(file.mms_id, file.representation_id, file.pid) + TEXT
    return store.text(key, 4 * most)[:most]
