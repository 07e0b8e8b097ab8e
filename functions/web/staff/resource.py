"""The digital resource editor: a representation's files, page by page, and one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from armarium.access import service as access
from armarium.cataloguing import service as cataloguing
from armarium.delivery import service as delivery
from armarium.derivatives import service as derivatives
from armarium.inventory import service as inventory
from armarium.inventory.model import DerivativeStatus, File
from armarium.platform.errors import InvalidInputError
from functions.web.exchange import Request, Response, redirect
from functions.web.forms import Form, seen_version
from functions.web.rendering import page
from functions.web.routing import CATALOGUERS, get, post

FILES_A_PAGE = 100
_THUMBNAIL = "thumbnail.jpg"
_LONGEST_LABEL = 4_000
_FARTHEST = 9_999_999


@dataclass(frozen=True)
class Row:
    """A file as a list shows it."""

    file: File
    place: int
    picture: str  # address of its thumbnail; empty without one


def address(mms_id: str, representation_id: str, *rest: str) -> str:
    """Of the editor, or of a page under it."""
    return "/".join((f"/staff/titles/{mms_id}/representations/{representation_id}", *rest))


def heading(mms_id: str, representation_id: str, tab: str) -> dict[str, Any]:
    """What the head of every page of the editor shows."""
    found = inventory.get_representation(mms_id, representation_id)
    bib = inventory.get_bib(mms_id)
    return {
        "representation": found,
        "bib": bib,
        "name": found.label or bib.description.title or mms_id,
        "here": address(mms_id, representation_id),
        "tab": tab,
        "is_remote": found.is_remote,
    }


# A page of files


def files(request: Request, mms_id: str, representation_id: str) -> Response:
    """A page of the files, from a place on; only the list for a script."""
    about = heading(mms_id, representation_id, "files")
    start = _start(request.query.get("from", ""), about["representation"].file_count)
    found = inventory.list_files(mms_id, representation_id, FILES_A_PAGE, request.query.get("token"), offset=start - 1)
    shown = {
        **about,
        "rows": [_row(file, place) for place, file in enumerate(found.items, start)],
        "start": start,
        "step": FILES_A_PAGE,
        "next_token": found.next_token,
        "total": found.total or 0,
    }
    if request.is_fragment:
        return page(request, "staff/_resource_list.html", **shown)
    return page(request, "staff/resource.html", uploads=True, **shown)


def _start(stated: str, count: int) -> int:
    """The place at which a page begins; beyond the end, where the last page does."""
    wanted = int(stated) if stated.isdecimal() and len(stated) < 8 else 1
    last = max(0, count - 1) // FILES_A_PAGE * FILES_A_PAGE + 1
    return max(1, wanted if wanted <= count else last)


def _row(file: File, place: int) -> Row:
    made = any(each.name == _THUMBNAIL for each in file.technical.derived)
    return Row(file, place, delivery.derived_link(file, _THUMBNAIL) if made else "")


# What is done to files: with those that are ticked, or with one


def _chosen(request: Request) -> list[str]:
    pids = list(dict.fromkeys(request.form_list("pid")))
    if not pids:
        raise InvalidInputError("No file is chosen: tick at least one.")
    return pids


def _place(request: Request) -> int:
    stated = request.form.get("place", "").strip()
    if not stated.isdecimal() or not 1 <= int(stated[:9]) <= _FARTHEST:
        raise InvalidInputError(f"{stated[:20] or 'Nothing'} is no place: a whole number from 1 is wanted.")
    return int(stated)


def _move(request: Request, mms_id: str, representation_id: str) -> str:
    cataloguing.move_files(
        mms_id, representation_id, _chosen(request), _place(request), request.principal.name, request.now
    )
    return "files.moved"


def _delete(request: Request, mms_id: str, representation_id: str) -> str:
    cataloguing.delete_files(mms_id, representation_id, _chosen(request), request.principal.name, request.now)
    return "files.deleted"


def _relabel(request: Request, mms_id: str, representation_id: str) -> str:
    label = request.form.get("label", "").strip()
    if len(label) > _LONGEST_LABEL:
        raise InvalidInputError(f"A label has at most {_LONGEST_LABEL} characters.")
    (pid,) = _chosen(request)[:1]
    cataloguing.change_file(
        mms_id, representation_id, pid, request.principal.name, request.now, seen_version(request), label=label
    )
    return "files.relabelled"


def _set_thumbnail(request: Request, mms_id: str, representation_id: str) -> str:
    fields = {"thumbnail": _chosen(request)[0]}
    cataloguing.change_representation(mms_id, representation_id, fields, request.principal.name, request.now)
    return "files.thumbnail"


def _derive(request: Request, mms_id: str, representation_id: str) -> str:
    for file in inventory.get_files(mms_id, representation_id, _chosen(request)):
        derivatives.request(file)
    return "files.derive"


STEPS: Mapping[str, Callable[[Request, str, str], str]] = {
    "move": _move,
    "delete": _delete,
    "relabel": _relabel,
    "thumbnail": _set_thumbnail,
    "derive": _derive,
}
"""What a form asks for → what does it, and answers the word that says so."""


def change_files(request: Request, mms_id: str, representation_id: str) -> Response:
    """Do with files what the form's button says; deletion asks first."""
    step = request.form.get("do", "")
    if step == "ask":
        chosen = inventory.get_files(mms_id, representation_id, _chosen(request)[: cataloguing.MOST_FILES_TOGETHER])
        about = heading(mms_id, representation_id, "files")
        return page(request, "staff/resource_delete_files.html", **about, files=chosen, back=_back(request, about))
    if step not in STEPS:
        raise InvalidInputError("The form does not say what to do.")
    access.require_representation(request.principal, mms_id, representation_id)
    done = STEPS[step](request, mms_id, representation_id)
    start = request.form.get("from", "")
    query = f"?from={start}&done={done}" if start.isdecimal() else f"?done={done}"
    if step != "delete" and request.form.get("stay"):
        return redirect(address(mms_id, representation_id, "files", _chosen(request)[0]) + query)
    return redirect(address(mms_id, representation_id) + query)


def _back(request: Request, about: Mapping[str, Any]) -> str:
    start = request.form.get("from", "")
    return f"{about['here']}?from={start}" if start.isdecimal() else str(about["here"])


# One file


def file(request: Request, mms_id: str, representation_id: str, pid: str) -> Response:
    """One file: what is known of it, and everything that can be done with it."""
    found = inventory.get_file(mms_id, representation_id, pid)
    place = inventory.place_of(found)
    return page(
        request,
        "staff/resource_file.html",
        uploads=True,
        **heading(mms_id, representation_id, "files"),
        row=_row(found, place),
        form=Form({"label": found.label, "place": str(place)}),
        details=_details(found),
        pending=found.technical.status is DerivativeStatus.PENDING,
    )


def _details(found: File) -> list[tuple[str, Any]]:
    """What derivation learned that has no line of its own: plain values by their name."""
    hidden = ("source_etag",)
    return [(name, value) for name, value in sorted(found.technical.details.items()) if name not in hidden]


def download(request: Request, mms_id: str, representation_id: str, pid: str) -> Response:
    """The master: a redirect to a signed link."""
    return redirect(delivery.download_link(inventory.get_file(mms_id, representation_id, pid)), 302)


_BASE = "/staff/titles/{mms_id}/representations/{representation_id}"
ROUTES = (
    get(_BASE, files, CATALOGUERS),
    post(_BASE, change_files, CATALOGUERS),
    get(f"{_BASE}/files/{{pid}}", file, CATALOGUERS),
    get(f"{_BASE}/files/{{pid}}/download", download, CATALOGUERS),
)
