"""What was done with an account, by whom and when: stored beside it, and said in the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from armarium.accounts import store
from armarium.accounts.model import AccountChange
from armarium.platform.observability import logger


def note(account: str, what: str, by: str, now: datetime, details: Mapping[str, Any] | None = None) -> None:
    """Write down what was done with an account (``store.of_key``, ``store.of_person``)."""
    store.put_change(account, AccountChange(at=now, by=by, what=what, details=details or {}))
    logger().info("an account was changed", extra={"account": account, "what": what, "by": by})
