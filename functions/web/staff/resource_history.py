"""The digital resource editor: who changed what, and putting it back."""

from __future__ import annotations

from typing import Any

from armarium.access import service as access
from armarium.audit import service as audit
from armarium.audit.model import Change
from armarium.cataloguing import restoring
from armarium.platform.errors import InvalidInputError
from functions.web.exchange import Request, Response, redirect
from functions.web.forms import VERSION, seen_version
from functions.web.rendering import page
from functions.web.routing import CATALOGUERS, get, post
from functions.web.staff.resource import address, heading

_CHANGES_A_PAGE = 50
_UNSAID = frozenset(
    {"mms_id", "representation_id", "pid", "id", "key", "source_etag", "sha256", "origin", "file_count", "touched_by"}
)
_LONGEST_VALUE = 300


def history(request: Request, mms_id: str, representation_id: str) -> Response:
    """Changes of the representation and its files, or of one file, newest first."""
    pid = request.query.get("file") or None
    found, following = audit.history_of_part(mms_id, representation_id, pid, _CHANGES_A_PAGE, request.query.get("page"))
    return page(
        request,
        "staff/resource_history.html",
        **heading(mms_id, representation_id, "history"),
        changes=[_told(each) for each in found if not _only_counts(each)],
        next_token=following,
        pid=pid,
    )


def _only_counts(change: Change) -> bool:
    """Whether a representation only has more or fewer files: the files' own changes say so."""
    return change.action == "changed" and change.thing == "representation" and not change.after.keys() - {"file_count"}


def _told(change: Change) -> dict[str, Any]:
    """A change as a page tells it: each field with its old and its new value."""
    names = sorted((change.before.keys() | change.after.keys()) - _UNSAID)
    differing = [
        (name, _value(change.before.get(name)), _value(change.after.get(name)))
        for name in names
        if _value(change.before.get(name)) != _value(change.after.get(name))
    ]
    label = change.after.get("label") or change.before.get("label") or ""
    return {
        "change": change,
        "fields": differing,
        "label": label,
        "replaced": change.action == "changed" and "key" in change.before,
        "restorable": restoring.is_restorable(change),
    }


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {each}" for name, each in sorted(value.items()) if each)
    if isinstance(value, bool):
        return "✓" if value else "–"
    return "" if value is None else str(value)[:_LONGEST_VALUE]


def ask(request: Request, mms_id: str, representation_id: str) -> Response:
    """Show what would be put back, and what it would replace."""
    change = audit.get_change(mms_id, request.query.get("change", ""))
    return page(
        request,
        "staff/resource_restore.html",
        **heading(mms_id, representation_id, "history"),
        told=_told(change),
        version=restoring.version_of(change) or 0,
    )


def restore(request: Request, mms_id: str, representation_id: str) -> Response:
    """Put it back, unless somebody changed it since the question was asked."""
    change_id = request.form.get("change", "")
    expected = seen_version(request) or None
    by = request.principal.name
    former = audit.get_change(mms_id, change_id).before
    access.require_representation(request.principal, mms_id, representation_id, former)
    try:
        restoring.restore_part(mms_id, representation_id, change_id, by, request.now, expected)
    except InvalidInputError as error:
        change = audit.get_change(mms_id, change_id)
        about = heading(mms_id, representation_id, "history")
        shown: dict[str, Any] = {
            "told": _told(change),
            VERSION: restoring.version_of(change) or 0,
            "problem": error.message,
        }
        return page(request, "staff/resource_restore.html", status=422, **about, **shown)
    return redirect(f"{address(mms_id, representation_id, 'history')}?done=history.restored")


_BASE = "/staff/titles/{mms_id}/representations/{representation_id}"
ROUTES = (
    get(f"{_BASE}/history", history, CATALOGUERS),
    get(f"{_BASE}/history/restore", ask, CATALOGUERS),
    post(f"{_BASE}/history/restore", restore, CATALOGUERS),
)
