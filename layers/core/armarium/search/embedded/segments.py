"""The files of an index: packed into the parts that S3 keeps, unpacked and laid out where tantivy reads them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from armarium.search import store

_AT_ONCE = 8
_CHUNK = 1 << 20


def of_index(folder: Path) -> tuple[str, dict[str, tuple[str, ...]]]:
    """What the index in a folder consists of: its ``meta.json``, and by the name of a part the files that go into it.

    A segment never changes: its files are one part. Which of its documents are deleted is a file of its own.
    """
    meta = (folder / "meta.json").read_text()
    parts: dict[str, tuple[str, ...]] = {}
    for segment in json.loads(meta)["segments"]:
        name = segment["segment_id"].replace("-", "")
        files = (path.name for path in folder.glob(f"{name}.*") if path.suffix != ".del")
        parts[f"segments/{name}"] = tuple(sorted(files))
        if segment["deletes"]:
            deletes = f"{name}.{segment['deletes']['opstamp']}.del"
            parts[f"deletes/{deletes}"] = (deletes,)
    return meta, parts


def documents(meta: str) -> int:
    """How many documents the index with this ``meta.json`` has that are not deleted."""
    return sum(
        each["max_doc"] - (each["deletes"]["num_deleted_docs"] if each["deletes"] else 0)
        for each in json.loads(meta)["segments"]
    )


def packed(folder: Path, files: Iterable[str]) -> tuple[bytes, tuple[tuple[str, int], ...]]:
    """Files one after the other, with the name and size of each."""
    contents = [(name, (folder / name).read_bytes()) for name in files]
    return b"".join(content for _, content in contents), tuple((name, len(content)) for name, content in contents)


def fetch(parts: Iterable[store.Part], folder: Path) -> int:
    """Bring the parts that are not in ``folder`` yet there, several at once; answers how many bytes that were."""
    missing = [part for part in parts if not all((folder / name).is_file() for name, _ in part.files)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda part: _fetch(part, folder), missing))
    return sum(size for part in missing for _, size in part.files)


def lay_out(manifest: store.Manifest, files: Path, folder: Path) -> None:
    """Make ``folder`` the index of a manifest, out of links to its files."""
    remove(folder)
    folder.mkdir(parents=True)
    for part in manifest.parts:
        for name, _ in part.files:
            os.link(files / name, folder / name)
    (folder / "meta.json").write_text(manifest.meta)


def adopt(parts: Iterable[store.Part], folder: Path, files: Path) -> None:
    """Keep what a writer made in ``folder`` among the ``files`` of the index, and delete what it has no use for."""
    needed = {name for part in parts for name, _ in part.files}
    for name in needed:
        if not (files / name).is_file():
            os.link(folder / name, files / name)
    for path in (*files.iterdir(), *folder.iterdir()):
        if path.name not in needed and path.suffix not in (".json", ".lock"):
            path.unlink(missing_ok=True)


def remove(folder: Path) -> None:
    """Delete a folder; one that is not there is no error."""
    shutil.rmtree(folder, ignore_errors=True)


def _fetch(part: store.Part, folder: Path) -> None:
    body = store.part(part.key)
    for name, size in part.files:
        new = folder / f"{name}.new"
        with new.open("wb") as file:
            left = size
            while left:
                chunk = body.read(min(left, _CHUNK))
                if not chunk:
                    raise OSError(f"{part.key} is shorter than its manifest says")
                file.write(chunk)
                left -= len(chunk)
        new.replace(folder / name)
