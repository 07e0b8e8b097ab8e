"""Promises of import profiles: versions that are never rewritten, checks before saving, jobs that keep theirs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from armarium.ingest import profiles, store
from armarium.ingest import service as ingest
from armarium.ingest.errors import DropFolderError, ProfileNotFoundError, ProfileNotValidError
from armarium.ingest.model import ImportProfile, SourceFormat
from armarium.inventory import service as inventory
from armarium.platform.errors import PreconditionFailedError
from tests.service.ingest.conftest import NOW, Library

FIELDS: dict[str, Any] = {"name": "Scans", "source_format": "CSV", "library": "MAIN"}
LATER = datetime(2026, 11, 22, tzinfo=UTC)


def problems(**fields: Any) -> dict[str, str]:
    with pytest.raises(ProfileNotValidError) as refused:
        profiles.create_profile(FIELDS | fields, "ann", NOW)
    return refused.value.problems


def test_a_new_profile_gets_the_next_number() -> None:
    first = profiles.create_profile(FIELDS, "ann", NOW)
    assert (first.id, first.version, first.saved_by) == ("1001", 1, "ann")
    assert profiles.create_profile(FIELDS, "ann", NOW).id == "1002"
    assert profiles.drop_folder("1001") == "s3://armarium-upload/01ARM_INST/upload/1001/"


def test_every_change_is_a_version_and_none_is_lost() -> None:
    made = profiles.create_profile(FIELDS, "ann", NOW)
    changed = profiles.change_profile(made.id, {"name": "Plans", "suppressed": True}, "bob", LATER, expected=1)
    assert (changed.version, changed.saved_by, changed.library) == (2, "bob", "MAIN")
    assert profiles.change_profile(made.id, {"name": "Plans"}, "eve", LATER) == changed
    with pytest.raises(PreconditionFailedError):
        profiles.change_profile(made.id, {"name": "Mine"}, "eve", LATER, expected=1)
    page = profiles.list_versions(made.id, limit=1)
    assert [each.version for each in page.items] == [2]
    assert profiles.list_versions(made.id, limit=5, token=page.next_token).items == (made,)
    assert profiles.differences(made, changed) == (("name", "Scans", "Plans"), ("suppressed", False, True))


def test_an_earlier_version_comes_back_as_the_next_one() -> None:
    made = profiles.create_profile(FIELDS, "ann", NOW)
    profiles.change_profile(made.id, {"name": "Plans"}, "bob", LATER)
    back = profiles.restore_version(made.id, 1, "ann", LATER, expected=2)
    assert (back.version, back.name, back.saved_by) == (3, "Scans", "ann")
    assert [each.name for each in profiles.list_versions(made.id, 10).items] == ["Scans", "Plans", "Scans"]
    with pytest.raises(ProfileNotFoundError):
        profiles.restore_version(made.id, 9, "ann", LATER)


def test_all_that_is_wrong_is_said_by_field() -> None:
    assert problems(name="", on_match="replace").keys() == {"name", "on_match"}
    found = problems(
        name=" ",
        library="NONE",
        collection_id="8199",
        file_field="856u",
        metadata_file="in/values.csv",
        match_by=("dc", "dc"),
    )
    assert found.keys() == {"name", "library", "collection_id", "file_field", "metadata_file", "match_by"}
    assert problems(representations=({"pattern": "*"}, {"pattern": ""})).keys() == {"representations.1.pattern"}
    assert problems(representations=()).keys() == {"representations"}


@pytest.mark.parametrize(
    ("source_format", "field", "is_one"),
    [
        ("MARC21", "856u", True),
        ("MARCXML", "dc:identifier", False),
        ("DC", "dcterms:source", True),
        ("DC", "856u", False),
    ],
)
def test_a_file_field_fits_its_format(source_format: str, field: str, is_one: bool) -> None:
    fields = {"source_format": source_format, "file_field": field}
    if is_one:
        assert profiles.create_profile(FIELDS | fields, "ann", NOW).file_field == field
    else:
        assert problems(**fields).keys() == {"file_field"}


def test_sample_names_are_tried_by_the_patterns_that_loading_uses() -> None:
    patterns = ({"pattern": "high/*"}, {"pattern": "*.jpg"})
    profile = profiles.checked({**FIELDS, "id": "1", "representations": patterns})
    paths = ("high/1.jpg", "low/1.jpg", "low/1.tif", "values.csv", "High/1.tif")
    assert dict(profiles.tried(profile, paths)) == {
        "high/1.jpg": 1,
        "low/1.jpg": 2,
        "low/1.tif": 0,
        "values.csv": None,
        "High/1.tif": 0,
    }


def test_a_running_job_keeps_the_version_it_began_with(library: Library) -> None:
    profile = library.profile(SourceFormat.CSV, suppressed=True)
    [job] = ingest.notice(library.drop(profile, "maps", {"values.csv": b"dc:title\nOne\nTwo\n"}), NOW)
    assert job.profile_version == profile.version
    profiles.change_profile(profile.id, {"suppressed": False, "on_no_match": "skip"}, "bob", LATER)
    library.run(job.id)
    bibs = inventory.list_bibs_in_collection(library.collection.id, 10).items
    assert len(bibs) == 2
    assert all(bib.suppressed for bib in bibs)


def test_a_profile_that_is_switched_off_starts_nothing(library: Library) -> None:
    profile = library.profile(SourceFormat.CSV)
    profiles.change_profile(profile.id, {"active": False}, "ann", LATER)
    keys = library.drop(profile, "maps", {"values.csv": b"dc:title\nOne\n"})
    assert ingest.notice(keys, NOW) == ()
    with pytest.raises(DropFolderError, match="switched off"):
        ingest.submit(profile.id, "maps", "ann", NOW)
    profiles.change_profile(profile.id, {"active": True}, "ann", LATER)
    assert len(ingest.submit(profile.id, "maps", "ann", NOW)) == 1


def test_a_profile_from_before_profiles_could_be_switched_off_is_on() -> None:
    old = '{"id": "7", "version": 1, "name": "Old", "source_format": "CSV"}'
    assert ImportProfile.model_validate_json(old).active
    assert store.profile("7") is None
