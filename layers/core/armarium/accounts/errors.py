"""What can go wrong with keys and signing in."""

from __future__ import annotations

from armarium.platform.errors import (
    ArmariumError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
)


class InvalidKeyError(UnauthenticatedError):
    """The key is unknown, revoked or expired; which of these is not said."""

    def __init__(self) -> None:
        super().__init__("The API key is not valid. Ask the administrator for a new one.")


class InvalidTokenError(UnauthenticatedError):
    """A bearer token that the user pool did not sign for us, or that has run out; which of these is not said."""

    def __init__(self) -> None:
        super().__init__("The bearer token is not valid or has run out. Sign in again for a new one.")


class SignInFailedError(UnauthenticatedError):
    """Signing in did not work. One message for every reason, so that it tells nobody which names exist."""

    def __init__(self) -> None:
        super().__init__("Signing in did not work. Check the name and the password, or try again in some minutes.")


class WeakPasswordError(InvalidInputError):
    """The new password does not satisfy the user pool's policy."""

    def __init__(self) -> None:
        super().__init__(
            "The new password is too weak. Choose a longer one, with capital and small letters, digits and a sign."
        )


class OutOfScopeError(ForbiddenError):
    """The key is for another area of the API, or for reading alone."""


class PersonNotFoundError(NotFoundError):
    """Nobody of this kind has an account here."""


class PersonExistsError(InvalidInputError):
    """Somebody has this user name or address already."""


class PersonRefusedError(InvalidInputError):
    """Cognito does not take what was given; the message is its own."""


class OwnAccountError(ForbiddenError):
    """Administrators who would shut themselves out: another has to do this."""

    def __init__(self, what: str) -> None:
        super().__init__(f"You cannot {what}: another administrator can.")


class EndedMeanwhileError(UnauthenticatedError):
    """The account of whoever wanted a change was itself changed at that moment."""

    def __init__(self) -> None:
        super().__init__("Your own account was changed meanwhile. Sign in again.")


class TooManyRequestsError(ArmariumError):
    """More requests within a second than the key may send (RFC 6585 §4)."""

    code = "PER_SECOND_THRESHOLD"
    status = 429

    def __init__(self, limit: int) -> None:
        super().__init__(f"HTTP requests are more than allowed per second: {limit}. Wait a second and send it again.")
