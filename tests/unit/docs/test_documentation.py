"""The documentation names what there is: whoever adds something and says nothing of it fails here."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from pydantic import BaseModel

from armarium.ingest.model import ImportProfile, RepresentationPattern
from armarium.jobs.model import JobStatus
from armarium.platform.settings import Settings
from functions.web.routes import ROUTES

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
CORE = ROOT / "layers" / "core" / "armarium"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
WORKFLOW = json.loads((ROOT / "statemachines" / "bulk_ingest.asl.json").read_text("utf-8"))

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"\bmake ([a-z]+)")
_TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
_IIIF_ROUTE = re.compile(r'@app\.get\("([^"]+)"')
_METRIC = re.compile(r'add_metric\((?:name=)?"(\w+)"')
_KEY = re.compile(r'"([A-Z][A-Z_]*#)|^_[A-Z]+ = "([A-Z_]+)"', re.MULTILINE)


def read(*parts: str) -> str:
    return DOCS.joinpath(*parts).read_text("utf-8")


def cells(page: str) -> list[list[str]]:
    """The rows of all tables of a page, as cells."""
    return [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith("|")
    ]


def named(page: str) -> set[str]:
    """What the first cells of a page's tables name in code."""
    return {name for row in cells(page) for name in re.findall(r"`([^`]+)`", row[0])}


def states(machine: dict[str, Any]) -> Iterator[str]:
    """The names of all states of a workflow, those of its maps too."""
    for name, state in machine["States"].items():
        yield name
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"])


def shown(default: object) -> str:
    """A default as tables write it."""
    return f"`{default}`" if default else "empty"


# Operators


def test_every_setting_is_documented_with_its_meaning_and_default() -> None:
    expected = [[f"`ARMARIUM_{f.name.upper()}`", f.metadata["doc"], shown(f.default)] for f in fields(Settings)]
    above = read("operators", "settings.md").partition("## The local cloud")[0]
    assert [row for row in cells(above) if row[0].startswith("`ARMARIUM_")] == expected


def test_every_setting_of_the_local_cloud_is_documented() -> None:
    source = (ROOT / "infra" / "local" / "place.py").read_text("utf-8")
    known = set(re.findall(r'"(ARMARIUM_LOCAL_\w+)"', source))
    assert known
    assert named(read("operators", "settings.md").partition("## The local cloud")[2]) == known


def test_every_value_of_the_deployments_context_is_documented() -> None:
    from infra.stage import Stage

    chosen_by_the_local_cloud = {"local", "base_url", "s3_public_url"}
    assert named(read("operators", "deploy.md")) >= {f.name for f in fields(Stage)} - chosen_by_the_local_cloud


def test_every_metric_is_documented() -> None:
    counted = {
        name for source in (ROOT / "functions").rglob("*.py") for name in _METRIC.findall(source.read_text("utf-8"))
    }
    assert len(counted) > 1
    assert counted <= named(read("operators", "monitoring.md"))


def test_every_queue_of_dead_letters_is_documented() -> None:
    watched = {
        path.stem
        for path in (ROOT / "infra").glob("*.py")
        if "DeadLetters(" in path.read_text("utf-8") and path.stem != "queues"
    }
    known = {"audit", "bulk_ingest", "derivatives", "search", "uploads"}
    assert watched == known, "a new kind of dead letters: say how to mend them"
    expected = {
        "DropFolder…DeadLetters",
        "Sweeper…DeadLetters",
        "Audit…DeadLetters",
        "Search…NotAnnounced",
        "Search…NotIndexed",
        "Derivatives…GivenUp",
        "Derivatives…GivenUpTwice",
        "Uploads…GivenUp",
    }
    assert named(read("operators", "monitoring.md")) >= expected


# Librarians


@pytest.mark.parametrize("model", [ImportProfile, RepresentationPattern])
def test_every_field_of_an_import_profile_is_explained_and_no_other(model: type[BaseModel]) -> None:
    below = read("librarians", "import-profiles.md").partition("## Fields")[2]
    of_profile, _, rest = below.partition("## Representations")
    page = of_profile if model is ImportProfile else rest.partition("## Matching")[0]
    assert named(page) == set(model.model_fields)


@pytest.mark.parametrize("field", ["metadata_file", "access_rights", "on_match", "on_no_match", "bad_rows"])
def test_the_defaults_of_an_import_profile_are_as_explained(field: str) -> None:
    rows = {
        row[0]: row[1] for row in cells(read("librarians", "import-profiles.md").partition("## Representations")[0])
    }
    assert rows[f"`{field}`"] == f"`{ImportProfile.model_fields[field].default}`"


def test_every_word_of_matching_is_explained() -> None:
    annotation = str(ImportProfile.model_fields["match_by"].annotation)
    words = set(re.findall(r"'(\w+)'", annotation))
    assert words
    assert named(read("librarians", "import-profiles.md").partition("## Matching")[2]) == words


# Engineers


def test_every_state_of_the_workflow_is_explained_and_no_other() -> None:
    page = read("state-machines", "bulk_ingest.md").partition("## Statuses of a job")[0]
    explained = [row[0].strip("`") for row in cells(page) if row[0].startswith("`")]
    assert sorted(explained) == sorted(states(WORKFLOW))


def test_every_state_of_bulk_change_is_explained_and_no_other() -> None:
    machine = json.loads((ROOT / "statemachines" / "bulk_change.asl.json").read_text("utf-8"))
    explained = [row[0].strip("`") for row in cells(read("state-machines", "bulk_change.md")) if row[0].startswith("`")]
    assert sorted(explained) == sorted(states(machine))


def test_every_operation_of_a_bulk_change_is_explained_and_no_other() -> None:
    from armarium.bulk_change import model

    kinds = (
        *model.RECORD_OPERATIONS,
        model.SetRepresentations,
        *model.COLLECTION_OPERATIONS,
        model.SetSuppression,
    )
    assert named(read("librarians", "bulk-change.md")) == {kind.model_fields["op"].default for kind in kinds}


def test_every_workflow_has_a_page() -> None:
    machines = {path.name.removesuffix(".asl.json") for path in (ROOT / "statemachines").glob("*.asl.json")}
    assert {path.stem for path in (DOCS / "state-machines").glob("*.md")} == machines


def test_every_status_of_a_job_is_explained() -> None:
    page = read("state-machines", "bulk_ingest.md").partition("## Statuses of a job")[2]
    assert named(page) == {status.value for status in JobStatus}


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The API's description as it is generated now, in a process of its own: the handler must not see this one."""
    target = tmp_path_factory.mktemp("openapi") / "openapi.json"
    subprocess.run([sys.executable, "-m", "infra.openapi", str(target)], cwd=ROOT, check=True)
    return target.read_text("utf-8")


def test_the_description_of_the_api_is_what_its_function_says(description: str) -> None:
    assert read("openapi.json") == description, "run `make openapi`"


def test_the_description_tells_how_to_sign_in_and_what_errors_look_like(description: str) -> None:
    document = json.loads(description)
    assert document["openapi"].startswith("3.1")
    assert {scheme["type"] for scheme in document["components"]["securitySchemes"].values()} == {"apiKey", "http"}
    assert document["security"]
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        refusal = operation["responses"]["401"]["content"]["application/json"]["schema"]
        assert refusal == {"$ref": "#/components/schemas/Error"}
        assert operation["summary"]


def test_every_route_of_the_api_is_documented_and_no_other(description: str) -> None:
    routes = {
        f"{method.upper()} {path}" for path, methods in json.loads(description)["paths"].items() for method in methods
    }
    page = read("engineers", "addresses.md")
    assert named(page.partition("## REST API")[2].partition("## Pages")[0]) == routes


def test_every_page_is_documented_and_no_other() -> None:
    page = read("engineers", "addresses.md").partition("## Pages")[2].partition("## IIIF")[0]
    assert named(page) - {"GET /static/…"} == {f"{route.method} {route.template}" for route in ROUTES}


def test_every_address_of_iiif_is_documented() -> None:
    source = (ROOT / "functions" / "iiif" / "handler.py").read_text("utf-8")
    routes = set(_IIIF_ROUTE.findall(source))
    assert len(routes) > 2
    documented = named(read("engineers", "addresses.md").partition("## IIIF")[2])
    assert routes - {"/iiif/3/.+"} <= documented
    assert any(address.startswith("/iiif/3/") for address in documented)


@pytest.mark.parametrize("folder", [CORE, ROOT / "functions"], ids=["capability", "function"])
def test_every_capability_and_function_is_in_the_architecture(folder: Path) -> None:
    packages = {path.name for path in folder.iterdir() if path.is_dir() and any(path.glob("*.py"))} - {"platform"}
    assert packages
    assert packages <= named(read("architecture.md"))


def test_every_kind_of_key_is_in_the_architecture() -> None:
    sources = [store.read_text("utf-8") for store in (*CORE.glob("*/store.py"), *CORE.glob("*/store/*.py"))]
    keys = {"".join(found) for source in sources for found in _KEY.findall(source)}
    assert {"BIB#", "JOB#", "IMPORT_PROFILES"} <= keys
    page = read("architecture.md")
    assert sorted(key for key in keys if f"`{key}" not in page) == []


# Everybody


def test_every_target_of_the_makefile_is_documented_and_every_documented_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(_TARGET.findall(makefile))
    said = {
        name
        for path in PAGES
        for code in re.findall(r"`([^`]+)`|^```\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        for name in _COMMAND.findall(" ".join(code))
    }
    assert said <= targets
    assert targets <= set(_COMMAND.findall(read("engineers", "index.md")))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    text = _FENCED.sub("", page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in _HEADING.findall(text)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = _FENCED.sub("", page.read_text("utf-8"))
    for link in _LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_is_linked_from_the_pages_that_lead_to_it() -> None:
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in PAGES
        for link in _LINK.findall(page.read_text("utf-8"))
        if not re.match(r"[a-z]+:", link)
    }
    assert sorted(str(page.relative_to(ROOT)) for page in PAGES if page not in linked | {ROOT / "README.md"}) == []


def test_every_decision_says_its_context_itself_and_its_cost_under_a_number_of_its_own() -> None:
    records = sorted((DOCS / "decisions").glob("0*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    for record in records:
        text = record.read_text("utf-8")
        assert text.startswith(f"# {int(record.name[:4])}. "), record.name
        for part in ("**Context.**", "**Decision.**", "**What it costs.**"):
            assert part in text, record.name
        assert record.name in read("decisions", "README.md")


def test_pictures_are_small_and_described() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for picture in (DOCS / "pictures").glob("*.png"):
        assert picture.stat().st_size < 150_000
        assert re.search(rf"!\[[^\]]{{20,}}\]\(docs/pictures/{picture.name}\)", readme), picture.name


def test_nothing_of_one_machine_is_in_the_documentation() -> None:
    for page in PAGES:
        assert not re.search(r"/(?:work|home|root|Users)/", page.read_text("utf-8")), page.name
