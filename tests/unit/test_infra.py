"""The template: judged by cdk-nag, cfn-lint and asl-validator, and held against the code that it deploys."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from armarium.platform.settings import Settings
from infra import CORE, NODE, ROOT
from infra.bundling import BOTOCORE_SERVICES, LIMIT, Bundles, MissingPackageError, Target, unzipped

ITEMS = {
    "platform.items:InventoryItem": "Inventory",
    "platform.items:WorkflowItem": "Workflow",
    "platform.items:ConfigurationItem": "Configuration",
    "accounts.store:AccountItem": "Accounts",
    "audit.store:AuditItem": "Audit",
}
"""Each table's one item model → the construct that makes the table."""


def synthesize(folder: Path, bundles: Bundles, **context: str) -> dict[str, Any]:
    """The template of a stage. For AWS, a finding of cdk-nag that nobody has accepted ends this with an error."""
    from aws_cdk import App

    from infra.app import build

    settings = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = App(context={**settings, **context}, outdir=str(folder / "cdk.out"))
    build(app, bundles)
    template: dict[str, Any] = app.synth().get_stack_by_name("Armarium").template
    return template


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("synth")


@pytest.fixture(scope="module")
def template(folder: Path) -> dict[str, Any]:
    """For AWS, with layers that hold no wheels."""
    return synthesize(folder, Bundles(build=folder / "build", thin=True))


@pytest.fixture(scope="module")
def local_template(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("local")
    return synthesize(
        folder, Bundles(build=folder / "build", thin=True), local="true", base_url="http://localhost:8080"
    )


def resources(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Our own functions; not the CDK's that copies static files."""
    return {
        name: properties
        for name, properties in resources(template, "AWS::Lambda::Function").items()
        if properties["Handler"].startswith("functions.")
    }


def statements(template: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, properties in resources(template, "AWS::IAM::Policy").items():
        if not name.startswith("CustomCDKBucketDeployment"):
            yield from properties["PolicyDocument"]["Statement"]


def test_cdk_nag_and_cfn_lint_find_nothing(template: dict[str, Any], folder: Path) -> None:
    # Synthesizing is cdk-nag's part. W3005: the CDK writes dependencies down that references imply already.
    file = folder / "cdk.out" / "Armarium.template.json"
    lint = subprocess.run(
        [str(Path(sys.executable).parent / "cfn-lint"), "-t", str(file), "-r", "eu-central-1", "-i", "W3005"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.returncode == 0, lint.stdout + lint.stderr


def test_an_unaccepted_finding_of_cdk_nag_ends_the_synthesis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.sign_in.acknowledge", lambda *_: None)
    with pytest.raises(RuntimeError, match="AwsSolutions-COG8"):
        synthesize(tmp_path, Bundles(build=tmp_path / "build", thin=True))


def test_every_workflow_is_valid_states_language() -> None:
    definitions = sorted((ROOT / "statemachines").glob("*.asl.json"))
    assert definitions
    validator = ROOT / "node_modules" / "asl-validator" / "dist" / "bin" / "asl-validator.js"
    for definition in definitions:
        result = subprocess.run(
            [str(NODE), str(validator), "--json-path", str(definition)], capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, f"{definition.name}: {result.stdout}{result.stderr}"


def test_every_handler_that_is_deployed_is_on_disk_and_every_function_on_disk_is_deployed(
    template: dict[str, Any],
) -> None:
    deployed = {properties["Handler"] for properties in functions(template).values()}
    for handler in deployed:
        *package, name = handler.split(".")
        source = (ROOT / Path(*package)).with_suffix(".py").read_text()
        assert re.search(rf"^(def {name}\(|{name}\b.*=)", source, re.MULTILINE), (
            f"{handler} is deployed, but not defined"
        )
    on_disk = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    assert {handler.split(".")[1] for handler in deployed} == on_disk


def test_a_missing_function_ends_the_synthesis_and_says_which(tmp_path: Path) -> None:
    with pytest.raises(MissingPackageError, match="functions/rest_api/handler"):
        Bundles(root=tmp_path, build=tmp_path, thin=True).function("rest_api")


def test_every_setting_reaches_every_function_that_can_know_it(template: dict[str, Any]) -> None:
    names = {f"ARMARIUM_{field.name.upper()}" for field in fields(Settings)}
    empty_by_design = {
        "ARMARIUM_BASE_URL",
        "ARMARIUM_S3_PUBLIC_URL",
        "ARMARIUM_SEARCH_ENDPOINT",
        "ARMARIUM_USER_POOL_URL",
    }
    empty_by_design |= {name for name in names if name.startswith("ARMARIUM_FEDERATION_")}
    workflow, queue = "ARMARIUM_BULK_INGEST_STATE_MACHINE", "ARMARIUM_DERIVATIVES_QUEUE_URL"
    rebuild, changes = "ARMARIUM_SEARCH_REBUILD_STATE_MACHINE", "ARMARIUM_BULK_CHANGE_STATE_MACHINE"
    uploads = "ARMARIUM_UPLOADS_QUEUE_URL"
    search = {"ARMARIUM_INDEX_QUEUE_URL", "ARMARIUM_EARLY_INDEX_QUEUE_URL", rebuild}
    made_later = {
        "Audit": {workflow, changes, queue, uploads, *search},
        "Derivatives": {workflow, changes, queue, uploads, *search},
        "Uploads": {workflow, changes, uploads, *search},
        "BulkIngest": {workflow, changes, *search},
        "BulkChange": {changes},
        "Search": {rebuild, changes},
    }
    for name, properties in functions(template).items():
        variables = properties["Environment"]["Variables"]
        assert names <= variables.keys()
        empty = {variable for variable in names if variables[variable] == ""}
        later = next((made for capability, made in made_later.items() if name.startswith(capability)), set())
        assert empty == empty_by_design | later, name


def test_every_function_is_logged_counted_and_traced(template: dict[str, Any]) -> None:
    for properties in functions(template).values():
        variables = properties["Environment"]["Variables"]
        assert variables["POWERTOOLS_SERVICE_NAME"] == properties["Handler"].split(".")[1]
        assert variables["POWERTOOLS_METRICS_NAMESPACE"] == "Armarium"
        assert properties["TracingConfig"] == {"Mode": "Active"}
        log_group = template["Resources"][properties["LoggingConfig"]["LogGroup"]["Ref"]]["Properties"]
        assert log_group["RetentionInDays"] == 90


def test_functions_run_the_python_and_the_processor_that_wheels_are_chosen_for(template: dict[str, Any]) -> None:
    target = Target()
    for properties in functions(template).values():
        assert properties["Runtime"] == f"python{target.python}"
        assert properties["Architectures"] == ["arm64"] and str(target.platform).startswith("aarch64")


def test_each_function_has_a_role_of_its_own_and_no_right_has_a_wildcard_action(template: dict[str, Any]) -> None:
    roles = [json.dumps(properties["Role"]) for properties in functions(template).values()]
    assert len(set(roles)) == len(roles)
    for statement in statements(template):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not [action for action in actions if "*" in action]
        if statement["Resource"] == "*":
            assert all(action.startswith(("xray:", "logs:", "dynamodb:ListStreams")) for action in actions), actions
        assert "dynamodb:Scan" not in actions or actions == ["dynamodb:Scan"]


def test_only_the_rebuild_of_the_search_index_may_scan_and_only_the_inventory(template: dict[str, Any]) -> None:
    scanning = [
        (name, statement["Resource"]["Fn::GetAtt"][0])
        for name, properties in resources(template, "AWS::IAM::Policy").items()
        for statement in properties["PolicyDocument"]["Statement"]
        if statement["Action"] == "dynamodb:Scan"
    ]
    [(policy, table)] = scanning
    assert policy.startswith("SearchRebuildStep") and table.startswith("TablesInventory")


def test_tables_are_on_demand_encrypted_recoverable_and_kept(template: dict[str, Any]) -> None:
    tables = {name: template["Resources"][name] for name in resources(template, "AWS::DynamoDB::Table")}
    assert len(tables) == len(ITEMS)
    for table in tables.values():
        properties = table["Properties"]
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["SSESpecification"] == {"SSEEnabled": True}
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["DeletionPolicy"] == "Retain"


@pytest.mark.parametrize(("item", "construct"), ITEMS.items())
def test_tables_are_what_the_stores_declare(template: dict[str, Any], item: str, construct: str) -> None:
    module, _, name = item.partition(":")
    schema = getattr(importlib.import_module(f"armarium.{module}"), name)._get_schema()
    [deployed] = [
        value
        for name, value in resources(template, "AWS::DynamoDB::Table").items()
        if name.startswith(f"Tables{construct}")
    ]
    assert deployed["KeySchema"] == [
        {"AttributeName": k["AttributeName"], "KeyType": k["KeyType"]} for k in schema["key_schema"]
    ]
    for index in schema["global_secondary_indexes"]:
        wanted = {
            "IndexName": index["index_name"],
            "KeySchema": sorted(index["key_schema"], key=lambda key: key["KeyType"]),  # HASH before RANGE
            "Projection": index["projection"],
        }
        assert wanted in deployed["GlobalSecondaryIndexes"]


def test_one_model_declares_each_table() -> None:
    """Decision 10: two classes on one table delete each other's attributes."""
    declared = re.compile(r"^class \w+\(Model\)", re.MULTILINE)
    core = Path(__file__).resolve().parents[2] / "layers" / "core" / "armarium"
    assert sum(len(declared.findall(path.read_text("utf-8"))) for path in core.rglob("*.py")) == len(ITEMS)


def test_only_changes_of_the_inventory_are_streamed_and_only_sessions_and_uploads_expire(
    template: dict[str, Any],
) -> None:
    tables = resources(template, "AWS::DynamoDB::Table")
    streamed = {name for name, table in tables.items() if "StreamSpecification" in table}
    expiring = {name for name, table in tables.items() if "TimeToLiveSpecification" in table}
    assert [name[: len("TablesInventory")] for name in streamed] == ["TablesInventory"]
    named = {re.sub(r"[0-9A-F]{8}$", "", name) for name in expiring}
    assert named == {"TablesInventory", "TablesAccounts", "TablesWorkflow"}


def test_no_bucket_is_public_and_none_is_reached_without_tls(template: dict[str, Any]) -> None:
    buckets = resources(template, "AWS::S3::Bucket")
    refused = json.dumps(resources(template, "AWS::S3::BucketPolicy"))
    for name, bucket in buckets.items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert f'{{"Fn::GetAtt": ["{name}", "Arn"]}}' in refused and '"aws:SecureTransport": "false"' in refused
        assert bucket["BucketEncryption"]
    storage = next(bucket for name, bucket in buckets.items() if name.startswith("BucketsStorage"))
    assert storage["VersioningConfiguration"] == {"Status": "Enabled"}


def test_every_queue_of_work_has_dead_letters_and_every_dead_letter_an_alarm(template: dict[str, Any]) -> None:
    queues = resources(template, "AWS::SQS::Queue")
    targets = {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for queue in queues.values()
        if "RedrivePolicy" in queue
    }
    last = {name for name, queue in queues.items() if "RedrivePolicy" not in queue}
    watched = json.dumps(resources(template, "AWS::CloudWatch::Alarm"))
    assert targets <= queues.keys()
    assert all(f'["{name}", "QueueName"]' in watched for name in last)
    for properties in resources(template, "AWS::Lambda::EventSourceMapping").values():
        assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_every_function_and_every_workflow_has_an_alarm(template: dict[str, Any]) -> None:
    watched = json.dumps(resources(template, "AWS::CloudWatch::Alarm"))
    for name in (*functions(template), *resources(template, "AWS::StepFunctions::StateMachine")):
        assert f'"Ref": "{name}"' in watched


def test_a_message_is_not_given_again_while_it_is_worked_on(template: dict[str, Any]) -> None:
    queues = resources(template, "AWS::SQS::Queue")
    for mapping in resources(template, "AWS::Lambda::EventSourceMapping").values():
        source = mapping["EventSourceArn"]["Fn::GetAtt"][0]
        if source in queues:
            timeout = functions(template)[mapping["FunctionName"]["Ref"]]["Timeout"]
            assert queues[source]["VisibilityTimeout"] >= 6 * timeout


def test_nobody_signs_up_by_themselves_and_the_groups_are_the_roles(template: dict[str, Any]) -> None:
    from armarium.accounts.model import Role

    [pool] = resources(template, "AWS::Cognito::UserPool").values()
    groups = {group["GroupName"] for group in resources(template, "AWS::Cognito::UserPoolGroup").values()}
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert groups == {role.value for role in Role} - {"reader"}


def test_the_local_cloud_gets_the_same_template_but_for_the_edge(
    template: dict[str, Any], local_template: dict[str, Any]
) -> None:
    def names(kinds: dict[str, Any]) -> set[str]:
        return {
            name for name, resource in kinds["Resources"].items() if resource["Type"] != "AWS::Lambda::LayerVersion"
        }

    only_in_aws = names(template) - names(local_template)
    assert not names(local_template) - names(template)
    assert all(
        name.startswith(("Edge", "CustomCDKBucketDeployment")) or template["Resources"][name]["Type"].endswith("Policy")
        for name in only_in_aws
    )


def test_every_context_value_is_explained_to_operators() -> None:
    from infra.stage import Stage

    guide = (ROOT / "docs" / "operators" / "deploy.md").read_text()
    of_the_local_cloud = {"local", "base_url", "s3_public_url"}
    for name in Stage.__dataclass_fields__.keys() - of_the_local_cloud:
        assert f"| `{name}` |" in guide


def test_every_aws_service_that_is_called_is_described_in_the_layer() -> None:
    sources = [path for folder in (CORE, ROOT / "functions") for path in folder.rglob("*.py")]
    called = {
        name
        for path in sources
        for name in re.findall(r"""\.(?:client|resource)\(\s*["']([\w-]+)["']""", path.read_text())
    }
    assert called and called <= BOTOCORE_SERVICES


@pytest.mark.slow
def test_functions_with_all_their_layers_fit_into_lambda(tmp_path: Path) -> None:
    bundles = Bundles(build=tmp_path)
    layers = {"core": bundles.core()} | {name: bundles.wheels(name) for name in ("dependencies", "media", "video")}
    code = max(unzipped(bundles.function(path.parent.name)) for path in (ROOT / "functions").glob("*/handler.py"))
    sizes = {name: unzipped(layer) for name, layer in layers.items()}
    assert sum(sizes.values()) + code < LIMIT, sizes
    for library in layers["media"].rglob("*.so"):
        assert "x86_64" not in library.name


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py")))
def test_a_handler_imports_with_nothing_but_its_layers(
    name: str, built_here: tuple[Bundles, list[Path]], tmp_path: Path
) -> None:
    bundles, layers = built_here
    package = bundles.function(name)
    path = [str(layer / "python") for layer in layers] + [str(package)]
    script = f"import sys; sys.path += {path!r}; import functions.{name}.handler as h; print(h.handler.__name__)"
    environment = {"AWS_DEFAULT_REGION": "eu-central-1", "POWERTOOLS_SERVICE_NAME": name, "HOME": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert result.returncode == 0, result.stderr


@pytest.fixture(scope="module")
def built_here(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundles, list[Path]]:
    """The real layers, with this machine's wheels."""
    bundles = Bundles(build=tmp_path_factory.mktemp("layers"), target=Target.here())
    return bundles, [bundles.core(), bundles.wheels("dependencies"), bundles.wheels("media")]
