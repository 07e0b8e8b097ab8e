"""What ``expand`` adds to a bib's record: where it is held and what of it is digital, in the fields of Alma.

AVA a holding, AVD a representation; Dublin Core has a ``dc:identifier`` with the delivery link instead. There are no
electronic portfolios here, so nothing has an AVE. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from armarium.holdings.model import Holding, ItemCount
from armarium.inventory.model import Bib, Representation
from armarium.metadata import service as metadata
from functions.rest_api.dialect import OUR_REPOSITORY

PHYSICAL, ELECTRONIC, DIGITAL, REQUESTS = "p_avail", "e_avail", "d_avail", "requests"
Subfields = Iterable[tuple[str, str]]


def held(holding: Holding, items: ItemCount, institution: str, libraries: Mapping[str, str], priority: int) -> str:
    """The AVA of a holding; ``libraries`` names them."""
    return _field(
        "AVA",
        (
            ("0", holding.mms_id),
            ("8", holding.id),
            ("a", institution),
            ("b", holding.library),
            ("c", holding.location),
            ("d", holding.call_number),
            ("e", items.availability),
            ("f", str(items.total)),
            ("g", str(items.absent)),
            ("j", holding.location),
            ("p", str(priority)),
            ("q", libraries.get(holding.library, "")),
        ),
    )


def digital(bib: Bib, representation: Representation, institution: str, pages: str) -> str:
    """The AVD of a representation, or the link to it in Dublin Core."""
    link = f"{pages}/view/delivery/{institution}/{representation.id}"
    if not bib.record.schema_.is_marc:
        return f'<dc:identifier xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata.escaped(link)}</dc:identifier>'
    return _field(
        "AVD",
        (
            ("0", bib.mms_id),
            ("a", institution),
            ("b", representation.id),
            ("c", "REMOTE_REPRESENTATION" if representation.is_remote else "REPRESENTATION"),
            ("d", representation.repository or OUR_REPOSITORY),
            ("e", representation.label),
            ("f", representation.public_note),
        ),
    )


def _field(tag: str, subfields: Subfields) -> str:
    inner = "".join(
        f'<subfield code="{code}">{metadata.escaped(metadata.carried(value))}</subfield>'
        for code, value in subfields
        if value
    )
    return f'<datafield ind1=" " ind2=" " tag="{tag}">{inner}</datafield>'
