"""``outputs.json``: where everything is, for people, tests and tools; and whether it answers."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from armarium.platform.settings import Settings
from infra.local.deployed import Deployed
from infra.local.place import REGION, Place
from infra.local.seed import Seeded

_DOORS = ("/", "/almaws/v1/bibs/collections", "/iiif/3/none/info.json", "/static/bootstrap/bootstrap.min.css")
"""A path for each function behind the front door; an answer below 500 will do."""


class NoAnswerError(Exception):
    """Something behind the front door does not answer."""


def compose(place: Place, deployed: Deployed, seeded: Seeded) -> dict[str, Any]:
    """What ``outputs.json`` says."""
    outputs = deployed.outputs
    institution = Settings().institution
    return {
        "base_url": place.base_url,
        "api_url": f"{place.base_url}/almaws/v1",
        "oai_url": f"{place.base_url}/view/oai/{institution}/request",
        "iiif_image_url": f"{place.base_url}/iiif/3",
        "endpoint_url": place.endpoint_url,
        "region": REGION,
        "institution": institution,
        "upload_bucket": outputs["UploadBucket"],
        "storage_bucket": outputs["StorageBucket"],
        "derivatives_bucket": outputs["DerivativesBucket"],
        "work_bucket": outputs["WorkBucket"],
        "index_bucket": outputs["IndexBucket"],
        "tables": {
            name.removesuffix("Table").lower(): table for name, table in outputs.items() if name.endswith("Table")
        },
        "queues": {
            "index": outputs["IndexQueueUrl"],
            "derivatives": outputs["DerivativesQueueUrl"],
            "derivatives_dead_letters": outputs["DerivativesDeadLetters"],
        },
        "state_machines": {
            "bulk_ingest": outputs["BulkIngestStateMachine"],
            "bulk_change": outputs["BulkChangeStateMachine"],
            "search_rebuild": outputs["SearchRebuildStateMachine"],
        },
        "user_pool": {"id": outputs["UserPoolId"], "client_id": outputs["UserPoolClientId"]},
        "credentials": {name: value for name, value in place.client_environment.items() if "KEY" in name},
        "api_keys": seeded.api_keys,
        "users": seeded.users,
        "import_profiles": seeded.import_profiles,
        "collection": seeded.collection,
    }


def write(place: Place, outputs: dict[str, Any]) -> None:
    """Write the file, readable by its owner alone: it holds keys and passwords."""
    new = place.outputs.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(outputs, indent=2) + "\n")
    new.replace(place.outputs)


def wait_until_everything_answers(place: Place, seconds: float = 60) -> None:
    """Ask each door once until it answers: the workers are warm afterwards."""
    with ThreadPoolExecutor(len(_DOORS)) as pool:
        list(pool.map(lambda path: _wait_for(place.base_url + path, time.monotonic() + seconds), _DOORS))


def _wait_for(url: str, deadline: float) -> None:
    while (answer := _ask(url)) >= 500:
        if time.monotonic() > deadline:
            raise NoAnswerError(
                f"{url} answers with status {answer}; the functions' logs are in the local cloud's CloudWatch"
            )
        time.sleep(0.5)


def _ask(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - an http address of our own
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 599
