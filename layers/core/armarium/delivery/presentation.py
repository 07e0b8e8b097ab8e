"""IIIF Presentation API 3.0: a manifest for a representation, a collection for a collection.

Everything is written from what the inventory stores (widths, heights, durations): no file is opened, and the number of
requests grows by one for each thousand files.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from armarium.access import service as access
from armarium.access.model import Action
from armarium.accounts.model import Principal
from armarium.delivery.model import ImageId
from armarium.inventory import service as inventory
from armarium.inventory.model import Bib, Collection, File, Representation
from armarium.metadata import service as metadata
from armarium.metadata.model import DisplayField, RecordSchema
from armarium.platform.errors import NotFoundError
from armarium.platform.ids import IdType, is_id
from armarium.platform.settings import settings

Json = dict[str, Any]

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
_FILES_A_REQUEST = 1000
_TITLES_A_PAGE = 50
_PLACEHOLDER_SIZE = (400, 400)
_RIGHT_TO_LEFT = frozenset({"ara", "heb", "per", "fas", "urd", "yid", "syr", "ar", "he", "fa", "ur", "yi"})
_RIGHTS_URI = re.compile(
    r"https?://(creativecommons\.org/(?:licenses|publicdomain)/|rightsstatements\.org/vocab/)(\S+)"
)
_RECORD_FORMATS = {
    RecordSchema.MARC21: ("application/marc", None),
    RecordSchema.MARCXML: ("application/marcxml+xml", "http://www.loc.gov/MARC21/slim"),
    RecordSchema.DC: ("text/xml", "http://www.openarchives.org/OAI/2.0/oai_dc/"),
    RecordSchema.QDC: ("text/xml", "http://purl.org/dc/terms/"),
}


@dataclass(frozen=True)
class Addresses:
    """Where things are found under a public base URL (no slash at its end). None of these expires."""

    base: str

    def manifest(self, identifier: str) -> str:
        """Manifest of a representation, or of a title's first representation that may be seen."""
        return f"{self.base}/iiif/presentation/3/{identifier}/manifest"

    def collection(self, collection_id: str, token: str | None = None) -> str:
        """One page of a collection."""
        address = f"{self.base}/iiif/presentation/3/collection/{collection_id}"
        return f"{address}?page={token}" if token else address

    def image(self, pid: str, page: int = 1) -> str:
        """Image service of a page of a file."""
        return f"{self.base}/iiif/3/{ImageId(pid, page)}"

    def canvas(self, representation_id: str, name: str) -> str:
        """A canvas of a manifest."""
        return f"{self.base}/iiif/presentation/3/{representation_id}/canvas/{name}"

    def thumbnail(self, identifier: str) -> str:
        """A small picture of a file or representation; redirects to the derivative, or is a drawn placeholder."""
        return f"{self.base}/view/delivery/thumbnail/{settings().institution}/{identifier}"

    def file(self, pid: str) -> str:
        """The file itself; redirects to a signed link."""
        return f"{self.base}/view/file/{pid}"

    def title(self, mms_id: str) -> str:
        """The title's page."""
        return f"{self.base}/titles/{mms_id}"

    def record(self, mms_id: str) -> str:
        """The title's record as it came."""
        return f"{self.base}/titles/{mms_id}/record"


def manifest(identifier: str, principal: Principal, base_url: str, now: datetime) -> Json:
    """The manifest of a representation; for an MMS id, of the title's first representation that the principal may view.

    Raises NotFoundError (also while there is no file: a manifest must have a canvas, Presentation API 3.0 §3.4),
    SignInNeededError and DeniedError.
    """
    bib, representation = _find(identifier, principal, now)
    access.require(principal, bib, representation, Action.VIEW, now)
    may_download = access.decide(principal, representation, Action.DOWNLOAD, now).allow
    writer = _ManifestWriter(Addresses(base_url.rstrip("/")), bib, representation, may_download)
    return writer.manifest(_all_files(representation))


def collection(collection_id: str, principal: Principal, base_url: str, token: str | None = None) -> Json:
    """A page of a collection: its sub-collections (on the first page), its titles, and the next page as a collection.

    Raises NotFoundError.
    """
    at = Addresses(base_url.rstrip("/"))
    found = inventory.get_collection(collection_id)
    titles = inventory.list_bibs_in_collection(collection_id, limit=_TITLES_A_PAGE, token=token)
    items = [] if token else [_collection_reference(at, child) for child in _children(collection_id)]
    items += [_title_reference(at, bib) for bib in titles.items if access.sees(principal, bib)]
    if titles.next_token:
        following = at.collection(collection_id, titles.next_token)
        items.append({"id": following, "type": "Collection", "label": labels_of("next_page")})
    written = {
        "@context": CONTEXT,
        "id": at.collection(collection_id, token),
        "type": "Collection",
        "label": {"none": [found.heading]},
        "thumbnail": [{"id": at.thumbnail(collection_id), "type": "Image"}],
        "provider": _provider(at),
        "homepage": [_page(f"{at.base}/collections/{collection_id}", found.heading)],
        "items": items,
    }
    return written | ({"summary": {"none": [as_markup(found.description)]}} if found.description else {})


def labels_of(key: str) -> dict[str, list[str]]:
    """A label in every language there is; a key without translation stands for itself."""
    translated = {language: [words[key]] for language, words in label_catalogues().items() if key in words}
    return translated or {"none": [key.replace("_", " ").capitalize()]}


@lru_cache(maxsize=1)
def label_catalogues() -> dict[str, dict[str, str]]:
    """Names of metadata fields by language."""
    folder = Path(__file__).parent / "labels"
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def as_markup(text: str) -> str:
    """Text that no viewer takes for markup of its own (Presentation API 3.0 §4.5).

    Some viewers read any value as HTML, others only one in angle brackets. Text with special characters is therefore
    handed over as HTML, escaped.
    """
    return f"<span>{html.escape(text)}</span>" if any(sign in text for sign in "<>&") else text


class _ManifestWriter:
    """Writes one manifest."""

    def __init__(self, at: Addresses, bib: Bib, representation: Representation, may_download: bool) -> None:
        self.at = at
        self.bib = bib
        self.representation = representation
        self.may_download = may_download

    def manifest(self, files: Iterable[File]) -> Json:
        canvases = [canvas for file in files for canvas in self.canvases(file)]
        if not canvases:
            raise NotFoundError(f"Representation {self.representation.id} has no files yet: come back when it has.")
        return {
            "@context": CONTEXT,
            "id": self.at.manifest(self.representation.id),
            "type": "Manifest",
            "label": {"none": [self.label()]},
            **_description(self.bib),
            "provider": _provider(self.at),
            "homepage": [_page(self.at.title(self.bib.mms_id), self.bib.description.title)],
            "seeAlso": [self.source_record()],
            "thumbnail": self.thumbnail(self.representation.id),
            "items": canvases,
        }

    def label(self) -> str:
        title = self.bib.description.title
        return f"{title} ({self.representation.label})" if self.representation.label else title

    def source_record(self) -> Json:
        format_, profile = _RECORD_FORMATS[self.bib.record.schema_]
        record = {"id": self.at.record(self.bib.mms_id), "type": "Dataset", "format": format_}
        return record | ({"profile": profile} if profile else {})

    def canvases(self, file: File) -> Iterator[Json]:
        """A canvas for each page that has a pyramid, for a sound or film, or a stand-in for what cannot be painted."""
        known = file.technical
        if known.duration and known.mime_type and known.mime_type.startswith(("audio/", "video/")):
            yield self.playable(file)
        elif pages := _painted_pages(file):
            for number, (width, height) in enumerate(pages, start=1):
                yield self.image(file, number, len(pages), width, height)
        else:
            yield self.stand_in(file)

    def image(self, file: File, page: int, pages: int, width: int, height: int) -> Json:
        service = self.at.image(file.pid, page)
        label = file.label or file.name
        body = {
            "id": f"{service}/full/max/0/default.jpg",
            "type": "Image",
            "format": "image/jpeg",
            "width": width,
            "height": height,
            "service": [{"id": service, "type": "ImageService3", "profile": "level2"}],
        }
        canvas = {
            "label": {"none": [f"{label} ({page}/{pages})" if pages > 1 else label]},
            "width": width,
            "height": height,
        }
        if page == 1:  # the stored thumbnail shows the first page; viewers make the others' by the image service
            canvas["thumbnail"] = self.thumbnail(file.pid)
        return self.painted(str(ImageId(file.pid, page)), canvas, body, file)

    def playable(self, file: File) -> Json:
        known = file.technical
        size = {"width": known.width, "height": known.height} if known.width and known.height else {}
        body = {
            "id": self.at.file(file.pid),
            "type": "Video" if size else "Sound",
            "format": known.mime_type,
            "duration": known.duration,
            **size,
        }
        canvas = {"label": {"none": [file.label or file.name]}, "duration": known.duration, **size}
        return self.painted(file.pid, canvas, body, file)

    def stand_in(self, file: File) -> Json:
        """A canvas with the thumbnail, or the drawn placeholder, and the file to download."""
        thumbnail = next((derived for derived in file.technical.derived if derived.name == "thumbnail.jpg"), None)
        width, height = _PLACEHOLDER_SIZE
        if thumbnail and thumbnail.width and thumbnail.height:
            width, height = thumbnail.width, thumbnail.height
        body = {
            "id": self.at.thumbnail(file.pid),
            "type": "Image",
            "format": "image/jpeg" if thumbnail else "image/svg+xml",
            "width": width,
            "height": height,
        }
        canvas = {"label": {"none": [file.label or file.name]}, "width": width, "height": height}
        return self.painted(file.pid, canvas, body, file)

    def painted(self, name: str, canvas: Json, body: Json, file: File) -> Json:
        canvas_id = self.at.canvas(self.representation.id, name)
        annotation = {
            "id": f"{canvas_id}/painting",
            "type": "Annotation",
            "motivation": "painting",
            "body": body,
            "target": canvas_id,
        }
        page = {"id": f"{canvas_id}/page", "type": "AnnotationPage", "items": [annotation]}
        return {"id": canvas_id, "type": "Canvas", **canvas, **self.rendering(file), "items": [page]}

    def rendering(self, file: File) -> Json:
        if not self.may_download:
            return {}
        link = {
            "id": self.at.file(file.pid),
            "type": "Text" if file.mime_type == "application/pdf" else "Dataset",
            "format": file.technical.mime_type or file.mime_type,
            "label": {"none": [file.name]},
        }
        return {"rendering": [link]}

    def thumbnail(self, identifier: str) -> list[Json]:
        return [{"id": self.at.thumbnail(identifier), "type": "Image"}]


def _find(identifier: str, principal: Principal, now: datetime) -> tuple[Bib, Representation]:
    if not is_id(IdType.BIB, identifier):
        representation = inventory.find_representation(identifier)
        return inventory.get_bib(representation.mms_id), representation
    title = inventory.get_title(identifier)
    if not title.representations:
        raise NotFoundError(f"Title {identifier} has nothing to show.")
    viewable = (each for each in title.representations if access.decide(principal, each, Action.VIEW, now).allow)
    return title.bib, next(viewable, title.representations[0])


def _all_files(representation: Representation) -> Iterator[File]:
    token = None
    while True:
        page = inventory.list_files(representation.mms_id, representation.id, limit=_FILES_A_REQUEST, token=token)
        yield from page.items
        token = page.next_token
        if token is None:
            return


def _children(collection_id: str) -> tuple[Collection, ...]:
    return inventory.list_collections(parent_id=collection_id).items


def _painted_pages(file: File) -> tuple[tuple[int, int], ...]:
    known = file.technical
    if known.pages:
        return known.pages
    has_pyramid = any(derived.name == "pyramid.tif" for derived in known.derived)
    return ((known.width, known.height),) if has_pyramid and known.width and known.height else ()


def _description(bib: Bib) -> Json:
    """What the record says, in the manifest's words; only what is there."""
    fields = metadata.display(bib.record)
    rights = [value for field in fields if field.label == "rights" for value in field.values]
    said: Json = {
        "metadata": [{"label": labels_of(field.label), "value": _values(field)} for field in fields if field.values]
    }
    if bib.description.summary:
        said["summary"] = {"none": [as_markup(bib.description.summary)]}
    if rights:
        said["requiredStatement"] = {
            "label": labels_of("rights"),
            "value": {"none": [as_markup(text) for text in rights]},
        }
    if uri := next(filter(None, map(_rights_uri, rights)), None):
        said["rights"] = uri
    if _RIGHT_TO_LEFT.intersection(bib.description.languages):
        said["viewingDirection"] = "right-to-left"
    return said


def _values(field: DisplayField) -> dict[str, list[str]]:
    return {"none": [as_markup(value) for value in field.values]}


def _rights_uri(text: str) -> str | None:
    """A licence's URI as the specification wants it: with ``http`` (Presentation API 3.0 §3.1, rights)."""
    match = _RIGHTS_URI.fullmatch(text.strip())
    return f"http://{match[1]}{match[2]}" if match else None


def _provider(at: Addresses) -> list[Json]:
    name = settings().institution_name
    return [{"id": f"{at.base}/", "type": "Agent", "label": {"none": [name]}, "homepage": [_page(f"{at.base}/", name)]}]


def _page(address: str, label: str) -> Json:
    return {"id": address, "type": "Text", "format": "text/html", "label": {"none": [label]}}


def _collection_reference(at: Addresses, child: Collection) -> Json:
    picture = [{"id": at.thumbnail(child.id), "type": "Image"}]
    return {
        "id": at.collection(child.id),
        "type": "Collection",
        "label": {"none": [child.heading]},
        "thumbnail": picture,
    }


def _title_reference(at: Addresses, bib: Bib) -> Json:
    return {"id": at.manifest(bib.mms_id), "type": "Manifest", "label": {"none": [bib.description.title]}}
