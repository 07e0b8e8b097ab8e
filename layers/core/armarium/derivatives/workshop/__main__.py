"""One master in, derivatives and findings out."""

from __future__ import annotations

import json
import resource
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from armarium.derivatives.errors import UnusableFileError
from armarium.derivatives.model import FINDINGS, SNIFFED, Findings, Kind, Limits, sniff

_BENCHES = {
    Kind.IMAGE: "images",
    Kind.IMAGE_IN_MEMORY: "images",
    Kind.DOCUMENT: "documents",
    Kind.RECORDING: "recordings",
}


def main(master: Path, folder: Path, limits: Limits) -> None:
    """Identify the master, then make what can be made of it."""
    _confine(limits)
    findings = Findings()
    with master.open("rb") as file:
        found = sniff(file.read(SNIFFED))
    findings.mime_type = found.mime_type if found else None
    _keep(findings, folder)
    _bench("identification").identify(master, findings)
    _keep(findings, folder)
    try:
        if not master.stat().st_size:
            findings.fail("the file is empty")
        elif found is None:
            findings.details["preview"] = "no preview for this format"
        else:
            _bench(_BENCHES[found.kind]).work(master, found, folder, limits, findings)
    except UnusableFileError as error:
        findings.fail(str(error))
    except MemoryError:
        findings.fail("the file needs more memory than one file is given")
    _keep(findings, folder)


def _confine(limits: Limits) -> None:
    """Bounds that the kernel holds. Memory is private memory: address space would count what Go only reserves."""
    processor = int(limits.seconds * 2) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output_bytes, limits.output_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _bench(name: str) -> ModuleType:
    return import_module(f"{__package__}.{name}")


def _keep(findings: Findings, folder: Path) -> None:
    half_written = folder / f"{FINDINGS}.new"
    half_written.write_text(findings.to_json())
    half_written.replace(folder / FINDINGS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Limits(**json.loads(sys.argv[3])))
