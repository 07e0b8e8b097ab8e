"""Where video decoding is not installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from armarium.derivatives.model import Findings, Limits, sniff
from armarium.derivatives.workshop import recordings
from tests.service.derivatives import samples


def test_a_video_is_described_and_the_missing_poster_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    av = pytest.importorskip("av", reason="video decoding is not installed")
    master = tmp_path / "film.mp4"
    master.write_bytes(samples.video(av))
    monkeypatch.setitem(sys.modules, "av", None)
    findings, found = Findings(), sniff(master.read_bytes())
    assert found
    recordings.work(master, found, tmp_path, Limits(), findings)
    assert (findings.duration, findings.failed, findings.derived) == (3.0, False, [])
    assert findings.details["poster"] == "none: video decoding is not installed here"
