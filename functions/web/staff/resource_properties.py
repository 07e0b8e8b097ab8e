"""The digital resource editor: what a representation is, and its deletion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from armarium.access import service as access
from armarium.cataloguing import service as cataloguing
from armarium.cataloguing.model import Leftover
from armarium.configuration import service as configuration
from armarium.configuration.model import Library
from armarium.inventory import service as inventory
from armarium.inventory.model import Representation, UsageType
from armarium.platform.errors import InvalidInputError, PreconditionFailedError
from functions.web.exchange import Request, Response, redirect
from functions.web.forms import Form, seen_version
from functions.web.rendering import page
from functions.web.routing import CATALOGUERS, get, post
from functions.web.staff.resource import address, heading

TEXTS = ("label", "public_note", "note")
CODES = ("usage_type", "library", "access_rights")
DESCRIPTIVE = ("title", "author", "volume", "issue", "number", "date", "year", "track")
RIGHTS = ("OPEN", "RESTRICTED")
_LONGEST = 4_000


def properties(request: Request, mms_id: str, representation_id: str) -> Response:
    """The properties as a form."""
    found = inventory.get_representation(mms_id, representation_id)
    return _shown(request, mms_id, representation_id, Form(_values(found)))


def save(request: Request, mms_id: str, representation_id: str) -> Response:
    """Keep the properties, unless somebody changed them since the form was made: then both are shown."""
    form = Form(request.form)
    before = inventory.get_representation(mms_id, representation_id)
    fields = _read(form, before)
    if form.problems:
        return _shown(request, mms_id, representation_id, form)
    access.require_representation(request.principal, mms_id, representation_id, fields)
    by, version = request.principal.name, seen_version(request)
    try:
        cataloguing.change_representation(mms_id, representation_id, fields, by, request.now, version)
    except PreconditionFailedError:
        return _shown(request, mms_id, representation_id, form, theirs=_differing(form, mms_id, representation_id))
    except InvalidInputError as error:
        form.refuse("", error.message)
        return _shown(request, mms_id, representation_id, form)
    return redirect(f"{address(mms_id, representation_id, 'properties')}?done=properties.saved")


def _values(source: Representation) -> dict[str, str]:
    values = {name: str(getattr(source, name)) for name in (*TEXTS, *CODES)}
    return values | {name: source.descriptive.get(name, "") for name in DESCRIPTIVE} | {"active": _flag(source.active)}


def _flag(value: bool) -> str:
    return "true" if value else ""


def _read(form: Form, before: Representation) -> dict[str, Any]:
    """The fields as they were typed; what cannot be kept is refused beside its field."""
    for name in (*TEXTS, *DESCRIPTIVE):
        if len(form[name]) > _LONGEST:
            form.refuse(name, f"At most {_LONGEST} characters, not {len(form[name])}.")
    known = {
        "usage_type": {each.value for each in UsageType},
        "library": {before.library, *(each.code for each in configuration.listed(Library))},
        "access_rights": {before.access_rights, *RIGHTS},
    }
    for name, choices in known.items():
        if form[name] not in choices:
            form.refuse(name, f"{form[name][:50]!r} is not one of the choices.")
    if form.problems:
        return {}
    said = {name: form[name].strip() for name in DESCRIPTIVE if form[name].strip()}
    others = {name: value for name, value in before.descriptive.items() if name not in DESCRIPTIVE}
    return {
        **{name: form[name].strip() for name in TEXTS},
        "usage_type": UsageType(form["usage_type"]),
        "library": form["library"],
        "access_rights": form["access_rights"],
        "active": form["active"] == "true",
        "descriptive": others | said,
    }


def _differing(form: Form, mms_id: str, representation_id: str) -> dict[str, str]:
    """What is stored by now where it is not what was typed."""
    stored = _values(inventory.get_representation(mms_id, representation_id))
    return {name: value for name, value in stored.items() if value != form[name].strip()}


def _shown(
    request: Request, mms_id: str, representation_id: str, form: Form, theirs: Mapping[str, str] | None = None
) -> Response:
    about = heading(mms_id, representation_id, "properties")
    libraries = [(each.code, each.name) for each in configuration.listed(Library)]
    current = about["representation"].library
    if current not in dict(libraries):
        libraries.insert(0, (current, current))
    return page(
        request,
        "staff/resource_properties.html",
        status=form.status if theirs is None else 412,
        **about,
        form=form,
        libraries=libraries,
        usages=[each.value for each in UsageType],
        rights=list(dict.fromkeys([*RIGHTS, about["representation"].access_rights])),
        texts=TEXTS,
        descriptive=DESCRIPTIVE,
        theirs=theirs,
    )


# Deletion


def ask(request: Request, mms_id: str, representation_id: str) -> Response:
    """Ask once more, and what shall become of the title."""
    about = heading(mms_id, representation_id, "properties")
    alone = len(inventory.list_representations(mms_id)) == 1
    return page(
        request, "staff/resource_delete.html", **about, alone=alone, leftovers=[each.value for each in Leftover]
    )


def delete(request: Request, mms_id: str, representation_id: str) -> Response:
    """Delete the representation with its files, at the version that was seen."""
    stated = request.form.get("bibs", Leftover.RETAIN.value)
    if stated not in list(Leftover):
        raise InvalidInputError("The form does not say what is to become of the title.")
    bibs = Leftover(stated)
    access.require_representation(request.principal, mms_id, representation_id)
    by = request.principal.name
    cataloguing.delete_representation(
        mms_id, representation_id, by, request.now, seen_version(request), override=True, bibs=bibs
    )
    gone = bibs is Leftover.DELETE and not inventory.existing_bibs([mms_id])
    return redirect("/" if gone else f"/staff/titles/{mms_id}")


_BASE = "/staff/titles/{mms_id}/representations/{representation_id}"
ROUTES = (
    get(f"{_BASE}/properties", properties, CATALOGUERS),
    post(f"{_BASE}/properties", save, CATALOGUERS),
    get(f"{_BASE}/delete", ask, CATALOGUERS),
    post(f"{_BASE}/delete", delete, CATALOGUERS),
)
