"""What can go wrong with a search and with its index."""

from __future__ import annotations

from armarium.platform.errors import InvalidInputError


class InvalidSearchError(InvalidInputError):
    """A filter, an order or a token that does not exist; words that people type are never an error."""


class ExpiredTokenError(InvalidInputError):
    """The state of the index that a token pages through is no longer kept."""

    def __init__(self) -> None:
        super().__init__("The token of the next page is older than the index keeps: begin again at the first page")


class StaleWriterError(Exception):
    """Somebody else wrote this shard of the index since it was read: read it afresh and write again."""


class EngineError(Exception):
    """The engine did not do what it was asked."""


class StrangeMessageError(Exception):
    """A message in the index queue that nothing here sends."""
