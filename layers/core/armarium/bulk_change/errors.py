"""What can go wrong with a change of many titles."""

from __future__ import annotations

from collections.abc import Sequence

from armarium.platform.errors import InvalidInputError


class ChangeNotValidError(InvalidInputError):
    """The change is not one that can be carried out; ``faults`` are pairs of field (``operations.0.tag``) and fault."""

    code = "ARM-CHANGE"

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {fault}" if field else fault for field, fault in faults))
        self.faults = tuple(faults)


class NothingChosenError(InvalidInputError):
    """No title is chosen, or more than a job can take."""

    code = "ARM-CHANGE-TITLES"


class NotPossibleError(InvalidInputError):
    """The change cannot be made to one title: nothing of that title is changed, and the others go on."""

    code = "ARM-CHANGE-TITLE"
