"""Import time of each function, which a cold start pays: beside that of boto3 alone, in fresh interpreters."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_TIMES = 5
LIMIT = 4.0  # times boto3


def run() -> bool:
    """Print a line a function; whether each keeps the limit."""
    peer = _seconds("boto3")
    print(f"\nimport time, the best of {_TIMES} (boto3 alone: {peer * 1000:.0f} ms)")
    kept = True
    for handler in sorted((ROOT / "functions").glob("*/handler.py")):
        name = handler.parent.name
        seconds = _seconds(f"functions.{name}.handler")
        ratio = seconds / peer
        kept &= ratio <= LIMIT
        verdict = "" if ratio <= LIMIT else "OVER THE LIMIT"
        print(f"  {name:14} {seconds * 1000:5.0f} ms   {ratio:4.1f} × boto3   {verdict}")
    return kept


def _seconds(module: str) -> float:
    code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "layers" / "core"))),
        "POWERTOOLS_TRACE_DISABLED": "true",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    runs = (
        subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=ROOT, check=True, capture_output=True, text=True
        )
        for _ in range(_TIMES)
    )
    return min(float(run.stdout.split()[-1]) for run in runs)
