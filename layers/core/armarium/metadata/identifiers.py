"""Identifiers in the one form in which they are compared."""

from __future__ import annotations

import re

from armarium.metadata.model import Identifier

_OCLC = re.compile(r"^\((?:OCoLC)\)(?:ocm|ocn|on)?0*(\d+)$", re.IGNORECASE)
_ISBN = re.compile(r"[\dXx][\dXx\- ]{8,15}[\dXx]|\d{9}[\dXx]")
_ISSN = re.compile(r"\d{4}-?\d{3}[\dXx]")
_LABELLED = re.compile(r"^(?:urn:)?(isbn|issn)(?:-1[03])?[:\s]*(.+)$", re.IGNORECASE)


def isbn13(text: str) -> str | None:
    """The thirteen digits of the ISBN (ISO 2108) that ``text`` begins with: ``0914378287 (v. 1)``."""
    from stdnum import isbn

    found = _ISBN.match(text.strip())
    candidates = (found[0], found[0].split()[0]) if found else ()
    return next((isbn.to_isbn13(isbn.compact(each)) for each in candidates if isbn.is_valid(each)), None)


def issn(text: str) -> str | None:
    """The ISSN (ISO 3297) that ``text`` begins with, as ``NNNN-NNNN``."""
    from stdnum import issn as standard

    found = _ISSN.match(text.strip())
    return standard.format(standard.compact(found[0])) if found and standard.is_valid(found[0]) else None


def system_number(text: str) -> str:
    """A number with its agency's prefix as MARC 035 has it, without spaces; OCLC's without their ornaments."""
    value = "".join(text.split())
    oclc = _OCLC.match(value)
    return f"(OCoLC){oclc[1]}" if oclc else value


def system_id(system: str, number: str) -> str:
    """An originating system's id with the system before it where it is named: ``(SIRSI)u2``."""
    return f"({system}){number}" if system else number


def of_dublin_core(value: str) -> list[Identifier]:
    """What a ``dc:identifier`` gives to match by: itself, and the ISBN or ISSN that it names."""
    found = [Identifier(scheme="dc", value=" ".join(value.split()))]
    labelled = _LABELLED.match(value.strip())
    if labelled:
        scheme = labelled[1].lower()
        number = (isbn13 if scheme == "isbn" else issn)(labelled[2])
        if number:
            found.append(Identifier(scheme=scheme, value=number))
    return found
