"""The history of a title: who changed what, from which value to which; and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from armarium.access import service as access
from armarium.accounts.model import Principal
from armarium.audit import service as audit
from armarium.audit.model import Change
from armarium.cataloguing import restoring
from armarium.inventory import service as inventory
from armarium.inventory.model import Bib
from armarium.metadata import service as metadata
from armarium.metadata.comparison import Difference
from armarium.platform.errors import ArmariumError, NotFoundError
from functions.web.exchange import Request, Response, redirect
from functions.web.forms import VERSION, seen_version
from functions.web.rendering import page
from functions.web.routing import CATALOGUERS, STAFF, get, post

_CHANGES_A_PAGE = 30
_LONGEST_VALUE = 300
_FIRST = frozenset({"title", "label", "name", "suppressed"})  # what people know a thing by
# What follows from other fields, or says nothing to people.
_NOT_SHOWN = frozenset(
    {
        "fingerprint",
        "sort_title",
        "identifiers",
        "key",
        "source_etag",
        "mms_id",
        "id",
        "pid",
        "representation_id",
        "record",
    }
)


def history(request: Request, mms_id: str) -> Response:
    """A page of the changes of a title and all that hangs on it, the newest first; also of one that was deleted."""
    found = audit.history(mms_id, _CHANGES_A_PAGE, request.query.get("page"))
    bib = _bib(mms_id)
    if bib is None and not found.items:
        raise NotFoundError(f"There is no title {mms_id}.")
    changes = [(each, list(_details(each))) for each in found.items]
    return page(request, "staff/history.html", bib=bib, mms_id=mms_id, changes=changes, next_token=found.next_token)


def change(request: Request, mms_id: str) -> Response:
    """One change, with both records where it is one of a record, and what taking it back would do."""
    return _change_page(request, audit.get_change(mms_id, request.query.get("key", "")))


def restore(request: Request, mms_id: str) -> Response:
    """Put something back to how it was before a change, at the version that was seen."""
    found = audit.get_change(mms_id, request.form.get("key", ""))
    expected = seen_version(request) if VERSION in request.form else None
    _require(request.principal, found)
    try:
        restoring.restore(found, request.principal.name, request.now, expected)
    except ArmariumError as error:
        return _change_page(request, found, error)
    return redirect(f"/staff/titles/{mms_id}/history?done=restored")


def _require(principal: Principal, found: Change) -> None:
    """Raises OtherLibraryError for somebody who may not change the thing by hand either."""
    if found.thing == "membership":
        access.require_collections(principal, found.thing_id)
    elif found.part_of:
        access.require_representation(principal, found.mms_id, found.part_of, found.before)
    elif "suppressed" in found.before:
        access.require_bib(principal, found.mms_id)


def _change_page(request: Request, found: Change, error: ArmariumError | None = None) -> Response:
    version, bib = restoring.version_of(found), _bib(found.mms_id)
    there = found.thing == "membership" or found.action == "deleted" or version is not None
    possible = bib is not None and there and restoring.is_restorable(found)
    return page(
        request,
        "staff/history_change.html",
        status=error.status if error else 200,
        problem=error.message if error else "",
        bib=bib,
        change=found,
        details=list(_details(found)),
        record=_record_then(found),
        now=_record_now(found),
        version=version,
        restorable=possible and request.principal in CATALOGUERS,
    )


def _bib(mms_id: str) -> Bib | None:
    return inventory.get_bibs([mms_id]).get(mms_id)


def _record_then(found: Change) -> tuple[Difference, ...]:
    """What the change did to the record."""
    if not (found.record_before and found.record_after):
        return ()
    before, after = (inventory.read_kept(each) for each in (found.record_before, found.record_after))
    return metadata.compare(metadata.lines(before), metadata.lines(after))


def _record_now(found: Change) -> tuple[Difference, ...] | None:
    """What the record that stands would become, were it put back to how it was before the change."""
    bib = _bib(found.mms_id)
    if found.record_before is None or bib is None:
        return None
    return metadata.compare(metadata.lines(bib.record), metadata.lines(inventory.read_kept(found.record_before)))


def _details(found: Change) -> Iterator[tuple[str, str, str]]:
    """Field, old value, new value, in words as far as values have them."""
    before, after = _flat(found.before), _flat(found.after)
    for name in sorted(before.keys() | after.keys(), key=lambda each: (each not in _FIRST, each)):
        old, new = before.get(name), after.get(name)
        if old != new and not (old in (None, "", [], {}) and new in (None, "", [], {})):
            yield name, _readable(old), _readable(new)


def _flat(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields, those of the description among them."""
    said = fields.get("description")
    described = said if isinstance(said, Mapping) else {}
    others = {name: value for name, value in fields.items() if value is not said or not described}
    return {name: value for name, value in {**others, **described}.items() if name not in _NOT_SHOWN}


def _readable(value: Any) -> str:
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_readable(each)}" for name, each in value.items() if each)
    if isinstance(value, list):
        return "; ".join(map(_readable, value))[:_LONGEST_VALUE]
    return "" if value is None else str(value)[:_LONGEST_VALUE]


ROUTES = (
    get("/staff/titles/{mms_id}/history", history, STAFF),
    get("/staff/titles/{mms_id}/history/change", change, STAFF),
    post("/staff/titles/{mms_id}/history/restore", restore, CATALOGUERS),
)
