"""What can go wrong with jobs."""

from __future__ import annotations

from armarium.platform.errors import ConflictError, NotFoundError


class JobNotFoundError(NotFoundError):
    """No job with this id."""

    code = "401652"


class JobStateError(ConflictError):
    """The job is not in a state in which this can be done; the message says which it is in."""

    code = "ARM-JOB-STATE"
