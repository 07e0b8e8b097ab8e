"""What can go wrong with cataloguing by hand; codes as in Alma's API."""

from __future__ import annotations

from armarium.platform.errors import InvalidInputError, NotFoundError


class RecordNotValidError(InvalidInputError):
    """The record cannot be read, or there is none."""

    code = "402209"


class RecordNotAcceptedError(InvalidInputError):
    """The record can be read, and was asked to be checked: something is wrong with it."""

    code = "4022032"


class DroppedFileError(InvalidInputError):
    """The path names nothing under the upload prefix."""

    code = "401652"


class FixityError(InvalidInputError):
    """The bytes are not those that were announced."""

    code = "ARM-FIXITY"


class RemoteRepresentationError(InvalidInputError):
    """A remote representation has no files here, and says where they are."""

    code = "401652"


class UploadNotFoundError(NotFoundError):
    """No upload with this id in this representation; it was given up, or ran out."""

    code = "401652"


class UploadIncompleteError(InvalidInputError):
    """Parts are missing, or have the wrong size."""

    code = "ARM-UPLOAD-INCOMPLETE"


class NotRestorableError(InvalidInputError):
    """The history keeps nothing here that could be put back."""

    code = "ARM-NOT-RESTORABLE"


class MasterGoneError(InvalidInputError):
    """No version of the bytes is left in storage."""

    code = "ARM-MASTER-GONE"
