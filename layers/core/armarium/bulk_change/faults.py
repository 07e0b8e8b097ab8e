"""What is wrong with a change as somebody sent it: each fault under its field, in words. Pure."""

from __future__ import annotations

from pydantic import ValidationError

_WORDS = {
    "missing": "this is missing",
    "extra_forbidden": "there is no such field here",
    "too_short": "at least one is needed",
    "string_too_short": "this is empty",
    "union_tag_invalid": "there is no such operation",
    "union_tag_not_found": "say which operation it is: op",
}
_SHAPES = {
    "tag": "a MARC tag has three digits: 540",
    "indicators": "two indicators, # for a blank: #0",
    "codes": "the codes of subfields are letters and digits: a, or xz",
    "code": "the code of a subfield is one letter or digit",
    "collection": "the number of a collection is wanted here",
    "source": "the number of a collection is wanted here",
    "set_id": "the number of a set is wanted here",
}


def of(error: ValidationError) -> list[tuple[str, str]]:
    """Pairs of field (``operations.0.tag``) and fault."""
    found = [(_place(each["loc"]), _said(each["type"], each["loc"], each["msg"])) for each in error.errors()]
    within = any(place.startswith("operations.") for place, _ in found)
    return [(place, fault) for place, fault in found if not (within and place == "operations")]


def _place(location: tuple[int | str, ...]) -> str:
    """The name of the kind of operation, which pydantic puts in between, is left out."""
    parts = [str(part) for part in location]
    if parts[:1] == ["operations"] and len(parts) > 2:
        del parts[2]
    return ".".join(parts)


def _said(kind: str, location: tuple[int | str, ...], message: str) -> str:
    if kind == "string_pattern_mismatch":
        return _SHAPES.get(str(location[-1]), message)
    return _WORDS.get(kind, message.removeprefix("Value error, "))
