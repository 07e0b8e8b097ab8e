"""The two processes of a local cloud: started in the background, known by a pid file, stopped by SIGTERM."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra import ROOT
from infra.local.place import HOST, Place


class StartError(Exception):
    """A process of the local cloud does not come up; says why, and where to look."""


@dataclass(frozen=True)
class Process:
    """A Python module that runs in the background and listens on a port."""

    name: str
    module: str
    port: Callable[[Place], int]

    def pid(self, place: Place) -> int | None:
        """Its process id while it runs. A number that went to somebody else meanwhile is not ours."""
        try:
            pid = int(self._pid_file(place).read_text())
        except (FileNotFoundError, ValueError):
            return None
        return pid if self.module in _command(pid) else None

    def start(self, place: Place, environment: dict[str, str], seconds: float = 60) -> None:
        """Start it where it does not run, and return once its port answers."""
        if self.pid(place) is None:
            self._refuse_a_taken_port(place)
            place.log_folder.mkdir(parents=True, exist_ok=True)
            with self.log(place).open("ab") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", self.module],
                    cwd=ROOT,
                    env=environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            self._pid_file(place).write_text(str(process.pid))
        deadline = time.monotonic() + seconds
        while not answers(self.port(place)):
            if self.pid(place) is None or time.monotonic() > deadline:
                raise StartError(
                    f"{self.name} does not come up; its last words are in {self.log(place)}:\n{self._last_words(place)}"
                )
            time.sleep(0.1)

    def stop(self, place: Place, seconds: float = 90) -> bool:
        """Stop it and wait until it has written what it has to write; False when it did not run."""
        pid = self.pid(place)
        if pid is None:
            return False
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while self.pid(place) is not None:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                break
            _reap(pid)
            time.sleep(0.1)
        self._pid_file(place).unlink(missing_ok=True)
        return True

    def log(self, place: Place) -> Path:
        """Where it writes what it says."""
        return place.log_folder / f"{self.name}.log"

    def _pid_file(self, place: Place) -> Path:
        return place.directory / f"{self.name}.pid"

    def _last_words(self, place: Place) -> str:
        return "\n".join(self.log(place).read_text(errors="replace").splitlines()[-15:])

    def _refuse_a_taken_port(self, place: Place) -> None:
        if answers(self.port(place)):
            raise StartError(
                f"port {self.port(place)} is taken by another program; stop it, or choose others: "
                "ARMARIUM_LOCAL_PORT (front door) and ARMARIUM_LOCAL_CLOUD_PORT (cloud)"
            )


CLOUD = Process("cloud", "infra.local.cloud", lambda place: place.cloud_port)
FRONT_DOOR = Process("front-door", "infra.local.front_door", lambda place: place.port)


def start_cloud(place: Place) -> None:
    """Start the cloud with an empty scratch folder: what workers left there is of no use to new ones."""
    if CLOUD.pid(place) is None:
        clear_scratch(place)
    CLOUD.start(place, place.environment | place.cloud_environment)


def clear_scratch(place: Place) -> None:
    """Empty the workers' folders."""
    shutil.rmtree(place.scratch, ignore_errors=True)
    place.scratch.mkdir(parents=True, exist_ok=True)


def answers(port: int) -> bool:
    """Whether something listens on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _command(pid: int) -> str:
    return subprocess.run(
        ["ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout


def _reap(pid: int) -> None:
    """Our own child stays a zombie until it is waited for."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
