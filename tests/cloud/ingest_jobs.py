"""A librarian at the drop folder of the running cloud: drops, waits for the job, reads its account by the API."""

from __future__ import annotations

import csv
import io
import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.cloud.conftest import Cloud

_RUNNING = {"QUEUED", "RUNNING"}
_OUTCOMES = ("created", "updated", "unchanged", "skipped", "rejected", "manual", "failed")
_numbers = itertools.count(int(time.time()))


@dataclass(frozen=True)
class Librarian:
    """Drops folders and asks what became of them."""

    cloud: Cloud

    def fresh(self, name: str) -> str:
        """A folder name that no earlier run has used."""
        return f"{name}-{next(_numbers)}"

    def load(self, profile: str, name: str, files: dict[str, bytes], timeout: float = 120) -> dict[str, Any]:
        """Drop a folder and wait until its job has ended; answers the job instance."""
        prefix = self.cloud.drop(profile, self.fresh(name), files)
        return self.ended(self.job_of(profile, prefix), timeout)

    def job_of(self, profile: str, prefix: str, timeout: float = 60, dry_run: bool | None = None) -> dict[str, Any]:
        """The job that a drop folder started; of several the newest."""
        path = f"/conf/jobs/M{self.cloud.outputs['import_profiles'][profile]}/instances"

        def found() -> dict[str, Any] | None:
            runs = self.cloud.api("GET", path, params={"limit": 20}).json()["job_instance"]
            wanted = (each for each in runs if each["folder"] == prefix and dry_run in (None, each["dry_run"]))
            return next(wanted, None)

        return self.cloud.wait_until(found, timeout)

    def ended(self, job: dict[str, Any], timeout: float = 120) -> dict[str, Any]:
        """The job once nothing more happens by itself."""

        def now() -> dict[str, Any] | None:
            current = self.again(job)
            return None if current["status"]["value"] in _RUNNING or current["undo_running"] else current

        return self.cloud.wait_until(now, timeout)

    def again(self, job: dict[str, Any]) -> dict[str, Any]:
        """The job as it is now."""
        return self.cloud.api("GET", path_of(job)).json()

    def act(self, job: dict[str, Any], op: str, key: str = "cataloguer") -> Any:
        """``op=undo``, ``rerun`` or ``abort``."""
        return self.cloud.api("POST", path_of(job), key=key, params={"op": op})

    def report(self, job: dict[str, Any]) -> list[dict[str, str]]:
        """The lines of a job's report."""
        answer = self.cloud.api("GET", f"{path_of(job)}/report")
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    def mms_id(self, job: dict[str, Any], title: str) -> str:
        """The bib that a job made, or met, for a title."""
        return next(line["mms_id"] for line in self.report(job) if line["title"] == title)

    def files(self, mms_id: str) -> list[dict[str, Any]]:
        """All files of all representations of a title, when their derivatives are made or refused."""

        def derived() -> list[dict[str, Any]] | None:
            found = []
            for each in self.cloud.api("GET", f"/bibs/{mms_id}/representations").json()["representation"]:
                path = f"/bibs/{mms_id}/representations/{each['id']}/files"
                found += self.cloud.api("GET", path, params={"limit": 100}).json()["representation_file"]
            return None if any(file["technical"]["status"] == "PENDING" for file in found) else found

        return self.cloud.wait_until(derived, 90)


def path_of(job: dict[str, Any]) -> str:
    """The API's path of a job instance."""
    return f"/conf/jobs/{job['job_info']['id']}/instances/{job['id']}"


def counters(job: dict[str, Any]) -> dict[str, int]:
    """The job's counters, those that are zero left out."""
    return {each["type"]["value"][2:]: int(each["value"]) for each in job["counter"] if each["value"] != "0"}


def accounted(job: dict[str, Any]) -> bool:
    """Whether the outcomes add up to what was read."""
    told = counters(job)
    return sum(told.get(name, 0) for name in _OUTCOMES) == told.get("read", 0)
