"""Import profiles, the jobs they are, and their runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from armarium.access import service as access
from armarium.bulk_change import service as bulk_change
from armarium.ingest import profiles
from armarium.ingest import service as ingest
from armarium.jobs import service as jobs
from armarium.jobs.model import Counters, JobKind
from armarium.platform import clock
from armarium.platform.errors import InvalidInputError
from functions.rest_api import dialect, incoming
from functions.rest_api.routing import (
    ADMINISTRATORS,
    CATALOGUERS,
    READERS,
    Fields,
    Id,
    Limit,
    Offset,
    Resource,
    Token,
    api,
    caller,
    expected_version,
    given,
)

resource = Resource("conf")

Profile = Annotated[str, Path(pattern=r"^[0-9]{1,30}$", description="The number of an import profile")]
Job = Annotated[str, Path(description="`M` and the number of the import profile; `BULK_CHANGE`")]
KEEPERS: Mapping[JobKind, Any] = {JobKind.BULK_INGEST: ingest, JobKind.BULK_CHANGE: bulk_change}
"""Which capability a kind of job belongs to: each stops, runs again and takes back its own."""


@resource.route("GET", "/conf/md-import-profiles", READERS, "Import profiles", answers="import_profile")
def list_profiles(limit: Limit = 10, offset: Offset = 0) -> Fields:
    found = ingest.list_profiles()
    return dialect.listed(
        "import_profile", (dialect.import_profile(each, api()) for each in found[offset : offset + limit]), len(found)
    )


@resource.route("GET", "/conf/md-import-profiles/<profile_id>", READERS, "One import profile", answers="import_profile")
def get_profile(profile_id: Profile) -> Fields:
    return dialect.import_profile(ingest.get_profile(profile_id), api())


@resource.route(
    "POST",
    "/conf/md-import-profiles",
    ADMINISTRATORS,
    "A new import profile, under the next number",
    answers="import_profile",
    takes="import_profile",
)
def create_profile() -> Fields:
    fields = incoming.import_profile(given())
    access.require_library(caller(), fields.get("library"))
    made = profiles.create_profile(fields, caller().name, clock.now())
    return dialect.import_profile(made, api())


@resource.route(
    "PUT",
    "/conf/md-import-profiles/<profile_id>",
    ADMINISTRATORS,
    "The next version of an import profile",
    answers="import_profile",
    takes="import_profile",
)
def change_profile(profile_id: Profile) -> Fields:
    fields = incoming.import_profile(given())
    access.require_library(caller(), ingest.get_profile(profile_id).library, fields.get("library"))
    changed = profiles.change_profile(profile_id, fields, caller().name, clock.now(), expected_version())
    return dialect.import_profile(changed, api())


@resource.route(
    "GET",
    "/conf/md-import-profiles/<profile_id>/versions",
    READERS,
    "The versions of an import profile, newest first",
    answers="import_profile",
)
def list_profile_versions(profile_id: Profile, limit: Limit = 10, token: Token = None) -> Fields:
    page = profiles.list_versions(profile_id, limit, token)
    answered = (dialect.import_profile(each, api()) for each in page.items)
    return dialect.listed("import_profile", answered, None, page.next_token)


@resource.route(
    "GET", "/conf/jobs", READERS, "The jobs that can be run: one an import profile, and bulk change", answers="job"
)
def list_jobs(limit: Limit = 10, offset: Offset = 0) -> Fields:
    found = ingest.list_profiles()
    every = [*(dialect.job(each, api()) for each in found), dialect.bulk_change_job(api())]
    return dialect.listed("job", every[offset : offset + limit], len(every))


@resource.route("GET", "/conf/jobs/<job_id>", READERS, "One job", answers="job")
def get_job(job_id: Job) -> Fields:
    if job_id == dialect.BULK_CHANGE:
        return dialect.bulk_change_job(api())
    return dialect.job(ingest.get_profile(_profile_id(job_id)), api())


@resource.route(
    "POST",
    "/conf/jobs/<job_id>",
    CATALOGUERS,
    "op=run: load a drop folder (parameters `folder`, `dry_run`)",
    answers="job",
    takes="job",
)
def run_job(job_id: Job, op: Annotated[str, Query(pattern="^run$")]) -> Fields:
    parameters = _parameters(given())
    if "folder" not in parameters:
        raise InvalidInputError("Say which drop folder to load: a parameter named 'folder'")
    profile = ingest.get_profile(_profile_id(job_id))
    principal = caller()
    access.require_library(principal, profile.library)
    dry_run = parameters.get("dry_run", "false").lower() == "true"
    folder = parameters["folder"]
    started = ingest.submit(profile.id, folder, principal.name, clock.now(), dry_run, principal.libraries)
    links = [dialect.instance(each, profile.name, api())["link"] for each in started]
    told = {"value": f"Job no. {started[0].id} triggered", "link": links[0]}
    return dialect.job(profile, api()) | {"additional_info": told, "instance": [{"id": each.id} for each in started]}


@resource.route(
    "GET", "/conf/jobs/<job_id>/instances", READERS, "The runs of a job, newest first", answers="job_instance"
)
def list_instances(job_id: Job, limit: Limit = 10, offset: Offset = 0, token: Token = None) -> Fields:
    name = _name_of(_profile_id(job_id))
    page = jobs.list_runs(_profile_id(job_id), limit, token, offset)
    return dialect.listed(
        "job_instance", (dialect.instance(each, name, api()) for each in page.items), None, page.next_token
    )


@resource.route(
    "GET",
    "/conf/jobs/<job_id>/instances/<instance_id>",
    READERS,
    "One run, with its progress and counters",
    answers="job_instance",
)
def get_instance(job_id: Job, instance_id: Id) -> Fields:
    return _instance(jobs.get_job(instance_id))


@resource.route(
    "POST",
    "/conf/jobs/<job_id>/instances/<instance_id>",
    CATALOGUERS,
    "op=rerun, op=abort or op=undo",
    answers="job_instance",
)
def act_on_instance(job_id: Job, instance_id: Id, op: Annotated[str, Query(pattern="^(rerun|abort|undo)$")]) -> Fields:
    job = jobs.get_job(instance_id)
    if job.kind is JobKind.BULK_CHANGE:
        bulk_change.require_keeper(caller(), job.id)
    else:
        access.require_library(caller(), ingest.get_profile(job.profile_id).library)
    keeper = KEEPERS[job.kind]
    act = {"rerun": keeper.rerun, "abort": keeper.abort, "undo": keeper.undo}[op]
    return _instance(act(instance_id, caller().name, clock.now()))


@resource.route(
    "GET",
    "/conf/jobs/<job_id>/instances/<instance_id>/report",
    READERS,
    "The report in CSV: a redirect to a signed link",
    answers="report",
)
def get_report(job_id: Job, instance_id: Id) -> Response[str]:
    return Response(
        status_code=303, headers={"Location": jobs.report_link(instance_id)}, content_type="text/plain", body=""
    )


@resource.route(
    "GET",
    "/conf/jobs/<job_id>/instances/<instance_id>/findings",
    READERS,
    "What the check found wrong, and how to mend it",
    answers="finding",
)
def list_findings(job_id: Job, instance_id: Id, limit: Limit = 10, token: Token = None) -> Fields:
    job = jobs.get_job(instance_id)
    page = ingest.findings(instance_id, limit, token)
    return dialect.listed(
        "finding", (dialect.finding(each) for each in page.items), job.errors + job.warnings, page.next_token
    )


@resource.route(
    "GET",
    "/conf/jobs/<job_id>/instances/<instance_id>/rows",
    READERS,
    "The records that were not loaded, or titles that were not changed, and why",
    answers="row",
)
def list_rows(job_id: Job, instance_id: Id, limit: Limit = 10, token: Token = None) -> Fields:
    job = jobs.get_job(instance_id)
    page = KEEPERS[job.kind].problem_rows(instance_id, limit, token)
    total = _unsuccessful(job.counters, job.kind)
    return dialect.listed("row", (dialect.outcome(each) for each in page.items), total, page.next_token)


# Pieces


def _instance(source: Any) -> Fields:
    return dialect.instance(source, _name_of(source.profile_id), api())


def _name_of(profile_id: str) -> str:
    return "Bulk change" if profile_id == dialect.BULK_CHANGE else ingest.get_profile(profile_id).name


def _unsuccessful(counters: Counters, kind: JobKind) -> int:
    """How many rows there are: of a bulk change also the titles that are as they were."""
    left = counters.rejected + counters.manual + counters.failed
    return left + counters.unchanged + counters.skipped if kind is JobKind.BULK_CHANGE else left


def _profile_id(job_id: Job) -> str:
    return job_id.removeprefix("M")


def _parameters(body: Fields) -> dict[str, str]:
    """Alma's parameter list as a dictionary."""
    listed = body.get("parameter") or _fields(body.get("parameters")).get("parameter") or []
    entries = [_fields(each) for each in (listed if isinstance(listed, list) else [listed])]
    named = ((dialect.code(each.get("name")), each.get("value")) for each in entries)
    return {name: str(value or "") for name, value in named if name}


def _fields(value: Any) -> Fields:
    return value if isinstance(value, dict) else {}
