"""Import profiles: what each asks of its drop folders, their versions, and the form that makes the next one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, get_args

from armarium.access import service as access
from armarium.configuration import service as configuration
from armarium.configuration.model import Library
from armarium.ingest import profiles as ingest
from armarium.ingest.errors import ProfileNotValidError
from armarium.ingest.model import ImportProfile, RepresentationPattern, SourceFormat
from armarium.inventory import service as inventory
from armarium.inventory.model import UsageType
from armarium.jobs import service as jobs
from armarium.platform.errors import NotFoundError, PreconditionFailedError
from functions.web.exchange import Request, Response, redirect
from functions.web.forms import Form, seen_version
from functions.web.language import Words
from functions.web.rendering import page
from functions.web.routing import ADMINISTRATORS, STAFF, get, post

_JOBS_SHOWN = 5
_VERSIONS_A_PAGE = 25
_COLLECTIONS_OFFERED = 200
_SAMPLES = 200

MATCHING = ("mms_id", "system", "035", "024", "isbn", "issn", "dc")
CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "source_format": tuple(SourceFormat),
        "access_rights": ("RESTRICTED", "OPEN"),
        **{
            name: get_args(ImportProfile.model_fields[name].annotation)
            for name in ("folder_key", "on_match", "on_no_match", "bad_rows", "unknown_columns")
        },
    }
)
"""Field → its codes; each has its words in the catalogues."""

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "about": ("name", "description", "active", "source_format", "metadata_file"),
        "target": ("collection_id", "library", "access_rights", "suppressed"),
        "files": ("file_field", "folder_key", "representations"),
        "matching": ("match_by", "on_match", "on_no_match"),
        "faults": ("bad_rows", "unknown_columns"),
    }
)
"""Heading → fields under it, as a profile is shown and asked for."""

_TEXTS = ("name", "description", "metadata_file", "library")
_MAY_LACK = ("collection_id", "file_field")
_TICKS = ("active", "suppressed")
_ROW = ("pattern", "label", "usage_type", "access_rights")
_ROW_ACTION = re.compile(r"(add|remove|up|down)(?:-([0-9]{1,2}))?")


# Looking


def profiles(request: Request) -> Response:
    """Every profile, by number."""
    found = sorted(ingest.list_profiles(), key=lambda each: (len(each.id), each.id))
    return page(request, "staff/profiles.html", profiles=found, may_change=request.principal in ADMINISTRATORS)


def profile(request: Request, profile_id: str) -> Response:
    """A profile in plain words, where its folders are dropped, and its last jobs."""
    found = ingest.get_profile(profile_id)
    return page(
        request,
        "staff/profile.html",
        profile=found,
        groups=_told(Words(request.language), found),
        folder=ingest.drop_folder(found.id),
        runs=jobs.list_runs(found.id, _JOBS_SHOWN).items,
        may_change=request.principal in ADMINISTRATORS,
    )


def versions(request: Request, profile_id: str) -> Response:
    """The versions of a profile, the newest first."""
    found = ingest.list_versions(profile_id, _VERSIONS_A_PAGE, request.query.get("page"))
    current = ingest.get_profile(profile_id)
    return page(
        request, "staff/profile_versions.html", profile=current, versions=found.items, next_token=found.next_token
    )


def version(request: Request, profile_id: str, number: str) -> Response:
    """What differs between a version and another one: the current, or that in ``?against=``."""
    current, shown = ingest.get_profile(profile_id), ingest.get_version(profile_id, _number(number))
    against = request.query.get("against", "")
    other = ingest.get_version(profile_id, _number(against)) if against else current
    older, newer = sorted((shown, other), key=lambda each: each.version)
    words = Words(request.language)
    changes = [
        (name, said(words, name, before), said(words, name, after))
        for name, before, after in ingest.differences(older, newer)
    ]
    return page(
        request,
        "staff/profile_version.html",
        profile=current,
        shown=shown,
        older=older,
        newer=newer,
        changes=changes,
        may_restore=request.principal in ADMINISTRATORS and shown.version != current.version,
    )


def _told(words: Words, profile: ImportProfile) -> list[tuple[str, list[tuple[str, tuple[str, ...]]]]]:
    """Heading, and under it field and lines of words, of the whole profile."""
    values = profile.model_dump(mode="json")
    return [(heading, [(name, said(words, name, values[name])) for name in names]) for heading, names in GROUPS.items()]


def said(words: Words, name: str, value: Any) -> tuple[str, ...]:
    """The value of a field in words, a line each; nothing for an empty one."""
    if name == "representations":
        return tuple(_said_of_pattern(words, each) for each in value)
    if name == "match_by":
        return tuple(words.of("profile.match_by", each) for each in value)
    if name == "collection_id" and value:
        return (_collection_name(value),)
    if isinstance(value, bool):
        return (words("profile.yes" if value else "profile.no"),)
    if name in CHOICES:
        return (words.of(f"profile.{name}", value),)
    return (value,) if value else ()


def _said_of_pattern(words: Words, pattern: Mapping[str, Any]) -> str:
    rights = pattern["access_rights"]
    facts = (
        pattern["label"],
        words.of("usage", pattern["usage_type"]),
        words.of("profile.access_rights", rights) if rights else "",
    )
    return f"{pattern['pattern']} → {' · '.join(filter(None, facts))}"


def _collection_name(collection_id: str) -> str:
    try:
        return f"{inventory.get_collection(collection_id).name} ({collection_id})"
    except NotFoundError:
        return collection_id


# The form


def new(request: Request) -> Response:
    """An empty form, or with ``?from=`` one filled with what another profile says."""
    source = request.query.get("from")
    if source is None:
        blank = ImportProfile.model_construct(id="", name="", source_format=SourceFormat.CSV)
        return _form_page(request, None, *_filled(blank))
    form, rows = _filled(ingest.get_profile(source))
    copied = Words(request.language)("profile.copy_of", name=form["name"])
    return _form_page(request, None, Form({**form.values, "name": copied[:200]}), rows)


def edit(request: Request, profile_id: str) -> Response:
    """A profile's form."""
    found = ingest.get_profile(profile_id)
    return _form_page(request, found, *_filled(found))


def create(request: Request) -> Response:
    """Make the profile that the form says, or show the form again: more rows, tried names, what is wrong."""
    return _answered(request, None)


def change(request: Request, profile_id: str) -> Response:
    """Make the next version of a profile, or show the form again: more rows, tried names, what is wrong."""
    return _answered(request, ingest.get_profile(profile_id))


def _answered(request: Request, known: ImportProfile | None) -> Response:
    form, rows = _sent(request)
    action = request.form.get("action", "save")
    if moved := _ROW_ACTION.fullmatch(action):
        return _form_page(request, known, form, _rearranged(rows, moved[1], int(moved[2] or 0)))
    if action == "try":
        return _form_page(request, known, form, rows, _tried(form, rows))
    try:
        saved = _save(request, known, _fields(form, rows))
    except ProfileNotValidError as error:
        _refuse(form, rows, error)
    except PreconditionFailedError:
        form.refuse("", Words(request.language)("profile.conflict"))
    else:
        return redirect(f"/staff/profiles/{saved.id}?done=profile_{'saved' if known else 'made'}")
    return _form_page(request, known, form, rows)


def _save(request: Request, known: ImportProfile | None, fields: Mapping[str, Any]) -> ImportProfile:
    by, now = request.principal.name, request.now
    access.require_library(request.principal, known.library if known else "", fields.get("library"))
    if known is None:
        return ingest.create_profile(fields, by, now)
    return ingest.change_profile(known.id, fields, by, now, expected=seen_version(request))


def _filled(profile: ImportProfile) -> tuple[Form, list[Form]]:
    values = profile.model_dump(mode="json")
    texts = {name: values[name] or "" for name in (*_TEXTS, *_MAY_LACK, *CHOICES)}
    ticks = {name: str(values[name]).lower() for name in _TICKS}
    ranks = {f"match_{place}": word for place, word in enumerate(profile.match_by)}
    rows = [Form({name: each[name] or "" for name in _ROW}) for each in values["representations"]]
    return Form({**texts, **ticks, **ranks, "version": str(profile.version)}), rows


def _sent(request: Request) -> tuple[Form, list[Form]]:
    """What was typed, and each row of patterns; rows without anything in them are gone."""
    columns = [[each.strip() for each in request.form_list(f"row_{name}")] for name in _ROW]
    rows = [Form(dict(zip(_ROW, cells, strict=True))) for cells in zip(*columns, strict=False)]
    return Form(request.form), [row for row in rows if row["pattern"] or row["label"]]


def _fields(form: Form, rows: list[Form]) -> dict[str, Any]:
    ranks = (form[f"match_{place}"] for place in range(len(MATCHING)))
    return {
        **{name: form[name].strip() for name in _TEXTS},
        **{name: form[name].strip() or None for name in _MAY_LACK},
        **{name: form[name] for name in CHOICES},
        **{name: form[name] == "true" for name in _TICKS},
        "match_by": tuple(each for each in ranks if each),
        "representations": tuple({**row.values, "access_rights": row["access_rights"] or None} for row in rows),
    }


def _refuse(form: Form, rows: list[Form], error: ProfileNotValidError) -> None:
    """Put each problem beside its field, those of patterns beside their row."""
    for path, words in error.problems.items():
        name, *rest = path.split(".")
        if name == "representations" and len(rest) == 2:
            rows[int(rest[0])].refuse(rest[1], words)
            form.refuse(f"row_{rest[1]}_{rest[0]}", words)
        else:
            form.refuse("match_0" if name == "match_by" else name, words)


def _rearranged(rows: list[Form], act: str, place: int) -> list[Form]:
    if act == "add":
        return [*rows, _empty_row()]
    if place >= len(rows):
        return rows
    others = rows[:place] + rows[place + 1 :]
    if act == "remove":
        return others
    to = max(0, place - 1) if act == "up" else place + 1
    return [*others[:to], rows[place], *others[to:]]


def _empty_row() -> Form:
    return Form({"pattern": "", "label": "", "usage_type": UsageType.MASTER.value, "access_rights": ""})


def _tried(form: Form, rows: list[Form]) -> list[tuple[str, int | None]]:
    """What the rows as they are typed make of the names that somebody wants to try."""
    patterns = tuple(RepresentationPattern.model_construct(pattern=row["pattern"]) for row in rows)
    typed = ImportProfile.model_construct(
        id="", name="", source_format=SourceFormat.CSV, metadata_file=form["metadata_file"], representations=patterns
    )  # only its patterns are asked, valid or not
    names = [each.strip().lstrip("/") for each in form["samples"].splitlines() if each.strip()]
    return list(ingest.tried(typed, names[:_SAMPLES]))


def _form_page(
    request: Request,
    known: ImportProfile | None,
    form: Form,
    rows: list[Form],
    tried: list[tuple[str, int | None]] | None = None,
) -> Response:
    ranks = sum(1 for place in range(len(MATCHING)) if form[f"match_{place}"])
    return page(
        request,
        "staff/profile_form.html",
        status=form.status,
        profile=known,
        form=form,
        rows=rows or [_empty_row()],
        ranks=min(len(MATCHING), max(3, ranks + 1)),
        tried=tried,
        libraries=[(each.code, f"{each.name} ({each.code})") for each in configuration.listed(Library)],
        collections=inventory.list_collections(None, _COLLECTIONS_OFFERED).items,
        matching=MATCHING,
        choices=CHOICES,
        usages=[each.value for each in UsageType],
        action=f"/staff/profiles/{known.id}" if known else "/staff/profiles",
    )


# Steps


def switch(request: Request, profile_id: str) -> Response:
    """Switch a profile on or off, at the version that was seen."""
    access.require_library(request.principal, ingest.get_profile(profile_id).library)
    active = request.form.get("active") == "true"
    ingest.change_profile(
        profile_id, {"active": active}, request.principal.name, request.now, expected=seen_version(request)
    )
    return redirect(f"/staff/profiles/{profile_id}?done=profile_{'on' if active else 'off'}")


def restore(request: Request, profile_id: str, number: str) -> Response:
    """Bring an earlier version back, as the next one."""
    by, now = request.principal.name, request.now
    found = ingest.get_profile(profile_id), ingest.get_version(profile_id, _number(number))
    access.require_library(request.principal, *(each.library for each in found))
    ingest.restore_version(profile_id, _number(number), by, now, expected=seen_version(request))
    return redirect(f"/staff/profiles/{profile_id}?done=profile_restored")


def _number(stated: str) -> int:
    if not stated.isdecimal() or len(stated) > 6:
        raise NotFoundError("There is no such version.")
    return int(stated)


ROUTES = (
    get("/staff/profiles", profiles, STAFF),
    post("/staff/profiles", create, ADMINISTRATORS),
    get("/staff/profiles/new", new, ADMINISTRATORS),
    get("/staff/profiles/{profile_id}", profile, STAFF),
    post("/staff/profiles/{profile_id}", change, ADMINISTRATORS),
    get("/staff/profiles/{profile_id}/edit", edit, ADMINISTRATORS),
    post("/staff/profiles/{profile_id}/active", switch, ADMINISTRATORS),
    get("/staff/profiles/{profile_id}/versions", versions, STAFF),
    get("/staff/profiles/{profile_id}/versions/{number}", version, STAFF),
    post("/staff/profiles/{profile_id}/versions/{number}", restore, ADMINISTRATORS),
)
