"""The cloud's process: ministack, with its state written to disk while it runs and not only when it stops.

``python -m infra.local.cloud`` takes its settings from the environment (``Place.cloud_environment``). SIGTERM stops it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

EVERY = 10.0
"""Seconds between two looks whether something changed."""
LONGEST = 120
"""Seconds after which a snapshot is given up: it is made in a fork, where a lock may have been left closed."""

_QUIET = ("/_ministack/", "/_localstack/")

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class Checkpointed:
    """An ASGI application whose state is written again and again while requests come.

    A forked child takes it: it sees the memory as it was at one moment, while the parent goes on answering.
    """

    def __init__(self, application: Callable[..., Awaitable[None]], save: Callable[[], None]) -> None:
        self._application = application
        self._save = save
        self._requests = 0
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._checkpoint, name="checkpoints", daemon=True)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            self._watch.start()
        elif not scope["path"].startswith(_QUIET):
            self._requests += 1
        await self._application(scope, receive, send)

    def stop(self) -> None:
        """No more snapshots after this returns: the last one is ministack's own."""
        self._stopping.set()
        self._watch.join()

    def _checkpoint(self) -> None:
        """While requests come, and once more after the last: what it set going may have gone on without another."""
        seen, again = 0, False
        while not self._stopping.wait(EVERY):
            changed = self._requests != seen
            if changed or again:
                seen = self._requests
                again = not self._snapshot() or changed

    def _snapshot(self) -> bool:
        """Whether the state of this moment is on disk."""
        child = os.fork()
        if child == 0:
            self._save_and_exit()
        _, status = os.waitpid(child, 0)
        return status == 0

    def _save_and_exit(self) -> NoReturn:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        signal.alarm(LONGEST)
        os.nice(10)
        try:
            self._save()
        except BaseException:
            os._exit(1)
        os._exit(0)


def _save_state() -> None:
    from ministack import app
    from ministack.core.persistence import save_all

    save_all(app._build_persistence_save_dict())


async def serve() -> None:
    """Answer until SIGTERM or SIGINT, then write the state and end."""
    from hypercorn.asyncio import serve as hypercorn
    from hypercorn.config import Config
    from ministack.app import app

    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 2
    config.loglevel = os.environ.get("LOG_LEVEL", "WARNING")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    checkpointed = Checkpointed(app, _save_state)

    async def until_stopped() -> None:
        await stop.wait()
        await asyncio.to_thread(checkpointed.stop)

    await hypercorn(checkpointed, config, shutdown_trigger=until_stopped)  # type: ignore[arg-type]


if __name__ == "__main__":
    asyncio.run(serve())
