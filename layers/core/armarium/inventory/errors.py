"""What can go wrong with titles, representations, files and collections; codes as in Alma's API."""

from __future__ import annotations

from armarium.platform.errors import ConflictError, InvalidInputError, NotFoundError


class BibNotFoundError(NotFoundError):
    """No bib with this MMS id."""

    code = "402203"


class RepresentationNotFoundError(NotFoundError):
    """No representation with this id under this bib."""

    code = "401652"


class FileNotFoundInRepresentationError(NotFoundError):
    """No file with this id in this representation."""

    code = "401652"


class CollectionNotFoundError(NotFoundError):
    """No collection with this id."""

    code = "402550"


class NotInCollectionError(InvalidInputError):
    """A bib must be in a collection before it gets a representation."""

    code = "402260"


class VersionConflictError(ConflictError):
    """Changed by somebody else since it was read."""


class CollectionNameMissingError(InvalidInputError):
    """A collection needs a name."""

    code = "402472"

    def __init__(self) -> None:
        super().__init__("The collection name must be provided: a field named 'name'")


class CollectionNameTakenError(InvalidInputError):
    """Another collection has the name."""

    code = "402471"


class CollectionParentError(InvalidInputError):
    """A collection cannot be under itself, nor under one of its own."""

    code = "402554"


class CollectionThumbnailError(InvalidInputError):
    """The thumbnail of a collection is a file of one of its titles."""

    code = "402556"


class CollectionHasBibsError(InvalidInputError):
    """Only a collection without bibs can be deleted."""

    code = "402553"


class CollectionHasCollectionsError(InvalidInputError):
    """Only a collection without sub-collections can be deleted."""

    code = "402555"


class AlreadyInCollectionError(InvalidInputError):
    """The bib is in the collection."""

    code = "701115"


class NotInThisCollectionError(InvalidInputError):
    """The bib is not in the collection."""

    code = "701116"


class LastCollectionError(InvalidInputError):
    """A bib with representations stays in at least one collection."""

    code = "701117"


class BibInUseError(InvalidInputError):
    """Deleting the bib would take more with it than was said."""

    code = "4022020"


class RepresentationHasFilesError(InvalidInputError):
    """Deleting the representation would take files with it."""

    code = "401652"
