"""Collections: the tree, one collection with what is in it, and everything that cataloguers do to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from armarium.access import service as access
from armarium.cataloguing import collections as cataloguing
from armarium.cataloguing import finding
from armarium.configuration import service as configuration
from armarium.configuration.model import Library
from armarium.inventory import service as inventory
from armarium.inventory.errors import (
    AlreadyInCollectionError,
    CollectionNameMissingError,
    CollectionNameTakenError,
    CollectionThumbnailError,
)
from armarium.inventory.model import Collection, Contents, Sorting
from armarium.platform.errors import ArmariumError, InvalidInputError, PreconditionFailedError
from armarium.platform.ids import IdType, is_id
from armarium.search import service as search
from functions.web.exchange import Request, Response, redirect
from functions.web.forms import Form, seen_version
from functions.web.rendering import page
from functions.web.routing import CATALOGUERS, STAFF, get, post

FIELDS = ("name", "title", "description", "library", "external_id", "external_system", "order", "sorting")
_LONGEST = 4_000
_COLLECTIONS_A_PAGE = 50
_TITLES_A_PAGE = 25
_PICTURES_A_PAGE = 24
_FOUND = 20
_ADDED_AT_ONCE = 50
_STEPS = {"up": -1, "down": 1}

_ABOUT_NAMES = (CollectionNameMissingError, CollectionNameTakenError)

Node = tuple[Collection, Contents]


# Looking


def tree(request: Request) -> Response:
    """The top of the tree; what is below is opened branch by branch."""
    nodes, following = _nodes(None, request.query.get("page"))
    return page(request, "staff/collections.html", nodes=nodes, next_token=following)


def branch(request: Request, collection_id: str) -> Response:
    """The collections directly under one, for the tree."""
    nodes, following = _nodes(inventory.get_collection(collection_id).id, request.query.get("page"))
    return page(
        request, "staff/_collection_branch.html", nodes=nodes, next_token=following, collection_id=collection_id
    )


def collection(request: Request, collection_id: str) -> Response:
    """One collection: what it is, the collections and a page of the titles in it."""
    return _shown(request, collection_id)


def _shown(request: Request, collection_id: str, problems: Sequence[str] = (), typed: str = "") -> Response:
    found, *above = inventory.ancestors(collection_id)
    nodes, more = _nodes(collection_id, request.query.get("children"))
    titles = inventory.list_bibs_in_collection(collection_id, _TITLES_A_PAGE, request.query.get("page"))
    return page(
        request,
        "staff/collection.html",
        status=422 if problems else 200,
        collection=found,
        above=above[::-1],
        libraries=dict(_libraries(found.library)),
        nodes=nodes,
        more=more,
        titles=titles.items,
        total=titles.total,
        next_token=titles.next_token,
        problems=problems,
        typed=typed,
        may_change=request.principal in CATALOGUERS,
    )


def _nodes(parent_id: str | None, token: str | None) -> tuple[list[Node], str | None]:
    found = inventory.list_collections(parent_id, _COLLECTIONS_A_PAGE, token)
    contents = inventory.count_contents([each.id for each in found.items])
    return [(each, contents[each.id]) for each in found.items], found.next_token


def _contents(collection_id: str) -> Contents:
    return inventory.count_contents([collection_id])[collection_id]


# New, and other fields


def new(request: Request) -> Response:
    """An empty form, for a collection under ``parent``, or at the top."""
    parent_id = request.query.get("parent") or None
    library = inventory.get_collection(parent_id).library if parent_id else ""
    return _form(request, Form({"library": library, "order": "0", "sorting": Sorting.TITLE.value}), parent_id=parent_id)


def create(request: Request) -> Response:
    """Make the collection."""
    parent_id = request.form.get("parent_id") or None
    form = Form(request.form)
    fields = _read(form) | {"parent_id": parent_id}
    access.require_collections(request.principal, fields=fields)
    made = _tried(form, lambda: cataloguing.create_collection(fields, request.principal.name, request.now))
    if made is None:
        return _form(request, form, parent_id=parent_id)
    return redirect(f"/staff/collections/{made.id}?done=collection_made")


def edit(request: Request, collection_id: str) -> Response:
    """The form with what is stored."""
    found = inventory.get_collection(collection_id)
    return _form(request, Form(_typed(found)), found)


def change(request: Request, collection_id: str) -> Response:
    """Store what the form says, unless somebody else was quicker."""
    form, version = Form(request.form), seen_version(request)
    fields = _read(form)
    access.require_collections(request.principal, collection_id, fields=fields)
    overtaken = False
    try:
        done = _tried(
            form,
            lambda: cataloguing.change_collection(collection_id, fields, request.principal.name, request.now, version),
        )
    except PreconditionFailedError:
        done, overtaken = None, True
    if done is None:
        return _form(request, form, inventory.get_collection(collection_id), overtaken=overtaken)
    return redirect(f"/staff/collections/{collection_id}?done=saved")


def _typed(found: Collection) -> dict[str, str]:
    return {name: str(getattr(found, name)) for name in FIELDS} | {"sorting": Sorting.of(found.sorting).value}


def _read(form: Form) -> dict[str, Any]:
    """The fields of a collection as somebody typed them; what is wrong is beside the field then."""
    fields: dict[str, Any] = {name: form[name].strip() for name in FIELDS}
    fields["name"] = " ".join(fields["name"].split())
    for name, value in fields.items():
        if len(value) > _LONGEST:
            form.refuse(name, f"At most {_LONGEST} characters, not {len(value)}.")
    if not fields["order"].isdecimal() or len(fields["order"]) > 6:
        form.refuse("order", "A whole number from 0 to 999999 is wanted here.")
    else:
        fields["order"] = int(fields["order"])
    return fields


def _tried(form: Form, step: Callable[[], Collection]) -> Collection | None:
    """What a step comes to; None where the form is wrong, and says so."""
    if form.problems:
        return None
    try:
        return step()
    except InvalidInputError as error:
        form.refuse("name" if isinstance(error, _ABOUT_NAMES) else "", error.message)
        return None


def _form(
    request: Request, form: Form, found: Collection | None = None, parent_id: str | None = None, overtaken: bool = False
) -> Response:
    nearest = found.id if found else parent_id
    above = inventory.ancestors(nearest)[::-1] if nearest else ()
    stored = _typed(found) if found and overtaken else {}
    return page(
        request,
        "staff/collection_form.html",
        status=412 if overtaken else form.status,
        form=form,
        collection=found,
        above=above,
        parent_id=parent_id,
        libraries=_libraries(form["library"]),
        sortings=tuple(Sorting),
        theirs={name: value for name, value in stored.items() if value != form[name]},
        overtaken=overtaken,
    )


def _libraries(chosen: str) -> list[tuple[str, str]]:
    """The libraries to choose from, and the one that is there whatever became of it."""
    found = {each.code: each.name for each in configuration.listed(Library) if not each.closed or each.code == chosen}
    return list(({chosen: chosen} | found if chosen else found).items())


# Its place in the tree


def move(request: Request, collection_id: str) -> Response:
    """Find the collection that this one shall come under."""
    return _moving(request, collection_id)


def take_move(request: Request, collection_id: str) -> Response:
    """Hang the collection under another, or at the top."""
    fields = {"parent_id": request.form.get("parent_id") or None}
    access.require_collections(request.principal, collection_id, fields=fields)
    try:
        cataloguing.change_collection(collection_id, fields, request.principal.name, request.now, seen_version(request))
    except InvalidInputError as error:
        return _moving(request, collection_id, error.message)
    return redirect(f"/staff/collections/{collection_id}?done=collection_moved")


def _moving(request: Request, collection_id: str, problem: str = "") -> Response:
    found, *above = inventory.ancestors(collection_id)
    return page(
        request,
        "staff/collection_move.html",
        status=422 if problem else 200,
        collection=found,
        above=above[::-1],
        problem=problem,
        **_offered(request, collection_id),
    )


def _offered(request: Request, collection_id: str) -> dict[str, Any]:
    """The collections that somebody's words find, with the way to each; never the collection itself."""
    words = request.query.get("q", "").strip()[:200]
    found = finding.collections_like({"name": words}, _FOUND, 0).items if words else ()
    lines = inventory.lineage(each.id for each in found)
    named = inventory.get_collections({each for line in lines.values() for each in line})
    offered = [
        (each, [named[above].heading for above in reversed(lines.get(each.id, ())[1:]) if above in named])
        for each in found
        if collection_id not in lines.get(each.id, ())
    ]
    return {"words": words, "offered": offered}


def place(request: Request, collection_id: str) -> Response:
    """One place up or down among the collections beside it."""
    steps = _STEPS.get(request.form.get("step", ""))
    if steps is None:
        raise InvalidInputError("step: 'up' or 'down' is wanted here")
    access.require_collections(request.principal, collection_id)
    moved = cataloguing.place_collection(collection_id, steps, request.principal.name, request.now)
    here = f"/staff/collections/{moved.parent_id}" if moved.parent_id else "/staff/collections"
    return redirect(f"{here}?done=collection_placed#collection-{collection_id}")


# Merging and deleting


def merge(request: Request, collection_id: str) -> Response:
    """Find the collection that takes over, or ask once more."""
    return _merging(request, collection_id, request.query.get("into", ""))


def take_merge(request: Request, collection_id: str) -> Response:
    """Move a part of what is in the collection; says what is left, until nothing is."""
    into_id = request.form.get("into", "")
    access.require_collections(request.principal, collection_id, into_id)
    try:
        left = cataloguing.merge_collections(collection_id, into_id, request.principal.name, request.now)
    except InvalidInputError as error:
        return _merging(request, collection_id, "", error.message)
    if left:
        return _merging(request, collection_id, into_id, running=True)
    if request.form.get("delete") == "true":
        cataloguing.delete_collection(collection_id, request.principal.name, request.now)
    return redirect(f"/staff/collections/{into_id}?done=collection_merged")


def _merging(request: Request, collection_id: str, into_id: str, problem: str = "", running: bool = False) -> Response:
    found, *above = inventory.ancestors(collection_id)
    return page(
        request,
        "staff/collection_merge.html",
        status=422 if problem else 200,
        collection=found,
        above=above[::-1],
        into=inventory.get_collection(into_id) if into_id else None,
        contents=_contents(collection_id),
        problem=problem,
        running=running,
        delete=request.form.get("delete") == "true" if running else True,
        **_offered(request, collection_id),
    )


def ask_deletion(request: Request, collection_id: str) -> Response:
    """Ask once more, or say why the collection cannot go."""
    return _deleting(request, collection_id)


def delete(request: Request, collection_id: str) -> Response:
    """Delete the collection, if nothing is in it."""
    found = inventory.get_collection(collection_id)
    access.require_collections(request.principal, collection_id)
    try:
        cataloguing.delete_collection(collection_id, request.principal.name, request.now, seen_version(request))
    except InvalidInputError as error:
        return _deleting(request, collection_id, error.message)
    here = f"/staff/collections/{found.parent_id}" if found.parent_id else "/staff/collections"
    return redirect(f"{here}?done=collection_deleted")


def _deleting(request: Request, collection_id: str, problem: str = "") -> Response:
    found, *above = inventory.ancestors(collection_id)
    contents = _contents(collection_id)
    possible = not problem and not contents.titles and not contents.collections
    return page(
        request,
        "staff/collection_delete.html",
        status=200 if possible else 409,
        collection=found,
        above=above[::-1],
        contents=contents,
        possible=possible,
        problem=problem,
    )


# Titles in it


def find_titles(request: Request, collection_id: str) -> Response:
    """Titles that somebody's words find, to be put into the collection."""
    found, *above = inventory.ancestors(collection_id)
    words = request.query.get("q", "").strip()[:500]
    hits = search.search(search.question(words, limit=_FOUND), request.principal, request.now) if words else None
    bibs = [hit.bib for hit in hits.items] if hits else []
    return page(
        request,
        "staff/collection_add.html",
        collection=found,
        above=above[::-1],
        words=words,
        bibs=bibs,
        total=hits.total if hits else 0,
        members={mms_id for mms_id, _ in inventory.memberships((bib.mms_id, collection_id) for bib in bibs)},
    )


def add(request: Request, collection_id: str) -> Response:
    """Put titles into the collection; those that are in it already stay there."""
    access.require_collections(request.principal, collection_id)
    typed = " ".join(request.form_list("mms_id"))
    mms_ids = list(dict.fromkeys(typed.replace(",", " ").replace(";", " ").split()))
    problems = [] if mms_ids else ["Name at least one title by its MMS ID."]
    if len(mms_ids) > _ADDED_AT_ONCE:
        problems = [f"At most {_ADDED_AT_ONCE} titles at once, not {len(mms_ids)}."]
    refused = []
    for mms_id in () if problems else mms_ids:
        try:
            cataloguing.add_to_collection(mms_id, collection_id, request.principal.name, request.now)
        except AlreadyInCollectionError:
            continue
        except ArmariumError as error:
            problems.append(error.message)
            refused.append(mms_id)
    if problems:
        return _shown(request, collection_id, problems, " ".join(refused)[:_LONGEST])
    return redirect(f"/staff/collections/{collection_id}?done=titles_added#titles")


def remove(request: Request, collection_id: str) -> Response:
    """Take a title out of the collection."""
    access.require_collections(request.principal, collection_id)
    mms_id = request.form.get("mms_id", "")
    try:
        cataloguing.remove_from_collection(mms_id, collection_id, request.principal.name, request.now)
    except InvalidInputError as error:
        return _shown(request, collection_id, [error.message])
    return redirect(f"/staff/collections/{collection_id}?done=title_removed#titles")


# Its picture


def pictures(request: Request, collection_id: str) -> Response:
    """The pictures of its titles, to choose from."""
    return _pictures(request, collection_id)


def choose_picture(request: Request, collection_id: str) -> Response:
    """Let a file, or the first picture of a title, stand for the collection."""
    access.require_collections(request.principal, collection_id)
    chosen = request.form.get("pid", "").strip() or request.form.get("choice", "")
    try:
        pid = cataloguing.picture_of(chosen) if is_id(IdType.BIB, chosen) else chosen
        cataloguing.change_collection(
            collection_id, {"thumbnail": pid}, request.principal.name, request.now, seen_version(request)
        )
    except CollectionThumbnailError as error:
        return _pictures(request, collection_id, Form(request.form, {"pid": error.message}))
    return redirect(f"/staff/collections/{collection_id}?done=saved")


def _pictures(request: Request, collection_id: str, form: Form | None = None) -> Response:
    found, *above = inventory.ancestors(collection_id)
    titles = inventory.list_bibs_in_collection(collection_id, _PICTURES_A_PAGE, request.query.get("page"))
    shown = form or Form()
    return page(
        request,
        "staff/collection_picture.html",
        status=shown.status,
        form=shown,
        collection=found,
        above=above[::-1],
        titles=[bib for bib in titles.items if access.sees(request.principal, bib)],
        next_token=titles.next_token,
    )


_ONE = "/staff/collections/{collection_id}"
ROUTES = (
    get("/staff/collections", tree, STAFF),
    get("/staff/collections/new", new, CATALOGUERS),
    post("/staff/collections/new", create, CATALOGUERS),
    get(_ONE, collection, STAFF),
    get(f"{_ONE}/branch", branch, STAFF),
    get(f"{_ONE}/edit", edit, CATALOGUERS),
    post(f"{_ONE}/edit", change, CATALOGUERS),
    get(f"{_ONE}/move", move, CATALOGUERS),
    post(f"{_ONE}/move", take_move, CATALOGUERS),
    post(f"{_ONE}/place", place, CATALOGUERS),
    get(f"{_ONE}/merge", merge, CATALOGUERS),
    post(f"{_ONE}/merge", take_merge, CATALOGUERS),
    get(f"{_ONE}/delete", ask_deletion, CATALOGUERS),
    post(f"{_ONE}/delete", delete, CATALOGUERS),
    get(f"{_ONE}/titles", find_titles, CATALOGUERS),
    post(f"{_ONE}/titles", add, CATALOGUERS),
    post(f"{_ONE}/titles/remove", remove, CATALOGUERS),
    get(f"{_ONE}/thumbnail", pictures, CATALOGUERS),
    post(f"{_ONE}/thumbnail", choose_picture, CATALOGUERS),
)
