"""What can go wrong with titles, representations, files and collections; codes as in Alma's API."""

from __future__ import annotations

from armarium.platform.errors import ConflictError, InvalidInputError, NotFoundError


class BibNotFoundError(NotFoundError):
    """No bib with this MMS id."""

    code = "402203"


class RepresentationNotFoundError(NotFoundError):
    """No representation with this id under this bib."""

    code = "402471"


class FileNotFoundInRepresentationError(NotFoundError):
    """No file with this id in this representation."""

    code = "402472"


class CollectionNotFoundError(NotFoundError):
    """No collection with this id."""

    code = "402550"


class NotInCollectionError(InvalidInputError):
    """A bib must be in a collection before it gets a representation."""

    code = "402260"


class VersionConflictError(ConflictError):
    """Changed by somebody else since it was read."""
