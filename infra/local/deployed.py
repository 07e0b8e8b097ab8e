"""What is deployed on a local cloud: written after each deployment, read by all that needs the stack's names."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.local.place import Place


@dataclass(frozen=True)
class Deployed:
    """The stack's outputs, and a fingerprint of the sources it was made from."""

    fingerprint: str
    outputs: dict[str, str]

    @classmethod
    def read(cls, place: Place) -> Deployed | None:
        """What is deployed, or None before the first deployment."""
        path = place.directory / "deployed.json"
        return _read(str(path), path.stat().st_mtime_ns) if path.is_file() else None

    def write(self, place: Place) -> None:
        """Remember it."""
        path = place.directory / "deployed.json"
        path.with_suffix(".new").write_text(json.dumps(asdict(self), indent=2))
        path.with_suffix(".new").replace(path)


@lru_cache(maxsize=1)
def _read(path: str, modified: int) -> Deployed:
    return Deployed(**json.loads(Path(path).read_text()))
