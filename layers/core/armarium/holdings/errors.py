"""What can go wrong with holdings and items; codes as in Alma's API."""

from __future__ import annotations

from armarium.platform.errors import ConflictError, InvalidInputError, NotFoundError


class HoldingNotFoundError(NotFoundError):
    """No holding with this id under this bib."""

    code = "402208"


class ItemNotFoundError(NotFoundError):
    """No item with this id, or this barcode."""

    code = "401689"


class BarcodeTakenError(InvalidInputError):
    """Another item has the barcode."""

    code = "401873"


class HoldingHasItemsError(InvalidInputError):
    """Only a holding without items can be deleted."""

    code = "60214"


class ItemChangedError(ConflictError):
    """Changed by somebody else since it was read."""
