"""Pyramids are read by byte ranges from the derivatives bucket; large answers are kept there for a while."""

from __future__ import annotations

import io
from collections import OrderedDict

from armarium.delivery.model import Pyramid
from armarium.inventory.model import File
from armarium.platform import blobs
from armarium.platform.settings import settings

BLOCK = 128 * 1024
_MOST_BLOCKS = 512  # 64 MB
_LINK_SECONDS = 300
LARGE = "cache/"
"""Large answers; the bucket's lifecycle deletes them after a day."""

_blocks: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()


class PyramidReader(io.RawIOBase):
    """A pyramid as a file to read and seek in: each read is one range request for the blocks that are not at hand."""

    def __init__(self, pyramid: Pyramid) -> None:
        super().__init__()
        self._key = f"{settings().institution}/{pyramid.key}"
        self._version = pyramid.version
        self._size = pyramid.size
        self._at = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position; beyond the end is the end."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, min(self._size, base + offset))
        return self._at

    def read(self, length: int = -1) -> bytes:
        """``length`` bytes; fewer at the end."""
        end = self._size if length < 0 else min(self._size, self._at + length)
        if end <= self._at:
            return b""
        first, last = self._at // BLOCK, (end - 1) // BLOCK
        blocks = self._fetched(first, last)
        start = self._at - first * BLOCK
        self._at, length = end, end - self._at
        return b"".join(blocks)[start : start + length]

    def _fetched(self, first: int, last: int) -> list[bytes]:
        """Blocks ``first`` to ``last``; the stretch that is not at hand comes with one request."""
        missing = [number for number in range(first, last + 1) if self._block(number) is None]
        fetched: dict[int, bytes] = {}
        if missing:
            start, length = missing[0] * BLOCK, (missing[-1] - missing[0] + 1) * BLOCK
            content = blobs.read_range(settings().derivatives_bucket, self._key, start, length)
            for number in range(missing[0], missing[-1] + 1):
                at = number * BLOCK - start
                fetched[number] = content[at : at + BLOCK]
        found = [fetched.get(number) or self._block(number) or b"" for number in range(first, last + 1)]
        for number, block in fetched.items():
            _blocks[self._key, self._version, number] = block
        while len(_blocks) > _MOST_BLOCKS:
            _blocks.popitem(last=False)
        return found

    def _block(self, number: int) -> bytes | None:
        key = (self._key, self._version, number)
        if key in _blocks:
            _blocks.move_to_end(key)
        return _blocks.get(key)


def forget_blocks() -> None:
    """Read from the bucket again."""
    _blocks.clear()


def large_answer(name: str) -> str | None:
    """A link to a large answer that was kept, or None."""
    bucket = settings().derivatives_bucket
    return blobs.signed_link(bucket, LARGE + name, _LINK_SECONDS) if blobs.head(bucket, LARGE + name) else None


def keep_large_answer(name: str, content: bytes, media_type: str) -> str:
    """Keep an answer that is too large for Lambda; a link to it."""
    bucket = settings().derivatives_bucket
    blobs.write(bucket, LARGE + name, content, media_type)
    return blobs.signed_link(bucket, LARGE + name, _LINK_SECONDS)


def master_link(file: File) -> str:
    """A signed link by which a browser saves a master under its own name."""
    return blobs.signed_link(settings().storage_bucket, file.key, _LINK_SECONDS, download_name=file.name)


def derivative_link(file: File, name: str) -> str:
    """A signed link to a derivative."""
    key = f"{settings().institution}/{file.mms_id}/{file.representation_id}/{file.pid}/{name}"
    return blobs.signed_link(settings().derivatives_bucket, key, _LINK_SECONDS)
