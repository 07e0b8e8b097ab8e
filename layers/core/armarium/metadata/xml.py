"""XML from outside: no entities, no DTD, no network; and XML of our own, written the same way every time."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from armarium.metadata.errors import UnreadableRecordError

if TYPE_CHECKING:
    from lxml.etree import XMLParser, _Element

MARC = "http://www.loc.gov/MARC21/slim"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_DOCTYPE = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
# What XML 1.0 §2.2 does not allow as a character.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}
_ESCAPED = re.compile('[&<>"\r]')


def parse(content: bytes) -> _Element:
    """The root element of ``content``.

    Raises
    ------
    UnreadableRecordError
        Not well formed, or with a DOCTYPE: a record needs none, and entities can be made to fill the memory.
    """
    from lxml import etree

    if _DOCTYPE.search(content):
        raise _doctype()
    try:
        root = etree.fromstring(content, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise UnreadableRecordError(
            "not_well_formed",
            f"The XML is not well formed: {getattr(error, 'msg', None) or error}",
            "Correct the record in the system it comes from, or check the file with an XML editor.",
            line=line or None,
        ) from error
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype:
        raise _doctype()
    return root


def name_of(element: _Element) -> tuple[str, str]:
    """The namespace and the local name of an element; empty for comments and processing instructions."""
    tag: Any = element.tag
    if not isinstance(tag, str):
        return "", ""
    namespace, _, local = tag.rpartition("}")
    return namespace[1:], local


def text_of(element: _Element) -> str:
    """All the text in an element."""
    return "".join(map(str, element.itertext())) if len(element) else element.text or ""


def line_of(element: _Element) -> int | None:
    """The line in the document where an element begins, from 1."""
    line: Any = element.sourceline
    return int(line) if line else None


def markup(element: _Element) -> tuple[str, str]:
    """The qualified name of an element, and the element as XML on its own."""
    from lxml import etree

    return str(element.tag), etree.tostring(element, encoding="unicode", with_tail=False)


def escape(text: str) -> str:
    """``text`` as XML character data or attribute value; what XML cannot carry becomes U+FFFD."""
    return _ESCAPED.sub(lambda found: _ENTITIES[found[0]], carried(text))


def carried(text: str) -> str:
    """``text`` with what XML cannot carry as U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)


def is_carried(text: str) -> bool:
    """Whether XML can carry every character of ``text``."""
    return _ILLEGAL.search(text) is None


def _doctype() -> UnreadableRecordError:
    return UnreadableRecordError(
        "doctype", "The XML has a DOCTYPE or an entity declaration.", "Remove the <!DOCTYPE …> from the file."
    )


@cache
def _parser() -> XMLParser:
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
