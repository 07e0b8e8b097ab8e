"""A public client of Alma's API that wants Python 3.12, as it comes from PyPI, against the deployed stack.

`make test` installs it beside the project where such a Python is at hand; the session runs in that Python.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import boto3
import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".local" / "almaapitk" / "bin" / "python"
SESSION = Path(__file__).with_name("almaapitk_session.py")


@pytest.fixture(scope="module")
def outputs() -> dict[str, Any]:
    path = os.environ.get("ARMARIUM_OUTPUTS")
    if not path or not Path(path).is_file():
        pytest.skip("no local cloud: ARMARIUM_OUTPUTS names no file (make up writes .local/outputs.json)")
    found: dict[str, Any] = json.loads(Path(path).read_text())
    return found


@pytest.fixture(scope="module")
def dropped(outputs: dict[str, Any]) -> str:
    """A file in the upload bucket, where scripts for Alma put theirs first."""
    key = f"{outputs['institution']}/upload/almaapitk/front.txt"
    id_, secret = outputs["credentials"].values()
    s3 = boto3.client(
        "s3",
        endpoint_url=outputs["endpoint_url"],
        region_name=outputs["region"],
        aws_access_key_id=id_,
        aws_secret_access_key=secret,
    )
    s3.put_object(Bucket=outputs["upload_bucket"], Key=key, Body=b"The front of a cupboard.")
    return key


@pytest.fixture(scope="module")
def said(outputs: dict[str, Any], dropped: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What every call of the session answered."""
    if not PYTHON.exists():
        pytest.skip("almaapitk wants Python 3.12 or later, and `make almaapitk` found none")
    folder = tmp_path_factory.mktemp("almaapitk")
    target = folder / "said.json"
    host = outputs["api_url"].removesuffix("/almaws/v1")
    subprocess.run(
        [str(PYTHON), str(SESSION), host, outputs["collection"], dropped, str(target)],
        env={"PATH": os.defpath, "ALMA_SB_API_KEY": outputs["api_keys"]["admin"]},
        cwd=folder,  # the client keeps a log where it stands
        check=True,
        timeout=300,
    )
    answers: dict[str, Any] = json.loads(target.read_text("utf-8"))
    return answers


def test_a_script_for_alma_catalogues_a_title_by_changing_the_host(said: dict[str, Any]) -> None:
    done = said["catalogued"]
    mms_id = done["created"]
    assert done["record"]["mms_id"] == mms_id
    assert (done["record"]["title"], done["subjects"]) == ("Of cupboards", ["Cupboards"])
    assert mms_id in done["members"]
    assert done["representation"]["library"]["value"] == "MAIN"
    assert [each["id"] for each in done["representations"]["representation"]] == [done["representation"]["id"]]
    assert (done["file"]["label"], done["relabelled"]["label"]) == ("front", "Front")
    assert done["files"]["representation_file"][0]["pid"] == done["file"]["pid"]


def test_a_script_for_alma_keeps_the_copies_of_a_title(said: dict[str, Any]) -> None:
    done = said["catalogued"]
    assert done["holdings"]["holding"][0]["holding_id"] == done["holding"]["holding_id"]
    assert done["item"]["item_data"]["process_type"]["value"] != "WORK_ORDER_DEPARTMENT"
    assert done["scanned"]["item_data"]["process_type"]["value"] == "WORK_ORDER_DEPARTMENT"
    assert done["items"]["item"][0]["item_data"]["pid"] == done["item"]["item_data"]["pid"]


def test_refusals_have_the_codes_that_scripts_for_alma_look_for(said: dict[str, Any]) -> None:
    assert said["catalogued"]["deletion_in_use"] == {"class": "AlmaAPIError", "status": 400, "code": "4022020"}
    assert said["catalogued"]["after_deletion"]["code"] == "402203"
    assert said["administered"]["after_deletion"]["code"] == "60107"
    assert said["looked_up"]["no_such_letter"]["code"] == "40166411"


def test_a_script_for_alma_makes_a_set_and_counts_its_members(said: dict[str, Any]) -> None:
    done, mms_id = said["administered"], said["catalogued"]["from_fields"]
    assert done["connected"]
    assert done["listed"]
    assert done["members"] == [mms_id]
    assert done["described"]["member_info"]["total_members"] == 1
    assert (done["changed"]["description"], done["changed"]["total_members"]) == ("Made by a script", 1)
    assert done["emptied"]["total_members"] == 0


def test_a_script_for_alma_reads_what_a_library_set_up(said: dict[str, Any]) -> None:
    found = said["looked_up"]
    assert found["library"] in found["libraries"]
    assert [each["code"] for each in found["departments"]] == ["DIGI_DEPT_INST"]
    assert {"UserGroups", "DigitizationRejectReason"} <= {each["name"] for each in found["code_tables"]}
    assert found["code_table_changed"]["row"] == found["code_table"]["row"]
    assert found["import_profile"] == found["import_profiles"][0]
    assert found["letter"]["code"] == "JobReportLetter"
