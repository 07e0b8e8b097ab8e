"""The deployed stack as such: the doors, the rights, what stands in ``outputs.json``."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from tests.cloud.conftest import Cloud


def test_outputs_hold_what_the_local_contract_names(cloud: Cloud) -> None:
    names = {
        *("base_url", "api_url", "oai_url", "iiif_image_url", "endpoint_url", "region", "institution"),
        *("upload_bucket", "storage_bucket", "state_machines", "api_keys", "users", "import_profiles", "collection"),
    }
    assert names <= cloud.outputs.keys()
    assert cloud.outputs["users"].keys() == {"admin", "cataloguer", "branch", "operator", "approver", "patron"}
    assert cloud.outputs["api_keys"].keys() == {"admin", "cataloguer", "readonly"}
    assert cloud.outputs["import_profiles"].keys() == {"marc", "marcxml", "dc", "csv"}


def test_every_login_signs_in_with_the_role_it_is_for(cloud: Cloud) -> None:
    cognito, pool = cloud.client("cognito-idp"), cloud.outputs["user_pool"]
    groups = {}
    for name, user in cloud.outputs["users"].items():
        answer = cognito.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=pool["client_id"],
            AuthParameters={"USERNAME": user["username"], "PASSWORD": user["password"]},
        )
        assert answer["AuthenticationResult"]["AccessToken"]
        [group] = cognito.admin_list_groups_for_user(UserPoolId=pool["id"], Username=user["username"])["Groups"]
        groups[name] = group["GroupName"]
    assert groups == {
        "admin": "administrator",
        "cataloguer": "cataloguer",
        "branch": "cataloguer",
        "operator": "digitization_operator",
        "approver": "approver",
        "patron": "patron",
    }


def test_the_demo_titles_are_in_the_demo_collection(cloud: Cloud) -> None:
    titles, params = "", {"limit": "100"}
    while params:
        answer = cloud.api("GET", f"/bibs/collections/{cloud.outputs['collection']}/bibs", params=params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        titles += " ".join(bib["title"] for bib in page["bib"])
        params = {"limit": "100", "token": page["next_token"]} if "next_token" in page else {}
    for title in ("Armarium, or the cupboard of books", "The scale of A major", "How to drop a folder", "Two leaves"):
        assert title in titles


def test_the_api_is_closed_without_a_key(cloud: Cloud) -> None:
    assert cloud.api("GET", "/bibs/collections", key=None).status_code in (400, 401, 403)


def test_static_files_come_through_the_front_door_and_may_be_kept_for_ever(cloud: Cloud) -> None:
    answer = cloud.page("/static/bootstrap/bootstrap.min.css")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"].startswith("text/css")


def test_nothing_outside_the_static_folder_is_served(cloud: Cloud) -> None:
    session = requests.Session()
    for path in ("/static/../package.json", "/static/%2e%2e/package.json", "/static//etc/passwd"):
        request = requests.Request("GET", cloud.outputs["base_url"] + path).prepare()
        request.url = cloud.outputs["base_url"] + path
        answer = session.send(request, timeout=30)
        assert "devDependencies" not in answer.text and "root:" not in answer.text


def test_pages_name_the_front_door_whatever_a_client_claims_to_have_been_forwarded_from(cloud: Cloud) -> None:
    answer = cloud.page("/", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"})
    assert answer.status_code == 200
    assert "evil.example" not in answer.text


def test_the_upload_bucket_takes_a_put_from_a_page_of_ours_and_from_no_other(cloud: Cloud) -> None:
    [rule] = cloud.client("s3").get_bucket_cors(Bucket=cloud.outputs["upload_bucket"])["CORSRules"]
    assert rule["AllowedOrigins"] == [cloud.outputs["base_url"]]
    assert rule["AllowedMethods"] == ["PUT"]


def test_storage_keeps_versions_and_announces_what_arrives(cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), cloud.outputs["storage_bucket"]
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=bucket)


PROBE = """
import boto3
def handler(event, context):
    client = boto3.client(event["service"])
    try:
        getattr(client, event["call"])(**event["arguments"])
    except client.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"
"""


@pytest.fixture
def as_role_of(cloud: Cloud) -> Any:
    """Calls AWS with the role of one of our functions: a probe is deployed with that role, and deleted afterwards."""
    functions, made = cloud.client("lambda"), []

    def call(function: str, service: str, call: str, **arguments: Any) -> str:
        pages = functions.get_paginator("list_functions").paginate()
        role = next(
            each["Role"] for page in pages for each in page["Functions"] if f"functions.{function}." in each["Handler"]
        )
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as package:
            package.writestr("probe.py", PROBE)
        name = f"probe-{uuid.uuid4().hex}"
        functions.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.13",
            Handler="probe.handler",
            Code={"ZipFile": code.getvalue()},
            Timeout=30,
        )
        made.append(name)
        event = {"service": service, "call": call, "arguments": arguments}
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        return str(json.loads(answer["Payload"].read()))

    yield call
    for name in made:
        functions.delete_function(FunctionName=name)


KEY = {"pk": {"S": "nothing"}, "sk": {"S": "nothing"}}


def test_a_function_reads_what_its_role_allows(cloud: Cloud, as_role_of: Any) -> None:
    assert (
        as_role_of("iiif", "dynamodb", "get_item", TableName=cloud.outputs["tables"]["inventory"], Key=KEY) == "allowed"
    )


@pytest.mark.parametrize(
    ("function", "service", "call", "arguments"),
    [
        ("iiif", "dynamodb", "put_item", {"TableName": "tables.inventory", "Item": KEY}),
        ("iiif", "s3", "put_object", {"Bucket": "storage_bucket", "Key": "x", "Body": "x"}),
        ("web", "s3", "put_object", {"Bucket": "index_bucket", "Key": "x", "Body": "x"}),
        ("web", "dynamodb", "put_item", {"TableName": "tables.audit", "Item": KEY}),
        ("rest_api", "s3", "put_object", {"Bucket": "derivatives_bucket", "Key": "x", "Body": "x"}),
        ("rest_api", "dynamodb", "delete_item", {"TableName": "tables.audit", "Key": KEY}),
        ("audit", "dynamodb", "get_item", {"TableName": "tables.inventory", "Key": KEY}),
        ("drop_folder", "s3", "delete_object", {"Bucket": "upload_bucket", "Key": "x"}),
        ("derivatives", "s3", "put_object", {"Bucket": "storage_bucket", "Key": "x", "Body": "x"}),
        ("rest_api", "s3", "put_object", {"Bucket": "index_bucket", "Key": "x", "Body": "x"}),
        ("indexer", "dynamodb", "put_item", {"TableName": "tables.inventory", "Item": KEY}),
        ("bulk_ingest", "dynamodb", "scan", {"TableName": "tables.inventory"}),
    ],
)
def test_a_function_is_refused_what_its_role_does_not_allow(
    cloud: Cloud, as_role_of: Any, function: str, service: str, call: str, arguments: dict[str, Any]
) -> None:
    def named(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if value.startswith("tables."):
            return cloud.outputs["tables"][value.removeprefix("tables.")]
        return cloud.outputs.get(value, value)

    refused = as_role_of(function, service, call, **{name: named(value) for name, value in arguments.items()})
    assert refused in ("AccessDenied", "AccessDeniedException")
