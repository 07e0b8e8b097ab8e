"""What holds for any input."""

from __future__ import annotations

import io
import random
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armarium.ingest import reading
from armarium.ingest.model import Finding, InputRecord, SourceFormat
from tests.unit.ingest.reading_aloud import hear, profile
from tests.unit.ingest.test_reading_xml import collection, envelope, harvested, record, title
from tests.unit.ingest.workbooks import workbook
from tests.unit.metadata.dublin_core_records import NAMESPACES
from tests.unit.metadata.marc_records import BIRDS, SHARED, iso2709

RIGHT: dict[SourceFormat, list[bytes]] = {
    SourceFormat.MARC21: [iso2709(BIRDS) + iso2709([("001", "n2"), ("245", "00$aПтицы")])],
    SourceFormat.MARCXML: [collection(record(1), record(2)).encode()],
    SourceFormat.DC: [
        f"<r {NAMESPACES}><record>{title(1)}</record><record>{title(2)}</record></r>".encode(),
        envelope(harvested(1, f"<metadata><dc {NAMESPACES}>{title(1)}</dc></metadata>")).encode(),
    ],
    SourceFormat.CSV: [
        'group_id,dc:title,dc:creator,file_name_1\ng,"Birds, and\nowls",A,a.tif\n,Élégie,"B ""b""",\n'.encode(),
        workbook({"S": [["dc:title", "mms_id"], ["Birds", 17]]}),
    ],
}
CASES = [(source_format, content) for source_format, contents in RIGHT.items() for content in contents]


class Trickle(io.BytesIO):
    """A stream that gives a few bytes at a time, as networks do."""

    def __init__(self, content: bytes, seed: int) -> None:
        super().__init__(content)
        self._sizes = random.Random(seed)  # noqa: S311

    def read(self, size: int | None = -1, /) -> bytes:
        """At most what is asked for, seldom all of it."""
        few = self._sizes.randint(1, 40)
        return super().read(few if size is None or size < 0 else min(few, size))


def everything(source_format: SourceFormat, source: io.BytesIO) -> tuple[list[InputRecord], list[Finding]]:
    found = reading.read(profile(source_format), source, "metadata", {"a.tif": 3, "u17/1.tif": 4})
    return list(found), found.findings


@pytest.mark.parametrize(("source_format", "content"), CASES)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_it_does_not_matter_in_which_pieces_the_bytes_come(
    source_format: SourceFormat, content: bytes, seed: int
) -> None:
    assert everything(source_format, Trickle(content, seed)) == everything(source_format, io.BytesIO(content))


@pytest.mark.parametrize("source_format", SourceFormat)
@given(content=st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)))
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_records_and_findings_and_no_exception(source_format: SourceFormat, content: bytes) -> None:
    records, findings = everything(source_format, io.BytesIO(content))
    assert records or findings or source_format is SourceFormat.CSV


@pytest.mark.parametrize(("source_format", "content"), CASES)
@given(damage=st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255), st.integers(0, 3)), max_size=6))
@settings(max_examples=150, deadline=None)
def test_damaged_input_gives_records_and_findings_and_no_exception(
    source_format: SourceFormat, content: bytes, damage: list[tuple[int, int, int]]
) -> None:
    damaged = bytearray(content)
    for at, byte, gone in damage:
        place = at % len(damaged)
        damaged[place : place + gone] = bytes([byte])
    records, _ = everything(source_format, io.BytesIO(bytes(damaged)))
    assert [each.ordinal for each in records] == list(range(1, len(records) + 1))
    for each in records:
        assert each.errors or each.record is not None or each.description is not None or each.mms_id
        assert reading.from_line(reading.to_line(each)) == each


@pytest.mark.parametrize(("source_format", "content"), CASES)
def test_a_staged_line_is_one_line_and_comes_back_as_it_was(source_format: SourceFormat, content: bytes) -> None:
    records, _ = everything(source_format, io.BytesIO(content))
    assert records
    for each in records:
        line = reading.to_line(each)
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        assert reading.from_line(line) == each


def test_a_record_in_marc8_comes_back_byte_for_byte_from_its_line() -> None:
    content = iso2709([("245", "00$aBirdXs")], leader="nam  22").replace(b"Xs", b"\xe2e")
    heard = hear(content, SourceFormat.MARC21)
    staged = reading.from_line(reading.to_line(heard.record))
    assert staged.record is not None
    assert staged.record.content in (content, content[:-1] + b"\x1d")
    assert staged == heard.record


@pytest.mark.parametrize(
    ("source_format", "one"),
    [
        (SourceFormat.MARC21, iso2709([("245", "00$aTitle"), ("520", "  $a" + "x" * 5_000)])),
        (SourceFormat.MARCXML, record(1).replace("Title", "x" * 5_000).encode()),
    ],
    ids=["ISO 2709", "MARCXML"],
)
def test_memory_does_not_grow_with_the_file(source_format: SourceFormat, one: bytes) -> None:
    class Endless(io.RawIOBase):
        """Records made while they are read."""

        def __init__(self, count: int) -> None:
            self.left = count

        def read(self, size: int = -1, /) -> bytes:
            made = []
            while self.left and size > 0:
                made.append(one)
                size -= len(made[-1])
                self.left -= 1
            return b"".join(made)

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in reading.read(profile(source_format, match_by=()), Endless(count), "metadata", {}):  # type: ignore[arg-type]
            pass
        _, top = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return top

    peak(200)  # imports
    assert peak(4_000) < peak(1_000) * 1.2


def test_the_synthetic_ten_thousand_are_all_accounted_for() -> None:
    file = SHARED / "marc" / "mrrc__synthetic_10k.mrc"
    if not file.exists():
        pytest.skip("the real records in ../shared/data are not here")
    found = reading.read(profile(SourceFormat.MARC21), io.BytesIO(file.read_bytes()), file.name, {})
    ordinals = [each.ordinal for each in found]
    assert ordinals == list(range(1, 10_001))
    assert found.summary.rejected == 2_000  # authority records, without 245
