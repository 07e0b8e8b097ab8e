"""Loads what a new local cloud begins with: logins, keys, import profiles, a collection, titles. Nothing twice."""

from __future__ import annotations

import json
import os
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from armarium.platform import clock, ids
from armarium.platform.ids import IdType
from armarium.platform.settings import Settings
from infra.local.deployed import Deployed
from infra.local.place import Place
from infra.local.profiles import PROFILES, profiles
from infra.local.say import say

if TYPE_CHECKING:
    from armarium.inventory.model import Collection
    from armarium.jobs.model import Job
    from infra.local.demo.folders import DropFolder

USERS = {
    "admin": ("administrator", {}),
    "cataloguer": ("cataloguer", {}),
    "branch": ("cataloguer", {"custom:libraries": "BRANCH"}),
    "operator": ("digitization_operator", {}),
    "approver": ("approver", {}),
    "patron": ("patron", {"custom:user_group": "GRAD"}),
}
"""Name and login → Cognito group and further attributes; ``branch`` works for one library alone."""

LIBRARIES = {"BRANCH": "Branch Library"}
"""Besides the main library."""

KEYS = {
    "admin": "administrator",
    "cataloguer": "cataloguer",
    "readonly": "reader",
}
"""Name → role of the API key."""

_LOADED_BY = "System"
_LONGEST_LOAD = 240


class SeedError(Exception):
    """A demo title could not be loaded."""


@dataclass(frozen=True)
class Seeded:
    """What was loaded, for ``outputs.json``."""

    users: dict[str, dict[str, str]]
    api_keys: dict[str, str]
    import_profiles: dict[str, str]
    collection: str


def seed(place: Place, deployed: Deployed) -> Seeded:
    """Load what is missing."""
    os.environ.update(place.client_environment | _settings(place, deployed).variables())
    kept = _Secrets(place, deployed.outputs["UserPoolId"])
    say("making libraries, logins, keys and import profiles")
    _make_libraries()
    users = _make_users(place, deployed, kept)
    api_keys = _make_keys(kept)
    collection = _make_collection()
    _save_profiles(collection.id)
    _load_titles(place, deployed)
    return Seeded(users, api_keys, PROFILES, collection.id)


def _settings(place: Place, deployed: Deployed) -> Settings:
    outputs = deployed.outputs
    return Settings(
        inventory_table=outputs["InventoryTable"],
        workflow_table=outputs["WorkflowTable"],
        configuration_table=outputs["ConfigurationTable"],
        accounts_table=outputs["AccountsTable"],
        audit_table=outputs["AuditTable"],
        upload_bucket=outputs["UploadBucket"],
        storage_bucket=outputs["StorageBucket"],
        derivatives_bucket=outputs["DerivativesBucket"],
        work_bucket=outputs["WorkBucket"],
        index_bucket=outputs["IndexBucket"],
        index_queue_url=outputs["IndexQueueUrl"],
        bulk_ingest_state_machine=outputs["BulkIngestStateMachine"],
        derivatives_queue_url=outputs["DerivativesQueueUrl"],
        user_pool_id=outputs["UserPoolId"],
        user_pool_client_id=outputs["UserPoolClientId"],
        user_pool_url=f"{place.endpoint_url}/{outputs['UserPoolId']}",
        base_url=place.base_url,
        s3_public_url=place.endpoint_url,
        secure_cookies="false",
        environment="local",
    )


class _Secrets:
    """Passwords and plain keys, of which the cloud keeps only hashes; forgotten when the user pool is another one."""

    def __init__(self, place: Place, belonging_to: str) -> None:
        self._path = place.directory / "secrets.json"
        kept = json.loads(self._path.read_text()) if self._path.is_file() else {}
        self._kept: dict[str, str] = (
            kept if kept.get("belonging_to") == belonging_to else {"belonging_to": belonging_to}
        )

    def get(self, name: str) -> str | None:
        return self._kept.get(name)

    def keep(self, name: str, secret: str) -> str:
        self._kept[name] = secret
        new = self._path.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(self._kept, indent=2))
        new.replace(self._path)
        return secret


def _make_libraries() -> None:
    from armarium.configuration import service as configuration
    from armarium.configuration.model import Library

    there = {library.code for library in configuration.listed(Library)}
    for code, name in LIBRARIES.items():
        if code not in there:
            configuration.change(Library, code, {"name": name}, _LOADED_BY, clock.now())


def _make_users(place: Place, deployed: Deployed, kept: _Secrets) -> dict[str, dict[str, str]]:
    return {
        name: {"username": name, "password": _make_user(place, deployed, kept, name, group, attributes)}
        for name, (group, attributes) in USERS.items()
    }


def _make_user(
    place: Place, deployed: Deployed, kept: _Secrets, name: str, group: str, attributes: dict[str, str]
) -> str:
    password = kept.get(f"user:{name}")
    cognito, pool = place.client("cognito-idp"), deployed.outputs["UserPoolId"]
    if password and _exists(cognito, pool, name):
        return password
    if not _exists(cognito, pool, name):
        told = {"email": f"{name}@library.example", "email_verified": "true"} | attributes
        pairs = [{"Name": each, "Value": value} for each, value in told.items()]
        cognito.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS", UserAttributes=pairs)
    password = f"{secrets.token_urlsafe(12)}-Aa1"
    cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=group)
    return kept.keep(f"user:{name}", password)


def _exists(cognito: Any, pool: str, name: str) -> bool:
    try:
        cognito.admin_get_user(UserPoolId=pool, Username=name)
    except cognito.exceptions.UserNotFoundException:
        return False
    return True


def _make_keys(kept: _Secrets) -> dict[str, str]:
    from armarium.accounts import service as accounts
    from armarium.accounts.model import Role

    keys = {}
    for name, role in KEYS.items():
        known = kept.get(f"key:{name}")
        if known is None or not _opens(known):
            _, secret = accounts.create_key(f"{name} (local cloud)", frozenset({Role(role)}), clock.now())
            known = kept.keep(f"key:{name}", secret)
        keys[name] = known
    return keys


def _opens(secret: str) -> bool:
    from armarium.accounts import service as accounts
    from armarium.accounts.errors import InvalidKeyError

    try:
        return bool(accounts.principal_of({"authorization": f"apikey {secret}"}, {}, clock.now()).roles)
    except InvalidKeyError:
        return False


def _make_collection() -> Collection:
    from armarium.inventory import service as inventory

    return inventory.create_collection(
        id=ids.derived(IdType.COLLECTION, Settings().id_suffix, "demo"),
        name="The demo cupboard",
        description="A few titles of the project's own making, dedicated to the public domain.",
        library="MAIN",
        by=_LOADED_BY,
        now=clock.now(),
    )


def _save_profiles(collection_id: str) -> None:
    """A profile that somebody has changed since stays as it is."""
    from armarium.ingest import service as ingest

    there = {profile.id for profile in ingest.list_profiles()}
    for profile in profiles(collection_id):
        if profile.id not in there:
            ingest.save_profile(profile)


def _load_titles(place: Place, deployed: Deployed) -> None:
    """Drop the demo folders that no job has loaded yet, and wait for their jobs."""
    from infra.local.demo.folders import FOLDERS

    before = {folder: _job(folder) for folder in FOLDERS}
    waiting = [folder for folder, job in before.items() if job is None or (job.status.has_ended and not _loaded(job))]
    if waiting:
        say(f"dropping {len(waiting)} demo folders")
    for folder in waiting:
        _drop(place, deployed, folder)
    for folder in FOLDERS:
        _wait_for_job(folder, other_than=before[folder] if folder in waiting else None)
    if waiting:
        say("waiting for their thumbnails and zoomable images")
        _wait_for_derivatives(place, deployed)


def _drop(place: Place, deployed: Deployed, folder: DropFolder) -> None:
    prefix = f"{Settings().institution}/upload/{PROFILES[folder.profile]}/{folder.name}/"
    for path, content in folder.files().items():
        place.client("s3").put_object(Bucket=deployed.outputs["UploadBucket"], Key=prefix + path, Body=content)


def _loaded(job: Job) -> bool:
    return job.status in {"COMPLETED_SUCCESS", "COMPLETED_WARNING"}


def _job(folder: DropFolder) -> Job | None:
    """The newest job that read a drop folder."""
    from armarium.jobs import service as jobs

    runs = jobs.list_runs(PROFILES[folder.profile], limit=100).items
    return next((job for job in runs if job.folder.endswith(f"/{folder.name}/")), None)


def _wait_for_job(folder: DropFolder, other_than: Job | None) -> None:
    deadline = time.monotonic() + _LONGEST_LOAD
    while (job := _job(folder)) is None or not job.status.has_ended or (other_than and job.id == other_than.id):
        if time.monotonic() > deadline:
            raise SeedError(f"the demo folder {folder.name} was dropped, but after {_LONGEST_LOAD} s its job is: {job}")
        time.sleep(0.5)
    if not _loaded(job):
        raise SeedError(f"the demo folder {folder.name} could not be loaded ({job.status}): {'; '.join(job.alerts)}")


def _wait_for_derivatives(place: Place, deployed: Deployed) -> None:
    """Until the queue of masters is empty, and none of its messages is being worked on."""
    counts = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    ]
    sqs, queue = place.client("sqs"), deployed.outputs["DerivativesQueueUrl"]
    deadline = time.monotonic() + _LONGEST_LOAD
    while any(int(n) for n in sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=counts)["Attributes"].values()):
        if time.monotonic() > deadline:
            raise SeedError(f"the queue of masters is not empty after {_LONGEST_LOAD} s: {queue}")
        time.sleep(0.5)
