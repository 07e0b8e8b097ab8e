"""What can go wrong when something is made from a master."""

from __future__ import annotations

from armarium.platform.errors import ArmariumError, InvalidInputError


class NotYetRecordedError(ArmariumError):
    """The master is in storage, its record is not in the inventory yet: the event overtook the write."""

    code = "ARM-NOT-YET-RECORDED"


class TooLittleTimeError(ArmariumError):
    """So little time is left to this function that the next one should begin."""

    code = "ARM-TOO-LITTLE-TIME"


class StrangeMessageError(InvalidInputError):
    """A message on the queue that is neither an S3 event nor a wish for derivation."""


class UnusableFileError(Exception):
    """Nothing can be made of the file; the message says why, for a librarian."""
