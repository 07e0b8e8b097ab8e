"""What can go wrong with bulk ingest before a record is looked at."""

from __future__ import annotations

from armarium.platform.errors import InvalidInputError, NotFoundError


class ProfileNotFoundError(NotFoundError):
    """No import profile with this id."""

    code = "40166411"


class DropFolderError(InvalidInputError):
    """The drop folder cannot be submitted; the message says why and how to mend it."""

    code = "ARM-DROP-FOLDER"
