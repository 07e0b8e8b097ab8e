"""What the Image API serves and answers. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from armarium.delivery.errors import ImageNotFoundError, ImageNotReadyError
from armarium.derivatives.model import pyramid_name
from armarium.inventory.model import DerivativeStatus, File
from armarium.platform.ids import IdType, is_id

_IDENTIFIER = re.compile(r"([0-9]+)(?:[-.]([1-9][0-9]{0,3}))?")

LARGEST_ANSWER = 4_500_000
"""Bytes. Lambda answers at most 6 MB, of which Base64 takes a quarter; what is larger is stored and redirected to."""


@dataclass(frozen=True)
class ImageId:
    """The Image API's identifier: a file's ``pid`` for its first page, ``<pid>-<page>`` for the others."""

    pid: str
    page: int = 1

    @classmethod
    def parse(cls, text: str) -> ImageId:
        """The identifier in an address; a dot before the page is understood too. Raises ImageNotFoundError."""
        found = _IDENTIFIER.fullmatch(text)
        if not found or not is_id(IdType.FILE, found[1]):
            raise ImageNotFoundError(f"There is no image {text[:80]!r}")
        return cls(found[1], int(found[2] or 1))

    def __str__(self) -> str:
        return self.pid if self.page == 1 else f"{self.pid}-{self.page}"


@dataclass(frozen=True)
class Pyramid:
    """A page that has tiles. ``version`` changes when it is made anew."""

    id: ImageId
    width: int
    height: int
    key: str  # after the institution, in the derivatives bucket
    size: int
    version: str

    def etag(self, request: str) -> str:
        """Of one answer made from this pyramid."""
        return hashlib.sha256(f"{self.id}/{self.version}/{request}".encode()).hexdigest()[:32]


def pyramid(file: File, image: ImageId) -> Pyramid:
    """The pyramid of a page of a file. Raises ImageNotFoundError, ImageNotReadyError."""
    technical = file.technical
    if technical.status is DerivativeStatus.PENDING:
        raise ImageNotReadyError(f"The image {image} is being prepared: try again in a moment")
    if image.page > len(technical.pages):
        raise ImageNotFoundError(
            technical.reason or f"There is no image {image}: the file has {len(technical.pages)} pages"
        )
    width, height = technical.pages[image.page - 1]
    name = pyramid_name(image.page)
    size = next((made.size for made in technical.derived if made.name == name), None)
    if size is None:
        raise ImageNotFoundError(f"There is no image {image}: its tiles are missing; have the file derived again")
    key = f"{file.mms_id}/{file.representation_id}/{file.pid}/{name}"
    return Pyramid(image, width, height, key, size, f"{file.sha256}/{technical.derived_at}")


@dataclass(frozen=True)
class ImageAnswer:
    """A rendered image: its bytes, or, where they are too many, a signed link to them.

    ``public``: anybody may see it, so shared caches may keep it. Neither content nor link: the caller has it already.
    """

    media_type: str
    etag: str
    canonical: str  # address
    public: bool
    content: bytes | None = None
    link: str | None = None
