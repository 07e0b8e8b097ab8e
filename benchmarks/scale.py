"""What a page costs in a large collection and in a title of many files, beside a small one: no request more.

A hundred and a hundred thousand bibs in a collection, ten and five thousand files in a representation; for each the
DynamoDB requests of the first page and of one far behind. The time of a page by the API is shown too, without a limit:
the emulator gathers and sorts the whole partition for every query.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests

from benchmarks.bulk_ingest import as_this_process, counted, stream_at_rest

SIZES = {"bibs in a collection": (100, 100_000), "files in a representation": (10, 5_000)}
FAR = 9_950  # places behind the first
Read = Callable[[str | None, int], str | None]
_AT = "2026-01-01T00:00:00.000Z"
_STAMP = {"created_by": "bench", "created_at": _AT, "modified_by": "bench", "modified_at": _AT}


def run() -> bool:
    """Print a line a size and page; whether the large ones keep to the limits."""
    outputs = json.loads(Path(os.environ.get("ARMARIUM_OUTPUTS", ".local/outputs.json")).read_text())
    as_this_process(outputs)
    with stream_at_rest():
        return _all_sizes(outputs, f"s{int(time.time())}")


def _all_sizes(outputs: dict[str, Any], run_id: str) -> bool:
    kept = True
    for what, sizes in SIZES.items():
        print(f"\na page of 50 of the {what}")
        make = _collection if what.startswith("bibs") else _representation
        small, large = (_measured(outputs, *make(run_id, size), size) for size in sizes)
        least = small["first"][1]
        for where, (seconds, made) in large.items():
            growth = seconds / small[where][0]
            kept &= made <= least
            print(f"  {where:8} {made} requests (the first page of the small one: {least}), {growth:.1f} × the time")
    return kept


def _measured(outputs: dict[str, Any], path: str, read: Read, size: int) -> dict[str, tuple[float, int]]:
    """Seconds of a page by the API, and requests of the domain: of the first page, and of one far behind."""
    headers = {"Authorization": f"apikey {outputs['api_keys']['admin']}"}
    measured = {}
    for where, token in (("first", None), ("behind", read(None, min(size // 2, FAR)))):
        params = {"limit": "50"} | ({"token": token} if token else {})
        seconds = min(_seconds(outputs["api_url"] + path, headers, params) for _ in range(5))
        with counted() as made:
            read(token, 0)
        measured[where] = (seconds, made["DynamoDB"])
    return measured


def _seconds(url: str, headers: dict[str, str], params: dict[str, str]) -> float:
    started = time.perf_counter()
    answer = requests.get(url, headers=headers, params=params, timeout=60)
    assert answer.status_code == 200, answer.text
    return time.perf_counter() - started


def _collection(run_id: str, size: int) -> tuple[str, Read]:
    from armarium.inventory import service as inventory
    from armarium.inventory.model import Draft
    from armarium.platform import clock

    collection = inventory.create_collection(name=f"{run_id} {size}", by="bench", now=clock.now())

    def drafts() -> Iterator[Draft]:
        for number in range(size):
            mms_id, bib = _bib(f"{run_id} {size} {number:06d}")
            yield Draft(tag=number, by="bench", at=_AT, mms_id=mms_id, bib=bib, collection_ids=(collection.id,))

    waiting: list[Draft] = []
    for draft in drafts():
        waiting.append(draft)
        if len(waiting) == 1_000:
            assert inventory.save(waiting) == ()
            waiting = []
    assert inventory.save(waiting) == ()
    return (
        f"/bibs/collections/{collection.id}/bibs",
        lambda token, offset: inventory.list_bibs_in_collection(collection.id, 50, token, offset).next_token,
    )


def _representation(run_id: str, size: int) -> tuple[str, Read]:
    from armarium.inventory import service as inventory
    from armarium.inventory.model import Draft, File, Representation
    from armarium.platform import ids

    mms_id, bib = _bib(f"{run_id} files {size}")
    representation = Representation(
        id=ids.derived(ids.IdType.REPRESENTATION, "0001", mms_id), mms_id=mms_id, file_count=size, **_STAMP
    )
    files = tuple(
        File(
            pid=ids.derived(ids.IdType.FILE, "0001", mms_id, str(order)),
            mms_id=mms_id,
            representation_id=representation.id,
            order=order,
            name=f"{order}.tif",
            label=str(order),
            key=f"bench/{mms_id}/{order}",
            size=1,
            **_STAMP,
        )
        for order in range(1, size + 1)
    )
    draft = Draft(tag=1, by="bench", at=_AT, mms_id=mms_id, bib=bib, representations=(representation,), files=files)
    assert inventory.save([draft]) == ()
    return (
        f"/bibs/{mms_id}/representations/{representation.id}/files",
        lambda token, offset: inventory.list_files(mms_id, representation.id, 50, token, offset).next_token,
    )


def _bib(title: str) -> tuple[str, Any]:
    from armarium.inventory.model import Bib
    from armarium.metadata.model import Description, RecordSchema, SourceRecord
    from armarium.platform import ids

    mms_id = ids.derived(ids.IdType.BIB, "0001", title)
    content = f'<dc xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></dc>'.encode()
    return mms_id, Bib(
        mms_id=mms_id,
        record=SourceRecord(schema_=RecordSchema.DC, content=content),
        description=Description(title=title, sort_title=title),
        fingerprint=title,
        **_STAMP,
    )
