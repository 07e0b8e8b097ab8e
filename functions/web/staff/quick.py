"""Quick cataloguing: one short form, then the files."""

from __future__ import annotations

from pydantic import ValidationError

from armarium.access import service as access
from armarium.cataloguing import quick, templates
from armarium.cataloguing.quick import QuickTitle
from armarium.inventory import service as inventory
from armarium.inventory.model import Bib, UsageType
from armarium.metadata import service as metadata
from armarium.metadata.model import SourceRecord
from armarium.platform.errors import ArmariumError
from armarium.platform.observability import logger
from armarium.search import service as search
from functions.web.exchange import Request, Response, fresh_token, redirect
from functions.web.forms import Form
from functions.web.rendering import page
from functions.web.routing import CATALOGUERS, get, post
from functions.web.staff.titles import (
    ACCESS_RIGHTS,
    address_of,
    like,
    named_collection,
    representation_choices,
    representation_fields,
)

_FIRST_TEMPLATE = "dc-photograph"
_CANDIDATES = 5


def form(request: Request) -> Response:
    """The short form of a new title."""
    first = {
        "template": _FIRST_TEMPLATE,
        "usage_type": UsageType.MASTER.value,
        "access_rights": ACCESS_RIGHTS[0],
        "key": fresh_token(),
        "collection": request.query.get("collection", ""),
    }
    return _page(request, Form(first))


def create(request: Request) -> Response:
    """The title, its collection and a representation, unless something is wrong or it may be there already."""
    sent = Form(request.form)
    asked, record = _asked(request, sent)
    collection = named_collection(sent["collection"].strip())
    if collection is None:
        sent.refuse(
            "collection", "Name a collection by its number or its whole name; some that are named alike are below."
        )
    representation = representation_fields(sent)
    if asked is None or record is None or collection is None or sent.problems:
        return _page(request, sent)
    access.require_collections(request.principal, collection.id)
    access.require_library(request.principal, representation["library"])
    if sent["anyway"] != "true" and (candidates := _candidates(request, asked, record)):
        return _page(request, sent, candidates)
    made = quick.create(
        record,
        collection.id,
        representation["usage_type"],
        representation["library"],
        representation["access_rights"],
        sent["suppressed"] == "true",
        request.principal.name,
        request.now,
        sent["key"][:100] or fresh_token(),
    )
    return redirect(f"{address_of(made)}?done=title_made")


def _asked(request: Request, sent: Form) -> tuple[QuickTitle | None, SourceRecord | None]:
    """What the form asks and the record that it makes; what is wrong stands in the form."""
    try:
        asked = QuickTitle.model_validate({name: sent[name] for name in QuickTitle.model_fields})
        record = quick.record_of(asked, templates.get(sent["template"]), request.now)
        metadata.describe(record)
    except ValidationError as error:
        sent.refuse_all(error, QuickTitle.model_fields)
        return None, None
    except ArmariumError as error:
        sent.refuse("", error.message)
        return None, None
    return asked, record


def _candidates(request: Request, asked: QuickTitle, record: SourceRecord) -> list[Bib]:
    """Titles that may be the same: those with one of its identifiers, and those of the same name."""
    claimed = inventory.owners(metadata.describe(record).identifiers)
    mms_ids = [mms_id for owners in claimed.values() for mms_id in owners]
    found = inventory.get_bibs(list(dict.fromkeys(mms_ids))[:_CANDIDATES], with_record=False)
    return list({**{each.mms_id: each for each in _namesakes(request, asked.title)}, **found}.values())


def _namesakes(request: Request, title: str) -> list[Bib]:
    """Titles of the same name, as far as the index knows; without an index, none."""
    try:
        words = " ".join(title.replace('"', " ").split())[:200]
        hits = search.search(search.question(f'title:"{words}"', limit=_CANDIDATES), request.principal, request.now)
    except Exception:  # a warning less is no reason to keep somebody from cataloguing
        logger().warning("duplicates were not looked for", exc_info=True)
        return []
    wanted = metadata.sort_key(title)
    return [each.bib for each in hits.items if metadata.sort_key(each.bib.description.title) == wanted]


def _page(request: Request, sent: Form, candidates: list[Bib] | None = None) -> Response:
    named = sent["collection"].strip()
    return page(
        request,
        "staff/quick.html",
        status=409 if candidates else sent.status,
        form=sent,
        templates=templates.listed(),
        **representation_choices(request),
        collections=[each.name for each in inventory.list_collections(limit=100).items],
        matches=like(named) if "collection" in sent.problems else (),
        candidates=candidates or [],
    )


ROUTES = (
    get("/staff/titles/new", form, CATALOGUERS),
    post("/staff/titles/new", create, CATALOGUERS),
)
