"""What can go wrong with bulk ingest before a record is looked at."""

from __future__ import annotations

from collections.abc import Mapping

from armarium.platform.errors import InvalidInputError, NotFoundError


class ProfileNotFoundError(NotFoundError):
    """No import profile with this id."""

    code = "401871"


class DropFolderError(InvalidInputError):
    """The drop folder cannot be submitted; the message says why and how to mend it."""

    code = "ARM-DROP-FOLDER"


class ProfileNotValidError(InvalidInputError):
    """Fields of an import profile are wrong: ``problems`` are sentences by field (``representations.1.pattern``)."""

    code = "402123"

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {words}" for name, words in problems.items()))
        self.problems = dict(problems)
