"""A title for staff: what it says, where it belongs, what hangs on it, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from armarium.access import service as access
from armarium.cataloguing import collections, finding
from armarium.cataloguing import service as cataloguing
from armarium.configuration import service as configuration
from armarium.configuration.model import Library
from armarium.holdings import service as holdings
from armarium.inventory import service as inventory
from armarium.inventory.model import Bib, Collection, Representation, Title, UsageType
from armarium.metadata import service as metadata
from armarium.platform.errors import ArmariumError, NotFoundError
from armarium.platform.ids import IdType, is_id
from functions.web.exchange import Request, Response, redirect
from functions.web.forms import Form, seen_version
from functions.web.language import Words
from functions.web.rendering import page
from functions.web.routing import CATALOGUERS, STAFF, get, post

VIEWS = ("people", "source", "other")
ACCESS_RIGHTS = ("RESTRICTED", "OPEN")
_COLLECTIONS_NAMED = 20
_MATCHES = 10
_LONGEST = 4_000
_REPRESENTATION_TEXTS = ("label", "public_note", "note")


def title(request: Request, mms_id: str) -> Response:
    """A title: its record for people, as it is written, or by the crosswalk; collections, representations, items."""
    return _page(request, inventory.get_title(mms_id))


def _page(request: Request, found: Title, form: Form | None = None, matches: tuple[Collection, ...] = ()) -> Response:
    bib = found.bib
    form = form or Form()
    return page(
        request,
        "staff/title.html",
        status=form.status,
        bib=bib,
        **_description(request, bib),
        collections=[_Membership(each) for each in bib.collection_ids[:_COLLECTIONS_NAMED]],
        representations=found.representations,
        **_held(bib.mms_id),
        form=form,
        matches=matches,
        edits=request.principal in CATALOGUERS,
    )


def _description(request: Request, bib: Bib) -> dict[str, Any]:
    view = request.query.get("view", "")
    shown = view if view in VIEWS else VIEWS[0]
    other = metadata.lines_of_dc if bib.record.schema_.is_marc else metadata.lines_of_marc
    return {
        "view": shown,
        "views": VIEWS,
        "fields": metadata.display(bib.record) if shown == "people" else (),
        "lines": {"people": tuple, "source": lambda: metadata.lines(bib.record), "other": lambda: other(bib.record)}[
            shown
        ](),
    }


def _held(mms_id: str) -> dict[str, Any]:
    return {
        "holdings": holdings.list_holdings(mms_id),
        "items": holdings.list_items(mms_id, holdings.ALL, 0).total,
    }


@dataclass(frozen=True)
class _Membership:
    """A collection of a title; one that is gone has its number for a name."""

    id: str

    @property
    def name(self) -> str:
        try:
            return inventory.get_collection(self.id).name
        except NotFoundError:
            return self.id


def suppress(request: Request, mms_id: str) -> Response:
    """Hide a title from readers, or show it again."""
    suppressed = request.form.get("suppressed") == "true"
    access.require_bib(request.principal, mms_id)
    cataloguing.change_bib(mms_id, request.principal.name, request.now, seen_version(request), suppressed=suppressed)
    return redirect(f"/staff/titles/{mms_id}?done={'title_hidden' if suppressed else 'title_shown'}")


def join(request: Request, mms_id: str) -> Response:
    """Put a title into a collection that is named by its number or its name; else show collections named alike."""
    stated = request.form.get("collection", "").strip()
    found = named_collection(stated)
    if found is None:
        form = Form({"collection": stated}, {"collection": _unknown(stated)})
        return _page(request, inventory.get_title(mms_id), form, like(stated))
    access.require_collections(request.principal, found.id)
    try:
        collections.add_to_collection(mms_id, found.id, request.principal.name, request.now)
    except ArmariumError as error:
        form = Form({"collection": stated}, {"collection": error.message})
        return _page(request, inventory.get_title(mms_id), form)
    return redirect(f"/staff/titles/{mms_id}?done=title_joined#collections")


def leave(request: Request, mms_id: str, collection_id: str) -> Response:
    """Take a title out of a collection; says why where it has to stay."""
    access.require_collections(request.principal, collection_id)
    try:
        collections.remove_from_collection(mms_id, collection_id, request.principal.name, request.now)
    except ArmariumError as error:
        return _page(request, inventory.get_title(mms_id), Form(problems={"collection": error.message}))
    return redirect(f"/staff/titles/{mms_id}?done=title_left#collections")


def named_collection(stated: str) -> Collection | None:
    """The collection with this number or exactly this name."""
    if not stated:
        return None
    try:
        return inventory.get_collection(stated) if is_id(IdType.COLLECTION, stated) else _by_name(stated)
    except NotFoundError:
        return None


def _by_name(stated: str) -> Collection | None:
    return inventory.collection_named(stated)


def like(stated: str) -> tuple[Collection, ...]:
    """Some collections whose names have these words."""
    return finding.collections_like({"name": stated}, _MATCHES, 0).items if stated else ()


def _unknown(stated: str) -> str:
    return f"There is no collection with the number or name {stated[:100]!r}." if stated else "Name a collection."


def ask_to_delete(request: Request, mms_id: str) -> Response:
    """What would go with the title, before it is deleted."""
    return _delete_page(request, inventory.get_title(mms_id), Form())


def _delete_page(request: Request, found: Title, form: Form) -> Response:
    files = sum(each.file_count for each in found.representations)
    return page(
        request,
        "staff/title_delete.html",
        status=form.status,
        bib=found.bib,
        representations=found.representations,
        files=files,
        **_held(found.bib.mms_id),
        form=form,
    )


def delete(request: Request, mms_id: str) -> Response:
    """Delete a title, with what hangs on it where that was ticked; says why it cannot."""
    override = request.form.get("override") == "true"
    expected = seen_version(request)
    access.require_bib(request.principal, mms_id, with_all=True)
    try:
        cataloguing.delete_bib(mms_id, request.principal.name, request.now, expected, override)
    except NotFoundError:
        raise
    except ArmariumError as error:
        if error.status == 412:
            raise
        form = Form(request.form, {"": error.message})
        return _delete_page(request, inventory.get_title(mms_id), form)
    return redirect(f"/staff/titles/{mms_id}/history?done=title_deleted")


def new_representation(request: Request, mms_id: str) -> Response:
    """The form of a new representation."""
    values = {"usage_type": UsageType.MASTER.value, "access_rights": ACCESS_RIGHTS[0], "active": "true"}
    return _representation_form(request, inventory.get_title(mms_id).bib, Form(values))


def _representation_form(request: Request, bib: Bib, form: Form) -> Response:
    return page(
        request,
        "staff/title_representation.html",
        status=form.status,
        bib=bib,
        form=form,
        **representation_choices(request),
    )


def representation_choices(request: Request) -> dict[str, Any]:
    """What the lists of a representation's form offer: codes with their words."""
    words = Words(request.language)
    return {
        "usage_types": [(each.value, words.of("usage", each.value)) for each in UsageType],
        "access_rights": [(each, words.of("access", each)) for each in ACCESS_RIGHTS],
        "libraries": libraries(request),
    }


def libraries(request: Request) -> list[tuple[str, str]]:
    """Code and name of the libraries somebody works for, and none; none first for those who work for all."""
    own = request.principal.libraries
    named = [(each.code, each.name) for each in configuration.listed(Library) if not own or each.code in own]
    none = [("", Words(request.language)("shelf.no_library"))]
    return named + none if own else none + named


def make_representation(request: Request, mms_id: str) -> Response:
    """A new representation, and on to its files."""
    form = Form(request.form)
    fields = representation_fields(form)
    made = None
    if not form.problems:
        access.require_library(request.principal, fields["library"])
        try:
            made = cataloguing.create_representation(mms_id, fields, request.principal.name, request.now)
        except NotFoundError:
            raise
        except ArmariumError as error:
            form.refuse("", error.message)
    if made is None:
        return _representation_form(request, inventory.get_bib(mms_id), form)
    return redirect(f"{address_of(made)}?done=representation_made")


def representation_fields(form: Form) -> dict[str, Any]:
    """What a form says of a representation; what is wrong with it stands in the form."""
    fields: dict[str, Any] = {name: form[name].strip() for name in _REPRESENTATION_TEXTS}
    for name, value in fields.items():
        if len(value) > _LONGEST:
            form.refuse(name, f"At most {_LONGEST} characters.")
    chosen = {
        "usage_type": [each.value for each in UsageType],
        "access_rights": list(ACCESS_RIGHTS),
        "library": ["", *(each.code for each in configuration.listed(Library))],
    }
    for name, allowed in chosen.items():
        if form[name] not in allowed:
            form.refuse(name, "Choose one of the list.")
    if form.problems:
        return {}
    return fields | {
        "usage_type": UsageType(form["usage_type"]),
        "access_rights": form["access_rights"],
        "library": form["library"],
        "active": form["active"] == "true",
    }


def address_of(representation: Representation) -> str:
    """Where the files of a representation are edited."""
    return f"/staff/titles/{representation.mms_id}/representations/{representation.id}"


ROUTES = (
    get("/staff/titles/{mms_id}", title, STAFF),
    post("/staff/titles/{mms_id}/suppression", suppress, CATALOGUERS),
    post("/staff/titles/{mms_id}/collections", join, CATALOGUERS),
    post("/staff/titles/{mms_id}/collections/{collection_id}/leave", leave, CATALOGUERS),
    get("/staff/titles/{mms_id}/delete", ask_to_delete, CATALOGUERS),
    post("/staff/titles/{mms_id}/delete", delete, CATALOGUERS),
    get("/staff/titles/{mms_id}/new-representation", new_representation, CATALOGUERS),
    post("/staff/titles/{mms_id}/new-representation", make_representation, CATALOGUERS),
)
