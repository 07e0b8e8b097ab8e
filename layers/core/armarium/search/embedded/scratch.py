"""The folder on the function's scratch disk."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from armarium.search.model import Generation

_NAME = "armarium-index-"


class Scratch:
    """A folder of this process; what processes that died have left behind goes when the next begins."""

    def __init__(self, folder: Path | None = None) -> None:
        self._root = folder or _own()

    def folder(self, use: str, generation: Generation, shard: int) -> Path:
        """An empty folder for one use of a shard."""
        path = self._root / str(generation.number) / str(shard) / use
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def forget(self, generation: Generation) -> None:
        """Delete what is here of a generation."""
        shutil.rmtree(self._root / str(generation.number), ignore_errors=True)


def _own() -> Path:
    base = Path(tempfile.gettempdir())
    for left in base.glob(f"{_NAME}*"):
        if not _lives(left.name.removeprefix(_NAME)):
            shutil.rmtree(left, ignore_errors=True)
    own = base / f"{_NAME}{os.getpid()}"
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir()
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return own


def _lives(process: str) -> bool:
    """Whether another process of this number runs."""
    if not process.isdigit() or int(process) == os.getpid():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
