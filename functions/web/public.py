"""The pages for readers: collections, titles, the viewer, files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from armarium.access import service as access
from armarium.access.errors import DeniedError, SignInNeededError
from armarium.access.model import Action
from armarium.accounts.model import ANONYMOUS
from armarium.delivery import presentation
from armarium.delivery import service as delivery
from armarium.inventory import service as inventory
from armarium.inventory.model import Bib, Collection, File, Representation, Title
from armarium.metadata import service as metadata
from armarium.metadata.model import DisplayField, RecordSchema
from armarium.platform.errors import NotFoundError
from armarium.platform.ids import IdType, is_id
from armarium.platform.settings import settings
from functions.web.exchange import Request, Response, redirect
from functions.web.placeholder import placeholder
from functions.web.rendering import page
from functions.web.routing import EVERYBODY, get

_COLLECTIONS_A_PAGE = 24
_COLLECTIONS_NAMED = 10
_TITLES_A_PAGE = 24
_FILES_A_PAGE = 24
_THUMBNAIL = "thumbnail.jpg"
_LOOKED_THROUGH = 10  # files, for one that has a thumbnail
_TITLES_TRIED = 4  # for one with a picture that the reader may see
_REDIRECT_KEPT = "private, max-age=120"  # shorter than a signed link lives
_RECORD_TYPES = {
    RecordSchema.MARC21: ("application/marc", "mrc"),
    RecordSchema.MARCXML: ("application/marcxml+xml", "xml"),
    RecordSchema.DC: ("application/xml", "xml"),
    RecordSchema.QDC: ("application/xml", "xml"),
}
_ROBOTS = """User-agent: *
Disallow: /staff/
Disallow: /sign-in
Disallow: /view/file/
"""


def collections(request: Request) -> Response:
    """The top of the tree of collections."""
    found = inventory.list_collections(limit=_COLLECTIONS_A_PAGE, token=request.query.get("page"))
    return page(request, "collections.html", collections=_counted(found.items), next_token=found.next_token)


def collection(request: Request, collection_id: str) -> Response:
    """One collection: what it says of itself, a page of what is under it and a page of its titles."""
    found, *above = inventory.ancestors(collection_id)
    titles = inventory.list_bibs_in_collection(collection_id, _TITLES_A_PAGE, request.query.get("page"))
    children = inventory.list_collections(collection_id, _COLLECTIONS_A_PAGE, request.query.get("children"))
    return page(
        request,
        "collection.html",
        collection=found,
        above=above[::-1],
        fields=_said_of(request, found),
        children=_counted(children.items),
        more_children=children.next_token,
        titles=[bib for bib in titles.items if access.sees(request.principal, bib)],
        total=titles.total,
        next_token=titles.next_token,
        manifest_link=presentation.Addresses(request.base_url).collection(collection_id),
    )


def _counted(found: Sequence[Collection]) -> list[tuple[Collection, int]]:
    contents = inventory.count_contents([each.id for each in found])
    return [(each, contents[each.id].titles) for each in found]


def _said_of(request: Request, found: Collection) -> list[DisplayField]:
    """What the record of a collection says beyond the name and description that stand above it."""
    bib = inventory.get_bib(found.mms_id)
    if not access.sees(request.principal, bib):
        return []
    shown = {found.name, found.title, found.description, "Collection"}
    return [each for each in metadata.display(bib.record) if not shown.issuperset(each.values)]


def title(request: Request, mms_id: str) -> Response:
    """A title: what its record says, its representations, and a page of the files of one of them."""
    found = _visible_title(request, mms_id)
    offers = [_Offer(request, each) for each in found.representations if each.active or request.principal.is_staff]
    shown = _shown(offers, request.query.get("representation"))
    files = None
    if shown and shown.view.allow:
        identifier = shown.representation.id
        files = inventory.list_files(mms_id, identifier, limit=_FILES_A_PAGE, token=request.query.get("files"))
    return page(
        request,
        "title.html",
        bib=found.bib,
        fields=metadata.display(found.bib.record),
        collections=list(_collections_of(found.bib)),
        offers=offers,
        shown=shown,
        files=files,
        thumbnails=[(each, _thumbnail_address(each)) for each in files.items] if files else [],
    )


def record(request: Request, mms_id: str) -> Response:
    """A title's record as it came, byte for byte."""
    bib = _visible_title(request, mms_id).bib
    media_type, ending = _RECORD_TYPES[bib.record.schema_]
    headers = {"Content-Type": media_type, "Content-Disposition": f'attachment; filename="{bib.mms_id}.{ending}"'}
    return Response(bib.record.content, headers=headers)


def viewer(request: Request, mms_id: str, representation_id: str) -> Response:
    """Mirador with the manifest of a representation. Raises what :func:`access.require` raises."""
    found = _visible_title(request, mms_id)
    representation = next((each for each in found.representations if each.id == representation_id), None)
    if representation is None:
        raise NotFoundError(f"Title {mms_id} has no representation {representation_id}.")
    access.require(request.principal, found.bib, representation, Action.VIEW, request.now)
    at = presentation.Addresses(request.base_url)
    pid = request.query.get("file", "")
    return page(
        request,
        "viewer.html",
        viewer=True,
        bib=found.bib,
        representation=representation,
        manifest=at.manifest(representation_id),
        canvas=at.canvas(representation_id, pid) if is_id(IdType.FILE, pid) else "",
    )


def delivery_link(request: Request, institution: str, identifier: str) -> Response:
    """The lasting address of a title, representation or file (Alma's delivery link) → its page here."""
    _own(institution)
    if is_id(IdType.BIB, identifier):
        return redirect(f"/titles/{inventory.get_bib(identifier).mms_id}", 302)
    if is_id(IdType.FILE, identifier):
        file = inventory.find_file(identifier)
        return redirect(f"/titles/{file.mms_id}/view/{file.representation_id}?file={file.pid}", 302)
    found = inventory.find_representation(identifier)
    return redirect(f"/titles/{found.mms_id}/view/{found.id}", 302)


def thumbnail(request: Request, institution: str, identifier: str) -> Response:
    """A small picture of a file, representation, title or collection; a drawn one where there is none to be seen."""
    _own(institution)
    try:
        source = _THUMBNAIL_SOURCES[identifier[:2]](request, identifier)
    except (SignInNeededError, DeniedError):
        return placeholder("lock")
    except (NotFoundError, KeyError):
        return placeholder("page")
    if not _has_thumbnail(source):
        return placeholder(source.technical.mime_type or source.mime_type)
    answer = redirect(delivery.derived_link(source, _THUMBNAIL), 302)
    answer.headers["Cache-Control"] = _REDIRECT_KEPT
    return answer


def file(request: Request, pid: str) -> Response:
    """A master → a signed link to it, for those who may download it."""
    found = inventory.find_file(pid)
    _require(request, found.mms_id, found.representation_id, Action.DOWNLOAD)
    return redirect(delivery.download_link(found), 302)


def robots(request: Request) -> Response:
    """What crawlers should leave alone."""
    return Response(_ROBOTS.encode(), headers={"Content-Type": "text/plain; charset=utf-8"})


class _Offer:
    """A representation as one reader may use it."""

    def __init__(self, request: Request, representation: Representation) -> None:
        self.representation = representation
        self.view = access.decide(request.principal, representation, Action.VIEW, request.now)
        self.download = access.decide(request.principal, representation, Action.DOWNLOAD, request.now)
        public = access.decide(ANONYMOUS, representation, Action.VIEW, request.now)
        self.staff_only = request.principal.is_staff and not public.allow
        self.manifest = presentation.Addresses(request.base_url).manifest(representation.id)


def _shown(offers: list[_Offer], wanted: str | None) -> _Offer | None:
    """The representation whose files are listed: the one asked for, else the first that may be seen."""
    by_wish = (offer for offer in offers if offer.representation.id == wanted)
    viewable = (offer for offer in offers if offer.view.allow)
    return next(by_wish, None) or next(viewable, None)


def _collections_of(bib: Bib) -> Iterator[Collection]:
    """The collections a bib is in; one that was deleted meanwhile does not keep the title from being seen."""
    for identifier in bib.collection_ids[:_COLLECTIONS_NAMED]:
        with suppress(NotFoundError):
            yield inventory.get_collection(identifier)


def _visible_title(request: Request, mms_id: str) -> Title:
    found = inventory.get_title(mms_id)
    if not access.sees(request.principal, found.bib):
        raise NotFoundError(f"There is no title {mms_id}.")
    return found


def _require(request: Request, mms_id: str, representation_id: str, action: Action) -> None:
    bib = inventory.get_bib(mms_id)
    representation = inventory.get_representation(mms_id, representation_id)
    access.require(request.principal, bib, representation, action, request.now)


def _own(institution: str) -> None:
    if institution != settings().institution:
        raise NotFoundError(f"{institution} is not an institution of this repository.")


def _of_file(request: Request, pid: str) -> File:
    found = inventory.find_file(pid)
    _require(request, found.mms_id, found.representation_id, Action.VIEW)
    return found


def _of_representation(request: Request, representation_id: str) -> File:
    found = inventory.find_representation(representation_id)
    return _first_file(request, inventory.get_bib(found.mms_id), found)


def _of_title(request: Request, mms_id: str) -> File:
    found = inventory.get_title(mms_id)
    for representation in found.representations:
        if access.decide(request.principal, representation, Action.VIEW, request.now).allow:
            return _first_file(request, found.bib, representation)
    return _first_file(request, found.bib, *found.representations[:1])


def _of_collection(request: Request, collection_id: str) -> File:
    """The file chosen for a collection, or one of its first titles, or of the collections in it: what may be seen."""
    if chosen := inventory.get_collection(collection_id).thumbnail:
        with suppress(NotFoundError, SignInNeededError, DeniedError):
            return _of_file(request, chosen)
    for bib in inventory.list_bibs_in_collection(collection_id, _TITLES_TRIED).items:
        with suppress(NotFoundError, SignInNeededError, DeniedError):
            return _of_title(request, bib.mms_id)
    for child in inventory.list_collections(collection_id, limit=1).items:
        return _of_collection(request, child.id)
    raise NotFoundError(f"Collection {collection_id} shows nothing.")


def _chosen(representation: Representation) -> File | None:
    """The file that was chosen to stand for a representation, while it is there and has a thumbnail."""
    found = inventory.file_or_none(representation.mms_id, representation.id, representation.thumbnail)
    return found if found and _has_thumbnail(found) else None


def _first_file(request: Request, bib: Bib, *representations: Representation) -> File:
    """The file that was chosen, the first with a thumbnail among the first few, or the first."""
    for representation in representations:
        access.require(request.principal, bib, representation, Action.VIEW, request.now)
        if representation.thumbnail and (chosen := _chosen(representation)):
            return chosen
        files = inventory.list_files(bib.mms_id, representation.id, limit=_LOOKED_THROUGH).items
        if files:
            return next(filter(_has_thumbnail, files), files[0])
    raise NotFoundError(f"Title {bib.mms_id} has no files.")


def _thumbnail_address(file: File) -> str:
    """Where the picture of a file is that may be viewed: no further question to this function."""
    if _has_thumbnail(file):
        return delivery.derived_link(file, _THUMBNAIL)
    return f"/view/delivery/thumbnail/{settings().institution}/{file.pid}"


def _has_thumbnail(file: File) -> bool:
    return any(derived.name == _THUMBNAIL for derived in file.technical.derived)


_THUMBNAIL_SOURCES = {
    IdType.FILE.value: _of_file,
    IdType.REPRESENTATION.value: _of_representation,
    IdType.BIB.value: _of_title,
    IdType.COLLECTION.value: _of_collection,
}

ROUTES = (
    get("/", collections, EVERYBODY),
    get("/collections", collections, EVERYBODY),
    get("/collections/{collection_id}", collection, EVERYBODY),
    get("/titles/{mms_id}", title, EVERYBODY),
    get("/titles/{mms_id}/record", record, EVERYBODY),
    get("/titles/{mms_id}/view/{representation_id}", viewer, EVERYBODY),
    get("/view/delivery/{institution}/{identifier}", delivery_link, EVERYBODY),
    get("/view/delivery/thumbnail/{institution}/{identifier}", thumbnail, EVERYBODY),
    get("/view/file/{pid}", file, EVERYBODY),
    get("/robots.txt", robots, EVERYBODY),
)
