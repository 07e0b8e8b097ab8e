"""The dialect's dictionaries as Alma's XML, and Alma's XML as dictionaries. Pure.

One rule for all resources: a coded or linked value is text with attributes (``desc``, ``link``), ``link`` and the count
of a list are attributes of their element, a list is its element repeated, nothing is left out but what is null.
Where Alma publishes a schema, :data:`ORDER` has its sequence, and what it does not know stays away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from armarium.metadata import service as metadata

if TYPE_CHECKING:
    from lxml.etree import _Element

ERRORS = "http://com/exlibris/urm/general/xmlbeans"
_ATTRIBUTES = frozenset({"link", "total_record_count", "next_token"})
_IRREGULAR = {"library": "libraries"}
_WRAPPED = {
    "network_number": "network_numbers",
    "alert": "alerts",
    "counter": "counters",
    "action": "actions",
    "parameter": "parameters",
    "access_rights_assignment_option": "access_rights_assignment_options",
    "user_group": "user_groups",
}
_WRAPPED_IN = {("code_table", "row"): "rows", ("department", "library"): "served_libraries"}
_PUBLICATION = (
    "title",
    "author",
    "issn",
    "isbn",
    "complete_edition",
    "network_number",
    "place_of_publication",
    "date_of_publication",
    "publisher_const",
)
ORDER: Mapping[str, tuple[str, ...]] = {
    "bib": (
        *("link", "mms_id", "record_format", "linked_record_id", *_PUBLICATION, "holdings"),
        *("created_by", "created_date", "last_modified_by", "last_modified_date"),
        *("suppress_from_publishing", "suppress_from_external_search"),
        *("originating_system", "originating_system_id", "cataloging_level", "anies", "warnings", "requests"),
    ),
    "item": ("link", "bib_data", "holding_data", "item_data", "additional_info"),
    "bib_data": ("link", "mms_id", *_PUBLICATION),
    "holding_data": ("link", "holding_id", "call_number_type", "call_number", "accession_number", "copy_id"),
    "item_data": (
        *("pid", "barcode", "creation_date", "modification_date", "base_status"),
        *("physical_material_type", "policy", "arrival_date", "enumeration_a", "enumeration_b", "chronology_i"),
        *("chronology_j", "description", "process_type", "work_order_type", "work_order_at", "inventory_number"),
        *("library", "location", "alternative_call_number", "storage_location_id", "pages", "pieces"),
        *("public_note", "fulfillment_note", "internal_note_1", "internal_note_2", "internal_note_3"),
        *("requested", "physical_condition"),
    ),
    "code_table": (
        *("name", "description", "sub_system", "patron_facing", "updated_by", "update_date"),
        *("language", "scope", "row"),
    ),
    "row": ("code", "description", "default", "enabled", "updated_by", "update_date"),
}
"""Element names in the sequence of the published schemas (rest_bib, rest_item, rest_code_table)."""


def write(singular: str, answer: Mapping[str, Any]) -> str:
    """An answer as an XML document: one resource, or the list envelope of resources named ``singular``."""
    is_list = isinstance(answer.get(singular), list) and "total_record_count" in answer
    return _document(_element(plural(singular) if is_list else singular, answer))


def write_errors(answer: Mapping[str, Any]) -> str:
    """The error object as ``web_service_result``."""
    from lxml import etree

    root = etree.Element(f"{{{ERRORS}}}web_service_result", nsmap={None: ERRORS})  # type: ignore[dict-item]  # the default namespace
    etree.SubElement(root, f"{{{ERRORS}}}errorsExist").text = "true"
    errors = etree.SubElement(root, f"{{{ERRORS}}}errorList")
    for each in answer["errorList"]["error"]:
        error = etree.SubElement(errors, f"{{{ERRORS}}}error")
        for name, value in each.items():
            etree.SubElement(error, f"{{{ERRORS}}}{name}").text = metadata.carried(str(value))
    return _document(root)


def read(content: bytes) -> dict[str, Any]:
    """Attributes and children of the root element by name: text, or a dictionary; a name that comes again gives a list.

    Records under a bib or holding, and whatever else is in a namespace, are kept as XML under ``anies``.
    Raises ``UnreadableRecordError`` for what is not well-formed XML, or has a DOCTYPE.
    """
    root = metadata.parsed_xml(content)
    attributes = {str(name): str(value) for name, value in root.attrib.items() if str(name)[0] != "{"}
    return attributes | _fields(root)


def plural(singular: str) -> str:
    """The name of the element that holds a list."""
    return _IRREGULAR.get(singular, f"{singular}s")


def _fields(element: _Element) -> dict[str, Any]:
    from lxml import etree

    found: dict[str, Any] = {}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        if child.tag == "record" or child.tag.startswith("{"):
            xml = etree.tostring(child, encoding="unicode", with_tail=False)
            found.setdefault("anies", []).append(xml)
            continue
        value: Any = _fields(child) if len(child) else (child.text or "").strip()
        found[child.tag] = [*_listed(found[child.tag]), value] if child.tag in found else value
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _element(name: str, value: Any) -> _Element:
    from lxml import etree

    element = etree.Element(name)
    if not isinstance(value, Mapping):
        element.text = _text(value)
    elif "value" in value:
        element.text = _text(value["value"])
        for key, each in value.items():
            if key != "value" and each is not None:
                element.set(key, _text(each) or "")
    else:
        for key, each in _ordered(name, value):
            if key in _ATTRIBUTES:
                element.set(key, _text(each) or "")
            else:
                element.extend(_children(name, key, each))
    return element


def _ordered(name: str, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    keys = ORDER.get(name, tuple(value))
    return ((key, value[key]) for key in keys if value.get(key) is not None)


def _children(parent: str, name: str, value: Any) -> list[_Element]:
    if name == "anies":
        return [metadata.parsed_xml(each.encode()) for each in value]
    if isinstance(value, Mapping) and "value" in value and all(each is None for each in value.values()):
        return []
    if not isinstance(value, list | tuple):
        return [_element(name, value)]
    repeated = [_element(name, each) for each in value]
    around = _WRAPPED_IN.get((parent, name)) or _WRAPPED.get(name)
    if around is None or not repeated:
        return repeated
    wrapper = _element(around, {})
    wrapper.extend(repeated)
    return [wrapper]


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else metadata.carried(str(value))


def _document(root: _Element) -> str:
    from lxml import etree

    body: str = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{body}'
