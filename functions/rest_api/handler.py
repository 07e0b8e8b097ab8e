"""API Gateway → the REST API in Alma's dialect."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoSuchRouteError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from armarium.accounts import service as accounts
from armarium.accounts.model import Principal, Role
from armarium.delivery import service as delivery
from armarium.derivatives import service as derivatives
from armarium.ingest import service as ingest
from armarium.inventory import service as inventory
from armarium.jobs import service as jobs
from armarium.platform import clock
from armarium.platform.errors import ArmariumError, ForbiddenError, InvalidInputError, UnauthenticatedError
from armarium.platform.observability import logger, metrics, tracer
from armarium.platform.settings import settings
from functions.rest_api import dialect
from functions.rest_api import search as search_routes

PREFIX = "/almaws/v1"
app = APIGatewayHttpResolver(enable_validation=True, strip_prefixes=[PREFIX])

READERS = frozenset({Role.READER, Role.DIGITIZATION_OPERATOR, Role.CATALOGUER, Role.APPROVER, Role.ADMINISTRATOR})
CATALOGUERS = frozenset({Role.CATALOGUER, Role.ADMINISTRATOR})
ROUTES: list[tuple[str, str, frozenset[Role]]] = []  # every route and who may call it

Limit = Annotated[int, Query(ge=0, le=100, description="How many, at most 100")]
Offset = Annotated[int, Query(ge=0, le=10_000, description="How many to leave out; beyond 10 000 use `token`")]
Token = Annotated[str | None, Query(description="`next_token` of the page before")]
Id = Annotated[str, Path(pattern=r"^[0-9]{5,30}$")]
Job = Annotated[str, Path(description="`M` and the number of the import profile")]
Parent = Annotated[str | None, Query(description="The collection above; without it, those at the top")]
Parameters = Annotated[
    dict[str, Any] | None,
    Body(description='`{"parameter": [{"name": {"value": "folder"}, "value": "my-folder"}]}`; `dry_run` likewise'),
]
Expand = Annotated[str | None, Query(description="`url`: add a signed link to the file")]
Fields = dict[str, Any]


def route(
    method: str, path: str, roles: frozenset[Role], summary: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A route that these roles may call, and nobody else."""
    ROUTES.append((method, path, roles))

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def guarded(**arguments: Any) -> Any:
            _authorize(roles)
            return function(**arguments)

        # The types are resolved where the function stands: it may be in another module than the router.
        hints = get_type_hints(function, include_extras=True)
        parameters = inspect.signature(function).parameters.values()
        guarded.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [each.replace(annotation=hints[each.name]) for each in parameters], return_annotation=hints["return"]
        )
        operation = app.route(
            path, method=method, summary=summary, operation_id=function.__name__, tags=[path.split("/")[1]]
        )
        return operation(guarded)

    return register


def _authorize(roles: frozenset[Role]) -> None:
    principal = caller()
    if principal.is_anonymous:
        raise UnauthenticatedError("This needs an API key: send it as 'Authorization: apikey KEY' or as ?apikey=KEY")
    if not principal.has_any(roles):
        raise ForbiddenError(f"The key of {principal.name} has no role that may do this")


def caller() -> Principal:
    """Who sends the current request."""
    event = app.current_event
    return accounts.principal_of(event.headers, event.query_string_parameters or {}, clock.now())


# Bibs


@route("GET", "/bibs/collections", READERS, "Collections at the top, or under a parent")
def list_collections(limit: Limit = 10, offset: Offset = 0, parent: Parent = None, token: Token = None) -> Fields:
    page = inventory.list_collections(parent, limit, token, offset)
    return dialect.listed(
        "collection", (dialect.collection(each, _api(), _pages()) for each in page.items), page.total, page.next_token
    )


@route("GET", "/bibs/collections/<pid>", READERS, "One collection")
def get_collection(pid: Id) -> Fields:
    return dialect.collection(inventory.get_collection(pid), _api(), _pages())


@route("GET", "/bibs/collections/<pid>/bibs", READERS, "The bibs in a collection, by title")
def list_bibs(pid: Id, limit: Limit = 10, offset: Offset = 0, token: Token = None) -> Fields:
    page = inventory.list_bibs_in_collection(pid, limit, token, offset)
    return dialect.listed(
        "bib", (dialect.bib(each, _api(), full=False) for each in page.items), page.total, page.next_token
    )


@route("GET", "/bibs/<mms_id>", READERS, "One bib with its record")
def get_bib(mms_id: Id) -> Fields:
    return dialect.bib(inventory.get_title(mms_id).bib, _api())


@route("GET", "/bibs/<mms_id>/history", READERS, "Who changed what of a title")
def get_history(mms_id: Id, limit: Limit = 10, token: Token = None) -> Fields:
    from armarium.audit import service as audit

    page = audit.history(mms_id, limit, token)
    return dialect.listed("change", (each.model_dump(mode="json") for each in page.items), None, page.next_token)


@route("GET", "/bibs/<mms_id>/representations", READERS, "The representations of a bib")
def list_representations(mms_id: Id, limit: Limit = 10, offset: Offset = 0) -> Fields:
    found = inventory.list_representations(mms_id)
    return dialect.listed(
        "representation", (_representation(each) for each in found[offset : offset + limit]), len(found)
    )


@route("GET", "/bibs/<mms_id>/representations/<rep_id>", READERS, "One representation")
def get_representation(mms_id: Id, rep_id: Id) -> Fields:
    return _representation(inventory.get_representation(mms_id, rep_id))


@route("GET", "/bibs/<mms_id>/representations/<rep_id>/files", READERS, "The files of a representation, in order")
def list_files(
    mms_id: Id,
    rep_id: Id,
    limit: Limit = 10,
    offset: Offset = 0,
    expand: Expand = None,
    token: Token = None,
) -> Fields:
    page = inventory.list_files(mms_id, rep_id, limit, token, offset)
    return dialect.listed(
        "representation_file", (_file(each, expand) for each in page.items), page.total, page.next_token
    )


@route("GET", "/bibs/<mms_id>/representations/<rep_id>/files/<pid>", READERS, "One file")
def get_file(mms_id: Id, rep_id: Id, pid: Id, expand: Expand = None) -> Fields:
    return _file(inventory.get_file(mms_id, rep_id, pid), expand)


@route(
    "POST",
    "/bibs/<mms_id>/representations/<rep_id>/files/<pid>",
    CATALOGUERS,
    "op=derive: make the file's derivatives anew",
)
def derive_file(mms_id: Id, rep_id: Id, pid: Id, op: Annotated[str, Query(pattern="^derive$")]) -> Fields:
    file = inventory.get_file(mms_id, rep_id, pid)
    derivatives.request(file)
    return _file(file, None)


# Jobs


@route("GET", "/conf/md-import-profiles", READERS, "Import profiles")
def list_profiles(limit: Limit = 10, offset: Offset = 0) -> Fields:
    found = ingest.list_profiles()
    return dialect.listed(
        "import_profile", (dialect.import_profile(each, _api()) for each in found[offset : offset + limit]), len(found)
    )


@route("GET", "/conf/md-import-profiles/<profile_id>", READERS, "One import profile")
def get_profile(profile_id: Id) -> Fields:
    return dialect.import_profile(ingest.get_profile(profile_id), _api())


@route("GET", "/conf/jobs", READERS, "The jobs that can be run: one an import profile")
def list_jobs(limit: Limit = 10, offset: Offset = 0) -> Fields:
    found = ingest.list_profiles()
    return dialect.listed("job", (dialect.job(each, _api()) for each in found[offset : offset + limit]), len(found))


@route("GET", "/conf/jobs/<job_id>", READERS, "One job")
def get_job(job_id: Job) -> Fields:
    return dialect.job(ingest.get_profile(_profile_id(job_id)), _api())


@route("POST", "/conf/jobs/<job_id>", CATALOGUERS, "op=run: load a drop folder (parameters `folder`, `dry_run`)")
def run_job(job_id: Job, op: Annotated[str, Query(pattern="^run$")], body: Parameters = None) -> Fields:
    given = _parameters(body or {})
    if "folder" not in given:
        raise InvalidInputError("Say which drop folder to load: a parameter named 'folder'")
    dry_run = given.get("dry_run", "false").lower() == "true"
    started = ingest.submit(_profile_id(job_id), given["folder"], caller().name, clock.now(), dry_run)
    profile = ingest.get_profile(_profile_id(job_id))
    links = [dialect.instance(each, profile.name, _api())["link"] for each in started]
    told = {"value": f"Job no. {started[0].id} triggered", "link": links[0]}
    return dialect.job(profile, _api()) | {"additional_info": told, "instance": [{"id": each.id} for each in started]}


@route("GET", "/conf/jobs/<job_id>/instances", READERS, "The runs of a job, newest first")
def list_instances(job_id: Job, limit: Limit = 10, offset: Offset = 0, token: Token = None) -> Fields:
    profile = ingest.get_profile(_profile_id(job_id))
    page = jobs.list_runs(profile.id, limit, token, offset)
    return dialect.listed(
        "job_instance", (dialect.instance(each, profile.name, _api()) for each in page.items), None, page.next_token
    )


@route("GET", "/conf/jobs/<job_id>/instances/<instance_id>", READERS, "One run, with its progress and counters")
def get_instance(job_id: Job, instance_id: Id) -> Fields:
    return _instance(jobs.get_job(instance_id))


@route("POST", "/conf/jobs/<job_id>/instances/<instance_id>", CATALOGUERS, "op=rerun, op=abort or op=undo")
def act_on_instance(job_id: Job, instance_id: Id, op: Annotated[str, Query(pattern="^(rerun|abort|undo)$")]) -> Fields:
    act = {"rerun": ingest.rerun, "abort": ingest.abort, "undo": ingest.undo}[op]
    return _instance(act(instance_id, caller().name, clock.now()))


@route(
    "GET",
    "/conf/jobs/<job_id>/instances/<instance_id>/report",
    READERS,
    "The report in CSV: a redirect to a signed link",
)
def get_report(job_id: Job, instance_id: Id) -> Response[str]:
    return Response(
        status_code=303, headers={"Location": ingest.report_link(instance_id)}, content_type="text/plain", body=""
    )


@route(
    "GET",
    "/conf/jobs/<job_id>/instances/<instance_id>/findings",
    READERS,
    "What the check found wrong, and how to mend it",
)
def list_findings(job_id: Job, instance_id: Id, limit: Limit = 10, token: Token = None) -> Fields:
    job = jobs.get_job(instance_id)
    page = ingest.findings(instance_id, limit, token)
    return dialect.listed(
        "finding", (dialect.finding(each) for each in page.items), job.errors + job.warnings, page.next_token
    )


@route("GET", "/conf/jobs/<job_id>/instances/<instance_id>/rows", READERS, "The records that were not loaded, and why")
def list_rows(job_id: Job, instance_id: Id, limit: Limit = 10, token: Token = None) -> Fields:
    counters = jobs.get_job(instance_id).counters
    page = ingest.problem_rows(instance_id, limit, token)
    total = counters.rejected + counters.manual + counters.failed
    return dialect.listed("row", (dialect.outcome(each) for each in page.items), total, page.next_token)


# Search

search_routes.add_routes(route, READERS, caller, lambda found: dialect.bib(found, _api(), full=False))


# Pieces


def _representation(source: Any) -> Fields:
    return dialect.representation(source, _api(), _pages(), settings().institution)


def _file(source: Any, expand: str | None) -> Fields:
    url = delivery.download_link(source) if expand and "url" in expand.split(",") else None
    return dialect.file(source, _api(), _pages(), settings().institution, url)


def _instance(source: Any) -> Fields:
    return dialect.instance(source, ingest.get_profile(source.profile_id).name, _api())


def _profile_id(job_id: str) -> str:
    return job_id.removeprefix("M")


def _parameters(body: Fields) -> dict[str, str]:
    """Alma's parameter list as a dictionary."""
    given = body.get("parameter")
    entries = given if isinstance(given, list) else []
    return {
        str(each["name"]["value"]): str(each.get("value", ""))
        for each in entries
        if isinstance(each, dict) and isinstance(each.get("name"), dict)
    }


def _pages() -> str:
    """The public address: the setting's, else where the request came to."""
    headers = app.current_event.headers
    host = headers.get("x-forwarded-host") or headers.get("host", "")
    return settings().base_url or f"{headers.get('x-forwarded-proto', 'https')}://{host}"


def _api() -> str:
    return _pages() + PREFIX


# Errors


@app.exception_handler(ArmariumError)
def _mendable(error: ArmariumError) -> Response[str]:
    return _error(error.status, error.code, error.message)


@app.exception_handler(RequestValidationError)
def _invalid(error: RequestValidationError) -> Response[str]:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    return _error(400, "ARM-INVALID", f"{where}: {first['msg']}")


@app.not_found
def _no_such_route(error: NoSuchRouteError) -> Response[str]:
    return _error(404, "INVALID_REQUEST", f"There is no {app.current_event.http_method} {app.current_event.path}")


def _error(status: int, code: str, message: str) -> Response[str]:
    body = dialect.errors(code, message, app.current_event.request_context.request_id)
    return Response(status_code=status, content_type="application/json", body=json.dumps(body))


@metrics().log_metrics(capture_cold_start_metric=True)
@logger().inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True)
@tracer().capture_lambda_handler(capture_response=False)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of the API."""
    event["rawPath"] = event["rawPath"].rstrip("/") or "/"
    try:
        return app.resolve(event, context)
    except Exception:  # the one place that answers for what nobody foresaw
        logger().exception("unforeseen error")
        body = dialect.errors(
            "INTERNAL_SERVER_ERROR",
            "Something went wrong here; the tracking id finds it in the log",
            context.aws_request_id,
        )
        return {
            "statusCode": 500,
            "headers": {"Content-Type": "application/json"},
            "body": json.dumps(body),
            "isBase64Encoded": False,
        }
