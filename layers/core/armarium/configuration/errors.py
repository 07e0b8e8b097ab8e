"""What can go wrong with configuration; codes as in Alma's API."""

from __future__ import annotations

from armarium.platform.errors import InvalidInputError, NotFoundError


class NotConfiguredError(NotFoundError):
    """No library, department or letter with this code."""

    code = "402119"


class CodeTableNotFoundError(NotFoundError):
    """No code table with this name."""

    code = "90101"


class LetterNotFoundError(NotFoundError):
    """No letter with this code."""

    code = "40166411"


class LibraryNotValidError(InvalidInputError):
    """What is described names a library that the institution does not have."""

    code = "402469"


class CodeTableRowsError(InvalidInputError):
    """The rows of a code table do not hold together, or lack a code that the software works with."""

    code = "90102"
