"""What somebody sends, in the fields of the model. Pure.

Tables say which field of the dialect is which of ours, and how it is read. A field that is not sent stays as it is; one
that is sent empty, or null, is emptied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from armarium.ingest.model import BOOKKEEPING, ImportProfile
from armarium.inventory.model import UsageType
from armarium.metadata import service as metadata
from armarium.metadata.model import RecordSchema, SourceRecord
from armarium.platform.errors import InvalidInputError, MandatoryFieldError
from functions.rest_api.dialect import DESCRIPTIVE, ITEM_CODES, ITEM_TEXTS, LINKING_PARAMETERS, OUR_REPOSITORY, code

Fields = dict[str, Any]

_LONGEST = 4_000
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>\s*")
_AVAILABILITY = re.compile(r"""<datafield\b[^>]*\btag=["']AV[ADE]["'][^>]*>.*?</datafield>""", re.DOTALL)
_USAGE = {"PRIMARY": UsageType.MASTER} | {usage.value: usage for usage in UsageType}
_FLAGS = {"true": True, "false": False, "1": True, "0": False}


def text(name: str, value: Any) -> str:
    """Text of a bounded length."""
    stated = code(value) or ""
    if isinstance(value, list) or (isinstance(value, dict) and "value" not in value and value):
        raise InvalidInputError(f"{name}: text is wanted here")
    if len(stated) > _LONGEST:
        raise InvalidInputError(f"{name}: at most {_LONGEST} characters, not {len(stated)}")
    return stated


def flag(name: str, value: Any) -> bool:
    """``true`` or ``false``, as text too, in whichever capitals."""
    stated = (code(value) or "false").lower()
    if stated not in _FLAGS:
        raise InvalidInputError(f"{name}: 'true' or 'false' is wanted here, not {stated[:50]!r}")
    return _FLAGS[stated]


def number(name: str, value: Any) -> int:
    """A whole number that is not negative."""
    stated = code(value) or "0"
    if not stated.isdecimal() or len(stated) > 6:
        raise InvalidInputError(f"{name}: a whole number from 0 to 999999 is wanted here, not {stated[:50]!r}")
    return int(stated)


def texts(name: str, value: Any) -> list[str]:
    """A list of texts; one text is a list of one."""
    entries = value if isinstance(value, list) else [] if value is None else [value]
    return [each for each in (text(name, entry) for entry in entries[:100]) if each]


def size(name: str, value: Any) -> int:
    """A number of bytes."""
    stated = code(value) or ""
    if not stated.isdecimal() or len(stated) > 15:
        raise InvalidInputError(f"{name}: a number of bytes is wanted here, not {stated[:50]!r}")
    return int(stated)


def token(name: str, value: Any) -> str:
    """A code: letters, digits, and marks without a meaning of their own."""
    stated = text(name, value)
    if not re.fullmatch(r"[\w .:()/-]{0,100}", stated):
        raise InvalidInputError(f"{name}: this is not a code: {stated[:50]!r}")
    return stated


def usage(name: str, value: Any) -> UsageType:
    """Alma's usage type, in the older or the newer terms."""
    stated = (code(value) or "").upper()
    if stated not in _USAGE:
        raise InvalidInputError(f"{name}: one of {', '.join(sorted(_USAGE))} is wanted here, not {stated[:50]!r}")
    return _USAGE[stated]


def parent(name: str, value: Any) -> str | None:
    """The id of a collection, or nothing at the top of the tree."""
    return text(name, value) or None


def repository(name: str, value: Any) -> str:
    """The code of a remote repository; nothing for this one, under its name or Alma's."""
    stated = token(name, value)
    return "" if stated in (OUR_REPOSITORY, "Alma") else stated


Reader = Callable[[str, Any], Any]
REPRESENTATION: Mapping[str, tuple[str, Reader]] = {
    "label": ("label", text),
    "public_note": ("public_note", text),
    "note": ("note", text),
    "library": ("library", token),
    "usage_type": ("usage_type", usage),
    "active": ("active", flag),
    "access_rights_policy_id": ("access_rights", token),
    "is_remote": ("is_remote", flag),
    "repository": ("repository", repository),
    "originating_record_id": ("originating_record_id", text),
    "thumbnail": ("thumbnail", text),
}
COLLECTION: Mapping[str, tuple[str, Reader]] = {
    "name": ("name", text),
    "title": ("title", text),
    "description": ("description", text),
    "library": ("library", token),
    "parent_pid": ("parent_id", parent),
    "external_id": ("external_id", text),
    "external_system": ("external_system", token),
    "order": ("order", number),
    "sorting": ("sorting", token),
    "thumbnail": ("thumbnail", token),
}


def fields(body: Mapping[str, Any], table: Mapping[str, tuple[str, Reader]]) -> Fields:
    """The model's fields among what was sent."""
    return {ours: read(name, body[name]) for name, (ours, read) in table.items() if name in body}


def representation(body: Mapping[str, Any], new: bool = False) -> Fields:
    """A representation's fields; a new one must say its library and usage type."""
    for name in ("library", "usage_type") if new else ():
        if not code(body.get(name)):
            raise MandatoryFieldError(name)
    found = fields(body, REPRESENTATION)
    if found.get("access_rights") == "":
        found["access_rights"] = "RESTRICTED"
    if found.get("repository"):
        found.setdefault("is_remote", True)
    for ours, names in (("descriptive", DESCRIPTIVE), ("linking_parameters", LINKING_PARAMETERS)):
        if any(name in body for name in names):
            found[ours] = _texts_of(body, names)
    return found


def _texts_of(body: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    return {name: text(name, body[name]) for name in names if body.get(name) is not None}


def holding(body: Mapping[str, Any]) -> Fields:
    """A holding's fields: from its record (852 $b, $c, $h $i), and where there is none as they are sent."""
    stated = record(body)
    found: Fields = {}
    if stated is not None:
        found = dict(metadata.held_at(stated)) | {"record": stated.content.decode()}
    for name in ("library", "location", "call_number"):
        if code(body.get(name)):
            found[name] = text(name, body[name])
    if body.get("suppress_from_publishing") is not None:
        found["suppressed"] = flag("suppress_from_publishing", body["suppress_from_publishing"])
    return found


def item(body: Mapping[str, Any]) -> Fields:
    """An item's fields, under ``item_data`` as Alma has them."""
    data = body.get("item_data")
    if not isinstance(data, dict):
        raise MandatoryFieldError("item_data")
    found: Fields = {name: text(name, data[name]) for name in ("barcode",) if name in data}
    found |= {name: token(name, data[name]) for name in ("library", "location") if code(data.get(name))}
    further = {name: text(name, data[name]) for name in ITEM_TEXTS if data.get(name) is not None}
    further |= {name: token(name, data[name]) for name in ITEM_CODES if code(data.get(name))}
    return found | {"fields": further}


def collection(body: Mapping[str, Any]) -> Fields:
    """A collection's fields."""
    found = fields(body, COLLECTION)
    return found | ({"name": " ".join(found["name"].split())} if "name" in found else {})


def collection_ids(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The collections that a new bib names, as a bib's own answer does."""
    named = body.get("collection") or []
    entries = named if isinstance(named, list) else [named]
    found = (code(each.get("pid")) if isinstance(each, dict) else code(each) for each in entries)
    return tuple(each for each in found if each)


def title_set(body: Mapping[str, Any]) -> Fields:
    """A set's fields."""
    found: Fields = {name: text(name, body[name]) for name in ("name", "description", "note", "query") if name in body}
    found |= {"type": token("type", body["type"]).upper()} if code(body.get("type")) else {}
    return found | ({"private": flag("private", body["private"])} if body.get("private") is not None else {})


def members(body: Mapping[str, Any]) -> list[str]:
    """The ids of the members that a set names."""
    stated = body.get("members")
    listed = stated.get("member") if isinstance(stated, dict) else body.get("member")
    entries = listed if isinstance(listed, list) else [listed] if listed else []
    found = (code(each.get("id")) if isinstance(each, dict) else code(each) for each in entries)
    return [each for each in found if each]


DEPARTMENT: Mapping[str, tuple[str, Reader]] = {
    "name": ("name", text),
    "description": ("description", text),
    "type": ("type", token),
    "work_days": ("work_days", number),
    "owner": ("library", token),
}
LETTER: Mapping[str, tuple[str, Reader]] = {
    "name": ("name", text),
    "description": ("description", text),
    "enabled": ("enabled", flag),
    "channel": ("channel", token),
    "retention_period": ("retention_days", number),
    "patron_facing": ("patron_facing", flag),
}
DEPOSIT_PROFILE: Mapping[str, tuple[str, Reader]] = {
    "name": ("name", text),
    "description": ("description", text),
    "active": ("active", flag),
    "instructions": ("instructions", text),
    "collection_assignment": ("collection_id", token),
    "access_rights_policy_assignment": ("access_rights", token),
    "library": ("library", token),
    "approval_method": ("approval_method", token),
    "unsuppress_on_approval": ("unsuppress_on_approval", flag),
}


def department(body: Mapping[str, Any]) -> Fields:
    """A department's fields, with the libraries that it serves."""
    served = _repeated(body, "library", "served_libraries")
    return fields(body, DEPARTMENT) | ({} if served is None else {"serves": served})


def deposit_profile(body: Mapping[str, Any]) -> Fields:
    """A deposit profile's fields."""
    choices = _repeated(body, "access_rights_assignment_option", "access_rights_assignment_options")
    groups = _repeated(body, "user_group", "user_groups")
    further = {"access_rights_options": choices, "user_groups": groups}
    return fields(body, DEPOSIT_PROFILE) | {name: stated for name, stated in further.items() if stated is not None}


def _repeated(body: Mapping[str, Any], name: str, around: str) -> tuple[str, ...] | None:
    """The codes of a repeated field, in JSON a list, in XML inside ``around``; None where it is not sent."""
    if name not in body and around not in body:
        return None
    inside = body.get(around)
    stated = inside.get(name) if isinstance(inside, dict) else body.get(name)
    entries = stated if isinstance(stated, list) else [] if stated is None else [stated]
    return tuple(each for each in (token(name, entry) for entry in entries[:100]) if each)


def import_profile(body: Mapping[str, Any]) -> Fields:
    """An import profile's fields as far as they are sent, each by our name; their values are checked by the domain."""
    names = ImportProfile.model_fields.keys() - BOOKKEEPING
    found = {name: body[name] for name in names if name in body}
    if "source_format" in found:
        found["source_format"] = code(found["source_format"])
    for name, singular in (("representations", "representation"), ("match_by", "match_by")):
        if name in found:
            found[name] = _entries(found[name], singular)
    return found


def _entries(value: Any, singular: str) -> list[Any]:
    """A list as JSON has it, or as XML does: one entry, or entries inside an element."""
    inside = value.get(singular, value) if isinstance(value, dict) else value
    return inside if isinstance(inside, list) else [inside]


def code_rows(body: Mapping[str, Any]) -> list[Fields]:
    """The rows of a code table."""
    stated = body.get("rows")
    listed = stated.get("row") if isinstance(stated, dict) else body.get("row")
    entries = listed if isinstance(listed, list) else [listed] if listed else []
    if not all(isinstance(each, dict) for each in entries):
        raise InvalidInputError("row: objects with code and description are wanted here")
    flags = {"default": False, "enabled": True}
    return [
        {name: text(name, each.get(name)) for name in ("code", "description")}
        | {name: flag(name, each[name]) if each.get(name) is not None else other for name, other in flags.items()}
        for each in entries
    ]


def brief_search(stated: str) -> dict[str, str]:
    """Alma's brief search: ``name~old_maps AND library~MAIN`` → words by field; an underscore stands for a space."""
    found = {}
    for clause in stated.split(" AND "):
        field, mark, words = clause.strip().partition("~")
        if not mark or not field or not words.strip():
            raise BriefSearchError(f"q: 'field~words' is wanted here, joined by ' AND ', not {clause[:100]!r}")
        found[field.strip()] = words.replace("_", " ")
    return found


class BriefSearchError(InvalidInputError):
    """The search is not written as a brief search."""

    code = "60106"


def record(body: Mapping[str, Any]) -> SourceRecord | None:
    """The record in a bib: the XML under ``record`` or ``anies``, MARC or Dublin Core as it is; None without any.

    What ``expand`` put into an answer (AVA, AVD, AVE) is no part of it.
    """
    stated = body.get("anies") or body.get("record")
    given = stated if isinstance(stated, list) else [stated]
    entries = [each for each in given if isinstance(each, str)]
    if not stated or len(entries) != len(given):
        return None
    if len(entries) != 1:
        raise InvalidInputError(f"anies: one record is wanted here, not {len(entries)}")
    content = _AVAILABILITY.sub("", _DECLARATION.sub("", entries[0].lstrip("\ufeff")))
    return SourceRecord(schema_=_schema(content), content=content.encode("utf-8", "replace"))


def _schema(content: str) -> RecordSchema:
    if re.search(r"<(\w+:)?(leader|controlfield|datafield)[\s>/]", content):
        return RecordSchema.MARCXML
    return RecordSchema.QDC if "http://purl.org/dc/terms/" in content else RecordSchema.DC
