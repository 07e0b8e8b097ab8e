"""Rules of cataloguing by hand. Pure."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from enum import StrEnum

from armarium.cataloguing.errors import DroppedFileError


class Leftover(StrEnum):
    """What to do with a bib or representation that a deletion leaves empty."""

    RETAIN = "retain"
    SUPPRESS = "suppress"  # of bibs only
    DELETE = "delete"


def path_of(path: str, institution: str) -> str:
    """The key of a dropped file as somebody wrote it.

    Raises :class:`DroppedFileError` for what is not under the institution's upload prefix.
    """
    key = path.strip().lstrip("/")
    prefix = f"{institution}/upload/"
    parts = key.removeprefix(prefix).split("/")
    if not key.startswith(prefix) or "" in parts or ".." in parts or len(key) > 900:
        raise DroppedFileError(f"The path must name a file under {prefix}, as it was uploaded: {path[:200]!r}")
    return key


def file_name(key: str) -> str:
    """The last part of a key."""
    return key.rsplit("/", 1)[-1]


def label_of(name: str) -> str:
    """The label that a file has where nobody gave it one: its name without the suffix."""
    return name.rsplit(".", 1)[0] or name


def content_type(name: str) -> str:
    """The media type that a file's name promises."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def moved(pids: Sequence[str], pid: str, place: int) -> list[str]:
    """The order of files with one of them at a place, from 1; beyond the end is the end."""
    others = [each for each in pids if each != pid]
    others.insert(max(0, place - 1), pid)
    return others
