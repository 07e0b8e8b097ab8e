"""MARC through the whole of bulk ingest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from armarium.ingest.model import SourceFormat
from armarium.inventory import service as inventory
from armarium.jobs.model import JobStatus
from tests.unit.metadata.marc_records import BIRDS, iso2709

if TYPE_CHECKING:
    from tests.service.ingest.conftest import Library

MARC = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "marc"


def test_two_records_that_share_an_035_are_two_titles_and_stay_so(library: Library) -> None:
    profile = library.profile(SourceFormat.MARC21)
    twin = [("001", "n2"), ("035", "  $a(OCoLC)12345"), ("245", "00$aAnother")]
    file = {"values.mrc": iso2709(BIRDS) + iso2709(twin)}
    first = library.load(profile, "one", file)
    assert (first.counters.created, first.counters.rejected) == (2, 0)
    again = library.load(profile, "two", file)
    assert (again.counters.unchanged, again.counters.manual) == (2, 0)


def test_the_same_records_in_four_writings_are_one_inventory(library: Library) -> None:
    if not MARC.is_dir():
        pytest.skip("the real MARC files are not beside this checkout")
    marc, marcxml = library.profile(SourceFormat.MARC21), library.profile(SourceFormat.MARCXML)
    first = library.load(marc, "iso", {"values.mrc": (MARC / "solrmarc__specTestRecs.mrc").read_bytes()})
    assert (first.counters.read, first.counters.created) == (76, 76)
    for form in ("", "_withBOM", "_no_Prolog"):
        content = (MARC / f"solrmarc__specTestRecs{form}.xml").read_bytes()
        job = library.load(marcxml, f"xml{form}", {"values.xml": content})
        assert (job.counters.read, job.counters.unchanged) == (76, 76), job.counters
    assert inventory.count_members(library.collection.id) == 76


def test_a_bad_file_accounts_for_each_of_its_records(library: Library) -> None:
    if not MARC.is_dir():
        pytest.skip("the real MARC files are not beside this checkout")
    job = library.load(
        library.profile(SourceFormat.MARC21), "bad", {"values.mrc": (MARC / "pymarc__bad_records.mrc").read_bytes()}
    )
    assert job.counters.read == job.counters.accounted == 8
    assert job.status is JobStatus.COMPLETED_WARNING
