"""``python -m infra.local up|down|run|status|during``: what `make` calls."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
from typing import Any

from infra.local import outputs
from infra.local.deploy import DeployError, deploy
from infra.local.place import Place
from infra.local.processes import CLOUD, FRONT_DOOR, StartError, clear_scratch, start_cloud
from infra.local.say import say
from infra.local.seed import USERS, SeedError, seed
from infra.static import MissingFileError, publish


def up(place: Place) -> None:
    """Start what does not run, deploy what has changed, load what is missing; return once everything answers."""
    say(f"starting the cloud on {place.endpoint_url}")
    start_cloud(place)
    publish()
    deployed = deploy(place)
    say(f"opening the front door on {place.base_url}")
    FRONT_DOOR.start(place, place.environment)
    seeded = seed(place, deployed)
    say("waiting until everything answers")
    outputs.wait_until_everything_answers(place)
    everything = outputs.compose(place, deployed, seeded)
    outputs.write(place, everything)
    _welcome(place, everything)


def _told(name: str) -> str:
    """What a login is for."""
    group, attributes = USERS[name]
    return ", ".join([group, *(f"{key.removeprefix('custom:')} {value}" for key, value in attributes.items())])


def _welcome(place: Place, everything: dict[str, Any]) -> None:
    say(f"ready: {place.base_url}")
    print(f"\n  all addresses, keys and logins: {place.outputs}\n")
    for name, user in everything["users"].items():
        print(f"  sign in as {user['username']:<12} password {user['password']}  ({_told(name)})")
    print(
        f"\n  aws --endpoint-url {place.endpoint_url} s3 cp --recursive my-folder "
        f"s3://{everything['upload_bucket']}/{everything['institution']}/upload/{everything['import_profiles']['csv']}/my-folder/\n",
        flush=True,
    )


def down(place: Place) -> None:
    """Stop everything; the data stays."""
    say("closing the front door")
    FRONT_DOOR.stop(place)
    say("stopping the cloud; it writes its state")
    CLOUD.stop(place)
    clear_scratch(place)


def run(place: Place) -> None:
    """Stay in the foreground until Ctrl-C."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        up(place)
        say("running; Ctrl-C stops it")
        stop.wait()
    finally:
        down(place)


def during(place: Place, command: list[str]) -> int:
    """Run a command while the cloud is up, and stop the cloud whatever comes of it; the command's exit code."""
    environment = os.environ | {"ARMARIUM_OUTPUTS": str(place.outputs)}  # as it is now: seeding changes our own
    try:
        up(place)
        return subprocess.run(command, check=False, env=environment).returncode
    finally:
        FRONT_DOOR.stop(place)
        CLOUD.stop(place)
        clear_scratch(place)


def status(place: Place) -> None:
    """Say what runs."""
    for process in (CLOUD, FRONT_DOOR):
        pid = process.pid(place)
        print(f"{process.name}: {f'runs as process {pid}' if pid else 'does not run'}")


COMMANDS = {"up": up, "down": down, "run": run, "status": status}


def main() -> int:
    """The exit code: 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("command", choices=[*COMMANDS, "during"])
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="of during: -- the command to run")
    arguments = parser.parse_args()
    place = Place.from_environment()
    place.directory.mkdir(parents=True, exist_ok=True)
    try:
        if arguments.command == "during":
            return during(place, [argument for argument in arguments.arguments if argument != "--"])
        COMMANDS[arguments.command](place)
    except (StartError, DeployError, SeedError, outputs.NoAnswerError, MissingFileError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
