"""Holdings and items. Pure."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

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


class ItemCount(BaseModel):
    """How many items a holding has, and how many of them are not in place."""

    model_config = ConfigDict(frozen=True)

    total: int = 0
    absent: int = 0

    def with_one(self, item: Item) -> ItemCount:
        """This count and one more item."""
        return ItemCount(total=self.total + 1, absent=self.absent + (item.base_status == NOT_IN_PLACE))

    @property
    def availability(self) -> str:
        """``available``, ``unavailable``, or ``check_holdings`` where there is no item to tell."""
        if not self.total:
            return "check_holdings"
        return "available" if self.absent < self.total else "unavailable"


def scanned(department: str, done: bool) -> dict[str, str]:
    """What becomes of an item that is scanned: a department begins, or is done; a circulation desk puts it in place."""
    if department and not done:
        return {"process": WORK_ORDER, "department": department}
    return {"process": "", "department": ""}
