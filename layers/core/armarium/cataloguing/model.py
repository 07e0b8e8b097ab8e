"""Rules of cataloguing by hand. Pure."""

from __future__ import annotations

import mimetypes
from datetime import timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from armarium.cataloguing.errors import DroppedFileError

UPLOAD_LIFETIME = timedelta(days=6)  # the bucket gives up unfinished uploads after seven
LARGEST_UPLOAD = 5 * 1024**4
FINISHED_AT_ONCE = 1024**3  # bytes; S3 copies that in about ten seconds
_MEBIBYTE = 1024**2
_SMALLEST_PART = 8 * _MEBIBYTE
_MOST_PARTS = 9_000  # S3 takes ten thousand


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


class Upload(BaseModel):
    """A file on its way in parts. ``id`` follows from what is uploaded, so that starting again goes on."""

    model_config = ConfigDict(frozen=True)

    id: str  # also the file's id to be
    mms_id: str
    representation_id: str
    name: str
    label: str
    size: int
    sha256: str
    key: str  # in the upload bucket
    s3_id: str
    replaces: str = ""  # pid of the file whose content it is to be
    created_by: str
    created_at: str
    expires_at: int  # seconds since 1970
    finished: bool = False
    processing_since: str = ""  # a large one that somebody finished: the rest goes on by itself
    problem: str = ""  # why that did not end well; the upload has to be started anew

    @property
    def is_large(self) -> bool:
        """Whether finishing it takes longer than a request may."""
        return self.size > FINISHED_AT_ONCE

    @property
    def part_size(self) -> int:
        """Bytes of every part but the last."""
        return part_size(self.size)

    @property
    def part_count(self) -> int:
        """How many parts it has."""
        return -(-self.size // self.part_size)

    def size_of(self, number: int) -> int:
        """Bytes of one part, from 1."""
        return min(self.part_size, self.size - (number - 1) * self.part_size)


def part_size(size: int) -> int:
    """Bytes of a part, in whole mebibytes: eight, or as many as keep the parts under nine thousand."""
    return max(_SMALLEST_PART, -(-size // _MOST_PARTS // _MEBIBYTE) * _MEBIBYTE)


def safe_name(name: str) -> str:
    """The last part of a file's name, without what keys and downloads cannot carry."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(each for each in last if each.isprintable()).strip().lstrip(".")
    return kept[-200:]
