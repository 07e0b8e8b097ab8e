"""Says what is being done while it is done."""

from __future__ import annotations

import time

_STARTED = time.monotonic()


def say(what: str) -> None:
    """One line, with the seconds since the command began."""
    print(f"[{time.monotonic() - _STARTED:5.1f} s] {what}", flush=True)
