"""What can go wrong with delivery."""

from __future__ import annotations

from armarium.platform.errors import ArmariumError, NotFoundError


class BadImageRequestError(ArmariumError):
    """The address does not say which image is wanted, or asks for one that cannot be (Image API 3.0 §7.3)."""

    code = "ARM-IMAGE-REQUEST"
    status = 400


class ImageNotFoundError(NotFoundError):
    """No image goes by this identifier."""

    code = "ARM-IMAGE-NOT-FOUND"


class UnreadablePyramidError(ArmariumError):
    """The image's tiles cannot be read at this moment."""

    code = "ARM-IMAGE-UNREADABLE"
    status = 503


class ImageNotReadyError(ArmariumError):
    """The image is there, its pyramid is still being made."""

    code = "ARM-IMAGE-NOT-READY"
    status = 503
