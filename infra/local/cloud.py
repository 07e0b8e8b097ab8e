"""The cloud's process: ministack, with its state written to disk while it runs and not only when it stops.

``python -m infra.local.cloud`` takes its settings from the environment (``Place.cloud_environment``). SIGTERM stops it.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

SOONEST, LATEST = 8.0, 30.0
"""Seconds between two snapshots: the soonest, and the latest where one takes long."""
LONGEST = 40
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
            self._loop = asyncio.get_running_loop()
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
        seen, again, pause = 0, False, SOONEST
        while not self._stopping.wait(pause):
            changed = self._requests != seen
            if changed or again:
                seen, started = self._requests, time.monotonic()
                done = self._snapshot()
                again = changed or not done
                pause = min(max(SOONEST, 5 * (time.monotonic() - started)), LATEST) if done else SOONEST

    def _snapshot(self) -> bool:
        """Whether the state of this moment is on disk."""
        child = asyncio.run_coroutine_threadsafe(self._fork(), self._loop).result()
        _, status = os.waitpid(child, 0)
        if status:
            print(f"a snapshot of the state failed ({status}); it is tried again", file=sys.stderr, flush=True)
        return status == 0

    async def _fork(self) -> int:
        """The child's process id. In the loop's own thread: so no request is halfway through a change."""
        child = os.fork()
        if child == 0:
            self._save_and_exit()
        return child

    def _save_and_exit(self) -> NoReturn:
        signal.set_wakeup_fd(-1)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # the port must be free when the parent is gone
        for number in (signal.SIGTERM, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        signal.alarm(LONGEST)
        os.nice(10)
        try:
            self._save()
        except BaseException:
            os._exit(1)
        os._exit(0)


@contextmanager
def _writing() -> Iterator[None]:
    """Alone at the state: a killed cloud's last snapshot may still be at work when the next one starts."""
    folder = Path(os.environ["STATE_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _save_state() -> None:
    from ministack import app
    from ministack.core.persistence import save_all

    with _writing():
        save_all(app._build_persistence_save_dict())


async def serve() -> None:
    """Answer until SIGTERM or SIGINT, then write the state and end."""
    from hypercorn.asyncio import serve as hypercorn
    from hypercorn.config import Config

    with _writing():
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
