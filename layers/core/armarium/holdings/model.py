"""Holdings and items. Pure."""

from __future__ import annotations

from pydantic import Field

from armarium.inventory.model import Stamped

IN_PLACE, NOT_IN_PLACE = "1", "0"
WORK_ORDER = "WORK_ORDER_DEPARTMENT"


class Holding(Stamped):
    """Where a bib's items stand; ``record`` is its MARC 21 holdings record in XML as it came."""

    id: str
    mms_id: str
    library: str = ""
    location: str = ""
    call_number: str = ""
    record: str = ""
    suppressed: bool = False


class Item(Stamped):
    """A physical item."""

    pid: str
    mms_id: str
    holding_id: str
    barcode: str = ""
    library: str = ""
    location: str = ""
    process: str = ""  # code of what is being done with it; empty on the shelf
    department: str = ""  # where that is done
    fields: dict[str, str] = Field(default_factory=dict)  # further fields of Alma's item_data under their names

    @property
    def base_status(self) -> str:
        """``1`` in place, ``0`` not."""
        return NOT_IN_PLACE if self.process else IN_PLACE


def scanned(department: str, done: bool) -> dict[str, str]:
    """What becomes of an item that is scanned: a department begins, or is done; a circulation desk puts it in place."""
    if department and not done:
        return {"process": WORK_ORDER, "department": department}
    return {"process": "", "department": ""}
