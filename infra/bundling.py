"""What goes into each function's package and each layer, staged under ``build/`` without Docker.

A function's package holds ``functions/<name>/`` under its own name, so that imports read the same in Lambda and here.
Third-party wheels are resolved by uv from the lock files, for Lambda's platform or for this machine's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from infra import CORE, ROOT
from infra.static import publish

LAMBDA_PYTHON = "3.13"
LAMBDA_PLATFORM = "aarch64-manylinux_2_34"
LIMIT = 250 * 1024 * 1024
"""Lambda's limit on a function and all its layers, unzipped, in bytes."""

LOCKS = {
    "dependencies": ("runtime",),
    "media": ("media",),
    "video": ("video",),
}
"""The lock files (``requirements/<name>.lock``) that each layer is made of."""

FROM_SOURCE = ("pyvips",)
"""Packages of pure Python that publish no wheel."""

BOTOCORE_SERVICES = frozenset(
    {
        "cognito-idp",
        "dynamodb",
        "events",
        "lambda",
        "s3",
        "scheduler",
        "sns",
        "sqs",
        "ssm",
        "sso",
        "sso-oidc",
        "sts",
        "stepfunctions",
        "xray",
    }
)
"""Of botocore's 400 service descriptions (27 MB), those that something here calls."""

_LEAVE_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".mypy_cache", "py.typed")
_NEVER_IMPORTED = ("**/__pycache__", "bin", "**/tests", "**/*.pyi", "**/*.pxd", "**/*.pyx")


class MissingPackageError(Exception):
    """Something the template deploys is not on disk."""


@dataclass(frozen=True)
class Target:
    """The Python and the platform that wheels are chosen for; None: this machine's."""

    python: str = LAMBDA_PYTHON
    platform: str | None = LAMBDA_PLATFORM

    @classmethod
    def here(cls) -> Target:
        """This interpreter, on this machine."""
        return cls(f"{sys.version_info.major}.{sys.version_info.minor}", None)


@dataclass(frozen=True)
class Bundles:
    """Stages packages and layers; ``thin`` leaves wheels out, for a cloud whose workers have them already."""

    root: Path = ROOT
    build: Path = ROOT / "build"
    thin: bool = False
    target: Target = Target()

    def function(self, name: str) -> Path:
        """The staged package of one function."""
        source = self.root / "functions" / name
        if not (source / "handler.py").is_file():
            raise MissingPackageError(
                f"functions/{name}/handler.py is missing: the template deploys a function of that name"
            )
        staged = _emptied(self.build / "functions" / name)
        for shared in sorted((self.root / "functions").glob("*.py")):
            shutil.copy2(shared, _made(staged / "functions") / shared.name)
        shutil.copytree(source, staged / "functions" / name, ignore=_LEAVE_OUT)
        return staged

    def workflow(self, name: str) -> Path:
        """The definition of a workflow."""
        definition = self.root / "statemachines" / f"{name}.asl.json"
        if not definition.is_file():
            raise MissingPackageError(
                f"statemachines/{name}.asl.json is missing: the template deploys a workflow of that name"
            )
        return definition

    def static(self) -> Path:
        """The front-end files, laid out as they are served."""
        return publish(self.build / "static")

    def core(self) -> Path:
        """The staged layer of the domain."""
        staged = _emptied(self.build / "layers" / "core")
        shutil.copytree(CORE, staged / "python", ignore=_LEAVE_OUT)
        return staged

    def wheels(self, layer: str) -> Path:
        """The staged layer of locked wheels: installed anew only when a lock file changed."""
        if self.thin:
            return self._placeholder(layer)
        locks = [self.root / "requirements" / f"{name}.lock" for name in LOCKS[layer]]
        staged = self.build / "layers" / f"{layer}-{self.target.python}-{self.target.platform or 'here'}"
        stamp = staged / "LOCKED"
        wanted = "\n".join(lock.read_text() for lock in locks)
        if not stamp.is_file() or stamp.read_text() != wanted:
            _emptied(staged)
            install(locks, staged / "python", self.target)
            prune(staged / "python")
            stamp.write_text(wanted)
        return staged

    def _placeholder(self, layer: str) -> Path:
        staged = _emptied(self.build / "layers" / f"{layer}-thin")
        (_made(staged / "python") / f"armarium_{layer}.txt").write_text(
            "The workers of the local cloud import from their environment.\n"
        )
        return staged


def install(locks: list[Path], folder: Path, target: Target) -> None:
    """Unpack the wheels of the lock files into ``folder``. A wrong hash is an error, and so is a missing wheel."""
    wanted = [argument for lock in locks for argument in ("-r", str(lock))]
    platform = ("--python-platform", target.platform) if target.platform else ()
    subprocess.run(
        [
            _uv(),
            *("pip", "install", "--quiet", "--target", str(folder), "--python-version", target.python, *platform),
            *("--only-binary", ":all:", *(argument for name in FROM_SOURCE for argument in ("--no-binary", name))),
            *("--build-constraints", str(locks[0].parent / "build.lock")),
            *("--no-deps", "--require-hashes", "--link-mode", "copy", *wanted),
        ],
        check=True,
        # A libvips of this machine would be compiled in: Lambda has only the one that comes as a wheel.
        env=os.environ | {"PKG_CONFIG_LIBDIR": str(folder)},
    )


def prune(folder: Path) -> None:
    """Take out what no function imports: tests, type stubs, scripts, descriptions of AWS services we do not call."""
    for pattern in _NEVER_IMPORTED:
        for found in list(folder.glob(pattern)):
            if found.is_dir():
                shutil.rmtree(found)
            else:
                found.unlink(missing_ok=True)
    for service in (folder / "botocore" / "data").glob("*/"):
        if service.is_dir() and service.name not in BOTOCORE_SERVICES:
            shutil.rmtree(service)
    for service in (folder / "boto3" / "data").glob("*/"):
        if service.is_dir() and service.name not in BOTOCORE_SERVICES:
            shutil.rmtree(service)


def unzipped(folder: Path) -> int:
    """The bytes of a folder, as Lambda counts them."""
    return sum(entry.stat().st_size for entry in folder.rglob("*") if entry.is_file())


def _uv() -> str:
    return os.environ.get("UV") or str(Path(sys.executable).parent / "uv")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return _made(folder)
