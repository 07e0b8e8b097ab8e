"""Import profiles: made, changed in versions, compared, brought back. No version is ever rewritten."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from armarium.configuration import service as configuration
from armarium.configuration.errors import LibraryNotValidError
from armarium.ingest import store
from armarium.ingest.errors import ProfileNotFoundError, ProfileNotValidError
from armarium.ingest.model import BOOKKEEPING, ImportProfile, SourceFormat
from armarium.ingest.rules import is_metadata_file
from armarium.inventory import service as inventory
from armarium.inventory.model import Page
from armarium.jobs.model import Job
from armarium.platform import clock
from armarium.platform.errors import ConflictError, PreconditionFailedError

FIRST_NUMBER = 1001
_FILE_FIELDS = {
    SourceFormat.MARC21: re.compile(r"[0-9]{3}[0-9a-z]"),
    SourceFormat.MARCXML: re.compile(r"[0-9]{3}[0-9a-z]"),
    SourceFormat.DC: re.compile(r"dc(terms)?:[A-Za-z]+"),
}
_MEND_FILE_FIELD = {
    SourceFormat.MARC21: "a MARC field and subfield is wanted here, such as 856u",
    SourceFormat.MARCXML: "a MARC field and subfield is wanted here, such as 856u",
    SourceFormat.DC: "a Dublin Core element is wanted here, such as dc:identifier",
}


def list_profiles() -> tuple[ImportProfile, ...]:
    """Every import profile, in its current version."""
    return tuple(store.profiles())


def get_profile(profile_id: str) -> ImportProfile:
    """A profile in its current version. Raises :class:`ProfileNotFoundError`."""
    found = store.profile(profile_id)
    if found is None:
        raise ProfileNotFoundError(f"There is no import profile {profile_id}")
    return found


def list_versions(profile_id: str, limit: int, token: str | None = None) -> Page[ImportProfile]:
    """A page of a profile's versions, newest first. Raises :class:`ProfileNotFoundError`."""
    found, following = store.profile_versions(profile_id, limit, token)
    if not found and not token:
        get_profile(profile_id)
    return Page[ImportProfile](items=tuple(found), next_token=following)


def get_version(profile_id: str, version: int) -> ImportProfile:
    """A profile as it was in a version. Raises :class:`ProfileNotFoundError`."""
    found = store.profile_version(profile_id, version)
    if found is None:
        raise ProfileNotFoundError(f"Import profile {profile_id} has no version {version}")
    return found


def profile_of(job: Job) -> ImportProfile:
    """The profile that a job reads its folder by: in the version in which it was submitted, whatever changed since."""
    if job.profile_version is None:
        return get_profile(job.profile_id)
    return get_version(job.profile_id, job.profile_version)


def differences(before: ImportProfile, after: ImportProfile) -> tuple[tuple[str, Any, Any], ...]:
    """Field, value before and value after of all that differs between two versions."""
    old, new = (each.model_dump(mode="json", exclude=set(BOOKKEEPING)) for each in (before, after))
    return tuple((name, old[name], new[name]) for name in new if old[name] != new[name])


def drop_folder(profile_id: str) -> str:
    """Where a profile's folders are dropped: ``s3://bucket/<INST>/upload/<profile>/``."""
    return store.address_of(store.folders_of(profile_id))


# Writing


def create_profile(fields: Mapping[str, Any], by: str, now: datetime) -> ImportProfile:
    """A new profile under the next free number. Raises :class:`ProfileNotValidError`."""
    numbers = [int(each.id) for each in list_profiles() if each.id.isdecimal()]
    wanted = {**fields, "id": str(max([FIRST_NUMBER - 1, *numbers]) + 1), "version": 1}
    return _stored(checked(wanted | _saved(by, now)))


def change_profile(
    profile_id: str, fields: Mapping[str, Any], by: str, now: datetime, expected: int | None = None
) -> ImportProfile:
    """The next version of a profile; fields that are not given stay, and no change makes no version.

    Raises :class:`ProfileNotFoundError`, :class:`ProfileNotValidError`; PreconditionFailedError where ``expected`` is
    not the current version.
    """
    before = get_profile(profile_id)
    if expected is not None and before.version != expected:
        raise PreconditionFailedError(f"Version {before.version} is stored, not {expected}: read it again")
    fixed = {"id": before.id, "version": before.version + 1}
    after = checked(before.model_dump() | dict(fields) | fixed | _saved(by, now))
    return _stored(after) if differences(before, after) else before


def restore_version(
    profile_id: str, version: int, by: str, now: datetime, expected: int | None = None
) -> ImportProfile:
    """What a profile was in an earlier version, as its next version. Raises what :func:`change_profile` raises."""
    wanted = get_version(profile_id, version).model_dump(exclude=set(BOOKKEEPING))
    return change_profile(profile_id, wanted, by, now, expected)


def save_profile(profile: ImportProfile) -> ImportProfile:
    """Store a profile, unchecked, as the version after the current one; the same content again makes no version.

    Raises :class:`ConflictError` when somebody saved that version at the same moment.
    """
    current = store.profile(profile.id)
    if current is None:
        return _stored(profile)
    if not differences(current, profile):
        return current
    return _stored(profile.model_copy(update={"version": current.version + 1}))


def _stored(profile: ImportProfile) -> ImportProfile:
    if not store.put_profile(profile):
        raise ConflictError(f"Profile {profile.id} was changed at the same moment: read it again")
    return profile


def _saved(by: str, now: datetime) -> dict[str, str]:
    return {"saved_by": by, "saved_at": clock.stamp(now)}


# Checking


def checked(fields: Mapping[str, Any]) -> ImportProfile:
    """A profile that loading can follow. Raises :class:`ProfileNotValidError` with all that is wrong."""
    profile, problems = _read(fields)
    problems |= {name: words for name, words in _against_rules(profile) if name not in problems}
    if problems:
        raise ProfileNotValidError(problems)
    return profile


_BLANK = {"id": "0", "name": "blank", "source_format": SourceFormat.CSV}
_IN_PLAIN_WORDS = {
    "missing": "this is needed",
    "string_too_short": "this is needed",
    "string_too_long": "at most {max_length} characters",
    "too_short": "at least one is needed",
    "too_long": "at most {max_length}",
    "literal_error": "one of {expected} is wanted here",
    "enum": "one of {expected} is wanted here",
}


def _read(fields: Mapping[str, Any]) -> tuple[ImportProfile, dict[str, str]]:
    """A profile of the fields that have the right shape, and what is wrong with the others."""
    try:
        return ImportProfile.model_validate(dict(fields)), {}
    except ValidationError as error:
        found = error.errors()
    wrong = {str(each["loc"][0]) for each in found}
    if "source_format" in wrong:
        wrong.add("file_field")  # what may stand there follows from the format
    shaped = _BLANK | {name: value for name, value in fields.items() if name not in wrong}
    return ImportProfile.model_validate(shaped), {".".join(map(str, each["loc"])): _in_words(each) for each in found}


def _in_words(fault: Mapping[str, Any]) -> str:
    words = _IN_PLAIN_WORDS.get(fault["type"])
    return words.format_map(fault.get("ctx", {})) if words else str(fault["msg"])


def _against_rules(profile: ImportProfile) -> Iterable[tuple[str, str]]:
    if not profile.name.strip():
        yield "name", "give the profile a name"
    if "/" in profile.metadata_file:
        yield "metadata_file", "the metadata file is in the folder itself: a name without a slash is wanted here"
    if profile.file_field:
        wanted = _FILE_FIELDS.get(profile.source_format)
        if wanted is None:
            yield "file_field", "a table names its files in file_name_1, file_name_2 …: leave this empty"
        elif not wanted.fullmatch(profile.file_field):
            yield "file_field", _MEND_FILE_FIELD[profile.source_format]
    if len(set(profile.match_by)) != len(profile.match_by):
        yield "match_by", "each way of matching at most once"
    if profile.collection_id and not inventory.existing_collections([profile.collection_id]):
        yield "collection_id", f"there is no collection {profile.collection_id}"
    try:
        configuration.require_library(profile.library)
    except LibraryNotValidError as error:
        yield "library", error.message


def tried(profile: ImportProfile, paths: Iterable[str]) -> tuple[tuple[str, int | None], ...]:
    """What a profile makes of paths in a drop folder: the place of the pattern that takes each, from 1.

    0 where no pattern takes it, None where it is the metadata file.
    """
    from armarium.ingest.reading import place_of

    return tuple((path, None if is_metadata_file(profile, path) else place_of(profile, path)) for path in paths)
