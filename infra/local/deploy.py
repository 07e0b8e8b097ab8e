"""Deploys the CDK app to a local cloud: the same template, the same command line as to AWS."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from infra import NODE, ROOT
from infra.local.deployed import Deployed
from infra.local.place import STACK, Place
from infra.local.say import say

LOCAL_ASSETS = "armarium-assets"
SOURCES = ("cdk.json", "infra", "functions", "layers/core", "statemachines")
"""What the template and its packages are made from."""


class DeployError(Exception):
    """The deployment failed; the command's own words are the message."""


def deploy(place: Place) -> Deployed:
    """Bring the cloud to what the sources say; nothing is done where they have not changed since the last time."""
    fingerprint = _fingerprint(place)
    deployed = Deployed.read(place)
    if deployed and deployed.fingerprint == fingerprint and _stack_stands(place):
        return deployed
    say("deploying the stack")
    _make_assets_bucket(place)
    outputs = _cdk_deploy(place)
    deployed = Deployed(fingerprint, outputs)
    deployed.write(place)
    return deployed


def _cdk_deploy(place: Place) -> dict[str, str]:
    outputs = place.directory / "stack.json"
    context = {
        "local": "true",
        "base_url": place.base_url,
        "s3_public_url": place.endpoint_url,
        "build": str(place.directory / "build"),
    }
    command = [
        str(NODE),
        str(ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"),
        *(
            "deploy",
            STACK,
            "--require-approval",
            "never",
            "--no-notices",
            "--ci",
            "--progress",
            "events",
            "--method",
            "direct",
        ),
        *("--app", f"{sys.executable} -m infra.app", "--output", str(place.directory / "cdk.out")),
        *("--outputs-file", str(outputs)),
        *(argument for name, value in context.items() for argument in ("-c", f"{name}={value}")),
    ]
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=place.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    (place.log_folder / "deploy.log").write_text(result.stdout)
    if result.returncode:
        raise DeployError(
            f"cdk deploy failed; all of it is in {place.log_folder / 'deploy.log'}:\n"
            + "\n".join(result.stdout.splitlines()[-40:])
        )
    answer: dict[str, dict[str, str]] = json.loads(outputs.read_text())
    return answer[STACK]


def _make_assets_bucket(place: Place) -> None:
    s3 = place.client("s3")
    if LOCAL_ASSETS not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(
            Bucket=LOCAL_ASSETS, CreateBucketConfiguration={"LocationConstraint": place.session.region_name}
        )


def _stack_stands(place: Place) -> bool:
    """Whether the cloud still knows the stack: its folder may have been deleted or be an older one."""
    from botocore.exceptions import ClientError

    try:
        stacks = place.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    except ClientError:
        return False
    return bool(stacks) and stacks[0]["StackStatus"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def _fingerprint(place: Place) -> str:
    """A digest of all sources, and of what the place adds to them."""
    digest = hashlib.sha256(f"{place.base_url} {place.endpoint_url}".encode())
    for path in sorted(path for source in SOURCES for path in _files(ROOT / source)):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    return [
        path
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and "local" not in path.relative_to(source).parts[:1]
    ]
