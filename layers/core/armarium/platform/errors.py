"""The one base of everything that can go wrong and that a user can mend."""

from __future__ import annotations

from typing import ClassVar


class ArmariumError(Exception):
    """Something the caller can understand and act on.

    ``code`` is the code of Alma's API where it has one, else one of our own (``ARM-…``). ``status`` is the HTTP status
    that the API answers with: 400 also for what is not found, as Alma does.
    """

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"
    status: ClassVar[int] = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFoundError(ArmariumError):
    """What was asked for is not here."""

    code = "402203"


class ConflictError(ArmariumError):
    """Somebody else changed it since it was read (optimistic locking)."""

    code = "ARM-CONFLICT"
    status = 409


class PreconditionFailedError(ArmariumError):
    """It is not the version that the caller has seen (``If-Match``, RFC 9110 §13.1.1)."""

    code = "4022034"
    status = 412


class InvalidInputError(ArmariumError):
    """The input is wrong; the message says what, where and how to mend it."""

    code = "ARM-INVALID"


class MandatoryFieldError(InvalidInputError):
    """A field is missing that cannot be guessed."""

    code = "401664"

    def __init__(self, field: str) -> None:
        super().__init__(f"Mandatory field is missing: {field}")


class ForbiddenError(ArmariumError):
    """Signed in, but not allowed."""

    code = "UNAUTHORIZED"
    status = 403


class UnauthenticatedError(ArmariumError):
    """No key, or one that is not valid."""

    code = "UNAUTHORIZED"
    status = 401
