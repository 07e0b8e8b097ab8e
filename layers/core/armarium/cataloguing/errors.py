"""What can go wrong with cataloguing by hand; codes as in Alma's API."""

from __future__ import annotations

from armarium.platform.errors import InvalidInputError


class RecordNotValidError(InvalidInputError):
    """The record cannot be read, or there is none."""

    code = "402209"


class DroppedFileError(InvalidInputError):
    """The path names nothing under the upload prefix."""

    code = "401652"


class FixityError(InvalidInputError):
    """The bytes are not those that were announced."""

    code = "ARM-FIXITY"
