"""What can go wrong with sets; codes as in Alma's API."""

from __future__ import annotations

from armarium.platform.errors import InvalidInputError, NotFoundError


class SetNotFoundError(NotFoundError):
    """No set with this id."""

    code = "60107"


class SetTypeError(InvalidInputError):
    """The operation is not one for this type of set, or there is no such type."""

    code = "402262"


class SetNameTakenError(InvalidInputError):
    """Another set has the name."""

    code = "402263"


class MembersMissingError(InvalidInputError):
    """Members are to be added or taken out, and none are named."""

    code = "60113"


class MembersLimitError(InvalidInputError):
    """Too many members in one request."""

    code = "60118"


class MemberNotValidError(InvalidInputError):
    """A member is no title."""

    code = "60116"
