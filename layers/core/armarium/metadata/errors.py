"""What can be wrong with a record."""

from __future__ import annotations

from armarium.platform.errors import InvalidInputError


class UnreadableRecordError(InvalidInputError):
    """The bytes are not a record of the schema they claim.

    ``fault`` is a stable name, ``offset`` the byte in the record and ``line`` the line in it (from 1) where known;
    ``mend`` says how to put it right.
    """

    code = "ARM-RECORD-UNREADABLE"

    def __init__(
        self, fault: str, message: str, mend: str, *, offset: int | None = None, line: int | None = None
    ) -> None:
        super().__init__(message)
        self.fault = fault
        self.mend = mend
        self.offset = offset
        self.line = line


class DifferentFormatsError(InvalidInputError):
    """A MARC 21 record and a Dublin Core record cannot be merged field by field."""

    code = "ARM-RECORD-FORMATS"
