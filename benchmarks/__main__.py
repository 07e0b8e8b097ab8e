"""`make bench`: bulk ingest on the local cloud of ``ARMARIUM_OUTPUTS``, and the import time of each function."""

from __future__ import annotations

import sys

from benchmarks import bulk_ingest, imports, scale, search

BENCHMARKS = {"bulk_ingest": bulk_ingest.run, "imports": imports.run, "scale": scale.run, "search": search.run}


def main(wanted: list[str]) -> int:
    """Run the named benchmarks, or all; 1 when a limit is not kept."""
    kept = [BENCHMARKS[name]() for name in wanted or BENCHMARKS]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
