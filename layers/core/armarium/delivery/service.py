"""What readers can be given of an image: its information, and any part of it in any size (IIIF Image API 3.0)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from armarium.access import service as access
from armarium.access.model import Action
from armarium.accounts.model import ANONYMOUS, Principal
from armarium.delivery import image as geometry
from armarium.delivery import store
from armarium.delivery.errors import ImageNotFoundError, UnreadablePyramidError
from armarium.delivery.image import Rendering
from armarium.delivery.model import LARGEST_ANSWER, ImageAnswer, ImageId, Pyramid, pyramid
from armarium.inventory import service as inventory
from armarium.inventory.model import Bib, File, Representation
from armarium.platform.errors import NotFoundError

REMEMBERED_FOR = timedelta(seconds=30)
"""How long a process answers from the records it has read: a change of access rights is in force after that."""

_MOST_RECORDS = 64
_PERHAPS_LARGE = 2_000_000  # pixels


@dataclass(frozen=True)
class _Record:
    """A file with what decides on access to it."""

    file: File
    bib: Bib
    representation: Representation
    read_at: datetime


_records: OrderedDict[str, _Record] = OrderedDict()


@dataclass(frozen=True)
class Information:
    """An ``info.json`` with what caches need to know."""

    document: dict[str, Any]
    etag: str
    public: bool


def information(identifier: str, base_url: str, principal: Principal, now: datetime) -> Information:
    """The ``info.json`` of an image; no image is opened for it.

    Raises ImageNotFoundError, ImageNotReadyError, SignInNeededError, DeniedError.
    """
    found, public = _permitted(identifier, principal, now)
    address = f"{base_url}/iiif/3/{found.id}"
    document = geometry.information(address, found.width, found.height)
    return Information(document, found.etag(f"info/{address}"), public)


def image(
    identifier: str,
    parts: tuple[str, str, str, str],
    base_url: str,
    principal: Principal,
    now: datetime,
    known: str = "",
) -> ImageAnswer:
    """An image request: region, size, rotation, ``quality.format``.

    ``known`` is what the caller says of its own copy (If-None-Match).
    Raises BadImageRequestError, ImageNotFoundError, ImageNotReadyError, SignInNeededError, DeniedError,
    UnreadablePyramidError.
    """
    ask = partial(_image, identifier, parts, base_url, principal, now, known)
    try:
        return ask()
    except UnreadablePyramidError:
        # It may have been made anew since its record was read.
        forget()
        return ask()


def _image(
    identifier: str, parts: tuple[str, str, str, str], base_url: str, principal: Principal, now: datetime, known: str
) -> ImageAnswer:
    found, public = _permitted(identifier, principal, now)
    wanted = geometry.rendering(*parts, width=found.width, height=found.height)
    etag = found.etag(wanted.canonical)
    canonical = f"{base_url}/iiif/3/{found.id}/{wanted.canonical}"
    answer = partial(ImageAnswer, wanted.format.media_type, etag, canonical, public)
    if etag in known:
        return answer()
    name = f"{found.id.pid}/{etag}.{wanted.format.value}"
    if wanted.area > _PERHAPS_LARGE and (link := store.large_answer(name)):
        return answer(link=link)
    content = _rendered(found, wanted)
    if len(content) > LARGEST_ANSWER:
        return answer(link=store.keep_large_answer(name, content, wanted.format.media_type))
    return answer(content=content)


def download_link(file: File) -> str:
    """A signed link to a master, for some minutes. Whether it may be given, :func:`access.require` answers."""
    return store.master_link(file)


def derived_link(file: File, name: str) -> str:
    """A signed link to what was made from a file (``thumbnail.jpg`` …), for some minutes; asked for likewise."""
    return store.derivative_link(file, name)


def forget() -> None:
    """Read records and pyramids again."""
    _records.clear()
    store.forget_blocks()


def _rendered(found: Pyramid, wanted: Rendering) -> bytes:
    from armarium.delivery import rendering

    return rendering.render(partial(store.PyramidReader, found), wanted)


def _permitted(identifier: str, principal: Principal, now: datetime) -> tuple[Pyramid, bool]:
    """The pyramid, if the principal may view it, and whether anybody may."""
    wanted = ImageId.parse(identifier)
    record = _record(wanted.pid, now)
    access.require(principal, record.bib, record.representation, Action.VIEW, now)
    public = (
        access.sees(ANONYMOUS, record.bib) and access.decide(ANONYMOUS, record.representation, Action.VIEW, now).allow
    )
    return pyramid(record.file, wanted), public


def _record(pid: str, now: datetime) -> _Record:
    known = _records.get(pid)
    if known and now - known.read_at < REMEMBERED_FOR:
        return known
    record = _read(pid, now)
    _records[pid] = record
    while len(_records) > _MOST_RECORDS:
        _records.popitem(last=False)
    return record


def _read(pid: str, now: datetime) -> _Record:
    try:
        file = inventory.find_file(pid)
        title = inventory.get_title(file.mms_id)
    except NotFoundError as error:
        raise ImageNotFoundError(f"There is no image {pid}") from error
    for representation in title.representations:
        if representation.id == file.representation_id:
            return _Record(file, title.bib, representation, now)
    raise ImageNotFoundError(f"There is no image {pid}")
